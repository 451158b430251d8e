"""Subscriptions made of some seats of another one: how many go, what they cost, what stays, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core import splitting
from reconciler.core.plan import CustomerPlan
from reconciler.model.change import Action, Change
from reconciler.model.ledger import LedgerEntry, LedgerStatus
from reconciler.model.resource import Desired, Live, Snapshot
from reconciler.model.spec import Spec

from .scene import (
    NOTHING,
    NOW,
    PRICED,
    at,
    customer,
    gates,
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
    split,
    upgrade,
    waves,
)

END = NOW + timedelta(days=87)  # 27 of 31 days and two whole months
STUDIO = "create subscription/studio"
SPLIT_GATE = {STUDIO: ["RC318"]}


def on(sku: str, *names: str) -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def there(*names: str, quantity: int = 4, **facts: Any) -> Snapshot:
    """So many seats of the old product, and these people on it."""
    facts.setdefault("term_end", END)
    people = [one for name in names for one in (lives(name), holds(name))]
    return reading(*people, seats("office", quantity, **facts))


def plan_of(*desired: Desired[Spec], found: Snapshot, **more: Any) -> CustomerPlan:
    """The plan after everybody was applied once on the old product."""
    names = [address.key for address in found.resources if address.kind == "user"]
    before = memory(customer(lease("office"), *on("E3", *names)), found)
    return planned(customer(*desired), found, more.pop("ledger", before), catalog=PRICED, **more)


def made(plan: CustomerPlan) -> Change:
    return next(row for row in plan.changes if row.address == at("subscription", "studio"))


def test_as_many_seats_go_as_people_move() -> None:
    found = there("ada", "bo", "cy", quantity=3)
    plan = plan_of(lease("office"), split("studio", "office"), *on("E5", "ada", "bo"), *on("E3", "cy"), found=found)

    assert (made(plan).units, gates(plan)) == (2, {})


def test_who_moves_waits_for_the_seats_and_nobody_buys_or_returns_any() -> None:
    found = there("ada", "bo", quantity=2)
    plan = plan_of(lease("office"), split("studio", "office"), *on("E5", "ada"), *on("E3", "bo"), found=found)

    assert waves(plan) == [[STUDIO], ["unassign license/ada:E3", "create license/ada:E5"]]


def test_a_fixed_number_goes_whoever_needs_it() -> None:
    found = there("ada")
    plan = plan_of(lease("office"), split("studio", "office", fixed=3), *on("E3", "ada"), found=found)

    assert (made(plan).units, gates(plan)) == (3, {})


def test_it_costs_what_the_seats_are_dearer_to_the_end_that_they_have() -> None:
    plan = plan_of(lease("office"), split("studio", "office", fixed=2), found=there())

    cost = made(plan).cost
    assert cost is not None
    assert (str(cost.monthly), cost.until) == ("20.00 EUR", END.date().isoformat())
    assert str(cost.commitment) == "57.42 EUR"


def test_nothing_of_it_is_said_to_be_refundable() -> None:
    plan = plan_of(lease("office"), split("studio", "office", fixed=2), found=there())

    assert made(plan).sale is None
    assert "nothing of it can be given back" in made(plan).note


def test_seats_that_stay_and_nobody_needs_are_not_given_back_the_same_day() -> None:
    """Which lots went nobody says."""
    found = there("ada", quantity=9)
    plan = plan_of(lease("office"), split("studio", "office", fixed=2), *on("E3", "ada"), found=found)

    assert "update subscription/office quantity=1" not in runs(plan)


NOT_MADE: dict[str, tuple[list[Desired[Spec]], Snapshot]] = {
    "of what nobody declares": ([split("studio", "office", fixed=2)], there()),
    "of what is not there": ([lease("office"), split("studio", "attic", fixed=2)], there()),
    "of a product that does not allow it": ([lease("office"), split("studio", "office", was="F1", fixed=2)], there()),
    "all seats": ([lease("office"), split("studio", "office", fixed=4)], there()),
    "more than the files leave there": ([lease("office", fixed=4), split("studio", "office", fixed=2)], there()),
    "seats that people keep": (
        [lease("office"), split("studio", "office", fixed=2), *on("E3", "ada", "bo", "cy")],
        there("ada", "bo", "cy"),
    ),
    "of what ends today": ([lease("office"), split("studio", "office", fixed=2)], there(term_end=NOW)),
    "of a trial": ([lease("office"), split("studio", "office", fixed=2)], there(trial=True)),
    "of what is not active": ([lease("office"), split("studio", "office", fixed=2)], there(active=False)),
}


@pytest.mark.parametrize("case", NOT_MADE)
def test_seats_that_cannot_go_stay(case: str) -> None:
    files, found = NOT_MADE[case]

    assert gates(plan_of(*files, found=found)) == SPLIT_GATE


def test_nothing_goes_from_what_is_upgraded_itself() -> None:
    plan = plan_of(upgrade("office"), split("studio", "office", fixed=2), found=there())

    assert gates(plan)[STUDIO] == ["RC318"]


def test_of_one_subscription_one_split_at_a_time() -> None:
    files = [lease("office"), split("studio", "office", fixed=1), split("workshop", "office", fixed=1)]
    plan = plan_of(*files, found=there())

    assert gates(plan) == {"create subscription/workshop": ["RC318"]}


def test_what_was_asked_for_is_looked_at_whatever_is_there_now() -> None:
    begun = {at("subscription", "studio"): LedgerEntry("", LedgerStatus.ORDERING, cart="k", at=NOW.isoformat())}
    ledger = replace(NOTHING, resources=begun, known=True)
    found = there("ada", "bo", quantity=1)
    files = [lease("office"), split("studio", "office"), *on("E5", "ada"), *on("E3", "bo")]
    plan = plan_of(*files, found=found, ledger=ledger)

    assert (made(plan).units, gates(plan)) == (1, {})
    assert [row for row in plan.changes if row.address == at("subscription", "office")] == []
    assert "nothing is asked for twice" in made(plan).note


def test_without_anybody_who_needs_a_seat_nothing_goes() -> None:
    found = there("ada")
    plan = plan_of(lease("office"), split("studio", "office"), *on("E3", "ada"), found=found)

    assert [finding.code.id for finding in plan.findings if finding.address == at("subscription", "studio")] == [
        "RC506"
    ]


def test_once_it_is_there_nothing_more_goes() -> None:
    both: list[Live[Spec]] = [seats("office", 2, term_end=END), seats("studio", 2, sku="E5", term_end=END)]
    plan = plan_of(lease("office", fixed=2), split("studio", "office", fixed=2), found=reading(*both), ledger=NOTHING)

    assert [row for row in plan.changes if row.action is Action.CREATE] == []


@pytest.mark.parametrize(
    ("pairs", "order"),
    [([], ["a", "b", "c"]), ([("a", "b"), ("b", "c")], ["c", "b", "a"]), ([("a", "b"), ("b", "a")], ["c", "a", "b"])],
    ids=["by name", "who takes comes first", "a circle"],
)
def test_pools_are_sized_after_those_that_take_from_them(pairs: list[tuple[str, str]], order: list[str]) -> None:
    assert splitting.order_of(["c", "a", "b"], pairs) == order
