"""The calendar: ends of terms as Microsoft's tables have them, and the dates a term may align to."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.partner import lots, terms
from reconciler.sandbox.world import Lot

_DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2023-01-31", "2023-02-27"),
        ("2024-01-31", "2024-02-28"),
        ("2023-02-28", "2023-03-27"),
        ("2023-05-31", "2023-06-29"),
        ("2023-06-30", "2023-07-29"),
        ("2023-07-31", "2023-08-30"),
        ("2023-01-30", "2023-02-27"),
        ("2023-02-27", "2023-03-26"),
        ("2023-05-30", "2023-06-29"),
        ("2023-07-30", "2023-08-29"),
    ],
)
def test_a_monthly_term_ends_as_in_microsofts_table(start: str, last: str) -> None:
    assert terms.last_day(date.fromisoformat(start), "P1M") == date.fromisoformat(last)


def test_a_year_ends_the_day_before_its_anniversary() -> None:
    assert terms.last_day(date(2021, 1, 14), "P1Y") == date(2022, 1, 13)


@pytest.mark.parametrize(
    ("term", "end"),
    [("P1Y", "2023-06-30"), ("P1M", "2022-07-31"), ("P3Y", "2025-06-30")],
)
def test_the_last_month_end_within_a_term(term: str, end: str) -> None:
    assert terms.aligned_month_end(date(2022, 7, 15), term) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("term", "anchor_end", "anchor_term", "expected"),
    [
        ("P1Y", "2022-10-01", "P1Y", True),
        ("P1Y", "2022-08-01", "P1M", False),
        ("P3Y", "2024-10-01", "P1Y", True),
        ("P1M", "2022-07-20", "P3Y", True),
        ("P1M", "2022-07-29", "P1Y", False),
        ("P1M", "2022-07-31", "P1Y", True),
        ("P1Y", "2023-07-01", "P1Y", False),
        ("P1Y", "2022-06-30", "P1Y", False),
    ],
    ids=["year", "with-monthly", "three-years", "monthly", "day-29", "month-end", "too-late", "past"],
)
def test_which_ends_a_new_term_may_share(term: str, anchor_end: str, anchor_term: str, expected: bool) -> None:
    start = date(2022, 7, 1)

    assert terms.may_end_with(start, term, date.fromisoformat(anchor_end), anchor_term) is expected


@given(_DAYS, st.sampled_from(["P1M", "P1Y", "P3Y"]))
def test_an_aligned_month_end_lies_within_the_term(start: date, term: str) -> None:
    end = terms.aligned_month_end(start, term)

    assert end is None or start <= end <= terms.last_day(start, term)


_NOW = datetime.fromisoformat("2026-11-02T08:00:00Z")


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 200)), max_size=6), st.data())
def test_giving_seats_back_takes_exactly_so_many_and_moves_no_deadline(
    made: list[tuple[int, int]], data: st.DataObject
) -> None:
    before = tuple(Lot(quantity, _NOW - hours * (terms.WINDOW / 168)) for quantity, hours in made)
    taken = data.draw(st.integers(0, lots.refundable(before, _NOW)))

    after = lots.without(before, taken, _NOW)

    assert lots.refundable(after, _NOW) == lots.refundable(before, _NOW) - taken
    assert {lot.added for lot in after} <= {lot.added for lot in before}


def test_the_newest_seats_leave_first() -> None:
    old, new = Lot(5, _NOW - terms.WINDOW / 2), Lot(3, _NOW)

    assert lots.without((old, new), 4, _NOW) == (Lot(4, old.added),)
