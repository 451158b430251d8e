"""Which live resource is the desired one: by remembered id, by declared rename, by natural key, by the kind's search.

Each way is gone through for all desired resources before the next one: whoever is known by its id is not taken by
somebody who only has its name. What lies in the recycle bin gives way to what lives.

A pair found under another key is a rename, so everything that refers to it is renamed with it before the next kind
is matched: a license of `eve@` belongs to `eve.smith@` once the files say so, or once the ledger's id says so.
Nothing live is claimed twice. Where two live resources could be meant, nothing is claimed and a finding says so:
a guess here would order or create a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind
from reconciler.model.ledger import CustomerLedger
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired, Live, Snapshot
from reconciler.model.spec import Spec, references


@dataclass(slots=True)
class Pairing:
    """The result of matching one customer.

    `pairs` hold every desired resource, in order of address, with its live one if there is any; `unclaimed` are the
    live resources that the files do not mention, under the addresses they have after renames; `unclear` are desired
    resources with several candidates; `live_of` are all live resources by the address they have after renames.
    `returning` are parts (licenses) that come back with a declared resource from the recycle bin. They pair with
    nothing: what the files want of them is asked for, and found done where the restore has given it back.
    """

    pairs: list[tuple[Desired[Spec], Live[Spec] | None]] = field(default_factory=list)
    unclaimed: dict[Address, Live[Spec]] = field(default_factory=dict)
    unclear: dict[Address, Finding] = field(default_factory=dict)
    aliases: dict[Address, Address] = field(default_factory=dict)
    live_of: dict[Address, Live[Spec]] = field(default_factory=dict)
    returning: dict[Address, Live[Spec]] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[Address, Live[Spec]]:
        """Everything live, and what comes back."""
        return self.live_of | self.returning if self.returning else self.live_of


def pair(
    customer: DesiredCustomer, snapshot: Snapshot, ledger: CustomerLedger, kinds: Sequence[Kind[Any, Any]]
) -> Pairing:
    """Every desired resource of the customer with its live one. Kinds that others refer to are matched first."""
    pairing = Pairing()
    former = {new: old for old, new in customer.renames.items()}
    memory = _Memory(customer, ledger, snapshot.ambiguous, former)
    wanted: dict[str, list[Desired[Spec]]] = {}
    for address, desired in sorted(customer.resources.items()):
        wanted.setdefault(address.kind, []).append(desired)
    for kind in sorted(kinds, key=lambda kind: kind.owned):
        lives = _relabelled(kind, snapshot, pairing.aliases)
        _pair_kind(kind, wanted.get(kind.name, []), lives, memory, pairing)
    pairing.pairs.sort(key=lambda found: found[0].address)
    renamed = {address.kind for address in pairing.aliases}
    speaking = {kind.name for kind in kinds if not kind.owned and _refers(kind, renamed)}
    if speaking:
        _rename_references(pairing, speaking)
    pairing.live_of = pairing.unclaimed | {desired.address: live for desired, live in pairing.pairs if live}
    pairing.returning = {live.address: live for live in _returning(pairing, {kind.name: kind for kind in kinds})}
    return pairing


def _returning(pairing: Pairing, kinds: Mapping[str, Kind[Any, Any]]) -> Iterator[Live[Spec]]:
    """The parts of what lies in the bin and is declared, under the names that the files use."""
    for desired, live in pairing.pairs:
        for part in kinds[desired.address.kind].returning(live) if live and live.deleted else ():
            kind, found = kinds.get(part.address.kind), _spoken(part, pairing.aliases)
            if kind is not None:
                yield found._replace(address=part.address._replace(key=kind.key(found.spec)))


def _refers(kind: Kind[Any, Any], kinds: set[str]) -> bool:
    return any(ref.kind in kinds for ref in kind.refs.values())


def _rename_references(pairing: Pairing, kinds: set[str]) -> None:
    """Let kinds that were matched before all renames were known speak the files' names too (a user's manager)."""
    pairing.pairs = [
        (desired, _spoken(live, pairing.aliases) if live and desired.address.kind in kinds else live)
        for desired, live in pairing.pairs
    ]
    for address, live in pairing.unclaimed.items():
        if address.kind in kinds:
            pairing.unclaimed[address] = _spoken(live, pairing.aliases)


def _spoken(live: Live[Spec], aliases: Mapping[Address, Address]) -> Live[Spec]:
    spec = _with_aliases(live.spec, live.address.customer, aliases)
    return live if spec is live.spec else live._replace(spec=spec)


@dataclass(frozen=True, slots=True)
class _Memory:
    """What is known besides the live resources: the files, the ledger, and which keys several live ones share."""

    customer: DesiredCustomer
    ledger: CustomerLedger
    ambiguous: Mapping[Address, tuple[str, ...]]
    former: Mapping[Address, Address]

    def id_of(self, address: Address) -> str:
        entry = self.ledger.resources.get(address) or self.ledger.resources.get(self.former.get(address, address))
        return entry.id if entry else ""


def _pair_kind(
    kind: Kind[Any, Any],
    wanted: list[Desired[Spec]],
    lives: dict[Address, Live[Spec]],
    memory: _Memory,
    pairing: Pairing,
) -> None:
    """What is surer is claimed first, by everybody: ids, then names, then the bin, then the kind's own search."""
    table = _Table(lives, dict(lives), kind, {live.remote_id: live for live in lives.values()}, pairing)
    rest = table.claim(wanted, lambda desired: table.known(memory.id_of(desired.address), deleted=False))
    rest = table.claim(rest, lambda desired: table.named(desired.address, memory.former, deleted=False))
    rest = table.claim(rest, lambda desired: table.known(memory.id_of(desired.address), deleted=True))
    rest = table.claim(rest, lambda desired: table.named(desired.address, memory.former, deleted=True))
    if rest:
        rest = table.claim(rest, lambda desired: _called(kind, desired, table.living()))
    for desired in rest:
        _search(kind, desired, table, memory.ambiguous.get(desired.address, ()))
    if not kind.owned:
        table.recall(kind, memory)
    pairing.unclaimed.update(table.free)


