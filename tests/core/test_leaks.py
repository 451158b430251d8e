"""What is paid for and used by nobody, and used and paid by nobody: each with its place, its seats and its money."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.core import leaks as core_leaks
from reconciler.core.plan import Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.leak import Leak, Looked
from reconciler.model.resource import CoverageState, Live, Snapshot
from reconciler.model.retail import Book
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec

from .fakes import KINDS, PassFacts, TeamFacts
from .scene import NOTHING, NOW, customer, holds, lease, license_of, lives, person, reading, seats, together
from .test_margin import CATALOG, USUAL, a_book, people


def leaks(there: Snapshot, prices: tuple[Book, ...] = USUAL) -> Looked | None:
    files = replace(customer(), prices=prices)
    return plan_customer(Inputs(files, there, NOTHING, KINDS, CATALOG), Run(leaks=True)).leaks


def found(*there: Live[Spec], prices: tuple[Book, ...] = USUAL) -> tuple[Leak, ...]:
    looked = leaks(reading(*there), prices)
    assert looked is not None
    return looked.leaks


def told(*there: Live[Spec], prices: tuple[Book, ...] = USUAL) -> list[str]:
    return [f"{one.sort}: {one.address.key} {one.seats} {one.monthly or '?'}" for one in found(*there, prices=prices)]


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
    assert "before it is paid on 2026-10-09" in found(trial)[0].fix


def test_a_trial_is_used_first_and_one_that_ends_by_itself_is_none() -> None:
    trial = seats("try", 2, trial=True, billing="none", renews=False)

    assert told(*people(3), trial, seats("our", 3)) == ["unassigned seats: our 2 32.00 EUR"]


def test_what_was_paid_once_costs_nothing_a_month() -> None:
    assert told(*people(1), seats("pack", 25, once=True), prices=a_book(E5=[{"perMonth": "50 EUR"}])) == []


def test_what_others_had_serves_nobody() -> None:
    assert told(*people(2), seats("our", 2), seats("their", 2, own=False, active=False)) == []


def test_what_ended_costs_nothing() -> None:
    assert told(seats("old", 2, active=False)) == []


def test_who_is_locked_out_holds_a_seat_for_nothing() -> None:
    locked = lives("bo", enabled=False)

    assert told(*people(1), locked, holds("bo"), seats("our", 2)) == ["held by a blocked account: bo 1 16.00 EUR"]


def test_somebody_elses_seat_may_be_held_by_anybody() -> None:
    assert told(lives("bo", enabled=False), holds("bo"), seats("their", 2, own=False)) == []


def test_who_is_locked_out_and_has_a_seat_of_others_costs_us_nothing() -> None:
    held = (lives("bo", enabled=False), holds("bo"), seats("their", 1, own=False))

    assert told(*held, seats("our", 2, active=False, suspended=True)) == ["suspended and paid: our 2 32.00 EUR"]


def test_of_two_who_are_locked_out_one_has_the_seat_of_others() -> None:
    locked = [one for name in ("bo", "cy") for one in (lives(name, enabled=False), holds(name))]

    assert told(*people(1), *locked, seats("our", 1), seats("their", 2, own=False)) == [
        "held by a blocked account: bo 1 16.00 EUR"
    ]


def test_who_is_locked_out_gives_back_the_dearest_seats() -> None:
    locked = [one for name in ("bo", "cy") for one in (lives(name, enabled=False), holds(name))]

    assert told(*people(1), *locked, seats("our", 2), seats("dear", 1, product="P:2")) == [
        "held by a blocked account: bo 1 20.00 EUR",
        "held by a blocked account: cy 1 16.00 EUR",
    ]


def test_a_license_from_two_groups_is_none_of_ours_to_give_back() -> None:
    teams = [together(name, "ada", facts=TeamFacts(frozenset({"E3"}))) for name in ("one", "two")]
    given = {"id-group-one": Standing.WORKS, "id-group-two": Standing.WORKS}
    held = holds("ada", inherited=True, facts=PassFacts(by=given))

    assert told(lives("ada"), held, *teams, seats("our", 1)) == []


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

    looked = plan_customer(inputs, Run(leaks=True)).leaks

    assert looked is not None
    assert [leak.seats for leak in looked.leaks] == [3]


@pytest.mark.parametrize("kind", ["license", "subscription"])
def test_nothing_is_said_where_not_everything_was_seen(kind: str) -> None:
    assert leaks(reading(seats("our", 3), **{kind: CoverageState.PARTIAL})) is None


def test_a_plan_does_not_look_for_leaks() -> None:
    assert plan_customer(Inputs(customer(), reading(seats("our", 3)), NOTHING, KINDS, CATALOG), Run()).leaks is None


@pytest.mark.parametrize(
    ("days", "expected"), [(30, []), (29, ["p0 E3 1 16.00 EUR"])], ids=["on the last day", "a day too long"]
)
def test_who_was_not_there_for_long_holds_a_seat_for_nothing(days: int, expected: list[str]) -> None:
    looked = leaks(reading(*people(2), seats("our", 2)))
    assert looked is not None
    last = {"id-user-p0": NOW - timedelta(days=30)}  # of p1 nothing is known

    made = core_leaks.inactive(looked.held, last, NOW - timedelta(days=days))

    assert [f"{one.address.key} {one.sku} {one.seats} {one.monthly}" for one in made] == expected


def test_who_is_locked_out_is_told_once() -> None:
    looked = leaks(reading(lives("bo", enabled=False), holds("bo"), seats("our", 1)))

    assert looked is not None
    assert looked.held == ()
