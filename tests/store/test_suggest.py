"""Nearest right spelling."""

from __future__ import annotations

import pytest

from reconciler.model.suggest import did_you_mean, suggest

KEYS = ("displayName", "usageLocation", "licenses", "plans")


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("usagelocaton", "usageLocation"),
        ("displayname", "displayName"),
        ("DISPLAYNAME", "displayName"),
        ("licences", "licenses"),
        ("plan", "plans"),
        ("color", None),
        ("", None),
        ("licenses" * 1000, None),
    ],
    ids=lambda part: str(part)[:20] or "nothing",
)
def test_the_nearest_spelling_is_found_or_nothing(word: str, nearest: str | None) -> None:
    assert suggest(word, KEYS) == nearest


def test_the_order_of_candidates_does_not_matter() -> None:
    assert suggest("axe", ["axa", "axb"]) == suggest("axe", ["axb", "axa"])


def test_the_sentence_is_empty_when_nothing_is_near() -> None:
    assert did_you_mean("plan", KEYS) == 'Did you mean "plans"?'
    assert did_you_mean("color", KEYS) == ""
