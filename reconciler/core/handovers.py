"""Seats that go from hand to hand: which step takes and gives them, what waits for what, and who goes without.

Releases come before gains exactly as far as seats are short (`dealing.py`). Who has a license from elsewhere in the end
gets it there before it is taken here, so that nobody is without it in between; but what may not be held together (two
base products) is taken first, because the service would refuse the other.

Must not: know how long a release takes. A direct one is done with the request; of a membership the directory lets go
later, and whoever takes that seat looks first (`kinds/entra/license_writes.py`, `group_seats.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reconciler.core import dealing, lending, orders, scheduling, shortage, splitting, steps
from reconciler.core.dealing import Deal, Trade
from reconciler.core.demand import Demand
from reconciler.core.holding import Shift
from reconciler.core.planning import Inputs, Rows
from reconciler.core.shortage import Unlucky
from reconciler.core.steps import Graph, Wish
from reconciler.core.supplies import supplied, upgrades
from reconciler.model import codes
from reconciler.model.change import Change
from reconciler.model.finding import Finding

Pools = dict[str, Demand]
NOT_BOUGHT = "buying one is not part of this run"


def deal(inputs: Inputs, rows: Rows, graph: Graph, pools: Pools) -> Deal:
    """Deal out the seats to the steps of the graph."""
    free, bought = _seats(inputs, rows, graph, pools)
    return dealing.deal(_trades(graph, pools), free, bought)


def connect(inputs: Inputs, rows: Rows, graph: Graph, pools: Pools, dealt: Deal) -> None:
    """Add the edges that follow from the deal, and those between the rows that move one person."""
    for step, givers in dealt.waits.items():
        graph.needs[step] |= givers - {step}
    first = set(_make_room(inputs, rows, graph, pools))
    unhurried = dealt.free_releases - first
    _around(inputs, graph, pools, unhurried)
    _one_by_one(inputs, graph, unhurried)
    _without_gap(graph, pools)
    _after_passing(graph, pools)
    graph.untangle()


def settle_stuck(inputs: Inputs, rows: Rows, graph: Graph, pools: Pools, dealt: Deal) -> None:
    """Block who waits for seats that nobody may buy; where there is nobody like that, moves go in a circle.

    A circle gets a seat more if there is one to be had (`lending.py`), and is blocked if not.
    """
    stuck = {trade.step for trade in dealt.stuck}
    coming = {pool for trade in dealt.stuck for pool in trade.frees}
    # Pools without any seat first: in others seats may be on their way that nobody has asked for yet.
    for pool, found in sorted(pools.items(), key=lambda item: (dealt.left.get(item[0], 0) > 0, item[0])):
        waiting = sorted(who for who, shifts in found.gains.items() if graph.step_of(shifts[0].change) in stuck)
        missing = len(waiting) - dealt.left.get(pool, 0) if pool not in coming else 0
        if missing > 0 and shortage.refuse_people(inputs, rows, found, waiting[-missing:], NOT_BOUGHT):
            return
    if lending.ask(inputs, rows, dealt):
        return
    circle = [change for trade in dealt.stuck if trade.frees for change in graph.groups[trade.step]]
    unlucky, gate = Unlucky(), _circle_gate(circle)
    for change in circle:
        unlucky.add(change, (), gate)
    shortage.refuse(inputs, rows, unlucky)


def _trades(graph: Graph, pools: Pools) -> list[Trade]:
    takes: dict[str, list[str]] = {}
    returns: set[str] = set()
    gives: dict[str, list[str]] = {}
    shared: dict[str, list[tuple[str, str]]] = {}
    for pool, found in sorted(pools.items()):
        for shifts in found.gains.values():
            step = graph.step_of(shifts[0].change)
            takes.setdefault(step, []).append(pool)
            returns |= {step} if shifts[0].returns else set()
        for who, shifts in found.releases.items():
            together = _steps(graph, shifts)
            for step in together:
                if len(together) == 1:
                    gives.setdefault(step, []).append(pool)
                else:
                    shared.setdefault(step, []).append((pool, str(who)))
    return [
        Trade(
            step,
            tuple(takes.get(step, ())),
            tuple(gives.get(step, ())),
            tuple(sorted(shared.get(step, ()))),
            returns=step in returns,
        )
        for step in sorted({*takes, *gives, *shared})
    ]


def _steps(graph: Graph, shifts: Iterable[Shift]) -> set[str]:
    return {graph.step_of(shift.change) for shift in shifts}


def _seats(inputs: Inputs, rows: Rows, graph: Graph, pools: Pools) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Seats nobody holds today, per pool (negative where there are too many holders), and the steps that buy some.

    Seats that an upgrade takes from a pool are gone from it, those that it brings are there once it is done.
    """
    become = {change.address: change for change, before, after in upgrades(inputs, rows) if before.sku != after.sku}
    growth = {change.address: change for change in rows.changes if change.units > 0 and not change.blocked}
    free = {pool: -len(found.before) for pool, found in pools.items()}
    bought: dict[str, list[str]] = {}
    gone = splitting.taken(inputs, rows)
    there = (splitting.rest(supply, gone) for supply in supplied(inputs, rows))
    for supply in (*there, *orders.promised(inputs, rows)):
        address = supply.address
        if supply.active and supply.sku in free:
            found = pools[supply.sku]
            useful = len(found.before) + len(found.gains)  # to pay off who is too many, and to be taken
            coming = [(become[address], supply.quantity)] if address in become else []
            coming += [(growth[address], growth[address].units)] if address in growth else []
            free[supply.sku] += 0 if address in become else supply.quantity
            for change, seats in coming:
                bought.setdefault(supply.sku, []).extend([graph.step_of(change)] * min(seats, useful))
    return free, bought


