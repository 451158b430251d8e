"""What is taken away, for which of three reasons, and what is never touched."""

from __future__ import annotations

import pytest

from reconciler.model.change import Cause, Reason
from reconciler.model.resource import CoverageState, Guard
from reconciler.model.template import Mode, OnDrift

from .fakes import PassFacts
from .scene import (
    NOTHING,
    customer,
    gates,
    grave,
    holds,
    lease,
    license_of,
    lives,
    memory,
    person,
    planned,
    reading,
    remembered_after,
    runs,
    seats,
    team,
    together,
    told,
)

ADA = customer(person("ada"), license_of("ada"))
ADA_THERE = reading(lives("ada"), holds("ada"), seats("office", 5))


def test_a_license_that_left_the_files_is_unassigned_and_says_why() -> None:
    ledger = remembered_after(memory(ADA, ADA_THERE), planned(ADA, ADA_THERE))

    plan = planned(customer(person("ada")), ADA_THERE, ledger)

    assert runs(plan) == ["unassign license/ada:E3"]
    assert plan.changes[0].reason is Reason.NOT_IN_FILES
    assert "no longer in the files" in plan.changes[0].note


def test_without_memory_nothing_is_taken_away() -> None:
    plan = planned(customer(person("ada")), ADA_THERE)

    assert plan.changes == ()
    assert plan.unmanaged == {"licenses": 1, "subscriptions": 1}


def test_a_sweep_takes_what_the_files_know_and_nothing_else() -> None:
    files = customer(person("ada"), person("bo"), license_of("bo"), modes={"licenses": Mode.AUTHORITATIVE})
    there = reading(lives("ada"), lives("bo"), lives("eve"), *map(holds, ("ada", "bo", "eve")), holds("ada", "VISIO"))

    plan = planned(files, there)

    assert runs(plan) == ["unassign license/ada:E3"]
    assert plan.changes[0].reason is Reason.SWEEP


def test_a_sweep_leaves_what_groups_give() -> None:
    files = customer(person("ada"), person("bo"), license_of("bo"), modes={"licenses": Mode.AUTHORITATIVE})
    there = reading(lives("ada"), lives("bo"), holds("bo"), holds("ada", inherited=True))

    assert planned(files, there).changes == ()


@pytest.mark.parametrize("known", [True, False], ids=["with-memory", "memory-lost"])
def test_a_sweep_is_only_reported_where_drift_is(known: bool) -> None:
    files = customer(
        person("ada"),
        person("bo"),
        license_of("bo"),
        modes={"licenses": Mode.AUTHORITATIVE},
        on_drift={"licenses": OnDrift.REPORT},
    )
    there = reading(lives("ada"), lives("bo"), holds("bo"), holds("ada"))
    ledger = memory(customer(person("ada")), reading(lives("ada"))) if known else NOTHING

    plan = planned(files, there, ledger)

    assert runs(plan) == []
    assert told(plan.reported) == ["unassign license/ada:E3"]


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.CREATE_ONLY])
def test_modes_that_must_not_take_only_report(mode: Mode) -> None:
    files = customer(person("ada"), modes={"licenses": mode})

    plan = planned(files, ADA_THERE, memory(ADA, ADA_THERE))

    assert runs(plan) == []
    assert told(plan.reported) == ["unassign license/ada:E3"]


@pytest.mark.parametrize("how", [CoverageState.PARTIAL, CoverageState.FAILED])
def test_nothing_is_taken_from_a_collection_that_was_not_seen_whole(how: CoverageState) -> None:
    there = reading(lives("ada"), holds("ada"), license=how)

    plan = planned(customer(person("ada")), there, memory(ADA, ADA_THERE))

    assert runs(plan) == []
    assert [deferred.kind for deferred in plan.deferred] == ["license"]


def test_somebody_who_vanishes_is_forgotten_with_licenses_and_what_they_cost() -> None:
    there = reading(lives("ada"), holds("ada"), seats("office", 5))

    plan = planned(customer(), there, memory(ADA, there))

    assert runs(plan) == ["forget license/ada:E3", "forget user/ada"]
    assert plan.changes[1].note.endswith("E3 goes on costing 10.00 EUR a month")


def test_a_forgotten_subscription_says_what_its_seats_cost() -> None:
    files = customer(lease("office", fixed=5))
    there = reading(seats("office", 5))

    plan = planned(customer(), there, memory(files, there))

    assert runs(plan) == ["forget subscription/office"]
    assert plan.changes[0].note.endswith("its 5 seats go on costing 50.00 EUR a month")


def test_forgetting_converges() -> None:
    ledger = memory(ADA, ADA_THERE)
    forgotten = remembered_after(ledger, planned(customer(), ADA_THERE, ledger))

    assert planned(customer(), ADA_THERE, forgotten).changes == ()


def test_a_tombstone_deletes_and_keeps_the_licenses_in_mind() -> None:
    files = customer(tombstones=dict([grave("user", "ada")]))
    ledger = memory(ADA, ADA_THERE)
    plan = planned(files, ADA_THERE, ledger)
    gone = reading(lives("ada", deleted=True), seats("office", 5))
    after = remembered_after(ledger, plan)

    assert runs(plan) == ["delete user/ada"]
    assert plan.changes[0].reason is Reason.TOMBSTONE
    assert "contoso.yaml:9: left" in plan.changes[0].note
    assert planned(files, gone, after).changes == ()
    assert runs(planned(customer(person("ada")), ADA_THERE, after)) == ["unassign license/ada:E3"]


