"""The drift use case: what is different from what was applied and declared, and who differs. Cannot write.

It makes a plan like any other and keeps what somebody changed outside; changes of the files that were not applied yet
are not drift. The result has no plan file, so nothing can be applied from it.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.app.planning import Request, Result, make
from reconciler.model.change import Cause
from reconciler.model.plan import Plan

OUTSIDE = (Cause.DRIFT, Cause.CONFLICT)


async def look(request: Request) -> Result:
    """A plan of which only drift is left: `changes` an apply would correct, `drift` is only reported."""
    made = await make(request, noting=True)
    return replace(made, plan=only_drift(made.plan))


def only_drift(plan: Plan) -> Plan:
    """The rows whose cause lies outside the files."""
    reported = tuple(change for change in plan.drift if change.cause is not Cause.CONFIG)
    return replace(plan, changes=tuple(c for c in plan.changes if c.cause in OUTSIDE), drift=reported)
