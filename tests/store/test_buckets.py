"""The memory in Azure Blob Storage and in S3, against real servers: conditions, pieces, lost answers, and sentences."""

from __future__ import annotations

import itertools
import multiprocessing
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model.errors import Locked, StoreError
from reconciler.store import buckets, journal
from reconciler.store.location import open_store
from reconciler.store.locks import Locks
from reconciler.store.objects import ObjectStore

from . import clouds
from .clouds import Served

SPAWN = multiprocessing.get_context("spawn")
RUN = "20261122T041137-1a2b3c"
NUMBERS = itertools.count()


@pytest.fixture(scope="module", params=["azure", "s3"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = clouds.azurite(tmp_path_factory.mktemp("azurite")) if request.param == "azure" else clouds.moto()
    with running as served:
        yield served


@pytest.fixture
def served(server: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    """A prefix of its own for each test; S3's library looks at the process's environment itself."""
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return replace(server, location=f"{server.location}/test-{next(NUMBERS)}")


@pytest.fixture
def store(served: Served) -> ObjectStore:
    return opened(served)


def opened(served: Served, environ: Mapping[str, str] | None = None) -> ObjectStore:
    return open_store(served.location, Path(), served.environ if environ is None else environ)


class TestObjects:
    def test_an_object_that_was_never_written_is_none(self, store: ObjectStore) -> None:
        assert store.get("ledger/contoso.json") is None
        assert store.keys("ledger/") == ()

    def test_what_one_process_writes_another_reads_with_the_same_etag(self, served: Served) -> None:
        etag = opened(served).put("ledger/contoso.json", b"{}\n", if_match=None)

        found = opened(served).get("ledger/contoso.json")

        assert found is not None
        assert (found.content, found.etag) == (b"{}\n", etag)

    def test_creating_what_exists_is_refused_and_changes_nothing(self, store: ObjectStore) -> None:
        store.put("a", b"1", if_match=None)

        assert store.put("a", b"2", if_match=None) is None
        assert content(store, "a") == b"1"

    def test_a_write_over_a_newer_version_is_refused_and_changes_nothing(self, store: ObjectStore) -> None:
        first = store.put("a", b"1", if_match=None)
        second = store.put("a", b"2", if_match=first)

        assert store.put("a", b"3", if_match=first) is None
        assert content(store, "a") == b"2"
        assert store.put("a", b"3", if_match=second) is not None

    def test_a_conditional_write_does_not_create(self, store: ObjectStore) -> None:
        etag = store.put("b", b"1", if_match=None)

        assert store.put("a", b"1", if_match=etag) is None
        assert store.get("a") is None

    def test_delete_asks_for_the_version_that_was_read(self, store: ObjectStore) -> None:
        first = store.put("a", b"1", if_match=None)
        assert first is not None
        second = store.put("a", b"2", if_match=first)
        assert second is not None

        assert not store.delete("a", if_match=first)
        assert store.delete("a", if_match=second)
        assert not store.delete("a", if_match=second)
        assert store.get("a") is None
        assert store.keys("") == ()

    def test_what_was_deleted_can_be_created_again_once(self, store: ObjectStore) -> None:
        etag = store.put("a", b"1", if_match=None)
        assert etag is not None
        store.delete("a", if_match=etag)

        assert store.put("a", b"2", if_match=None) is not None
        assert store.put("a", b"3", if_match=None) is None
        assert content(store, "a") == b"2"

    def test_keys_are_sorted_and_limited_to_the_prefix(self, store: ObjectStore) -> None:
        for key in ("locks/b.json", "locks/a.json", "locks/deep/c.json", "journal/a.jsonl", "locksmith"):
            store.put(key, b"{}", if_match=None)

        assert store.keys("locks/") == ("locks/a.json", "locks/b.json", "locks/deep/c.json")
        assert store.keys("locks") == ("locks/a.json", "locks/b.json", "locks/deep/c.json", "locksmith")

    def test_an_object_is_named_by_its_address(self, store: ObjectStore, served: Served) -> None:
        assert store.describe("locks/apply.json") == f"{served.location}/locks/apply.json"


class TestAppending:
    def test_an_intent_is_written_and_a_result_waits_for_the_next_write(self, served: Served) -> None:
        store, other = opened(served), opened(served)
        store.append("journal/r.jsonl", b"intent\n", durable=True)
        store.append("journal/r.jsonl", b"result\n", durable=False)

        assert content(other, "journal/r.jsonl") == b"intent\n"
        assert content(store, "journal/r.jsonl") == b"intent\nresult\n"
        store.put("locks/apply.json", b"{}", if_match=None)
        assert content(other, "journal/r.jsonl") == b"intent\nresult\n"

    def test_a_long_journal_lies_in_pieces_and_is_read_back_whole(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(buckets, "PIECE", 300)
        written = journal.Journal(opened(served), RUN)
        for number in range(20):
            written.record({"intent": f"s{number}"})

        found = journal.read(opened(served), RUN)

        assert [event["intent"] for event in found.events] == [f"s{number}" for number in range(20)]
        assert journal.runs(opened(served)) == (RUN,)

    def test_a_journal_is_gone_on_with_behind_its_last_line(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(buckets, "PIECE", 150)
        for number in range(6):
            journal.Journal(opened(served), RUN).record({"intent": f"s{number}"})

        assert len(journal.read(opened(served), RUN).events) == 6

    def test_a_second_writer_of_one_journal_is_told(self, served: Served) -> None:
        one, other = opened(served), opened(served)
        one.append("journal/r.jsonl", b"1\n", durable=True)
        other.append("journal/r.jsonl", b"2\n", durable=True)

        with pytest.raises(StoreError, match=r"journal/r\.jsonl was written by somebody else"):
            one.append("journal/r.jsonl", b"3\n", durable=True)

        assert content(other, "journal/r.jsonl") == b"1\n2\n"


class TestRunnersAtOnce:
    def test_of_two_runners_that_take_one_lock_exactly_one_has_it_fifty_times(self, served: Served) -> None:
        with SPAWN.Pool(2, _together, (SPAWN.Barrier(2),)) as pool:
            here, there = pool.starmap(_take_fifty, [(served,), (served,)], chunksize=1)

        assert [sorted(pair) for pair in zip(here, there, strict=True)] == [[False, True]] * 50

    def test_no_increment_of_two_runners_is_lost(self, served: Served) -> None:
        with SPAWN.Pool(2) as pool:
            pool.starmap(_count_up, [(served, 50), (served, 50)], chunksize=1)

        assert content(opened(served), "counter") == b"100"


def content(store: ObjectStore, key: str) -> bytes:
    found = store.get(key)
    return found.content if found else b""


def _together(barrier: threading.Barrier) -> None:
    """Lets the processes of a pool begin each turn at the same moment."""
    globals()["BARRIER"] = barrier


def _take_fifty(served: Served) -> list[bool]:
    locks, taken = Locks(opened(served), "somebody"), []
    for number in range(50):
        globals()["BARRIER"].wait(60)
        try:
            locks.acquire(f"apply-{number}")
        except Locked:
            taken.append(False)
        else:
            taken.append(True)
    return taken


def _count_up(served: Served, times: int) -> None:
    store = opened(served)
    for _ in range(times):
        while True:
            found = store.get("counter")
            number = int(found.content) if found else 0
            if store.put("counter", str(number + 1).encode(), if_match=found.etag if found else None):
                break