def test_once_the_bin_is_empty_the_licenses_are_dropped_from_memory_silently() -> None:
    ledger = memory(ADA, ADA_THERE).without([person("ada").address])
    purged = reading(lives("bo"))

    plan = planned(customer(), purged, ledger)

    assert plan.changes == ()
    assert plan.settled is not None
    assert dict(plan.settled.resources) == {}


def test_a_tombstone_disables_first_of_all_and_frees_licenses() -> None:
    files = customer(tombstones=dict([grave("user", "ada", "disable")]))

    plan = planned(files, ADA_THERE)

    assert runs(plan) == ["update user/ada enabled=False", "unassign license/ada:E3"]


def test_disabling_somebody_who_is_kept_elsewhere_is_said_and_not_tried() -> None:
    files = customer(tombstones=dict([grave("user", "ada", "disable")]))

    plan = planned(files, reading(lives("ada", guard=Guard("an on-premises directory keeps it"))))

    assert plan.changes == ()
    assert [finding.code.id for finding in plan.findings] == ["RC403"]


def test_a_tombstone_that_only_forgets_takes_the_licenses_along() -> None:
    files = customer(tombstones=dict([grave("user", "ada", "forget")]))

    plan = planned(files, ADA_THERE, memory(ADA, ADA_THERE))

    assert runs(plan) == ["forget license/ada:E3", "forget user/ada"]
    assert plan.changes[1].reason is Reason.TOMBSTONE


def test_a_tombstone_finds_somebody_who_was_renamed_in_the_portal() -> None:
    files = customer(tombstones=dict([grave("user", "ada")]))
    there = reading(lives("ada.b", "id-user-ada"), holds("ada.b"))

    assert runs(planned(files, there, memory(ADA, ADA_THERE))) == ["delete user/ada"]


def test_a_member_leaves_the_group_before_being_deleted() -> None:
    before = customer(person("ada"), person("bo"), team("all", "ada", "bo"))
    there = reading(lives("ada"), lives("bo"), together("all", "ada", "bo"))
    files = customer(person("bo"), team("all", "bo"), tombstones=dict([grave("user", "ada")]))

    plan = planned(files, there, memory(before, there))

    assert runs(plan) == ["update group/all members-ada", "delete user/ada"]


def test_what_a_plan_gave_to_a_group_goes_with_the_last_who_has_the_plan() -> None:
    before = customer(person("ada"), team("staff", "ada", exists=True))
    there = reading(lives("ada"), lives("zoe"), together("staff", "ada", "zoe"))
    ledger = memory(before, there)

    plan = planned(customer(person("ada")), there, ledger)
    after = remembered_after(ledger, plan)

    assert runs(plan) == ["update group/staff members-ada"]
    assert planned(customer(person("ada")), reading(lives("ada"), together("staff", "zoe")), after).changes == ()


def test_a_group_that_was_declared_is_only_forgotten() -> None:
    before = customer(person("ada"), team("staff", "ada"))
    there = reading(lives("ada"), together("staff", "ada"))

    assert runs(planned(customer(person("ada")), there, memory(before, there))) == ["forget group/staff"]


def test_what_kinds_refuse_is_blocked() -> None:
    files = customer(tombstones=dict([grave("user", "ada")]))

    assert gates(planned(files, reading(lives("ada", chief=True)))) == {"delete user/ada": ["RC310"]}


def test_protection_holds_for_licenses_and_one_merge_longer() -> None:
    protected = customer(person("ada", protect=True), license_of("ada"))
    ledger = memory(protected, ADA_THERE)
    dropped = customer(person("ada"))

    first = planned(dropped, ADA_THERE, ledger)
    second = planned(dropped, ADA_THERE, first.settled or ledger)

    assert gates(first) == {"unassign license/ada:E3": ["RC303"]}
    assert runs(second) == ["unassign license/ada:E3"]


def test_something_that_vanished_at_the_customer_and_from_the_files_is_forgotten() -> None:
    plan = planned(customer(), reading(lives("bo")), memory(ADA, ADA_THERE))

    assert runs(plan) == ["forget license/ada:E3", "forget user/ada"]
    assert plan.changes[0].cause is Cause.CONFIG


def test_an_empty_answer_is_a_failed_one_where_something_is_known() -> None:
    plan = planned(customer(), reading(), memory(ADA, ADA_THERE))

    assert plan.changes == ()


def test_a_license_in_error_is_nobody_seat_and_can_be_taken_away() -> None:
    there = reading(lives("ada"), holds("ada", facts=PassFacts(working=False)))

    assert runs(planned(customer(person("ada")), there, memory(ADA, there))) == ["unassign license/ada:E3"]


def test_members_that_nobody_declared_are_counted_as_not_managed() -> None:
    files = customer(person("ada"), team("staff", "ada"))
    there = reading(lives("ada"), lives("bo"), lives("cy"), together("staff", "ada", "bo", "cy"))

    plan = planned(files, there, memory(files, there))

    assert (plan.changes, plan.unmanaged.get("group members")) == ((), 2)
