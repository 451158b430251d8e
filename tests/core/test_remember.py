"""What the ledger keeps: ids and digests of what is settled, and of nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core import remember
from reconciler.core.plan import CustomerPlan
from reconciler.model.change import Action, Cause, Change
from reconciler.model.event import Outcome, Status
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.template import Mode, OnDrift

from .scene import (
    NOTHING,
    STAMP,
    at,
    customer,
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
    team,
    together,
)

ADA = at("user", "ada")
KNOWN = replace(NOTHING, known=True)


def ended(plan: CustomerPlan, status: Status, ledger: CustomerLedger = KNOWN) -> CustomerLedger:
    outcomes = [Outcome(row, status, remote_id="new-id") for row in plan.changes if not row.blocked]
    return remember.after(ledger, outcomes, STAMP)


@pytest.mark.parametrize("status", list(Status), ids=str)
def test_only_what_ended_well_is_remembered(status: Status) -> None:
    plan = planned(customer(person("ada"), team("all", "ada")), reading(lives("ada"), together("all")))

    found = ended(plan, status)

    assert set(found.resources) == ({at("group", "all")} if status in (Status.DONE, Status.ALREADY_DONE) else set())


def test_what_is_remembered_carries_the_run_and_the_commit() -> None:
    plan = planned(customer(person("ada", title="cto", protect=True)), reading(lives("ada", title="ceo")))

    entry = ended(plan, Status.DONE).resources[ADA]

    assert (entry.id, entry.run, entry.commit, entry.at) == ("new-id", STAMP.run, STAMP.commit, STAMP.at)
    assert (entry.status, entry.protect) == (LedgerStatus.APPLIED, True)


def test_no_value_stands_in_the_memory() -> None:
    files = customer(person("ada", title="a title"), team("all", "ada"))
    ledger = memory(files, reading(lives("ada", title="a title"), together("all", "ada")))

    assert "a title" not in repr(ledger)
    assert not any("ada" in path for entry in ledger.resources.values() for path in (*entry.desired, *entry.live))


def test_an_element_that_another_row_adds_is_not_remembered_by_this_one() -> None:
    before = customer(person("ada"), person("bo"), team("all", "ada"))
    ledger = memory(before, reading(lives("ada"), lives("bo"), together("all", "ada")))
    files = customer(person("ada"), person("bo"), team("all", "ada", "bo"))
    plan = planned(files, reading(lives("ada"), lives("bo"), together("all")), ledger)
    of_files = next(row for row in plan.changes if row.cause is Cause.CONFIG)

    found = remember.after(ledger, [Outcome(of_files, Status.DONE)], STAMP)

    wanted = found.resources[at("group", "all")].desired
    assert f"members/{ledger.digest('bo')}" in wanted


def test_an_element_that_was_taken_out_is_forgotten() -> None:
    before = customer(person("ada"), person("bo"), team("all", "ada", "bo"))
    there = reading(lives("ada"), lives("bo"), together("all", "ada", "bo"))
    ledger = memory(before, there)
    plan = planned(customer(person("ada"), person("bo"), team("all", "ada")), there, ledger)

    found = ended(plan, Status.DONE, ledger).resources[at("group", "all")]

    path = f"members/{ledger.digest('bo')}"
    assert path not in found.desired
    assert path not in found.live


@pytest.mark.parametrize("action", ["delete", "forget"])
def test_what_is_gone_is_forgotten(action: str) -> None:
    ledger = memory(customer(person("ada")), reading(lives("ada")))
    plan = planned(customer(tombstones=dict([grave("user", "ada", action)])), reading(lives("ada")), ledger)

    assert ended(plan, Status.DONE, ledger).resources == {}


def test_a_password_that_was_handed_over_closes_the_entry() -> None:
    waiting = replace(KNOWN, resources={ADA: LedgerEntry("1", LedgerStatus.CREATING)})
    row = Change(ADA, Action.HANDOVER, planned(customer(person("ada")), reading()).changes[0].reason, Cause.CONFIG)

    assert remember.after(waiting, [Outcome(row, Status.DONE)], STAMP).resources[ADA].status is LedgerStatus.APPLIED
    assert remember.after(KNOWN, [Outcome(row, Status.DONE)], STAMP) is KNOWN


def test_a_create_leaves_its_hand_over_open_until_that_is_done() -> None:
    plan = planned(customer(person("ada")), reading())
    create = next(row for row in plan.changes if row.action is Action.CREATE)
    ahead = remember.creating(KNOWN, create, STAMP)

    made = remember.after(ahead, [Outcome(create, Status.DONE, remote_id="7")], STAMP)

    assert (ahead.resources[ADA].status, ahead.resources[ADA].id) == (LedgerStatus.CREATING, "")
    assert (made.resources[ADA].status, made.resources[ADA].id) == (LedgerStatus.CREATING, "7")


@pytest.mark.parametrize("status", [LedgerStatus.CREATING, LedgerStatus.HANDOVER], ids=str)
def test_an_open_hand_over_is_planned_again(status: LedgerStatus) -> None:
    open_ = replace(KNOWN, resources={ADA: LedgerEntry("id-user-ada", status)})

    plan = planned(customer(person("ada")), reading(lives("ada")), open_)

    assert runs(plan) == ["handover user/ada"]
    assert plan.changes[0].remote_id == "id-user-ada"


def test_a_row_of_what_others_add_to_is_forgotten_with_what_was_added() -> None:
    before = customer(person("ada"), team("all", "ada", exists=True))
    there = reading(lives("ada"), together("all", "ada"))
    ledger = memory(before, there)
    plan = planned(customer(person("ada")), there, ledger)

    assert runs(plan) == ["update group/all members-ada"]
    assert at("group", "all") not in ended(plan, Status.DONE, ledger).resources


def test_a_row_without_the_files_words_changes_nothing_in_the_memory() -> None:
    row = replace(planned(customer(person("ada")), reading()).changes[0], desired=None)

    assert remember.after(KNOWN, [Outcome(row, Status.DONE)], STAMP) is KNOWN


def test_the_other_values_of_an_updated_resource_are_remembered_as_they_are() -> None:
    files = customer(person("ada", title="cto", country="DE"))
    plan = planned(files, reading(lives("ada", title="ceo", country="DE")))

    entry = ended(plan, Status.DONE).resources[ADA]

    assert set(entry.desired) == {"name", "title", "country"}


def test_what_is_as_the_files_want_it_is_remembered_without_a_row() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office", fixed=1))
    there = reading(lives("ada"), holds("ada"), seats("office", 1))

    settled = planned(files, there).settled

    assert settled is not None
    assert set(settled.resources) == {ADA, at("license", "ada:E3"), at("subscription", "office")}
    assert "quantity" in settled.resources[at("subscription", "office")].desired
    assert planned(files, there, settled).settled is None


def test_a_reported_difference_keeps_its_cause() -> None:
    """What was there before anybody remembered anything stays `adopt`, apply after apply."""
    files = customer(person("ada", title="cto"), team("all", "ada"), on_drift=dict.fromkeys(("users",), OnDrift.REPORT))
    there = reading(lives("ada", title="ceo"), together("all", "ada"))
    first = planned(files, there, KNOWN)
    assert first.settled is not None

    again = planned(files, there, first.settled)

    assert [row.cause for row in first.reported] == [Cause.ADOPT] == [row.cause for row in again.reported]
    assert again.settled is None


def test_a_reported_element_keeps_its_cause() -> None:
    files = customer(person("ada"), team("all", "ada"), on_drift={"groups": OnDrift.REPORT})
    there = reading(lives("ada"), together("all"))
    first = planned(files, there)
    assert first.settled is not None

    again = planned(files, there, first.settled)

    assert [row.cause for row in first.reported] == [Cause.UNKNOWN]
    assert [row.cause for row in again.reported] == [Cause.ADOPT]


def test_seats_that_are_only_reported_count_as_bought_outside() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office"), on_drift={"subscriptions": OnDrift.REPORT})
    there = reading(lives("ada"), holds("ada"), seats("office", 4))
    first = planned(files, there)
    assert first.settled is not None

    again = planned(files, there, first.settled)

    assert [row.cause for row in again.reported] == [Cause.DRIFT]


def test_somebody_who_is_only_reported_as_missing_is_remembered_as_that() -> None:
    files = customer(person("ada"), on_drift={"users": OnDrift.REPORT})
    first = planned(files, reading())
    assert first.settled is not None

    assert first.settled.resources[ADA] == LedgerEntry("", LedgerStatus.REPORTED)
    assert planned(files, reading(), first.settled).changes == ()


def test_whoever_may_be_a_rename_stays_doubtful_once_a_memory_has_begun() -> None:
    files = customer(person("eve.s", title="cfo"))
    there = reading(lives("eve", title="cfo"))
    first = planned(files, there, replace(NOTHING, known=False))
    assert first.settled is not None

    again = planned(files, there, first.settled)

    assert [gate.code.id for row in again.changes for gate in row.blocked][:1] == ["RC313"]


def test_a_renamed_resource_is_remembered_under_its_new_name_only() -> None:
    before = customer(person("eve"), team("all", "eve"))
    ledger = memory(before, reading(lives("eve"), together("all", "eve")))
    files = customer(person("eve.s"), team("all", "eve.s"), renames={at("user", "eve"): at("user", "eve.s")})
    there = reading(lives("eve.s", "id-user-eve"), together("all", "eve.s"))

    settled = planned(files, there, ledger).settled

    assert settled is not None
    assert at("user", "eve") not in settled.resources
    assert settled.resources[at("user", "eve.s")].id == "id-user-eve"


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.ADDITIVE], ids=str)
def test_a_row_that_did_not_run_leaves_the_memory_as_it_was(mode: Mode) -> None:
    before = customer(person("ada", title="ceo"))
    ledger = memory(before, reading(lives("ada", title="ceo")))
    files = customer(person("ada", title="cto"), modes={"users": mode})

    settled = planned(files, reading(lives("ada", title="ceo")), ledger).settled

    assert settled is None
