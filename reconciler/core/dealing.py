"""Seats dealt out one by one: who takes a free seat, and who must wait for whom to let one go.

A simulation, because a rule of thumb is wrong: a step that moves a person from one full pool to another takes and
gives, and whether it can run depends on all others. Moves come before plain gains, since they free a seat, and moves
whose seat comes round again before others, since they cost nothing in the end; plain releases are drawn only when
nothing else can go on, so that nobody is without service longer than needed. What can never run is a circle of moves
without a spare seat.

Must not: know people or subscriptions; a seat that is about to be bought is one that a step gives. A pool with more
holders than seats has a debt: the first seats given back only pay it off, and whoever takes a later one waits for all.
A step may take several seats of one pool (a group that many join): all of them, or it cannot run.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

# Who must be done before the seat can be taken; nobody for a seat that is free today.
Seat: TypeAlias = frozenset[str]
Pools: TypeAlias = tuple[str, ...]
# A seat that several steps free together: its pool, and whose it is.
Shared: TypeAlias = tuple[str, str]
# Steps that take and give the same are interchangeable: they queue, and thousands of them cost no more than one.
Queues: TypeAlias = dict[tuple[Pools, Pools], deque[str]]


@dataclass(frozen=True, slots=True)
class Trade:
    """What one step takes from pools and gives back to pools, by its id.

    A seat that is `shared` is free once every step that shares it is done. What `returns` takes its seats in the end
    whether they are there or not: the service gives a restored person what they had.
    """

    step: str
    takes: Pools = ()
    gives: Pools = ()
    shared: tuple[Shared, ...] = ()
    returns: bool = False

    @property
    def frees(self) -> Pools:
        """The pools of all seats that it gives, or helps to give."""
        return (*self.gives, *(pool for pool, _ in self.shared))


@dataclass(slots=True)
class Deal:
    """Which step waits for which releases, the releases nobody waits for, and the steps that can never run.

    `left` are the seats that lie on the table in the end, by pool.
    """

    waits: dict[str, set[str]] = field(default_factory=dict)
    free_releases: set[str] = field(default_factory=set)
    stuck: list[Trade] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)


def deal(trades: Iterable[Trade], free: Mapping[str, int], bought: Mapping[str, Iterable[str]] | None = None) -> Deal:
    """Deal out the seats in order of the steps' ids.

    `free` are seats nobody holds, negative where there are more holders than seats; `bought` names for each pool the
    step that buys a seat, once for every seat.
    """
    everyone = sorted(trades, key=lambda trade: trade.step)
    table = _Table({trade.step: trade for trade in everyone})
    takers = Counter(pool for trade in everyone for pool in trade.takes)
    for pool, seats in free.items():
        table.open(pool, min(seats, takers[pool]))  # what nobody takes need not lie there: some products have millions
    for pool, steps in (bought or {}).items():
        for step in steps:
            table.add(pool, frozenset({step}))
    moves = _queues(t for t in everyone if t.takes and t.frees)
    gains = _queues(t for t in everyone if t.takes and not t.frees and not t.returns)
    returns = _queues(t for t in everyone if t.returns)
    releases = _queues(t for t in everyone if not t.takes)
    while moves or returns or gains:
        wanted = {pool for takes, _ in (*moves, *returns, *gains) for pool in table.missing(takes)}
        ran = any(table.run_one(some, wanted) for some in (moves, returns, gains))
        if not (ran or table.draw(releases, wanted) or table.overdraw(returns)):
            break
    given = {giver for waits in table.result.waits.values() for giver in waits}
    table.result.free_releases = {t.step for t in everyone if not t.takes} - given
    never = {step for steps in (moves | gains).values() for step in steps}
    table.result.stuck = [trade for trade in everyone if trade.step in never]
    table.result.left = {pool: len(seats) for pool, seats in table.seats.items()}
    return table.result


def _queues(trades: Iterable[Trade]) -> Queues:
    queues: Queues = {}
    for trade in trades:
        queues.setdefault((trade.takes, trade.frees), deque()).append(trade.step)
    return queues


@dataclass(slots=True)
class _Table:
    """The seats that lie on the table, in the order in which they will be there."""

    trades: Mapping[str, Trade]
    seats: dict[str, deque[Seat]] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)
    paid: dict[str, Seat] = field(default_factory=dict)
    sharers: dict[Shared, set[str]] = field(default_factory=dict)
    shared: dict[Shared, set[str]] = field(default_factory=dict)
    result: Deal = field(default_factory=Deal)

    def __post_init__(self) -> None:
        """Who shares which seat."""
        for trade in self.trades.values():
            for seat in trade.shared:
                self.sharers.setdefault(seat, set()).add(trade.step)

    def missing(self, takes: Pools) -> list[str]:
        """The pools that have not seats enough to take all these."""
        return [pool for pool, count in Counter(takes).items() if len(self.seats.get(pool, ())) < count]

    def open(self, pool: str, free: int) -> None:
        self.seats[pool] = deque([frozenset()] * max(0, free))
        self.debts[pool] = max(0, -free)

    def add(self, pool: str, by: Seat) -> None:
        givers = self.paid.get(pool, frozenset()) | by
        if self.debts.get(pool, 0):
            self.debts[pool] -= 1
            self.paid[pool] = givers
        else:
            self.seats.setdefault(pool, deque()).append(givers)

    def run_one(self, queues: Queues, wanted: set[str]) -> bool:
        """Run a step whose seats are all there, and give back what it holds; False if there is none."""
        able = [what for what in queues if not self.missing(what[0])]
        if not able:
            return False
        comes_round = _reachable(queues)
        what = min(
            able,
            key=lambda w: (
                not any(taken in comes_round.get(given, ()) for given in w[1] for taken in w[0]),
                not wanted & set(w[1]),
                queues[w][0],
            ),
        )
        self._run(self.trades[_next(queues, what)])
        return True

    def draw(self, queues: Queues, wanted: set[str]) -> bool:
        """Let somebody go who holds what others want; False if there is nobody."""
        able = [what for what in queues if wanted & set(what[1])]
        if not able:
            return False
        what = min(able, key=lambda w: queues[w][0])
        self._run(self.trades[_next(queues, what)])
        return True

    def overdraw(self, queues: Queues) -> bool:
        """Let somebody come back for whom there are no seats enough; False if there is nobody."""
        if not queues:
            return False
        self._run(self.trades[_next(queues, min(queues, key=lambda what: queues[what][0]))])
        return True

    def _run(self, trade: Trade) -> None:
        for pool in trade.takes:
            if not self.seats.get(pool):
                self.debts[pool] = self.debts.get(pool, 0) + 1
                continue
            givers = self.seats[pool].popleft()
            if givers:
                self.result.waits.setdefault(trade.step, set()).update(givers)
        for pool in trade.gives:
            self.add(pool, frozenset({trade.step}))
        for seat in trade.shared:
            done = self.shared.setdefault(seat, set())
            done.add(trade.step)
            if done == self.sharers[seat]:
                self.add(seat[0], frozenset(done))


def _next(queues: Queues, what: tuple[Pools, Pools]) -> str:
    step = queues[what].popleft()
    if not queues[what]:
        del queues[what]
    return step


def _reachable(queues: Queues) -> dict[str, set[str]]:
    """For each pool, the pools that a seat in it can turn into by the moves that are left, itself included."""
    nearer: dict[str, set[str]] = {}
    for takes, gives in queues:
        for pool in takes:
            nearer.setdefault(pool, set()).update(gives)
    found: dict[str, set[str]] = {}
    for start in {given for _, gives in queues for given in gives}:
        seen, open_ends = {start}, [start]
        while open_ends:
            further = nearer.get(open_ends.pop(), set()) - seen
            seen |= further
            open_ends.extend(further)
        found[start] = seen
    return found
