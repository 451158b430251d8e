"""One customer as a plan leaves it, for policies: quantities after its rows, renewals as arranged, who holds a seat.

Blocked rows do not count. None where seats or holders were not seen whole: nothing can be said of them then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.core import demand, ending, idle, orders, shortage
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import last_used, supplied
from reconciler.model.address import Address
from reconciler.model.money import Money
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
    people = demand.of(inputs, rows)
    return Outlook(
        inputs.customer.key,
        inputs.snapshot.now,
        inputs.customer.origin,
        tuple(_owned(inputs, rows, supply) for supply in supplies if supply.own),
        others,
        {pool: frozenset(found.after) for pool, found in people.items()},
        _seen(inputs, rows, people.values()),
        dict(_costs(inputs, supplies, people)) if inputs.seen else {},
        _ordered(inputs, rows),
        _bases(inputs),
    )


def _ordered(inputs: Inputs, rows: Rows) -> dict[str, int]:
    """Seats that the plan orders, by pool."""
    found: dict[str, int] = {}
    for one in orders.wanted(inputs, rows):
        units = sum(c.units for c in rows.changes if c.address == one.supply.address and not c.blocked)
        found[one.supply.sku] = found.get(one.supply.sku, 0) + units
    return found


def _bases(inputs: Inputs) -> dict[str, frozenset[str]]:
    """By add-on, the pools that the catalog says it goes with."""
    found: dict[str, frozenset[str]] = {}
    for entry in inputs.catalog.values():
        bases = {inputs.catalog[base].sku for base in entry.prerequisites if base in inputs.catalog} - {""}
        if entry.sku and bases:
            found[entry.sku] = frozenset(bases) | found.get(entry.sku, frozenset())
    return found


def _seen(inputs: Inputs, rows: Rows, pools: Iterable[Demand]) -> dict[Address, datetime]:
    """When holders were there last; who cannot sign in is told in another way, and who is new was not there yet."""
    if not inputs.seen:
        return {}
    known = rows.pairing.known
    holders = {who for found in pools for who in found.after if who in known}
    ids = {who: known[who].remote_id for who in holders if not idle.cannot_use(inputs, rows, who)}
    return {who: inputs.seen[id_] for who, id_ in ids.items() if id_ in inputs.seen}


def _costs(inputs: Inputs, supplies: Sequence[Supply], people: Mapping[str, Demand]) -> Iterator[tuple[str, Money]]:
    """What the last seat of each pool costs a month."""
    for pool, found in people.items():
        ours = [supply for supply in supplies if supply.sku == pool and supply.own and not supply.trial]
        others = sum(supply.quantity for supply in supplies if supply.sku == pool and supply not in ours)
        last = last_used(inputs.prices, ours, len(found.after) - others)
        if last:
            yield pool, last[0]


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
