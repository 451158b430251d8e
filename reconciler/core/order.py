"""In which order rows are carried out: edges from references, seats handed over, and waves.

1. What a row refers to is created or grown before it. 2. What a row stops referring to is taken away after it.
3. Releases of seats come before gains exactly as far as seats are short (`dealing.py`); otherwise gains come first.
4. Sign-in blocks come first of all, seat reductions last. 5. All license changes of one person are one step.

Hard edges (`depends_on`) stop a row when what it needs has failed; soft ones only say what comes first, so that a
leaver's license is released although somebody else's gain failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter

from reconciler.core import dealing, demand
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Step
from reconciler.model.finding import Finding
from reconciler.model.spec import targets

MAKES = (Action.CREATE, Action.RESTORE)


@dataclass(slots=True)
class _Graph:
    """Rows by the step they belong to; which step needs which, and which only comes after which."""

    groups: dict[str, list[Change]] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)
    of: dict[Address, list[str]] = field(default_factory=dict)

    def add(self, step: str, change: Change) -> None:
        self.groups.setdefault(step, []).append(change)
        self.needs.setdefault(step, set())
        self.after.setdefault(step, set())
        self.of.setdefault(change.address, []).append(step)

    def makers(self, address: Address) -> list[str]:
        return [step for step in self.of.get(address, ()) if any(c.action in MAKES for c in self.groups[step])]

    def waves(self) -> dict[str, int]:
        """The longest chain before each step; blocks of sign-in stand alone in front."""
        edges = {step: self.needs[step] | self.after[step] for step in self.groups}
        waves: dict[str, int] = {}
        for step in TopologicalSorter(edges).static_order():
            waves[step] = max((waves[other] + 1 for other in edges[step]), default=0)
        return waves


def arrange(inputs: Inputs, rows: Rows) -> tuple[Step, ...]:
    """Put the rows in order of execution, write down which waits for which, and give the steps.

    Rows that go round in a circle without a spare seat are blocked, and so are rows that need them.
    """
    graph = _graph(inputs, rows)
    if not graph.groups:
        rows.changes.sort(key=lambda change: (change.address, change.action))
        return ()
    _references(graph)
    pools = demand.of(inputs, rows)
    dealt = dealing.deal(_trades(graph, pools), _free(inputs, rows, pools))
    if dealt.stuck:
        _refuse(rows, graph, dealt.stuck)
        return arrange(inputs, rows)
    for step, givers in dealt.waits.items():
        graph.needs[step] |= givers - {step}
    _around_pools(inputs, graph, pools, dealt)
    waves = graph.waves()
    ordered = sorted(graph.groups, key=lambda step: (waves[step], graph.groups[step][0].address, step))
    made = [Step(step, tuple(_edged(c, step, graph) for c in graph.groups[step]), waves[step]) for step in ordered]
    refused = sorted((c for c in rows.changes if c.blocked), key=lambda c: (c.address, c.action))
    rows.changes = [change for step in made for change in step.changes] + refused
    return tuple(made)


def _graph(inputs: Inputs, rows: Rows) -> _Graph:
    graph = _Graph()
    for change in sorted(rows.changes, key=lambda c: (c.address, c.action, c.cause)):
        if not change.blocked:
            graph.add(step_id(inputs, change), change)
    blocks = {
        step
        for step, changes in graph.groups.items()
        if any(inputs.kind(c.address.kind).blocks_sign_in(c) for c in changes)
    }
    for step in set(graph.groups) - blocks:
        graph.after[step] |= blocks
    return graph


def step_id(inputs: Inputs, change: Change) -> str:
    """Rows with one id are one request: the kind's fold, apart from handing over, forgetting and seats."""
    kind = inputs.kind(change.address.kind)
    part = change.action if change.action in (Action.HANDOVER, Action.FORGET) else ""
    return ":".join(filter(None, (kind.name, str(kind.fold(change)), part)))


