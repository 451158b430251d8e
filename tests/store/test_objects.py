"""The folder as an object store: conditions, atomicity across processes, and nothing outside the folder."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import time
from pathlib import Path

import pytest

from reconciler.model.errors import StoreError
from reconciler.store.location import open_store
from reconciler.store.objects import DirectoryStore

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "memory")


def test_an_object_that_was_never_written_is_none(store: DirectoryStore) -> None:
    assert store.get("ledger/contoso.json") is None
    assert store.keys("ledger/") == ()


def test_what_was_written_is_read_with_the_same_etag(store: DirectoryStore) -> None:
    etag = store.put("ledger/contoso.json", b"{}", if_match=None)

    found = store.get("ledger/contoso.json")

    assert found is not None
    assert (found.content, found.etag) == (b"{}", etag)


def test_creating_what_exists_is_refused_and_changes_nothing(store: DirectoryStore) -> None:
    store.put("a", b"1", if_match=None)

    assert store.put("a", b"2", if_match=None) is None
    assert _content(store, "a") == b"1"


def test_a_write_over_a_newer_version_is_refused_and_changes_nothing(store: DirectoryStore) -> None:
    first = store.put("a", b"1", if_match=None)
    store.put("a", b"2", if_match=first)

    assert store.put("a", b"3", if_match=first) is None
    assert _content(store, "a") == b"2"


def test_a_conditional_write_does_not_create(store: DirectoryStore) -> None:
    assert store.put("a", b"1", if_match="0" * 64) is None
    assert store.get("a") is None


def test_delete_asks_for_the_version_that_was_read(store: DirectoryStore) -> None:
    first = store.put("a", b"1", if_match=None)
    assert first is not None
    second = store.put("a", b"2", if_match=first)
    assert second is not None

    assert not store.delete("a", if_match=first)
    assert store.delete("a", if_match=second)
    assert not store.delete("a", if_match=second)
    assert store.get("a") is None


def test_append_adds_to_the_end_and_creates(store: DirectoryStore) -> None:
    store.append("journal/r.jsonl", b"1\n", durable=True)
    store.append("journal/r.jsonl", b"2\n", durable=False)

    assert _content(store, "journal/r.jsonl") == b"1\n2\n"


def test_keys_are_sorted_and_limited_to_the_prefix(store: DirectoryStore) -> None:
    for key in ("locks/b.json", "locks/a.json", "locks/deep/c.json", "journal/a.jsonl", "locksmith"):
        store.put(key, b"", if_match=None)

    assert store.keys("locks/") == ("locks/a.json", "locks/b.json", "locks/deep/c.json")
    assert store.keys("locks") == ("locks/a.json", "locks/b.json", "locks/deep/c.json", "locksmith")


def test_our_own_lock_and_left_over_temporary_files_are_no_objects(store: DirectoryStore, tmp_path: Path) -> None:
    store.put("a", b"1", if_match=None)
    (tmp_path / "memory" / ".tmp-dead").write_bytes(b"half")

    assert store.keys("") == ("a",)


def test_objects_are_readable_by_their_owner_only(store: DirectoryStore, tmp_path: Path) -> None:
    store.put("a", b"1", if_match=None)
    store.append("b", b"1", durable=False)

    assert [(tmp_path / "memory" / name).stat().st_mode & 0o077 for name in "ab"] == [0, 0]


@pytest.mark.parametrize(
    "key", ["../a", "/etc/passwd", "a/../b", "a//b", ".git/config", "a/.b", "", "a\n", "a/", "a b"]
)
def test_a_key_that_is_no_safe_path_is_refused(store: DirectoryStore, key: str) -> None:
    with pytest.raises(StoreError, match="cannot name an object"):
        store.put(key, b"", if_match=None)


@pytest.mark.parametrize("target", ["../outside", "ledger"], ids=["out of the folder", "loop"])
def test_a_link_in_the_folder_is_not_a_way_out(tmp_path: Path, target: str) -> None:
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "ledger").symlink_to(target)

    with pytest.raises(StoreError, match="link that leaves"):
        DirectoryStore(tmp_path / "memory").put("ledger/contoso.json", b"", if_match=None)


def test_a_folder_that_cannot_be_made_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "memory").write_text("a file")

    with pytest.raises(StoreError, match=r"memory/a cannot be written: .*Check the ledger: setting"):
        DirectoryStore(tmp_path / "memory").put("a", b"", if_match=None)


@pytest.mark.parametrize("name", [".", "journal"], ids=["the store", "a folder of it"])
def test_a_file_in_the_place_of_a_folder_is_not_an_empty_store(tmp_path: Path, name: str) -> None:
    """Whatever was in it is not gone, and nobody may act as if it had never been."""
    root = tmp_path / "store"
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("")
    store = DirectoryStore(root)

    with pytest.raises(StoreError, match=r"store/journal cannot be read: not a directory\. Check the ledger"):
        store.keys("journal/")
    with pytest.raises(StoreError, match="cannot be read: not a directory"):
        store.get("journal/run.jsonl")


def test_the_location_of_the_settings_is_a_folder_beside_them(tmp_path: Path) -> None:
    open_store("./.reconciler", tmp_path, {}).put("a", b"1", if_match=None)

    assert (tmp_path / ".reconciler" / "a").read_bytes() == b"1"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("az://Container/prefix", "az://container/prefix or az://container@account/prefix"),
        ("az://state@/prefix", "az://container/prefix or"),
        ("s3:///prefix", "s3://bucket/prefix"),
        ("s3://bucket/../elsewhere", "s3://bucket/prefix"),
        ("https://host/prefix", "a folder, git:BRANCH, az://container/prefix or s3://bucket/prefix"),
    ],
)
def test_an_address_that_is_no_store_is_refused_by_name(tmp_path: Path, location: str, expected: str) -> None:
    with pytest.raises(StoreError, match=f'"{re.escape(location)}" names no store. Write {expected}'):
        open_store(location, tmp_path, {})


def test_of_several_processes_that_create_one_object_exactly_one_wins(tmp_path: Path) -> None:
    with SPAWN.Pool(2) as pool:
        for number in range(50):
            wins = pool.starmap(_create, [(tmp_path, f"k{number}", who) for who in range(4)], chunksize=1)

            assert sum(wins) == 1


def test_no_increment_of_two_processes_is_lost(tmp_path: Path) -> None:
    with SPAWN.Pool(2) as pool:
        pool.starmap(_count_up, [(tmp_path, 50), (tmp_path, 50)], chunksize=1)

    assert _content(DirectoryStore(tmp_path), "counter") == b"100"


def test_a_writer_killed_at_any_moment_leaves_a_whole_object(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    store.put("a", b"0" * 300_000, if_match=None)
    for pause_s in (0.0, 0.003, 0.011):
        writer = SPAWN.Process(target=_write_forever, args=(tmp_path,))
        writer.start()
        while _content(store, "a")[:1] == b"0":
            time.sleep(0.001)
        time.sleep(pause_s)
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()

        content = _content(store, "a")

        assert content == content[:1] * 300_000
        found = store.get("a")
        assert found is not None
        assert store.put("a", b"0" * 300_000, if_match=found.etag), "a dead process must not hold the lock"


def _content(store: DirectoryStore, key: str) -> bytes:
    found = store.get(key)
    return found.content if found else b""


def _create(root: Path, key: str, who: int) -> bool:
    return DirectoryStore(root).put(key, str(who).encode(), if_match=None) is not None


def _count_up(root: Path, times: int) -> None:
    store = DirectoryStore(root)
    for _ in range(times):
        while True:
            found = store.get("counter")
            number = int(found.content) if found else 0
            if store.put("counter", str(number + 1).encode(), if_match=found.etag if found else None):
                break


def _write_forever(root: Path) -> None:
    store = DirectoryStore(root)
    letter = 0
    while True:
        found = store.get("a")
        letter = letter % 9 + 1
        store.put("a", str(letter).encode() * 300_000, if_match=found.etag if found else None)
