"""What a row refers to must be there when the row is performed: living, or made by another row of this plan.

What may be there and was not seen makes the row wait with it (interface.md 2.7); what the mode only reports, the scope
leaves out or nobody has reviewed takes along what needs it; what is nowhere is a finding. Of a row that stands on
several others (the members of a group) only the values that cannot be set are taken out.

Must not: ask for a resource of an observed kind: whether a SKU has seats is another question (`sizing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.finding import Finding
from reconciler.model.spec import Spec, owner, references

MAKES = (Action.CREATE, Action.RESTORE)


def settle(inputs: Inputs, rows: Rows) -> None:
    """Take out of the plan what could not be performed, and say where it went; and what stood on that, and so on."""
    while _settled(inputs, rows):
        pass


def _settled(inputs: Inputs, rows: Rows) -> bool:
    """One look at every row; True where a row that makes something went, so that others may have lost their ground."""
    ground = _Ground.of(inputs, rows)
    found, rows.changes = rows.changes, []
    lost = False
    for change in found:
        missing = next((target for target in whole(rows, change) if not ground.bears(target)), None)
        if missing is not None:
            ground.put_off(change, missing)
            lost = lost or change.action in MAKES
            continue
        kept = []
        for part in change.fields:
            target = pointed_at(change, part)
            if target is None or ground.bears(target):
                kept.append(part)
            else:
                ground.put_off(replace(change, fields=(part,)), target)
        if kept or not change.fields or change.action in MAKES:
            rows.changes.append(replace(change, fields=tuple(kept)) if len(kept) < len(change.fields) else change)
    return lost


def whole(rows: Rows, change: Change) -> Iterator[Address]:
    """What all of a row stands on: the owner of its part, whoever a password is for, a tenant to be made."""
    if change.action in MAKES or change.units > 0:
        yield from rows.ground.get(change.address.kind, ())
    if change.action is Action.CREATE and change.address in rows.bases:
        yield rows.bases[change.address]
    if change.action is Action.HANDOVER:
        yield change.address
    part = _brought(change)
    owned_by = owner(part) if part else None
    if owned_by:
        yield Address(change.address.customer, *owned_by)


def _brought(change: Change) -> Spec | None:
    """What the row makes, or takes away after its owner has brought it back from the recycle bin."""
    if change.action in MAKES:
        return change.desired.spec if change.desired else None
    back = change.action.removes and change.live is not None and change.live.deleted
    return change.live.spec if back and change.live else None


def pointed_at(change: Change, part: FieldChange) -> Address | None:
    """The resource that one value of a row begins to refer to, or None."""
    return named_in(change, part) if part.after else None


def named_in(change: Change, part: FieldChange) -> Address | None:
    """The resource that one value of a row refers to, or ceases to refer to; None for plain values."""
    resource = change.desired or change.live
    ref = references(type(resource.spec)).get(part.name) if resource else None
    if ref is None or ref.owner:
        return None
    key = part.path[1] if len(part.path) == 2 else part.after or part.before
    return Address(change.address.customer, ref.kind, str(key)) if key else None


@dataclass(frozen=True, slots=True)
class _Ground:
    """What there is to stand on, and where rows go that have nothing to stand on."""

    inputs: Inputs
    rows: Rows
    there: frozenset[Address]
    reported: frozenset[Address]
    unreviewed: frozenset[Address]

    @classmethod
    def of(cls, inputs: Inputs, rows: Rows) -> _Ground:
        living = {address for address, live in rows.pairing.live_of.items() if not live.deleted}
        return cls(
            inputs,
            rows,
            frozenset(living | {change.address for change in rows.changes if change.action in MAKES}),
            frozenset(change.address for change in rows.reported),
            frozenset(change.address for change in rows.unreviewed),
        )

    def bears(self, target: Address) -> bool:
        return target in self.there or self.inputs.kind(target.kind).observed

    def put_off(self, change: Change, target: Address) -> None:
        """Put the row (or the part of it) where the resource it needs is."""
        rows = self.rows
        coverage = self.inputs.coverage(target.kind)
        if target in self.unreviewed:
            rows.unreviewed.append(change)
        elif target in self.reported:
            rows.reported.append(change)
        elif target in rows.outside:
            rows.outside.add(change.address)
        elif target in rows.pairing.unclear:
            rows.defer(change.address.kind, f"{target} could be any of several", change.address)
        elif not coverage.permits_create:
            why = f"{target} may or may not be there: {coverage.reason}"
            rows.defer(change.address.kind, why, change.address)
        elif target in self.inputs.customer.resources:
            rows.defer(change.address.kind, f"{target} is not there and cannot be made", change.address)
        else:
            rows.findings.append(_nowhere(change, target))


def _nowhere(change: Change, target: Address) -> Finding:
    return Finding(
        codes.NOT_THERE,
        f"{change.address} names {target}, which is neither in the files nor at the customer.",
        f"Declare it in the files of {target.customer}, or take it out of {change.address}.",
        address=change.address,
        origin=change.origin,
    )
