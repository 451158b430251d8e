"""Rows for what the files declare: create, restore, update; one row per cause, so that drift stands apart.

Absent knowledge is not knowledge of absence: nothing is created where a collection was not seen whole.
`observe` and `onDrift: report` turn rows into reports; they are never silently dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reconciler.core import classify, diff, orders, upgrades
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec, owner, references
from reconciler.model.template import Mode


def declared(inputs: Inputs, rows: Rows) -> None:
    """Add the rows that bring every declared resource to what the files say."""
    for desired, live in rows.pairing.pairs:
        kind = inputs.kind(desired.address.kind)
        if kind.observed:
            continue
        unclear = rows.pairing.unclear.get(desired.address)
        if unclear:
            rows.findings.append(unclear)
        elif live is None:
            if kind.implied:
                rows.missing.append(desired.address)
            _missing(inputs, rows, desired)
        elif live.deleted and live.guard is not None and live.guard.fields is None:
            rows.findings.append(_not_restored(desired, live.guard.reason))
        elif live.deleted:
            for change in _restoring(inputs, rows, desired, live):
                _take(inputs, rows, change)
        else:
            if kind.implied:
                rows.findings.extend(kind.worth_saying(desired, live))
            for change in _updating(inputs, rows, desired, live):
                _take(inputs, rows, change)
    if rows.missing:
        rows.ground = {k.name: tuple(a for a in rows.missing if a.kind in k.stands_on) for k in inputs.kinds}


def _missing(inputs: Inputs, rows: Rows, desired: Desired[Spec]) -> None:
    kind, address = inputs.kind(desired.address.kind), desired.address
    coverage = inputs.coverage(kind.name)
    if not coverage.permits_create:
        rows.defer(kind.name, coverage.reason, address)
        return
    if kind.goes_into(desired) is not None:
        return  # its seats have gone over, and nothing is made in its place (`transfers.py`)
    refusal, entry = kind.refuses_create(desired), inputs.entry(address)
    begun = kind.ordered and entry is not None and entry.purchase is not None and not entry.id
    if kind.ordered and entry and entry.id and not begun:
        rows.findings.append(_not_again(desired))
        return
    if desired.exists or refusal:
        rows.findings.append(_absent(desired, refusal))
        return
    spec = kind.on_create(desired, inputs.customer.defaults)
    gone = "it was there after the last apply and is gone" if entry and entry.id else ""
    note = orders.BEGUN if begun else gone or kind.note_on_create(desired, inputs.customer.defaults)
    change = Change(
        address,
        Action.CREATE,
        Reason.DECLARED,
        _cause_of_absence(inputs, kind, entry),
        diff.creation(spec, (desired.managed | spec.model_fields_set) - kind.key_fields),
        note=note,
        origin=desired.origin,
        desired=desired,
        live=rows.pairing.returning.get(address),
    )
    _take(inputs, rows, change)


def _cause_of_absence(inputs: Inputs, kind: Kind[Any, Any], entry: LedgerEntry | None) -> Cause:
    """Somebody removed what is remembered; without an id it was written ahead of a create that never happened."""
    if entry and entry.status is LedgerStatus.REPORTED:
        return Cause.ADOPT
    if entry and entry.purchase:
        return Cause.CONFIG
    return Cause.DRIFT if entry and entry.id else inputs.cause_without_memory(kind.group)


def _absent(desired: Desired[Spec], refusal: str) -> Finding:
    source = next(iter(desired.sources.values()), "the files")
    return Finding(
        codes.NOT_THERE,
        f"{desired.address} does not exist, and {source} needs it. {refusal}".strip(),
        "" if refusal else f"Create it at the customer, or declare it in the files of {desired.address.customer}.",
        address=desired.address,
        origin=desired.origin,
    )


def _not_again(desired: Desired[Spec]) -> Finding:
    return Finding(
        codes.NOT_ORDERED_AGAIN,
        f"{desired.address} was there after the last apply and is gone: it is not bought a second time.",
        "Take it out of the files; or, if it is to be bought anew, declare it under another name.",
        address=desired.address,
        origin=desired.origin,
    )


def _restoring(inputs: Inputs, rows: Rows, desired: Desired[Spec], live: Live[Spec]) -> Iterator[Change]:
    """The row that brings it back, and what is only ever reported of it (a blocked sign-in) in a row of its own."""
    kind, entry = inputs.kind(desired.address.kind), inputs.entry(desired.address, live)
    fields = diff.compare(desired, live, lambda _name, _key: False)
    fields = tuple(field for field in fields if kind.guard_for(live, field.name) is None)
    causes = {field: classify.cause(field, entry, inputs.ledger) for field in fields}
    told = tuple(field for field, cause in causes.items() if kind.only_reports(field, cause))
    row = Change(
        desired.address,
        Action.RESTORE,
        Reason.DECLARED,
        _cause_of_absence(inputs, kind, entry),
        tuple(field for field in fields if field not in told),
        remote_id=live.remote_id,
        note=f"it was deleted less than 30 days ago and comes back as it was{_along(inputs, rows, desired)}",
        origin=desired.origin,
        desired=desired,
        live=live,
    )
    yield row
    if told:
        yield replace(row, action=Action.UPDATE, cause=causes[told[0]], fields=told, note="")


def _along(inputs: Inputs, rows: Rows, desired: Desired[Spec]) -> str:
    """Which licenses a restore gives back, in words."""
    back = [
        live
        for live in rows.pairing.returning.values()
        if owner(live.spec) == (desired.address.kind, desired.address.key)
    ]
    pools = sorted({pool for live in back if (pool := inputs.kind(live.address.kind).draws(live.spec))})
    return f", with {', '.join(pools)}" if pools else ""


def _updating(inputs: Inputs, rows: Rows, desired: Desired[Spec], live: Live[Spec]) -> Iterator[Change]:
    if not diff.differing(desired, live):
        return
    kind = inputs.kind(desired.address.kind)
    entry = inputs.entry(desired.address, live)
    fields, guarded, becoming = [], {}, kind.becomes(desired, live)
    for change in diff.compare(desired, live, _taker(inputs, desired, entry.desired if entry else {})):
        guard = None if change.name in becoming else kind.guard_for(live, change.name)
        if guard:
            guarded[change.name] = _guarded(desired, change, guard.reason)
        else:
            fields.append(change)
    rows.findings.extend(guarded.values())
    _count_left_alone(rows, kind.name, desired, live, fields)
    if becoming:
        upgrade = [field for field in fields if field.name in becoming]
        fields = [field for field in fields if field not in upgrade]
        cause = classify.cause(upgrade[0], entry, inputs.ledger)
        if kind.goes_into(desired) is None:  # else its seats arrive with a row of the other one (`transfers.py`)
            yield upgrades.row(inputs, desired, live, upgrade, cause)
    if not fields:
        return
    named = desired.address.key if inputs.is_moved(desired.address, live) else None
    for cause, group in _by_cause(kind, fields, entry, inputs.ledger, named):
        row = Change(
            desired.address,
            Action.UPDATE,
            Reason.RENAME if named and any(field.after == named for field in group) else Reason.DECLARED,
            cause,
            group,
            remote_id=live.remote_id,
            origin=desired.origin,
            desired=desired,
            live=live,
        )
        yield from _block_apart(kind, row)


def _count_left_alone(
    rows: Rows, kind: str, desired: Desired[Spec], live: Live[Spec], fields: list[FieldChange]
) -> None:
    """Count elements of sets that nobody declared and no row takes away: "not managed: 433 group members"."""
    for name in sorted(desired.managed & references(type(desired.spec)).keys()):
        ours, theirs = getattr(desired.spec, name), getattr(live.spec, name)
        if isinstance(ours, frozenset) and theirs:
            taken = sum(1 for field in fields if field.name == name and field.after is False)
            left = len(theirs - ours) - taken
            if left > 0:
                word = f"{kind} {name}"
                rows.unmanaged[word] = rows.unmanaged.get(word, 0) + left


def _block_apart(kind: Kind[Any, Any], row: Change) -> Iterator[Change]:
    """Blocking a sign-in is a row of its own: it comes first of all and waits for nothing."""
    blocking = tuple(field for field in row.fields if kind.blocks_sign_in(replace(row, fields=(field,))))
    rest = tuple(field for field in row.fields if field not in blocking)
    for fields in (blocking, rest):
        if fields:
            yield replace(row, fields=fields)


def _by_cause(
    kind: Kind[Any, Any],
    fields: list[FieldChange],
    entry: LedgerEntry | None,
    ledger: CustomerLedger,
    named: str | None,
) -> Iterator[tuple[Cause, tuple[FieldChange, ...]]]:
    """The fields of one resource by who changed them; what is only ever reported stands apart.

    `named` is the new name that a `moved:` entry gives: that change is the files', whatever is remembered.
    """
    groups: dict[tuple[Cause, bool], list[FieldChange]] = {}
    for change in fields:
        cause = Cause.CONFIG if named and change.after == named else classify.cause(change, entry, ledger)
        groups.setdefault((cause, kind.only_reports(change, cause)), []).append(change)
    for (cause, _), group in sorted(groups.items()):
        yield cause, tuple(group)


def _taker(inputs: Inputs, desired: Desired[Spec], remembered: object) -> diff.TakesAway:
    """Whose element it is to remove: in `additive` only what we declared before, in `authoritative` every one."""
    kind = inputs.kind(desired.address.kind)
    mode = kind.element_mode(desired) or inputs.customer.mode(kind.group)
    base = remembered if isinstance(remembered, dict) else {}

    def takes_away(name: str, key: str) -> bool:
        if mode is Mode.AUTHORITATIVE and not desired.exists:
            return True
        return classify.path_key((name, key), inputs.ledger) in base

    return takes_away


def _not_restored(desired: Desired[Spec], why: str) -> Finding:
    return Finding(
        codes.NOT_OURS,
        f"{desired.address} was deleted less than 30 days ago and is left alone: {why}.",
        f"Restore it where it is kept, or take it out of the files of {desired.address.customer}.",
        address=desired.address,
        origin=desired.origin,
    )


def _guarded(desired: Desired[Spec], change: FieldChange, why: str) -> Finding:
    name = type(desired.spec).model_fields[change.name].alias or change.name
    return Finding(
        codes.NOT_OURS,
        f"{name} of {desired.address} differs from the files and is left alone: {why}.",
        f"Take {name} out of the files, or change it where it is kept.",
        address=desired.address,
        origin=desired.origin,
    )


def _take(inputs: Inputs, rows: Rows, change: Change) -> None:
    """The row becomes part of the plan, or a report, as the customer's mode and onDrift say."""
    kind = inputs.kind(change.address.kind)
    mode = inputs.customer.mode(kind.group)
    creating = change.action in (Action.CREATE, Action.RESTORE)
    shown_only = mode is Mode.OBSERVE or (mode is Mode.CREATE_ONLY and not creating)
    unsure = change.cause is not Cause.CONFIG and not inputs.customer.corrects(kind.group)
    if change.action is not Action.RESTORE:  # what it does not write was told apart, each value by its own cause
        unsure = unsure or any(kind.only_reports(field, change.cause) for field in change.fields)
    (rows.reported if shown_only or unsure else rows.changes).append(change)
