"""The memory on a branch: conditions by pushing, two clones and many processes at once, and nobody's work touched."""

from __future__ import annotations

import multiprocessing
import subprocess
from pathlib import Path

import pytest

from reconciler.model.errors import Locked, StoreError
from reconciler.store import journal
from reconciler.store.git_objects import GitBranchStore
from reconciler.store.location import open_store
from reconciler.store.locks import Locks

SPAWN = multiprocessing.get_context("spawn")
BRANCH = "reconciler-state"


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=nobody@example.com"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a bare repository, with one commit of somebody's."""
    git(tmp_path, "init", "-q", "--bare", "hub.git")
    return cloned(tmp_path, "here")


def cloned(folder: Path, name: str) -> Path:
    git(folder, "clone", "-q", str(folder / "hub.git"), name)
    return folder / name


def test_an_object_that_was_never_written_is_none(clone: Path) -> None:
    store = GitBranchStore(clone, BRANCH)

    assert store.get("ledger/contoso.json") is None
    assert store.keys("ledger/") == ()


def test_what_one_clone_writes_another_reads_with_the_same_etag(clone: Path) -> None:
    etag = GitBranchStore(clone, BRANCH).put("ledger/contoso.json", b"{}\n", if_match=None)

    found = GitBranchStore(cloned(clone.parent, "there"), BRANCH).get("ledger/contoso.json")

    assert found is not None
    assert (found.content, found.etag) == (b"{}\n", etag)


def test_a_write_over_what_another_clone_wrote_meanwhile_is_refused(clone: Path) -> None:
    here, there = GitBranchStore(clone, BRANCH), GitBranchStore(cloned(clone.parent, "there"), BRANCH)
    first = here.put("a", b"1", if_match=None)
    there.get("a")
    second = here.put("a", b"2", if_match=first)

    assert there.put("a", b"3", if_match=first) is None
    assert there.put("a", b"3", if_match=second) is not None


def test_writes_of_other_objects_meanwhile_are_kept(clone: Path) -> None:
    here, there = GitBranchStore(clone, BRANCH), GitBranchStore(cloned(clone.parent, "there"), BRANCH)
    here.keys("")
    there.put("b", b"2", if_match=None)

    here.put("a", b"1", if_match=None)

    assert GitBranchStore(clone, BRANCH).keys("") == ("a", "b")


def test_creating_what_exists_is_refused(clone: Path) -> None:
    store = GitBranchStore(clone, BRANCH)
    store.put("a", b"1", if_match=None)

    assert store.put("a", b"2", if_match=None) is None


def test_delete_asks_for_the_version_that_was_read(clone: Path) -> None:
    store = GitBranchStore(clone, BRANCH)
    first = store.put("a", b"1", if_match=None)
    assert first is not None
    second = store.put("a", b"2", if_match=first)
    assert second is not None

    assert not store.delete("a", if_match=first)
    assert store.delete("a", if_match=second)
    assert store.get("a") is None


def test_an_intent_is_pushed_and_a_result_waits_for_the_next_write(clone: Path) -> None:
    store, other = GitBranchStore(clone, BRANCH), GitBranchStore(cloned(clone.parent, "there"), BRANCH)
    store.append("journal/r.jsonl", b"intent\n", durable=True)
    store.append("journal/r.jsonl", b"result\n", durable=False)

    seen = other.get("journal/r.jsonl")
    assert seen is not None
    assert seen.content == b"intent\n"
    here = store.get("journal/r.jsonl")
    assert here is not None
    assert here.content == b"intent\nresult\n"
    store.put("locks/apply.json", b"{}", if_match=None)
    assert git(clone.parent / "hub.git", "show", f"{BRANCH}:journal/r.jsonl") == "intent\nresult"


def test_a_journal_written_on_a_branch_is_read_back_whole(clone: Path) -> None:
    store = GitBranchStore(clone, BRANCH)
    written = journal.Journal(store, "20261122T041137-1a2b3c")
    written.record({"intent": "s1"})
    written.record({"result": "s1"})
    written.record({"intent": "s2"})

    found = journal.read(GitBranchStore(cloned(clone.parent, "there"), BRANCH), "20261122T041137-1a2b3c")

    assert [event["intent"] for event in found.open_intents] == ["s2"]


def test_nobodys_working_tree_index_or_branch_is_touched(clone: Path) -> None:
    (clone / "people.yaml").write_text("a: 1\n", encoding="utf-8")
    git(clone, "add", "people.yaml")
    before = git(clone, "status", "--porcelain", "--branch")

    GitBranchStore(clone, BRANCH).put("a", b"1", if_match=None)

    assert git(clone, "status", "--porcelain", "--branch") == before
    assert sorted(path.name for path in clone.iterdir()) == [".git", "people.yaml"]


def test_a_repository_without_a_remote_keeps_the_branch_itself(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "alone")
    open_store(f"git:{BRANCH}", tmp_path / "alone", {}).put("a", b"1", if_match=None)

    assert git(tmp_path / "alone", "show", f"{BRANCH}:a") == "1"


def test_a_remote_that_is_gone_is_a_message_with_what_to_do(clone: Path) -> None:
    (clone.parent / "hub.git").rename(clone.parent / "elsewhere.git")

    with pytest.raises(StoreError, match=r"The branch reconciler-state in .* Check that this is a git repository"):
        GitBranchStore(clone, BRANCH).get("a")


def test_a_folder_that_is_no_repository_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="not a git repository"):
        open_store("git:state", tmp_path, {}).keys("")


@pytest.mark.parametrize("branch", ["", "-x", "a b", "../x", "a..b"])
def test_a_name_that_is_no_branch_is_refused(clone: Path, branch: str) -> None:
    with pytest.raises(StoreError, match="names no branch"):
        GitBranchStore(clone, branch)


def test_of_two_runners_that_take_one_lock_exactly_one_has_it_every_time(clone: Path) -> None:
    clones = [clone, cloned(clone.parent, "there")]
    with SPAWN.Pool(2) as pool:
        for number in range(50):
            taken = pool.starmap(_take, [(folder, f"apply-{number}") for folder in clones], chunksize=1)
            assert sorted(taken) == [False, True]


def test_runners_that_write_different_objects_at_once_lose_nothing(clone: Path) -> None:
    clones = [clone, cloned(clone.parent, "there")]
    with SPAWN.Pool(2) as pool:
        pool.starmap(_write_ten, [(folder, str(number)) for number, folder in enumerate(clones)], chunksize=1)

    assert len(GitBranchStore(clone, BRANCH).keys("ledger/")) == 20


def _take(folder: Path, name: str) -> bool:
    store = GitBranchStore(folder, BRANCH)
    try:
        Locks(store, str(folder)).acquire(name)
    except Locked:
        return False
    return True


def _write_ten(folder: Path, who: str) -> None:
    store = GitBranchStore(folder, BRANCH)
    for number in range(10):
        assert store.put(f"ledger/{who}-{number}.json", b"{}", if_match=None)
