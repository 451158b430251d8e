"""Rows for what the files do not declare (any more). A removal has one of three sources, and says which.

A tombstone; the ledger (we applied it, the file no longer has it); an authoritative sweep (interface.md 2.3, 2.4).
What nobody declared, nobody remembers and nothing sweeps is counted as unmanaged and never touched.

Must not: take anything away because a reading failed. Questionable on purpose: what a plan template adds to a group
that the files do not declare is taken away with the last person who has the plan, while a declared group that
vanishes is only forgotten: the first is part of people who are still declared, like their licenses.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from reconciler.core import classify, dated, diff, lasting, returning
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes, spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Finding, Origin
from reconciler.model.ledger import LedgerEntry, LedgerStatus
from reconciler.model.repository import Placed, Tombstone
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec, targets
from reconciler.model.template import Mode

ASKED = MappingProxyType({"disable": "disabled", "endOfTerm": "ended", "cancel": "cancelled", "suspend": "suspended"})
LET_GO = "no longer in the files; it stays as it is at the customer and is not managed any more"


@dataclass(frozen=True, slots=True)
class _Why:
    """The source of a removal, the tombstone where it is one, and where the files give it on other days only."""

    reason: Reason
    note: str
    placed: Placed | None = None
    origin: Origin | None = None


def undeclared(inputs: Inputs, rows: Rows) -> None:
    """Add the rows for live and remembered resources that the files do not declare."""
    parts = _parts(rows)
    for address, live in sorted(rows.pairing.unclaimed.items()):
        kind = inputs.kind(address.kind)
        if live.deleted or kind.observed or kind.implied:
            continue
        changes = list(_of(inputs, live, address))
        if not changes and live.guard is None and not inputs.entry(address, live):
            rows.unmanaged[kind.group] = rows.unmanaged.get(kind.group, 0) + 1
        for change in changes:
            _take(inputs, rows, _told(inputs, rows, change, parts.get(address, ())))
        if live.guard is not None and _is_taken(inputs, address):
            rows.findings.append(_kept_elsewhere(inputs, address, live.guard.reason))
    rows.changes.extend(_vanished(inputs, rows))
    restored = {change.address for change in rows.changes if change.action is Action.RESTORE}
    for change in (*_unwanted(inputs, rows, restored), *returning.memberships(inputs, rows, restored)):
        _take(inputs, rows, change)


def _unwanted(inputs: Inputs, rows: Rows, restored: Collection[Address]) -> Iterator[Change]:
    """What comes back with somebody who is restored, and would be taken away if it were there now."""
    for address, live in sorted(rows.pairing.returning.items()):
        if address not in inputs.customer.resources and _owner(inputs, live) in restored:
            for change in _of(inputs, live, address):
                yield replace(change, note=f"comes back with its owner; {change.note}")


def _parts(rows: Rows) -> dict[Address, list[Live[Spec]]]:
    """The live resources that are part of another one, by that one's address."""
    found: dict[Address, list[Live[Spec]]] = {}
    for address, live in rows.pairing.live_of.items():
        owner = spec.owner(live.spec)
        if owner:
            found.setdefault(Address(address.customer, *owner), []).append(live)
    return found


def _told(inputs: Inputs, rows: Rows, change: Change, parts: Sequence[Live[Spec]]) -> Change:
    """The row that lets go, with what stays and costs."""
    live = rows.pairing.live_of.get(change.address)
    if change.action is not Action.FORGET or live is None:
        return change
    return replace(change, note="; ".join(filter(None, (change.note, lasting.costs(inputs, rows, live, parts)))))


