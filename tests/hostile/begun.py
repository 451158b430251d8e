"""Customers in the middle of something, whose files, memory or clouds are then damaged.

    begun(story) -> Begun          the story of `tests/faults` before its run, with the plan and the end it has
    broken_off(story) -> Begun     the same after a run that died while it wrote: open intents, debts, somebody's lock
    stage(begun, folder) -> Watched  one copy of it to play with

`Watched` is the stage of the fault matrix, which keeps everything that is told, so that it can be judged.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from faults import play
from faults.clouds import Clouds, Kill
from faults.ends import removals
from faults.play import Prepared, Stage
from faults.stories import Story
from faults.virtual import Time

from reconciler import reports
from reconciler.model.errors import ReconcilerError
from reconciler.model.event import Event
from reconciler.reports import escape
from reconciler.sandbox import worlddump
from reconciler.store.locks import Locks
from reconciler.store.objects import DirectoryStore

from .ground import harmful

STORE = ".reconciler"
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LATER_S = 120.0


@dataclass
class Watched(Stage):
    """A stage that keeps apart what people see of it: files that it writes are for programs."""

    shown: list[str] = field(default_factory=list)

    def _tell_document(self, document: Any) -> None:
        before = len(self.told)
        super()._tell_document(document)
        self.shown += self.told[before:]

    def _hear(self, event: Event) -> None:
        super()._hear(event)
        self.shown.extend(reports.progress.lines(event))


@dataclass(frozen=True)
class Begun:
    """A customer to damage something of; `plan` is an honest plan file, `removed` what an honest run removes."""

    prepared: Prepared
    plan: bytes
    removed: frozenset[str]
    wrote: frozenset[str]


@cache
def begun(story: Story) -> Begun:
    """A story before its run. Made once for each process."""
    return _known(play.prepared(story))


@cache
def broken_off(story: Story) -> Begun:
    """A story whose run died in the middle of its writes, before a lock that somebody else still holds."""
    first = play.prepared(story)
    folder = Path(shutil.copytree(first.folder, f"{first.folder}-broken-off"))
    held = _stage(first, folder)
    requests = len(play.play(first).rows)
    held.clouds.kill = Kill(requests * 2 // 3, acted=True)
    held.apply()
    held.clouds.calm()
    held.clouds.time.seconds += LATER_S
    now = held.clouds.time.now
    Locks(DirectoryStore(folder / STORE), "them", now, process="another-host:1:1").acquire("contoso-spare")
    world = worlddump.dump(held.clouds.world)
    return _known(Prepared(story, world, folder, held.clouds.time.seconds, (), first.identity))


def stage(found: Begun, folder: Path) -> Watched:
    """A copy of it in a folder, with clouds of its own."""
    shutil.copytree(found.prepared.folder, folder, dirs_exist_ok=True)
    return _stage(found.prepared, folder)


def attempt(work: Callable[[], object], on: Watched) -> bool:
    """Do something that may be refused in a sentence, which is told; False if it was."""
    try:
        work()
    except ReconcilerError as error:
        on.shown.append(escape.plain(str(error)))
        return False
    return True


def wrong(on: Watched, found: Begun) -> list[str]:
    """What must not have happened to the customer, nor have been said, whatever was damaged."""
    removed = removals(on.clouds) - found.removed
    letters = dict.fromkeys(letter for text in on.shown for letter in harmful(text))
    return [*(f"removed: {what}" for what in sorted(removed)), *on.leaks(), *play.twice(on.clouds), *letters]


def wrote(on: Watched, prepared: Prepared) -> frozenset[str]:
    """Which requests changed something; ids that came with the run are all one."""
    known = set(ID.findall(str(prepared.world)))
    return frozenset(
        f"{write.method} {ID.sub(lambda one: one[0] if one[0] in known else 'new', write.path)}"
        for write in on.clouds.writes
    )


def _stage(prepared: Prepared, folder: Path) -> Watched:
    return Watched(folder, Clouds(prepared.world, Time(prepared.seconds)))


def _known(prepared: Prepared) -> Begun:
    with play.folder() as root:
        on = _stage(prepared, Path(shutil.copytree(prepared.folder, root, dirs_exist_ok=True)))
        plan = on.plan().file("0")
        on.apply()
        return Begun(prepared, plan, removals(on.clouds), wrote(on, prepared))
