"""Subscriptions that become another product: what it costs, who moves along, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from reconciler.core import codec
from reconciler.core.constraint import Constraint
from reconciler.core.constraint import of as constraint_of
from reconciler.core.digests import content_digest
from reconciler.core.plan import CustomerPlan, combine
from reconciler.model.change import Action, Change, Reason
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.plan import Plan, Scope, Source
from reconciler.model.resource import Desired, Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Guardrails, RemovalLimit, TermPrice

from .fakes import PassSpec, TeamFacts
from .scene import (
    ALL_LOTS,
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
    together,
    upgrade,
    waves,
)
from .test_margin import a_book

PEOPLE = ("ada", "bo", "cy")
REMEMBERED = {*PEOPLE, "di"} - {"cy"}  # of her nobody has heard
END = NOW + timedelta(days=87)  # three charge months
UP = "update subscription/office product=P:2 quantity="


def wanted(*names: str, sku: str = "E5") -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def there(*names: str, quantity: int = 3, **facts: Any) -> Snapshot:
    """So many seats of the old product, and these people on it."""
    facts.setdefault("term_end", END)
    people = [one for name in names for one in (lives(name), holds(name))]
    return reading(*people, seats("office", quantity, **facts))


def the_upgrade(plan: CustomerPlan) -> Change:
    return next(row for row in plan.changes if row.reason is Reason.UPGRADE)


def plan_of(*desired: Desired[Spec], found: Snapshot, **more: Any) -> CustomerPlan:
    """The plan after everybody of the old product was applied once."""
    files = more.pop("files", customer(*desired))
    more.setdefault("ledger", before(found))
    return planned(files, found, catalog=more.pop("catalog", PRICED), **more)


def before(found: Snapshot) -> CustomerLedger:
    names = [one.spec.user for one in found.of_kind("license") if isinstance(one.spec, PassSpec)]
    return memory(customer(*wanted(*(set(names) & REMEMBERED), sku="E3"), lease("office")), found)


def test_another_product_of_an_allowed_plan_is_an_upgrade_and_buys_nothing() -> None:
    plan = plan_of(*wanted(*PEOPLE), upgrade("office"), found=there(*PEOPLE))

    assert [row for row in runs(plan) if "subscription" in row] == [f"{UP}3"]
    assert gates(plan) == {}


def test_an_upgrade_says_what_it_adds_a_month_and_to_what_that_binds() -> None:
    row = the_upgrade(plan_of(*wanted(*PEOPLE), upgrade("office"), found=there(*PEOPLE)))

    assert row.cost is not None
    assert (str(row.cost.monthly), row.cost.until) == ("30.00 EUR", END.date().isoformat())
    assert row.note == (
        "3 seats of E3 become seats of E5 at 20.00 EUR a month each instead of 10.00 EUR, paid to 2026-12-31 "
        "(172.26 EUR in all); it cannot be undone, and nothing of it can be given back"
    )


def test_everybody_moves_after_the_upgrade_and_nobody_waits_for_somebody_else() -> None:
    plan = plan_of(*wanted("ada", "bo"), upgrade("office"), found=there("ada", "bo", quantity=2))

    first, second = waves(plan)
    assert first == [f"{UP}2"]
    assert len(second) == 4
    licenses = [row for row in plan.changes if row.address.kind == "license"]
    assert {row.depends_on for row in licenses} == {(at("subscription", "office"),)}


def test_who_joins_the_new_plan_gets_a_seat_bought_of_the_new_product() -> None:
    plan = plan_of(*wanted(*PEOPLE, "di"), upgrade("office"), found=reading(lives("di"), *_of(there(*PEOPLE))))

    bought = next(row for row in plan.changes if row.units)
    assert (bought.units, str(bought.cost.monthly) if bought.cost else "") == (1, "20.00 EUR")
    assert gates(plan) == {}


def _of(snapshot: Snapshot) -> list[Live[Spec]]:
    return list(snapshot.resources.values())


def test_seats_that_moved_are_not_given_back_though_some_are_too_many() -> None:
    plan = plan_of(*wanted("ada"), upgrade("office"), found=there("ada", quantity=3, lots=ALL_LOTS))

    assert [row for row in plan.changes if row.units] == []


def test_people_whom_no_file_mentions_move_along_and_keep_their_seats() -> None:
    """Two of the three seats are theirs, so a joiner is not given one of these."""
    plan = plan_of(*wanted("ada", "di"), upgrade("office"), found=reading(lives("di"), *_of(there(*PEOPLE))))

    assert next(row.units for row in plan.changes if row.units) == 1


STAYING = {
    "by the files": (wanted("ada") + wanted("bo", sku="E3"), "bo keeps E3"),
    "several": (wanted(*PEOPLE, sku="E3"), "ada, bo, cy keep E3"),
}


@pytest.mark.parametrize("case", STAYING)
def test_nobody_may_keep_a_license_whose_seats_go(case: str) -> None:
    desired, words = STAYING[case]

    plan = plan_of(*desired, upgrade("office"), found=there(*PEOPLE))

    assert [gate.code.id for gate in the_upgrade(plan).blocked] == ["RC318"]
    assert words in the_upgrade(plan).blocked[0].detail


def test_whom_a_group_gives_the_license_stays_too() -> None:
    given = together("all", "ada", facts=TeamFacts(frozenset({"E3"})))

    plan = plan_of(person("ada"), upgrade("office"), found=reading(lives("ada"), given, *_of(there())))

    assert "ada keeps E3" in the_upgrade(plan).blocked[0].detail


def test_who_finds_no_seat_of_the_new_product_stops_the_upgrade() -> None:
    plan = plan_of(*wanted(*PEOPLE, "di"), upgrade("office", fixed=3), found=there(*PEOPLE, "di"))

    assert "keep" in the_upgrade(plan).blocked[0].detail
    assert not [row for row in runs(plan) if row.startswith("unassign")]


REFUSED: dict[str, dict[str, Any]] = {
    "not active": {"active": False},
    "its term ends today": {"term_end": NOW + timedelta(hours=20)},
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_upgrade_that_cannot_be_is_blocked(case: str) -> None:
    plan = plan_of(upgrade("office"), found=there(**REFUSED[case]))

    assert gates(plan) == {f"{UP}3": ["RC318"]}


def test_an_upgrade_that_an_earlier_run_began_is_looked_at_first() -> None:
    entry = LedgerEntry("id-subscription-office", LedgerStatus.ORDERING, cart="key", at=NOW.isoformat())
    known = replace(NOTHING, known=True, resources={at("subscription", "office"): entry})

    row = the_upgrade(plan_of(upgrade("office"), found=there(term_end=NOW + timedelta(hours=20)), ledger=known))

    assert row.blocked == ()
    assert "an earlier run asked for it" in row.note


def test_what_a_trial_becomes_is_paid_from_today_for_a_whole_term() -> None:
    trial = there("ada", trial=True, billing="none", term_end=NOW + timedelta(days=12), quantity=25)

    row = the_upgrade(plan_of(*wanted("ada", sku="E3"), upgrade("office", sku="E3"), found=trial))

    assert row.cost is not None
    assert (str(row.cost.monthly), row.cost.until) == ("500.00 EUR", (NOW + timedelta(days=364)).date().isoformat())
    assert "25 seats of E3 become paid ones at 20.00 EUR a month each" in row.note
    assert "the trial has 12 days left" in row.note


def reviewed(plan: CustomerPlan) -> Constraint:
    return constraint_of(codec.loads(codec.dumps(_combined(plan), "1.0", NOW)))


def _combined(plan: CustomerPlan) -> Plan:
    return combine([plan], NOW, Source(), Scope(), Guardrails(seats_added=1000))


def test_a_reviewed_upgrade_runs() -> None:
    desired = (*wanted(*PEOPLE), upgrade("office"))
    allowed = reviewed(plan_of(*desired, found=there(*PEOPLE)))

    plan = plan_of(*desired, found=there(*PEOPLE), constraint=allowed)

    assert f"{UP}3" in runs(plan)


def test_an_upgrade_of_more_seats_than_were_reviewed_does_not_run() -> None:
    desired = (*wanted(*PEOPLE), upgrade("office"))
    allowed = reviewed(plan_of(*desired, found=there(*PEOPLE)))

    plan = plan_of(*desired, found=there(*PEOPLE, quantity=30), constraint=allowed)

    assert not [row for row in runs(plan) if "subscription" in row]


def dearer() -> MappingProxyType[str, CatalogSku]:
    lines = (TermPrice(term="P1Y", billing="monthly", price="360 EUR"),)
    return MappingProxyType({**PRICED, "P:2": PRICED["P:2"].model_copy(update={"terms": lines})})


def test_an_upgrade_that_costs_more_than_was_reviewed_does_not_run() -> None:
    desired = (*wanted(*PEOPLE), upgrade("office"))
    allowed = reviewed(plan_of(*desired, found=there(*PEOPLE)))

    plan = plan_of(*desired, found=there(*PEOPLE), catalog=dearer(), constraint=allowed)

    assert not [row for row in runs(plan) if "subscription" in row]


def test_another_price_is_another_plan() -> None:
    desired = (*wanted(*PEOPLE), upgrade("office"))

    first = plan_of(*desired, found=there(*PEOPLE))
    second = plan_of(*desired, found=there(*PEOPLE), catalog=dearer())

    assert content_digest(_combined(first)) != content_digest(_combined(second))


def test_the_limit_of_cost_counts_an_upgrade() -> None:
    limits = Guardrails(monthly_cost_added="29.99 EUR")
    files = customer(*wanted(*PEOPLE), upgrade("office"), guardrails=limits)

    plan = plan_of(files=files, found=there(*PEOPLE))

    assert [gate.code.id for gate in the_upgrade(plan).blocked] == ["RC307"]


def test_the_limit_of_removals_does_not_count_licenses_that_move() -> None:
    limits = Guardrails(removals=RemovalLimit(count=1, percent=100))
    files = customer(*wanted(*PEOPLE), upgrade("office"), guardrails=limits)

    plan = plan_of(files=files, found=there(*PEOPLE))

    assert gates(plan) == {}


def test_the_margin_moves_from_one_product_to_the_other() -> None:
    book = a_book(E3=[{"perMonth": "15 EUR"}], E5=[{"perMonth": "32 EUR"}])
    files = customer(*wanted(*PEOPLE), upgrade("office"), prices=book)

    plan = plan_of(files=files, found=there(*PEOPLE))

    assert plan.margin is not None
    was, left = plan.margin.before, plan.margin.after
    assert (str(was.revenue), str(was.cost)) == ("45.00 EUR", "30.00 EUR")
    assert (str(left.revenue), str(left.cost)) == ("96.00 EUR", "60.00 EUR")


def test_a_subscription_with_another_product_that_no_plan_allows_is_left_alone() -> None:
    plan = plan_of(lease("office", sku="E3"), found=there())

    assert [row for row in plan.changes if row.reason is Reason.UPGRADE] == []


ENDING = {15: "", 14: "RC514", 8: "RC514", 7: "RC515", 1: "RC515", 0: "RC515"}


@pytest.mark.parametrize("days", ENDING)
def test_the_end_of_a_trial_is_told_two_weeks_before_and_louder_in_the_last_one(days: int) -> None:
    end = NOW.replace(hour=23) + timedelta(days=days)
    trial = there("ada", trial=True, billing="none", term_end=end, quantity=25)

    plan = plan_of(*wanted("ada", sku="E3"), lease("office", fixed=25), found=trial)

    found = [f for f in plan.findings if f.code.id in ("RC514", "RC515")]
    assert [f.code.id for f in found] == [code for code in (ENDING[days],) if code]
    assert all("1 person holds E3" in f.detail for f in found)


def test_a_trial_that_the_plan_converts_is_not_told_of() -> None:
    trial = there("ada", trial=True, billing="none", term_end=NOW + timedelta(days=2), quantity=25)

    plan = plan_of(*wanted("ada", sku="E3"), upgrade("office", sku="E3"), found=trial)

    assert [f.code.id for f in plan.findings if f.code.id in ("RC514", "RC515")] == []


def test_what_could_be_upgraded_and_stands_in_no_file_stops_the_order_of_another_one() -> None:
    found = there()
    other = at("subscription", "somebodys")
    there_too = [one._replace(address=other) if one.address.kind == "subscription" else one for one in _of(found)]

    plan = plan_of(upgrade("office", fixed=3), found=reading(*there_too), ledger=NOTHING)

    order = next(row for row in plan.changes if row.action is Action.CREATE)
    assert [gate.code.id for gate in order.blocked] == ["RC314"]
    assert "Write id: id-subscription-office" in order.blocked[0].fix
