"""What a run for seats saves: today and later apart, each currency by itself, and nothing for blocked rows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from core.builders import a_plan

from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Cost, Later, Reason
from reconciler.model.finding import Code, Finding, Severity
from reconciler.model.money import Money
from reconciler.model.plan import Plan, Scope
from reconciler.reports import savings


def euros(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def given(customer: str, monthly: str, whole: str, currency: str = "EUR", units: int = -1) -> Change:
    cost = Cost(euros(monthly, currency), euros(whole, currency), "2026-12-01")
    where = Address(customer, "subscription", "office")
    return Change(where, Action.UPDATE, Reason.SEATS, Cause.CONFIG, units=units, cost=cost)


def renewed(customer: str, monthly: str) -> Change:
    where = Address(customer, "subscription", "office")
    return Change(where, Action.UPDATE, Reason.SCHEDULE, Cause.CONFIG, later=Later(euros(monthly), "2026-12-02"))


def of_seats(*changes: Change) -> Plan:
    return replace(a_plan(*changes), scope=Scope(seats=True))


def test_what_begins_today_and_what_begins_later_are_not_added() -> None:
    plan = of_seats(given("a", "-18.10", "-162.895"), given("b", "-18.10", "-9.05"), renewed("a", "-36.20"))

    assert savings.summary(plan) == [
        "Savings: 36.20 EUR/month from today, 171.95 EUR to the end of the terms; 36.20 EUR/month from renewals on."
    ]


def test_each_customer_has_its_own_line() -> None:
    (section,) = savings.section(of_seats(given("b", "-1", "-2"), renewed("a", "-3")))

    assert [row.title for row in section.rows] == [
        "a: 3.00 EUR/month from renewals on",
        "b: 1.00 EUR/month from today, 2.00 EUR to the end of the terms",
    ]


def test_currencies_are_told_apart() -> None:
    plan = of_seats(given("a", "-1", "-2"), given("b", "-1", "-2", "CHF"))

    assert [line.split(" ")[2] for line in savings.summary(plan)] == ["CHF/month", "EUR/month"]


def test_growth_raised_renewals_and_blocked_rows_save_nothing() -> None:
    gate = Finding(Code("RC303", Severity.ERROR, "Protected resource"), "protected")
    blocked = replace(given("a", "-1", "-2"), blocked=(gate,))

    assert savings.summary(of_seats(given("a", "5", "9", units=1), renewed("a", "7"), blocked)) == ["Savings: none."]


def test_other_plans_say_nothing_of_savings() -> None:
    plan = a_plan(given("a", "-1", "-2"))

    assert (savings.summary(plan), list(savings.section(plan))) == ([], [])
