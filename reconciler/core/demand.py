"""Who will hold which SKU once the plan is carried out, and who takes or frees a seat on the way.

A person holds a seat once, however many sources give it (direct, a group, two plans). Only rows that are not
blocked count. The directory's own count of held seats is not used: it lags behind assignments by seconds to
minutes (graph.md 7.1), and a seat bought because of a late counter is a seat too many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reconciler.core.planning import Inputs, Rows
from reconciler.model import spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec

Holder = tuple[str, Address]


@dataclass(slots=True)
class Demand:
    """One pool: who holds a seat today, which rows take one and which free one (by new or former holder)."""

    pool: str
    before: set[Address] = field(default_factory=set)
    gains: dict[Address, Change] = field(default_factory=dict)
    releases: dict[Address, Change] = field(default_factory=dict)

    @property
    def after(self) -> set[Address]:
        """Everybody who holds a seat in the end."""
        return (self.before - set(self.releases)) | set(self.gains)


def of(inputs: Inputs, rows: Rows) -> dict[str, Demand]:
    """The demand of every pool that anybody holds, gains or loses, by part number."""
    pools: dict[str, Demand] = {}
    pooled = {kind.name: kind for kind in inputs.kinds if kind.pooled}
    for address, live in rows.pairing.live_of.items():
        kind = pooled.get(address.kind)
        if kind is not None and kind.holds(live) and (held := _held(inputs, live)):
            pools.setdefault(held[0], Demand(held[0])).before.add(held[1])
    for change in rows.changes:
        if not change.blocked:
            _count(inputs, rows, change, pools)
    return pools


def _count(inputs: Inputs, rows: Rows, change: Change, pools: dict[str, Demand]) -> None:
    if change.action is Action.CREATE and change.desired:
        held = _held(inputs, change.desired)
        if held:
            demand = pools.setdefault(held[0], Demand(held[0]))
            if held[1] not in demand.before:
                demand.gains[held[1]] = change
    elif change.action is Action.UNASSIGN and change.live:
        _release(inputs, change.live, change, pools)
    elif change.action is Action.DELETE:
        for live in _owned_by(rows, change.address):
            _release(inputs, live, change, pools)


def _release(inputs: Inputs, live: Live[Spec], change: Change, pools: dict[str, Demand]) -> None:
    kind, held = inputs.kind(live.address.kind), _held(inputs, live)
    if held:
        demand = pools.setdefault(held[0], Demand(held[0]))
        if held[1] in demand.before and (change.action is Action.DELETE or not kind.also_held(live)):
            demand.releases[held[1]] = change


def _owned_by(rows: Rows, owner: Address) -> Iterator[Live[Spec]]:
    for live in rows.pairing.live_of.values():
        if spec.owner(live.spec) == (owner.kind, owner.key):
            yield live


def _held(inputs: Inputs, resource: Desired[Spec] | Live[Spec]) -> Holder | None:
    """The pool and the holder of a license, whether it is live or desired; None for other kinds."""
    pool, owner = inputs.kind(resource.address.kind).draws(resource.spec), spec.owner(resource.spec)
    return (pool, Address(resource.address.customer, *owner)) if pool and owner else None
