"""Billing cycles: calendar months, or what a reseller's closing day makes of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import statement
from reconciler.core.statement import Cycle


@pytest.mark.parametrize(
    ("month", "closes", "expected", "dated"),
    [
        (date(2026, 10, 1), None, Cycle(date(2026, 10, 1), date(2026, 10, 31)), date(2026, 11, 1)),
        (date(2026, 10, 1), 15, Cycle(date(2026, 9, 16), date(2026, 10, 15)), date(2026, 10, 16)),
        (date(2027, 1, 9), 15, Cycle(date(2026, 12, 16), date(2027, 1, 15)), date(2027, 1, 16)),
        (date(2026, 3, 1), 28, Cycle(date(2026, 3, 1), date(2026, 3, 28)), date(2026, 3, 29)),
    ],
    ids=["calendar month", "the 15th is dated the 16th", "over New Year", "after February"],
)
def test_the_cycle_of_a_month(month: date, closes: int | None, expected: Cycle, dated: date) -> None:
    found = statement.of_month(month, closes)

    assert (found, found.dated) == (expected, dated)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.none() | st.integers(1, 28))
def test_each_day_lies_in_one_cycle_and_cycles_follow_each_other(day: date, closes: int | None) -> None:
    found = statement.of_day(day, closes)

    assert found.has(day)
    assert statement.of_day(found.dated, closes).first == found.dated
