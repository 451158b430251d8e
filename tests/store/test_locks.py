"""Leases: one holder at a time, expiry by a clock that the test moves, and who wins a race."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.model.errors import Locked, StoreError
from reconciler.store.locks import Locks
from reconciler.store.objects import DirectoryStore

TIMES = '"since": "2026-11-22T04:11:37Z", "expires": "2026-11-22T04:11:37Z"'
START = datetime(2026, 11, 22, 4, 11, 37, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def locks(tmp_path: Path, clock: Clock) -> Callable[[str], Locks]:
    """Makes the locks as a holder sees them."""
    return lambda holder: Locks(DirectoryStore(tmp_path), holder, now=clock, lease_s=600)


def test_a_held_lock_is_refused_naming_holder_since_and_id(locks: Callable[[str], Locks], clock: Clock) -> None:
    lease = locks("ann").acquire("contoso")
    clock.advance(599)

    with pytest.raises(Locked) as refused:
        locks("bob").acquire("contoso")

    assert str(refused.value).startswith('"contoso" is locked by ann since 2026-11-22 04:11:37 UTC.')
    assert f"reconciler force-unlock {lease.id}" in str(refused.value)


def test_a_lock_is_not_taken_twice_by_one_holder(locks: Callable[[str], Locks]) -> None:
    locks("ann").acquire("contoso")

    with pytest.raises(Locked):
        locks("ann").acquire("contoso")


def test_locks_of_different_customers_do_not_meet(locks: Callable[[str], Locks]) -> None:
    locks("ann").acquire("contoso")

    assert locks("bob").acquire("fabrikam").holder == "bob"


def test_an_expired_lease_is_taken_over(locks: Callable[[str], Locks], clock: Clock) -> None:
    locks("ann").acquire("contoso")
    clock.advance(600)

    assert locks("bob").acquire("contoso").holder == "bob"


def test_a_lease_that_others_take_while_it_is_being_taken_is_refused(tmp_path: Path, clock: Clock) -> None:
    class Contended(DirectoryStore):
        """Others are faster by a moment."""

        def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
            Locks(DirectoryStore(tmp_path), "eve", now=clock).acquire("contoso")
            return super().put(key, content, if_match=if_match)

    with pytest.raises(Locked, match="locked by eve"):
        Locks(Contended(tmp_path), "ann", now=clock).acquire("contoso")


def test_a_lease_that_others_take_and_free_while_it_is_being_taken_is_taken(tmp_path: Path, clock: Clock) -> None:
    class Contended(DirectoryStore):
        """Others come and go, once."""

        gone = False

        def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
            if not self.gone:
                self.gone = True
                Locks(DirectoryStore(tmp_path), "eve", now=clock).acquire("fabrikam")
            return super().put(key, content, if_match=if_match)

    assert Locks(Contended(tmp_path), "ann", now=clock).acquire("contoso").holder == "ann"
    assert [lease.holder for lease in Locks(DirectoryStore(tmp_path), "bob").held()] == ["ann", "eve"]


def test_a_run_takes_all_of_its_customers_or_none(locks: Callable[[str], Locks]) -> None:
    locks("ann").acquire("contoso")

    with pytest.raises(Locked, match='"contoso" is locked by ann'):
        locks("bob").acquire("adatum", "contoso")

    assert locks("cy").acquire("adatum").customers == ("adatum",)


def test_an_expired_lease_is_taken_over_with_all_that_it_held(locks: Callable[[str], Locks], clock: Clock) -> None:
    locks("ann").acquire("adatum", "contoso")
    clock.advance(600)

    locks("bob").acquire("contoso", "fabrikam")

    assert [(lease.holder, lease.name) for lease in locks("cy").held()] == [("bob", "contoso, fabrikam")]


def test_many_customers_are_named_in_a_few_words(locks: Callable[[str], Locks]) -> None:
    assert locks("ann").acquire("e", "d", "c", "b", "a").name == "a, b, c and 2 more"


def test_a_lease_taken_over_during_its_renewal_is_lost(tmp_path: Path, clock: Clock) -> None:
    lease = Locks(DirectoryStore(tmp_path), "ann", now=clock).acquire("contoso")
    clock.advance(60)

    class Contended(DirectoryStore):
        """Somebody frees the lock between the look and the write."""

        def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
            if if_match is not None:
                self.delete(key, if_match=if_match)
            return super().put(key, content, if_match=if_match)

    with pytest.raises(Locked, match="freed by somebody else"):
        Locks(Contended(tmp_path), "ann", now=clock).renew(lease)


def test_times_and_ids_are_real_unless_told_otherwise(tmp_path: Path) -> None:
    locks = Locks(DirectoryStore(tmp_path), "ann")

    with locks.hold("a") as one, locks.hold("b") as other:
        assert one.id != other.id
        assert one.since.tzinfo is UTC


def test_a_renewed_lease_lasts_from_the_renewal(locks: Callable[[str], Locks], clock: Clock) -> None:
    lease = locks("ann").acquire("contoso")
    clock.advance(500)

    renewed = locks("ann").renew(lease)

    clock.advance(500)
    assert (renewed.since, renewed.expires) == (START, START + timedelta(seconds=1100))
    with pytest.raises(Locked):
        locks("bob").acquire("contoso")


def test_a_holder_that_was_taken_over_learns_it_when_it_renews(locks: Callable[[str], Locks], clock: Clock) -> None:
    lease = locks("ann").acquire("contoso")
    clock.advance(601)
    locks("bob").acquire("contoso")

    with pytest.raises(Locked, match="locked by bob"):
        locks("ann").renew(lease)


def test_a_holder_whose_lock_was_freed_learns_it_when_it_renews(locks: Callable[[str], Locks]) -> None:
    lease = locks("ann").acquire("contoso")
    locks("bob").force_unlock(lease.id)

    with pytest.raises(Locked, match="freed by somebody else"):
        locks("ann").renew(lease)


def test_releasing_frees_the_lock(locks: Callable[[str], Locks]) -> None:
    locks("ann").release(locks("ann").acquire("contoso"))

    assert locks("bob").held() == ()
    assert locks("bob").acquire("contoso").holder == "bob"


def test_releasing_a_lock_that_somebody_took_over_leaves_it(locks: Callable[[str], Locks], clock: Clock) -> None:
    lease = locks("ann").acquire("contoso")
    clock.advance(601)
    locks("bob").acquire("contoso")

    locks("ann").release(lease)

    assert [held.holder for held in locks("ann").held()] == ["bob"]


def test_the_block_frees_its_lock_also_when_it_fails(locks: Callable[[str], Locks]) -> None:
    def work() -> None:
        with locks("ann").hold("contoso") as lease:
            assert locks("bob").held() == (lease,)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()

    assert locks("bob").held() == ()


def test_force_unlock_frees_the_lock_with_that_id_only(locks: Callable[[str], Locks]) -> None:
    kept, freed = locks("ann").acquire("contoso"), locks("ann").acquire("fabrikam")

    assert locks("bob").force_unlock(freed.id) == freed
    assert locks("bob").held() == (kept,)


def test_force_unlock_of_an_unknown_id_says_how_to_find_ids(locks: Callable[[str], Locks]) -> None:
    with pytest.raises(StoreError, match=r'"nope".*reconciler lock list'):
        locks("ann").force_unlock("nope")


@pytest.mark.parametrize(
    "lease",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"customers": ["contoso"], "holder": "a", "id": "b", "since": "x", "expires": "y"}',
        '{"customers": ["contoso"], "holder": "a", "id": "b", "since": "2026-11-22T04:11:37", "expires": "2026-11-22"}',
        '{"customers": ["contoso"], "holder": "a", "id": "b", "since": "0001-01-01T00:00:00+14:00", "expires": "9999"}',
        '{"customers": ["contoso"], "holder": "a", "id": "b", "since": 1, "expires": 2}',
        f'{{"customers": ["contoso"], "holder": null, "id": "b", {TIMES}}}',
        f'{{"customers": [1], "holder": "a", "id": "b", {TIMES}}}',
    ],
    ids=[
        "nothing",
        "torn",
        "list",
        "no fields",
        "no times",
        "no zone",
        "before time",
        "a number",
        "nobody",
        "a number for a name",
    ],
)
def test_a_damaged_lock_is_refused_with_its_path(locks: Callable[[str], Locks], tmp_path: Path, lease: str) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "leases.json").write_text(f'{{"leases": [{lease}]}}' if lease else "")

    with pytest.raises(StoreError, match=r"locks/leases\.json is damaged"):
        locks("ann").acquire("contoso")


def test_of_several_processes_exactly_one_gets_a_free_lock(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for number in range(30):
            got = pool.starmap(_try, [(tmp_path, f"c{number}", str(who), 0) for who in range(4)], chunksize=1)

            assert sum(got) == 1


def test_of_several_processes_exactly_one_takes_over_an_expired_lease(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for number in range(30):
            _try(tmp_path, f"c{number}", "gone", 0)
            got = pool.starmap(_try, [(tmp_path, f"c{number}", str(who), 601) for who in range(4)], chunksize=1)

            assert sum(got) == 1


def _try(root: Path, name: str, holder: str, later_s: int) -> bool:
    locks = Locks(DirectoryStore(root), holder, now=Clock(START + timedelta(seconds=later_s)))
    try:
        locks.acquire(name)
    except Locked:
        return False
    return True
