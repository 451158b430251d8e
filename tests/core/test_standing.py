"""What a row stands on: where it goes when what it refers to is not there and will not be."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest

from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.address import Ref
from reconciler.model.kind import Kind
from reconciler.model.plan import Scope
from reconciler.model.resource import COMPLETE, CoverageState, Snapshot
from reconciler.model.seats import SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import Guardrails, Mode, RemovalLimit

from .fakes import KINDS, LeaseSpec, PersonSpec, TeamSpec
from .scene import (
    CATALOG,
    NOTHING,
    at,
    customer,
    gates,
    grave,
    holds,
    lease,
    license_of,
    live,
    lives,
    memory,
    person,
    planned,
    reading,
    runs,
    seats,
    team,
    together,
    told,
    want,
)


def why(plan: CustomerPlan) -> dict[str, str]:
    return {deferred.kind: deferred.why for deferred in plan.deferred}


def test_what_needs_somebody_outside_the_scope_is_outside_too() -> None:
    files = customer(person("ada"), person("bo"), license_of("ada"), team("all", "ada", "bo"))

    plan = planned(
        files,
        reading(seats("office", 2), together("all"), lives("bo")),
        scope=Scope(excludes=("contoso/user/ada",)),
    )

    assert runs(plan) == ["update group/all members+bo"]
    assert (plan.deferred, plan.findings) == ((), ())


def test_what_needs_one_of_several_waits_for_a_word() -> None:
    files = customer(team("all", "ada"), person("ada"))
    twins = replace(reading(together("all")), ambiguous={at("user", "ada"): ("u1", "u2")})

    plan = planned(files, twins)

    assert why(plan) == {"group": "contoso/user/ada could be any of several"}


def test_what_needs_somebody_who_cannot_be_made_waits() -> None:
    """The subscription must be ordered by hand: it is declared, not there, and no row makes it."""

    class PlaceSpec(Spec):
        name: str
        seats: Annotated[str | None, Ref("subscription")] = None

    class PlaceKind(Kind[PlaceSpec, object]):
        name = "place"
        spec = PlaceSpec
        group = "places"

    files = customer(want("place", "hall", PlaceSpec(name="hall", seats="office"), "seats"), lease("office"))
    there = reading()
    there = replace(there, coverage={**there.coverage, "place": COMPLETE})

    plan = plan_customer(Inputs(files, there, NOTHING, (*KINDS, PlaceKind()), CATALOG), Run(recipients=("age1x",)))

    assert why(plan) == {"place": "contoso/subscription/office is not there and cannot be made"}
    assert told(plan.changes) == ["create place/hall"]


def test_a_member_whom_nobody_has_seen_waits_with_the_reason() -> None:
    plan = planned(customer(team("all", "ghost")), reading(together("all"), user=CoverageState.PARTIAL))

    assert why(plan) == {"group": "contoso/user/ghost may or may not be there: user was not seen whole"}


def test_an_observed_kind_is_read_and_never_written() -> None:
    class RoomSpec(Spec):
        name: str
        title: str | None = None

    class RoomKind(Kind[RoomSpec, object]):
        name = "room"
        spec = RoomSpec
        group = "rooms"
        observed = True

        def key(self, spec: RoomSpec) -> str:
            return spec.name

    files = customer(
        want("room", "a", RoomSpec(name="a", title="x"), "title"), want("room", "b", RoomSpec(name="b"), "name")
    )
    rooms = [live("room", "a", RoomSpec(name="a", title="y")), live("room", "c", RoomSpec(name="c"))]
    found = reading(*rooms)
    there = Snapshot(found.customer, found.now, found.resources, {**found.coverage, "room": COMPLETE})

    plan = plan_customer(Inputs(files, there, NOTHING, (*KINDS, RoomKind())), Run())

    assert (plan.changes, plan.reported, plan.findings, plan.unmanaged) == ((), (), (), {})
    assert plan.settled is None or at("room", "a") not in plan.settled.resources


def test_a_new_group_is_made_after_its_members_and_before_who_is_put_in_later() -> None:
    files = customer(person("ada"), team("all", "ada"))

    plan = planned(files, reading())

    assert runs(plan) == ["create user/ada", "create group/all", "handover user/ada"]
    assert plan.changes[1].depends_on == (at("user", "ada"),)


def test_moves_in_a_circle_are_refused_with_the_loop_and_its_places() -> None:
    files = customer(
        *(person(name) for name in ("ada", "bo")),
        license_of("ada", "E5"),
        license_of("bo", "E3"),
        want("subscription", "north", LeaseSpec(sku="E3", seats=SeatRule(fixed=1))),
        want("subscription", "south", LeaseSpec(sku="E5", seats=SeatRule(fixed=1))),
    )
    before = customer(person("ada"), person("bo"), license_of("ada", "E3"), license_of("bo", "E5"))
    there = reading(
        lives("ada"), lives("bo"), holds("ada", "E3"), holds("bo", "E5"), seats("north", 1), seats("south", 1, "E5")
    )

    plan = planned(files, there, memory(before, there))

    assert runs(plan) == []
    assert gates(plan)["create license/ada:E5"] == ["RC302"]
    gate = next(row.blocked[0] for row in plan.changes if row.address.key == "ada:E5")
    assert "contoso/license/ada:E3 -> contoso/license/ada:E5 -> contoso/license/bo:E3" in gate.detail
    assert gate.related == (files.origin,) * 4


AUTO, ONE = SeatRule(), SeatRule(fixed=1)


def swapping(north: SeatRule, south: SeatRule, mode: Mode = Mode.ADDITIVE) -> CustomerPlan:
    """Ada goes from E3 to E5 and Bo from E5 to E3; there is one seat of each."""
    people = (person("ada"), person("bo"))
    leases = (
        want("subscription", "north", LeaseSpec(sku="E3", seats=north)),
        want("subscription", "south", LeaseSpec(sku="E5", seats=south)),
    )
    before = customer(*people, license_of("ada", "E3"), license_of("bo", "E5"), *leases)
    limits, modes = Guardrails(removals=RemovalLimit(percent=100)), {"subscriptions": mode}
    after = (*people, license_of("ada", "E5"), license_of("bo", "E3"), *leases)
    files = customer(*after, guardrails=limits, modes=modes)
    there = reading(
        lives("ada"), lives("bo"), holds("ada", "E3"), holds("bo", "E5"), seats("north", 1), seats("south", 1, "E5")
    )
    return planned(files, there, memory(before, there))


@pytest.mark.parametrize(
    ("north", "south", "grows", "first"),
    [
        pytest.param(AUTO, AUTO, "north", "bo", id="both may grow"),
        pytest.param(AUTO, ONE, "north", "bo", id="one may"),
        pytest.param(ONE, AUTO, "south", "ada", id="the other may"),
        pytest.param(SeatRule(max=1), SeatRule(max=2), "south", "ada", id="one is at its limit"),
    ],
)
def test_a_circle_gets_one_seat_more_for_its_time(north: SeatRule, south: SeatRule, grows: str, first: str) -> None:
    plan = swapping(north, south)

    assert gates(plan) == {}
    assert [(row.address.key, row.units) for row in plan.changes if row.units] == [(grows, 1)]
    assert next(row.address.key for row in plan.changes if row.address.kind == "license").startswith(first)
    assert [finding.code.id for finding in plan.findings] == ["RC560"]


@pytest.mark.parametrize(
    ("rule", "mode"),
    [
        pytest.param(SeatRule(max=1), Mode.ADDITIVE, id="both are at their limit"),
        pytest.param(AUTO, Mode.OBSERVE, id="nobody may buy"),
    ],
)
def test_no_seat_is_asked_for_in_vain(rule: SeatRule, mode: Mode) -> None:
    plan = swapping(rule, rule, mode)

    assert set(gates(plan)["create license/ada:E5"]) == {"RC302"}
    assert [row for row in (*plan.changes, *plan.reported) if row.units] == []
    assert "RC560" not in {finding.code.id for finding in plan.findings}


def test_whoever_waits_for_a_seat_that_no_row_of_this_run_buys_is_refused() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office"))
    there = reading(lives("ada"), seats("office", 0))

    plan = planned(files, there, scope=Scope(excludes=("contoso/subscription/office",)))

    assert runs(plan) == []
    assert gates(plan) == {"create license/ada:E3": ["RC301"]}
    assert "buying one is not part of this run" in plan.changes[0].blocked[0].detail


@pytest.mark.parametrize("is_set", [True, False], ids=["some stay", "all go"])
def test_whoever_may_have_been_renamed_is_not_taken_out_of_a_group_while_others_are(is_set: bool) -> None:
    before = customer(person("eve", title="cfo"), person("bo"), team("all", "eve", "bo"))
    there = reading(lives("eve", title="cfo"), lives("bo"), together("all", "eve", "bo"))
    files = customer(person("eve.s", title="cfo"), person("bo"), team("all", *(() if is_set else ("bo",))))

    plan = planned(files, there, memory(before, there))

    assert runs(plan) == (["update group/all members-bo"] if is_set else [])
    assert gates(plan)["update group/all members-eve"] == ["RC309"]


def test_forgetting_somebody_who_may_have_been_renamed_waits() -> None:
    before = customer(person("eve", title="cfo"))
    ledger = memory(before, reading(lives("eve", title="cfo")))

    plan = planned(customer(person("eve.s", title="cfo")), reading(lives("eve", title="cfo")), ledger)

    assert gates(plan)["forget user/eve"] == ["RC309"]


def test_deleting_somebody_frees_the_seat_for_the_next() -> None:
    files = customer(person("bo"), license_of("bo"), lease("office", fixed=1), tombstones=dict([grave("user", "ada")]))
    there = reading(lives("ada"), lives("bo"), holds("ada"), seats("office", 1))

    plan = planned(files, there)

    assert runs(plan) == ["delete user/ada", "create license/bo:E3"]
    assert [step.wave for step in plan.steps] == [0, 1]


def test_a_group_that_plans_added_to_is_forgotten_when_nobody_of_ours_is_in_it() -> None:
    before = customer(person("ada"), team("all", "ada", exists=True))
    there = reading(lives("ada"), together("all", "ada"))

    plan = planned(customer(person("ada")), reading(lives("ada"), together("all")), memory(before, there))

    assert runs(plan) == ["forget group/all"]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), ["update group/all title=x", "update user/ada title=x"]),
        (Scope(targets=("contoso/user",)), ["update user/ada title=x"]),
        (Scope(targets=("contoso/user/*",)), ["update user/ada title=x"]),
        (
            Scope(targets=("contoso/user/ada", "contoso/group/all")),
            ["update group/all title=x", "update user/ada title=x"],
        ),
        (Scope(excludes=("contoso/group",)), ["update user/ada title=x"]),
        (Scope(targets=("contoso",), excludes=("contoso/user/a*",)), ["update group/all title=x"]),
    ],
    ids=["everything", "a prefix", "a glob", "two targets", "an exclusion", "an exclusion within a target"],
)
def test_a_scope_keeps_the_rows_it_names(scope: Scope, expected: list[str]) -> None:
    files = customer(
        want("user", "ada", PersonSpec(name="ada", title="x"), "title"),
        want("group", "all", TeamSpec(name="all", title="x"), "title"),
    )

    assert sorted(runs(planned(files, reading(lives("ada"), together("all")), scope=scope))) == expected


def test_a_license_waits_for_the_value_that_its_persons_row_writes_and_goes_on_without_it() -> None:
    files = customer(person("ada", country="DE"), license_of("ada"))

    plan = planned(files, reading(lives("ada", country=None), seats("office", 1)))

    assert runs(plan) == ["update user/ada country=DE", "create license/ada:E3"]
    assert [step.wave for step in plan.steps] == [0, 1]
    assert plan.changes[1].depends_on == ()
