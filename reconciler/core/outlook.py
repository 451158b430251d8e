"""One customer as a plan leaves it, for policies: quantities after its rows, renewals as arranged, who holds a seat.

Blocked rows do not count. None where seats or holders were not seen whole: nothing can be said of them then.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core import demand, scheduling, shortage
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import supplied
from reconciler.model.change import Change
from reconciler.model.policy import Outlook, Owned
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
        renews=supply.renews or scheduling.will_renew(inputs, rows, supply),
    )
    desired = inputs.customer.resources.get(supply.address)
    return Owned(after, _is_decided(inputs, rows, supply, changes), desired.origin if desired else None)


def _is_decided(inputs: Inputs, rows: Rows, supply: Supply, changes: list[Change]) -> bool:
    """True where something is arranged for the end of the term, or the files say what shall happen then."""
    desired = inputs.customer.resources.get(supply.address)
    renewal = inputs.kind(supply.address.kind).renewal(rows.pairing.live_of[supply.address])
    if renewal is None:
        return False
    said = desired is not None and bool(desired.managed & renewal.contrary)
    return said or bool(renewal.text) or any(change.owed for change in changes)
