"""Leases of customers, so that two runs never write for one customer at the same time.

`locks/leases.json` says which customers each run holds, since when, until when, and carries a nonce that is the lease's
id. A run takes all of its customers in one conditional write, or none: two runs can never wait for each other, and
runs over different customers do not meet. An expired lease is taken over the same way, so of several takers one wins.
A holder that works longer than the lease renews it in between; one that was taken over meanwhile learns it at the next
renewal and must stop writing. There is no waiting for a holder here: who wants to wait tries again.

A holder may say which process it is. Whoever finds the lease and can tell that this process has ended takes it over at
once; whether it has is asked of `is_gone`, because a store knows nothing of processes.

The questionable decision: leases go by the wall clocks of different machines. A clock that is ahead by more than what
is left of a lease takes it too early; `LEASE_S` is ten renewals long, and the conditional writes of the ledger catch
the rest.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import orjson

from reconciler.model.errors import Locked, StoreError
from reconciler.store import contention
from reconciler.store.objects import ObjectStore

KEY = "locks/leases.json"
LEASE_S = 600  # survives a suspended runner for minutes, and frees a customer soon after a crash
RENEW_S = 60
MOST_NAMED = 3

T = TypeVar("T")


def utc_now() -> datetime:
    return datetime.now(UTC)


def random_nonce() -> str:
    return secrets.token_hex(8)


def nobody_knows(_process: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds which customers, since and until when. `id` is what `force-unlock` takes. Times in UTC.

    `process` names the holder's process for a machine; empty where it cannot be told.
    """

    customers: tuple[str, ...]
    holder: str
    id: str
    since: datetime
    expires: datetime
    process: str = ""

    @property
    def name(self) -> str:
        """The customers, for a person."""
        return named(self.customers)


def named(customers: Iterable[str]) -> str:
    """Customers in a few words."""
    found = sorted(customers)
    more = len(found) - MOST_NAMED
    return ", ".join(found[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


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
    def hold(self, *customers: str) -> Iterator[Lease]:
        """Hold customers for the time of the block. Locked when somebody else does.

        The block must call `renew` every `RENEW_S` if it may last longer than `lease_s`.
        """
        lease = self.acquire(*customers)
        try:
            yield lease
        finally:
            self.release(lease)

    def acquire(self, *customers: str) -> Lease:
        """Take customers that are free, expired or left behind: all or none. Locked says who holds one, and since."""
        wanted = frozenset(customers)

        def take(held: tuple[Lease, ...]) -> tuple[tuple[Lease, ...], Lease]:
            met = [lease for lease in held if not wanted.isdisjoint(lease.customers)]
            for lease in met:
                if lease.expires > self.now() and not self.is_gone(lease.process):
                    raise _locked(lease, wanted)
            now = self.now()
            expires = now + timedelta(seconds=self.lease_s)
            mine = Lease(tuple(sorted(wanted)), self.holder, self.new_nonce(), now, expires, self.process)
            return (*(lease for lease in held if lease not in met), mine), mine

        return self._change(take)

    def renew(self, lease: Lease) -> Lease:
        """Hold on for another `lease_s`. Locked when somebody else has a customer of it now: stop writing."""

        def longer(held: tuple[Lease, ...]) -> tuple[tuple[Lease, ...], Lease]:
            if not any(one.id == lease.id for one in held):
                raise _lost(lease, held)
            renewed = replace(lease, expires=self.now() + timedelta(seconds=self.lease_s))
            return tuple(renewed if one.id == lease.id else one for one in held), renewed

        return self._change(longer)

    def release(self, lease: Lease) -> None:
        """Give a lease back; customers that somebody else holds by now are left alone."""
        self._change(lambda held: (tuple(one for one in held if one.id != lease.id), lease))

    def held(self) -> tuple[Lease, ...]:
        """All leases, expired ones too, by customer."""
        return self._read()[0]

    def force_unlock(self, lock_id: str) -> Lease:
        """Free the lease with this id, whoever holds it, and return it. StoreError when there is none."""
        for lease in self.held():
            if lease.id == lock_id:
                self.release(lease)
                return lease
        raise StoreError(f'No lock has the id "{lock_id}". Show them with: reconciler lock list')

    def _change(self, change: Callable[[tuple[Lease, ...]], tuple[tuple[Lease, ...], T]]) -> T:
        """What `change` makes of the leases and answers; again from the start when somebody else was faster."""

        def attempt() -> tuple[T] | None:
            held, etag = self._read()
            after, answer = change(held)
            return (answer,) if after == held or self._write(after, etag) else None

        return contention.persevere(attempt, time.sleep, f"The locks {self.store.describe(KEY)} are")[0]

    def _read(self) -> tuple[tuple[Lease, ...], str | None]:
        stored = self.store.get(KEY)
        if stored is None:
            return (), None
        try:
            return tuple(sorted(map(_lease, orjson.loads(stored.content)["leases"]), key=_order)), stored.etag
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            where = self.store.describe(KEY)
            raise StoreError(f"The lock {where} is damaged. If no run is going on, delete it.") from error

    def _write(self, leases: tuple[Lease, ...], etag: str | None) -> bool:
        if not leases and etag is not None:
            return self.store.delete(KEY, if_match=etag)
        wire = {"leases": [_to_json(lease) for lease in sorted(leases, key=_order)]}
        return self.store.put(KEY, orjson.dumps(wire, option=orjson.OPT_APPEND_NEWLINE), if_match=etag) is not None


def _order(lease: Lease) -> tuple[object, ...]:
    return lease.customers, lease.id


def _lost(lease: Lease, held: tuple[Lease, ...]) -> Locked:
    mine = frozenset(lease.customers)
    taken = next((one for one in held if not mine.isdisjoint(one.customers)), None)
    if taken is None:
        return Locked(f'The lock "{lease.name}" was freed by somebody else while this run held it. Run again.')
    return _locked(taken, mine)


def _locked(held: Lease, wanted: frozenset[str]) -> Locked:
    since = f"{held.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    which = named(wanted.intersection(held.customers))
    return Locked(
        f'"{which}" is locked by {held.holder} since {since}. Wait for that run to end; if it is gone, free the lock '
        f"with: reconciler force-unlock {held.id}"
    )


def _instant(text: str) -> datetime:
    """In UTC. OverflowError for the first and last hours of the calendar in some zones."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time has no zone")
    return found.astimezone(UTC)


def _lease(wire: dict[str, Any]) -> Lease:  # Any: JSON
    """One lease as it was written. ValueError, KeyError, TypeError, OverflowError where it was not."""
    customers, since, expires = tuple(wire["customers"]), _instant(wire["since"]), _instant(wire["expires"])
    lease = Lease(customers, wire["holder"], wire["id"], since, expires, wire.get("process", ""))
    if not all(isinstance(text, str) for text in (*customers, lease.holder, lease.id, lease.process)):
        raise TypeError("a value is no text")
    return lease


def _to_json(lease: Lease) -> dict[str, object]:
    return {
        "customers": list(lease.customers),
        "holder": lease.holder,
        "id": lease.id,
        "since": lease.since.isoformat(),
        "expires": lease.expires.isoformat(),
        "process": lease.process,
    }
