"""Who will hold which SKU once the plan is carried out, and who takes or frees a seat on the way.

A person holds a seat once, however many sources give it (direct, a group, two plans): what counts is whether there is
any source before, and any after (`holding.py`). Only rows that are not blocked count. The directory's own count of held
seats is not used: it lags behind assignments by seconds to minutes (graph.md 7.1), and a seat bought because of a late
counter is a seat too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.core import holding
from reconciler.core.holding import OWN, Holdings, Shift, Sources
from reconciler.core.planning import Inputs, Rows
from reconciler.model.address import Address
from reconciler.model.change import Change


@dataclass(slots=True)
class Demand:
    """One pool: who holds a seat today, and by which rows who takes one, frees one, or has it from elsewhere.

    A seat that several rows free together is free after the last of them; of several rows that would take one seat
    the first takes it. `shifts` are all of them, also of who holds a seat before and after. `passing` are rows that
    take away again what a restore gives back: in between a seat is held, and none is needed.
    """

    pool: str
    before: Mapping[Address, Sources] = field(default_factory=dict)
    gains: dict[Address, tuple[Shift, ...]] = field(default_factory=dict)
    releases: dict[Address, tuple[Shift, ...]] = field(default_factory=dict)
    moves: dict[Address, tuple[Shift, ...]] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)
    passing: dict[Address, tuple[Shift, ...]] = field(default_factory=dict)

    @property
    def after(self) -> set[Address]:
        """Everybody who holds a seat in the end."""
        return (set(self.before) - set(self.releases)) | set(self.gains)


def of(inputs: Inputs, rows: Rows, later: Iterable[Change] = ()) -> dict[str, Demand]:
    """The demand of every pool that anybody holds, gains or loses, by part number; also because of `later` rows."""
    held = today(inputs, rows)
    pools = {pool: Demand(pool, holders) for pool, holders in held.sources.items()}
    moving: dict[tuple[str, Address], list[Shift]] = {}
    for shift in holding.shifts(held, (*rows.changes, *later)):
        moving.setdefault((shift.pool, shift.holder), []).append(shift)
    for (pool, holder), shifts in moving.items():
        _net(pools.setdefault(pool, Demand(pool)), holder, shifts)
    return pools


def today(inputs: Inputs, rows: Rows) -> Holdings:
    """Who holds what before the rows are carried out. The same object at each call, which nobody may change."""
    if rows.held is None:
        kinds = {kind.name: kind for kind in inputs.kinds if kind.pooled or kind.handing}
        rows.held = holding.today(kinds, rows.pairing.known)
    return rows.held


def _net(demand: Demand, holder: Address, shifts: list[Shift]) -> None:
    demand.shifts.extend(shifts)
    losing = [s for s in shifts if not s.gains]
    lost = {s.source for s in losing}
    gaining = sorted(
        (s for s in shifts if s.gains and not (s.returns and s.source in lost)),
        key=lambda s: (not s.returns, s.source != OWN, s.change.address),
    )
    if any(s.returns and s.source in lost for s in shifts):
        demand.passing[holder] = tuple(losing)
    before = demand.before.get(holder, holding.NOTHING)
    after = (before - lost) | {s.source for s in gaining}
    if after and not before:
        demand.gains[holder] = tuple(gaining)
    elif before and not after:
        demand.releases[holder] = tuple(losing)
    elif gaining and losing:
        demand.moves[holder] = tuple(shifts)
