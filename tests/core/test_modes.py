"""What each mode touches, and what a difference that somebody made outside becomes (interface.md 2.2, 2.11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.change import Cause
from reconciler.model.ledger import CustomerLedger
from reconciler.model.resource import Guard
from reconciler.model.template import Mode, OnDrift

from .scene import (
    NOTHING,
    customer,
    gates,
    grave,
    holds,
    license_of,
    lives,
    memory,
    person,
    planned,
    reading,
    runs,
    team,
    together,
    told,
)

EVERYBODY = ("users", "groups", "licenses")
CREATES = ["create user/joe", "handover user/joe"]
UPDATES = ["update group/all members+ada", "update user/ada title=cto"]
TAKES = ["unassign license/ada:E3", "update group/all members-bo"]


def modes(mode: Mode) -> dict[str, Mode]:
    return dict.fromkeys(EVERYBODY, mode)


@pytest.mark.parametrize(
    ("mode", "runs_of_it", "reported"),
    [
        (Mode.OBSERVE, [], [*CREATES[:1], *TAKES[:1], *UPDATES]),
        (Mode.CREATE_ONLY, CREATES, [*TAKES[:1], *UPDATES]),
        (Mode.ADDITIVE, [*CREATES, *TAKES[:1], *UPDATES], []),
    ],
    ids=["observe", "createOnly", "additive"],
)
def test_a_mode_says_what_is_touched(mode: Mode, runs_of_it: list[str], reported: list[str]) -> None:
    """The license was given by us earlier; bo was put into the group by somebody else."""
    before = customer(person("ada"), license_of("ada"))
    there = reading(lives("ada", title="ceo"), lives("bo"), holds("ada"), together("all", "bo"))
    wanted = (person("ada", title="cto"), person("joe"), team("all", "ada"))

    plan = planned(customer(*wanted, modes=modes(mode)), there, memory(before, there))

    assert sorted(runs(plan)) == sorted(runs_of_it)
    assert sorted(told(plan.reported)) == sorted(reported)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(Mode.ADDITIVE, []), (Mode.AUTHORITATIVE, ["update group/all members-bo"])],
    ids=["additive", "authoritative"],
)
def test_a_member_whom_somebody_else_put_in_goes_only_where_the_group_is_ours(mode: Mode, expected: list[str]) -> None:
    files = customer(person("ada"), team("all", "ada"), modes=modes(mode))

    plan = planned(files, reading(lives("ada"), lives("bo"), together("all", "ada", "bo")))

    assert runs(plan) == expected
    assert plan.unmanaged == ({"users": 1} if expected else {"group members": 1, "users": 1})


def test_the_mode_of_a_group_goes_before_that_of_all_groups() -> None:
    files = customer(person("ada"), team("all", "ada", mode=Mode.AUTHORITATIVE))

    plan = planned(files, reading(lives("ada"), lives("bo"), together("all", "ada", "bo")))

    assert runs(plan) == ["update group/all members-bo"]


def test_a_group_that_plans_only_add_to_keeps_its_members_also_where_groups_are_authoritative() -> None:
    files = customer(person("ada"), team("all", "ada", exists=True), modes=modes(Mode.AUTHORITATIVE))

    plan = planned(files, reading(lives("ada"), lives("bo"), together("all", "bo")))

    assert runs(plan) == ["update group/all members+ada"]


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.CREATE_ONLY], ids=str)
def test_a_tombstone_is_only_reported_where_nothing_may_be_taken(mode: Mode) -> None:
    files = customer(modes=modes(mode), tombstones=dict([grave("user", "bo")]))

    plan = planned(files, reading(lives("bo")))

    assert (runs(plan), told(plan.reported)) == ([], ["delete user/bo"])


REPORTING = dict.fromkeys(EVERYBODY, OnDrift.REPORT)


@pytest.mark.parametrize(
    ("ledger_of", "expected"),
    [
        (lambda known: known, Cause.DRIFT),
        (lambda known: replace(known, resources={}), Cause.ADOPT),
        (lambda _known: NOTHING, Cause.UNKNOWN),
    ],
    ids=["drift", "adopt", "unknown"],
)
def test_where_drift_is_reported_only_what_the_files_changed_runs(ledger_of: object, expected: Cause) -> None:
    files = customer(person("ada", title="cto"), on_drift=REPORTING)
    known = memory(files, reading(lives("ada", title="cto")))
    assert callable(ledger_of)
    ledger: CustomerLedger = ledger_of(known)

    plan = planned(files, reading(lives("ada", title="ceo")), ledger)

    assert (runs(plan), [row.cause for row in plan.reported]) == ([], [expected])


def test_where_drift_is_reported_the_files_own_change_runs() -> None:
    before = customer(person("ada", title="ceo"))
    files = customer(person("ada", title="cto"), on_drift=REPORTING)

    plan = planned(files, reading(lives("ada", title="ceo")), memory(before, reading(lives("ada", title="ceo"))))

    assert (runs(plan), plan.reported) == (["update user/ada title=cto"], ())


@pytest.mark.parametrize(
    ("known", "expected"), [(True, ["create user/ada", "handover user/ada"]), (False, [])], ids=["known", "lost"]
)
def test_with_a_lost_memory_nobody_is_made_again_where_drift_is_reported(known: bool, expected: list[str]) -> None:
    files = customer(person("ada"), on_drift=REPORTING)

    plan = planned(files, reading(), replace(NOTHING, known=known))

    assert runs(plan) == expected
    assert told(plan.reported) == ([] if known else ["create user/ada"])


@pytest.mark.parametrize("remembered", [True, False], ids=["known", "lost"])
def test_who_is_restored_stays_locked_out_unless_the_files_changed(*, remembered: bool) -> None:
    files = customer(person("ada", enabled=True))
    ledger = memory(files, reading(lives("ada", enabled=True))) if remembered else NOTHING

    plan = planned(files, reading(lives("ada", enabled=False, deleted=True)), ledger)

    assert runs(plan) == ["restore user/ada"]
    assert told(plan.reported) == ["update user/ada enabled=True"]
    assert [row.fields for row in plan.changes] == [()]


def test_who_is_restored_may_sign_in_where_the_files_say_so_now() -> None:
    before, files = customer(person("ada", enabled=False)), customer(person("ada", enabled=True))

    plan = planned(
        files,
        reading(lives("ada", enabled=False, deleted=True)),
        memory(before, reading(lives("ada", enabled=False))),
    )

    assert [(row.action.value, row.fields[0].after) for row in plan.changes] == [("restore", True)]
    assert plan.reported == ()


def test_an_unblocked_sign_in_is_only_reported_beside_what_runs() -> None:
    files = customer(person("ada", title="cto", enabled=True))
    there = reading(lives("ada", title="ceo", enabled=False))

    plan = planned(files, there, memory(files, reading(lives("ada", title="cto", enabled=True))))

    assert runs(plan) == ["update user/ada title=cto"]
    assert told(plan.reported) == ["update user/ada enabled=True"]


def test_blocking_a_sign_in_is_a_row_of_its_own_before_the_others() -> None:
    files = customer(person("ada", title="cto", enabled=False))

    plan = planned(files, reading(lives("ada", title="ceo", enabled=True)))

    assert runs(plan) == ["update user/ada enabled=False", "update user/ada title=cto"]
    assert [step.wave for step in plan.steps] == [0, 1]


@pytest.mark.parametrize(
    ("guard", "expected"),
    [(Guard("kept elsewhere"), []), (Guard("the title is", frozenset({"title"})), ["update user/ada country=DE"])],
    ids=["all of it", "one field"],
)
def test_what_a_guard_covers_is_told_and_not_written(guard: Guard, expected: list[str]) -> None:
    files = customer(person("ada", title="cto", country="DE"))

    plan = planned(files, reading(lives("ada", title="ceo", guard=guard)))

    assert runs(plan) == expected
    assert f"title of contoso/user/ada differs from the files and is left alone: {guard.reason}." in [
        finding.detail for finding in plan.findings
    ]


def test_somebody_in_the_recycle_bin_comes_back_with_what_the_files_say() -> None:
    files = customer(person("ada", title="cto"), team("all", "ada"))

    plan = planned(files, reading(lives("ada", title="ceo", deleted=True), together("all")))

    assert runs(plan) == ["restore user/ada", "update group/all members+ada"]
    assert [(field.path, field.after) for field in plan.changes[0].fields] == [(("title",), "cto")]


def test_somebody_in_the_recycle_bin_who_is_kept_elsewhere_is_left_there() -> None:
    files = customer(person("ada"))

    plan = planned(files, reading(lives("ada", deleted=True, guard=Guard("a directory keeps it"))))

    assert (runs(plan), gates(plan)) == ([], {})
    assert [(finding.code.id, "a directory keeps it" in finding.detail) for finding in plan.findings] == [
        ("RC403", True)
    ]


def test_what_others_add_to_and_is_not_there_is_a_finding() -> None:
    files = customer(person("ada"), team("all", "ada", exists=True, sources={"members": "plan modern-worker"}))

    plan = planned(files, reading(lives("ada")))

    assert runs(plan) == []
    assert [finding.detail for finding in plan.findings] == [
        "contoso/group/all does not exist, and plan modern-worker needs it."
    ]
