"""People for whom there is no seat, and people of whom it is not known: their rows are blocked, or wait.

Who loses one license and gains another in the same plan keeps the old one when the new one cannot be given: nobody is
left without service by half a move. Of a group that hands licenses out only the members concerned are set apart. Must
not: choose seats or subscriptions (`sizing.py`).

Questionable on purpose: everything that the person gives up in the plan is held back, also a license that the blocked
one would not have replaced. Which license stands in for which is known to nobody but the person who wrote the plans.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.core import demand, holding, parts, words
from reconciler.core.demand import Demand
from reconciler.core.holding import Holdings
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes, spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.finding import Finding

Gate = Callable[[Change], Finding]


@dataclass(slots=True)
class Unlucky:
    """Rows that cannot be carried out: by row, why, and which values are meant (none: all of the row)."""

    rows: dict[int, dict[Gate, list[FieldChange]]] = field(default_factory=dict)

    def add(self, change: Change, meant: Iterable[FieldChange], gate: Gate) -> None:
        self.rows.setdefault(id(change), {}).setdefault(gate, []).extend(meant)


def unread(inputs: Inputs) -> str:
    """Why nobody knows how many seats there are or who holds them; "" where that is known.

    Where we may never read who hands licenses out, what they have given is all that will ever be known.
    """
    for kind in inputs.kinds:
        coverage = inputs.coverage(kind.name)
        counts = kind.pooled or kind.supplying or (kind.handing and not coverage.denied)
        if counts and not coverage.permits_create:
            return coverage.reason
    return ""


def wait(inputs: Inputs, rows: Rows, why: str) -> None:
    """Put off whoever would take a seat, and what they would give up for it."""
    held = demand.today(inputs, rows)
    takers = {who for change in rows.changes for who in _gaining(held, change)}
    found, rows.changes = rows.changes, []
    for change in found:
        kept, late = (None, change) if _is_order(inputs, change) else _late(held, change, takers)
        if late is not None:
            rows.defer(change.address.kind, why, change.address)
        if kept is not None:
            rows.changes.append(kept)
    for address, desired in sorted(inputs.customer.resources.items()):
        if address in rows.pairing.live_of and inputs.kind(address.kind).seat_rule(desired):
            rows.defer(address.kind, why, address)


def _is_order(inputs: Inputs, change: Change) -> bool:
    """True for what would be bought without knowing what is needed."""
    return change.action is Action.CREATE and inputs.kind(change.address.kind).ordered and not change.blocked


def block(inputs: Inputs, rows: Rows, found: Demand, short: int, why: str) -> bool:
    """Block the last `short` people, by name: the same people whatever the order of files and answers.

    Who has been without all along and is only tried again comes last of all, and is told of instead of blocked. Who
    comes back with a license comes first: it is back with them, and nobody is kept out for want of a seat. True if
    there were any rows, so that the demand is another one.
    """
    again = sorted(who for who, shifts in found.gains.items() if all(tries_again(inputs, s.change) for s in shifts))
    first = {who for who, shifts in found.gains.items() if shifts[0].returns}
    people = (again or sorted(found.gains, key=lambda who: (who not in first, who)))[-short:] if short else []
    return refuse_people(inputs, rows, found, people, why)


def refuse_people(inputs: Inputs, rows: Rows, found: Demand, people: Iterable[Address], why: str) -> bool:
    """Block what would give these people a seat of the pool. True if there is any of them."""

    def gate(change: Change) -> Finding:
        return no_seat(change, found.pool, why, advised=inputs.customer.advised)

    unlucky = Unlucky()
    for who in people:
        for shift in found.gains[who]:
            if not shift.returns:
                unlucky.add(shift.change, shift.parts, gate)
    return refuse(inputs, rows, unlucky)


def try_again(rows: Rows) -> None:
    """Ask once more for everybody without a seat: somebody who had one before them gets nothing, for another reason."""
    seats = (codes.NO_SEATS, codes.WAITS_FOR_SEATS, codes.NEEDS_BLOCKED)
    rows.changes = [
        replace(change, blocked=()) if all(gate.code in seats for gate in change.blocked) else change
        for change in rows.changes
    ]


def refuse(inputs: Inputs, rows: Rows, unlucky: Unlucky) -> bool:
    """Block these rows or values, and hold back what they were to replace. True if there are any.

    A row that only tries again is taken out and told of: nobody has asked for it, and nobody is worse off.
    """
    if not unlucky.rows:
        return False
    held = demand.today(inputs, rows)
    losers: dict[Address, Address] = {}
    found, rows.changes = rows.changes, []
    for change in found:
        rest: Change | None = change
        for gate, meant in unlucky.rows.get(id(change), {}).items():
            rest, denied = parts.apart(rest, meant) if rest and not rest.blocked else (rest, None)
            if denied is not None and tries_again(inputs, denied):
                rows.findings.append(replace(gate(denied), code=codes.MEMBER_WITHOUT_LICENSE))
            elif denied is not None:
                losers |= dict.fromkeys(_gaining(held, denied), denied.address)
                rows.changes.append(replace(denied, blocked=(gate(denied),)))
        if rest is not None:
            rows.changes.append(rest)
    advised = inputs.customer.advised
    rows.changes = [half for change in rows.changes for half in _kept(held, change, losers, advised=advised)]
    return True


def no_seat(change: Change, pool: str, why: str, *, advised: bool = False) -> Finding:
    """The gate of a license that nobody has a seat for, or of members whom a group would give one.

    Where somebody else buys, `advised`, it waits for them.
    """
    people = [part.path[1] for part in change.fields if len(part.path) == 2]
    needs = f"{change.address} needs a seat of {pool}"
    if people:
        seats = "a seat" if len(people) == 1 else words.seats(len(people))
        needs = f"{change.address} gives {pool} to {', '.join(people)}, which takes {seats}"
    fix = "Raise max or the number of seats, release somebody's license, or declare a subscription for it."
    return Finding(
        codes.WAITS_FOR_SEATS if advised else codes.NO_SEATS,
        f"{needs} and there is none: {why}.",
        "Ask for the seats as the advice says; the next plan gives them out." if advised else fix,
        address=change.address,
        origin=change.origin,
    )


def _late(held: Holdings, change: Change, takers: set[Address]) -> tuple[Change | None, Change | None]:
    """The row without what takes a seat, and what takes one or makes room for it."""
    kind = held.kinds.get(change.address.kind)
    if change.blocked or kind is None:
        return change, None
    if kind.pooled and (change.action is Action.CREATE or any(s.gains for s in holding.shifts(held, [change]))):
        return None, change
    meant = _giving_up(held, change, takers)
    if meant == []:
        return None, change
    meant = [*(meant or ()), *(p for p in change.fields if p.after and holding.joined(held, change, p))]
    return parts.apart(change, meant) if meant else (change, None)


def _gaining(held: Holdings, change: Change) -> Iterator[Address]:
    """Who gets a license by a row that runs."""
    kind = held.kinds.get(change.address.kind)
    if change.blocked or kind is None:
        return
    if kind.pooled and change.action is Action.CREATE:
        yield from _owner(change)
    for part in change.fields:
        holder = holding.joined(held, change, part)
        if part.after and holder:
            yield holder


def _giving_up(held: Holdings, change: Change, who: Collection[Address]) -> list[FieldChange] | None:
    """The values of a row by which any of these people loses a license; [] for all of it, None for nothing."""
    if change.action is Action.UNASSIGN:
        return [] if any(owner in who for owner in _owner(change)) else None
    return [p for p in change.fields if not p.after and holding.joined(held, change, p) in who] or None


def _kept(held: Holdings, change: Change, losers: Mapping[Address, Address], *, advised: bool) -> Iterator[Change]:
    """The row, apart from what any of these people would give up for a license that they do not get."""
    meant = None if change.blocked else _giving_up(held, change, losers)
    if meant is None:
        yield change
        return
    rest, stays = parts.apart(change, meant)
    yield from (half for half in (rest,) if half)
    if stays is not None:
        gained = next(losers[who] for who in _losing(held, stays) if who in losers)
        yield replace(stays, blocked=(_because(stays, gained, advised=advised),))


def _losing(held: Holdings, change: Change) -> Iterator[Address]:
    if change.action is Action.UNASSIGN:
        yield from _owner(change)
    yield from (holder for part in change.fields if (holder := holding.joined(held, change, part)))


def _owner(change: Change) -> Iterator[Address]:
    resource = change.desired or change.live
    owner = spec.owner(resource.spec) if resource else None
    if owner:
        yield Address(change.address.customer, *owner)


def _because(change: Change, gained: Address, *, advised: bool) -> Finding:
    people = ", ".join(part.path[1] for part in change.fields if len(part.path) == 2)
    return Finding(
        codes.WAITS_FOR_SEATS if advised else codes.NEEDS_BLOCKED,
        f"{change.address} {f'keeps {people}' if people else 'stays'} as long as {gained}, which takes its place, "
        "cannot be given.",
        address=change.address,
        origin=change.origin,
    )


def tries_again(inputs: Inputs, change: Change) -> bool:
    """True for a row that asks once more for what a group could not give for want of a seat."""
    kind = inputs.kind(change.address.kind)
    return (
        change.action is Action.UPDATE and kind.pooled and change.live is not None and bool(kind.retried(change.live))
    )
