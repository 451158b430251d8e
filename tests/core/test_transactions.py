"""The record of who held which license: what is written is what happened, once, and played back it is what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from reconciler.core import transactions
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Change, Reason, Step
from reconciler.model.event import Outcome, Status
from reconciler.model.item import Claim, Item
from reconciler.model.ledger import CustomerLedger
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import CoverageState, Desired, Snapshot
from reconciler.model.spec import Spec
from reconciler.model.transaction import Action, Batch, Source, Tally, Transaction

from .cloud import Cloud
from .fakes import KINDS, TeamFacts
from .scene import (
    NOTHING,
    at,
    customer,
    holds,
    lease,
    license_of,
    lives,
    memory,
    order,
    person,
    reading,
    remembered_after,
    seats,
    together,
    upgrade,
)
from .test_margin import CATALOG, USUAL
from .worlds import World, worlds

NEVER = Tally(opened=False)
EMPTY = Tally()


def planned(
    files: DesiredCustomer, there: Snapshot, tally: Tally | None = EMPTY, ledger: CustomerLedger = NOTHING
) -> CustomerPlan:
    inputs = Inputs(replace(files, prices=USUAL), there, ledger, KINDS, CATALOG, tally=tally)
    return plan_customer(inputs, Run(recipients=("age1x",)))


def told(
    plan: CustomerPlan, tally: Tally = EMPTY, *done: Change, source: Source = Source.APPLY
) -> tuple[Transaction, ...]:
    """What is written down when these rows ended well."""
    assert plan.found is not None
    outcomes = [Outcome(row, Status.DONE, remote_id=f"id-{row.address.kind}-{row.address.key}") for row in done]
    return transactions.finished(plan.found, tally, source, outcomes)


def lines(made: Sequence[Transaction]) -> list[str]:
    return [f"{one.source} {one.action} {one.key} {one.sku}{f' {one.seats}' if one.seats else ''}" for one in made]


def rows(plan: CustomerPlan) -> list[Change]:
    return [change for step in free(plan) for change in step.changes]


def free(plan: CustomerPlan) -> list[Step]:
    """The steps with those of their rows that run."""
    steps = [replace(step, changes=tuple(row for row in step.changes if not row.blocked)) for step in plan.steps]
    return [step for step in steps if step.changes]


ADA = (lives("ada"), holds("ada"))
JOINER: list[Desired[Spec]] = [person("ada"), license_of("ada"), person("joe"), license_of("joe"), lease("our", min=1)]


def test_what_was_there_at_the_first_look_is_told_apart_from_what_somebody_did() -> None:
    plan = planned(customer(), reading(*ADA, seats("our", 2)), NEVER)

    assert lines(told(plan, NEVER)) == ["opening seats our E3 2", "opening assign ada E3"]


def test_what_is_different_from_the_record_was_done_by_somebody_else() -> None:
    tally = Tally({("id-user-bo", "E3"): "bo"})
    plan = planned(customer(), reading(*ADA, lives("bo")), tally)

    assert lines(told(plan, tally)) == ["observed unassign bo E3", "observed assign ada E3"]


def test_rows_that_ended_well_are_told_with_their_source_price_and_plan() -> None:
    files = customer(*JOINER[:2], person("joe"), license_of("joe")._replace(sources={"sku": "plan office"}), JOINER[4])
    tally = Tally({("id-user-ada", "E3"): "ada"})
    plan = planned(files, reading(*ADA, seats("our", 1)), tally)

    made = told(plan, tally, *rows(plan))

    assert lines(made) == ["observed seats our E3 1", "apply seats our E3 2", "apply assign joe E3"]
    assert made[-1] == Transaction(
        Action.ASSIGN, Source.APPLY, "joe", "id-user-joe", "E3", "office", "20.00 EUR", "16.00 EUR"
    )


def test_rows_that_did_not_end_well_are_not_told() -> None:
    plan = planned(customer(*JOINER), reading(*ADA, seats("our", 2)))
    assert plan.found is not None
    outcomes = [Outcome(row, Status.FAILED) for row in rows(plan)]

    made = transactions.finished(plan.found, EMPTY, Source.APPLY, outcomes)

    assert {one.source for one in made} == {Source.OBSERVED}


def test_a_run_for_seats_is_its_own_source() -> None:
    plan = planned(customer(*JOINER), reading(*ADA, seats("our", 1)))

    made = told(plan, EMPTY, *rows(plan), source=Source.RIGHTSIZE)

    assert "rightsize seats our E3 2" in lines(made)


def test_nothing_is_carried_where_nothing_changed() -> None:
    there = reading(*ADA, seats("our", 1))
    first = planned(customer(), there, NEVER)
    assert first.found is not None

    plan = planned(customer(), there, first.found.now)

    assert plan.found is None


@pytest.mark.parametrize("kind", ["license", "subscription"])
def test_nothing_is_said_where_not_everything_was_seen(kind: str) -> None:
    plan = planned(customer(), reading(*ADA, seats("our", 1), **{kind: CoverageState.PARTIAL}))

    assert plan.found is None


def test_nothing_is_looked_for_in_a_run_that_writes_nothing_down() -> None:
    assert planned(customer(), reading(*ADA), None).found is None


def test_another_name_is_told_once_and_keeps_the_person() -> None:
    tally = Tally({("id-user-ada", "E3"): "eve"})
    plan = planned(customer(), reading(*ADA), tally)

    made = told(plan, tally)

    assert lines(made) == ["observed rename ada "]
    assert transactions.replay([Batch("r", "t", "c", made)]).holders == {}
    opening = Batch("q", "t", "c", (Transaction(Action.ASSIGN, Source.OPENING, "eve", "id-user-ada", "E3"),))
    assert transactions.replay([opening, Batch("r", "t", "c", made)]).holders == {("id-user-ada", "E3"): "ada"}


def test_a_license_from_a_group_beside_a_direct_one_is_one_license() -> None:
    paid = together("paid", "ada", facts=TeamFacts(frozenset({"E3"})))
    tally = Tally({("id-user-ada", "E3"): "ada"})
    plan = planned(customer(), reading(*ADA, paid), tally)

    assert plan.found is None


def test_who_loses_one_of_two_sources_keeps_the_license() -> None:
    paid = together("paid", "ada", facts=TeamFacts(frozenset({"E3"})))
    before = customer(person("ada"), license_of("ada"))
    tally = Tally({("id-user-ada", "E3"): "ada"})
    plan = planned(customer(person("ada")), reading(*ADA, paid), tally, memory(before, reading(*ADA)))

    assert lines(told(plan, tally, *rows(plan))) == []
    assert [row.action.value for row in rows(plan)] == ["unassign"]


def test_a_subscription_that_is_there_no_more_has_no_seats() -> None:
    known = planned(customer(), reading(*ADA, seats("our", 2)))
    assert known.found is not None
    plan = planned(customer(), reading(*ADA), known.found.now)

    made = told(plan, known.found.now)

    assert [(one.action, one.key, one.seats) for one in made] == [(Action.SEATS, "our", 0)]


def test_a_suspended_subscription_is_paid_and_counts() -> None:
    plan = planned(customer(), reading(seats("our", 2, active=False, suspended=True), seats("old", 2, active=False)))

    assert lines(told(plan)) == ["observed seats our E3 2"]


def test_what_is_ordered_has_its_seats() -> None:
    plan = planned(customer(person("ada"), license_of("ada"), order("new")), reading(lives("ada")))

    made = told(plan, EMPTY, *rows(plan))

    assert lines(made) == ["apply seats new E3 1", "apply assign ada E3"]
    assert (made[0].id, made[0].product) == ("id-subscription-new", "P:1")


def test_what_no_service_sells_is_counted_by_who_is_on_the_plan() -> None:
    claim = Claim(Item(cost="4.90 EUR"), {"ada": "office", "joe": "office"})
    files = replace(customer(person("ada"), person("joe")), items={"SPLA": claim})
    plan = planned(files, reading(lives("ada")))

    made = told(plan, EMPTY, *rows(plan))

    assert [(one.source, one.action, one.key, one.sku, one.plan, one.cost) for one in made] == [
        (Source.FILES, Action.ASSIGN, "ada", "SPLA", "office", "4.90 EUR"),
        (Source.FILES, Action.ASSIGN, "joe", "SPLA", "office", "4.90 EUR"),
    ]


def test_who_is_off_the_plan_has_it_no_more() -> None:
    tally = Tally({("id-user-ada", "SPLA"): "ada"})
    plan = planned(customer(person("ada")), reading(lives("ada")), tally)

    assert [(one.action, one.sku) for one in told(plan, tally)] == [(Action.UNASSIGN, "SPLA")]


def test_an_observer_that_read_before_another_run_wrote_writes_nothing() -> None:
    plan = planned(customer(), reading(*ADA))

    made = told(plan, Tally({("id-user-joe", "E3"): "joe"}))

    assert made == ()


def test_an_apply_beside_which_another_run_wrote_tells_what_is_left_to_tell() -> None:
    plan = planned(customer(*JOINER), reading(*ADA, seats("our", 2)))
    meanwhile = Tally(
        {("id-user-ada", "E3"): "ada", ("id-user-joe", "E3"): "joe"}, plan.found.now.bought if plan.found else {}
    )

    made = told(plan, meanwhile, *rows(plan))

    assert made == ()


def test_the_price_is_that_of_the_subscription_which_the_last_holder_needs() -> None:
    cheap, dear = seats("cheap", 1), seats("dear", 5, product="P:2")
    tally = Tally({("id-user-ada", "E3"): "ada"})
    one = planned(customer(), reading(*ADA, cheap, dear))
    two = planned(customer(), reading(*ADA, lives("bo"), holds("bo"), cheap, dear), tally)

    assert [told(one)[-1].cost, told(two, tally)[-1].cost] == ["16.00 EUR", "20.00 EUR"]


def test_a_price_that_is_not_known_stays_not_known() -> None:
    plan = planned(customer(), reading(*ADA, seats("our", 1, product="P:9")))

    assert {(one.retail, one.cost) for one in told(plan)} == {("", "")}


HISTORY = st.lists(
    st.tuples(
        st.dictionaries(
            st.tuples(st.sampled_from("abc"), st.sampled_from(["E3", "E5"])), st.sampled_from(["ada", "bo"]), max_size=5
        ),
        st.booleans(),
    ),
    max_size=12,
)


@given(HISTORY)
@settings(max_examples=200)
def test_replay_gives_what_was_there_last_whatever_run_died_before_it_wrote(
    history: list[tuple[dict[tuple[str, str], str], bool]],
) -> None:
    batches: list[Batch] = []
    held: set[tuple[str, str]] = set()
    for number, (drawn, dies) in enumerate(history):
        names = {id_: key for (id_, _), key in drawn.items()}  # a person has one name
        there = Tally({pair: names[pair[0]] for pair in drawn})
        made = transactions.difference(transactions.replay(batches), there, Source.OBSERVED)
        if dies:
            event("dies")
            continue
        batches.append(Batch(f"run-{number}", "", "", tuple(made)))
        for one in made:
            pair = (one.id, one.sku)
            assert (pair in held) is (one.action is Action.UNASSIGN) or one.action is Action.RENAME
            held = {Action.ASSIGN: held | {pair}, Action.UNASSIGN: held - {pair}}.get(one.action, held)
        assert transactions.replay(batches).holders == there.holders


@given(worlds(), st.booleans(), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
def test_after_an_apply_the_record_is_what_the_next_reading_shows(world: World, lazy: bool, dies: bool) -> None:
    """Written at its end, or, where it died before, by the next run: nothing twice and nothing lost."""
    cloud = Cloud.of(world.there, lazy=lazy)
    plan = planned(world.files, cloud.reading(), NEVER, world.ledger)
    done = cloud.perform(free(plan))
    cloud.work()
    event("writes" if plan.steps else "looks")
    batches = []
    if plan.found and not dies:
        outcomes = [Outcome(row, Status.DONE, remote_id=row.remote_id) for row in done]
        made = transactions.finished(plan.found, NEVER, Source.APPLY, outcomes)
        batches.append(Batch("first", "", "", made))

    for number in range(2):
        tally = transactions.replay(batches)
        again = planned(world.files, cloud.reading(), tally, remembered_after(world.ledger, plan, *done))
        found = transactions.finished(again.found, tally, Source.APPLY) if again.found else ()
        assert not found or (dies and number == 0)
        batches.append(Batch(f"next-{number}", "", "", found))

    held = transactions.replay(batches).holders
    assert {(at("user", key), sku) for (_, sku), key in held.items()} == _holders(cloud)


def _holders(cloud: Cloud) -> set[tuple[object, str]]:
    """Who holds what, told from the cloud alone."""
    found: set[tuple[object, str]] = set()
    plan = planned(customer(), cloud.reading(), NEVER)
    if plan.found:
        found = {(who, sku) for sku, people in plan.found.held.sources.items() for who in people}
    return found


def test_an_upgrade_is_written_down_as_seats_of_the_new_product() -> None:
    there = reading(*ADA, seats("our", 3))
    began = planned(customer(person("ada"), license_of("ada"), lease("our", min=3)), there)
    known = transactions.replay([Batch("run-0", "", "", told(began))])
    files = customer(person("ada"), license_of("ada", "E5"), upgrade("our", min=3))

    plan = planned(files, there, known)
    made = told(plan, known, *[row for row in rows(plan) if row.reason is Reason.UPGRADE])

    assert [line for line in lines(made) if "our" in line] == ["apply seats our E5 3"]
