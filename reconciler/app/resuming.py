"""What runs before this one left open: what they may have made without knowing, and what they did not put back.

A create whose answer nobody heard may be there and not visible yet; planning it again would make a second one. So the
reading is repeated until everything in doubt was seen once, or until `PATIENCE_S` has passed. Where nothing is in
doubt, and where the first reading shows all of it, nothing is waited for.

Must not: decide what is in doubt or owed (`core/resume.py`) or write anything.

Questionable on purpose: a doubt is forgotten ten minutes after the run's last word. What was not seen by then was never
made, or the directory is so far behind that seconds of patience do not help; the service's own refusal of a second user
and the finding about two groups of one name remain. What is owed stands in the store besides the journals; those are
read for it as far back as `REMEMBERED` and `MOST_RUNS`, in case the store's note is gone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reconciler import kinds
from reconciler.app import recorded
from reconciler.app.workspace import Workspace
from reconciler.cloud.clock import Pace
from reconciler.core import resume
from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Owed
from reconciler.model.resource import Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.store import journal
from reconciler.store.objects import ObjectStore

REMEMBERED = timedelta(days=31)
MOST_RUNS = 50
PATIENCE_S = 15.0
PAUSE_S = 1.0
FRESH = timedelta(minutes=10)
LONGEST_RUN = timedelta(hours=1)
CART_LIVES = timedelta(days=7)  # partner-center.md 5.1


@dataclass(frozen=True, slots=True)
class Left:
    """What the journals of earlier runs leave open: resources that may be there, what is to be put back, and orders."""

    doubts: frozenset[Address] = frozenset()
    owed: tuple[Owed, ...] = ()
    ordered: Mapping[Address, Purchase] = field(default_factory=dict)

    def at(self, customer: str) -> frozenset[Address]:
        """What may be there of one customer."""
        return frozenset(address for address in self.doubts if address.customer == customer)


def left_open(workspace: Workspace, now: datetime) -> Left:
    """What earlier runs left open. Journals that cannot be read leave nothing."""
    store = workspace.store
    return Left(doubtful(store, now), owed(store, now), ordered(store, now))


def doubtful(store: ObjectStore, now: datetime) -> frozenset[Address]:
    """Resources that a recent run may have made without knowing. Nothing where the journals cannot be read."""
    try:
        found = resume.doubtful(list(_recent(store, now)))
    except StoreError:
        return frozenset()
    independent = {kind.name for kind in kinds.ALL if not (kind.owned or kind.ordered)}  # orders have notes
    return frozenset(address for address in found if address.kind in independent)


def owed(store: ObjectStore, now: datetime) -> tuple[Owed, ...]:
    """What the journals of the last weeks say is to be put back. A journal that cannot be read is left out."""
    return resume.owed(list(_mentioning(store, now - REMEMBERED, (resume.OWED, resume.RELEASED))))


def ordered(store: ObjectStore, now: datetime) -> Mapping[Address, Purchase]:
    """Orders that the journals know of and whose end nobody knows; those of readable ones, as long as a cart lives."""
    return resume.ordered(list(_mentioning(store, now - CART_LIVES, (resume.ORDERING,))))


def _mentioning(
    store: ObjectStore, since: datetime, types: tuple[str, ...]
) -> Iterator[tuple[journal.JournalEvent, ...]]:
    """The events of runs that tell of such things, newest run first."""
    oldest = journal.new_run_id(since, "")
    try:
        runs = journal.runs(store)[:MOST_RUNS]
    except StoreError:
        return  # what is wrong with the store is told where a customer's memory is loaded
    for run in runs:
        if run < oldest:
            return
        with suppress(StoreError):
            if journal.mentions(store, run, types):
                yield recorded.read(store, run).events


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
