"""What is paid for and used by nobody, and used and paid by nobody: each with its place, its seats and its money."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.core.plan import Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.leak import Leak
from reconciler.model.resource import CoverageState, Live, Snapshot
from reconciler.model.retail import Book
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec

from .fakes import KINDS, PassFacts, TeamFacts
from .scene import NOTHING, customer, holds, lease, license_of, lives, person, reading, seats, together
from .test_margin import CATALOG, USUAL, a_book, people


def leaks(there: Snapshot, prices: tuple[Book, ...] = USUAL) -> tuple[Leak, ...] | None:
    files = replace(customer(), prices=prices)
    return plan_customer(Inputs(files, there, NOTHING, KINDS, CATALOG), Run(leaks=True)).leaks


def told(*there: Live[Spec], prices: tuple[Book, ...] = USUAL) -> list[str]:
    return [
        f"{one.sort}: {one.address.key} {one.seats} {one.monthly or '?'}"
        for one in leaks(reading(*there), prices) or ()
    ]


def test_where_everything_is_used_and_sold_there_is_none() -> None:
    assert told(*people(2), seats("our", 2)) == []


def test_what_is_left_of_our_seats_is_unassigned() -> None:
    assert told(*people(2), seats("our", 5)) == ["unassigned seats: our 3 48.00 EUR"]


def test_the_cheapest_seats_are_used_first() -> None:
    cheap, dear = seats("cheap", 2), seats("dear", 2, product="P:2")

    assert told(*people(3), cheap, dear) == ["unassigned seats: dear 1 20.00 EUR"]


def test_seats_of_others_are_used_before_ours_and_cost_us_nothing() -> None:
    assert told(*people(2), seats("our", 1), seats("their", 2, own=False)) == ["unassigned seats: our 1 16.00 EUR"]
    assert told(seats("their", 2, own=False)) == []


def test_a_suspended_subscription_is_paid() -> None:
    assert told(seats("our", 2, active=False, suspended=True)) == ["suspended and paid: our 2 32.00 EUR"]


def test_a_trial_is_told_with_what_it_turns_into() -> None:
    ends = datetime(2026, 10, 9, tzinfo=UTC)
    trial = seats("try", 25, trial=True, billing="none", term_end=ends)

    assert told(*people(3), trial) == ["trial that turns into a subscription: try 25 400.00 EUR"]
    assert "before it is paid on 2026-10-09" in (leaks(reading(trial)) or ())[0].fix


def test_what_ended_costs_nothing() -> None:
    assert told(seats("old", 2, active=False)) == []


def test_who_is_locked_out_holds_a_seat_for_nothing() -> None:
    locked = lives("bo", enabled=False)

    assert told(*people(1), locked, holds("bo"), seats("our", 2)) == ["held by a blocked account: bo 1 16.00 EUR"]


def test_somebody_elses_seat_may_be_held_by_anybody() -> None:
    assert told(lives("bo", enabled=False), holds("bo"), seats("their", 2, own=False)) == []


def test_a_license_from_two_places_is_told_and_costs_nothing() -> None:
    paid = together("paid", "ada", facts=TeamFacts(frozenset({"E3"})))
    given = holds("ada", inherited=True, facts=PassFacts(by={"id-group-paid": Standing.WORKS}))

    assert told(lives("ada"), holds("ada"), given, paid, seats("our", 1)) == ["assigned twice: ada 0 ?"]


@pytest.mark.parametrize(
    ("prices", "expected"),
    [((), []), (a_book(E5=[{"perMonth": "50 EUR"}]), ["sold without a price: our 1 16.00 EUR"])],
    ids=["nobody sells", "others are sold"],
)
def test_a_subscription_that_nobody_pays_for(prices: tuple[Book, ...], expected: list[str]) -> None:
    assert told(*people(1), seats("our", 1), prices=prices) == expected


def test_without_a_cost_the_money_is_not_known() -> None:
    assert told(seats("our", 1, product="P:9"), prices=()) == ["unassigned seats: our 1 ?"]


def test_what_the_plan_would_do_changes_nothing() -> None:
    files = replace(customer(person("ada"), license_of("ada"), lease("our", min=0)), prices=USUAL)
    inputs = Inputs(files, reading(lives("ada"), seats("our", 3)), NOTHING, KINDS, CATALOG)

    found = plan_customer(inputs, Run(leaks=True)).leaks

    assert [leak.seats for leak in found or ()] == [3]


@pytest.mark.parametrize("kind", ["license", "subscription"])
def test_nothing_is_said_where_not_everything_was_seen(kind: str) -> None:
    assert leaks(reading(seats("our", 3), **{kind: CoverageState.PARTIAL})) is None


def test_a_plan_does_not_look_for_leaks() -> None:
    assert plan_customer(Inputs(customer(), reading(seats("our", 3)), NOTHING, KINDS, CATALOG), Run()).leaks is None
