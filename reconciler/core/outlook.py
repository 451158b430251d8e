"""One customer as a plan leaves it, for policies: quantities after its rows, renewals as arranged, who holds a seat.

Blocked rows do not count. None where seats or holders were not seen whole: nothing can be said of them then.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core import demand, ending, shortage
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import supplied
from reconciler.model.policy import Outlook, Owned
from reconciler.model.renewal import Follows
from reconciler.model.seats import Supply


def of(inputs: Inputs, rows: Rows) -> Outlook | None:
    """The customer after the plan."""
    if shortage.unread(inputs):
        return None
    supplies = [supply for supply in supplied(inputs, rows) if supply.active]
    others: dict[str, int] = {}
    for supply in supplies:
        if not supply.own:
            others[supply.sku] = others.get(supply.sku, 0) + supply.quantity
    return Outlook(
        inputs.customer.key,
        inputs.snapshot.now,
        inputs.customer.origin,
        tuple(_owned(inputs, rows, supply) for supply in supplies if supply.own),
        others,
        {pool: frozenset(found.after) for pool, found in demand.of(inputs, rows).items()},
    )


def _owned(inputs: Inputs, rows: Rows, supply: Supply) -> Owned:
    changes = [change for change in rows.changes if change.address == supply.address and not change.blocked]
    after = replace(
        supply,
        quantity=supply.quantity + sum(change.units for change in changes),
        renews=ending.renews(inputs, rows, supply),
    )
    desired = inputs.customer.resources.get(supply.address)
    renewal = inputs.kind(supply.address.kind).renewal(rows.pairing.live_of[supply.address])
    decided = ending.wanted(inputs, rows, supply.address) is not None or any(change.owed for change in changes)
    if renewal is not None and renewal.follows is not Follows.EXTEND:  # the service may have arranged that
        decided = decided or bool(renewal.text)
    origin = desired.origin if desired else None
    decided = (renewal is not None and decided) or inputs.customer.advised  # by who sells it
    return Owned(after, decided, origin, renewal is not None and renewal.extends)
