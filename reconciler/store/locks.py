"""Leases, so that two runs never write for one customer at the same time.

`locks/<name>.json` says who holds it, since when, until when, and carries a nonce that is the lock's id. Creating is
exclusive; an expired lease is taken over with a conditional write, so of several takers one wins. A holder that works
longer than the lease renews it in between; one that was taken over meanwhile learns it at the next renewal and must
stop writing. There is no waiting here: who wants to wait tries again.

A holder may say which process it is. Whoever finds the lock and can tell that this process has ended takes it over at
once; whether it has is asked of `is_gone`, because a store knows nothing of processes.

The questionable decision: leases go by the wall clocks of different machines. A clock that is ahead by more than what
is left of a lease takes it too early; `LEASE_S` is ten renewals long, and the conditional writes of the ledger catch
the rest.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson

from reconciler.model.errors import Locked, StoreError
from reconciler.store.objects import ObjectStore, Stored

LEASE_S = 600  # survives a suspended runner for minutes, and frees a customer soon after a crash
RENEW_S = 60


def utc_now() -> datetime:
    return datetime.now(UTC)


def random_nonce() -> str:
    return secrets.token_hex(8)


def nobody_knows(_process: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds what, since and until when. `id` is what `force-unlock` takes. Times in UTC.

    `process` names the holder's process for a machine; empty where it cannot be told.
    """

    name: str
    holder: str
    id: str
    since: datetime
    expires: datetime
    process: str = ""


@dataclass(frozen=True, slots=True)
class Locks:
    """Leases in one store, taken for `holder` (user, host and process or a link to the pipeline run)."""

    store: ObjectStore
    holder: str
    now: Callable[[], datetime] = utc_now
    new_nonce: Callable[[], str] = random_nonce
    lease_s: int = LEASE_S
    process: str = ""
    is_gone: Callable[[str], bool] = nobody_knows

    @contextlib.contextmanager
    def hold(self, name: str) -> Iterator[Lease]:
        """Hold a lock for the time of the block. Locked when somebody else does.

        The block must call `renew` every `RENEW_S` if it may last longer than `lease_s`.
        """
        lease = self.acquire(name)
        try:
            yield lease
        finally:
            self.release(lease)

    def acquire(self, name: str) -> Lease:
        """Take a lock that is free, expired or left behind. Locked, naming holder and since, when it is none."""
        key = _key(name)
        found = self.store.get(key)
        if found is not None:
            held = self._read(key, found)
            if held.expires > self.now() and not self.is_gone(held.process):
                raise _locked(held)
        now = self.now()
        expires = now + timedelta(seconds=self.lease_s)
        lease = Lease(name, self.holder, self.new_nonce(), now, expires, self.process)
        if self.store.put(key, _to_json(lease), if_match=found.etag if found else None) is not None:
            return lease
        winner = self.store.get(key)
        if winner is None:
            raise Locked(f'The lock "{name}" was taken and freed by another run this moment. Run again.')
        raise _locked(self._read(key, winner))

    def renew(self, lease: Lease) -> Lease:
        """Hold on for another `lease_s`. Locked when somebody else has it now: stop writing."""
        key, found = _key(lease.name), self.store.get(_key(lease.name))
        if found is None or self._read(key, found).id != lease.id:
            raise self._lost(lease, found)
        longer = replace(lease, expires=self.now() + timedelta(seconds=self.lease_s))
        if self.store.put(key, _to_json(longer), if_match=found.etag) is None:
            raise self._lost(lease, self.store.get(key))
        return longer

    def release(self, lease: Lease) -> None:
        """Give a lock back; one that somebody else holds by now is left alone."""
        found = self.store.get(_key(lease.name))
        if found is not None and self._read(_key(lease.name), found).id == lease.id:
            self.store.delete(_key(lease.name), if_match=found.etag)

    def held(self) -> tuple[Lease, ...]:
        """All leases, expired ones too, by name."""
        found = ((key, self.store.get(key)) for key in self.store.keys("locks/") if key.endswith(".json"))
        return tuple(self._read(key, stored) for key, stored in found if stored is not None)

    def force_unlock(self, lock_id: str) -> Lease:
        """Free the lock with this id, whoever holds it, and return it. StoreError when there is none."""
        for lease in self.held():
            if lease.id == lock_id:
                self.release(lease)
                return lease
        raise StoreError(f'No lock has the id "{lock_id}". Show them with: reconciler lock list')

    def _lost(self, lease: Lease, found: Stored | None) -> Locked:
        if found is None:
            return Locked(f'The lock "{lease.name}" was freed by somebody else while this run held it. Run again.')
        return _locked(self._read(_key(lease.name), found))

    def _read(self, key: str, stored: Stored) -> Lease:
        try:
            wire = orjson.loads(stored.content)
            since, expires = _instant(wire["since"]), _instant(wire["expires"])
            texts = (wire["holder"], wire["id"], wire.get("process", ""))
            if not all(isinstance(text, str) for text in texts):
                raise TypeError("a value is no text")
            lease = Lease(_name(key), *texts[:2], since, expires, texts[2])
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            where = self.store.describe(key)
            raise StoreError(f"The lock {where} is damaged. If no run is going on, delete it.") from error
        return lease


def _locked(held: Lease) -> Locked:
    since = f"{held.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return Locked(
        f'"{held.name}" is locked by {held.holder} since {since}. Wait for that run to end; if it is gone, free the '
        f"lock with: reconciler force-unlock {held.id}"
    )


def _instant(text: str) -> datetime:
    """In UTC. OverflowError for the first and last hours of the calendar in some zones."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time has no zone")
    return found.astimezone(UTC)


def _key(name: str) -> str:
    return f"locks/{name}.json"


def _name(key: str) -> str:
    return key.removeprefix("locks/").removesuffix(".json")


def _to_json(lease: Lease) -> bytes:
    wire = {
        "holder": lease.holder,
        "id": lease.id,
        "since": lease.since.isoformat(),
        "expires": lease.expires.isoformat(),
        "process": lease.process,
    }
    return orjson.dumps(wire, option=orjson.OPT_APPEND_NEWLINE)
