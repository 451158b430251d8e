"""Invoices held against record, catalog and days: what is right says nothing, what differs says what and how much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reconciler.core import reconciliation, statement
from reconciler.core.accounts import Account
from reconciler.model.finding import Origin
from reconciler.model.invoice import Invoice, Line
from reconciler.model.money import Money
from reconciler.model.retail import Book, Listed, PriceLine
from reconciler.model.template import CatalogSku, TermPrice
from reconciler.model.transaction import Action, Batch, Source, Transaction

from .bills import SUBSCRIPTION, line, prorated

OCTOBER = statement.of_month(date(2026, 10, 1), None)
PRODUCT = "CFQ7TTC0LCHC:0002"
TERMS = (
    TermPrice(term="P1Y", billing="monthly", price="217.20 EUR"),
    TermPrice(term="P1Y", billing="annual", price="206.40 EUR"),
)
CATALOG = {PRODUCT: CatalogSku(title="Business Premium", sku="SPB", terms=TERMS)}
PRICE = PriceLine.model_validate({"perMonth": "21.90 EUR"})
BOOKS = (Book("everybody", {"SPB": (Listed("SPB", PRICE, Origin("prices.yaml")),)}),)


def seats(day: str, count: int, source: Source = Source.OBSERVED, billing: str = "monthly") -> Batch:
    one = Transaction(
        Action.SEATS,
        source,
        "office",
        SUBSCRIPTION,
        "SPB",
        seats=count,
        product=PRODUCT,
        term="P1Y",
        billing=billing,
    )
    return Batch("run", f"{day}T03:00:00+00:00", "", (one,))


def account(*batches: Batch, known: dict[str, str] | None = None) -> Account:
    return Account("contoso", "EUR", batches, known or {}, CATALOG, BOOKS)


TWO = seats("2026-09-01", 2, Source.OPENING)


def found(whose: Account | None, *lines: Line) -> list[str]:
    done = reconciliation.reconcile([(one, whose) for one in lines], OCTOBER)
    return [finding.code.id for finding in done.findings]


def detail(whose: Account, *lines: Line) -> str:
    done = reconciliation.reconcile([(one, whose) for one in lines], OCTOBER)
    return done.findings[0].detail


def test_what_is_billed_as_it_should_be_says_nothing() -> None:
    assert found(account(TWO), line()) == []


def test_each_line_says_what_it_should_come_to_and_what_the_customer_pays() -> None:
    done = reconciliation.reconcile([(line(), account(TWO))], OCTOBER)

    checked = done.lines[0]
    assert (checked.customer, checked.subscription) == ("contoso", "office")
    assert (checked.expected, checked.sold) == (Decimal("36.20"), Money(Decimal("43.80"), "EUR"))


def test_seats_that_are_not_on_record_are_told() -> None:
    assert found(account(TWO), line("3")) == ["RC705"]
    assert "3 seats are billed from 2026-10-01 on (cycleCharge, 54.30 EUR), 2 are on record" in detail(
        account(TWO), line("3")
    )


@pytest.mark.parametrize(
    ("day", "codes"),
    [("2026-10-02", []), ("2026-10-01", []), ("2026-10-03", ["RC705"])],
    ids=["seen a day later", "seen on the day", "changed later"],
)
def test_what_was_seen_a_day_later_was_there(day: str, codes: list[str]) -> None:
    assert found(account(TWO, seats(day, 3)), line("3")) == codes


def test_what_was_there_before_the_day_of_a_change_may_be_billed() -> None:
    assert found(account(TWO, seats("2026-10-01", 3)), line("2")) == []


def test_seats_that_are_charged_back_are_those_of_another_line() -> None:
    """From 2 over 3 to 4 on one day; only the last is on record."""
    back = prorated("addQuantity", "-3", "7.006452", "-21.01", "2026-10-20")
    more = prorated("addQuantity", "4", "7.006452", "28.02", "2026-10-20")

    assert found(account(TWO, seats("2026-10-20", 4)), back, more) == []


@pytest.mark.parametrize(("seats_back", "price"), [("-2", "7.006452"), ("2", "-7.006452")], ids=["seats", "price"])
def test_what_is_given_back_may_have_its_sign_with_the_seats_or_with_the_price(seats_back: str, price: str) -> None:
    """Microsoft's published examples have it with the price: -9.408 x 10 = -94.08."""
    back = prorated("addQuantity", seats_back, price, "-14.01", "2026-10-20")
    more = prorated("addQuantity", "4", "7.006452", "28.02", "2026-10-20")
    whose = account(TWO, seats("2026-10-20", 4))

    done = reconciliation.reconcile([(back, whose), (more, whose)], OCTOBER)

    assert done.findings == ()
    assert sorted(one.expected or 0 for one in done.lines) == [Decimal("-14.01"), Decimal("28.02")]
    assert [one.sold.amount < 0 for one in done.lines if one.sold] == [one.line.subtotal < 0 for one in done.lines]


