"""Freeing a lock by hand: the right one, after a look at whose it is, and on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.app import leasing, remembering, unlocking
from reconciler.app.unlocking import Freeing, Held
from reconciler.model.errors import UsageError
from reconciler.store.locks import LEASE_S, Lease, Locks
from reconciler.store.objects import ObjectStore

from .folders import repository

NOW = datetime(2026, 11, 22, 4, 11, 37, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return repository(tmp_path).store


def locked(store: ObjectStore, process: str = "") -> Lease:
    return Locks(store, "bob@runner-7 (process 42)", lambda: NOW, process=process).acquire("contoso")


def freed(root: Path, lock_id: str, *, yes: bool = True, shown: list[Held] | None = None) -> Lease | None:
    def approve(held: Held) -> bool:
        (shown if shown is not None else []).append(held)
        return yes

    return unlocking.force_unlock(root, {}, Freeing(lock_id, "ann@desk (process 7)", approve), NOW)


def test_a_lock_is_freed_by_its_id_once_somebody_who_saw_whose_it_is_says_yes(
    store: ObjectStore, tmp_path: Path
) -> None:
    lease, shown = locked(store), list[Held]()

    assert freed(tmp_path, lease.id, shown=shown) == lease
    assert [(held.lease.holder, held.lease.since) for held in shown] == [("bob@runner-7 (process 42)", NOW)]
    assert Locks(store, "x").held() == ()


def test_it_is_on_record_who_freed_whose_lock(store: ObjectStore, tmp_path: Path) -> None:
    freed(tmp_path, locked(store).id)

    (line,) = remembering.history(tmp_path, {}, None, 5)

    assert line.what == 'ann@desk (process 7) freed the lock "contoso" of bob@runner-7 (process 42)'
    assert line.at == "2026-11-22T04:11:37Z"


def test_without_a_yes_nothing_is_freed_and_nothing_is_on_record(store: ObjectStore, tmp_path: Path) -> None:
    lease = locked(store)

    assert freed(tmp_path, lease.id, yes=False) is None
    assert Locks(store, "x").held() == (lease,)
    assert remembering.history(tmp_path, {}, None, 5) == []


def test_an_id_that_no_lock_has_any_more_frees_nobody_elses(store: ObjectStore, tmp_path: Path) -> None:
    old = locked(store)
    Locks(store, "x").release(old)
    current = locked(store)

    with pytest.raises(UsageError, match=f'No lock has the id "{old.id}". Show them with: reconciler lock list'):
        freed(tmp_path, old.id)
    assert Locks(store, "x").held() == (current,)


@pytest.mark.parametrize(
    ("process", "later", "state"),
    [
        ("", timedelta(0), unlocking.UNKNOWN),
        ("elsewhere:1:2", timedelta(0), unlocking.UNKNOWN),
        ("me", timedelta(0), unlocking.ALIVE),
        ("me, restarted", timedelta(0), unlocking.DEAD),
        ("me", timedelta(seconds=LEASE_S), unlocking.ENDED),
    ],
    ids=["unnamed", "another-machine", "running", "dead", "expired"],
)
def test_it_is_told_whether_the_holder_may_still_run(
    store: ObjectStore, tmp_path: Path, process: str, later: timedelta, state: str
) -> None:
    me = leasing.this_process()
    named = {"me": me, "me, restarted": f"{me.rpartition(':')[0]}:0"}.get(process, process)
    lease = locked(store, named)

    assert unlocking.held(tmp_path, {}, NOW + later) == [Held(lease, state)]
