"""Who is who, what waits for whom, and what looks like one person twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Address
from reconciler.model.change import Cause
from reconciler.model.plan import Scope
from reconciler.model.resource import CoverageState, Guard
from reconciler.model.template import Guardrails, Mode, RemovalLimit

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


def at(key: str) -> Address:
    return Address("contoso", "user", key)


def test_somebody_renamed_in_the_portal_is_one_field_of_drift_with_licenses_following() -> None:
    files = customer(person("ada"), license_of("ada"), team("all", "ada"))
    ledger = memory(files, reading(lives("ada"), holds("ada"), together("all", "ada")))
    renamed = reading(lives("ada.b", "id-user-ada"), holds("ada.b"), together("all", "ada.b"))

    plan = planned(files, renamed, ledger)

    assert runs(plan) == ["update user/ada name=ada"]
    assert plan.changes[0].cause is Cause.DRIFT


def test_a_name_does_not_take_what_an_id_belongs_to() -> None:
    files = customer(person("ada"), person("zoe"))
    ledger = memory(customer(person("zoe")), reading(lives("zoe")))

    plan = planned(files, reading(lives("ada", "id-user-zoe")), ledger)

    assert sorted(runs(plan)) == ["create user/ada", "handover user/ada", "update user/zoe name=zoe"]


def test_a_moved_person_keeps_the_memory_of_licenses() -> None:
    before = customer(person("eve"), license_of("eve"))
    there = reading(lives("eve"), holds("eve"))
    files = customer(person("eve.s"), renames={at("eve"): at("eve.s")})

    plan = planned(files, there, memory(before, there))

    assert sorted(runs(plan)) == ["unassign license/eve.s:E3", "update user/eve.s name=eve.s"]


@pytest.mark.parametrize("known", [True, False], ids=["forgotten", "memory-lost"])
def test_a_rename_written_as_two_people_is_refused(known: bool) -> None:
    before = customer(person("eve", title="cfo"), license_of("eve"))
    there = reading(lives("eve", title="cfo"), holds("eve"), seats("office", 2))
    files = customer(person("eve.s", title="cfo"), license_of("eve.s"))
    ledger = memory(before, there)

    plan = planned(files, there, ledger if known else replace(ledger, known=False, resources={}))

    assert gates(plan)["create user/eve.s"] == ["RC313"]
    assert runs(plan) == []
    fix = next(row.blocked[0].fix for row in plan.changes if row.blocked[0].code.id == "RC313")
    assert "moved: [{user: {from: eve, to: eve.s}}]" in fix


def test_a_tombstone_says_that_they_are_two() -> None:
    files = customer(person("eve.s", title="cfo"), tombstones=dict([grave("user", "eve")]))

    assert "create user/eve.s" in runs(planned(files, reading(lives("eve", title="cfo"))))


def test_a_namesake_whom_nobody_removed_is_advice() -> None:
    ledger = memory(customer(person("bo")), reading(lives("bo")))
    files = customer(person("bo"), person("eve.s", title="cfo"))

    plan = planned(files, reading(lives("bo"), lives("eve", title="cfo")), ledger)

    assert "create user/eve.s" in runs(plan)
    assert [finding.code.id for finding in plan.findings] == ["RC504"]


@pytest.mark.parametrize("how", [CoverageState.PARTIAL, CoverageState.FAILED])
def test_what_refers_to_somebody_unseen_waits_and_the_rest_runs(how: CoverageState) -> None:
    files = customer(person("ada"), person("bo"), license_of("bo"), team("all", "ada", "bo"))

    plan = planned(files, reading(lives("ada"), together("all"), seats("office", 3), user=how))

    assert runs(plan) == ["update group/all members+ada"]
    assert {deferred.kind for deferred in plan.deferred} == {"group", "license", "user"}


def test_the_license_of_somebody_who_is_only_reported_is_reported_too() -> None:
    files = customer(person("ada"), license_of("ada"), modes={"users": Mode.OBSERVE})

    plan = planned(files, reading(seats("office", 1)))

    assert plan.changes == ()
    assert told(plan.reported) == ["create license/ada:E3", "create user/ada"]


def test_a_member_who_is_nowhere_is_a_finding() -> None:
    plan = planned(customer(team("all", "ghost")), reading(together("all")))

    assert plan.changes == ()
    assert [finding.code.id for finding in plan.findings] == ["RC402"]


def test_two_new_people_who_manage_each_other_are_refused_with_the_loop() -> None:
    files = customer(person("ada", manager="bo"), person("bo", manager="ada"), person("cy"))

    plan = planned(files, reading())

    assert gates(plan)["create user/ada"] == ["RC312"]
    assert runs(plan) == ["create user/cy", "handover user/cy"]


def test_blocking_a_sign_in_waits_for_nobody() -> None:
    files = customer(person("bo", enabled=False, manager="new"), person("new"))

    plan = planned(files, reading(lives("bo", enabled=True)))

    assert runs(plan)[0] == "update user/bo enabled=False"
    assert "update user/bo manager=new" in runs(plan)


def test_defaults_fill_in_at_creation_and_are_not_managed() -> None:
    files = customer(person("ada"))
    plan = planned(files, reading())
    ledger = remembered_after(memory(customer(), reading()), plan)

    assert ("country", "DE") in {(field.name, field.after) for field in plan.changes[0].fields}
    assert planned(files, reading(lives("ada", country="FR")), ledger).changes == ()


def test_nobody_who_could_read_the_password_blocks_the_person_and_all_that_needs_it() -> None:
    files = customer(person("ada"), license_of("ada"), team("all", "ada"))

    plan = planned(files, reading(together("all"), seats("office", 1)), recipients=())

    assert runs(plan) == []
    assert gates(plan)["update group/all members+ada"] == ["RC309"]


def test_removals_of_elements_are_held_against_elements() -> None:
    many = [f"u{number}" for number in range(30)]
    before = customer(*map(person, many), team("all", *many))
    there = reading(*map(lives, many), together("all", *many))
    limit = Guardrails(removals=RemovalLimit(count=5, percent=10))
    ledger = memory(before, there)

    fine = planned(customer(*map(person, many), team("all", *many[3:]), guardrails=limit), there, ledger)
    over = planned(customer(*map(person, many), team("all", *many[4:]), guardrails=limit), there, ledger)

    assert len(runs(fine)) == 1
    assert [row.blocked[0].code.id for row in over.changes] == ["RC305"]
    assert "removals=4@" in over.changes[0].blocked[0].fix


def test_a_target_brings_only_the_seats_it_needs() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office"), lease("other", "E5"))
    there = reading(lives("ada"), seats("office", 0), seats("other", 9, "E5"))

    plan = planned(files, there, scope=Scope(targets=("contoso/license/ada:E3",)))

    assert runs(plan) == ["update subscription/office quantity=1", "create license/ada:E3"]


def test_a_cause_survives_a_partial_apply() -> None:
    before = customer(person("ada"), person("bo"), team("all", "ada"))
    ledger = memory(before, reading(lives("ada"), lives("bo"), together("all", "ada")))
    files = customer(person("ada"), person("bo"), team("all", "ada", "bo"))
    drifted = reading(lives("ada"), lives("bo"), together("all"))
    plan = planned(files, drifted, ledger)
    drift = next(row for row in plan.changes if row.cause is Cause.DRIFT)

    after = remembered_after(ledger, plan, drift)
    again = planned(files, reading(lives("ada"), lives("bo"), together("all", "ada")), after)

    assert [(row.cause, told([row])) for row in again.changes] == [(Cause.CONFIG, ["update group/all members+bo"])]


def test_whoever_may_have_been_renamed_is_taken_out_of_nothing() -> None:
    files = customer(person("eve.s", title="cfo"), team("all", "eve.s", mode=Mode.AUTHORITATIVE))
    there = reading(lives("eve", title="cfo"), together("all", "eve"))

    plan = planned(files, there, replace(NOTHING, known=False))

    assert gates(plan)["update group/all members-eve"] == ["RC309"]
    assert runs(plan) == []


def test_somebody_who_is_kept_elsewhere_is_not_made_a_second_time() -> None:
    files = customer(person("eve.s", title="cfo"))
    there = reading(lives("eve", title="cfo", guard=Guard("an on-premises directory keeps it")))

    plan = planned(files, there, replace(NOTHING, known=False))

    assert gates(plan)["create user/eve.s"] == ["RC313"]
