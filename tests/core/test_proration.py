"""Proration held against every example that Microsoft publishes, to the cent, and what an estimate says of a change.

Examples: https://learn.microsoft.com/partner-center/billing/common-billing-scenarios-onetime-recurring
(partner-center.md 8.5).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import proration
from reconciler.core.proration import WINDOW, Period
from reconciler.model.address import Address
from reconciler.model.invoice import Charge
from reconciler.model.money import CENT, Money
from reconciler.model.seats import Lot, Supply

JUNE = Period(date(2023, 6, 18), date(2023, 7, 18))
JULY = Period(date(2023, 7, 15), date(2023, 8, 15))
MARCH = Period(date(2023, 3, 5), date(2023, 4, 5))
ADD, REMOVE, CANCEL, CONVERT = Charge.ADD_QUANTITY, Charge.REMOVE_QUANTITY, Charge.CANCEL, Charge.CONVERT
EUR = "EUR"


@pytest.mark.parametrize(
    ("charge", "unit", "seats", "found", "day", "expected"),
    [
        (ADD, "10.08", 10, JUNE, date(2023, 6, 18), "100.80"),
        (ADD, "10.08", 10, JUNE, date(2023, 6, 20), "94.08"),
        (ADD, "10.08", 12, JUNE, date(2023, 6, 20), "112.89"),
        (REMOVE, "10.08", 12, JUNE, date(2023, 6, 20), "112.89"),
        (REMOVE, "10.08", 8, JUNE, date(2023, 6, 20), "75.26"),
        (CANCEL, "10.08", 10, JULY, date(2023, 7, 17), "94.2"),
        (ADD, "12.00", 10, MARCH, date(2023, 3, 7), "112.25"),
        (ADD, "12.00", 15, MARCH, date(2023, 3, 7), "168.38"),
        (ADD, "12.00", 15, MARCH, date(2023, 3, 10), "150.96"),
        (ADD, "12.00", 25, MARCH, date(2023, 3, 10), "251.61"),
        (ADD, "12.00", 20, MARCH, date(2023, 3, 25), "85.16"),
        (ADD, "12.00", 30, MARCH, date(2023, 3, 25), "127.74"),
        (CONVERT, "10.08", 300, JUNE, date(2023, 6, 25), "2316"),
        (CONVERT, "6.43", 300, JUNE, date(2023, 6, 25), "1476"),
    ],
    ids=[
        "10 bought",
        "2 more, the 10 back",
        "2 more, 12 charged",
        "4 fewer, the 12 back",
        "4 fewer, 8 charged",
        "cancelled on the third day",
        "5 more, the 10 back",
        "5 more, 15 charged",
        "10 more, the 15 back",
        "10 more, 25 charged",
        "10 more later, the 20 back",
        "10 more later, 30 charged",
        "upgraded, the old back",
        "upgraded, the new charged",
    ],
)
def test_a_line_is_the_published_one_to_the_cent(
    charge: Charge, unit: str, seats: int, found: Period, day: date, expected: str
) -> None:
    assert proration.line(charge, Decimal(unit), seats, (found.left(day), found.days)) == Decimal(expected)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(7, "11.23"), (10, "10.06"), (12, "9.29"), (14, "8.52"), (25, "4.26")],
)
def test_the_effective_unit_price_of_march_is_the_published_one(day: int, expected: str) -> None:
    effective = Decimal(12) * MARCH.left(date(2023, 3, day)) / MARCH.days

    assert effective.quantize(CENT, ROUND_HALF_UP) == Decimal(expected)


@pytest.mark.parametrize(
    ("billing", "term_end", "today", "expected"),
    [
        ("monthly", date(2023, 7, 17), date(2023, 6, 20), JUNE),
        ("monthly", date(2024, 7, 14), date(2023, 7, 15), JULY),
        ("monthly", date(2027, 2, 20), date(2026, 2, 21), Period(date(2026, 2, 21), date(2026, 3, 21))),
        ("annual", date(2027, 2, 20), date(2026, 12, 31), Period(date(2026, 2, 21), date(2027, 2, 21))),
        ("annual", date(2028, 2, 20), date(2026, 12, 31), Period(date(2026, 2, 21), date(2027, 2, 21))),
        ("triennial", date(2028, 2, 20), date(2026, 12, 31), Period(date(2025, 2, 21), date(2028, 2, 21))),
        ("monthly", date(2026, 6, 30), date(2026, 6, 30), Period(date(2026, 6, 1), date(2026, 7, 1))),
        ("monthly", date(2026, 6, 30), date(2026, 7, 1), None),
        ("none", date(2026, 6, 30), date(2026, 6, 1), None),
    ],
    ids=["June", "July", "February", "a year", "a year of three", "three years", "the last day", "over", "a trial"],
)
def test_a_charge_period_begins_on_the_day_of_the_term(
    billing: str, term_end: date, today: date, expected: Period | None
) -> None:
    assert proration.period(billing, term_end, today) == expected


@pytest.mark.parametrize(
    ("found", "days"), [(JUNE, 30), (JULY, 31), (Period(date(2026, 2, 21), date(2026, 3, 21)), 28)]
)
def test_a_period_has_the_days_of_the_month_it_starts_in(found: Period, days: int) -> None:
    assert found.days == days


NOON = datetime(2023, 6, 20, 12, 0, tzinfo=UTC)


def a_supply(quantity: int, *lots: Lot, billing: str = "monthly", term_end: date | None = date(2023, 7, 17)) -> Supply:
    end = datetime(term_end.year, term_end.month, term_end.day, 23, 59, 59, tzinfo=UTC) if term_end else None
    where = Address("contoso", "subscription", "office")
    return Supply(where, "SPB", True, True, quantity, "P:1", "P1Y", billing, lots, end)


def a_lot(seats: int, age: timedelta) -> Lot:
    return Lot(seats, NOON - age + WINDOW)


@pytest.mark.parametrize(
    ("units", "supply", "expected"),
    [
        (2, a_supply(10), "18.81"),
        (-4, a_supply(12, a_lot(12, timedelta(days=2))), "-37.63"),
        (-2, a_supply(12, a_lot(10, timedelta(days=2)), a_lot(2, timedelta(hours=23))), "-19.48"),
        (-2, a_supply(12, a_lot(10, timedelta(days=2)), a_lot(2, timedelta(hours=24))), "-18.81"),
        (-3, a_supply(12, a_lot(10, timedelta(days=2)), a_lot(2, timedelta(hours=23))), "-28.89"),
        (2, a_supply(10, billing="annual", term_end=date(2024, 6, 17)), "240.59"),
    ],
    ids=[
        "more: both lines of the example",
        "fewer: both lines of the example",
        "within 24 hours all of it",
        "after 24 hours by the day",
        "the newest first",
        "a year paid in advance",
    ],
)
def test_an_estimate_is_the_difference_of_two_lines(units: int, supply: Supply, expected: str) -> None:
    found = proration.estimate(units, supply, Money(Decimal("10.08"), EUR), NOON)

    assert found is not None
    assert found.amount == Money(Decimal(expected), EUR)


def test_an_estimate_says_when_the_next_charge_is() -> None:
    found = proration.estimate(1, a_supply(10), Money(Decimal("10.08"), EUR), NOON)

    assert found is not None
    assert found.next_charge == date(2023, 7, 18)


def test_the_year_of_a_price_that_does_not_divide_by_twelve_is_the_year_again() -> None:
    yearly = Money(Decimal(67), EUR)
    supply = a_supply(0, billing="annual", term_end=date(2024, 6, 19))

    found = proration.estimate(1, supply, yearly.shared(12), NOON)

    assert found is not None
    assert found.amount == yearly


@pytest.mark.parametrize("supply", [a_supply(9, term_end=None), a_supply(9, term_end=date(2023, 6, 1))])
def test_nothing_is_estimated_of_a_term_that_is_over_or_not_known(supply: Supply) -> None:
    assert proration.estimate(1, supply, Money(Decimal(1), EUR), NOON) is None


def test_what_is_bought_now_can_be_given_back_for_seven_days() -> None:
    assert proration.refundable_until(1, a_supply(10), NOON) == NOON + timedelta(days=7)


def test_what_is_given_back_could_be_until_its_lots_close() -> None:
    old, new = a_lot(10, timedelta(days=2)), a_lot(2, timedelta(hours=1))

    assert proration.refundable_until(-2, a_supply(12, old, new), NOON) == new.until
    assert proration.refundable_until(-3, a_supply(12, old, new), NOON) == old.until


@given(seats=st.integers(0, 500), units=st.integers(1, 500), unit=st.integers(0, 100_000), day=st.integers(0, 29))
def test_an_estimate_is_off_by_less_than_a_cent_for_each_line(seats: int, units: int, unit: int, day: int) -> None:
    now = datetime(2023, 6, 18, tzinfo=UTC) + timedelta(days=day)
    price = Money(Decimal(unit) / 100, EUR)

    found = proration.estimate(units, a_supply(seats), price, now)

    assert found is not None
    exact = price.amount * units * (30 - day) / 30
    assert abs(found.amount.amount - exact) < CENT


@pytest.mark.parametrize(
    ("day", "until", "given_back"),
    [
        (date(2023, 7, 17), datetime(2023, 7, 22, tzinfo=UTC), "94.20"),
        (date(2023, 7, 15), datetime(2023, 7, 22, 6, tzinfo=UTC), "100.80"),
        (date(2023, 7, 17), None, "94.20"),
    ],
    ids=["published: on the third day", "within a day", "extended month by month"],
)
def test_cancelling_gives_back_what_is_left_of_the_period(day: date, until: datetime | None, given_back: str) -> None:
    address, end = Address("contoso", "subscription", "x"), datetime(2024, 7, 14, 23, 59, 59, tzinfo=UTC)
    supply = Supply(address, "SPB", True, True, 10, "P:1", "P1Y", "monthly", (), end, cancellable_until=until)

    found = proration.refund(
        supply, Money(Decimal("10.08"), EUR), datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    )

    assert found == Money(Decimal(given_back), EUR)
