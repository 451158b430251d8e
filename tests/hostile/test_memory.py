"""Ledgers, journals, renewal notes and locks, damaged at random after a run that died.

Whatever stands in them: nothing is removed that an honest run would not remove, no customer is made twice, nothing is
told that acts on a terminal, and once the file is back as it was, the work goes on.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from faults import stories

from reconciler.app import remembering, unlocking

from . import damage
from .begun import STORE, attempt, broken_off, stage, wrong
from .ground import seeds

Json = Any  # a JSON document
STORIES = (stories.JOINERS, stories.LEAVER, stories.RENAME, stories.GROW_SCHEDULED, stories.NEWCOMER)
SORTS = ("ledger", "journal", "renewals", "locks")
RUNS = 2


def damaged(path: Path, dice: Random) -> bytes:
    """The file broken, or twisted; a journal's lines with hashes that fit again."""
    content = path.read_bytes()
    if dice.random() < 0.4:
        return damage.broken(content, dice)
    if path.suffix != ".jsonl":
        return damage.encoded(damage.twisted(json.loads(content), dice))
    events = damage.twisted([json.loads(line)["event"] for line in content.splitlines()], dice)
    return chained(path.stem, events if isinstance(events, list) else [events])


def chained(run: str, events: list[Json]) -> bytes:
    """A journal with these events, each line with the hash of the one before."""
    lines: list[bytes] = []
    for event in events:
        before = lines[-1] if lines else run.encode()
        lines.append(json.dumps({"prev": hashlib.sha256(before).hexdigest(), "event": event}).encode())
    return b"".join(line + b"\n" for line in lines)


def pick(folder: Path, sort: str, dice: Random) -> Path | None:
    found = sorted(path for path in (folder / STORE / sort).glob("*.json*") if path.is_file())
    return dice.choice(found) if found else None


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("seed", seeds(0.5))
def test_a_damaged_memory_costs_nothing_but_a_sentence(tmp_path: Path, seed: int, sort: str) -> None:
    dice = Random(f"{seed} {sort}")
    having = [story for story in STORIES if (broken_off(story).prepared.folder / STORE / sort).is_dir()]
    found = broken_off(dice.choice(having))
    on = stage(found, tmp_path)
    path = pick(tmp_path, sort, dice)
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(damaged(path, dice))
    environ = on.request().environ

    attempt(lambda: on.told.extend(str(line) for line in remembering.history(tmp_path, environ, None, 20)), on)
    attempt(lambda: on.told.extend(map(str, unlocking.held(tmp_path, environ, on.clouds.time.now()))), on)
    attempt(on.plan, on)
    on.apply()

    assert wrong(on, found) == []

    path.write_bytes(whole)
    for _ in range(RUNS):
        on.apply()
    assert on.plan_later().plan.executable == ()
