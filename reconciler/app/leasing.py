"""Holding the lock of a run's customers for as long as a run lasts, and taking over what a dead process left behind.

The lease is renewed every minute. A run that learns that somebody else has its lock by now is asked to stop: it begins
nothing new, and what it wrote is found by reading.

A process that was killed cannot free its lock. The lease names it by machine, number and start time, so that the next
run on the same machine can see that it is gone and need not wait for the lease to end. Only Linux tells a process's
start time in a file (https://man7.org/linux/man-pages/man5/proc.5.html, /proc/pid/stat field 22); elsewhere, and for a
process of another machine or container, the lease has to end or somebody frees it by hand.

Questionable on purpose: a renewal that the store refuses for another reason than a new owner is tried again a minute
later, until the lease has ended. A store that hiccups for a second should not stop a fleet's apply.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from reconciler.engine.clock import Clock
from reconciler.engine.stop import Stop, Why
from reconciler.model.errors import Locked, StoreError
from reconciler.store.locks import RENEW_S, Lease, Locks

PAUSE_S = 2.0
WITHOUT = (
    "Nothing was begun. With --lock=false what is there is changed without that memory; nothing is made or ordered."
)
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which customers, in which locks, how long to wait for whoever holds one, and who hears of trouble at the end."""

    locks: Locks
    customers: tuple[str, ...]
    patience_s: float = 0.0
    tell: Callable[[str], None] = lambda _trouble: None


@contextlib.asynccontextmanager
async def held(wanted: Wanted, clock: Clock, stop: Stop) -> AsyncIterator[None]:
    """Hold the customers for the length of the block, renewing the lease. Locked when a living run has one of them."""
    lease = await _acquire(wanted, clock, stop)
    renewing = asyncio.create_task(_renew(wanted.locks, lease, clock, stop))
    try:
        yield
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing
        try:
            wanted.locks.release(lease)
        except StoreError as error:
            wanted.tell(f"The lock could not be given back and ends by itself at {lease.expires:%H:%M} UTC: {error}")


async def _acquire(wanted: Wanted, clock: Clock, stop: Stop) -> Lease:
    """The lease, as soon as nobody else has any of these customers. Locked when that takes too long."""
    until = clock.monotonic() + wanted.patience_s
    while True:
        try:
            return wanted.locks.acquire(*wanted.customers)
        except Locked:
            if stop.why or clock.monotonic() + PAUSE_S > until:
                raise
        except StoreError as error:
            raise StoreError(f"{error} {WITHOUT}") from error
        await clock.sleep(PAUSE_S)


async def _renew(locks: Locks, lease: Lease, clock: Clock, stop: Stop) -> None:
    while True:
        await clock.sleep(RENEW_S)
        try:
            lease = locks.renew(lease)
        except Locked:
            stop.ask(Why.LOCK_LOST)
            return
        except StoreError:
            if clock.now() >= lease.expires:
                stop.ask(Why.LOCK_LOST)
                return


def this_process() -> str:
    """This process, as a lease names it: machine, number, start time. Empty where the system does not tell."""
    machine, started = _machine(), _started(os.getpid())
    return f"{machine}:{os.getpid()}:{started}" if machine and started else ""


def is_gone(process: str) -> bool:
    """True only where a process was on this machine and has ended; False for all that cannot be known."""
    machine, _, rest = process.partition(":")
    number, _, started = rest.partition(":")
    if not machine or machine != _machine() or not number.isdecimal():
        return False
    found = _started(int(number))
    return not _exists(int(number)) if found is None else found != started


def is_here(process: str) -> bool:
    """True only where a process runs on this machine; False for all that cannot be known."""
    return bool(process) and process.partition(":")[0] == _machine() and not is_gone(process)


def _machine() -> str:
    """This boot of this machine, and the space its process numbers belong to: a container has its own."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = (PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return hashlib.blake2b(f"{boot} {space}".encode(), digest_size=8).hexdigest()


def _started(number: int) -> str | None:
    """When a process began, in ticks since the boot; empty for one that only waits to be buried, None if unknown."""
    try:
        stat = (PROC / str(number) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name before it is the process's own choice and may hold anything
    return "" if fields[0] in "ZX" else fields[19]


def _exists(number: int) -> bool:
    """Whether the number is taken, also by somebody whose processes we may not look at."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