def test_before_anybody_looked_nothing_is_said_of_seats() -> None:
    assert found(account(seats("2026-10-05", 2, Source.OPENING)), line("9")) == []


def test_a_price_that_is_not_the_catalogs_is_told_with_what_it_makes() -> None:
    assert found(account(TWO), line("2", "19.10")) == ["RC704"]
    assert "over 2 seats that is +2.00 for a whole cycle" in detail(account(TWO), line("2", "19.10"))


def test_the_price_is_that_of_the_day_on_which_the_term_began() -> None:
    terms = (*TERMS, TermPrice(term="P1Y", billing="monthly", price="240 EUR", since=date(2026, 7, 1)))
    catalog = {PRODUCT: CatalogSku(title="Business Premium", sku="SPB", terms=terms)}
    renewed = {"subscriptionstartdate": "2026-08-01", "subscriptionenddate": "2027-07-31"}
    whose = replace(account(TWO), catalog=catalog)

    assert [found(whose, line()), found(whose, line(**renewed))] == [[], ["RC704"]]


def test_prices_of_another_currency_are_compared_in_it_and_charged_with_its_rate() -> None:
    terms = (TermPrice(term="P1Y", billing="monthly", price="240 USD"),)
    whose = replace(account(TWO), catalog={PRODUCT: CatalogSku(title="Business Premium", sku="SPB", terms=terms)})
    dollars = line("2", "20", pricingcurrency="USD", pctobcexchangerate="0.9", subtotal="36.00", total="36.00")

    done = reconciliation.reconcile([(dollars, whose)], OCTOBER)

    assert (done.findings, done.lines[0].expected) == ((), Decimal("36.000"))


def test_a_year_in_advance_is_held_against_the_years_price() -> None:
    year = {"chargestartdate": "2026-10-01", "chargeenddate": "2027-09-30", "billingfrequency": "Annual"}
    term = {"subscriptionstartdate": "2026-10-01", "subscriptionenddate": "2027-09-30", "chargetype": "renew"}

    assert found(account(TWO), line("2", "206.40", **year, **term)) == []
    assert found(account(TWO), line("2", "217.20", **year, **term)) == ["RC704"]


@pytest.mark.parametrize(
    "changes",
    [{"promotionid": "39NFJQT1X27N:0002:39NFJQT1Q5KL"}, {"creditreasoncode": "goodwill"}],
    ids=["promotion", "credit"],
)
def test_where_another_price_is_named_nothing_is_expected(changes: dict[str, str]) -> None:
    reduced = {"effectiveunitprice": "15.00", "subtotal": "30.00", "total": "30.00"}

    assert found(account(TWO), line("2", "19.10", **reduced, **changes)) == []


def test_a_product_without_a_price_is_told_once() -> None:
    other = {"productid": "CFQ7TTC0LH18", "skuid": "0001"}

    assert found(account(TWO), line("2", "6.00", **other), line("2", "6.00", **other)) == ["RC708"]


def test_days_that_do_not_make_the_amount_are_told() -> None:
    """October has 31 days, 12 of them from the 20th on: 18.10 / 31 * 12 = 7.006 a seat."""
    back = prorated("addQuantity", "-2", "7.006452", "-14.01", "2026-10-20")
    more = prorated("addQuantity", "3", "7.006452", "21.01", "2026-10-20")
    wrong = prorated("addQuantity", "3", "8.00", "24.00", "2026-10-20")
    grown = account(TWO, seats("2026-10-20", 3))

    assert found(grown, line(), back, more) == []
    assert found(grown, line(), back, wrong) == ["RC706"]


def test_seats_given_back_without_a_credit_are_told() -> None:
    fewer = account(TWO, seats("2026-10-20", 1))

    assert found(fewer, line()) == ["RC707"]


