"""Which subscriptions are there: what everybody's seats of one customer come from, whoever bought them.

    as_read(inputs, rows)       as it is today
    there(inputs, rows)         the same, used as the rows of the plan leave it
    add_ons(...), base_of(...)  legacy add-ons and what they belong to
    supplied(inputs, rows)      the same once the upgrades of the plan are done: seats of one product are another's then

Must not: know what is ordered by the plan (`orders.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.core.planning import Inputs, Rows
from reconciler.core.price import PriceBook
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.money import Money
from reconciler.model.renewal import Follows
from reconciler.model.seats import Supply

END, STATE, ACTIVE, SUSPENDED = "end_of_term", "state", "active", "suspended"


def as_read(inputs: Inputs, rows: Rows) -> list[Supply]:
    """Every subscription that is there, by address, whoever bought it, whatever the plan does."""
    found, supplying = [], {kind.name: kind for kind in inputs.kinds if kind.supplying}
    for address, live in rows.pairing.live_of.items():
        supply = supplying[address.kind].supplies(live) if address.kind in supplying else None
        if supply:
            found.append(replace(supply, address=address))
    return sorted(found, key=lambda supply: supply.address)


def there(inputs: Inputs, rows: Rows) -> list[Supply]:
    """The same, used as the rows of the plan leave it: a legacy add-on serves nobody without its base."""
    found = [_after(rows, supply) for supply in as_read(inputs, rows)]
    asleep = {_id(rows, supply) for supply in found if supply.suspended}
    return [replace(s, active=False, suspended=True) if s.active and s.parent in asleep else s for s in found]


def add_ons(inputs: Inputs, rows: Rows, base: Address) -> list[Supply]:
    """The legacy add-ons that are there and go where this one goes (partner-center.md 11.8)."""
    live = rows.pairing.live_of.get(base)
    return [s for s in as_read(inputs, rows) if live and s.parent and s.active and s.parent == live.remote_id.lower()]


def base_of(inputs: Inputs, rows: Rows, add_on: Supply) -> Supply | None:
    """What a legacy add-on belongs to, as the rows of the plan leave it; None for any other one."""
    return next((s for s in there(inputs, rows) if add_on.parent and _id(rows, s) == add_on.parent), None)


def _id(rows: Rows, supply: Supply) -> str:
    return rows.pairing.live_of[supply.address].remote_id.lower()


def supplied(inputs: Inputs, rows: Rows) -> list[Supply]:
    """The same with what upgrades of the plan make of them."""
    become = {change.address: after for change, _, after in upgrades(inputs, rows)}
    return [become.get(supply.address, supply) for supply in there(inputs, rows)]


def upgrades(inputs: Inputs, rows: Rows) -> Iterator[tuple[Change, Supply, Supply]]:
    """Every upgrade that runs, with what it supplies before and after."""
    for change in rows.changes:
        if is_upgrade(change) and change.desired and change.live:
            kind, address = inputs.kind(change.address.kind), change.address
            before, after = kind.supplies(change.live), kind.upgraded(change.desired, change.live, inputs.snapshot.now)
            if before and after:
                yield change, replace(before, address=address), replace(after, address=address)


def is_upgrade(change: Change) -> bool:
    """True for a row that makes another product of a subscription, and runs."""
    return change.reason is Reason.UPGRADE and not change.blocked


def last_used(prices: PriceBook, supplies: Sequence[Supply], people: int) -> tuple[Money, Supply] | None:
    """What the last of so many people costs a month, and where that seat comes from: the cheapest are used first.

    None where not every one of these has a price.
    """
    priced = [(cost, supply) for supply in supplies if (cost := prices.per_month(supply))]
    if not priced or len(priced) < len(supplies):
        return None
    priced.sort(key=lambda one: (one[0].amount, one[1].address))
    reached = itertools.accumulate(supply.quantity for _, supply in priced)
    return next((one for one, seats in zip(priced, reached, strict=True) if seats >= people), priced[-1])


def _after(rows: Rows, supply: Supply) -> Supply:
    """Nobody is served by what the plan suspends or cancels, everybody by what it reactivates; what is cancelled counts
    as paid until then."""
    for change in rows.changes:
        if change.address == supply.address and not change.blocked:
            if change.action is Action.DELETE:
                supply = replace(supply, active=False, suspended=True, renews=False)
            for part in change.fields if change.action is Action.UPDATE else ():
                if part.name == STATE:
                    supply = replace(supply, active=part.after == ACTIVE, suspended=part.after == SUSPENDED)
                if part.name == END:
                    supply = replace(supply, renews=part.after == Follows.RENEW)
    return supply
