"""A customer for tests of the core: what the files say, what is there, and what is remembered, in a line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from reconciler.core import remember
from reconciler.core.constraint import Constraint
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.core.remember import Stamp
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.event import Outcome, Status
from reconciler.model.finding import Origin
from reconciler.model.ledger import CustomerLedger
from reconciler.model.plan import Scope
from reconciler.model.repository import DesiredCustomer, Placed, Tombstone
from reconciler.model.resource import COMPLETE, Coverage, CoverageState, Desired, Guard, Live, Snapshot
from reconciler.model.seats import Lot, SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Defaults, TermPrice

from .fakes import GROUPS, KINDS, LeaseFacts, LeaseSpec, PassFacts, PassSpec, PersonSpec, TeamSpec

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PLACE = Origin("contoso.yaml", 3, 1)
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3", terms=(TermPrice(term="P1Y", billing="monthly", price="120 EUR"),))}
# The same with what it can be upgraded to, at twice the price.
PRICED = MappingProxyType(
    {
        "P:1": CatalogSku(title="E3", sku="E3", terms=(TermPrice(term="P1Y", billing="monthly", price="120 EUR"),)),
        "P:2": CatalogSku(title="E5", sku="E5", terms=(TermPrice(term="P1Y", billing="monthly", price="240 EUR"),)),
    }
)
STAMP = Stamp("run-1", "c0ffee", "2026-10-05T12:00:00+00:00")
ALL_LOTS = (Lot(1000, NOW + timedelta(days=6)),)


def at(kind: str, key: str) -> Address:
    return Address("contoso", kind, key)


def want(kind: str, key: str, spec: Spec, *managed: str, **more: Any) -> Desired[Spec]:  # Any: a field of Desired each
    return Desired(at(kind, key), spec, frozenset(managed), PLACE, **more)


def person(name: str, **values: Any) -> Desired[Spec]:
    more = {key: values.pop(key) for key in ("protect",) if key in values}
    return want("user", name, PersonSpec(name=name, **values), "name", *values, **more)


def license_of(name: str, sku: str = "E3", **values: Any) -> Desired[Spec]:
    return want("license", f"{name}:{sku}", PassSpec(user=name, sku=sku, **values), *values)


def team(name: str, *members: str, **more: Any) -> Desired[Spec]:
    title = more.pop("title", None)
    spec = TeamSpec(name=name, title=title, members=frozenset(members), mode=more.pop("mode", None))
    managed = ("members",) if more.get("exists") else ("name", "members", *(("title",) if title else ()))
    return want("group", name, spec, *managed, **more)


def lease(name: str, sku: str = "E3", **rule: Any) -> Desired[Spec]:
    return want("subscription", name, LeaseSpec(sku=sku, seats=SeatRule(**rule)))


def order(name: str, sku: str = "E3", product: str = "P:1", **rule: Any) -> Desired[Spec]:
    """A subscription that can be ordered."""
    other = rule.pop("ends_with", None)
    return want("subscription", name, LeaseSpec(sku=sku, product=product, seats=SeatRule(**rule), ends_with=other))


def upgrade(name: str, sku: str = "E5", product: str = "P:2", was: str = "E3", **rule: Any) -> Desired[Spec]:
    """A subscription that its service makes another product of."""
    return want("subscription", name, LeaseSpec(sku=sku, product=product, was=was, seats=SeatRule(**rule)), "product")


def split(name: str, giver: str, sku: str = "E5", product: str = "P:2", was: str = "E3", **rule: Any) -> Desired[Spec]:
    """A subscription that is made of seats of another one."""
    spec = LeaseSpec(sku=sku, product=product, was=was, split_from=giver, seats=SeatRule(**rule))
    return want("subscription", name, spec)


def live(kind: str, key: str, spec: Spec, remote_id: str = "", **more: Any) -> Live[Spec]:
    return Live(at(kind, key), remote_id or f"id-{kind}-{key}", spec, **more)


def lives(name: str, remote_id: str = "", **values: Any) -> Live[Spec]:
    """Somebody who is there."""
    more = {key: values.pop(key) for key in ("deleted", "guard", "facts") if key in values}
    return live("user", name, PersonSpec(name=name, **values), remote_id, **more)


def binned(name: str, *parts: Live[Spec], remote_id: str = "") -> Live[Spec]:
    """Somebody in the recycle bin, with what a restore gives back."""
    return lives(name, remote_id, deleted=True, facts=tuple(part._replace(deleted=True) for part in parts))


def holds(
    name: str, sku: str = "E3", *, inherited: bool = False, facts: PassFacts | None = None, waiting: bool = False
) -> Live[Spec]:
    spec = PassSpec(user=name, sku=sku, inherited=inherited, waiting=waiting)
    guard = Guard("inherited") if inherited else None
    key = f"{name}:{sku}" + (GROUPS if inherited else "")
    return live("license", key, spec, guard=guard, facts=facts or PassFacts())


def together(name: str, *members: str, **more: Any) -> Live[Spec]:
    return live("group", name, TeamSpec(name=name, members=frozenset(members)), **more)


def seats(name: str, quantity: int, sku: str = "E3", **facts: Any) -> Live[Spec]:
    own = facts.pop("own", True)
    guard = None if own else Guard("bought by another partner")
    facts.setdefault("lots", ALL_LOTS)
    spec = LeaseSpec(sku=sku, quantity=quantity, label=name, own=own)
    return live("subscription", name, spec, guard=guard, facts=LeaseFacts(**facts))


def grave(kind: str, key: str, action: str = "delete") -> tuple[Address, Placed]:
    document = Tombstone.model_validate({kind: key, "action": action, "reason": "left"})
    return at(kind, key), Placed(document, Origin("contoso.yaml", 9, 5))


def customer(*wanted: Desired[Spec], **more: Any) -> DesiredCustomer:
    """`scope` follows from the licenses; guardrails are wide unless a test is about them."""
    resources = {one.address: one for one in wanted}
    scope = frozenset(one.spec.sku for one in wanted if isinstance(one.spec, PassSpec))
    more.setdefault("scope", scope)
    more.setdefault("defaults", Defaults(usage_location="DE"))
    return DesiredCustomer("contoso", "contoso.onmicrosoft.com", "emea", PLACE, resources, **more)


def reading(*there: Live[Spec], **coverage: CoverageState) -> Snapshot:
    """Everything seen whole, apart from the kinds named."""
    seen: dict[str, Coverage] = {kind.name: COMPLETE for kind in KINDS}
    for kind, how in coverage.items():
        seen[kind] = Coverage(how, f"{kind} was not seen whole")
    return Snapshot("contoso", NOW, {one.address: one for one in there}, seen)


NOTHING = CustomerLedger("contoso", "salt")


def planned(
    files: DesiredCustomer,
    there: Snapshot,
    ledger: CustomerLedger = NOTHING,
    *,
    scope: Scope | None = None,
    recipients: tuple[str, ...] = ("age1x",),
    constraint: Constraint | None = None,
    catalog: Mapping[str, CatalogSku] = MappingProxyType(CATALOG),
) -> CustomerPlan:
    run = Run(scope or Scope(), recipients, constraint)
    return plan_customer(Inputs(files, there, ledger, KINDS, catalog), run)


def memory(files: DesiredCustomer, there: Snapshot) -> CustomerLedger:
    """What is remembered once these files are what is there."""
    settled = planned(files, there).settled
    return replace(settled or NOTHING, known=True)


def remembered_after(ledger: CustomerLedger, plan: CustomerPlan, *done: Change) -> CustomerLedger:
    """The memory after these rows (all of the plan's, unless named) ended well."""
    rows = done or tuple(change for change in plan.changes if not change.blocked)
    settled = plan.settled or ledger
    return remember.after(settled, [Outcome(row, Status.DONE, remote_id=row.remote_id) for row in rows], STAMP)


def told(rows: Iterable[Change]) -> list[str]:
    """Rows in a line each, for assertions: `create user/ada`, `update group/all members+ada`."""
    return [_told(row) for row in rows]


def _told(row: Change) -> str:
    parts = [row.action.value, f"{row.address.kind}/{row.address.key}"]
    if row.action is Action.UPDATE:
        parts += [_part(field.path, field.after) for field in row.fields]
    return " ".join(parts)


def _part(path: tuple[str, ...], after: object) -> str:
    if len(path) == 2:
        return f"{path[0]}{'+' if after else '-'}{path[1]}"
    return f"{path[0]}={after}"


def gates(plan: CustomerPlan) -> dict[str, list[str]]:
    """Blocked rows: the codes of their gates, by row."""
    return {_told(row): [gate.code.id for gate in row.blocked] for row in plan.changes if row.blocked}


def runs(plan: CustomerPlan) -> list[str]:
    """The rows that run, in order."""
    return told(row for row in plan.changes if not row.blocked)


def waves(plan: CustomerPlan) -> list[list[str]]:
    """The rows that run, wave by wave."""
    found: dict[int, list[str]] = {}
    for step in plan.steps:
        found.setdefault(step.wave, []).extend(told(step.changes))
    return list(found.values())
