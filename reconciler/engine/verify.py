"""A row is done when two consecutive readings of its collection show it, not when a request was accepted.

Readings may lag behind writes and may flap between replicas; one good reading proves nothing. Until the deadline
readings go on with a growing pause; what is not seen twice in a row by then is `unverified`, which is neither done
nor failed, and the next run looks again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.core import diff
from reconciler.engine.clock import Clock
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.resource import CoverageState, Snapshot

REQUIRED = 2
PAUSES_S = (0.0, 0.3, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)

Made = Mapping[Address, str]
NOTHING_MADE: Made = MappingProxyType({})
Reader = Callable[[frozenset[str]], Awaitable[Snapshot]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen in time, what was not, and the last reading."""

    verified: frozenset[Change]
    unverified: frozenset[Change]


async def verify(
    changes: Iterable[Change], read: Reader, clock: Clock, deadline: float, made: Made = NOTHING_MADE
) -> Verdict:
    """Read until every change was seen in two consecutive readings, or until `deadline` (monotonic seconds).

    `made` are the ids of what rows have made that readings do not show under its address.
    """
    waiting = {change: 0 for change in changes if visible(change)}
    verified = {change for change in changes if not visible(change)}
    for pause in _pauses():
        if not waiting:
            break
        await clock.sleep(min(pause, max(0.0, deadline - clock.monotonic())))
        snapshot = await read(frozenset(change.address.kind for change in waiting))
        for change in list(waiting):
            waiting[change] = waiting[change] + 1 if shows(change, snapshot, made) else 0
            if waiting[change] == REQUIRED:
                del waiting[change]
                verified.add(change)
        if clock.monotonic() >= deadline:
            break
    return Verdict(frozenset(verified), frozenset(waiting))


def visible(change: Change) -> bool:
    """True for rows whose effect a reading can show; a password that was handed over cannot be read back."""
    return change.action not in (Action.HANDOVER, Action.FORGET)


def shows(change: Change, snapshot: Snapshot, made: Made = NOTHING_MADE) -> bool:
    """True when the reading shows the row's effect. A collection that was not seen whole shows no absence."""
    if snapshot.covers(change.address.kind).state is not CoverageState.COMPLETE:
        return False
    live, known = snapshot.resources.get(change.address), change.remote_id or made.get(change.address)
    if live is None and known:
        live = next((found for found in snapshot.resources.values() if found.remote_id == known), None)
    if change.action.removes:
        return live is None or live.deleted
    return live is not None and not live.deleted and diff.holds(live.spec, checked(change))


def checked(change: Change) -> tuple[FieldChange, ...]:
    """The values that the files manage; defaults that only fill in at creation are not read."""
    if change.desired is None:
        return change.fields
    return tuple(field for field in change.fields if field.name in change.desired.managed)


def _pauses() -> Iterable[float]:
    yield from PAUSES_S
    while True:
        yield PAUSES_S[-1]
