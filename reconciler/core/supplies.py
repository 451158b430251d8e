"""Which subscriptions are there: what everybody's seats of one customer come from, whoever bought them.

Must not: know what is ordered by the plan (`orders.py`).
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.planning import Inputs, Rows
from reconciler.model.seats import Supply


def supplied(inputs: Inputs, rows: Rows) -> list[Supply]:
    """Every subscription that is there, by address, whoever bought it."""
    found = []
    for address, live in rows.pairing.live_of.items():
        supply = inputs.kind(address.kind).supplies(live)
        if supply:
            found.append(replace(supply, address=address))
    return sorted(found, key=lambda supply: supply.address)