def _references(graph: _Graph) -> None:
    for step, changes in graph.groups.items():
        for change in changes:
            if change.action is Action.HANDOVER:
                graph.needs[step].update(other for other in graph.makers(change.address) if other != step)
            for target in _targets(change):
                graph.needs[step].update(other for other in graph.makers(target) if other != step)
                if change.action is Action.UNASSIGN:
                    for other in graph.of.get(target, ()):
                        if any(c.action is Action.DELETE for c in graph.groups[other]):
                            graph.needs[other].add(step)


def _targets(change: Change) -> Iterator[Address]:
    resource = change.desired or change.live
    if resource is not None:
        for _, ref, key in targets(resource.spec):
            yield Address(change.address.customer, ref.kind, key)


def _trades(graph: _Graph, pools: dict[str, Demand]) -> list[dealing.Trade]:
    takes: dict[str, list[str]] = {}
    gives: dict[str, list[str]] = {}
    for pool, found in sorted(pools.items()):
        for change in found.gains.values():
            takes.setdefault(_step_of(graph, change), []).append(pool)
        for change in found.releases.values():
            gives.setdefault(_step_of(graph, change), []).append(pool)
    return [
        dealing.Trade(step, tuple(takes.get(step, ())), tuple(gives.get(step, ()))) for step in sorted({*takes, *gives})
    ]


def _step_of(graph: _Graph, change: Change) -> str:
    return next(step for step in graph.of[change.address] if change in graph.groups[step])


def _free(inputs: Inputs, rows: Rows, pools: dict[str, Demand]) -> dict[str, int]:
    """Seats nobody holds once the planned growth is there, per pool."""
    growth = {change.address: change.units for change in rows.changes if change.units > 0 and not change.blocked}
    free = {pool: -len(found.before) for pool, found in pools.items()}
    for address, live in rows.pairing.live_of.items():
        supply = inputs.kind(address.kind).supplies(live)
        if supply and supply.active and supply.sku in free:
            free[supply.sku] += supply.quantity + growth.get(address, 0)
    return free


def _around_pools(inputs: Inputs, graph: _Graph, pools: dict[str, Demand], dealt: dealing.Deal) -> None:
    """Gains need the growth of their pool; releases nobody waits for come after gains; reductions come last."""
    for step, changes in list(graph.groups.items()):
        for change in changes:
            supply = inputs.kind(change.address.kind).supplies(change.live) if change.units and change.live else None
            found = pools.get(supply.sku) if supply else None
            if found is None:
                continue
            gains = {_step_of(graph, c) for c in found.gains.values()}
            releases = {_step_of(graph, c) for c in found.releases.values()}
            if change.units > 0:
                for other in gains:
                    graph.needs[other].add(step)
            else:
                graph.needs[step] |= releases
                graph.after[step] |= gains
    for found in pools.values():
        gains = {_step_of(graph, c) for c in found.gains.values()}
        for change in found.releases.values():
            step = _step_of(graph, change)
            if step in dealt.free_releases:
                graph.after[step] |= gains - {step}


def _edged(change: Change, step: str, graph: _Graph) -> Change:
    needed = {c.address for other in graph.needs[step] for c in graph.groups[other]}
    return replace(change, depends_on=tuple(sorted(needed - {change.address})))


def _refuse(rows: Rows, graph: _Graph, stuck: list[dealing.Trade]) -> None:
    people = sorted({str(c.address) for trade in stuck for c in graph.groups[trade.step]})
    loop = " -> ".join([*people, people[0]])
    places = tuple(c.origin for trade in stuck for c in graph.groups[trade.step] if c.origin)
    for trade in stuck:
        for change in graph.groups[trade.step]:
            gate = Finding(
                codes.SWAP_WITHOUT_SEAT,
                f"{change.address} can only be changed after another row of the circle {loop}: no seat is free.",
                "Let a pool have one seat more (seats: buffer: 1), or make the changes in two merges.",
                address=change.address,
                origin=change.origin,
                related=places,
            )
            rows.changes[rows.changes.index(change)] = replace(change, blocked=(*change.blocked, gate))