def _around(inputs: Inputs, graph: Graph, pools: Pools, unhurried: set[str]) -> None:
    """Releases nobody waits for come after gains; reductions come last, when everybody who leaves has left."""
    around = {
        pool: (
            {graph.step_of(shifts[0].change) for shifts in found.gains.values()},
            {step for shifts in found.releases.values() for step in _steps(graph, shifts)},
        )
        for pool, found in pools.items()
    }
    for step, changes in graph.groups.items():
        for change in changes:
            gives = change.units < 0 or (scheduling.lowers(change) and all(other.units <= 0 for other in changes))
            supply = inputs.kind(change.address.kind).supplies(change.live) if gives and change.live else None
            if supply and supply.sku in around:
                graph.needs[step] |= around[supply.sku][1]
                graph.after[step] |= _steps(graph, pools[supply.sku].shifts)
    for gains, releases in around.values():
        for step in releases & unhurried:
            graph.wish(step, gains, Wish.HURRY)


def _one_by_one(inputs: Inputs, graph: Graph, unhurried: set[str]) -> None:
    """Of one group, who leaves and who joins are written one after the other, not both at once."""
    for step, changes in graph.groups.items():
        if steps.only_lets_out(inputs, changes[0]):
            for other in graph.of[changes[0].address]:
                if other != step:
                    later, sooner = (step, other) if step in unhurried else (other, step)
                    graph.wish(later, {sooner}, Wish.HURRY)


def _make_room(inputs: Inputs, rows: Rows, graph: Graph, pools: Pools) -> Iterator[str]:
    """What may not be held together: the old goes first. Gives the steps that do it."""
    lives, known = rows.pairing.live_of, {}
    pooled = [kind for kind in inputs.kinds if kind.pooled]
    for pool, found in pools.items():
        for who, shifts in (*found.gains.items(), *found.moves.items()):
            if pool not in known:
                known[pool] = frozenset[str]().union(*(kind.excludes(pool, lives) for kind in pooled))
            for other in sorted(known[pool] & pools.keys()):
                old = _steps(graph, pools[other].releases.get(who) or pools[other].passing.get(who, ()))
                for step in _steps(graph, (shift for shift in shifts if shift.gains)):
                    graph.needs[step] |= old - {step}
                    yield from old - {step}


def _without_gap(graph: Graph, pools: Pools) -> None:
    """Who has a license from elsewhere in the end gets it there first."""
    for found in pools.values():
        for shifts in found.moves.values():
            gains = _steps(graph, (shift for shift in shifts if shift.gains))
            for loss in _steps(graph, (shift for shift in shifts if not shift.gains)):
                graph.wish(loss, gains, Wish.GAPLESS)


def _after_passing(graph: Graph, pools: Pools) -> None:
    """Who takes a seat lets those go first who hold one only between their restore and the row that takes it away."""
    for found in pools.values():
        passing = {step for shifts in found.passing.values() for step in _steps(graph, shifts)}
        for shifts in found.gains.values() if passing else ():
            if not shifts[0].returns:
                graph.wish(graph.step_of(shifts[0].change), passing, Wish.HURRY)


def _circle_gate(circle: list[Change]) -> Callable[[Change], Finding]:
    people = sorted({str(change.address) for change in circle})
    loop = " -> ".join([*people, people[0]])
    places = tuple(change.origin for change in circle if change.origin)

    def gate(change: Change) -> Finding:
        return Finding(
            codes.SWAP_WITHOUT_SEAT,
            f"{change.address} can only be changed after another row of the circle {loop}: no seat is free.",
            "Let a pool have one seat more (seats: buffer: 1), or make the changes in two merges.",
            address=change.address,
            origin=change.origin,
            related=places,
        )

    return gate
