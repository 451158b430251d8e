"""Changes from outside that the files leave alone for a time: their rows are told and not part of the plan.

A row is taken as a whole, or by those of its fields that are named. What the files themselves changed is never ignored,
and a tombstone neither.

Must not: forget that it is drift: when the time is over, the row is back, with the cause that it had.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from reconciler.core.planning import Inputs, Rows
from reconciler.model.change import Cause, Change, FieldChange, Reason
from reconciler.model.outside import Ignore


def settle(inputs: Inputs, rows: Rows) -> None:
    """Set apart what is ignored today."""
    ignores, day = inputs.customer.ignores, inputs.snapshot.now.date()
    if not ignores:
        return
    kept: list[Change] = []
    for change in rows.changes:
        for part, ignore in parts(change, ignores, day):
            if ignore is None:
                kept.append(part)
            else:
                rows.reported.append(replace(part, note="; ".join(filter(None, (part.note, ignore.words)))))
    rows.changes = kept


def parts(change: Change, ignores: Sequence[Ignore], day: date) -> Iterator[tuple[Change, Ignore | None]]:
    """The row in parts, each with what ignores it; the row itself where nothing, or one thing, ignores all of it."""
    of_files = change.cause is Cause.CONFIG or change.reason is Reason.TOMBSTONE
    about = [] if of_files else [one for one in ignores if one.holds(change.address, day)]
    whole = next((one for one in about if not one.fields), None)
    if whole or not about or not change.fields:
        yield change, whole
        return
    groups: dict[Ignore | None, list[FieldChange]] = {}
    for field in change.fields:
        name = _called(change, field.name)
        groups.setdefault(next((one for one in about if name in one.fields), None), []).append(field)
    for ignore, fields in groups.items():
        yield (change if len(groups) == 1 else replace(change, fields=tuple(fields))), ignore


def ignored(change: Change, ignores: Sequence[Ignore], day: date) -> Ignore | None:
    """What ignores a row that was set apart."""
    found = [ignore for _, ignore in parts(change, ignores, day)]
    return found[0] if len(found) == 1 else None


def _called(change: Change, name: str) -> str:
    """A field as the files call it."""
    known = type(change.desired.spec).model_fields.get(name) if change.desired else None
    return (known.alias if known else None) or name
