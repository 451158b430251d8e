"""What one app may ask of Graph in one tenant, and how full the service says that is.

Numbers and costs: graph.md 12 (learn.microsoft.com/graph/throttling-limits). The smallest tenant class is assumed;
a larger one is only faster than we ask for.

Must not: be exact. The service refuses below its limits too, and its 429 and warning headers have the last word.
"""

from __future__ import annotations

import re

from reconciler.cloud.clock import Pace
from reconciler.cloud.exchange import READS, Answer
from reconciler.cloud.limiter import Bucket, Limiter

TENANT_UNITS = (3_500.0, 10.0)  # app + tenant below 50 users
TENANT_WRITES = (3_000.0, 150.0)  # app + tenant
APP_WRITES = (35_000.0, 300.0)  # app, all tenants

# Base cost of reads in resource units, by how the path ends; everything else is 1. Writes are 1 and one write.
_COSTS = (
    (re.compile(r"/transitiveMembers$"), 5),
    (re.compile(r"/domainNameReferences$"), 4),
    (re.compile(r"/(?:members|subscribedSkus|contracts)$"), 3),
    (re.compile(r"/(?:licenseDetails|memberOf|transitiveMemberOf|ownedObjects|appRoleAssignments)$"), 2),
    (re.compile(r"(?:^|/v1\.0)/(?:users|applications|oauth2PermissionGrants)$"), 2),
)


def units(method: str, path: str) -> int:
    """Resource units of one request; `path` may hold a query."""
    if method not in READS:
        return 1
    route, _, query = path.partition("?")
    base = next((cost for pattern, cost in _COSTS if pattern.search(route)), 1)
    return max(1, base - ("$select=" in query) + ("$expand=" in query))


def app_writes(pace: Pace) -> Limiter:
    """The budget of an app over all tenants."""
    return Limiter(pace, Bucket(*APP_WRITES))


class GraphBudget:
    """The budgets of one app in one tenant; every session of that pair shares it."""

    def __init__(self, pace: Pace, app: Limiter) -> None:
        self._app = app
        self._tenant = Limiter(pace, Bucket(*TENANT_UNITS))
        self._writes = Limiter(pace, Bucket(*TENANT_WRITES))

    async def admit(self, cost: int, writes: int) -> None:
        """Waits until this much may be sent."""
        await self._tenant.admit(cost)
        if writes:
            await self._writes.admit(writes)
            await self._app.admit(writes)

    def learn(self, answers: list[Answer], waits: list[float]) -> None:
        """Takes the service's warnings. `waits` are the Retry-After of those throttled: when most of what travelled
        together was, the tenant as a whole is held, else only those items wait."""
        for answer in answers:
            warning = answer.headers.get("x-ms-throttle-limit-percentage")
            if warning is not None:
                self._tenant.warn(_number(warning))
        if waits and 2 * len(waits) > len(answers):
            self._tenant.hold(max(waits))


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return 0.0
