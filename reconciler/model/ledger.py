"""The small memory between git and the clouds: what we applied, as ids and salted digests, never values.

Losing it makes the tool do less, never more: no ledger-based removals and no attribution of drift. Digests are
salted per customer, so that equal values cannot be recognized across customers, and a short value (a country)
cannot be looked up in a table made once for all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reconciler.model.address import Address
from reconciler.model.purchase import Purchase


class LedgerStatus(StrEnum):
    """How far a resource got. `CREATING` is written ahead of a create whose secret is not handed over yet, `ORDERING`
    ahead of an order, which is bought with the entry's `cart` and no other one.

    `REPORTED` was declared when nobody could tell whether it is new or was taken away; it is not there and has no id.
    """

    CREATING = "creating"
    ORDERING = "ordering"
    HANDOVER = "handover open"
    APPLIED = "applied"
    UNVERIFIED = "unverified"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What is remembered of one resource.

    `desired` and `live` map a field path (`displayName`, or `members/<digest>` for one element of a set) to the
    salted digest of the value as the files wanted it, and as it was last verified. `at` is ISO 8601 in UTC. `cart` and
    `order` are ids of an order that is not known to be at its end.
    """

    id: str
    status: LedgerStatus = LedgerStatus.APPLIED
    commit: str = ""
    at: str = ""
    run: str = ""
    protect: bool = False
    desired: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, str] = field(default_factory=dict)
    cart: str = ""
    order: str = ""

    @property
    def purchase(self) -> Purchase | None:
        """The order that was begun for it and is not known to be at its end."""
        return Purchase(self.cart, self.order, self.at) if self.status is LedgerStatus.ORDERING else None


@dataclass(frozen=True, slots=True)
class CustomerLedger:
    """The memory of one customer. `known` is False where nothing was ever remembered, or it was lost."""

    customer: str
    salt: str
    known: bool = False
    resources: Mapping[Address, LedgerEntry] = field(default_factory=dict)

    def digest(self, value: object) -> str:
        """The salted digest of a value in its canonical JSON form; sets are sorted first."""
        text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.blake2b(text.encode(), key=self.salt.encode()[:64], digest_size=12).hexdigest()

    def of_kind(self, kind: str) -> dict[Address, LedgerEntry]:
        return {address: entry for address, entry in self.resources.items() if address.kind == kind}

    def remembering(self, entries: Mapping[Address, LedgerEntry]) -> CustomerLedger:
        """With these entries added or replaced."""
        return replace(self, known=True, resources={**self.resources, **entries})

    def without(self, addresses: Iterable[Address]) -> CustomerLedger:
        """With these addresses forgotten."""
        gone = set(addresses)
        return replace(self, resources={a: e for a, e in self.resources.items() if a not in gone})


def _plain(value: object) -> object:
    if isinstance(value, frozenset | set):
        return sorted(str(element) for element in value)
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    return value
