"""Seats by the day: what was bought, what was held, as the record tells it."""

from __future__ import annotations

from datetime import date

from reconciler.core import gaps
from reconciler.core.gaps import Gap
from reconciler.model.transaction import Action, Batch, Source, Transaction


def batch(day: int, *made: Transaction) -> Batch:
    return Batch(f"run-{day}", f"2026-10-{day:02}T23:59:00+00:00", "", made)


def seats(count: int) -> Transaction:
    return Transaction(Action.SEATS, Source.OBSERVED, "office", "s-1", "SPB", seats=count)


def held(action: Action, name: str) -> Transaction:
    return Transaction(action, Source.OBSERVED, name, f"id-{name}", "SPB")


RECORD = (batch(2, seats(3), held(Action.ASSIGN, "ada")), batch(4, seats(2), held(Action.ASSIGN, "bo")))


def found(first: int, last: int) -> list[Gap]:
    return list(gaps.days(RECORD, date(2026, 10, first), date(2026, 10, last)))


def test_each_day_counts_as_it_ended() -> None:
    assert found(2, 4) == [
        Gap(date(2026, 10, 2), "SPB", 3, 1),
        Gap(date(2026, 10, 3), "SPB", 3, 1),
        Gap(date(2026, 10, 4), "SPB", 2, 2),
    ]


def test_days_before_anybody_looked_are_left_out() -> None:
    assert [gap.day.day for gap in found(1, 2)] == [2]


def test_nothing_on_record_is_no_day() -> None:
    assert list(gaps.days((), date(2026, 10, 1), date(2026, 10, 3))) == []


def test_seats_of_others_make_the_gap_negative() -> None:
    gap = next(gaps.days((batch(2, held(Action.ASSIGN, "ada")),), date(2026, 10, 2), date(2026, 10, 2)))

    assert gap.unassigned == -1
