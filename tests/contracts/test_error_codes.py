"""Partner Center's error codes: whatever client and sandbox name is in Microsoft's table, with that status and wording.

The key is (status, code), because one number may mean two things (partner-center.md 1.6).
"""

from __future__ import annotations

import re

import pytest

from contracts import reference
from reconciler.cloud import partner_errors
from reconciler.sandbox.partner import errors

pytestmark = [reference.needs(reference.CODES), pytest.mark.contract]

# Codes that other documents tell of and the table has not, or has with another status.
ELSEWHERE = {
    (401, "900420"): "partner-center.md 1.6, refused audience since 2025-08 [MCP]",
    (400, "400041"): "partner-center.md 4.1: the text of a cart line's error, which comes in a 201",
    (403, "900416"): "partner-center.md 1.6, account locked",
    (403, "900308"): "partner-center.md 1.6, a GDAP role is missing",
    (403, "900329"): "partner-center.md 2.2, refused app-only",
}
# Sentences that a published sample or page prints differently from the table.
WORDED_ELSEWHERE = {
    (400, "900242"): "the table prints the number of an example's line, 0",
    (403, "800088"): "partner-center.md 4.1, the text with its numbers",
    (400, "800090"): "sample subscription.change-quantity.error-800090.json",
}


def _table() -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = {}
    for row in reference.table(reference.CODES):
        found.setdefault((int(row["http"]), row["code"]), []).append(row["description"])
    return found


def _named_by_the_client() -> list[tuple[int, str]]:
    pending = {(409, code) for code in partner_errors.PENDING}
    return sorted({*pending, partner_errors.APP_ONLY_REFUSED, *partner_errors._KINDS, *partner_errors._REMEDIES})


SPOKEN = sorted((status, str(code)) for status, code in errors.TEXTS)


@pytest.mark.parametrize("key", _named_by_the_client(), ids=lambda key: f"{key[0]}-{key[1]}")
def test_a_code_that_the_client_knows_is_in_the_table(key: tuple[int, str]) -> None:
    assert key in _table() or key in ELSEWHERE


@pytest.mark.parametrize("key", SPOKEN, ids=lambda key: f"{key[0]}-{key[1]}")
def test_a_code_that_the_sandbox_says_is_in_the_table(key: tuple[int, str]) -> None:
    assert key in _table() or key in ELSEWHERE


@pytest.mark.parametrize("key", [key for key in SPOKEN if key not in ELSEWHERE], ids=lambda key: f"{key[0]}-{key[1]}")
def test_the_sandbox_says_it_in_the_words_of_the_table(key: tuple[int, str]) -> None:
    said = _plain(errors.TEXTS[(key[0], int(key[1]))])
    # When an error comes stands behind its sentence without a full stop between.
    worded = [_plain(one).partition(" this error occurs")[0] for one in _table()[key]]

    # What follows a sentence in the table is advice to the reader of the page.
    assert any(f"{one}. ".startswith(f"{said}. ") for one in worded) or key in WORDED_ELSEWHERE, worded


def test_what_counts_as_worded_elsewhere_is_so() -> None:
    shown = reference.sample("subscription.change-quantity.error-800090.json")

    assert shown["description"] == errors.TEXTS[(400, 800090)]


def _plain(text: str) -> str:
    """Without markup, ends and kinds of quotes: the page is markdown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace("’", "'").replace("`", "").replace("\\", "").replace('"', "")
    return re.sub(r"\{\d\}", "{}", " ".join(text.split())).rstrip(". ").casefold()
