"""Prices per seat and month, and what is committed until the end of the term."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from reconciler.core import price
from reconciler.core.price import PriceBook, months_until
from reconciler.model.address import Address
from reconciler.model.money import Money
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku, TermPrice

CATALOG = {
    "CFQ7TTC0LCHC:0002": CatalogSku(
        title="Business Premium",
        sku="SPB",
        terms=(
            TermPrice(term="P1Y", billing="monthly", price="217.20 EUR"),
            TermPrice(term="P1Y", billing="monthly", price="394.80 AUD"),
            TermPrice(term="P1M", billing="monthly", price="21.72 EUR"),
            TermPrice(term="P3Y", billing="annual"),
        ),
    )
}


def a_supply(term: str = "P1Y", billing: str = "monthly", end: datetime | None = None) -> Supply:
    address = Address("contoso", "subscription", "head-office")
    return Supply(address, "SPB", True, True, 10, "CFQ7TTC0LCHC:0002", term, billing, term_end=end)


@pytest.mark.parametrize(
    ("term", "currency", "expected"),
    [
        ("P1Y", "EUR", Money(Decimal("18.10"), "EUR")),
        ("P1Y", "AUD", Money(Decimal("32.90"), "AUD")),
        ("P1M", "EUR", Money(Decimal("21.72"), "EUR")),
        ("P1M", "AUD", None),
        ("P3Y", "EUR", None),
    ],
    ids=["a year in euros", "a year in dollars", "a month", "no price in that currency", "no price at all"],
)
def test_a_month_is_a_share_of_the_terms_price_in_the_customers_currency(
    term: str, currency: str, expected: Money | None
) -> None:
    billing = "annual" if term == "P3Y" else "monthly"

    found = PriceBook(CATALOG, currency).per_month(a_supply(term, billing))

    assert found == expected


@pytest.mark.parametrize(
    ("today", "end", "expected"),
    [
        (date(2026, 4, 1), date(2027, 3, 31), Decimal(12)),
        (date(2026, 4, 16), date(2027, 3, 31), Decimal(11) + Decimal(15) / 30),
        (date(2027, 3, 31), date(2027, 3, 31), Decimal(1) / 31),
        (date(2027, 4, 1), date(2027, 3, 31), Decimal(0)),
        (date(2026, 9, 3), date(2027, 6, 2), Decimal(9)),
        (date(2026, 6, 18), date(2026, 7, 17), Decimal(1)),
        (date(2026, 6, 20), date(2026, 7, 17), Decimal(28) / 30),
    ],
    ids=[
        "a whole year",
        "half a month gone",
        "the last day",
        "over",
        "nine whole months",
        "a monthly term",
        "two days into it",
    ],
)
def test_the_month_in_progress_counts_by_the_day(today: date, end: date, expected: Decimal) -> None:
    assert months_until(today, end) == expected


@pytest.mark.parametrize(
    ("billing", "today", "end", "expected"),
    [
        ("annual", date(2026, 3, 2), date(2026, 9, 14), Decimal(197) * 12 / 365),
        ("annual", date(2025, 9, 15), date(2026, 9, 14), Decimal(12)),
        ("annual", date(2026, 3, 2), date(2028, 9, 14), Decimal(24) + Decimal(197) * 12 / 365),
        ("triennial", date(2026, 3, 2), date(2028, 9, 14), Decimal(928) * 36 / 1096),
    ],
    ids=["in a year", "a whole year", "in the first of three years", "in three years at once"],
)
def test_what_is_paid_at_once_counts_by_the_days_of_what_was_paid(
    billing: str, today: date, end: date, expected: Decimal
) -> None:
    assert months_until(today, end, billing) == expected


def test_seats_of_a_year_that_is_paid_at_once_commit_to_what_microsoft_charges_for_them() -> None:
    catalog = {
        "CFQ7TTC0LCHC:0002": CatalogSku(
            title="Business Premium", sku="SPB", terms=(TermPrice(term="P1Y", billing="annual", price="180.00 EUR"),)
        )
    }
    supply = a_supply(billing="annual", end=datetime(2026, 9, 14, 23, 59, 59, tzinfo=UTC))

    cost = price.of(2, supply, PriceBook(catalog, "EUR"), date(2026, 3, 2))

    assert cost is not None
    assert cost.commitment.rounded == Decimal("194.30")  # 2 seats, 180.00 / 365 days, 197 of them


def test_more_seats_commit_until_the_terms_end_and_fewer_give_back() -> None:
    supply = a_supply(end=datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC))
    book = PriceBook(CATALOG, "EUR")

    more = price.of(2, supply, book, date(2026, 4, 1))
    fewer = price.of(-1, supply, book, date(2026, 4, 1))

    assert more is not None
    assert (more.monthly.rounded, more.commitment.rounded, more.until) == (
        Decimal("36.20"),
        Decimal("434.40"),
        "2027-03-31",
    )
    assert fewer is not None
    assert (fewer.monthly.rounded, fewer.commitment.rounded) == (Decimal("-18.10"), Decimal("-217.20"))


def a_line(price: str | None = "120.00 EUR", **more: Any) -> TermPrice:  # Any: fields of a line
    return TermPrice.model_validate({"term": "P1Y", "billing": "monthly", "price": price, **more})


CHOICES: dict[str, tuple[list[TermPrice], str | None]] = {
    "the newest that holds already": (
        [
            a_line("12 EUR", since="2026-01-01"),
            a_line("24 EUR", since="2026-11-01"),
            a_line("36 EUR", since="2026-12-01"),
        ],
        "2.00 EUR",
    ),
    "one from today on": ([a_line("12 EUR"), a_line("24 EUR", since="2026-11-20")], "2.00 EUR"),
    "none that holds already": ([a_line("12 EUR", since="2026-11-21")], None),
    "one for as many seats": ([a_line("12 EUR", to_seats=9), a_line("24 EUR", from_seats=10)], "2.00 EUR"),
    "none for as many seats": ([a_line("12 EUR", to_seats=9), a_line("24 EUR", from_seats=11)], None),
    "commercial before others": (
        [a_line("12 EUR", segment="education"), a_line("24 EUR", segment="commercial")],
        "2.00 EUR",
    ),
    "another segment where there is nothing else": ([a_line("12 EUR", segment="education")], "1.00 EUR"),
    "two markets of one price": ([a_line("12 EUR", market="DE"), a_line("12.00 EUR", market="AT")], "1.00 EUR"),
    "two markets of two prices": ([a_line("12 EUR", market="DE"), a_line("24 EUR", market="AT")], None),
    "the first of two for the same": ([a_line("12 EUR"), a_line("24 EUR")], "1.00 EUR"),
    "a line without a price": ([a_line(None), a_line("12 EUR")], "1.00 EUR"),
}


@pytest.mark.parametrize("name", CHOICES)
def test_of_several_lines_the_one_that_holds_is_taken(name: str) -> None:
    lines, expected = CHOICES[name]
    catalog = {"CFQ7TTC0LCHC:0002": CatalogSku(title="Business Premium", sku="SPB", terms=tuple(lines))}

    found = PriceBook(catalog, "EUR", date(2026, 11, 20)).per_month(a_supply())

    assert (str(found) if found else None) == expected


def test_what_is_paid_once_costs_nothing_a_month_and_its_whole_price_at_once() -> None:
    supply = replace(a_supply(end=datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC)), once=True)

    cost = price.of(3, supply, PriceBook(CATALOG, "EUR"), date(2026, 11, 1))

    assert cost is not None
    assert (str(cost.monthly), str(cost.commitment), cost.until) == ("0.00 EUR", "651.60 EUR", "2027-03-31")


def test_without_a_day_no_price_is_too_new() -> None:
    catalog = {"CFQ7TTC0LCHC:0002": CatalogSku(terms=(a_line("12 EUR"), a_line("24 EUR", since="2099-01-01")))}

    assert str(PriceBook(catalog, "EUR").per_month(a_supply())) == "2.00 EUR"
