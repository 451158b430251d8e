"""Where the processor time of a plan goes: loading, reading, planning, rendering. Run as a process of its own.

`python -m bench.phases FOLDER` prints one line of JSON. The phases call the same functions as the commands do. Reading
and planning are interleaved in a real run, so reading is done once alone and planning is what a whole run takes
beyond loading and reading. It must not print anything else.

The questionable decision: no profiler, which would slow down small functions more than large ones; two runs of the
whole thing are the price.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from pathlib import Path

from reconciler import kinds, reports
from reconciler.app import fleet, planning
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core.expansion import at_hand
from reconciler.engine import read as reading
from reconciler.model.ledger import CustomerLedger
from reconciler.model.plan import Scope
from reconciler.model.repository import DesiredCustomer
from reconciler.reports import text


def cpu_s() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def read_all(workspace: Workspace, request: planning.Request) -> None:
    """Read every customer as a plan does, and forget it."""
    customers = fleet.in_scope(workspace, request.scope)
    gate = asyncio.Semaphore(request.parallelism)
    pace = fleet.pace(request.clock)
    async with fleet.open_clouds(workspace, customers, request.environ, request.seams, pace) as clouds:

        async def one(customer: DesiredCustomer) -> None:
            async with gate:
                session = await clouds.of(customer).customer(customer.tenant)
                wanted = reading.interest(at_hand(customer), CustomerLedger(customer.key, "none"))
                found = await reading.read(kinds.ALL, session, customer.key, wanted, lambda: clouds.of(customer).now)
                assert all(covered.permits_removal for covered in found.coverage.values()), found.coverage

        await asyncio.gather(*map(one, customers))


def main(root: Path) -> None:
    """Measure one repository against the clouds that the environment names."""
    request = planning.Request(root, Scope(), os.environ)
    started = cpu_s()
    workspace = open_workspace(root, os.environ)
    loaded = cpu_s()
    asyncio.run(read_all(workspace, request))
    read = cpu_s()
    del workspace
    made = asyncio.run(planning.make(request))
    planned = cpu_s()
    text.render(reports.plan_document(made.plan))
    rendered = cpu_s()
    load_s, read_s, whole_s = loaded - started, read - loaded, planned - read
    figures = {
        "start": started,
        "load": load_s,
        "read": read_s,
        "plan": max(0.0, whole_s - load_s - read_s),
        "render": rendered - planned,
        "changes": len(made.plan.changes),
        "deferred": len(made.plan.deferred),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
