"""Random customers, imported: the files are valid, the plan after them is empty, and a second import changes nothing.

Every world of `worlds.py` is made stranger here: names that YAML could misread, values at their limits, people and
groups that files cannot say. `RECONCILER_WORLDS=500` plays more than CI does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from reconciler.app import planning
from reconciler.app.importing import Ask, Imported

from .dice import Dice
from .ground import Ground, settings
from .meddling import meddle
from .worlds import TENANT, world

Json = dict[str, Any]
WORLDS = int(os.environ.get("RECONCILER_WORLDS", "30"))
LEAST = 0.1
FAST_DISK = Path("/dev/shm")
NAMES = (
    *("NO", "y", "null", "1e3", "0123", "12:30", "2026-01-01", "- a", "a: b", "a #b", "#a", "{a}", "[a]", "'a'", '"a"'),
    *(
        "Zoë Ångström",
        "張偉",
        "שלום",
        "مرحبا بكم",
        "🦊 Fox",
        "a\nb",
        "tab\there",
        "\\",
        "%",
        "@all",
        "*",
        "&x",
        "!x",
        "?",
    ),
)


@dataclass(frozen=True)
class Played:
    """What was seen of one import; `wrong` is everything that must not be."""

    shapes: frozenset[str]
    wrong: tuple[str, ...]


def strange(dice: Dice, document: Json) -> None:
    """Make names and values of a world odd."""
    tenant = document["tenants"][TENANT]
    for one in tenant["users"].values():
        if dice.often(0.3):
            one["displayName"] = dice.one(NAMES)
        if dice.often(0.2):
            one[dice.one(("jobTitle", "officeLocation", "city"))] = dice.one(NAMES)
        if dice.often(0.1):
            one["onPremisesExtensionAttributes"] = {"extensionAttribute1": dice.one(NAMES)}
    for one in tenant["groups"].values():
        if dice.often(0.4):
            one["description"] = dice.one(NAMES)
    for one in tenant["subscriptions"].values():
        if dice.often(0.4):
            one["friendlyName"] = dice.one((*NAMES, "Seats"))


def repository(dice: Dice, recipient: str, shapes: set[str]) -> Json:
    """The settings, with plans and a catalog, or without."""
    found = settings(recipient)
    if dice.often(0.4):
        shapes.add("no plans")
        del found["plans"]
        if dice.often(0.5):
            shapes.add("no catalog")
            del found["catalog"]
    return found


@cache
def played(seed: int) -> Played:
    """Import the world of a seed, once for each process."""
    shapes: set[str] = set()
    with TemporaryDirectory(dir=FAST_DISK if FAST_DISK.is_dir() else None) as folder:
        wrong = tuple(_tell(Dice(seed), Path(folder), shapes))
    return Played(frozenset(shapes), wrong)


def _tell(dice: Dice, folder: Path, shapes: set[str]) -> Iterator[str]:
    document = world(dice)
    strange(dice, document)
    ground = Ground(folder, document)
    ground.lay(repository(dice, ground.recipient, shapes))
    ground.tried()
    done = ground.import_(Ask("contoso", TENANT))
    shapes |= set(_shapes(done))
    yield from (f"unread: {why}" for why in done.unread)
    yield from _valid(ground)
    yield from _empty(ground)
    ground.rest()
    ground.forget()
    ground.apply()
    yield from _empty(ground)
    yield from (f"{tried} writes were tried" for tried in [ground.tried()] if tried)
    yield from _added(ground, dice, shapes)


def _added(ground: Ground, dice: Dice, shapes: set[str]) -> Iterator[str]:
    """Somebody changed things in the portal: what is new is added, and no row comes from that; once."""
    if dice.often(0.4):
        shapes.add("authoritative")
        head = ground.root / "desired-state/customers/contoso/customer.yaml"
        head.write_text(head.read_text(encoding="utf-8").replace("licenses: additive", "licenses: authoritative"))
    ground.portal(meddle(dice, ground.dump()["tenants"][TENANT]))
    new = {"displayName": dice.one(NAMES), "usageLocation": "CH"}
    ground.portal([{"tenant": TENANT, "user": "neo@contoso.com", "create": new}])
    rows, texts = _rows(ground), _texts(ground)
    done = ground.import_(Ask("contoso", only_new=True))
    shapes.add("added")
    yield from (f"a new row: {row}" for row in _rows(ground) - rows)
    yield from (f"{path} was changed" for path, text in texts.items() if not path.read_bytes().startswith(text))
    if "neo@contoso.com" not in {item.key for item in done.draft.of("users")}:
        yield "the new one was not imported"
    again = ground.import_(Ask("contoso", only_new=True))
    yield from (f"imported twice: {path}" for path in again.files)


def _rows(ground: Ground) -> set[str]:
    plan = ground.plan().plan
    return {f"{row.address} {row.action} {row.fields} {bool(row.blocked)}" for row in (*plan.changes, *plan.drift)}


def _texts(ground: Ground) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (ground.root / "desired-state").rglob("*.yaml")}


def _valid(ground: Ground) -> Iterator[str]:
    findings = planning.check(ground.root, {}).findings
    yield from (f"{one.code.id} at {one.origin}: {one.detail}" for one in findings if one.code.id not in ACCEPTED)


def _empty(ground: Ground) -> Iterator[str]:
    plan = ground.plan().plan
    rows = (*plan.changes, *plan.drift)
    yield from (f"left: {row.address} {row.action} {row.cause} {row.fields} {row.blocked}" for row in rows)
    yield from (f"deferred: {one}" for one in plan.deferred)
    yield from (f"finding: {one.code.id} {one.detail}" for one in plan.findings if one.is_error)


def _shapes(done: Imported) -> Iterator[str]:
    draft = done.draft
    if draft.templates:
        yield "inferred"
    if set(draft.plans) - {one.name for one in draft.templates}:
        yield "known plan"
    if any("licenses" in item.values for item in draft.of("users")):
        yield "licenses"
    for item in draft.of("subscriptions"):
        yield "auto" if item.values.get("seats") == "auto" else "number"
        yield from ({"id", "plan", "product"} & item.values.keys())
    yield from (one.sort for one in draft.left)


# Only what is a fact of the tenant may be remarked on.
ACCEPTED: frozenset[str] = frozenset()


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_plan_after_an_import_is_empty(seed: int) -> None:
    assert played(seed).wrong == ()


@pytest.mark.parametrize(
    "shape", ["inferred", "known plan", "licenses", "auto", "number", "plan", "product", "guests", "authoritative"]
)
def test_the_worlds_are_of_every_sort(shape: str) -> None:
    """A property that never meets a shape proves nothing about it."""
    share = sum(shape in played(seed).shapes for seed in range(WORLDS)) / WORLDS

    assert share >= LEAST, f"{shape}: {share:.0%}"
