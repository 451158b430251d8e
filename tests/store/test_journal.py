"""Write-ahead, torn lines, the chain of hashes, and what is in doubt after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, strategies

from reconciler.model.errors import StoreError
from reconciler.store import journal
from reconciler.store.journal import Journal
from reconciler.store.objects import DirectoryStore, Stored

EVENTS = [{"run": "started"}, {"intent": "s1", "of": "ada"}, {"intent": "s2"}, {"result": "s1"}, {"note": "x"}]


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path)


def written(store: DirectoryStore, run: str = "r1") -> bytes:
    """The bytes of a journal with all `EVENTS`."""
    writer = Journal(store, run)
    for event in EVENTS:
        writer.record(event)
    found = store.get(f"journal/{run}.jsonl")
    assert found is not None
    return found.content


class InMemory(DirectoryStore):
    """A store with one object, for reading a content that was made up."""

    def __init__(self, content: bytes) -> None:
        super().__init__(Path("nowhere"))
        self._content = content

    def get(self, key: str) -> Stored | None:
        return Stored(self._content, "")


def test_events_are_read_in_the_order_in_which_they_were_recorded(store: DirectoryStore) -> None:
    written(store)

    assert list(journal.read(store, "r1").events) == EVENTS


def test_a_run_without_a_journal_has_no_events(store: DirectoryStore) -> None:
    assert journal.read(store, "r1").events == ()
    assert journal.open_intents(store, "r1") == ()


def test_an_intent_without_a_result_is_open(store: DirectoryStore) -> None:
    written(store)

    assert journal.open_intents(store, "r1") == ({"intent": "s2"},)


def test_an_intent_announced_again_after_its_result_is_open_again(store: DirectoryStore) -> None:
    writer = Journal(store, "r1")
    for event in ({"intent": "s1"}, {"result": "s1"}, {"intent": "s1", "try": 2}):
        writer.record(event)

    assert journal.open_intents(store, "r1") == ({"intent": "s1", "try": 2},)


def test_only_intents_wait_for_the_disk(store: DirectoryStore, tmp_path: Path) -> None:
    asked: list[bool] = []

    class Watching(DirectoryStore):
        def append(self, key: str, content: bytes, *, durable: bool) -> None:
            asked.append(durable)
            super().append(key, content, durable=durable)

    written(Watching(tmp_path))

    assert asked == ["intent" in event for event in EVENTS]


def test_runs_are_listed_newest_first(store: DirectoryStore) -> None:
    times = [datetime(2026, 11, day, 4, 11, 37, tzinfo=UTC) for day in (2, 11, 9)]
    for number, time in enumerate(times):
        Journal(store, journal.new_run_id(time, f"a{number}")).record({"n": 1})

    assert journal.runs(store) == ("20261111T041137-a1", "20261109T041137-a2", "20261102T041137-a0")


def test_a_run_id_that_is_a_path_is_refused(store: DirectoryStore) -> None:
    with pytest.raises(StoreError, match="cannot be the id of a run"):
        Journal(store, "../r1")


def test_a_writer_goes_on_behind_a_torn_line(store: DirectoryStore, tmp_path: Path) -> None:
    content = written(store)
    (tmp_path / "journal" / "r1.jsonl").write_bytes(content[:-10])

    Journal(store, "r1").record({"run": "resumed"})

    read = journal.read(store, "r1")
    assert list(read.events) == [*EVENTS[:-1], {"run": "resumed"}]
    assert read.torn == 1


@given(strategies.integers(0))
def test_a_journal_torn_at_any_byte_is_read_up_to_its_last_whole_line(length: int) -> None:
    lines = journal_lines()
    whole = b"\n".join(lines) + b"\n"
    torn = whole[: length % (len(whole) + 1)]

    read = journal.read(InMemory(torn), "r1")

    count = sum(torn.startswith(b"\n".join(lines[:number])) for number in range(1, len(lines) + 1))
    assert list(read.events) == EVENTS[:count]
    assert read.torn == (torn not in (b"\n".join(lines[:count]), b"\n".join(lines[:count]) + b"\n"))


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda lines: lines[1:], id="first line gone"),
        pytest.param(lambda lines: lines[:1] + lines[2:], id="middle line gone"),
        pytest.param(lambda lines: [lines[1], lines[0], *lines[2:]], id="lines swapped"),
        pytest.param(lambda lines: [lines[0], lines[1].replace(b"ada", b"eve"), *lines[2:]], id="line changed"),
        pytest.param(lambda lines: [lines[0], lines[1][:-3], *lines[2:]], id="line cut in the middle"),
        pytest.param(lambda lines: [lines[0], lines[0], *lines[1:]], id="line repeated"),
    ],
)
def test_a_journal_changed_by_hand_is_refused_with_the_line(forge: object) -> None:
    assert callable(forge)
    content = b"\n".join(forge(journal_lines())) + b"\n"

    with pytest.raises(StoreError, match=r"r1\.jsonl:\d does not continue the line before it"):
        journal.read(InMemory(content), "r1")


def test_the_journal_of_one_run_is_not_taken_for_another_s() -> None:
    with pytest.raises(StoreError, match="does not continue"):
        journal.read(InMemory(journal_lines()[0] + b"\n"), "r2")


@pytest.mark.parametrize(
    "event",
    [
        {"password": "x"},
        {"body": {"passwordProfile": {}}},
        {"list": [{"Refresh_Token": "x"}]},
    ],
    ids=["at the top", "inside", "in a list"],
)
def test_a_key_with_the_name_of_a_secret_never_reaches_the_file(
    store: DirectoryStore, event: dict[str, object]
) -> None:
    with pytest.raises(AssertionError, match="a secret would enter the journal"):
        Journal(store, "r1").record(event)

    assert store.get("journal/r1.jsonl") is None


@given(strategies.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_store_error(content: bytes) -> None:
    try:
        journal.read(InMemory(content), "r1")
    except StoreError as refused:
        assert "does not continue" in str(refused)  # noqa: PT017


def test_an_announced_intent_survives_the_death_of_its_process(store: DirectoryStore, tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from reconciler.store.journal import Journal; from reconciler.store.objects import DirectoryStore\n"
        "Journal(DirectoryStore(Path(sys.argv[1])), 'r1').record({'intent': 's1'})\n"
        "print('announced', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)

    assert journal.open_intents(store, "r1") == ({"intent": "s1"},)


def journal_lines() -> list[bytes]:
    """The lines of a journal with all `EVENTS`, without a disk."""
    lines: list[bytes] = []

    class Collecting(InMemory):
        def append(self, key: str, content: bytes, *, durable: bool) -> None:
            lines.append(content.rstrip(b"\n"))

    writer = Journal(Collecting(b""), "r1")
    for event in EVENTS:
        writer.record(event)
    return lines
