"""Looking with patience for what a run that died may have made, before it is planned again.

A create whose answer nobody heard may be there and not visible yet; planning it again would make a second one. So the
reading is repeated until everything in doubt was seen once, or until `PATIENCE_S` has passed. Where nothing is in
doubt, and where the first reading shows all of it, nothing is waited for.

Must not: decide what is in doubt (`core/resume.py`) or write anything.

Questionable on purpose: a doubt is forgotten ten minutes after the run's last word. What was not seen by then was never
made, or the directory is so far behind that seconds of patience do not help; the service's own refusal of a second user
and the finding about two groups of one name remain.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler import kinds
from reconciler.app import recorded
from reconciler.cloud.clock import Pace
from reconciler.core import resume
from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.resource import Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.store import journal
from reconciler.store.objects import ObjectStore

PATIENCE_S = 15.0
PAUSE_S = 1.0
FRESH = timedelta(minutes=10)
LONGEST_RUN = timedelta(hours=1)


def doubtful(store: ObjectStore, now: datetime) -> frozenset[Address]:
    """Resources that a recent run may have made without knowing. Nothing where the journals cannot be read."""
    try:
        found = resume.doubtful(list(_recent(store, now)))
    except StoreError:
        return frozenset()
    independent = {kind.name for kind in kinds.ALL if not kind.owned}
    return frozenset(address for address in found if address.kind in independent)


def _recent(store: ObjectStore, now: datetime) -> Iterator[tuple[journal.JournalEvent, ...]]:
    """The events of runs whose last word is fresh, newest run first."""
    oldest = journal.new_run_id(now - FRESH - LONGEST_RUN, "")
    for run in journal.runs(store):
        if run < oldest:
            return
        events = recorded.read(store, run).events
        if events and now - datetime.fromisoformat(str(events[-1]["at"])) <= FRESH:
            yield events


async def patiently(read: Callable[[], Awaitable[Snapshot]], wanted: frozenset[Address], pace: Pace) -> Snapshot:
    """A reading, repeated while something wanted was never seen; what was seen once is in the result.

    `read` must read anew each time.
    """
    until = min(pace.deadline, pace.monotonic() + PATIENCE_S)
    seen: dict[Address, Live[Spec]] = {}
    while True:
        snapshot = await read()
        seen |= {a: live for a in wanted if (live := snapshot.resources.get(a)) and not live.deleted}
        if seen.keys() == wanted or pace.monotonic() >= until:
            return replace(snapshot, resources={**snapshot.resources, **seen}) if seen else snapshot
        await pace.sleep(PAUSE_S)
