"""Seats that are held by people who cannot sign in: how many, whose, and what they cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core.plan import Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.finding import Severity
from reconciler.model.plan import Scope
from reconciler.model.resource import CoverageState, Live
from reconciler.model.spec import Spec

from .fakes import KINDS
from .scene import CATALOG, NOTHING, customer, grave, holds, lease, lives, person, planned, reading, runs, seats
from .test_margin import CATALOG as TWO_PRICES


def locked(count: int, sku: str = "E3") -> list[Live[Spec]]:
    """So many who hold a seat and may not come in."""
    names = [f"p{number}" for number in range(count)]
    return [one for name in names for one in (lives(name, enabled=False), holds(name, sku))]


def advice(*there: Live[Spec], **coverage: CoverageState) -> list[str]:
    plan = planned(customer(), reading(*there, **coverage))
    return [one.detail for one in plan.findings if one.code.id == "RC516"]


def test_a_seat_of_somebody_who_cannot_sign_in_is_told_with_its_price() -> None:
    assert advice(*locked(1), seats("office", 1)) == [
        "1 seat of E3 is held by somebody who cannot sign in (p0): 10.00 EUR/month."
    ]


def test_many_of_one_product_are_one_line_that_names_some() -> None:
    assert advice(*locked(7), lives("ada"), holds("ada"), seats("office", 9)) == [
        "7 seats of E3 are held by people who cannot sign in (p0, p1, p2, p3, p4 and 2 more): 70.00 EUR/month."
    ]


@pytest.mark.parametrize(
    "there",
    [
        [lives("ada"), holds("ada"), seats("office", 1)],
        [lives("ada", enabled=False), seats("office", 1)],
        [*locked(1), seats("theirs", 1, own=False)],
        [*locked(1), seats("office", 1, trial=True)],
        [*locked(1), lives("ada"), holds("ada"), seats("theirs", 2, own=False), seats("office", 1)],
    ],
    ids=["who can", "who holds none", "of another partner", "of a trial", "where others' seats are enough"],
)
def test_nothing_is_told_of(there: list[Live[Spec]]) -> None:
    assert advice(*there) == []


def test_no_more_seats_are_told_than_we_pay_for() -> None:
    assert advice(*locked(3), seats("theirs", 2, own=False), seats("office", 1)) == [
        "1 seat of E3 is held by somebody who cannot sign in (p0, p1, p2): 10.00 EUR/month."
    ]


def test_the_dearest_seats_are_those_that_go_last() -> None:
    there = reading(*locked(2), seats("cheap", 1), seats("dear", 1, product="P:2"))

    plan = plan_customer(Inputs(customer(), there, NOTHING, KINDS, TWO_PRICES), Run())

    assert [one.detail for one in plan.findings if one.code.id == "RC516"] == [
        "2 seats of E3 are held by people who cannot sign in (p0, p1): 36.00 EUR/month."
    ]


def test_without_a_price_the_seats_are_told_all_the_same() -> None:
    plan = planned(customer(), reading(*locked(1), seats("office", 1)), catalog={})

    assert [one.detail for one in plan.findings if one.code.id == "RC516"] == [
        "1 seat of E3 is held by somebody who cannot sign in (p0)."
    ]


def test_whom_the_plan_locks_out_is_told_and_whose_license_it_takes_is_not() -> None:
    there = reading(lives("ada"), holds("ada"), seats("office", 1))
    stays = planned(customer(person("ada", enabled=False)), there)
    goes = planned(customer(tombstones=dict([grave("user", "ada", "disable")])), there)

    assert [one.code.id for one in stays.findings if one.code.id == "RC516"] == ["RC516"]
    assert "unassign license/ada:E3" in runs(goes)
    assert [one for one in goes.findings if one.code.id == "RC516"] == []


def test_it_is_advice_and_changes_nothing() -> None:
    plan = planned(customer(lease("office", min=1)), reading(*locked(1), seats("office", 1)))

    assert runs(plan) == []
    assert {one.code.severity for one in plan.findings} == {Severity.ADVICE}


def test_nothing_is_said_where_holders_were_not_seen_whole_or_a_part_is_planned() -> None:
    there = reading(*locked(1), seats("office", 1))
    part = replace(Run(), scope=Scope(targets=("contoso/user/ada",)))

    found = plan_customer(Inputs(customer(), there, NOTHING, KINDS, CATALOG), part)

    assert advice(*locked(1), seats("office", 1), license=CoverageState.PARTIAL) == []
    assert found.findings == ()
