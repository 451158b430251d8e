"""Seats as numbers: what is there, whose it is, what may be given back when.

A pool is everything that serves one SKU at one customer. The directory binds nobody to a subscription: only the
pool as a whole has holders (partner-center.md 12), so demand is counted per pool and changed per subscription.

What somebody hands out to its members (`Handout`) takes seats of the same pools; `Standing` says how far that came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reconciler.model.address import Address

# No product is sold with nearly as many; a slip of the keyboard must not be calculated with, let alone ordered.
MOST_SEATS = 10_000_000
MOST_LISTED = 10**9  # services list free products with millions of seats each; beyond this a number is no count


@dataclass(frozen=True, slots=True)
class Pool:
    """What the directory counts for one SKU: seats usable and seats held, over all owners."""

    sku: str
    usable: int
    held: int


class Standing(StrEnum):
    """What became of a unit that somebody hands out to one of its members."""

    WORKS = "works"
    SHORT = "lacks nothing but a seat"
    REFUSED = "cannot work"


@dataclass(frozen=True, slots=True)
class Handout:
    """What a live resource gives to everybody in one of its set fields: a unit of each of these pools."""

    field: str
    pools: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lot:
    """Seats that may be given back until a deadline (UTC)."""

    quantity: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Supply:
    """One subscription's part of a pool.

    `own` is True for subscriptions that we bought; only those may be changed. `product` is "P:S" of the catalog;
    `lots` say what can be given back now, `term_end` when everything can. Nobody can use what is `suspended`, and it
    is paid for (partner-center.md 6.5). What `renews` goes on after its term, unless somebody arranges otherwise. What
    is paid `once` costs nothing a month. Until `cancellable_until` all of it can be given back; what is `extended`
    month by month can be ended any day. What is `pending` is paid for and not set up yet. `parent` is
    the id of the base of a legacy add-on, which goes where its base goes (partner-center.md 11.8).
    """

    address: Address
    sku: str
    own: bool
    active: bool
    quantity: int
    product: str = ""
    term: str = ""
    billing: str = ""
    lots: tuple[Lot, ...] = ()
    term_end: datetime | None = None
    suspended: bool = False
    trial: bool = False
    renews: bool = True
    once: bool = False
    cancellable_until: datetime | None = None
    extended: bool = False
    pending: bool = False
    parent: str = ""

    def removable(self, now: datetime) -> int:
        """Seats that may be given back at `now`. Whole seats, never more than there are."""
        return min(self.quantity, sum(lot.quantity for lot in self.lots if lot.until > now))


@dataclass(frozen=True, slots=True)
class SeatRule:
    """How many seats the files want: a fixed number, or as many as are needed within bounds.

    A `pack` has its number for good: who needs more buys another one.
    """

    fixed: int | None = None
    min: int = 0
    max: int | None = None
    buffer: int = 0
    pack: bool = False
