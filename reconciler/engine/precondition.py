"""Whether a row may still be performed, from one more look at the resource just before.

As it was when the plan was made: perform. As it shall be: already done, nothing is sent. Anything else: stale, and
nobody's change is overwritten by a plan that did not know of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core import diff
from reconciler.engine import verify
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.event import Status
from reconciler.model.resource import Live
from reconciler.model.spec import Spec


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a row ends without a request, and why."""

    status: Status
    detail: str = ""


ALREADY = Verdict(Status.ALREADY_DONE)


def check(change: Change, live: Live[Spec] | None) -> Verdict | None:
    """None where the row may be performed on `live`, the resource as it was read last."""
    match change.action:
        case Action.HANDOVER | Action.FORGET:
            return None
        case Action.UNASSIGN | Action.DELETE:
            return ALREADY if (live is None or live.deleted) and not _came_back(change) else None
        case Action.CREATE:
            return _of_creation(change, live)
        case Action.RESTORE:
            return _gone() if live is None else _of_restoring(change, live)
        case Action.UPDATE:
            return _gone() if live is None or live.deleted else _of_update(change, live)


def _gone() -> Verdict:
    return Verdict(Status.STALE, "it is not there any more")


def _of_creation(change: Change, live: Live[Spec] | None) -> Verdict | None:
    if live is None:
        return None
    if live.deleted:
        return Verdict(Status.STALE, "it was made and deleted since, and lies in the recycle bin")
    if diff.holds(live.spec, verify.checked(change)):
        return ALREADY
    if _came_back(change) and change.live is not None and change.live.spec == live.spec:
        return None
    return Verdict(Status.STALE, "somebody made it since, with other values")


def _comes_back(change: Change, field: FieldChange) -> bool:
    """True for an element to take away that was not there when the plan was made: it comes with a restore."""
    is_taken = len(field.path) == 2 and field.before is True
    return is_taken and change.live is not None and not diff.value_at(change.live.spec, field.path)


def _came_back(change: Change) -> bool:
    """True for what a restore of this run gives back: a reading may not show it yet, or as it was in the bin."""
    return change.live is not None and change.live.deleted


def _of_restoring(change: Change, live: Live[Spec]) -> Verdict | None:
    if live.deleted:
        return None
    if diff.holds(live.spec, verify.checked(change)):
        return ALREADY
    return Verdict(Status.STALE, "somebody restored it since, with other values")


def _of_update(change: Change, live: Live[Spec]) -> Verdict | None:
    now = {field.path: diff.value_at(live.spec, field.path) for field in change.fields}
    if all(now[field.path] == field.after and not _comes_back(change, field) for field in change.fields):
        return ALREADY
    for field in change.fields:
        if now[field.path] not in (field.before, field.after):
            was, found = field.before, now[field.path]
            return Verdict(Status.STALE, f"{'.'.join(field.path)} was {was!r} when the plan was made and is {found!r}")
    return None
