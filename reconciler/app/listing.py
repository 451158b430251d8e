"""The subscriptions use case: reads customers as a plan does, and lists what they have, with prices and dates.

Must not: plan or write anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.app import fleet
from reconciler.app.planning import Request
from reconciler.app.workspace import open_workspace
from reconciler.core.plan import Run
from reconciler.model.money import total
from reconciler.model.stock import Stock
from reconciler.reports.sheet import Cell, Sheet

COLUMNS = (
    "customer",
    "subscription",
    "offer",
    "friendlyName",
    "purchaseOrder",
    "sku",
    "owner",
    "state",
    "quantity",
    "consumed",
    "unitPrice",
    "monthly",
    "currency",
    "termEnd",
    "cancelUntil",
    "scheduled",
    "endOfTerm",
)
SHARED = "consumed counts who holds the SKU, whichever of its subscriptions they use."


@dataclass(frozen=True, slots=True)
class Listed:
    """All subscriptions as a table, the customers that were not read whole, and connections nobody got through."""

    sheet: Sheet
    unread: tuple[str, ...]
    denied: tuple[str, ...]


async def look(request: Request) -> Listed:
    """The subscriptions of everything in scope. DesiredStateError if the files are wrong."""
    workspace = open_workspace(request.root, request.environ).checked()
    customers = fleet.in_scope(workspace, request.scope)
    run = Run(remembers=False, listed=True)
    async with fleet.open_clouds(
        workspace, customers, request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:
        planned = await fleet.plan_fleet(workspace, customers, clouds, run, request.parallelism)
    found = [stock for one in planned for stock in one.plan.stock or ()]
    unread = tuple(one.customer.key for one in planned if one.plan.stock is None)
    sums = ", ".join(f"{money}/month" for money in total([s.monthly for s in found if s.monthly]).values())
    notes = ([f"{sums} in all."] if sums else []) + ([SHARED] if found else [])
    notes += [f"{key} was not read whole: nothing is said of it." for key in unread]
    return Listed(
        Sheet(COLUMNS, tuple(map(_row, found)), tuple(notes)), unread, tuple(fleet.denied_connections(planned))
    )


def _row(stock: Stock) -> tuple[Cell, ...]:
    supply, unit, monthly = stock.supply, stock.unit, stock.monthly
    return (
        stock.address.customer,
        stock.address.key,
        stock.offer,
        stock.friendly_name,
        stock.purchase_order,
        supply.sku,
        "ours" if supply.own else "others",
        stock.state,
        supply.quantity,
        stock.held,
        unit.rounded if unit else None,
        monthly.rounded if monthly else None,
        unit.currency if unit else "",
        stock.last_day,
        stock.cancellable_until,
        stock.scheduled,
        stock.follows.value if stock.follows else "",
    )