@dataclass(slots=True)
class _Table:
    """The live resources of one kind: all of them, those nobody has claimed yet, and where claims are written."""

    lives: Mapping[Address, Live[Spec]]
    free: dict[Address, Live[Spec]]
    kind: Kind[Any, Any]
    by_id: Mapping[str, Live[Spec]]
    pairing: Pairing
    _living: list[Live[Spec]] | None = None

    def living(self) -> list[Live[Spec]]:
        """What is free and not in the bin; listed anew only after a claim, because many search and few find."""
        if self._living is None:
            self._living = [live for live in self.free.values() if not live.deleted]
        return self._living

    def known(self, remote_id: str, *, deleted: bool) -> Live[Spec] | None:
        live = self.by_id.get(remote_id)
        return live if live and live.deleted is deleted and live.address in self.free else None

    def named(self, address: Address, former: Mapping[Address, Address], *, deleted: bool) -> Live[Spec] | None:
        for name in (former.get(address, address), address):
            live = self.free.get(name)
            if live is not None and live.deleted is deleted:
                return live
        return None

    def claim(
        self, wanted: list[Desired[Spec]], find: Callable[[Desired[Spec]], Live[Spec] | None]
    ) -> list[Desired[Spec]]:
        """Claim what `find` gives for each desired resource; those it gives nothing for."""
        rest = []
        for desired in wanted:
            live = find(desired)
            if live is None:
                rest.append(desired)
            else:
                self.take(desired, live)
        return rest

    def take(self, desired: Desired[Spec], live: Live[Spec]) -> None:
        del self.free[live.address]
        self._living = None
        self.pairing.pairs.append((desired, self.kind.completed(desired, live)))
        if live.address != desired.address:
            self.pairing.aliases[live.address] = desired.address

    def recall(self, kind: Kind[Any, Any], memory: _Memory) -> None:
        """Call what the files do not mention by the name it is remembered under, so that a tombstone still finds it."""
        for address, entry in memory.ledger.of_kind(kind.name).items() if memory.ledger.resources else ():
            live = self.by_id.get(entry.id)
            if live is None or live.address not in self.free or address in self.lives:
                continue
            if address not in memory.customer.resources and live.address not in memory.customer.tombstones:
                del self.free[live.address]
                self.free[address] = live
                self.pairing.aliases[live.address] = address


