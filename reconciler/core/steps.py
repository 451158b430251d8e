"""Rows by the step they belong to, and which step comes after which: what is put in order by `order.py`.

Hard edges (`needs`) stop a row when what it needs has failed; soft ones (`after`) only say what comes first. Some edges
are wishes: what would be better, and gives way where all of them together go round in a circle. Must not: know why an
edge is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from enum import IntEnum
from graphlib import CycleError, TopologicalSorter

from reconciler.core import references, splitting
from reconciler.core.planning import Inputs, Rows
from reconciler.model.address import Address
from reconciler.model.change import Action, Change


class Wish(IntEnum):
    """Why a step would better come after another one; the first gives way first."""

    HURRY = 0  # whoever loses a seat that nobody waits for keeps it until the others have theirs
    TIDY = 1  # what points at something lets go of it before it is deleted
    GAPLESS = 2  # nobody is without a license between two sources of it


@dataclass(slots=True)
class Graph:
    """Rows by the step they belong to; which step needs which, and which only comes after which."""

    groups: dict[str, list[Change]] = field(default_factory=dict)
    needs: dict[str, set[str]] = field(default_factory=dict)
    after: dict[str, set[str]] = field(default_factory=dict)
    of: dict[Address, list[str]] = field(default_factory=dict)
    wishes: dict[Wish, dict[str, set[str]]] = field(default_factory=lambda: {why: {} for why in Wish})

    def wish(self, later: str, sooner: Set[str], why: Wish) -> None:
        """Let one step come after these, apart from itself, unless it must come before one of them."""
        wished = sooner - self.needs[later] - self.after[later] - {later}
        if wished:
            self.wishes[why].setdefault(later, set()).update(wished)
            (self.needs if why is Wish.GAPLESS else self.after)[later] |= wished

    def untangle(self) -> None:
        """Give up wishes until nothing goes round in a circle any more."""
        while circle := self.circle():
            why, later, sooner = min(self._wishes_in(circle))
            for edges in (self.wishes[why], self.needs, self.after):
                edges[later].discard(sooner)

    def _wishes_in(self, circle: list[str]) -> Iterator[tuple[Wish, str, str]]:
        for one, other in zip(circle, [*circle[1:], circle[0]], strict=True):
            for why, edges in self.wishes.items():
                for later, sooner in ((one, other), (other, one)):
                    if sooner in edges.get(later, ()):
                        yield why, later, sooner

    def add(self, step: str, change: Change) -> None:
        self.groups.setdefault(step, []).append(change)
        self.needs.setdefault(step, set())
        self.after.setdefault(step, set())
        self.of.setdefault(change.address, []).append(step)

    def step_of(self, change: Change) -> str:
        """The step of this very row."""
        return next(step for step in self.of[change.address] if any(c is change for c in self.groups[step]))

    def makers(self, address: Address) -> list[str]:
        return [
            step for step in self.of.get(address, ()) if any(c.action in references.MAKES for c in self.groups[step])
        ]

    def circle(self) -> list[str]:
        """Steps of which each needs the next one, and the last the first; empty where there are none."""
        try:
            TopologicalSorter({step: self.needs[step] | self.after[step] for step in self.groups}).prepare()
        except CycleError:
            return self._first_circle()
        return []

    def _first_circle(self) -> list[str]:
        """The same circle in every run: looked for in the order of names."""
        edges = {step: sorted(self.needs[step] | self.after[step]) for step in sorted(self.groups)}
        try:
            TopologicalSorter(edges).prepare()
        except CycleError as error:
            return list(error.args[1][:-1])
        raise AssertionError("the circle is gone")

    def waves(self) -> dict[str, int]:
        """The longest chain before each step; blocks of sign-in stand alone in front."""
        edges = {step: self.needs[step] | self.after[step] for step in self.groups}
        waves: dict[str, int] = {}
        for step in TopologicalSorter(edges).static_order():
            waves[step] = max((waves[other] + 1 for other in edges[step]), default=0)
        return waves


def of(inputs: Inputs, rows: Rows) -> Graph:
    """The rows that run, by step; blocks of sign-in come before everything else.

    What seats go into another one of is one step with that one, so that it is noted what that takes away.
    """
    graph = Graph()
    running = sorted((c for c in rows.changes if not c.blocked), key=lambda c: (c.address, c.action, c.cause))
    takers = {giver: change for change in running if (giver := splitting.joined_from(change))}
    for change in running:
        graph.add(step_id(inputs, takers.get(change.address, change)), change)
    blocks = {
        step
        for step, changes in graph.groups.items()
        if any(inputs.kind(c.address.kind).blocks_sign_in(c) for c in changes)
    }
    for step in set(graph.groups) - blocks:
        graph.after[step] |= blocks
    return graph


def step_id(inputs: Inputs, change: Change) -> str:
    """Rows with one id are one request: the kind's fold, apart from handing over, forgetting and blocking a sign-in.

    So is letting people out of what hands licenses to them: others may wait for their seats.
    """
    kind = inputs.kind(change.address.kind)
    part = "block" if kind.blocks_sign_in(change) else ""
    part = change.action.value if change.action in (Action.HANDOVER, Action.FORGET) else part
    part = LEAVE if only_lets_out(inputs, change) else part
    return ":".join(filter(None, (kind.name, str(kind.fold(change)), part)))


LEAVE = "leave"


def only_lets_out(inputs: Inputs, change: Change) -> bool:
    """True for a row that does nothing but take members out of something that hands licenses to them."""
    kind = inputs.kind(change.address.kind)
    handout = kind.hands(change.live) if kind.handing and change.live else None
    if handout is None or not handout.pools or change.action is not Action.UPDATE:
        return False
    return all(f.name == handout.field and len(f.path) == 2 and f.after is False for f in change.fields)
