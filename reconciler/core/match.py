"""Which live resource is the desired one: by remembered id, by declared rename, by natural key, by the kind's search.

A pair found under another key is a rename, so everything that refers to it is renamed with it before the next kind
is matched: a license of `eve@` belongs to `eve.smith@` once the files say so, or once the ledger's id says so.
Nothing live is claimed twice. Where two live resources could be meant, nothing is claimed and a finding says so:
a guess here would order or create a second one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """

    pairs: list[tuple[Desired[Spec], Live[Spec] | None]] = field(default_factory=list)
    unclaimed: dict[Address, Live[Spec]] = field(default_factory=dict)
    unclear: dict[Address, Finding] = field(default_factory=dict)
    aliases: dict[Address, Address] = field(default_factory=dict)
    live_of: dict[Address, Live[Spec]] = field(default_factory=dict)


def pair(
    customer: DesiredCustomer, snapshot: Snapshot, ledger: CustomerLedger, kinds: Sequence[Kind[Any, Any]]
) -> Pairing:
    """Every desired resource of the customer with its live one. Kinds that others refer to are matched first."""
    pairing = Pairing()
    wanted: dict[str, list[Desired[Spec]]] = {}
    for address, desired in sorted(customer.resources.items()):
        wanted.setdefault(address.kind, []).append(desired)
    for kind in sorted(kinds, key=lambda kind: kind.owned):
        lives = _relabelled(kind, snapshot, pairing.aliases)
        _pair_kind(kind, wanted.get(kind.name, []), lives, _Memory(customer, ledger, snapshot.ambiguous), pairing)
    pairing.pairs.sort(key=lambda found: found[0].address)
    if pairing.aliases:
        _rename_references(pairing, {kind.name for kind in kinds if kind.refs and not kind.owned})
    pairing.live_of = pairing.unclaimed | {desired.address: live for desired, live in pairing.pairs if live}
    return pairing


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
    return live if spec is live.spec else replace(live, spec=spec)


@dataclass(frozen=True, slots=True)
class _Memory:
    customer: DesiredCustomer
    ledger: CustomerLedger
    ambiguous: Mapping[Address, tuple[str, ...]]

    def id_of(self, address: Address, former: Mapping[Address, Address]) -> str:
        entry = self.ledger.resources.get(address) or self.ledger.resources.get(former.get(address, address))
        return entry.id if entry else ""


def _pair_kind(
    kind: Kind[Any, Any],
    wanted: list[Desired[Spec]],
    lives: dict[Address, Live[Spec]],
    memory: _Memory,
    pairing: Pairing,
) -> None:
    former = {new: old for old, new in memory.customer.renames.items()}
    by_id = {live.remote_id: live for live in lives.values()}
    free = dict(lives)
    searching: list[Desired[Spec]] = []
    for desired in wanted:
        address = desired.address
        live = by_id.get(memory.id_of(address, former)) if memory.ledger.resources else None
        live = live or free.get(former.get(address, address)) or free.get(address)
        if live is None or live.address not in free:
            searching.append(desired)
        else:
            _claim(desired, live, free, pairing)
    for desired in searching:
        _search(kind, desired, free, memory.ambiguous.get(desired.address, ()), pairing)
    pairing.unclaimed.update(free)


def _search(
    kind: Kind[Any, Any],
    desired: Desired[Spec],
    free: dict[Address, Live[Spec]],
    namesakes: tuple[str, ...],
    pairing: Pairing,
) -> None:
    found = kind.candidates(desired, [live for live in free.values() if not live.deleted])
    if len(found) == 1 and not namesakes:
        _claim(desired, found[0], free, pairing)
        return
    ids = sorted({*namesakes, *(live.remote_id for live in found)})
    if ids:
        pairing.unclear[desired.address] = Finding(
            codes.SEVERAL_CANDIDATES,
            f"{desired.address} could be any of {', '.join(ids)}.",
            "Write the right one's id into its entry: id: ...",
            address=desired.address,
            origin=desired.origin,
        )
    pairing.pairs.append((desired, None))


def _claim(desired: Desired[Spec], live: Live[Spec], free: dict[Address, Live[Spec]], pairing: Pairing) -> None:
    del free[live.address]
    pairing.pairs.append((desired, live))
    if live.address != desired.address:
        pairing.aliases[live.address] = desired.address


def _relabelled(
    kind: Kind[Any, Any], snapshot: Snapshot, aliases: Mapping[Address, Address]
) -> dict[Address, Live[Spec]]:
    """The live resources of one kind under the names that the files use for what they refer to."""
    lives = {live.address: live for live in snapshot.of_kind(kind.name)}
    if {ref.kind for ref in kind.refs.values()}.isdisjoint(address.kind for address in aliases):
        return lives
    renamed: dict[Address, Live[Spec]] = {}
    for live in lives.values():
        spec = _with_aliases(live.spec, snapshot.customer, aliases)
        if spec is live.spec:
            renamed[live.address] = live
            continue
        address = Address(snapshot.customer, kind.name, kind.key(spec)) if kind.owned else live.address
        renamed[address] = replace(live, address=address, spec=spec)
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
