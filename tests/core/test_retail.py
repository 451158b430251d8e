"""Which price holds: whose book, which line, which day, how many seats; and what there is where none holds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import retail
from reconciler.core.price import PriceBook
from reconciler.model.address import Address
from reconciler.model.finding import Origin
from reconciler.model.money import Money
from reconciler.model.retail import Book, Listed, PriceLine
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku, TermPrice

PRODUCT = "CFQ7TTC0LCHC:0002"
TODAY = date(2026, 11, 22)
COSTS = PriceBook(
    {
        PRODUCT: CatalogSku(
            title="Business Premium",
            sku="SPB",
            terms=(
                TermPrice(term="P1Y", billing="monthly", price="247.20 EUR"),
                TermPrice(term="P1Y", billing="annual", price="67 EUR"),
            ),
        )
    },
    "EUR",
)
Written = dict[str, Any]  # Any: as in YAML


def office(term: str = "P1Y", billing: str = "monthly", product: str = PRODUCT) -> Supply:
    return Supply(Address("contoso", "subscription", "office"), "SPB", True, True, 10, product, term, billing)


def a_book(owner: str = "everybody", /, **lines: list[Written]) -> Book:
    """`any` stands for "*", `product` for the product's own key."""
    keys = {"any": "*", "product": PRODUCT}
    found: dict[str, tuple[Listed, ...]] = {}
    for number, (name, written) in enumerate(lines.items(), start=1):
        key = keys.get(name, name)
        places = [Origin(f"{owner}.yaml", number, column) for column in range(1, len(written) + 1)]
        found[key] = tuple(
            Listed(key, PriceLine.model_validate(line), place) for line, place in zip(written, places, strict=True)
        )
    return Book(owner, found)


def price(*books: Book, seats: int = 10, day: date | None = TODAY, supply: Supply | None = None) -> str:
    found = retail.quote(supply or office(), books, COSTS, day)
    paid = found.per_month(seats) if found else None
    return str(paid) if paid else "not known"


def test_the_nearest_book_with_a_price_decides() -> None:
    customer = a_book("customer", SPE_E3=[{"perMonth": "1 EUR"}])
    reseller = a_book("reseller", any=[{"perMonth": "23 EUR"}])
    everybody = a_book("everybody", SPB=[{"perMonth": "24 EUR", "term": "P1Y", "billing": "monthly"}])

    assert price(customer, reseller, everybody) == "23.00 EUR"


def test_a_quote_says_whose_line_it_is_and_where() -> None:
    found = retail.quote(office(), [a_book("reseller", SPB=[{"perMonth": "23 EUR"}])], COSTS, TODAY)

    assert found is not None
    assert (found.owner, str(found.listed.origin)) == ("reseller", "reseller.yaml:1:1")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"any": [{"perMonth": "1 EUR"}], "SPB": [{"perMonth": "2 EUR"}]}, "2.00 EUR"),
        ({"SPB": [{"perMonth": "2 EUR", "term": "P1Y"}], "product": [{"perMonth": "3 EUR"}]}, "3.00 EUR"),
        ({"SPB": [{"perMonth": "2 EUR", "term": "P1Y"}, {"perMonth": "3 EUR", "billing": "monthly"}]}, "2.00 EUR"),
        ({"SPB": [{"perMonth": "2 EUR"}, {"perMonth": "3 EUR", "billing": "monthly"}]}, "3.00 EUR"),
        ({"SPB": [{"markup": "20%"}, {"perMonth": "3 EUR"}]}, "3.00 EUR"),
    ],
    ids=[
        "part number before any",
        "product before part number",
        "term before billing",
        "billing",
        "fixed before share",
    ],
)
def test_the_more_exact_line_wins(lines: dict[str, list[Written]], expected: str) -> None:
    assert price(a_book(**lines)) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 19), "24.90 EUR"),
        (date(2026, 11, 20), "19.90 EUR"),
        (date(2026, 12, 31), "19.90 EUR"),
        (date(2027, 1, 1), "24.90 EUR"),
        (date(2027, 7, 1), "25.90 EUR"),
        (date(2028, 1, 1), "not known"),
    ],
    ids=["before the offer", "its first day", "its last day", "after it", "the next list", "after the end"],
)
def test_of_the_prices_of_a_day_the_one_that_started_last_holds(day: date, expected: str) -> None:
    lines = [
        {"perMonth": "25.90 EUR", "from": "2027-07-01", "until": "2027-12-31"},
        {"perMonth": "24.90 EUR", "until": "2027-06-30"},
        {"perMonth": "19.90 EUR", "from": "2026-11-20", "until": "2026-12-31"},
    ]

    assert price(a_book(SPB=lines), day=day) == expected


