"""The log of what makes a charge: one record for each moment that changes what a subscription costs.

`note` is told of every subscription before and after a change, by whoever stores it, and keeps a record where seats,
product, term, billing or the end of it changed. Records are JSON in `Tenant.commerce[owner]["billing"]`, by
subscription, so a dump carries them. Why a record was made is the charge type of its lines (Learn "Reconciliation file
charge types"; fact sheet 8.4).
It must not compute an amount (charges.py), and it keeps nothing of owners that are no partner of this world.

Decisions a reader would question [inferred]: the price of a term is fixed when it begins (fact sheet 11.1) and written
into the record, because catalogs change. A subscription of the world file has a history that its lots tell: the seats
it began its term with, and what was added since; nothing is known of earlier terms.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from reconciler.sandbox.partner import catalog
from reconciler.sandbox.partner.subscription_wire import order_id_of
from reconciler.sandbox.partner.terms import renewal_instant
from reconciler.sandbox.world import Json, Subscription, Tenant, World

_NAMESPACE = uuid.UUID("5f2a3f4e-2a77-5f5e-8f43-3c4f1b6f9d10")
_RUNNING = ("active", "suspended")
# partner-center.md 11.5: the monthly price and 3 %, or 23 % on the yearly one where there is no monthly price.
_EXTENDED, _EXTENDED_FROM_YEARLY = Decimal("1.03"), Decimal("1.23")


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a subscription changes, where that cannot be seen from it; changes with one reference belong together.

    `anchor_of` is the subscription whose charge cycle a new one takes over.
    """

    why: str
    reference: str
    anchor_of: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A subscription as it is charged from a moment on; `price` is per seat and charge cycle."""

    subscription: str
    at: datetime
    why: str
    reference: str
    product: str
    quantity: int
    term: str
    billing: str
    price: Decimal
    anchor: date
    start: date
    end: date
    is_running: bool
    is_trial: bool
    is_extended: bool
    order: str
    reseller: str


def note(world: World, tenant: Tenant, change: tuple[Subscription | None, Subscription], moment: datetime) -> None:
    """Keep what a change at `moment` does to the charges, if anything; why is told by the subscriptions."""
    before, after = change
    why = _why(before, after, moment)
    if why is not None:
        note_cause(world, tenant, change, moment, Cause(why, ""))


def note_cause(
    world: World, tenant: Tenant, change: tuple[Subscription | None, Subscription], moment: datetime, cause: Cause
) -> None:
    """The same for a change whose reason the subscriptions do not tell."""
    before, after = change
    if after.owner_tenant_id not in world.partners:
        return
    log: dict[str, list[Json]] = tenant.commerce.setdefault(after.owner_tenant_id, {}).setdefault("billing", {})
    if after.id not in log:
        log[after.id] = [] if before is None else [_record(one) for one in _opening(world, before)]
    kept = [_version(row) for row in log[after.id]]
    begun = datetime.combine(after.start.astimezone(UTC), datetime.min.time(), UTC) if cause.why == "renew" else moment
    anchor = _anchor(cause, after, kept, [_version(row) for row in log.get(cause.anchor_of or "", ())])
    reference = cause.reference or str(uuid.uuid5(_NAMESPACE, f"{after.id}/{len(kept)}"))
    price = kept[-1].price if kept and cause.why in _AT_THE_OLD_PRICE else price_of(world, after)
    log[after.id].append(_record(_made(after, begun, cause.why, (reference, price, anchor))))


def versions(world: World, tenant: Tenant, partner_id: str) -> Iterator[tuple[Version, ...]]:
    """The history of each subscription of a partner, oldest record first."""
    log: dict[str, list[Json]] = tenant.commerce.get(partner_id, {}).get("billing", {})
    for rows in log.values():
        yield tuple(_version(row) for row in rows)
    for one in tenant.subscriptions.values():
        if one.owner_tenant_id == partner_id and one.id not in log:
            yield tuple(_opening(world, one))


def price_of(world: World, subscription: Subscription) -> Decimal:
    """The price of a seat and charge cycle today; 0 for what is not in the catalog."""
    product = world.catalog.get(subscription.product)
    if product is None or subscription.is_trial:
        return Decimal(0)
    if "extendedServiceTerm" in subscription.properties:
        return _extended_price(world, subscription)
    offer = catalog.offered(product, subscription.term, subscription.billing)
    return Decimal(0) if offer is None else Decimal(offer.price)


_AT_THE_OLD_PRICE = ("addQuantity", "removeQuantity", "moveQuantity", "cancelImmediate", "ended")


def _extended_price(world: World, subscription: Subscription) -> Decimal:
    product = world.catalog[subscription.product]
    monthly, yearly = (catalog.offered(product, term, "monthly") for term in ("P1M", "P1Y"))
    if monthly is not None:
        return (Decimal(monthly.price) * _EXTENDED).quantize(Decimal("0.01"))
    return Decimal(0) if yearly is None else (Decimal(yearly.price) * _EXTENDED_FROM_YEARLY).quantize(Decimal("0.01"))


def _why(before: Subscription | None, after: Subscription, moment: datetime) -> str | None:
    """The charge type that a change leads to; None where nothing of it is charged."""
    if before is None:
        return "new" if after.status in _RUNNING else None
    if before.status not in _RUNNING:
        return None
    if after.status not in _RUNNING:
        return "cancelImmediate" if after.status == "deleted" and moment < _over(before) else "ended"
    reasons = (
        (moment >= _over(before) and after.start != before.start, "renew" if after.is_trial == before.is_trial else ""),
        (after.product != before.product or after.is_trial != before.is_trial, "convert"),
        ((after.term, after.billing) != (before.term, before.billing), "changeBillingPlan"),
        (after.quantity > before.quantity, "addQuantity"),
        (after.quantity < before.quantity, "removeQuantity"),
    )
    return next((why for holds, why in reasons if holds and why), None)


def _over(subscription: Subscription) -> datetime:
    return renewal_instant(subscription.end.astimezone(UTC).date())


def _anchor(cause: Cause, after: Subscription, kept: list[Version], other: list[Version]) -> date:
    """The day whose day of month the charge cycles have: that of the purchase or renewal, also after an upgrade."""
    last = kept[-1] if kept else other[-1] if other else None
    start = after.start.astimezone(UTC).date()
    if last is None or cause.why in ("new", "renew") or last.is_trial:
        return start
    if cause.why in ("convert", "changeBillingPlan") and last.term != after.term:
        return start
    return last.anchor


def _opening(world: World, one: Subscription) -> Iterator[Version]:
    """What was there when the sandbox began, as its lots tell it."""
    if one.status not in (*_RUNNING, "expired", "disabled"):
        return
    start = one.start.astimezone(UTC)
    later = sorted((lot for lot in one.lots if lot.added > one.start), key=lambda lot: lot.added)
    quantity = one.quantity - sum(lot.quantity for lot in later)
    if quantity < 0:
        quantity, later = one.quantity, []
    why = "new" if one.created == one.start else "renew"
    price = price_of(world, one)
    for position, (moment, added) in enumerate(
        [(start, 0), *((lot.added.astimezone(UTC), lot.quantity) for lot in later)]
    ):
        quantity += added
        reference = str(uuid.uuid5(_NAMESPACE, f"{one.id}/opening/{position}"))
        told = why if position == 0 else "addQuantity"
        made = _made(one, moment, told, (reference, price, start.date()))
        yield Version(**{**_fields(made), "quantity": quantity, "is_running": True})


def _fields(version: Version) -> Json:
    return {name: getattr(version, name) for name in Version.__slots__}


def _made(one: Subscription, at: datetime, why: str, fixed: tuple[str, Decimal, date]) -> Version:
    reference, price, anchor = fixed
    return Version(
        subscription=one.id,
        at=at,
        why=why,
        reference=reference,
        product=one.product,
        quantity=one.quantity,
        term=one.term,
        billing=one.billing,
        price=price,
        anchor=anchor,
        start=one.start.astimezone(UTC).date(),
        end=one.end.astimezone(UTC).date(),
        is_running=one.status in _RUNNING,
        is_trial=one.is_trial,
        is_extended="extendedServiceTerm" in one.properties,
        order=order_id_of(one),
        reseller=str(one.properties.get("partnerId") or ""),
    )


def _record(version: Version) -> Json:
    shown = _fields(version)
    for name in ("at", "anchor", "start", "end"):
        shown[name] = shown[name].isoformat()
    return {**shown, "price": str(version.price)}


def _version(row: Json) -> Version:
    dates = {name: date.fromisoformat(row[name]) for name in ("anchor", "start", "end")}
    at = datetime.fromisoformat(row["at"])
    return Version(**{**row, **dates, "at": at, "price": Decimal(row["price"])})