def _of(inputs: Inputs, live: Live[Spec], address: Address) -> Iterator[Change]:
    placed = inputs.customer.buried(address)
    if placed and (placed is not inputs.customer.gone or live.guard is None):
        yield from _buried(inputs, live, address, placed)
        return
    entry, owner = inputs.entry(address, live), _owner(inputs, live)
    if owner is None:
        if entry:
            yield _contribution(inputs, live, address, entry) or _forget(inputs, address, live.remote_id)
        return
    if live.guard is not None:
        return
    grave = inputs.customer.tombstones.get(owner)
    if grave and _action(grave) == "disable":
        yield _row(inputs, live, address, _tombstone(grave))
    elif grave and _action(grave) == "delete":
        return
    elif owner in inputs.customer.resources:
        yield from _dropped(inputs, live, address, entry)
    elif entry:
        yield _forget(inputs, address, live.remote_id)


def _buried(inputs: Inputs, live: Live[Spec], address: Address, placed: Placed) -> Iterator[Change]:
    """What a tombstone on the resource itself asks for; nothing if that is how things are."""
    kind, action = inputs.kind(address.kind), _action(placed)
    if action == "delete" or (action == "cancel" and live.guard is None):
        yield _row(inputs, live, address, _tombstone(placed), Action.DELETE)
    elif action in ("disable", "endOfTerm", "suspend") and live.guard is None:
        desired = kind.tombstone(live, action)
        fields = diff.compare(desired, live, lambda _name, _key: False) if desired else ()
        if desired and fields:
            row = _row(inputs, live, address, _tombstone(placed), Action.UPDATE)
            yield replace(row, fields=fields, desired=desired._replace(address=address))
    elif action == "forget" and inputs.entry(address, live):
        yield replace(_forget(inputs, address, live.remote_id), reason=Reason.TOMBSTONE, note=_because(placed))


def _dropped(inputs: Inputs, live: Live[Spec], address: Address, entry: LedgerEntry | None) -> Iterator[Change]:
    """An owned resource whose owner is still declared: ours to take away if we gave it, or if a sweep covers it."""
    kind = inputs.kind(address.kind)
    pool = kind.draws(live.spec)
    sweeps = inputs.customer.mode(kind.group) is Mode.AUTHORITATIVE
    absent = dated.absence(inputs.customer, address, inputs.snapshot.now.date())
    if entry:
        why = f"{_applied(entry)}, {absent.why if absent else 'no longer in the files'}"
        yield _row(inputs, live, address, _Why(Reason.NOT_IN_FILES, why, origin=absent and absent.origin))
    elif sweeps and pool in inputs.customer.scope:
        gives = absent.why if absent else f"the files do not give {pool} to this user"
        why = f"{kind.group} of {inputs.customer.key} are authoritative, and {gives}"
        yield _row(inputs, live, address, _Why(Reason.SWEEP, why, origin=absent and absent.origin))


def _contribution(inputs: Inputs, live: Live[Spec], address: Address, entry: LedgerEntry) -> Change | None:
    """What plan templates added to a resource that the files never declared, taken from those who are still declared.

    None where the resource itself was declared: then there are values besides elements in its memory.
    """
    if not entry.desired or not all("/" in path for path in entry.desired):
        return None
    ours = [
        (name, key)
        for name, ref, key in targets(live.spec)
        if classify.path_key((name, key), inputs.ledger) in entry.desired
        and address._replace(kind=ref.kind, key=key) in inputs.customer.resources
    ]
    if not ours:
        return None
    day = inputs.snapshot.now.date()
    absent = sorted({found.why for _, key in ours if (found := dated.absence(inputs.customer, address, day, key))})
    why = f"{_applied(entry)}, {'; '.join(absent) or 'no plan gives it any more'}"
    row = _row(inputs, live, address, _Why(Reason.NOT_IN_FILES, why))
    return replace(
        row,
        action=Action.UPDATE,
        fields=tuple(FieldChange(path, before=True, after=False) for path in sorted(ours)),
        desired=Desired(address, live.spec, frozenset(), inputs.customer.origin, exists=True),
    )