def _called(kind: Kind[Any, Any], desired: Desired[Spec], living: list[Live[Spec]]) -> Live[Spec] | None:
    found = [live for live in living if kind.names(desired, live)]
    return found[0] if len(found) == 1 else None


def _search(kind: Kind[Any, Any], desired: Desired[Spec], table: _Table, namesakes: tuple[str, ...]) -> None:
    found = kind.candidates(desired, table.living())
    if len(found) == 1 and not namesakes:
        table.take(desired, found[0])
        return
    ids = sorted({*namesakes, *(live.remote_id for live in found)})
    if ids:
        table.pairing.unclear[desired.address] = Finding(
            codes.SEVERAL_CANDIDATES,
            f"{desired.address} could be any of {', '.join(ids)}.",
            "Write the right one's id into its entry: id: ...",
            address=desired.address,
            origin=desired.origin,
        )
    table.pairing.pairs.append((desired, None))


def called_otherwise(known: Mapping[Address, Live[Spec]], kinds: Sequence[Kind[Any, Any]]) -> frozenset[str]:
    """Kinds that others refer to and of which a resource has another name in the plan than at the customer."""
    referred = {ref.kind for kind in kinds for ref in kind.refs.values()}
    named = {kind.name: kind for kind in kinds if kind.name in referred and not kind.observed}
    return frozenset(a.kind for a, live in known.items() if a.kind in named and named[a.kind].key(live.spec) != a.key)


def spoken(snapshot: Snapshot, known: Mapping[Address, Live[Spec]], kinds: Sequence[Kind[Any, Any]]) -> Snapshot:
    """A later reading under the names of the plan that it is read for, whose live resources are `known`.

    A rename that the plan only reports, or that has not happened yet, would else make strangers of a person's license
    and membership. The reading must have the kinds that are `called_otherwise`.
    """
    by_id = {(address.kind, live.remote_id): address for address, live in known.items()}
    aliases = {
        address: by_id.get((address.kind, live.remote_id), address) for address, live in snapshot.resources.items()
    }
    aliases = {old: new for old, new in aliases.items() if new not in snapshot.resources}
    if not aliases:
        return snapshot
    found: dict[Address, Live[Spec]] = {}
    for kind in kinds:
        for live in _relabelled(kind, snapshot, aliases).values():
            address = aliases.get(live.address, live.address)
            found[address] = live if address == live.address else live._replace(address=address)
    return replace(snapshot, resources=found)


def _relabelled(
    kind: Kind[Any, Any], snapshot: Snapshot, aliases: Mapping[Address, Address]
) -> dict[Address, Live[Spec]]:
    """The live resources of one kind under the names that the files use for what they refer to."""
    lives = {live.address: live for live in snapshot.of_kind(kind.name)}
    if not _refers(kind, {address.kind for address in aliases}):
        return lives
    renamed: dict[Address, Live[Spec]] = {}
    for live in lives.values():
        spec = _with_aliases(live.spec, snapshot.customer, aliases)
        if spec is live.spec:
            renamed[live.address] = live
            continue
        address = Address(snapshot.customer, kind.name, kind.key(spec)) if kind.owned else live.address
        renamed[address] = live._replace(address=address, spec=spec)
    return renamed


def _with_aliases(spec: Spec, customer: str, aliases: Mapping[Address, Address]) -> Spec:
    values: dict[str, object] = {}
    for name, ref in references(type(spec)).items():
        value = getattr(spec, name)
        if isinstance(value, str):
            values[name] = _alias(customer, ref.kind, value, aliases)
        elif value:
            values[name] = frozenset(_alias(customer, ref.kind, key, aliases) for key in value)
    changed = {name: value for name, value in values.items() if value != getattr(spec, name)}
    return spec.model_copy(update=changed) if changed else spec


def _alias(customer: str, kind: str, key: str, aliases: Mapping[Address, Address]) -> str:
    return aliases.get(Address(customer, kind, key), Address(customer, kind, key)).key
