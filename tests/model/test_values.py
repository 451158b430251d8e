"""Money, seats, coverage, findings and digests: the small values that everything else is made of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reconciler.model import money
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason, Step
from reconciler.model.finding import Code, Finding, Origin, Severity, sort_key
from reconciler.model.ledger import CustomerLedger, LedgerEntry
from reconciler.model.money import Money
from reconciler.model.plan import Plan, Scope, Source
from reconciler.model.resource import COMPLETE, Coverage, CoverageState, Guard, Snapshot
from reconciler.model.seats import Lot, Supply

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
ADA = Address("contoso", "user", "ada")
ROW = Change(ADA, Action.UPDATE, Reason.DECLARED, Cause.CONFIG)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500.00 EUR", Money(Decimal("500.00"), "EUR")),
        ("  1 chf ", Money(Decimal(1), "CHF")),
        ("-3.5 USD", Money(Decimal("-3.5"), "USD")),
    ],
)
def test_money_is_an_amount_and_a_currency(text: str, expected: Money) -> None:
    assert money.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "500", "EUR", "500 EURO", "500 E1R", "EUR 500", "five EUR", "1 2 EUR", "1,50 EUR"]
)
def test_what_is_no_money_says_what_is_wrong(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not an amount of money: expected something like|is not a number"):
        money.parse(text)


@pytest.mark.parametrize("text", ["NaN EUR", "Infinity EUR", "-inf EUR", "sNaN EUR"])
def test_money_is_a_finite_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        money.parse(text)


@pytest.mark.parametrize(
    ("amount", "shown", "signed"),
    [("2.345", "2.35 EUR", "+2.35 EUR"), ("-2.345", "-2.35 EUR", "-2.35 EUR"), ("0", "0.00 EUR", "+0.00 EUR")],
)
def test_money_is_rounded_half_up_where_it_is_shown(amount: str, shown: str, signed: str) -> None:
    found = Money(Decimal(amount), "EUR")

    assert (str(found), found.signed()) == (shown, signed)


def test_money_of_one_currency_adds_up_and_never_with_another() -> None:
    one, two = Money(Decimal(1), "EUR"), Money(Decimal(2), "EUR")

    assert one + two == Money(Decimal(3), "EUR")
    assert -one == one.times(-1)
    with pytest.raises(AssertionError, match="EUR and USD cannot be added"):
        _ = one + Money(Decimal(1), "USD")


def test_a_total_is_kept_by_currency_in_order_of_the_name() -> None:
    amounts = [Money(Decimal(1), "USD"), Money(Decimal(2), "CHF"), Money(Decimal(3), "USD")]

    assert [str(found) for found in money.total(amounts).values()] == ["2.00 CHF", "4.00 USD"]


@pytest.mark.parametrize(
    ("lots", "quantity", "expected"),
    [
        ((), 5, 0),
        ((Lot(2, NOW + timedelta(hours=1)),), 5, 2),
        ((Lot(2, NOW),), 5, 0),
        ((Lot(2, NOW + timedelta(hours=1)), Lot(3, NOW - timedelta(hours=1))), 9, 2),
        ((Lot(9, NOW + timedelta(hours=1)),), 5, 5),
    ],
    ids=["no lot", "an open lot", "a lot that ends now", "one of two", "never more than there are"],
)
def test_seats_go_back_while_their_lot_is_open(lots: tuple[Lot, ...], quantity: int, expected: int) -> None:
    supply = Supply(ADA, "E3", own=True, active=True, quantity=quantity, lots=lots)

    assert supply.removable(NOW) == expected


@pytest.mark.parametrize(
    ("state", "creates", "removes"),
    [
        (CoverageState.COMPLETE, True, True),
        (CoverageState.ABSENT_PARENT, True, False),
        (CoverageState.PARTIAL, False, False),
        (CoverageState.FAILED, False, False),
        (CoverageState.NOT_READ, False, False),
    ],
    ids=str,
)
def test_only_what_was_seen_whole_permits_anything(state: CoverageState, creates: bool, removes: bool) -> None:
    found = Coverage(state)

    assert (found.permits_create, found.permits_removal) == (creates, removes)


def test_a_kind_that_was_not_asked_for_was_not_read() -> None:
    snapshot = Snapshot("contoso", NOW, {}, {"user": COMPLETE})

    assert (snapshot.covers("user").state, snapshot.covers("group").state) == (
        CoverageState.COMPLETE,
        CoverageState.NOT_READ,
    )
    assert snapshot.of_kind("user") == ()


def test_a_guard_covers_everything_or_the_fields_it_names() -> None:
    assert Guard("a guest").covers("title")
    assert Guard("synced", frozenset({"title"})).covers("title")
    assert not Guard("synced", frozenset({"title"})).covers("country")


def test_equal_values_of_two_customers_have_different_digests() -> None:
    ours, theirs = CustomerLedger("contoso", "salt-1"), CustomerLedger("fabrikam", "salt-2")

    assert ours.digest("DE") != theirs.digest("DE")
    assert ours.digest("DE") == CustomerLedger("contoso", "salt-1").digest("DE")
    assert "DE" not in ours.digest("DE")


@pytest.mark.parametrize(
    ("one", "other", "are_equal"),
    [
        (frozenset({"a", "b"}), frozenset({"b", "a"}), True),
        (frozenset({"a", "b"}), ("a", "b"), True),
        (("a", "b"), ("b", "a"), False),
        (None, "", False),
        (True, 1, False),
        ("1", 1, False),
        ((("a",), "b"), (["a"], "b"), True),
    ],
    ids=[
        "sets",
        "a set and its sorted list",
        "lists in another order",
        "null and empty",
        "true and one",
        "text",
        "nested",
    ],
)
def test_digests_tell_values_apart_and_not_the_order_of_sets(one: object, other: object, are_equal: bool) -> None:
    ledger = CustomerLedger("contoso", "salt")

    assert (ledger.digest(one) == ledger.digest(other)) is are_equal


def test_a_memory_is_changed_by_making_another_one() -> None:
    empty = CustomerLedger("contoso", "salt")

    one = empty.remembering({ADA: LedgerEntry("1")})

    assert (empty.known, one.known, list(one.of_kind("user")), one.of_kind("group")) == (False, True, [ADA], {})
    assert one.without([ADA]) == replace(empty, known=True)


def test_findings_are_in_the_order_of_the_files() -> None:
    code = Code("RC999", Severity.ERROR, "Something")
    places = [Origin("b.yaml", 1, 1), None, Origin("a.yaml", 10, 1), Origin("a.yaml", 9, 5), Origin("a.yaml")]

    ordered = sorted((Finding(code, "x", origin=place) for place in places), key=sort_key)

    assert [str(found.origin) for found in ordered] == ["None", "a.yaml", "a.yaml:9:5", "a.yaml:10:1", "b.yaml:1:1"]


@pytest.mark.parametrize(("severity", "is_error"), [("error", True), ("warning", False), ("advice", False)])
def test_only_an_error_stops_validate_and_apply(severity: str, is_error: bool) -> None:
    finding = Finding(Code("RC999", Severity(severity), "Something"), "x")

    assert finding.is_error is is_error
    assert Plan(NOW, Source(), Scope(), changes=(ROW,), findings=(finding,)).applyable is not is_error


def test_two_rows_are_the_same_whatever_was_there_before() -> None:
    one = replace(ROW, fields=(FieldChange(("title",), "a", "b"),))

    assert one.identity == replace(one, fields=(FieldChange(("title",), "c", "b"),), cause=Cause.DRIFT).identity
    assert one.identity != replace(one, fields=(FieldChange(("title",), "a", "c"),)).identity
    assert one.identity != replace(one, action=Action.RESTORE).identity


def test_a_step_is_of_the_customer_and_kind_of_its_rows() -> None:
    step = Step("user:ada", (ROW,), 0)

    assert (step.customer, step.kind) == ("contoso", "user")
