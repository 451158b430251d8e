"""The rightsize use case: a plan of nothing but seats and what is arranged for renewals, and a note that it was made.

    make(request)                   the plan; notes for each customer that it was looked at
    performed(workspace, ...)       notes what an apply of such a plan left, if anything
    check(...)                      whether each customer was looked after lately; needs no cloud

A customer is settled when nothing is left to do: the plan has no row, or all its rows ended well. What could not be
read, is blocked or failed leaves the old time, so that a nightly run that only seems to work grows too old.

Must not: perform anything. Questionable on purpose: the times are those of this machine and not the services'. The
check reads no cloud, and both runs stand in the same pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from reconciler import kinds
from reconciler.app import fleet, planning
from reconciler.app.planning import Request, Result
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.model.change import Change
from reconciler.model.event import Outcome
from reconciler.model.plan import Plan, Scope
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import CoverageState
from reconciler.model.template import Rightsizing
from reconciler.store.nightly import Look, Nightly

SUPPLYING = frozenset(kind.name for kind in kinds.ALL if kind.supplying or kind.pooled)


@dataclass(frozen=True, slots=True)
class Age:
    """How long ago a customer's seats were last settled; `late` where that is too long."""

    customer: str
    settled: datetime | None
    late: bool
    left: str = ""


async def make(request: Request) -> Result:
    """The plan of seats. StoreError where the note of it cannot be written."""
    request = replace(request, scope=replace(request.scope, seats=True))
    made = await planning.make(request, noting=True)
    looked = [customer.key for customer in fleet.in_scope(made.workspace, request.scope)]
    if not _is_part(request.scope):
        _note(made.workspace, looked, made.plan, request.clock.now(), _waiting(made.plan))
    return made


def performed(
    workspace: Workspace, plan: Plan, outcomes: Sequence[Outcome], unreviewed: Iterable[Change], now: datetime
) -> None:
    """Note what an apply of such a plan left. StoreError where that cannot be written."""
    if not plan.scope.seats or _is_part(plan.scope):
        return
    open_rows = [o.change.address.customer for o in outcomes if not o.status.settled]
    left = dict.fromkeys(open_rows, "rows of the last apply did not end well")
    left |= {change.address.customer: "rows need a new plan" for change in unreviewed}
    _note(workspace, [c.key for c in fleet.in_scope(workspace, plan.scope)], plan, now, left)


def check(
    root: Path, environ: Mapping[str, str], now: datetime, oldest: timedelta, customers: Sequence[str]
) -> list[Age]:
    """Every customer whose seats are given back, by key; those named, or all."""
    workspace = open_workspace(root, environ)
    looks = Nightly(workspace.store).all()
    wanted = fleet.in_scope(workspace, Scope(tuple(customers)))
    found = [(customer.key, looks.get(customer.key)) for customer in wanted if _is_rightsized(customer)]
    return [_age(key, look, now - oldest) for key, look in found]


def _age(customer: str, look: Look | None, oldest: datetime) -> Age:
    if look is None:
        return Age(customer, None, late=True)
    return Age(customer, look.settled, look.settled is None or look.settled < oldest, look.left)


def _is_rightsized(customer: DesiredCustomer) -> bool:
    by_name = {kind.name: kind for kind in kinds.ALL}
    sized = any(by_name[one.address.kind].seat_rule(one) for one in customer.resources.values())
    return sized and customer.rightsizing is not Rightsizing.ADVICE


def _is_part(scope: Scope) -> bool:
    """True for a run that looks at a part of each customer: it settles nobody."""
    return bool(scope.targets or scope.excludes)


def _waiting(plan: Plan) -> dict[str, str]:
    return {change.address.customer: "its plan was not applied yet" for change in plan.executable}


def _note(workspace: Workspace, customers: Iterable[str], plan: Plan, now: datetime, left: Mapping[str, str]) -> None:
    reasons = {**left, **_unseen(plan), **{c.address.customer: "a row is blocked" for c in plan.blocked}}
    looks = {key: Look(now, None if key in reasons else now, reasons.get(key, "")) for key in customers}
    if looks:
        Nightly(workspace.store).note(looks)


def _unseen(plan: Plan) -> dict[str, str]:
    """Customers whose seats or holders were not seen whole."""
    whole = (CoverageState.COMPLETE, CoverageState.ABSENT_PARENT)
    partly = (read for read in plan.reads if read.kind in SUPPLYING and read.coverage.state not in whole)
    return {read.customer: f"{read.kind} could not be read" for read in partly} | {
        deferred.customer: f"{deferred.kind} could not be read" for deferred in plan.deferred
    }
