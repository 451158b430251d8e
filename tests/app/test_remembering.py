"""What is told of earlier runs, also of journals that lost something."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.app import remembering
from reconciler.store.journal import Journal

from .folders import repository

RUN = "20261122T120000-1a2b3c"
STARTED = {"type": "run-started", "at": "2026-11-22T12:00:00Z", "run": RUN, "rows": 0}


@pytest.mark.parametrize(
    ("added", "what"),
    [
        (b"", "nothing was done"),
        (b'{"prev": "a', "nothing was done; 1 line of its journal cannot be read"),
        (b"\xff\n\xfe\n", "nothing was done; 2 lines of its journal cannot be read"),
    ],
    ids=["whole", "torn", "no text"],
)
def test_lines_that_cannot_be_read_are_counted(tmp_path: Path, added: bytes, what: str) -> None:
    store = repository(tmp_path).store
    Journal(store, RUN).record(STARTED)
    store.append(f"journal/{RUN}.jsonl", added, durable=False)

    (line,) = remembering.history(tmp_path, {}, None, 5)

    assert (line.at, line.what) == ("2026-11-22T12:00:00Z", what)