def test_what_was_given_back_in_another_month_or_stands_on_no_line_is_not_looked_for_here() -> None:
    sooner = account(seats("2026-09-01", 3), seats("2026-09-20", 2))
    unbilled = account(TWO, seats("2026-10-20", 1), known={"other": "other"})

    assert found(sooner, line()) == []
    assert "RC707" not in found(unbilled, line(subscriptionid="other"))


@pytest.mark.parametrize(
    "credit",
    [
        prorated("removeQuantity", "-2", "7.006452", "-14.01", "2026-10-20"),
        prorated("cancelImmediate", "-2", "7.00", "-14.00", "2026-10-19"),
        line("1", chargetype="renew", chargestartdate="2026-10-21", chargeenddate="2026-11-20"),
    ],
    ids=["given back", "canceled", "renewed with fewer"],
)
def test_a_line_that_explains_fewer_seats_is_enough(credit: Line) -> None:
    fewer = account(TWO, seats("2026-10-20", 1))

    assert "RC707" not in found(fewer, line(), credit)


def test_at_the_end_of_a_term_nothing_is_given_back() -> None:
    ended = account(TWO, seats("2026-10-21", 0))

    assert "RC707" not in found(ended, line(subscriptionenddate="2026-10-20", chargeenddate="2026-10-20"))


def test_a_subscription_that_nobody_knows_is_told_once_with_all_its_lines() -> None:
    stranger = account(Batch("run", "2026-09-01T00:00:00+00:00", "", ()))

    assert found(stranger, line(), line("3")) == ["RC703"]
    assert "90.50 EUR in all" in detail(stranger, line(), line("3"))


def test_a_subscription_of_the_ledger_is_known() -> None:
    assert found(account(known={SUBSCRIPTION: "office"}), line()) == []


def test_a_customer_that_no_file_has_is_told() -> None:
    assert found(None, line(), line("3")) == ["RC702"]


def test_what_was_there_all_month_and_stands_on_no_line_is_told() -> None:
    other = line(subscriptionid="other")
    whose = account(TWO, known={"other": "other"})

    assert "RC709" in found(whose, other)
    assert "RC709" not in found(account(seats("2026-10-09", 2), known={"other": "other"}), other)


@pytest.mark.parametrize(
    "whose",
    [account(TWO, seats("2026-10-20", 0)), account(seats("2026-09-01", 2, billing="annual"))],
    ids=["it ended", "billed once a year"],
)
def test_what_need_not_be_billed_in_a_month_is_not_missed(whose: Account) -> None:
    assert found(replace(whose, known={"other": "other"}), line(subscriptionid="other")) == []


@pytest.mark.parametrize(
    ("bill", "saving"),
    [
        (line("3"), "18.10 EUR"),
        (line("1"), None),
        (line("2", "19.10"), "2.00 EUR"),
        (line("2", "17.10"), None),
        (line(subscriptionid="other"), "36.20 EUR"),
    ],
    ids=["a seat", "a seat too few", "a price", "a price too low", "a subscription"],
)
def test_what_is_billed_beyond_what_is_known_has_its_money(bill: Line, saving: str | None) -> None:
    done = reconciliation.reconcile([(bill, account(TWO))], OCTOBER)

    assert [str(one.saving) if one.saving else None for one in done.findings if one.is_error] == [saving]


def test_a_trial_costs_nothing_and_is_not_compared() -> None:
    trial = line("25", "0", termandbillingcycle="One-Month commitment for trial", billingfrequency="")

    assert found(account(seats("2026-09-01", 25)), trial) == []


@pytest.mark.parametrize(
    ("total", "difference"),
    [(None, None), ("90.50", None), ("96.50", None), ("96.51", "a difference of 0.01")],
    ids=["not known", "without taxes", "with taxes", "a cent"],
)
def test_an_invoice_adds_up_to_the_cent(total: str | None, difference: str | None) -> None:
    invoice = Invoice(
        "G1", {"a": line(), "b": line("3", taxtotal="6.00", total="60.30")}, Decimal(total) if total else None, "EUR"
    )

    finding = reconciliation.adds_up(invoice)

    assert (finding and finding.code.id) == (difference and "RC701")
    assert not finding or (difference or "") in finding.detail
