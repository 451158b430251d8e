"""Every subscription of a customer as it was read, before any row of the plan: a list, no judgment.

Seats of others stand in it too, because they serve the same people; without a price, which we do not know. Must not:
count anything where the subscriptions were not seen whole.
"""

from __future__ import annotations

from reconciler.core import demand, shortage
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import as_read
from reconciler.model.seats import Supply
from reconciler.model.stock import Stock


def of(inputs: Inputs, rows: Rows) -> tuple[Stock, ...] | None:
    """All of them by address; None where they were not seen whole."""
    if not all(inputs.coverage(kind.name).permits_removal for kind in inputs.kinds if kind.supplying):
        return None
    held = None if shortage.unread(inputs) else {k: len(v) for k, v in demand.today(inputs, rows).sources.items()}
    found = []
    for supply in as_read(inputs, rows):
        holders = None if held is None else held.get(supply.sku, 0)
        found.append(_stock(inputs, rows, supply, holders))
    return tuple(found)


def _stock(inputs: Inputs, rows: Rows, supply: Supply, held: int | None) -> Stock:
    live, desired = rows.pairing.live_of[supply.address], inputs.customer.resources.get(supply.address)
    known = inputs.catalog.get(supply.product)
    renewal = inputs.kind(supply.address.kind).renewal(live)
    return Stock(
        supply,
        offer=known.title if known and known.title else "",
        friendly_name=getattr(live.spec, "friendly_name", None) or "",
        purchase_order=(getattr(desired.spec, "purchase_order", None) if desired else None) or "",
        state=getattr(live.spec, "state", None) or ("active" if supply.active else "not active"),
        held=held,
        unit=inputs.prices.per_month(supply) if supply.own else None,
        scheduled=renewal.text if renewal else "",
        follows=renewal.follows if renewal else None,
    )
