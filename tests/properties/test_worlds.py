"""Random customers, random files, one apply: what the product promises of any of them (testing.md 2).

A seed is a whole tale: a world, files that may have been applied before in another form, what somebody did in the
portal meanwhile, and the files now. `RECONCILER_WORLDS=500` plays more than CI does.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reconciler.app.planning import Result
from reconciler.model.change import Action, Cause

from . import judges
from .dice import Dice
from .ground import Ground
from .meddling import meddle
from .wishes import revised, wish
from .worlds import TENANT, world

Json = dict[str, Any]
WORLDS = int(os.environ.get("RECONCILER_WORLDS", "40"))
LEAST = 0.1
COUNTED = min(WORLDS, 25)
FAST_DISK = Path("/dev/shm")


@dataclass(frozen=True)
class Played:
    """What was seen of one tale; `wrong` is everything that must not be."""

    shapes: frozenset[str]
    wrong: tuple[str, ...]


@cache
def played(seed: int) -> Played:
    """Play the tale of a seed, once for each process."""
    shapes: set[str] = set()
    with TemporaryDirectory(dir=FAST_DISK if FAST_DISK.is_dir() else None) as folder:
        wrong = tuple(_tell(Dice(seed), Path(folder), shapes))
    return Played(frozenset(shapes), wrong)


def _tell(dice: Dice, folder: Path, shapes: set[str]) -> Iterator[str]:
    document = world(dice)
    tenant = document["tenants"][TENANT]
    files = wish(dice, tenant)
    ground = Ground(folder, document)
    if dice.often(0.6):
        shapes.add("memory")
        ground.write(files)
        ground.apply()
        files = revised(dice, files, tenant)
    if dice.often(0.4):
        shapes.add("meddled before")
        ground.portal(meddle(dice, ground.dump()["tenants"][TENANT]))
    ground.write(files)
    made = ground.plan()
    shapes |= _shapes(made, files)
    yield from _without_memory(ground, made)
    yield from _applied(ground, made, files)
    yield from _again(ground, made)
    yield from _drifted(ground, dice)


def _without_memory(ground: Ground, made: Result) -> Iterator[str]:
    """With the ledger lost nothing more would be written than with it; a seat may go to somebody else."""
    kept = ground.root / "kept"
    memory = ground.root / ".reconciler"
    if memory.is_dir():
        memory.rename(kept)
    more = judges.rows(ground.plan().plan) - judges.rows(made.plan) - judges.without_seat(made.plan)
    yield from (f"only without the ledger: {row}" for row in sorted(map(str, more)))
    shutil.rmtree(memory, ignore_errors=True)
    if kept.is_dir():
        kept.rename(memory)


def _applied(ground: Ground, made: Result, files: Json) -> Iterator[str]:
    """One apply of the reviewed plan, and nothing is left to do; nothing else was touched."""
    before = ground.dump()
    applied = ground.apply(made.file("0"))
    yield from (f"unreviewed: {change.address} {change.action}" for change in applied.unreviewed)
    for outcome in applied.outcomes:
        if not outcome.status.settled:
            yield f"{outcome.status}: {outcome.change.address} {outcome.change.action}: {outcome.detail}"
    _look_into_groups(ground, made)
    yield from _left(ground, "after the apply")
    after = ground.dump()
    yield from judges.untouched(before, after, made.plan)
    yield from judges.foreign(before, after)
    yield from judges.bought(before, after, files)


def _look_into_groups(ground: Ground, made: Result) -> None:
    """Who was in a deleted group is seen once it is back; one whose members are authoritative is set right then."""
    back = {change.address for change in made.plan.executable if change.action is Action.RESTORE}
    left = ground.plan().plan.executable
    if left and all(c.address in back and all(part.after is False for part in c.fields) for c in left):
        ground.apply()


def _left(ground: Ground, when: str) -> Iterator[str]:
    yield from (f"left {when}: {c.address} {c.action} {c.cause} {c.fields}" for c in ground.plan().plan.executable)


def _again(ground: Ground, made: Result) -> Iterator[str]:
    """The same file once more writes nothing, nor does an apply without the ledger."""
    ground.tried()
    ground.apply(made.file("0"))
    writes = ground.tried()
    if writes:
        yield f"the same plan a second time made {writes} writes"
    ground.forget()
    ground.apply()
    writes = ground.tried()
    if writes:
        yield f"an apply without the ledger made {writes} writes"


def _drifted(ground: Ground, dice: Dice) -> Iterator[str]:
    """What somebody changes in the portal is corrected by one apply, as far as the files want it."""
    ground.portal(meddle(dice, ground.dump()["tenants"][TENANT]))
    ground.apply()
    yield from _left(ground, "after the portal")


def _shapes(made: Result, files: Json) -> set[str]:
    customer, plan = files["customers"]["contoso"], made.plan
    found = {f"{change.address.kind} {change.action}" for change in plan.changes}
    found |= {"seats grow" for change in plan.changes if change.units > 0}
    found |= {"seats shrink" for change in plan.changes if change.units < 0}
    found |= {"drift" for change in plan.changes if change.cause is Cause.DRIFT}
    found |= {name for name, there in (("tombstone", "removed"), ("rename", "moved")) if there in customer}
    found |= {"blocked"} if plan.blocked else set()
    found |= {"reported"} if plan.drift else set()
    takes = {c.address.key.partition(":")[0] for c in plan.changes if c.action is Action.UNASSIGN}
    gives = {
        c.address.key.partition(":")[0] for c in plan.changes if c.action is Action.CREATE and ":" in c.address.key
    }
    return found | ({"swap"} if takes & gives else set())


@pytest.mark.parametrize("seed", range(WORLDS))
def test_one_apply_brings_any_world_to_its_files_and_touches_nothing_else(seed: int) -> None:
    assert list(played(seed).wrong) == []


INTERESTING = (
    "memory",
    "meddled before",
    "user create",
    "user restore",
    "user update",
    "group create",
    "group update",
    "license create",
    "license unassign",
    "seats grow",
    "seats shrink",
    "drift",
    "tombstone",
    "rename",
    "blocked",
    "reported",
    "swap",
)


def test_the_worlds_have_every_interesting_shape_often_enough() -> None:
    counted = Counter(shape for seed in range(COUNTED) for shape in played(seed).shapes)

    shares = {shape: counted[shape] / COUNTED for shape in INTERESTING}

    print(", ".join(f"{shape} {share:.0%}" for shape, share in shares.items()))  # noqa: T201  shown when it fails
    assert {shape: share for shape, share in shares.items() if share < LEAST} == {}
