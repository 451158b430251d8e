"""What to ask the distributor for, where somebody else buys a customer's seats."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.finding import Finding
from reconciler.model.policy import Judgment, Outlook
from reconciler.model.resource import CoverageState, Desired, Live
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, TermPrice

from .fakes import KINDS
from .scene import (
    NOTHING,
    at,
    customer,
    gates,
    holds,
    lease,
    license_of,
    lives,
    order,
    person,
    planned,
    reading,
    runs,
    seats,
)

PEOPLE = ("ada", "bo", "cy")
CHEAP = CatalogSku(title="E3 lite", sku="E3", terms=(TermPrice(term="P1Y", billing="monthly", price="60 EUR"),), min=2)
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3", terms=CHEAP.terms), "P:2": CHEAP}


def wanted(*names: str, sku: str = "E3") -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def resold(*there: Live[Spec], files: list[Desired[Spec]], **coverage: CoverageState) -> CustomerPlan:
    return planned(customer(*files, advised=True), reading(*map(lives, PEOPLE), *there, **coverage), catalog=CATALOG)


def advice(plan: CustomerPlan) -> list[str]:
    return [finding.detail for finding in _advised(plan)]


def _advised(plan: CustomerPlan) -> list[Finding]:
    return [finding for finding in plan.findings if finding.code.id in ("RC530", "RC531")]


def test_who_finds_a_seat_gets_it_and_the_others_wait_for_those_to_ask_for() -> None:
    plan = resold(seats("office", 1), files=[*wanted(*PEOPLE), lease("office")])

    assert runs(plan) == ["create license/ada:E3"]
    assert gates(plan) == {"create license/bo:E3": ["RC330"], "create license/cy:E3": ["RC330"]}
    assert advice(plan) == [
        "Ask your distributor: +2 seats E3 for contoso/subscription/office (1 -> 3): 3 people will hold it; "
        "+10.00 EUR a month."
    ]


@pytest.mark.parametrize(
    ("rule", "quantity", "expected"),
    [
        ({}, 3, []),
        ({"buffer": 2}, 3, ["+2 seats"]),
        ({"min": 5}, 3, ["+2 seats"]),
        ({"fixed": 4}, 3, ["+1 seat"]),
        ({"max": 2}, 1, ["+1 seat"]),
        ({}, 5, ["-2 seats"]),
        ({"min": 4}, 5, ["-1 seat"]),
        ({"buffer": 1}, 5, ["-1 seat"]),
        ({"fixed": 3}, 5, ["-2 seats"]),
    ],
    ids=[
        "enough",
        "kept free",
        "at least",
        "a number",
        "no more than",
        "too many",
        "too many, and at least",
        "too many, and kept free",
        "more than the number",
    ],
)
def test_the_rules_of_the_files_hold_for_what_is_asked(
    rule: dict[str, Any], quantity: int, expected: list[str]
) -> None:
    plan = resold(seats("office", quantity), files=[*wanted(*PEOPLE), lease("office", **rule)])

    assert [text.removeprefix("Ask your distributor: ").partition(" E3")[0] for text in advice(plan)] == expected


def test_seats_to_give_back_are_no_row_and_say_what_they_save() -> None:
    plan = resold(holds("ada"), seats("office", 3), files=[*wanted("ada"), lease("office")])

    assert (plan.changes, [str(finding.saving) for finding in _advised(plan)]) == ((), ["10.00 EUR"])
    assert gates(plan) == {}


def test_a_subscription_that_is_not_there_is_asked_for_and_not_ordered() -> None:
    plan = resold(files=[*wanted("ada"), order("office", product="P:2")])

    assert runs(plan) == []
    assert advice(plan) == [
        'Ask your distributor: +2 seats E3 for contoso/subscription/office (a new subscription: "E3 lite", P:2 P1Y '
        "monthly): 1 person will hold it; +10.00 EUR a month."
    ]


def test_a_subscription_that_is_not_there_and_that_nobody_needs_is_not_asked_for() -> None:
    assert advice(resold(files=[order("office")])) == []


def test_seats_of_others_are_used_before_any_are_asked_for() -> None:
    theirs = seats("theirs", 2, own=False)

    plan = resold(seats("office", 1), theirs, files=[*wanted(*PEOPLE), lease("office")])

    assert (len(runs(plan)), advice(plan)) == (3, [])


def test_a_price_that_nobody_knows_is_left_out() -> None:
    plan = planned(
        customer(*wanted("ada"), lease("office"), advised=True), reading(lives("ada"), seats("office", 0)), catalog={}
    )

    assert advice(plan)[0].endswith("1 person will hold it.")


def test_somebody_who_moves_keeps_the_old_license_while_the_new_one_waits() -> None:
    files = customer(*wanted("ada", sku="E5"), lease("office", "E5"), advised=True, scope=frozenset({"E3", "E5"}))
    there = reading(lives("ada"), holds("ada"), seats("old", 1), seats("office", 0, "E5"))

    plan = planned(files, there)

    assert runs(plan) == []
    assert set().union(*gates(plan).values()) <= {"RC330"}


def test_nothing_is_asked_for_where_holders_were_not_seen_whole() -> None:
    plan = resold(seats("office", 1), files=[*wanted(*PEOPLE), lease("office")], license=CoverageState.PARTIAL)

    assert advice(plan) == []


def test_the_end_of_a_term_is_nothing_to_decide_here() -> None:
    seen: list[Outlook] = []

    def judge(outlook: Outlook) -> Judgment:
        seen.append(outlook)
        return Judgment()

    files = customer(*wanted("ada"), lease("office"), advised=True)
    plan_customer(Inputs(files, reading(lives("ada"), seats("office", 1)), NOTHING, KINDS, CATALOG), Run(judge=judge))

    assert [owned.decided for owned in seen[0].owned] == [True]


def test_no_row_ever_changes_a_subscription() -> None:
    plan = resold(seats("office", 9), files=[*wanted(*PEOPLE), lease("office"), order("plant", product="P:2", fixed=5)])

    assert [row for row in plan.changes if row.address == at("subscription", "office")] == []
    assert [row for row in plan.changes if row.address.kind == "subscription"] == []
