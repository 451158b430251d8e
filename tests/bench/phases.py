"""Where the processor time of a plan goes: loading, reading, planning, rendering. Run as a process of its own.

`python -m bench.phases FOLDER` prints one line of JSON. The phases call the same functions as the commands do, in the
same order: each customer is read and planned while others wait for answers. Expanding a customer and planning it wait
for nobody, so their time can be taken at both ends; reading is what is left. It must not print anything else.

The questionable decision: no profiler, which would slow down small functions more than large ones.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from dataclasses import dataclass, field
from pathlib import Path

from reconciler import kinds, reports
from reconciler.app import fleet, planning
from reconciler.app.fleet import Clouds
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core import plan
from reconciler.core.expansion import at_hand
from reconciler.core.plan import CustomerPlan, Run
from reconciler.core.planning import Inputs
from reconciler.engine import read as reading
from reconciler.model.ledger import CustomerLedger
from reconciler.model.plan import Plan, Scope
from reconciler.model.repository import DesiredCustomer
from reconciler.reports import text


def cpu_s() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@dataclass(slots=True)
class Measured:
    """The seconds of each phase, and the plans that were made."""

    load: float = 0.0
    plan: float = 0.0
    plans: list[CustomerPlan] = field(default_factory=list)

    async def customer(self, workspace: Workspace, clouds: Clouds, named: DesiredCustomer) -> None:
        """Expand, read and plan one customer."""
        began = cpu_s()
        customer = at_hand(named)
        self.load += cpu_s() - began
        sessions = clouds.of(customer)
        ledger = CustomerLedger(customer.key, "none")
        wanted = reading.interest(customer, ledger)
        session = await sessions.customer(customer.tenant)
        snapshot = await reading.read(kinds.ALL, session, customer.key, wanted, lambda: sessions.now)
        inputs = Inputs(customer, snapshot, ledger, kinds.ALL, workspace.repository.catalog)
        began = cpu_s()
        self.plans.append(plan.plan_customer(inputs, Run(remembers=False)))
        self.plan += cpu_s() - began


async def read_and_plan(workspace: Workspace, request: planning.Request, measured: Measured) -> Plan:
    """Every customer in scope, so many at once as a plan has."""
    customers = fleet.in_scope(workspace, request.scope)
    gate = asyncio.Semaphore(request.parallelism)
    pace = fleet.pace(request.clock)
    async with fleet.open_clouds(workspace, customers, request.environ, request.seams, pace) as clouds:

        async def one(customer: DesiredCustomer) -> None:
            async with gate:
                await measured.customer(workspace, clouds, customer)

        await asyncio.gather(*map(one, customers))
    limits = workspace.repository.settings.guardrails
    return plan.combine(measured.plans, request.clock.now(), workspace.source(), request.scope, limits)


def main(root: Path) -> None:
    """Measure one repository against the clouds that the environment names."""
    request, measured = planning.Request(root, Scope(), os.environ), Measured()
    started = cpu_s()
    workspace = open_workspace(root, os.environ)
    loaded = cpu_s()
    made = asyncio.run(read_and_plan(workspace, request, measured))
    planned = cpu_s()
    text.render(reports.plan_document(made))
    figures = {
        "load": loaded - started + measured.load,
        "read": planned - loaded - measured.load - measured.plan,
        "plan": measured.plan,
        "render": cpu_s() - planned,
        "changes": len(made.changes),
        "deferred": len(made.deferred),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
