"""A line of an invoice as Microsoft writes it: read exactly, or refused with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reconciler.core import invoicing
from reconciler.core.invoicing import BadLine
from reconciler.model.invoice import Charge

from .bills import fields, line, prorated


def test_a_line_is_read_exactly() -> None:
    found = line("2", "18.105000", productid="cfq7ttc0lchc", skuid="2", chargestartdate="2026-10-01T00:00:00Z")

    assert (found.product, found.unit_price, found.subtotal) == (
        "CFQ7TTC0LCHC:0002",
        Decimal("18.105000"),
        Decimal("36.210000"),
    )
    assert (found.first, found.last, found.term, found.billing) == (
        date(2026, 10, 1),
        date(2026, 10, 31),
        "P1Y",
        "monthly",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((one.value, one) for one in Charge),
        ("New", Charge.NEW),
        ("Purchase", Charge.NEW),
        ("Refund", Charge.CANCEL),
        ("CYCLECHARGE", Charge.CYCLE),
    ],
)
def test_every_charge_type_is_known_in_any_case_and_in_the_words_of_v1(text: str, expected: Charge) -> None:
    assert line(chargetype=text).charge is expected


@pytest.mark.parametrize(
    "text",
    ["Cycle fee", "Activation fee", "Prorate fees when purchase", "Cycle instance prorate", "New purchase cycle fee"],
)
def test_charges_of_legacy_offers_are_refused_by_name(text: str) -> None:
    with pytest.raises(BadLine, match="is that of a legacy offer"):
        line(chargetype=text)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chargetype": "adjust"}, 'charge type "adjust" is none of new, renew'),
        ({"subtotal": "36.30", "total": "36.30"}, "its subtotal is 36.30, and 18.10 x 2 is 36.20"),
        ({"total": "36.21"}, "subtotal 36.20 and tax 0 are not its total 36.21"),
        ({"taxtotal": "6.88"}, "subtotal 36.20 and tax 6.88 are not its total 36.20"),
        ({"quantity": "two"}, '"two" is not a number'),
        ({"unitprice": "18,10"}, '"18,10" is not a number with a decimal point'),
        ({"unitprice": "NaN"}, "is no amount"),
        ({"subtotal": "1e12", "total": "1e12"}, "is no amount"),
        ({"chargestartdate": "yesterday"}, 'chargestartdate "yesterday" is not a day'),
        ({"chargestartdate": "2026-02-30"}, "is not a day"),
        ({"chargeenddate": ""}, "chargeenddate is empty"),
        ({"chargeenddate": "2026-09-30"}, "ends on 2026-09-30, before it starts on 2026-10-01"),
        ({"currency": "Euro"}, "no code of three letters"),
        ({"invoicenumber": ""}, "unbilled lines still change"),
        ({"invoicenumber": "../x"}, "no invoice number"),
    ],
)
def test_what_cannot_be_believed_is_refused_with_the_reason(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(BadLine, match=reason):
        line(**changes)


def test_a_missing_column_is_named() -> None:
    found = fields()
    del found["chargetype"]

    with pytest.raises(BadLine, match="it has no chargetype"):
        invoicing.line(found)


def test_columns_that_nobody_knows_are_left_alone() -> None:
    assert line(meterdescription="", newcolumnof2027="x") == line()


@pytest.mark.parametrize(
    ("charge", "seats", "effective", "amount"),
    [
        ("addQuantity", "-10", "9.408", "-94.08"),
        ("addQuantity", "12", "9.408", "112.89"),
        ("cancelImmediate", "-10", "9.42", "-94.2"),
        ("convert", "-300", "7.72", "-2316"),
        ("addQuantity", "-10", "11.23", "-112.25"),
        ("addQuantity", "15", "11.23", "168.38"),
    ],
)
def test_published_roundings_are_believed(charge: str, seats: str, effective: str, amount: str) -> None:
    assert prorated(charge, seats, effective, amount, "2026-10-20").subtotal == Decimal(amount)


def test_another_billing_currency_is_counted_with_its_rate() -> None:
    found = line("10", "10.00", pricingcurrency="USD", pctobcexchangerate="0.9", subtotal="90.00", total="90.00")

    assert (found.pricing_currency, found.currency, found.rate) == ("USD", "EUR", Decimal("0.9"))


def test_a_credit_is_believed_as_it_stands() -> None:
    found = line(chargetype="customerCredit", subtotal="-5.00", total="-5.00")

    assert found.subtotal == Decimal("-5.00")


@pytest.mark.parametrize(
    ("text", "frequency", "expected"),
    [
        ("One-Month commitment for monthly billing", "", ("P1M", "monthly")),
        ("1 Year Subscription", "Annual", ("P1Y", "annual")),
        ("Three-3 Years commitment", "Triennial", ("P3Y", "triennial")),
        ("One-Month commitment for trial", "", ("P1M", "none")),
        ("", "", ("", "")),
    ],
)
def test_term_and_billing_are_told_from_what_the_line_says(
    text: str, frequency: str, expected: tuple[str, str]
) -> None:
    found = line(termandbillingcycle=text, billingfrequency=frequency)

    assert (found.term, found.billing) == expected


def test_american_days_and_absent_ones_are_read() -> None:
    found = line(chargestartdate="10/5/2026 12:00:00 AM", subscriptionenddate="0001-01-01T00:00:00")

    assert (found.first, found.term_end) == (date(2026, 10, 5), None)


def test_equal_lines_are_counted_and_another_spelling_is_the_same() -> None:
    first = invoicing.identities([line(), line(), line("3")])
    again = invoicing.identities([line(subtotal="36.2", total="36.200", customername="CONTOSO")])

    assert len(first) == 3
    assert again.keys() <= first.keys()
