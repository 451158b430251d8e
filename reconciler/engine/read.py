"""One reading of one customer: every kind through its own reader, side by side, into a `Snapshot`.

A kind that cannot be read costs that kind, not the run: the error becomes its coverage, in a sentence. The order in
which answers arrive changes nothing in the result. Two live resources with one natural key are kept under keys that
no file can name, so that neither is taken for the one that was meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from reconciler.core import attempts, classify
from reconciler.model.address import Address
from reconciler.model.errors import CloudError, Forbidden, Unauthenticated
from reconciler.model.kind import Interest, Kind
from reconciler.model.ledger import CustomerLedger, LedgerEntry
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import COMPLETE, NOT_READ, Coverage, CoverageState, Live, Snapshot
from reconciler.model.spec import Spec, completed_sets, reference_sets

Kinds = Sequence[Kind[Any, Any]]  # Any: kinds of different specs and sessions stand side by side


def interest(customer: DesiredCustomer, ledger: CustomerLedger, today: DesiredCustomer | None = None) -> Interest:
    """Which part of the collections this customer's plan needs: one for all kinds, so that they share listings.

    `today` is the customer on the day that is expected, where the files give something for a time only. On another
    day something is asked twice, or looked at less closely; nothing is left unread.
    """
    keys = {address.key for address in customer.resources}
    keys |= {old.key for old in customer.renames} | {buried.key for buried in customer.tombstones}
    managed = {desired.managed for desired in customer.resources.values()}  # a few, shared by thousands
    fields = frozenset[str]().union(*managed)
    ids = frozenset(entry.id for entry in ledger.resources.values())
    births = any(attempts.is_open(entry) for entry in ledger.resources.values())
    kinds = frozenset(address.kind for address in (*customer.resources, *ledger.resources))
    elements, meant = dict(_elements(today or customer, ledger)), dict(_meant(today or customer))
    return Interest(fields, frozenset(keys), ids, elements, kinds, births, meant)


def _meant(customer: DesiredCustomer) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """What the files want of each set to which a service adds by itself."""
    for address, desired in customer.resources.items():
        for name in completed_sets(type(desired.spec)):
            if name in desired.managed and (wanted := getattr(desired.spec, name)):
                yield (address.key, name), wanted


def _elements(customer: DesiredCustomer, ledger: CustomerLedger) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """The declared elements of each set of references, but for sets of which we remember that they had others too."""
    for address, desired in customer.resources.items():
        names = reference_sets(type(desired.spec))
        if not names:
            continue
        known = ledger.resources.get(address, LedgerEntry("")).live
        for name in names:
            declared = getattr(desired.spec, name)
            had = {path for path in known if path.startswith(f"{name}/")}
            if had <= {classify.path_key((name, key), ledger) for key in (declared if had else ())}:
                yield (address.key, name), declared


async def read(kinds: Kinds, session: object, customer: str, wanted: Interest, now: Callable[[], datetime]) -> Snapshot:
    """Read the given kinds of one customer. Never raises CloudError: what failed is in the coverage."""
    found = await asyncio.gather(*(_read_kind(kind, session, customer, wanted) for kind in kinds))
    resources: dict[Address, Live[Spec]] = {}
    ambiguous: dict[Address, tuple[str, ...]] = {}
    for lives, _ in found:
        _add(resources, ambiguous, sorted(lives, key=lambda live: (live.address, live.deleted, live.remote_id)))
    coverage = {kind.name: covered for kind, (_, covered) in zip(kinds, found, strict=True)}
    return Snapshot(customer, now(), resources, coverage, ambiguous)


async def _read_kind(
    kind: Kind[Any, Any], session: object, customer: str, interest: Interest
) -> tuple[list[Live[Spec]], Coverage]:
    lives: list[Live[Spec]] = []
    if kind.read_where_declared and kind.name not in interest.kinds:
        return lives, NOT_READ
    try:
        async for live in kind.read(session, customer, interest):
            lives.append(live)
    except CloudError as error:
        state = CoverageState.PARTIAL if lives else CoverageState.FAILED
        denied = isinstance(error, Unauthenticated | Forbidden)
        return lives, Coverage(state, f"{kind.name}s could not be read: {error}", denied)
    return lives, COMPLETE


def _add(
    resources: dict[Address, Live[Spec]], ambiguous: dict[Address, tuple[str, ...]], lives: list[Live[Spec]]
) -> None:
    """Put the live resources under their addresses; a deleted one gives way, two living ones are ambiguous."""
    by_address: dict[Address, list[Live[Spec]]] = {}
    for live in lives:
        by_address.setdefault(live.address, []).append(live)
    for address, same in by_address.items():
        living = [live for live in same if not live.deleted]
        if len(living) > 1:
            ambiguous[address] = tuple(live.remote_id for live in living)
            for live in living:
                other = address._replace(key=f"{address.key}#{live.remote_id}")
                resources[other] = live._replace(address=other)
        else:
            resources[address] = (living or same)[0]
