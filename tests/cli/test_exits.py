"""The exit codes and which one wins, as interface.md 3 promises them to scripts."""

from __future__ import annotations

from itertools import combinations

import pytest
from core.builders import a_change

from reconciler.cli import exits
from reconciler.cli.exits import Exit
from reconciler.model.event import Outcome, Status

# The promise, written down a second time on purpose: a renumbering must not pass.
PROMISED = {
    "OK": 0,
    "ERROR": 1,
    "CHANGES": 2,
    "DENIED": 3,
    "FAILED_ROWS": 4,
    "BLOCKED": 5,
    "INCOMPLETE": 6,
    "CANCELLED": 8,
    "DEADLINE": 9,
    "OUTDATED": 10,
    "LOCKED": 11,
    "BUG": 70,
}
STRONGEST_FIRST = (70, 8, 9, 11, 1, 4, 10, 5, 3, 6, 2, 0)


def test_the_codes_are_those_that_were_promised() -> None:
    assert {code.name: int(code) for code in Exit} == PROMISED


@pytest.mark.parametrize(("stronger", "weaker"), [*combinations(STRONGEST_FIRST, 2)])
def test_of_two_the_promised_one_wins(stronger: int, weaker: int) -> None:
    assert exits.pick([Exit(weaker), Exit(stronger)]) == stronger


def test_nothing_that_holds_is_success() -> None:
    assert exits.pick([]) is Exit.OK


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([Status.DONE, Status.ALREADY_DONE], 0),
        ([Status.DONE, Status.FAILED], 4),
        ([Status.IN_DOUBT], 4),
        ([Status.FAILED, Status.SKIPPED], 4),
        ([Status.STALE], 10),
        ([Status.STALE, Status.SKIPPED], 10),
        ([Status.UNVERIFIED], 6),
        ([Status.SKIPPED], 6),
        ([Status.STALE, Status.FAILED], 4),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else str(value),
)
def test_how_rows_end_decides(statuses: list[Status], expected: int) -> None:
    change = a_change("contoso/user/ada@contoso.com")
    ended = [Outcome(change, status) for status in statuses]

    assert exits.pick(exits.of_outcomes(ended, unreviewed=False, timed_out=False)) == expected


def test_rows_without_review_are_told_by_10_and_a_deadline_by_9() -> None:
    assert exits.pick(exits.of_outcomes([], unreviewed=True, timed_out=False)) == 10
    assert exits.pick(exits.of_outcomes([], unreviewed=True, timed_out=True)) == 9
