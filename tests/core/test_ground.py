"""What the plan makes of a customer itself comes before everything that stands on it, and takes it along."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind
from reconciler.model.plan import Scope
from reconciler.model.resource import COMPLETE, Coverage, CoverageState, Desired, Snapshot
from reconciler.model.spec import Spec
from reconciler.model.template import Mode

from . import scene
from .fakes import KINDS
from .scene import NOTHING, NOW, at, customer, live, person, team, told, want


class HouseSpec(Spec):
    """Where everybody of a customer lives."""

    name: str = "house"


class HouseKind(Kind[HouseSpec, object]):
    """The customer itself, as a kind of tests."""

    name = "customer"
    spec = HouseSpec
    group = "customers"
    implied = True
    stands_on = frozenset()

    def key(self, spec: HouseSpec) -> str:
        return spec.name

    def worth_saying(self, desired: Desired[HouseSpec], live: object) -> list[Finding]:  # type: ignore[override]  # any
        return [Finding(codes.MAYBE_THE_SAME, "It has a garden.", address=desired.address)]


HOUSE = want("customer", "contoso", HouseSpec())
EVERY = (HouseKind(), *KINDS)
ABSENT = Coverage(CoverageState.ABSENT_PARENT, "it is made in this plan")


def reading(*findings: Finding, waits: str = "", state: Coverage = ABSENT) -> Snapshot:
    return Snapshot("contoso", NOW, {}, {kind.name: state for kind in EVERY}, findings=findings, waits=waits)


def planned(*wanted: Desired[Spec], there: Snapshot | None = None, scope: Scope | None = None) -> CustomerPlan:
    return plan_of(customer(*wanted), there or reading(), scope or Scope())


def plan_of(files: object, there: Snapshot, scope: Scope) -> CustomerPlan:
    return plan_customer(Inputs(files, there, NOTHING, EVERY, scene.CATALOG), Run(scope, ("age1x",)))  # type: ignore[arg-type]


def test_people_come_after_the_house_that_is_made_for_them() -> None:
    plan = planned(HOUSE, person("ada"), team("all", "ada"))

    waves = {told(step.changes)[0]: step.wave for step in plan.steps}
    ada = next(row for row in plan.changes if told([row]) == ["create user/ada"])
    assert (waves["create customer/contoso"], waves["create user/ada"], waves["create group/all"]) == (0, 1, 2)
    assert ada.depends_on == (at("customer", "contoso"),)


def test_without_the_house_nobody_moves_in() -> None:
    wrong = Finding(codes.DOMAIN_TAKEN, "Somebody lives there.", address=HOUSE.address)

    plan = planned(HOUSE, person("ada"), there=reading(wrong))

    assert scene.gates(plan) == {
        "create customer/contoso": ["RC410"],
        "create user/ada": ["RC309"],
        "handover user/ada": ["RC309"],
    }
    assert wrong not in plan.findings


def test_what_is_wrong_with_nothing_that_is_made_is_a_finding() -> None:
    wrong = Finding(codes.DOMAIN_TAKEN, "Somebody lives there.", address=at("customer", "elsewhere"))
    remark = Finding(codes.MUST_ACCEPT, "Ring the bell.", address=HOUSE.address)

    plan = planned(HOUSE, there=reading(wrong, remark))

    assert plan.findings == (wrong, remark)
    assert scene.gates(plan) == {}


def test_outside_the_scope_goes_what_stands_on_something_outside() -> None:
    assert planned(HOUSE, person("ada"), scope=Scope(targets=("contoso/user/ada",))).changes == ()


def test_where_customers_are_only_observed_their_people_are_too() -> None:
    files = replace(customer(HOUSE, person("ada")), modes={"customers": Mode.OBSERVE})

    plan = plan_of(files, reading(), Scope())

    assert plan.changes == ()
    assert told(plan.reported) == ["create customer/contoso", "create user/ada", "handover user/ada"]


def test_a_house_that_stands_is_no_ground_to_make_and_has_its_remarks() -> None:
    stands = live("customer", "contoso", HouseSpec())
    there = Snapshot("contoso", NOW, {stands.address: stands}, {kind.name: COMPLETE for kind in EVERY})

    plan = planned(HOUSE, person("ada"), there=there)

    assert [row.depends_on for row in plan.changes if told([row]) == ["create user/ada"]] == [()]
    assert [finding.detail for finding in plan.findings] == ["It has a garden."]


def test_a_house_that_no_file_speaks_of_is_neither_unmanaged_nor_forgotten() -> None:
    stands = live("customer", "contoso", HouseSpec())
    there = Snapshot("contoso", NOW, {stands.address: stands}, {kind.name: COMPLETE for kind in EVERY})

    plan = planned(there=there)

    assert (plan.changes, plan.unmanaged) == ((), {})


def test_who_waits_for_somebody_else_defers_nothing() -> None:
    unread = Coverage(CoverageState.NOT_READ, "nobody opened")

    assert planned(person("ada"), there=reading(state=unread, waits="nobody opened")).deferred == ()
    assert planned(person("ada"), there=reading(state=unread)).deferred != ()
