"""Who holds a unit of which pool, from where, and which rows change that.

A unit comes from its holder's own license or from something that hands units out to its members (a licensed group).
For the latter, membership counts and not what has become of it: the directory works memberships off seconds to minutes
later (graph.md 7.5), and until then somebody who joined has nothing to show and somebody who left still has. A plan
made meanwhile must not see another demand than the one before it or after it.

Must not: net anything (`demand.py`). Questionable on purpose: what a group gives whose members were not read counts as
the directory shows it; those members no row of ours changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.model import spec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange
from reconciler.model.kind import Kind
from reconciler.model.resource import Live
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec

Kinds = Mapping[str, Kind[Any, Any]]  # Any: kinds of different specs stand side by side
Sources = frozenset[str]
OWN = ""  # the source of a license that was assigned to its holder directly
ONLY_OWN: Sources = frozenset({OWN})
NOTHING: Sources = frozenset()


@dataclass(frozen=True, slots=True)
class Shift:
    """Somebody starts or stops getting a pool's unit from one source, by a row or by one value of it."""

    pool: str
    holder: Address
    source: str
    gains: bool
    change: Change
    part: FieldChange | None = None

    @property
    def returns(self) -> bool:
        """True for what comes back with its holder from the recycle bin, whether a seat is free or not."""
        return self.change.action is Action.RESTORE

    @property
    def parts(self) -> tuple[FieldChange, ...]:
        """The values of the row that do it; none where it is all of the row."""
        return (self.part,) if self.part else ()


@dataclass(frozen=True, slots=True)
class Handing:
    """Something that hands out units to its members."""

    address: Address
    source: str
    pools: frozenset[str]
    field: str
    kind: str
    members: frozenset[str]

    def has(self, holder: Address) -> bool:
        return holder.kind == self.kind and holder.key in self.members

    def gives(self, pool: str, holder: Address) -> bool:
        return pool in self.pools and self.has(holder)

    @property
    def units(self) -> Iterator[tuple[str, Address]]:
        """Every unit that is handed out: its pool and its holder."""
        for pool in sorted(self.pools):
            for key in self.members:
                yield pool, self.address._replace(kind=self.kind, key=key)


@dataclass(slots=True)
class Holdings:
    """Who holds what today: by pool and holder the sources; `states` are what was handed out, working or not.

    `handing` is by remote id; `returning` is what somebody in the recycle bin had, by pool and source.
    """

    kinds: Kinds
    sources: dict[str, dict[Address, Sources]] = field(default_factory=dict)
    states: dict[tuple[str, Address], tuple[Live[Spec], Mapping[str, Standing]]] = field(default_factory=dict)
    handing: dict[str, Handing] = field(default_factory=dict)
    returning: dict[Address, list[tuple[str, str]]] = field(default_factory=dict)

    def of(self, pool: str, holder: Address) -> Sources:
        """Where the holder has the unit from; nothing for who has none."""
        return self.sources.get(pool, {}).get(holder, NOTHING)

    def add(self, pool: str, holder: Address, source: str) -> None:
        held = self.sources.setdefault(pool, {})
        held[holder] = held.get(holder, NOTHING) | {source}


def today(kinds: Kinds, lives: Mapping[Address, Live[Spec]]) -> Holdings:
    """Who holds what before any row is carried out."""
    found = Holdings(kinds)
    for address, live in lives.items():
        kind = kinds.get(address.kind)
        if kind is None or (live.deleted and not kind.pooled):
            continue
        if live.deleted:
            _note_returning(found, kind, live)
        elif kind.pooled:
            _note_unit(found, kind, live)
        elif kind.handing and (handing := _handing(kind, live)):
            found.handing[handing.source] = handing
    for (pool, holder), (_, given) in found.states.items():
        for source, standing in given.items():
            handing = found.handing.get(source)
            if standing is Standing.WORKS and (handing is None or handing.has(holder)):
                found.add(pool, holder, source)
    for handing in found.handing.values():
        for pool, holder in handing.units:
            if (known := found.states.get((pool, holder))) is None or handing.source not in known[1]:
                found.add(pool, holder, handing.source)  # not worked off yet
    return found


