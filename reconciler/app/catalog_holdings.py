"""What customers hold: their own subscriptions at Partner Center, and how the directory calls the SKUs of each tenant.

Three requests a customer: the tenant (its country), its subscribed SKUs (part numbers and service plans), and our
subscriptions of it. A customer that cannot be read costs its own part and is said in `troubles`.

Must not: conclude from silence. What a customer does not hold is no reason to drop anything.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.app.fleet import Clouds
from reconciler.catalog import wire
from reconciler.catalog.updating import Directory, Held
from reconciler.cloud.sessions import ORGANIZATION, CustomerSession
from reconciler.core.offers import Pair
from reconciler.kinds.entra import sku
from reconciler.model.errors import CloudError
from reconciler.model.repository import DesiredCustomer

Row = Mapping[str, Any]  # Any: the vendor's JSON
_OFFER = re.compile(r"([A-Z0-9]{12}:[A-Z0-9]{4}):[A-Z0-9]+\Z")
_NOT_HELD = frozenset({"deleted", "none"})


@dataclass(slots=True)
class Holding:
    """What one customer holds. `products` has, by `P:S`, its name there and the terms it is held on."""

    customer: str
    country: str = ""
    products: dict[str, tuple[str, set[Pair]]] = field(default_factory=dict)
    skus: tuple[Row, ...] = ()
    troubles: list[str] = field(default_factory=list)


async def read(clouds: Clouds, customers: Iterable[DesiredCustomer], at_once: int) -> list[Holding]:
    """The holdings of customers, in their order."""
    gate = asyncio.Semaphore(at_once)

    async def one(customer: DesiredCustomer) -> Holding:
        async with gate:
            return await _one(await clouds.of(customer).customer(customer.tenant), customer)

    return list(await asyncio.gather(*map(one, customers)))


async def _one(session: CustomerSession, customer: DesiredCustomer) -> Holding:
    found = Holding(customer.key, customer.country or "")
    await asyncio.gather(_tenant(session, found), _directory(session, found), _subscriptions(session, found))
    return found


async def _tenant(session: CustomerSession, found: Holding) -> None:
    if found.country:
        return
    try:
        rows = await session.graph.listing(ORGANIZATION)
    except CloudError as error:
        found.troubles.append(f"The country of {found.customer} is not known: {error}")
        return
    found.country = str(rows[0].get("countryLetterCode") or "").upper() if rows else ""


async def _directory(session: CustomerSession, found: Holding) -> None:
    try:
        found.skus = (await sku.listed(session)).rows
    except CloudError as error:
        found.troubles.append(f"The part numbers at {found.customer} are not known: {error}")


async def _subscriptions(session: CustomerSession, found: Holding) -> None:
    if not session.has_commerce:
        return  # an indirect reseller is told of nothing that is held
    try:
        rows = await session.partner.listing(f"/customers/{await session.tenant_id()}/subscriptions")
    except CloudError as error:
        found.troubles.append(f"What {found.customer} holds is not known: {error}")
        return
    for row in rows:
        offer = _OFFER.match(str(row.get("offerId") or "").upper())
        if offer and str(row.get("status") or "").lower() not in _NOT_HELD:
            product = found.products.setdefault(offer[1], (str(row.get("offerName") or ""), set()))
            product[1].update(_pair(row))


def _pair(row: Row) -> Iterable[Pair]:
    term, billing = str(row.get("termDuration") or "").upper(), str(row.get("billingCycle") or "").lower()
    return [(term, billing)] if term in wire.TERMS and billing in wire.BILLINGS else []


def held(holdings: Iterable[Holding], country: str) -> dict[str, Held]:
    """What customers of one country hold, by product; those whose country nobody knows count everywhere."""
    found: dict[str, Held] = {}
    for holding in holdings:
        if holding.country in ("", country):
            for product, (title, pairs) in holding.products.items():
                before = found.get(product, Held())
                holders = (*before.holders, holding.customer)
                found[product] = Held(before.title or title, before.pairs | pairs, holders)
    return found


def directory(holdings: Iterable[Holding], *, everybody: bool) -> Directory:
    """What tenants call their SKUs. `everybody` says that no customer of the files was left out."""
    numbers: dict[str, str] = {}
    plans: dict[str, frozenset[str]] = {}
    whole = everybody
    for holding in holdings:
        whole = whole and not holding.troubles
        for row in holding.skus:
            sku_id = str(row["skuId"]).lower()
            numbers[sku_id] = str(row["skuPartNumber"]).upper()
            plans[sku_id] = plans.get(sku_id, frozenset()) | frozenset(sku.facts(row).plans)
    return Directory(numbers, plans, partly=not whole)
