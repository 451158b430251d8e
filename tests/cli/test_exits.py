"""The exit codes and which one wins, as interface.md 3 promises them to scripts."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from core.builders import TOO_MANY, a_change, a_gate, a_plan

from reconciler.cli import exits
from reconciler.cli.exits import Exit
from reconciler.model import codes
from reconciler.model.event import Outcome, Status
from reconciler.model.finding import Finding
from reconciler.model.plan import Deferred, Plan

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


ROW = a_change("contoso/user/ada@contoso.com")
HELD = replace(ROW, blocked=(a_gate(),))
LATER = replace(ROW, blocked=(Finding(codes.WAITS_FOR_SEATS, "the distributor adds some"),))
WAITING = Deferred("contoso", "user", "a page was lost")
WRONG = Finding(TOO_MANY, "something is wrong")


@pytest.mark.parametrize(
    ("plan", "denied", "plain", "detailed"),
    [
        (a_plan(), False, 0, 0),
        (a_plan(ROW), False, 0, 2),
        (a_plan(HELD), False, 5, 5),
        (a_plan(ROW, HELD), False, 5, 5),
        (a_plan(ROW, LATER), False, 6, 6),
        (a_plan(HELD, LATER), False, 5, 5),
        (a_plan(ROW, deferred=(WAITING,)), False, 6, 6),
        (a_plan(HELD, deferred=(WAITING,)), False, 5, 5),
        (a_plan(ROW, findings=(WRONG,)), False, 1, 1),
        (a_plan(deferred=(WAITING,)), True, 3, 3),
        (a_plan(drift=(ROW,)), False, 0, 0),
    ],
    ids=[
        "nothing to do",
        "something to do",
        "only what is blocked",
        "something blocked",
        "something that waits for somebody else",
        "that and something blocked",
        "something deferred",
        "blocked and deferred",
        "an error",
        "nobody could be read",
        "what is only reported",
    ],
)
def test_how_a_plan_ends(plan: Plan, denied: bool, plain: int, detailed: int) -> None:
    assert exits.of_plan(plan, denied=denied, detailed=False) == plain
    assert exits.of_plan(plan, denied=denied, detailed=True) == detailed
