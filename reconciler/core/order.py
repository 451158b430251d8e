"""In which order rows are carried out: edges from references, seats handed over, and waves.

1. What a row refers to is created or grown before it. 2. What a row stops referring to is taken away after it.
3. Releases of seats come before gains exactly as far as seats are short (`dealing.py`); otherwise gains come first.
4. Sign-in blocks come first of all, seat reductions last. 5. All license changes of one person are one step.

Hard edges (`depends_on`) stop a row when what it needs has failed; soft ones only say what comes first, so that a
leaver's license is released although somebody else's gain failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter

from reconciler.core import dealing, demand, references, shortage
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes, spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Step
from reconciler.model.finding import Finding


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
        return [
            step for step in self.of.get(address, ()) if any(c.action in references.MAKES for c in self.groups[step])
        ]

    def circle(self) -> list[str]:
        """Steps of which each needs the next one, and the last the first; empty where there are none."""
        try:
            TopologicalSorter({step: self.needs[step] | self.after[step] for step in self.groups}).prepare()
        except CycleError as error:
            return list(error.args[1][:-1])
        return []

    def waves(self) -> dict[str, int]:
        """The longest chain before each step; blocks of sign-in stand alone in front."""
        edges = {step: self.needs[step] | self.after[step] for step in self.groups}
        waves: dict[str, int] = {}
        for step in TopologicalSorter(edges).static_order():
            waves[step] = max((waves[other] + 1 for other in edges[step]), default=0)
        return waves


def arrange(inputs: Inputs, rows: Rows) -> tuple[Step, ...] | None:
    """Put the rows in order of execution, write down which waits for which, and give the steps.

    None where rows had to be blocked that go round in a circle: the demand is another one then, and seats are sized
    anew before the next try.
    """
    graph = _graph(inputs, rows)
    if not graph.groups:
        rows.changes.sort(key=lambda change: (change.address, change.action))
        return ()
    _references(graph)
    circle = graph.circle()
    if circle:
        _refuse_circle(inputs, rows, [change for step in circle for change in graph.groups[step]])
        return None
    pools = demand.of(inputs, rows)
    free, bought = _seats(inputs, rows, graph, pools)
    dealt = dealing.deal(_trades(graph, pools), free, bought)
    if dealt.stuck:
        _refuse_stuck(inputs, rows, graph, dealt.stuck)
        return None
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
    """Rows with one id are one request: the kind's fold, apart from handing over, forgetting and blocking a sign-in."""
    kind = inputs.kind(change.address.kind)
    part = "block" if kind.blocks_sign_in(change) else ""
    part = change.action.value if change.action in (Action.HANDOVER, Action.FORGET) else part
    return ":".join(filter(None, (kind.name, str(kind.fold(change)), part)))


def _references(graph: _Graph) -> None:
    """What a row begins to refer to is made before it, what it stops referring to is deleted after it."""
    for step, changes in graph.groups.items():
        for change in changes:
            for target in (*references.whole(change), *_pointed_at(change)):
                graph.needs[step].update(other for other in graph.makers(target) if other != step)
            owner = spec.owner(change.desired.spec) if change.desired and change.action is Action.CREATE else None
            for other in graph.of.get(Address(change.address.customer, *owner), ()) if owner else ():
                if any(c.action is Action.UPDATE for c in graph.groups[other]):
                    graph.after[step].add(other)  # a license needs the usage location that its user's row writes
            for target in _let_go(change):
                for other in graph.of.get(target, ()):
                    if other != step and any(c.action is Action.DELETE for c in graph.groups[other]):
                        graph.after[other].add(step)


def _pointed_at(change: Change) -> Iterator[Address]:
    for part in change.fields:
        target = references.pointed_at(change, part)
        if target is not None:
            yield target


def _let_go(change: Change) -> Iterator[Address]:
    """What the row stops referring to: the elements it takes out of a set, the owner of what it takes away."""
    resource = change.live or change.desired
    if resource is None:
        return
    refs = spec.references(type(resource.spec))
    for part in change.fields:
        if part.name in refs and len(part.path) == 2 and part.after is False:
            yield Address(change.address.customer, refs[part.name].kind, part.path[1])
    owner = spec.owner(resource.spec)
    if change.action is Action.UNASSIGN and owner:
        yield Address(change.address.customer, *owner)


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
    return next(step for step in graph.of[change.address] if any(c is change for c in graph.groups[step]))


def _seats(
    inputs: Inputs, rows: Rows, graph: _Graph, pools: dict[str, Demand]
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Seats nobody holds today, per pool (negative where there are too many holders), and the steps that buy some."""
    growth = {change.address: change for change in rows.changes if change.units > 0 and not change.blocked}
    free = {pool: -len(found.before) for pool, found in pools.items()}
    bought: dict[str, list[str]] = {}
    for address, live in sorted(rows.pairing.live_of.items()):
        supply = inputs.kind(address.kind).supplies(live)
        if supply and supply.active and supply.sku in free:
            free[supply.sku] += supply.quantity
            if address in growth:
                step = _step_of(graph, growth[address])
                bought.setdefault(supply.sku, []).extend([step] * growth[address].units)
    return free, bought


def _around_pools(inputs: Inputs, graph: _Graph, pools: dict[str, Demand], dealt: dealing.Deal) -> None:
    """Releases nobody waits for come after gains; reductions come last, when everybody who leaves has left."""
    steps = {
        pool: (
            {_step_of(graph, c) for c in found.gains.values()},
            {_step_of(graph, c) for c in found.releases.values()},
        )
        for pool, found in pools.items()
    }
    for step, changes in graph.groups.items():
        for change in changes:
            supply = (
                inputs.kind(change.address.kind).supplies(change.live) if change.units < 0 and change.live else None
            )
            if supply and supply.sku in steps:
                gains, releases = steps[supply.sku]
                graph.needs[step] |= releases
                graph.after[step] |= gains
    for gains, releases in steps.values():
        for step in releases & dealt.free_releases:
            graph.after[step] |= gains - {step}


def _edged(change: Change, step: str, graph: _Graph) -> Change:
    needed = {c.address for other in graph.needs[step] for c in graph.groups[other]}
    return replace(change, depends_on=tuple(sorted(needed - {change.address})))


NOT_BOUGHT = "buying one is not part of this run"


def _refuse_stuck(inputs: Inputs, rows: Rows, graph: _Graph, stuck: list[dealing.Trade]) -> None:
    """Block moves that go round in a circle; others of the stuck wait for such a move, or for seats nobody may buy."""
    circle = [change for trade in stuck if trade.gives for change in graph.groups[trade.step]]
    if circle:
        shortage.refuse(inputs, rows, circle, _circle_gate(circle))
        return
    gains = [c for trade in stuck for c in graph.groups[trade.step] if c.action is Action.CREATE]
    shortage.refuse(inputs, rows, gains, lambda change: shortage.no_seat(inputs, change, NOT_BOUGHT))


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


def _refuse_circle(inputs: Inputs, rows: Rows, circle: list[Change]) -> None:
    loop = " -> ".join(str(address) for address in (*(c.address for c in circle), circle[0].address))

    def gate(change: Change) -> Finding:
        return Finding(
            codes.NEEDS_EACH_OTHER,
            f"{change.address} is to be made, and needs what needs it: {loop}.",
            "Leave one of these references out, and add it in a second merge.",
            address=change.address,
            origin=change.origin,
        )

    shortage.refuse(inputs, rows, circle, gate)
