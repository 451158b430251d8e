"""What is said of a pool: numbers that are not reached, seats that are bought for a number, and where seats may lie."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.core.plan import CustomerPlan
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec

from .scene import CATALOG, NOW, customer, holds, lease, license_of, lives, person, planned, reading, seats

PEOPLE = ("ada", "bo", "cy")
WANTED = [one for name in PEOPLE for one in (person(name), license_of(name))]
THERE = [one for name in PEOPLE for one in (lives(name), holds(name))]


def plan_of(
    *leases: Desired[Spec], there: tuple[Live[Spec], ...], people: list[Live[Spec]] | None = None
) -> CustomerPlan:
    return planned(customer(*WANTED, *leases), reading(*(THERE if people is None else people), *there))


def advice(plan: CustomerPlan, code: str) -> list[tuple[str, str]]:
    return [(finding.detail, finding.fix) for finding in plan.findings if finding.code.id == code]


class TestNumbers:
    """`seats: 2` while three hold a license."""

    def test_one_below_the_number_of_holders_is_told_as_not_reached(self) -> None:
        plan = plan_of(lease("office", fixed=2), there=(seats("office", 9),))

        ((detail, fix),) = advice(plan, "RC570")
        assert detail == (
            "contoso/subscription/office says seats: 2 and keeps 3: 3 people will hold E3, and nobody loses a license "
            "by a number."
        )
        assert fix == "Take the license from 1 person in the files, or write seats: 3."

    def test_one_that_waits_for_its_renewal_is_no_matter_of_people(self) -> None:
        end = NOW + timedelta(days=90)

        plan = plan_of(lease("office", fixed=3), there=(seats("office", 9, lots=(), term_end=end),))

        assert advice(plan, "RC570") == []

    def test_seats_of_others_that_end_soon_are_named_as_what_it_waits_for(self) -> None:
        theirs = seats("theirs", 3, own=False, term_end=NOW + timedelta(days=5))

        plan = plan_of(lease("office", fixed=1), there=(seats("office", 3), theirs))

        ((detail, fix),) = advice(plan, "RC570")
        assert "seats of others, which may end soon, are not relied on" in detail
        assert fix == "It is reached when nobody needs these, or write seats: 3."

    @pytest.mark.parametrize("rule", [{"min": 9}, {"fixed": 9}], ids=["bounds", "number"])
    def test_more_than_a_tenant_may_have_is_bought_up_to_there_and_told(self, rule: dict[str, Any]) -> None:
        capped = {"P:1": CATALOG["P:1"].model_copy(update={"max": 10})}
        found = reading(*THERE, seats("office", 3), seats("theirs", 2, own=False))

        plan = planned(customer(*WANTED, lease("office", **rule)), found, catalog=capped)

        assert sum(change.units for change in plan.changes) == 5
        ((detail, fix),) = advice(plan, "RC570")
        assert detail == (
            "contoso/subscription/office says at least 9 seats and gets 8: a tenant may have 10 of P:1, 2 of others "
            "included."
        )
        assert fix == "Write seats: 8, or another product."

    @pytest.mark.parametrize("rule", [{"min": 1}, {"fixed": 3}], ids=["bounds", "as-many-as-hold"])
    def test_nothing_is_told_where_it_is_reached(self, rule: dict[str, Any]) -> None:
        assert advice(plan_of(lease("office", **rule), there=(seats("office", 3),)), "RC570") == []


class TestNotes:
    """Why a subscription grows."""

    @pytest.mark.parametrize(
        ("rule", "have", "words"),
        [
            ({"min": 7}, 3, "3 people will hold E3 (3 today, 3 seats here); the least that may be here is 7"),
            ({"fixed": 4}, 1, "3 people will hold E3 (3 today, 1 seat here); seats is 4"),
            ({"min": 2}, 1, "3 people will hold E3 (3 today, 1 seat here)"),
            ({"fixed": 3}, 9, "3 people will hold E3 (3 today, 9 seats here)"),
        ],
        ids=["min", "number", "people", "given-back"],
    )
    def test_a_number_that_nobody_needs_is_its_own_reason(self, rule: dict[str, Any], have: int, words: str) -> None:
        plan = plan_of(lease("office", **rule), there=(seats("office", have),))

        assert plan.changes[0].note == words


class TestSeatsThatLieStill:
    """Somebody has no seat while some are paid for and serve nobody."""

    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({"suspended": True}, "contoso/subscription/office has 5 seats and is suspended (state: active brings"),
            ({"pending": True}, "contoso/subscription/office has 5 seats that Microsoft is still setting up (plan"),
        ],
        ids=["suspended", "pending"],
    )
    def test_they_are_named_with_what_brings_them(self, facts: dict[str, Any], words: str) -> None:
        plan = plan_of(
            lease("office"), there=(seats("office", 5, active=False, **facts),), people=[*map(lives, PEOPLE)]
        )

        details = [gate.detail for change in plan.changes for gate in change.blocked]
        assert len(details) == 3
        assert all(words in detail for detail in details)

    def test_what_is_over_for_good_is_not_named(self) -> None:
        plan = plan_of(lease("office"), there=(seats("office", 5, active=False),), people=[*map(lives, PEOPLE)])

        (detail, *_) = [gate.detail for change in plan.changes for gate in change.blocked]
        assert detail.endswith("and no subscription of the files may buy more.")
