"""What policies see is the customer as the plan leaves it; an error stops the customer, anything else is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.finding import Code, Finding, Severity
from reconciler.model.policy import Judgment, Outlook
from reconciler.model.resource import CoverageState, Live
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku

from . import scene
from .fakes import KINDS
from .scene import ALL_LOTS, NOTHING, NOW, at, customer, gates, holds, license_of, lives, person, reading
from .terms import TERMS, lease_of, term

ENDS = NOW + timedelta(days=90)
BAD = Code("RC601", Severity.WARNING, "More unassigned seats than allowed")
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3")}


def seen(*there: Live[Spec], leases: Any = None, people: int = 1, **coverage: CoverageState) -> list[Outlook]:
    """What is judged of a customer with so many people of whom the first holds a seat."""
    found: list[Outlook] = []

    def judge(outlook: Outlook) -> Judgment:
        found.append(outlook)
        return Judgment()

    planned(judge, *there, leases=leases, people=people, **coverage)
    return found


def planned(judge: Any, *there: Live[Spec], leases: Any = None, people: int = 1, **coverage: Any) -> CustomerPlan:
    names = [f"p{number}" for number in range(people)]
    declared = [one for name in names for one in (person(name), license_of(name))]
    files = customer(*(leases or [lease_of("office")]), *declared)
    live = reading(*map(lives, names), holds("p0"), *there, **coverage)
    return plan_customer(Inputs(files, live, NOTHING, TERMS, CATALOG), Run(recipients=("age1x",), judge=judge))


def test_quantities_and_holders_are_those_after_the_plan() -> None:
    (found,) = seen(term("office", 1, ENDS), people=3)

    assert [owned.supply.quantity for owned in found.owned] == [3]
    assert found.holders["E3"] == {at("user", name) for name in ("p0", "p1", "p2")}


def test_what_is_given_back_is_gone_and_seats_of_others_are_apart() -> None:
    (found,) = seen(term("office", 3, ENDS, lots=ALL_LOTS), term("theirs", 0, ENDS, own=False))

    assert ([owned.supply.quantity for owned in found.owned], found.others) == ([1], {"E3": 0})


@pytest.mark.parametrize(
    ("there", "lease", "decided"),
    [
        (term("office", 1, ENDS), lease_of("office"), False),
        (term("office", 1, ENDS, end_of_term="renew"), lease_of("office", end_of_term="renew"), True),
        (term("office", 1, ENDS, scheduled=1), lease_of("office"), True),
        (term("office", 3, ENDS), lease_of("office"), True),
        (term("office", 1, ENDS, cancels=True), lease_of("office"), True),
    ],
    ids=["open", "declared", "arranged", "arranged-by-this-plan", "cancelled"],
)
def test_a_term_is_decided_by_files_or_by_what_is_arranged(there: Live[Spec], lease: Any, *, decided: bool) -> None:
    (found,) = seen(there, leases=[lease])

    assert [owned.decided for owned in found.owned] == [decided]


def test_nothing_is_judged_where_seats_were_not_seen_whole() -> None:
    assert seen(term("office", 1, ENDS), subscription=CoverageState.PARTIAL) == []


def of_severity(severity: Severity) -> Any:
    return lambda _outlook: Judgment((Finding(replace(BAD, severity=severity), "too many"),))


def test_an_error_stops_the_customer() -> None:
    plan = planned(of_severity(Severity.ERROR), term("office", 1, ENDS), people=2)

    assert set(map(tuple, gates(plan).values())) == {("RC601",)}
    assert len(gates(plan)) == len(plan.changes)
    assert plan.findings == () or all(finding.code.id != "RC601" for finding in plan.findings)


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.ADVICE])
def test_anything_milder_is_told(severity: Severity) -> None:
    plan = planned(of_severity(severity), term("office", 1, ENDS), people=2)

    assert gates(plan) == {}
    assert [f.code.severity for f in plan.findings if f.code.id == "RC601"] == [severity]


def test_an_error_does_not_stop_a_plan_that_only_gives_back() -> None:
    plan = planned(of_severity(Severity.ERROR), term("office", 5, ENDS))

    assert (gates(plan), [f.code.severity for f in plan.findings if f.code.id == "RC601"]) == ({}, [Severity.WARNING])
    assert len(plan.steps) == 1


def test_an_error_that_stops_nothing_is_a_warning() -> None:
    """With nothing to do there is nothing to stop; the exit code of a clean plan is that of a clean plan."""
    plan = planned(of_severity(Severity.ERROR), term("office", 1, ENDS))

    assert (plan.changes, [f.code.severity for f in plan.findings]) == ((), [Severity.WARNING])


def test_when_holders_were_there_last_is_seen_of_those_who_can_sign_in() -> None:
    names = ("ada", "bo", "cy")
    there = reading(*map(lives, names[:2]), lives("cy", enabled=False), *map(holds, names), term("office", 3, ENDS))
    known = {f"id-user-{name}": NOW for name in ("ada", "cy", "nobody")}
    found: list[Outlook] = []

    def judge(outlook: Outlook) -> Judgment:
        found.append(outlook)
        return Judgment()

    inputs = Inputs(customer(lease_of("office")), there, NOTHING, TERMS, scene.CATALOG, seen=known)
    plan_customer(inputs, Run(judge=judge))
    plan_customer(replace(inputs, seen={}), Run(judge=judge))

    assert [outlook.seen for outlook in found] == [{at("user", "ada"): NOW}, {}]
    assert [list(map(str, outlook.costs.values())) for outlook in found] == [["10.00 EUR"], []]


def test_what_is_ordered_and_what_add_ons_go_with_are_part_of_it() -> None:
    base = "CFQ7TTC0LFLX:0001"
    add_on = CatalogSku(sku="GEO", prerequisites=(base, "CFQ7TTC0LFLX:0009"))
    catalog = {**CATALOG, base: CATALOG["P:1"], "P:2": add_on}
    found: list[Outlook] = []

    def judge(outlook: Outlook) -> Judgment:
        found.append(outlook)
        return Judgment()

    files = customer(scene.order("new", fixed=7))
    plan_customer(Inputs(files, reading(), NOTHING, KINDS, catalog), Run(judge=judge))

    assert (found[0].ordered, found[0].bases) == ({"E3": 7}, {"GEO": frozenset({"E3"})})
