"""Seats dealt out one by one: who takes a free seat, and who must wait for whom to let one go.

A simulation, because a rule of thumb is wrong: a step that moves a person from one full pool to another takes and
gives, and whether it can run depends on all others. Moves come before plain gains, since they free a seat; plain
releases are drawn only when nothing else can go on, so that nobody is without service longer than needed. What can
never run is a circle of moves without a spare seat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

Seat = str | None


@dataclass(frozen=True, slots=True)
class Trade:
    """What one step takes from pools and gives back to pools, by its id."""

    step: str
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()


@dataclass(slots=True)
class Deal:
    """Which step waits for which releases, the releases nobody waits for, and the steps that can never run."""

    waits: dict[str, set[str]] = field(default_factory=dict)
    free_releases: set[str] = field(default_factory=set)
    stuck: list[Trade] = field(default_factory=list)


def deal(trades: list[Trade], free: Mapping[str, int]) -> Deal:
    """Deal `free` seats and those that trades give back, in order of the steps' ids."""
    table = _Table({pool: deque([None] * max(0, seats)) for pool, seats in free.items()})
    moves = [t for t in trades if t.takes and t.gives]
    gains = [t for t in trades if t.takes and not t.gives]
    releases = deque(t for t in trades if not t.takes)
    while moves or gains:
        wanted = {pool for trade in (*moves, *gains) for pool in trade.takes if not table.seats.get(pool)}
        ready = table.ready(moves, wanted) or table.ready(gains, wanted)
        if ready:
            (moves if ready in moves else gains).remove(ready)
            table.run(ready)
            continue
        released = next((t for t in releases if wanted & set(t.gives)), None)
        if released is None:
            break
        releases.remove(released)
        table.run(released)
    given = {giver for waits in table.result.waits.values() for giver in waits}
    table.result.free_releases = {t.step for t in trades if not t.takes} - given
    table.result.stuck = [*moves, *gains]
    return table.result


@dataclass(slots=True)
class _Table:
    seats: dict[str, deque[Seat]]
    result: Deal = field(default_factory=Deal)

    def ready(self, trades: list[Trade], wanted: set[str]) -> Trade | None:
        """A step whose seats are all there; rather one that gives what others want."""
        able = [t for t in trades if all(self.seats.get(pool) for pool in t.takes)]
        return min(able, key=lambda t: (not wanted & set(t.gives), t.step), default=None)

    def run(self, trade: Trade) -> None:
        for pool in trade.takes:
            giver = self.seats[pool].popleft()
            if giver is not None:
                self.result.waits.setdefault(trade.step, set()).add(giver)
        for pool in trade.gives:
            self.seats.setdefault(pool, deque()).append(trade.step)
