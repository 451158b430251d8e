"""Prices and facts laid into an entry: which hold, which are replaced, which are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from catalog.test_sheets import MATRIX_HEAD, MATRIX_LINE, price, read
from catalog.test_updating import ANNUAL, MONTHLY, line
from reconciler.catalog import pricing
from reconciler.catalog.sheets import MatrixRow, PriceRow
from reconciler.model.template import CatalogSku

TODAY = date(2026, 11, 20)
OCTOBER, NOVEMBER, DECEMBER, JANUARY = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))


def costs(amount: str, first: date | None = NOVEMBER, **changes: object) -> PriceRow:
    usual = replace(price(), price=Decimal(amount), erp=None, first=first, last=None)
    return replace(usual, **changes)  # type: ignore[arg-type]  # fields of a row


def laid(before: CatalogSku | None, *rows: PriceRow) -> list[tuple[str | None, date | None]]:
    return [(one.price, one.since) for one in pricing.priced(before, rows, TODAY).terms]


def entry(*terms: object) -> CatalogSku:
    return CatalogSku.model_validate({"title": "Premium", "terms": terms})


def test_a_product_that_is_new_gets_its_title_and_its_prices() -> None:
    found = pricing.priced(None, [costs("224.4", erp=Decimal("264.125"))], TODAY)

    assert found.title == "Microsoft 365 Business Premium"
    assert found.terms == (line(price="224.40 EUR", erp="264.125 EUR", since=NOVEMBER),)


def test_a_price_takes_its_place_on_the_line_that_had_none() -> None:
    found = pricing.priced(entry(line(only_renews=True), line(MONTHLY)), [costs("224.40")], TODAY)

    assert found.title == "Premium"
    assert found.terms == (line(MONTHLY), line(price="224.40 EUR", since=NOVEMBER, only_renews=True))


def test_a_term_that_is_sold_no_more_stays_so() -> None:
    found = pricing.priced(entry(line(withdrawn=OCTOBER)), [costs("224.40")], TODAY)

    assert found.terms[0].withdrawn == OCTOBER


def test_of_overlapping_prices_the_one_that_started_last_holds() -> None:
    assert laid(None, costs("1.00", OCTOBER), costs("2.00", NOVEMBER)) == [("2.00 EUR", NOVEMBER)]


def test_of_two_that_start_together_the_later_line_holds() -> None:
    assert laid(None, costs("1.00"), costs("2.00")) == [("2.00 EUR", NOVEMBER)]


def test_what_starts_later_is_kept_beside_what_holds() -> None:
    assert laid(None, costs("3.00", DECEMBER), costs("2.00")) == [("2.00 EUR", NOVEMBER), ("3.00 EUR", DECEMBER)]


def test_what_has_ended_is_not_taken() -> None:
    assert laid(entry(line(price="5.00 EUR")), costs("1.00", OCTOBER, last=date(2026, 11, 19))) == [("5.00 EUR", None)]
    assert laid(None, costs("1.00", OCTOBER, last=TODAY)) == [("1.00 EUR", OCTOBER)]


def test_a_new_price_takes_the_place_of_the_old_one() -> None:
    assert laid(entry(line(price="1.00 EUR", since=OCTOBER)), costs("2.00")) == [("2.00 EUR", NOVEMBER)]


def test_an_announced_price_leaves_the_one_that_holds() -> None:
    before = entry(line(price="1.00 EUR", since=OCTOBER), line(price="2.00 EUR", since=DECEMBER))

    assert laid(before, costs("3.00", DECEMBER)) == [("1.00 EUR", OCTOBER), ("3.00 EUR", DECEMBER)]


def test_the_list_of_this_month_leaves_what_was_announced_for_a_later_one() -> None:
    before = entry(line(price="1.00 EUR", since=OCTOBER), line(price="3.00 EUR", since=JANUARY))

    assert laid(before, costs("2.00")) == [("2.00 EUR", NOVEMBER), ("3.00 EUR", JANUARY)]


def test_a_price_that_stays_is_no_change_whatever_its_day() -> None:
    """Each month's list starts with that month; a diff of all prices every month would be read by nobody."""
    before = entry(line(price="2.00 EUR", since=OCTOBER))

    assert pricing.priced(before, [costs("2")], TODAY) == before
    assert laid(before, costs("2.00"), costs("2.00", DECEMBER)) == [("2.00 EUR", OCTOBER)]


def test_another_recommended_price_is_a_change() -> None:
    assert laid(entry(line(price="2.00 EUR", since=OCTOBER)), costs("2.00", erp=Decimal(3))) == [("2.00 EUR", NOVEMBER)]


def test_other_currencies_and_numbers_of_seats_are_left_alone() -> None:
    before = entry(line(price="9.00 CHF"), line(price="8.00 EUR", from_seats=300))

    assert laid(before, costs("2.00")) == [("9.00 CHF", None), ("2.00 EUR", NOVEMBER), ("8.00 EUR", None)]


def test_prices_for_many_stand_beside_those_for_few() -> None:
    rows = (costs("2.00", to_seats=299), costs("1.50", from_seats=300))

    assert laid(None, *rows) == [("2.00 EUR", NOVEMBER), ("1.50 EUR", NOVEMBER)]


def test_the_same_sheet_again_changes_nothing() -> None:
    rows = [costs("2.00"), costs("3.00", DECEMBER), costs("1.50", from_seats=300)]
    once = pricing.priced(None, rows, TODAY)

    assert pricing.priced(once, rows, TODAY) == once


@pytest.fixture
def row() -> MatrixRow:
    (found,) = read(MATRIX_LINE, head=MATRIX_HEAD).rows
    assert isinstance(found, MatrixRow)
    return found


def test_a_matrix_is_all_there_is_until_a_sync(row: MatrixRow) -> None:
    before = CatalogSku(title="Old", sku="OLD", max=5, add_on=True, terms=(line(ANNUAL),))

    found = pricing.known(before, row, synced=False)

    assert (found.title, found.sku, found.max, found.most_subscriptions) == ("Visio Plan 2", "VISIOCLIENT", 300, 1)
    assert (found.add_on, found.terms) == (True, (line(ANNUAL),))


def test_after_a_sync_a_matrix_fills_in_only_what_is_not_known(row: MatrixRow) -> None:
    before = CatalogSku(title="Visio", sku_id=row.sku_id, max=5)

    found = pricing.known(before, row, synced=True)

    assert (found.title, found.max, found.sku, found.most_subscriptions) == ("Visio", 5, "VISIOCLIENT", 1)


def test_a_part_number_of_another_id_is_not_taken(row: MatrixRow) -> None:
    assert pricing.known(CatalogSku(sku_id="another"), row, synced=True).sku == ""


def test_what_a_matrix_leaves_empty_stays(row: MatrixRow) -> None:
    empty = replace(row, sku="", most=None, prerequisites=())
    before = CatalogSku(sku="VISIO", max=5, prerequisites=("CFQ7TTC0LFLX:0001",))

    found = pricing.known(before, empty, synced=False)

    assert (found.sku, found.max, found.prerequisites) == ("VISIO", 5, ("CFQ7TTC0LFLX:0001",))
