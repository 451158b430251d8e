"""Journals that somebody edited, with hashes that fit again: a sentence with the line, never a traceback."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.app import recorded, resuming
from reconciler.model.errors import StoreError
from reconciler.store.journal import Journal
from reconciler.store.objects import DirectoryStore

RUN = "20261005T120000-1a2b3c"
NOW = datetime(2026, 10, 5, 12, 1, tzinfo=UTC)
AT = "2026-10-05T12:00:00Z"
ADA = "contoso/user/ada@contoso.com"
STARTED: dict[str, Any] = {
    "type": "step-started",
    "at": AT,
    "step": "user:ada",
    "rows": [{"address": ADA, "actions": ["create"]}],
    "intent": "create:ada",
}
ENDED: dict[str, Any] = {
    "type": "row-ended",
    "at": AT,
    "address": ADA,
    "actions": ["create"],
    "status": "done",
    "result": "create:ada",
}


def a_journal(folder: Path, *events: dict[str, Any]) -> DirectoryStore:
    store = DirectoryStore(folder)
    journal = Journal(store, RUN)
    for event in events:
        journal.record(event)
    return store


def test_what_a_run_writes_is_read_back(tmp_path: Path) -> None:
    store = a_journal(tmp_path, STARTED, ENDED)

    assert recorded.read(store, RUN).events == (STARTED, ENDED)


def test_what_a_newer_version_adds_is_left_alone(tmp_path: Path) -> None:
    newer = {"type": "moon-phase", "at": AT, "phase": 3}

    assert recorded.read(a_journal(tmp_path, newer, {**STARTED, "phase": 3}), RUN).events[0] == newer


@pytest.mark.parametrize(
    ("event", "place"),
    [
        ({}, "type"),
        ({**STARTED, "type": 7}, "type"),
        ({**STARTED, "at": None}, "at"),
        ({**STARTED, "at": "soon"}, "at"),
        ({**STARTED, "at": "2026-10-05T12:00:00"}, "at"),
        ({"type": "step-started", "at": AT}, "rows"),
        ({**STARTED, "rows": "x"}, "rows"),
        ({**STARTED, "rows": [{"actions": []}]}, "rows.0.address"),
        ({**STARTED, "rows": [{"address": "ada", "actions": []}]}, "rows.0.address"),
        ({**STARTED, "rows": [{"address": ADA, "actions": True}]}, "rows.0.actions"),
        ({**STARTED, "intent": {}}, "intent"),
        ({**ENDED, "status": []}, "status"),
        ({"type": "row-ended", "at": AT, "address": ADA, "actions": [], "status": "done"}, "result"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_event_that_no_run_writes_is_told_with_its_place(tmp_path: Path, event: dict[str, Any], place: str) -> None:
    store = a_journal(tmp_path, STARTED, event)

    with pytest.raises(StoreError, match=rf"Event 2 of the journal of run {RUN} .*\({place}: "):
        recorded.read(store, RUN)


def test_journals_that_cannot_be_read_leave_nothing_in_doubt(tmp_path: Path) -> None:
    assert {str(address) for address in resuming.doubtful(a_journal(tmp_path / "a", STARTED), NOW)} == {ADA}
    assert resuming.doubtful(a_journal(tmp_path / "b", STARTED, {**ENDED, "actions": 7}), NOW) == frozenset()