def _row(inputs: Inputs, live: Live[Spec], address: Address, why: _Why, action: Action | None = None) -> Change:
    cause = Cause.CONFIG
    if why.reason is Reason.SWEEP:
        cause = Cause.DRIFT if inputs.ledger.known else Cause.UNKNOWN
    return Change(
        address,
        action or inputs.kind(address.kind).on_removal(live),
        why.reason,
        cause,
        remote_id=live.remote_id,
        note=why.note,
        origin=why.placed.origin if why.placed else why.origin or inputs.customer.origin,
        disruptive=True,
        live=live,
    )


def _forget(inputs: Inputs, address: Address, remote_id: str) -> Change:
    absent = dated.absence(inputs.customer, address, inputs.snapshot.now.date())
    return Change(
        address,
        Action.FORGET,
        Reason.NOT_IN_FILES,
        Cause.CONFIG,
        remote_id=remote_id,
        note=f"{absent.why}: {LET_GO}" if absent else LET_GO,
        origin=inputs.customer.origin,
    )


def _vanished(inputs: Inputs, rows: Rows) -> Iterator[Change]:
    """Remembered, not declared, and not live: forgotten once the collection was seen whole.

    What is part of something in the recycle bin comes back with it, and is remembered until then; unless the bin shows
    what comes back with its owner, and this is not among it.
    """
    known = rows.pairing.live_of
    back = {live.remote_id for live in rows.pairing.returning.values()}
    shown = {_owner(inputs, live) for live in rows.pairing.returning.values()}
    ids = {live.remote_id for live in known.values()}
    renamed = set(inputs.customer.renames)
    for address, entry in sorted(inputs.ledger.resources.items()):
        gone = address not in known and entry.id not in ids and address not in inputs.customer.resources
        if not gone or address in renamed or not inputs.coverage(address.kind).permits_removal:
            continue
        if entry.status is LedgerStatus.REPORTED:
            rows.orphans.append(address)
            continue
        owner = inputs.kind(address.kind).owner_of(address)
        if owner in known and known[owner].deleted and (owner not in shown or entry.id in back):
            continue
        if owner and not any(owner in there for there in (known, inputs.ledger.resources, inputs.customer.resources)):
            rows.orphans.append(address)
        else:
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
        change.cause is not Cause.CONFIG and not inputs.customer.corrects(kind.group)
    ):
        rows.reported.append(change)
    else:
        rows.changes.append(change)


def _owner(inputs: Inputs, live: Live[Spec]) -> Address | None:
    """The resource that this one is part of."""
    owner = spec.owner(live.spec)
    return Address(inputs.customer.key, *owner) if owner else None


def _is_taken(inputs: Inputs, address: Address) -> bool:
    """True where a tombstone asks for more than forgetting, and its kind takes that from no stranger's resource."""
    placed = inputs.customer.tombstones.get(address)
    return placed is not None and _action(placed) not in ("forget", "delete")


def _kept_elsewhere(inputs: Inputs, address: Address, why: str) -> Finding:
    return Finding(
        codes.NOT_OURS,
        f"{address} is to be {ASKED[_action(inputs.customer.tombstones[address])]} and is left alone: {why}.",
        "Do that where it is kept, and change the tombstone's action to forget.",
        address=address,
        origin=inputs.customer.tombstones[address].origin,
    )


def _action(placed: Placed) -> str:
    assert isinstance(placed.document, Tombstone)
    return placed.document.asked


def _applied(entry: LedgerEntry) -> str:
    return f"applied in commit {entry.commit[:12]}" if entry.commit else "applied by us earlier"


def _tombstone(placed: Placed) -> _Why:
    return _Why(Reason.TOMBSTONE, _because(placed), placed)


def _because(placed: Placed) -> str:
    assert isinstance(placed.document, Tombstone)
    reason = f": {placed.document.reason}" if placed.document.reason else ""
    return f"tombstone at {placed.origin.file}:{placed.origin.line}{reason}"
