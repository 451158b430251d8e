"""Rows for what the files do not declare (any more). A removal has one of three sources, and says which.

A tombstone; the ledger (we applied it, the file no longer has it); an authoritative sweep (interface.md 2.3, 2.4).
What nobody declared, nobody remembers and nothing sweeps is counted as unmanaged and never touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reconciler.core import diff
from reconciler.core.planning import Inputs, Rows
from reconciler.model import spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.repository import Placed, Tombstone
from reconciler.model.resource import Live
from reconciler.model.spec import Spec
from reconciler.model.template import Mode


@dataclass(frozen=True, slots=True)
class _Why:
    """The source of a removal, and the tombstone where it is one."""

    reason: Reason
    note: str
    placed: Placed | None = None


def undeclared(inputs: Inputs, rows: Rows) -> None:
    """Add the rows for live and remembered resources that the files do not declare."""
    for address, live in sorted(rows.pairing.unclaimed.items()):
        kind = inputs.kind(address.kind)
        if live.deleted or kind.observed:
            continue
        changes = list(_of(inputs, live, address))
        if not changes and live.guard is None and not _remembered(inputs, address, live):
            rows.unmanaged[kind.group] = rows.unmanaged.get(kind.group, 0) + 1
        for change in changes:
            _take(inputs, rows, change)
    rows.changes.extend(_vanished(inputs, rows))


def _of(inputs: Inputs, live: Live[Spec], address: Address) -> Iterator[Change]:
    placed = inputs.customer.tombstones.get(address)
    if placed:
        yield from _buried(inputs, live, placed)
        return
    owner = _owner(inputs, live)
    if owner is None:
        if _remembered(inputs, address, live):
            yield _forget(inputs, address, live.remote_id)
        return
    if live.guard is not None:
        return
    grave = inputs.customer.tombstones.get(owner)
    if grave:
        if _action(grave) == "disable":
            yield _row(inputs, live, address, _tombstone(grave))
    elif owner in inputs.customer.resources:
        yield from _dropped(inputs, live, address)
    elif _remembered(inputs, address, live):
        yield _forget(inputs, address, live.remote_id)


def _buried(inputs: Inputs, live: Live[Spec], placed: Placed) -> Iterator[Change]:
    """What a tombstone on the resource itself asks for; nothing if that is how things are."""
    kind, action = inputs.kind(live.address.kind), _action(placed)
    if action == "delete":
        yield _row(inputs, live, live.address, _tombstone(placed), Action.DELETE)
    elif action == "disable" and live.guard is None:
        desired = kind.tombstone(live, action)
        fields = diff.compare(desired, live, lambda _name, _key: False) if desired else ()
        if fields:
            row = _row(inputs, live, live.address, _tombstone(placed), Action.UPDATE)
            yield replace(row, fields=fields, desired=desired)
    elif action == "forget" and _remembered(inputs, live.address, live):
        yield replace(_forget(inputs, live.address, live.remote_id), reason=Reason.TOMBSTONE, note=_because(placed))


def _dropped(inputs: Inputs, live: Live[Spec], address: Address) -> Iterator[Change]:
    """An owned resource whose owner is still declared: ours to take away if we gave it, or if a sweep covers it."""
    kind = inputs.kind(address.kind)
    entry = inputs.entry(address, live)
    pool = kind.draws(live.spec)
    sweeps = inputs.customer.mode(kind.group) is Mode.AUTHORITATIVE
    if entry:
        note = f"applied in commit {entry.commit[:12]}" if entry.commit else "applied by us earlier"
        yield _row(inputs, live, address, _Why(Reason.NOT_IN_FILES, f"{note}, no longer in the files"))
    elif sweeps and pool in inputs.customer.scope:
        why = f"{kind.group} of {inputs.customer.key} are authoritative, and the files do not give {pool} to this user"
        yield _row(inputs, live, address, _Why(Reason.SWEEP, why))


def _row(inputs: Inputs, live: Live[Spec], address: Address, why: _Why, action: Action | None = None) -> Change:
    swept = why.reason is Reason.SWEEP and inputs.ledger.known
    return Change(
        address,
        action or inputs.kind(address.kind).on_removal(live),
        why.reason,
        Cause.DRIFT if swept else Cause.CONFIG,
        remote_id=live.remote_id,
        note=why.note,
        origin=why.placed.origin if why.placed else inputs.customer.origin,
        disruptive=True,
        live=live,
    )


def _forget(inputs: Inputs, address: Address, remote_id: str) -> Change:
    return Change(
        address,
        Action.FORGET,
        Reason.NOT_IN_FILES,
        Cause.CONFIG,
        remote_id=remote_id,
        note="no longer in the files; it stays as it is at the customer and is not managed any more",
        origin=inputs.customer.origin,
    )


def _vanished(inputs: Inputs, rows: Rows) -> Iterator[Change]:
    """Remembered, not declared, and not live: forgotten once the collection was seen whole."""
    known = rows.pairing.live_of
    ids = {live.remote_id for live in known.values()}
    renamed = set(inputs.customer.renames)
    for address, entry in sorted(inputs.ledger.resources.items()):
        gone = address not in known and entry.id not in ids and address not in inputs.customer.resources
        if gone and address not in renamed and inputs.coverage(address.kind).permits_removal:
            yield replace(_forget(inputs, address, entry.id), note="neither in the files nor at the customer any more")


def _take(inputs: Inputs, rows: Rows, change: Change) -> None:
    kind = inputs.kind(change.address.kind)
    mode = inputs.customer.mode(kind.group)
    coverage = inputs.coverage(kind.name)
    if change.action is Action.FORGET:
        rows.changes.append(change)
    elif not coverage.permits_removal:
        rows.defer(kind.name, coverage.reason, change.address)
    elif mode in (Mode.OBSERVE, Mode.CREATE_ONLY) or (
        change.cause is Cause.DRIFT and not inputs.customer.corrects(kind.group)
    ):
        rows.reported.append(change)
    else:
        rows.changes.append(change)


def _owner(inputs: Inputs, live: Live[Spec]) -> Address | None:
    """The resource that this one is part of."""
    owner = spec.owner(live.spec)
    return Address(inputs.customer.key, *owner) if owner else None


def _remembered(inputs: Inputs, address: Address, live: Live[Spec]) -> bool:
    return inputs.entry(address, live) is not None


def _action(placed: Placed) -> str:
    assert isinstance(placed.document, Tombstone)
    return placed.document.action or "forget"


def _tombstone(placed: Placed) -> _Why:
    return _Why(Reason.TOMBSTONE, _because(placed), placed)


def _because(placed: Placed) -> str:
    assert isinstance(placed.document, Tombstone)
    reason = f": {placed.document.reason}" if placed.document.reason else ""
    return f"tombstone at {placed.origin.file}:{placed.origin.line}{reason}"
