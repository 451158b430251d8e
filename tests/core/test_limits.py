"""Limits: how much a plan and a run may take away, add and spend, and the words that lift each (interface.md 2.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.core import gates as rules
from reconciler.core.plan import CustomerPlan, allow, allowed_steps, combine
from reconciler.model.change import Action, Change
from reconciler.model.plan import Plan, Scope, Source
from reconciler.model.template import Guardrails, RemovalLimit

from .builders import MADE, a_change, a_cost
from .scene import (
    customer,
    gates,
    grave,
    holds,
    lease,
    license_of,
    lives,
    memory,
    person,
    planned,
    reading,
    runs,
    seats,
)

PEOPLE = [f"p{number}" for number in range(10)]
DIGEST = "sha256:1a2b3c4d5e6f" + "0" * 52


def leaving(count: int, limit: RemovalLimit, there: int = 10) -> CustomerPlan:
    """So many of those who are there are to be deleted."""
    graves = dict(grave("user", name) for name in PEOPLE[:count])
    files = customer(tombstones=graves, guardrails=Guardrails(removals=limit))
    return planned(files, reading(*map(lives, PEOPLE[:there])))


@pytest.mark.parametrize(
    ("leave", "there", "limit", "is_stopped"),
    [
        (5, 10, RemovalLimit(count=5, percent=100), False),
        (6, 10, RemovalLimit(count=5, percent=100), True),
        (2, 10, RemovalLimit(count=5, percent=20), False),
        (3, 10, RemovalLimit(count=5, percent=20), True),
        (2, 10, RemovalLimit(count=5, percent=11), False),
        (1, 2, RemovalLimit(count=5, percent=0), False),
        (2, 2, RemovalLimit(count=5, percent=0), True),
        (1, 2, RemovalLimit(count=0, percent=100), True),
    ],
    ids=[
        "as many as the count",
        "one more than the count",
        "as many as the share",
        "one more than the share",
        "the share is rounded up",
        "one is always within the share",
        "two are not",
        "a count of 0 allows none",
    ],
)
def test_removals_are_limited_by_count_and_share(leave: int, there: int, limit: RemovalLimit, is_stopped: bool) -> None:
    plan = leaving(leave, limit, there)

    assert len(runs(plan)) == (0 if is_stopped else leave)
    assert all(codes == ["RC305"] for codes in gates(plan).values())


def test_a_limit_of_removals_stops_everything_of_the_customer() -> None:
    files = customer(
        person("ada", title="cto"),
        tombstones=dict(grave("user", name) for name in PEOPLE[:2]),
        guardrails=Guardrails(removals=RemovalLimit(count=1, percent=100)),
    )

    plan = planned(files, reading(lives("ada"), *map(lives, PEOPLE)))

    assert runs(plan) == []
    assert gates(plan)["update user/ada title=cto"] == ["RC305"]
    gate = plan.changes[0].blocked[0]
    assert gate.detail == (
        "2 removals of 11 users at contoso; 1 are allowed (guardrails: removals: count 1, percent 100)."
    )
    assert gate.fix == "If it is meant: --allow removals=2@{digest}"


def growing(people: int, **limits: Any) -> CustomerPlan:  # Any: a field of Guardrails each
    names = PEOPLE[:people]
    wanted = [one for name in names for one in (person(name), license_of(name))]
    files = customer(*wanted, lease("office"), guardrails=Guardrails(**limits))
    return planned(files, reading(*map(lives, names), seats("office", 0)))


@pytest.mark.parametrize(
    ("people", "limits", "code"),
    [
        (3, {"seats_added": 3}, ""),
        (4, {"seats_added": 3}, "RC306"),
        (3, {"monthly_cost_added": "30.00 EUR"}, ""),
        (4, {"monthly_cost_added": "30.00 EUR"}, "RC307"),
        (4, {"monthly_cost_added": "30.00 USD"}, ""),
    ],
    ids=["as many seats", "one seat more", "as much money", "more money", "money of another currency"],
)
def test_growth_is_limited_by_seats_and_by_cost(people: int, limits: dict[str, Any], code: str) -> None:
    plan = growing(people, **limits)

    assert {found for codes in gates(plan).values() for found in codes} == ({code} if code else set())
    assert bool(runs(plan)) is not bool(code)


def test_a_limit_of_growth_says_how_much_and_how_it_is_lifted() -> None:
    seats_gate = growing(4, seats_added=3).changes[0].blocked[0]
    cost_gate = growing(4, monthly_cost_added="30.00 EUR").changes[0].blocked[0]

    assert seats_gate.detail == "4 seats are added at contoso; 3 are allowed (guardrails: seatsAdded)."
    assert seats_gate.fix == "If it is meant: --allow seats=4@{digest}"
    assert cost_gate.detail == (
        "40.00 EUR a month are added at contoso; 30.00 EUR are allowed (guardrails: monthlyCostAdded)."
    )
    assert cost_gate.fix == "If it is meant: --allow cost=40.00@{digest}"


def idle(spare: int, *more: Any, **limits: Any) -> CustomerPlan:  # Any: rows of the files, and fields of Guardrails
    """So many seats that nobody holds, beside one that somebody does."""
    files = customer(person("ada"), license_of("ada"), lease("office"), *more, guardrails=Guardrails(**limits))
    return planned(files, reading(lives("ada"), holds("ada"), seats("office", 1 + spare)))


@pytest.mark.parametrize(
    ("spare", "limits", "runs_"),
    [(3, {"seats_removed": 3}, 1), (4, {"seats_removed": 3}, 0), (1, {"seats_removed": 0}, 0), (400, {}, 1)],
    ids=["as many", "one more", "none may go", "no limit unless it is written"],
)
def test_seats_that_are_given_back_are_limited(spare: int, limits: dict[str, Any], runs_: int) -> None:
    plan = idle(spare, **limits)

    assert len(runs(plan)) == runs_
    assert all(codes == ["RC317"] for codes in gates(plan).values())


def test_a_limit_of_seats_given_back_says_how_many_and_how_it_is_lifted() -> None:
    gate = idle(4, seats_removed=3).changes[0].blocked[0]

    assert gate.detail == "4 seats are given back at contoso; 3 are allowed (guardrails: seatsRemoved)."
    assert gate.fix == "If it is meant: --allow seatsRemoved=4@{digest}"


def test_who_lifts_one_limit_lifts_no_other() -> None:
    files = customer(
        person("ada"),
        license_of("ada"),
        lease("office"),
        tombstones=dict(grave("user", name) for name in PEOPLE[:2]),
        guardrails=Guardrails(removals=RemovalLimit(count=1, percent=100), seats_removed=1),
    )
    met = planned(files, reading(lives("ada"), holds("ada"), seats("office", 3), *map(lives, PEOPLE)))
    plan = run_of(met)

    removing = allow(plan, [rules.parse_allowance("removals=2@1a2b3c")], [DIGEST])
    giving = allow(removing, [rules.parse_allowance("seatsRemoved=2@1a2b3c")], [DIGEST])

    assert set(map(tuple, gates(met).values())) == {("RC305", "RC317")}
    assert not removing.executable
    assert len(giving.executable) == len(plan.changes)


def test_seats_of_a_blocked_row_count_for_no_limit() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office", max=1), guardrails=Guardrails(seats_added=0))

    plan = planned(files, reading(lives("ada"), seats("office", 1)))

    assert gates(plan) == {}


def of_customer(key: str, *changes: Change) -> CustomerPlan:
    return CustomerPlan(key, changes, (), (), (), (), (), {})


def buying(key: str, units: int = 1, cost: str = "10 EUR") -> CustomerPlan:
    row = a_change(f"{key}/subscription/office", Action.UPDATE, units=units, cost=a_cost(cost))
    return of_customer(key, row)


def run_of(*plans: CustomerPlan, **limits: Any) -> Plan:  # Any: a field of Guardrails each
    return combine(plans, MADE, Source(), Scope(), Guardrails(**limits))


@pytest.mark.parametrize(
    ("plans", "limits", "code"),
    [
        ((buying("a"), buying("b")), {"customers_touched": 2}, ""),
        ((buying("a"), buying("b"), buying("c")), {"customers_touched": 2}, "RC308"),
        ((buying("a"), buying("b"), of_customer("c")), {"customers_touched": 2}, ""),
        ((buying("a", 2), buying("b", 2)), {"seats_added": 4}, ""),
        ((buying("a", 2), buying("b", 3)), {"seats_added": 4}, "RC306"),
        ((buying("a"), buying("b")), {"monthly_cost_added": "19.99 EUR"}, "RC307"),
        ((buying("a"), buying("b", cost="10 USD")), {"monthly_cost_added": "19.99 EUR"}, ""),
        ((buying("a", -2), buying("b", -2), buying("c", 9)), {"seats_removed": 4}, ""),
        ((buying("a", -2), buying("b", -3)), {"seats_removed": 4}, "RC317"),
        ((buying("a", -99), buying("b", -99)), {}, ""),
    ],
    ids=[
        "as many customers",
        "one customer more",
        "a customer with nothing to do",
        "as many seats over all",
        "one seat more over all",
        "more money over all",
        "money of two currencies",
        "as many seats given back over all, whatever is bought",
        "one seat more given back over all",
        "no limit of seats given back",
    ],
)
def test_a_run_is_limited_over_all_customers(
    plans: tuple[CustomerPlan, ...], limits: dict[str, Any], code: str
) -> None:
    plan = run_of(*plans, **limits)

    found = {gate.code.id for change in plan.changes for gate in change.blocked}
    assert found == ({code} if code else set())
    assert bool(plan.executable) is not bool(code)


def test_the_limit_of_a_run_leaves_gates_that_were_there() -> None:
    other = tuple(rules.growth_gates(buying("a", 9).changes, Guardrails(seats_added=1), "at a"))
    held = of_customer("a", replace(buying("a").changes[0], blocked=other))

    plan = run_of(held, buying("b"), buying("c"), customers_touched=1)

    assert [[gate.code.id for gate in change.blocked] for change in plan.changes] == [["RC306"], ["RC308"], ["RC308"]]


def test_customers_stand_in_the_order_of_their_names() -> None:
    plan = run_of(buying("b"), buying("a"))

    assert [change.address.customer for change in plan.changes] == ["a", "b"]


@pytest.mark.parametrize(
    ("words", "is_lifted"),
    [
        ("seats=2@1a2b3c4d5e6f", True),
        ("seats=2@sha256:1a2b3c", True),
        ("seats=3@1a2b3c4d5e6f", False),
        ("seats=2@ffffff", False),
        ("removals=2@1a2b3c4d5e6f", False),
        ("seats=20@1a2b3c4d5e6f", False),
    ],
    ids=["its words", "its whole name", "another number", "another plan", "another limit", "a number that begins so"],
)
def test_an_allowance_lifts_one_limit_of_one_plan(words: str, is_lifted: bool) -> None:
    plan = run_of(buying("a", 2), seats_added=1)

    found = allow(plan, [rules.parse_allowance(words)], [DIGEST])

    assert bool(found.executable) is is_lifted


@pytest.mark.parametrize("words", ["", "removals", "removals=7", "removals=7@1a2b", "=7@1a2b3c4d", "force=7@1a2b3c4d"])
def test_an_allowance_that_is_none_says_what_was_expected(words: str) -> None:
    known = "cost, customers, disruptive, removals, seats, seatsRemoved"
    with pytest.raises(ValueError, match=f"expected KIND=N@DIGEST with KIND one of {known}"):
        rules.parse_allowance(words)


def test_only_rows_that_run_stay_in_their_steps() -> None:
    files = customer(person("ada", title="cto"), tombstones=dict([grave("user", "bo")]))
    found = planned(files, reading(lives("ada"), lives("bo", chief=True)))
    plan = run_of(found)

    steps = allowed_steps(plan, found.steps)

    assert [change.address.key for step in steps for change in step.changes] == ["ada"]
    assert allowed_steps(run_of(found, customers_touched=0), found.steps) == ()


def test_what_is_protected_loses_nothing_though_the_memory_alone_says_so() -> None:
    before = customer(person("ada", protect=True), license_of("ada"), lease("office"))
    there = reading(lives("ada"), holds("ada"), seats("office", 1))
    ledger = memory(before, there)
    files = customer(person("ada"), lease("office"))

    plan = planned(files, there, ledger)

    assert gates(plan) == {"unassign license/ada:E3": ["RC303"]}