def shifts(held: Holdings, changes: Iterable[Change]) -> Iterator[Shift]:
    """What these rows change, apart from blocked ones. A row that takes something away that nobody has is none."""
    for change in changes:
        if change.blocked:
            continue
        kind = held.kinds.get(change.address.kind)
        if kind is not None and kind.pooled:
            yield from _of_unit(held, kind, change)
        elif kind is not None and kind.handing:
            yield from _of_members(held, change)
        if change.action is Action.DELETE:
            yield from _of_deletion(held, change)
        if change.action is Action.RESTORE:
            yield from _of_restoring(held, change)


def joined(held: Holdings, change: Change, part: FieldChange) -> Address | None:
    """Who enters or leaves by this value of a row that hands units out; None where nobody does."""
    handing = held.handing.get(change.remote_id)
    if handing is None or not handing.pools or part.name != handing.field or len(part.path) != 2:
        return None
    return Address(change.address.customer, handing.kind, part.path[1])


def unit(kind: Kind[Any, Any], customer: str, said: Spec) -> tuple[str, Address] | None:
    """The pool and the holder of a license, live or desired; None for other kinds."""
    pool, owner = kind.draws(said), spec.owner(said)
    return (pool, Address(customer, *owner)) if pool and owner else None


def _note_unit(found: Holdings, kind: Kind[Any, Any], live: Live[Spec]) -> None:
    held = unit(kind, live.address.customer, live.spec)
    given = kind.given_by(live) if held else None
    if held and given is not None:
        found.states[held] = (live, given)
    elif held and kind.holds(live):
        of_pool = found.sources.setdefault(held[0], {})
        of_pool[held[1]] = ONLY_OWN  # whatever others give is added later


def _note_returning(found: Holdings, kind: Kind[Any, Any], live: Live[Spec]) -> None:
    held = unit(kind, live.address.customer, live.spec)
    if held is None:
        return
    given = kind.given_by(live)
    sources = {OWN: Standing.WORKS} if given is None and kind.holds(live) else given or {}
    working = [(held[0], source) for source, standing in sources.items() if standing is Standing.WORKS]
    found.returning.setdefault(held[1], []).extend(working)


def _handing(kind: Kind[Any, Any], live: Live[Spec]) -> Handing | None:
    handout = kind.hands(live)
    if handout is None:
        return None
    members: frozenset[str] = getattr(live.spec, handout.field)
    referred = kind.refs[handout.field].kind
    return Handing(live.address, live.remote_id, handout.pools, handout.field, referred, members)


def _of_unit(held: Holdings, kind: Kind[Any, Any], change: Change) -> Iterator[Shift]:
    if change.action is Action.CREATE and change.desired:
        made = unit(kind, change.address.customer, change.desired.spec)
        if made:
            yield Shift(*made, OWN, gains=True, change=change)
    elif change.live is not None and (known := unit(kind, change.address.customer, change.live.spec)):
        if change.action is Action.UNASSIGN and (OWN in held.of(*known) or change.live.deleted):
            yield Shift(*known, OWN, gains=False, change=change)
        elif change.action is Action.UPDATE:
            for source, standing in (kind.given_by(change.live) or {}).items():
                if standing is Standing.SHORT:
                    yield Shift(*known, source, gains=True, change=change)


def _of_members(held: Holdings, change: Change) -> Iterator[Shift]:
    handing = held.handing.get(change.remote_id)
    if handing is None:
        return
    for part in change.fields if change.action is Action.UPDATE else ():
        holder = joined(held, change, part)
        for pool in sorted(handing.pools) if holder else ():
            assert holder is not None
            back = (pool, handing.source) in held.returning.get(holder, ())
            if part.after or back or handing.source in held.of(pool, holder):
                yield Shift(pool, holder, handing.source, gains=bool(part.after), change=change, part=part)
    if change.action is Action.DELETE:
        for pool, holder in handing.units:
            if handing.source in held.of(pool, holder):
                yield Shift(pool, holder, handing.source, gains=False, change=change)


def _of_deletion(held: Holdings, change: Change) -> Iterator[Shift]:
    """Who is deleted lets go of everything."""
    for pool, holders in held.sources.items():
        for source in sorted(holders.get(change.address, ())):
            yield Shift(pool, change.address, source, gains=False, change=change)


def _of_restoring(held: Holdings, change: Change) -> Iterator[Shift]:
    """Who is restored gets back what they had; of groups, as far as those still hand it out."""
    for pool, source in sorted(held.returning.get(change.address, ())):
        handing = held.handing.get(source)
        if handing is None or pool in handing.pools:
            yield Shift(pool, change.address, source, gains=True, change=change)
