"""Which subscriptions are there: what everybody's seats of one customer come from, whoever bought them.

Must not: know what is ordered by the plan (`orders.py`).
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.planning import Inputs, Rows
from reconciler.model.change import Action
from reconciler.model.seats import Supply

STATE, ACTIVE, SUSPENDED = "state", "active", "suspended"


def supplied(inputs: Inputs, rows: Rows) -> list[Supply]:
    """Every subscription that is there, by address, whoever bought it; used as the rows of the plan leave it."""
    found = []
    for address, live in rows.pairing.live_of.items():
        supply = inputs.kind(address.kind).supplies(live)
        if supply:
            found.append(_after(rows, replace(supply, address=address)))
    return sorted(found, key=lambda supply: supply.address)


def _after(rows: Rows, supply: Supply) -> Supply:
    """Nobody is served by what the plan suspends or cancels, everybody by what it reactivates."""
    for change in rows.changes:
        if change.address != supply.address or change.blocked:
            continue
        if change.action is Action.DELETE:
            return replace(supply, active=False)
        for part in change.fields:
            if part.name == STATE and change.action is Action.UPDATE:
                return replace(supply, active=part.after == ACTIVE, suspended=part.after == SUSPENDED)
    return supply
