"""The lock use cases: which locks are held, and freeing one by hand that its run left behind.

A run frees its lock when it ends, the next one takes over what a dead process of the same machine left, and a lease
ends by itself. What remains is a run that died elsewhere, minutes ago, and somebody who cannot wait.

Must not: free a lock by its name. The id says which holder was meant, so that a lock that somebody else has taken
meanwhile stays theirs. Who freed it is in the journal before it is free.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reconciler.app import leasing
from reconciler.app.workspace import open_workspace
from reconciler.model.errors import UsageError
from reconciler.store.journal import FREED, Journal, new_run_id
from reconciler.store.locks import Lease, Locks
from reconciler.store.objects import ObjectStore

ENDED = "its lease has ended: the next run takes it over without you"
DEAD = "its process has ended: the next run on this machine takes it over without you"
ALIVE = "its process is running on this machine: stop that first (Ctrl-C, or kill it)"
UNKNOWN = "whether its process still runs cannot be told from here"


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that somebody holds, and what is known of their process."""

    lease: Lease
    state: str


def held(root: Path, environ: Mapping[str, str], now: datetime) -> list[Held]:
    """All locks of the repository, by name. StoreError when one cannot be read."""
    return [Held(lease, _state(lease, now)) for lease in _locks(_store(root, environ), "").held()]


@dataclass(frozen=True, slots=True)
class Freeing:
    """Who frees which lock, and who says yes to it."""

    lock_id: str
    by: str
    approve: Callable[[Held], bool]


def force_unlock(root: Path, environ: Mapping[str, str], freeing: Freeing, now: datetime) -> Lease | None:
    """The lease that was freed, or None where nobody said yes. UsageError when no lock has this id."""
    store = _store(root, environ)
    locks = _locks(store, freeing.by)
    found = next((lease for lease in locks.held() if lease.id == freeing.lock_id), None)
    if found is None:
        raise UsageError(f'No lock has the id "{freeing.lock_id}". Show them with: reconciler lock list')
    if not freeing.approve(Held(found, _state(found, now))):
        return None
    event = {
        "type": FREED,
        "at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "lock": found.name,
        "id": found.id,
        "holder": found.holder,
        "since": found.since.isoformat(),
        "by": freeing.by,
    }
    Journal(store, new_run_id(now, secrets.token_hex(3))).record(event, durable=True)
    return locks.force_unlock(freeing.lock_id)


def _state(lease: Lease, now: datetime) -> str:
    if lease.expires <= now:
        return ENDED
    if leasing.is_gone(lease.process):
        return DEAD
    return ALIVE if leasing.is_here(lease.process) else UNKNOWN


def _store(root: Path, environ: Mapping[str, str]) -> ObjectStore:
    return open_workspace(root, environ).store


def _locks(store: ObjectStore, by: str) -> Locks:
    return Locks(store, by)
