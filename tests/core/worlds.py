"""Random customers: files, what is there, and a memory that may be whole, partial or lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.model.ledger import CustomerLedger
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec
from reconciler.model.template import Guardrails, Mode, OnDrift, RemovalLimit, Rightsizing

from .fakes import GROUPS, PassFacts, PassSpec, PersonSpec, TeamFacts, TeamSpec
from .scene import (
    NOTHING,
    at,
    customer,
    grave,
    holds,
    lease,
    license_of,
    lives,
    memory,
    person,
    reading,
    seats,
    team,
    together,
)

NAMES = ("ada", "bo", "cy", "di", "eve")
SKUS = ("E3", "E5")
PAID = "E3"
SOME_SKUS = st.sampled_from([("E3",), ("E5",), ("E3",), ("E5",), (), SKUS])
WIDE = Guardrails(removals=RemovalLimit(count=1000, percent=100), seats_added=1000)


@dataclass(frozen=True)
class World:
    """One random customer."""

    files: DesiredCustomer
    there: tuple[Live[Spec], ...]
    ledger: CustomerLedger


@st.composite
def files_of(draw: st.DrawFn, buried: Sequence[str] = ()) -> DesiredCustomer:
    names = [name for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2)) if name not in buried]
    wanted: list[Desired[Spec]] = []
    for name in names:
        wanted.append(person(name, title=draw(st.sampled_from(["boss", "cook"])), enabled=draw(st.booleans())))
        wanted += [license_of(name, sku) for sku in draw(SOME_SKUS)]
    if draw(st.booleans()):
        members = draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        wanted.append(team("all", *members))
    if draw(st.booleans()):
        wanted.append(team("paid", *(draw(st.lists(st.sampled_from(names), unique=True)) if names else ())))
    for sku in SKUS:
        most = draw(st.sampled_from([None, 1, 2]))
        wanted.append(lease(f"our-{sku}", sku, max=most, buffer=draw(st.integers(0, 1))))
    mode = st.sampled_from([Mode.ADDITIVE, Mode.ADDITIVE, Mode.AUTHORITATIVE])
    return customer(
        *wanted,
        modes={"licenses": draw(mode), "groups": draw(mode)},
        on_drift={group: draw(st.sampled_from(OnDrift)) for group in ("users", "licenses")},
        tombstones=dict(grave("user", name, draw(st.sampled_from(["delete", "disable"]))) for name in buried),
        guardrails=WIDE,
        rightsizing=draw(st.sampled_from(Rightsizing)),
    )


@st.composite
def there_of(draw: st.DrawFn) -> tuple[Live[Spec], ...]:
    found: list[Live[Spec]] = []
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=2))
    held = dict.fromkeys(SKUS, 0)
    for name in names:
        found.append(lives(name, title=draw(st.sampled_from(["boss", "cook", None])), enabled=draw(st.booleans())))
        for sku in draw(SOME_SKUS):
            inherited = draw(st.sampled_from([False, False, False, True]))
            found.append(holds(name, sku, inherited=inherited))
            held[sku] += 1
    found, paid = _paid(draw, found, names)
    held[PAID] += paid
    if draw(st.booleans()):
        found.append(together("all", *(draw(st.lists(st.sampled_from(names), unique=True)) if names else ())))
    for sku in SKUS:
        foreign = draw(st.integers(0, 2))
        found.append(seats(f"our-{sku}", max(1, held[sku] - foreign) + draw(st.integers(0, 2)), sku))
        if foreign:
            found.append(seats(f"their-{sku}", foreign, sku, own=False))
    return tuple(found)


def _paid(draw: st.DrawFn, found: list[Live[Spec]], names: Sequence[str]) -> tuple[list[Live[Spec]], int]:
    """A team that hands out E3, with members of whom one may lack a seat; how many hold one only by it."""
    if not draw(st.booleans()):
        return found, 0
    members = draw(st.lists(st.sampled_from(names), unique=True))
    short = draw(st.sampled_from([None, *members]))
    kept = {live.address: live for live in found}
    more = 0
    for name in members:
        direct = live_at(kept, f"{name}:{PAID}")
        elsewhere = live_at(kept, f"{name}:{PAID}{GROUPS}")
        standing = Standing.SHORT if name == short and direct is None and elsewhere is None else Standing.WORKS
        more += direct is None and elsewhere is None and standing is Standing.WORKS
        by = {"elsewhere": Standing.WORKS} if elsewhere else {}
        facts = PassFacts(standing is Standing.WORKS, {**by, "id-group-paid": standing})
        given = holds(name, PAID, inherited=True, facts=facts, waiting=standing is Standing.SHORT)
        kept[given.address] = given
    team_of = together("paid", *members, facts=TeamFacts(frozenset({PAID})))
    return [*kept.values(), team_of], more


def live_at(lives: dict[Address, Live[Spec]], key: str) -> Live[Spec] | None:
    return lives.get(at("license", key))


def declaring(there: Sequence[Live[Spec]]) -> DesiredCustomer:
    """Files that say exactly what is there."""
    wanted: list[Desired[Spec]] = []
    for live in there:
        if isinstance(live.spec, PersonSpec):
            wanted.append(person(live.spec.name, title=live.spec.title, enabled=live.spec.enabled))
        elif isinstance(live.spec, PassSpec) and not live.spec.inherited:
            wanted.append(license_of(live.spec.user, live.spec.sku))
        elif isinstance(live.spec, TeamSpec):
            wanted.append(team(live.spec.name, *live.spec.members))
    return customer(*wanted, *(lease(f"our-{sku}", sku) for sku in SKUS))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    buried = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2))
    there = draw(there_of())
    past = draw(st.sampled_from(["whole", "other", "lost", "whole"]))
    before = declaring(there) if past == "whole" else draw(files_of())
    ledger = NOTHING if past == "lost" else memory(before, reading(*there))
    return World(draw(files_of(buried)), there, ledger)


def with_less_memory(world: World, keep: Sequence[bool]) -> World:
    """The same with some of the memory dropped, entry by entry."""
    kept = {a: e for (a, e), keeps in zip(sorted(world.ledger.resources.items()), keep, strict=False) if keeps}
    return replace(world, ledger=replace(world.ledger, resources=kept))
