"""Somebody who goes and somebody who comes that look like one person: a rename written as two entries.

Without this a person renamed in the files without `moved:` is let go and made a second time, and so is one who was
renamed in the portal while the ledger is lost: twice the licenses, an empty mailbox. The row that would make the second
one is refused with the ready-made `moved:` entry (interface.md 2.12), and what would let go of the first, or take them
out of a set, waits too.

Must not: decide that they are one; a tombstone on the first says that they are two. Questionable on purpose: with an
intact memory and nobody removed a likeness is only advice, because two people may share a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.core import references
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding
from reconciler.model.ledger import LedgerStatus
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec

Trait = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class _Double:
    """A resource that is there, and in what it is like the one that would be made."""

    address: Address
    words: tuple[str, ...]


def refuse(inputs: Inputs, rows: Rows) -> None:
    """Block rows that would make somebody a second time, and rows that would let go of the first."""
    everything = (*rows.changes, *rows.reported)
    made = [(c, c.desired) for c in everything if c.action is Action.CREATE and c.desired]
    known = _traits(inputs, rows) if made else {}
    waiting: set[Address] = set()
    gates: dict[Address, Finding] = {}
    for change, desired in made if known else ():
        double = _double(inputs, desired, known)
        if double is None:
            continue
        if double.address in inputs.ledger.resources or not inputs.ledger.known or _was_doubted(inputs, change):
            gates[change.address] = _gate(inputs, change, double)
            waiting.add(double.address)
        else:
            rows.findings.append(replace(_gate(inputs, change, double), code=codes.MAYBE_THE_SAME))
    if gates:
        rows.changes = [held for change in rows.changes for held in _held(inputs, change, gates, waiting)]


def _was_doubted(inputs: Inputs, change: Change) -> bool:
    """An earlier run without memory could not tell; the memory that it began must not decide for it."""
    entry = inputs.entry(change.address)
    return entry is not None and entry.status is LedgerStatus.REPORTED


def _traits(inputs: Inputs, rows: Rows) -> dict[Trait, Address]:
    """What those who are there and not in the files are known by; nobody whom a tombstone names."""
    known: dict[Trait, Address] = {}
    for address, live in sorted(rows.pairing.unclaimed.items(), reverse=True):
        if not live.deleted and address not in inputs.customer.tombstones:
            for word, value in inputs.kind(address.kind).likeness(live.spec).items():
                known[(address.kind, word, value.casefold())] = address
    return known


def _double(inputs: Inputs, desired: Desired[Spec], known: dict[Trait, Address]) -> _Double | None:
    kind = inputs.kind(desired.address.kind)
    alike: dict[Address, list[str]] = {}
    for word, value in kind.likeness(desired.spec).items():
        address = known.get((kind.name, word, value.casefold()))
        if address is not None:
            alike.setdefault(address, []).append(word)
    if not alike:
        return None
    best = min(alike, key=lambda address: (-len(alike[address]), address))
    return _Double(best, tuple(sorted(alike[best])))


def _held(inputs: Inputs, change: Change, gates: dict[Address, Finding], waiting: set[Address]) -> Iterator[Change]:
    if change.action is Action.CREATE and change.address in gates:
        yield replace(change, blocked=(*change.blocked, gates[change.address]))
        return
    about = {change.address, inputs.kind(change.address.kind).owner_of(change.address)}
    if change.action is Action.FORGET and about & waiting:
        yield replace(change, blocked=(*change.blocked, _waits(change)))
        return
    taken = tuple(p for p in change.fields if p.after is False and references.named_in(change, p) in waiting)
    kept = tuple(part for part in change.fields if part not in taken)
    if kept or not taken:
        yield replace(change, fields=kept) if taken else change
    if taken:
        yield replace(change, fields=taken, blocked=(*change.blocked, _stays(change)))


def _gate(inputs: Inputs, change: Change, double: _Double) -> Finding:
    kind, old, new = change.address.kind, double.address, change.address
    gone = "which the files no longer have" if old in inputs.ledger.resources else "which the files do not have"
    return Finding(
        codes.LOOKS_LIKE_A_RENAME,
        f"{new} is to be made, and {old}, {gone}, has the same {' and '.join(double.words)}.",
        f"If they are one, write moved: [{{{kind}: {{from: {old.key}, to: {new.key}}}}}]. "
        f"If they are two, write removed: [{{{kind}: {old.key}, action: forget}}].",
        address=new,
        origin=change.origin,
    )


def _waits(change: Change) -> Finding:
    return Finding(
        codes.NEEDS_BLOCKED,
        f"{change.address} is remembered until it is clear whether it was renamed.",
        address=change.address,
        origin=change.origin,
    )


def _stays(change: Change) -> Finding:
    return Finding(
        codes.NEEDS_BLOCKED,
        f"Nobody is taken out of {change.address} until it is clear whether they were renamed.",
        address=change.address,
        origin=change.origin,
    )
