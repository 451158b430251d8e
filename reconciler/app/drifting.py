"""The drift use case: what is different from what was applied and declared, and who differs. Cannot write.

It makes a plan like any other and keeps what somebody changed outside; changes of the files that were not applied yet
are not drift. The result has no plan file, so nothing can be applied from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler import reports
from reconciler.app import fleet
from reconciler.app.planning import Request, Result, make
from reconciler.core import digests
from reconciler.model.change import Cause
from reconciler.model.plan import Plan
from reconciler.reports import markdown

OUTSIDE = (Cause.DRIFT, Cause.CONFLICT)


async def look(request: Request) -> Result:
    """A plan of which only drift is left: `changes` an apply would correct, `drift` is only reported."""
    made = await make(request, noting=True)
    return replace(made, plan=only_drift(made.plan))


def only_drift(plan: Plan) -> Plan:
    """The rows whose cause lies outside the files."""
    reported = tuple(change for change in plan.drift if change.cause is not Cause.CONFIG)
    return replace(plan, changes=tuple(c for c in plan.changes if c.cause in OUTSIDE), drift=reported)


@dataclass(frozen=True, slots=True)
class Told:
    """One customer's drift in markdown. `state` is drift, none, or unknown where not everything could be read; the
    digest is the same as long as the same rows differ."""

    customer: str
    state: str
    digest: str
    text: str


def each(found: Result) -> Iterator[Told]:
    """What is told of each customer in scope, by key."""
    plan = found.plan
    for customer in fleet.in_scope(found.workspace, plan.scope):
        key = customer.key
        mine = replace(
            plan,
            changes=tuple(change for change in plan.changes if change.address.customer == key),
            drift=tuple(change for change in plan.drift if change.address.customer == key),
            deferred=tuple(deferred for deferred in plan.deferred if deferred.customer == key),
            findings=tuple(one for one in plan.findings if one.address and one.address.customer == key),
            margins=(),
        )
        rows = (*mine.changes, *mine.drift)
        state = "drift" if rows else "unknown" if mine.deferred else "none"
        digest = digests.content_digest(replace(mine, changes=rows)) if rows else ""
        yield Told(key, state, digest, markdown.render(reports.drift_document(mine), budget=markdown.ISSUE_BUDGET))
