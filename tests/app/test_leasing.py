"""Holding the lock for as long as a run lasts, and telling a process that is gone from one that cannot be known."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.app import leasing
from reconciler.engine.clock import Clock
from reconciler.engine.stop import Stop, Why
from reconciler.model.errors import Locked, StoreError
from reconciler.store.locks import LEASE_S, RENEW_S, Lease, Locks
from reconciler.store.objects import DirectoryStore

START = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = START

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def passed_s(self) -> float:
        return (self.now - START).total_seconds()

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.passed_s, self.sleep)


async def a_long_time() -> None:
    """Turns of the loop, in each of which whoever sleeps wakes up: some lengths of a lease."""
    for _ in range(5 * LEASE_S // RENEW_S):
        await asyncio.sleep(0)


def locks(folder: Path, time: Time, holder: str = "us") -> Locks:
    return Locks(DirectoryStore(folder), holder, lambda: time.now)


def test_a_long_run_keeps_its_lock(tmp_path: Path) -> None:
    time, stop = Time(), Stop()

    async def work() -> tuple[Lease, ...]:
        async with leasing.held(leasing.Wanted(locks(tmp_path, time), ("contoso",)), time.clock(), stop):
            await a_long_time()
            return locks(tmp_path, time).held()

    (lease,) = asyncio.run(work())

    assert lease.expires - time.now > timedelta(seconds=LEASE_S - 2 * RENEW_S)
    assert stop.why is None
    assert locks(tmp_path, time).held() == ()


def test_a_run_that_lost_its_lock_is_asked_to_stop_and_leaves_the_others_alone(tmp_path: Path) -> None:
    time, stop = Time(), Stop()

    async def work() -> None:
        async with leasing.held(leasing.Wanted(locks(tmp_path, time), ("contoso",)), time.clock(), stop):
            (lease,) = locks(tmp_path, time).held()
            locks(tmp_path, time).force_unlock(lease.id)
            locks(tmp_path, time, "them").acquire("contoso")
            await a_long_time()

    asyncio.run(work())

    assert stop.why is Why.LOCK_LOST
    assert [lease.holder for lease in locks(tmp_path, time).held()] == ["them"]


def test_a_lock_that_somebody_holds_is_not_entered(tmp_path: Path) -> None:
    time = Time()
    locks(tmp_path, time, "them").acquire("contoso")

    async def work() -> None:
        async with leasing.held(leasing.Wanted(locks(tmp_path, time), ("contoso",)), time.clock(), Stop()):
            raise AssertionError("the lock was entered")

    with pytest.raises(Locked, match="locked by them"):
        asyncio.run(work())


@pytest.mark.parametrize(("hiccups", "is_lost"), [(3, False), (LEASE_S // RENEW_S + 2, True)], ids=["some", "all"])
def test_a_store_that_hiccups_stops_the_run_only_when_the_lease_has_ended(
    tmp_path: Path, hiccups: int, is_lost: bool
) -> None:
    class Hiccuping(DirectoryStore):
        left = hiccups

        def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
            if if_match is not None and self.left:
                self.left -= 1
                raise StoreError("the disk is asleep")
            return super().put(key, content, if_match=if_match)

    time, stop = Time(), Stop()
    store = Hiccuping(tmp_path)

    async def work() -> None:
        async with leasing.held(leasing.Wanted(Locks(store, "us", lambda: time.now), ("contoso",)), time.clock(), stop):
            await a_long_time()

    asyncio.run(work())

    assert (stop.why is Why.LOCK_LOST) is is_lost


def test_this_process_is_not_gone_and_one_that_has_ended_is() -> None:
    me = leasing.this_process()
    if not me:
        pytest.skip("this system does not tell when a process began")
    other = subprocess.Popen([sys.executable, "-c", "pass"])
    other.wait()
    machine, number, started = me.split(":")

    assert not leasing.is_gone(me)
    assert leasing.is_gone(f"{machine}:{other.pid}:1")
    assert leasing.is_gone(f"{machine}:{number}:{int(started) + 1}"), "the number was taken by another process since"


@pytest.mark.parametrize(
    "process",
    ["", "::", "elsewhere:1:1", f"elsewhere:{2**22 - 1}:1", "nonsense", ":1:1"],
    ids=["nothing", "empty parts", "another machine", "another machine's number", "no parts", "no machine"],
)
def test_a_process_of_which_nothing_is_known_keeps_its_lock(process: str) -> None:
    assert not leasing.is_gone(process)


@pytest.mark.parametrize("number", ["", "x", "-1", "1e3", "²"])
def test_a_number_that_is_none_is_nobodys(number: str) -> None:
    machine = leasing.this_process().partition(":")[0]

    assert not leasing.is_gone(f"{machine}:{number}:1")
