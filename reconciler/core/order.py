"""In which order rows are carried out: edges from references, seats handed over, and waves.

1. What a row refers to is created or grown before it. 2. What a row stops referring to is taken away after it.
3. Releases of seats come before gains exactly as far as seats are short; otherwise gains come first (`handovers.py`).
4. Sign-in blocks come first of all, seat reductions last. 5. All license changes of one person are one step.

Hard edges (`depends_on`) stop a row when what it needs has failed; soft ones only say what comes first, so that a
leaver's license is released although somebody else's gain failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.core import demand, handovers, references, shortage, steps
from reconciler.core.planning import Inputs, Rows
from reconciler.core.shortage import Unlucky
from reconciler.core.steps import Graph, Wish
from reconciler.model import codes, spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Step
from reconciler.model.finding import Finding


def arrange(inputs: Inputs, rows: Rows) -> tuple[Step, ...] | None:
    """Put the rows in order of execution, write down which waits for which, and give the steps.

    None where rows go round in a circle: some had to be blocked, or a seat more is needed. The demand is another one
    then, and seats are sized anew before the next try.
    """
    graph = steps.of(inputs, rows)
    if not graph.groups:
        rows.changes.sort(key=lambda change: (change.address, change.action))
        return ()
    _references(rows, graph)
    circle = graph.circle()
    if circle:
        _refuse_circle(inputs, rows, [change for step in circle for change in graph.groups[step]])
        return None
    pools = demand.of(inputs, rows)
    dealt = handovers.deal(inputs, rows, graph, pools)
    if dealt.stuck:
        handovers.settle_stuck(inputs, rows, graph, pools, dealt)
        return None
    handovers.connect(inputs, rows, graph, pools, dealt)
    waves = graph.waves()
    ordered = sorted(graph.groups, key=lambda step: (waves[step], graph.groups[step][0].address, step))
    made = [Step(step, tuple(_edged(c, step, graph) for c in graph.groups[step]), waves[step]) for step in ordered]
    refused = sorted((c for c in rows.changes if c.blocked), key=lambda c: (c.address, c.action))
    rows.changes = [change for step in made for change in step.changes] + refused
    return tuple(made)


def _references(rows: Rows, graph: Graph) -> None:
    """What a row begins to refer to is made before it, what it stops referring to is deleted after it."""
    for step, changes in graph.groups.items():
        for change in changes:
            for target in (*references.whole(rows, change), *_pointed_at(change), *_let_go(change)):
                graph.needs[step].update(other for other in graph.makers(target) if other != step)
            owner = spec.owner(change.desired.spec) if change.desired and change.action is Action.CREATE else None
            for other in graph.of.get(Address(change.address.customer, *owner), ()) if owner else ():
                if any(c.action is Action.UPDATE for c in graph.groups[other]):
                    graph.after[step].add(other)  # a license needs the usage location that its user's row writes
            for target in _let_go(change):
                for other in graph.of.get(target, ()):
                    if any(c.action is Action.DELETE for c in graph.groups[other]):
                        graph.wish(other, {step}, Wish.TIDY)


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


def _edged(change: Change, step: str, graph: Graph) -> Change:
    needed = {c.address for other in graph.needs[step] for c in graph.groups[other]}
    return replace(change, depends_on=tuple(sorted(needed - {change.address})))


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

    unlucky = Unlucky()
    for change in circle:
        unlucky.add(change, (), gate)
    shortage.refuse(inputs, rows, unlucky)
