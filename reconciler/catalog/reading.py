"""Reads a market at Partner Center: which products there are, and of single products what is known and sold.

Per product one listing of its SKUs, per SKU one of its availabilities (partner-center.md 4); the listing of a whole
market costs one request more. A listing that came back short is an error of the session; so what a listing lacks, or
what the service answers 404 for by the code of exactly this product or SKU, is known not to be there.

Must not: raise for a single product. What could not be read is said in its `Reading`, and its entry stays as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from reconciler.catalog import wire
from reconciler.catalog.wire import Facts, Product, Row, Sale
from reconciler.cloud.partner import PartnerSession
from reconciler.model.errors import CloudError, Forbidden, NotFound, Unauthenticated
from reconciler.model.market import Market

ABSENT = frozenset({"400013", "400018", "400019"})  # no such product, SKU, availability (partner-center.md 1.6)
TARGET_VIEW = "OnlineServices"  # legacy and new commerce together (partner-center.md 4)


@dataclass(frozen=True, slots=True)
class Listing:
    """The products of a market. `trouble` says why there may be more of them."""

    products: tuple[Product, ...]
    trouble: str = ""
    denied: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One SKU in one market. Without `sale` it is not sold there, unless `trouble` says why that is not known."""

    product: str
    facts: Facts = field(default_factory=dict)
    sale: Sale | None = None
    trouble: str = ""
    denied: bool = False

    @property
    def gone(self) -> bool:
        """True if it is known not to be sold."""
        return self.sale is None and not self.trouble


async def products(partner: PartnerSession, market: Market) -> Listing:
    """Every product of new commerce in a market."""
    try:
        found = await partner.listing(f"/products?{_query(market, targetView=TARGET_VIEW)}")
    except CloudError as error:
        return Listing((), str(error), _denied(error))
    rows = (wire.product(row) for row in found)
    return Listing(tuple(product for product in rows if product is not None))


async def read(
    partner: PartnerSession, market: Market, wanted: Mapping[str, Collection[str]], at_once: int
) -> list[Reading]:
    """What is known of SKUs, in order of their keys: `wanted` has those of each product, none for all it has."""
    gate = asyncio.Semaphore(at_once)

    async def one(product: str) -> list[Reading]:
        async with gate:
            return await _product(partner, market, product, wanted[product])

    found = await asyncio.gather(*map(one, sorted(wanted)))
    return sorted((reading for readings in found for reading in readings), key=lambda reading: reading.product)


async def _product(partner: PartnerSession, market: Market, product: str, keys: Collection[str]) -> list[Reading]:
    try:
        found = await partner.listing(f"/products/{product}/skus?{_query(market)}")
    except CloudError as error:
        return [Reading(key) for key in keys] if _absent(error) else _unread(keys, error)
    rows = {key: row for row in found if (key := wire.key(row, product))}
    readings = [await _sku(partner, market, key, rows[key]) for key in sorted(set(keys) & set(rows) if keys else rows)]
    return readings + [Reading(key) for key in sorted(set(keys) - set(rows))]


async def _sku(partner: PartnerSession, market: Market, key: str, row: Row) -> Reading:
    product, _, sku = key.partition(":")
    known = wire.facts(row)
    try:
        found = await partner.listing(f"/products/{product}/skus/{sku}/availabilities?{_query(market)}")
    except CloudError as error:
        return Reading(key, known) if _absent(error) else _unread([key], error)[0]
    return Reading(key, known, wire.sale(found, key, market.segment, trial=bool(known.get("trial"))))


def _absent(error: CloudError) -> bool:
    return isinstance(error, NotFound) and error.exchange.code in ABSENT


def _unread(keys: Iterable[str], error: CloudError) -> list[Reading]:
    return [Reading(key, trouble=str(error), denied=_denied(error)) for key in keys]


def _denied(error: CloudError) -> bool:
    return isinstance(error, Unauthenticated | Forbidden)


def _query(market: Market, **more: str) -> str:
    return urlencode({"country": market.country, "targetSegment": market.segment, **more})