@pytest.mark.parametrize(
    ("line", "supply", "expected"),
    [
        ({"perMonth": "24.90 EUR"}, office(), Decimal("24.90")),
        ({"perTerm": "298.80 EUR", "term": "P1Y"}, office(), Decimal("24.90")),
        ({"perTerm": "900 EUR", "term": "P3Y"}, office("P3Y"), Decimal("25")),
        ({"markup": "20%"}, office(), Decimal("24.72")),
        ({"markup": "17.5 %"}, office(), Decimal("24.205")),
        ({"discount": "5%"}, office(), Decimal("19.57")),
        ({"markup": "0%"}, office(), Decimal("20.60")),
        ({"markup": "20%"}, office(billing="annual"), Decimal("6.7") + Decimal("-4E-13")),
        ({"markup": "20%"}, office("P1M"), None),
        ({"perMonth": "24.90 EUR"}, office("P1M", product=""), Decimal("24.90")),
    ],
    ids=[
        "a month",
        "a year",
        "three years",
        "mark-up",
        "part of a percent",
        "discount",
        "at cost",
        "a cost that does not divide, rounded to the share",
        "a share of no cost",
        "no product",
    ],
)
def test_a_price_is_for_one_seat_and_month_and_exact(line: Written, supply: Supply, expected: Decimal | None) -> None:
    found = retail.quote(supply, [a_book(SPB=[line])], COSTS, TODAY)

    assert found is not None
    assert found.per_month(1) == (Money(expected, "EUR") if expected is not None else None)


@pytest.mark.parametrize(
    ("seats", "expected"),
    [(1, "24.90 EUR"), (49, "24.90 EUR"), (50, "23.50 EUR"), (299, "23.50 EUR"), (300, "20.60 EUR")],
)
def test_a_tier_is_the_price_of_all_seats(seats: int, expected: str) -> None:
    tiers = [{"seats": 50, "perMonth": "23.50 EUR"}, {"seats": 300, "markup": "0%"}]

    assert price(a_book(SPB=[{"perMonth": "24.90 EUR", "tiers": tiers}]), seats=seats) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"SPE_E3": [{"perMonth": "1 EUR"}]}, "no price book has it"),
        ({"SPB": [{"perMonth": "1 USD"}]}, "there is one in USD only (everybody.yaml:1:1)"),
        (
            {"SPB": [{"perMonth": "1 EUR", "term": "P1M"}]},
            "there is one for P1M any billing only (everybody.yaml:1:1)",
        ),
        (
            {"SPB": [{"perMonth": "1 EUR", "until": "2025-01-01"}, {"perMonth": "1 EUR", "until": "2026-01-01"}]},
            "its last price ended on 2026-01-01 (everybody.yaml:1:2)",
        ),
        (
            {"SPB": [{"perMonth": "1 EUR", "from": "2028-01-01"}, {"perMonth": "1 EUR", "from": "2027-01-01"}]},
            "its first price starts on 2027-01-01 (everybody.yaml:1:2)",
        ),
    ],
    ids=["of nothing", "currency", "term", "ended", "not begun"],
)
def test_a_price_that_is_not_known_is_said_with_what_there_is(lines: dict[str, list[Written]], expected: str) -> None:
    book = a_book(**lines)

    assert price(book) == "not known"
    assert retail.lacking(office(), [book], "EUR", TODAY) == expected


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@st.composite
def lines_that_fit(draw: st.DrawFn) -> list[Written]:
    """Lines with different first days, as the policy on overlaps wants them."""
    starts = draw(st.lists(DAYS, unique=True, min_size=1, max_size=6))
    found: list[Written] = []
    for number, start in enumerate(starts, start=1):
        line: Written = {"perMonth": f"{number} EUR", "from": start.isoformat()}
        if draw(st.booleans()):
            line["until"] = (start + timedelta(days=draw(st.integers(0, 200)))).isoformat()
        found.append(line)
    return found


@given(lines=lines_that_fit(), day=DAYS, data=st.data())
def test_the_order_of_the_lines_does_not_matter(lines: list[Written], day: date, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(lines))

    assert price(a_book(SPB=lines), day=day) == price(a_book(SPB=shuffled), day=day)


@given(lines=lines_that_fit(), day=DAYS)
def test_a_price_is_never_made_up(lines: list[Written], day: date) -> None:
    """What is answered stands in a line that covers the day, and no line that covers it began later."""
    found = retail.quote(office(), [a_book(SPB=lines)], COSTS, day)

    covering = [line for line in lines if line["from"] <= day.isoformat() <= line.get("until", "9999")]
    latest = max((line["from"] for line in covering), default=None)
    assert (str(found.listed.line.from_) if found else None) == latest
