"""Words of grants that are nothing in the files are found, with the word that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler import kinds
from reconciler.store import desired

FILE = """connections:
  emea: {{partnerTenant: p.onmicrosoft.com, environment: local, region: Europe, auth: {{clientId: a}}}}
policies: {{delegation: {{owners: ['@a'], grants: [{{to: ['@b'], customers: [contoso], change: [{word}]}}]}}}}
"""
WRONG = {
    "user": ("nothing that the files have", 'Did you mean "users"?'),
    "users.displayname": ('no field of "users"', 'Did you mean "displayName"?'),
    "users.plans": ("granted by another word", 'Write "licenses".'),
    "prices.spb": ('no field of "prices"', 'Write "prices".'),
    "customers.prices": ('no field of "customers"', "Known are"),
}
RIGHT = (
    "users",
    "users.displayName",
    "groups.members",
    "subscriptions.seats",
    "licenses",
    "domains",
    "prices",
    "customers",
)


def found(folder: Path, word: str) -> list[tuple[str, str, str]]:
    (folder / "settings.yaml").write_text(FILE.format(word=word), encoding="utf-8")
    repository = desired.load(folder, kinds.ALL)
    return [(one.code.id, one.detail, one.fix) for one in repository.findings]


@pytest.mark.parametrize("word", RIGHT)
def test_a_word_of_the_files_can_be_granted(tmp_path: Path, word: str) -> None:
    assert found(tmp_path, word) == []


@pytest.mark.parametrize(("word", "said"), WRONG.items(), ids=WRONG)
def test_a_word_that_is_nothing_in_the_files_is_an_error(tmp_path: Path, word: str, said: tuple[str, str]) -> None:
    ((code, detail, fix),) = found(tmp_path, word)

    assert (code, said[0] in detail, fix.startswith(said[1])) == ("RC765", True, True)
