"""A subscription as Partner Center shows it.

Field names and forms: Learn "Subscription resources", sample subscription.get.response-3; NCE subscriptions carry no
etag. What is null is left out.
It must not decide anything; dates that depend on the present take it as an argument.

The decision a reader would question: `refundableQuantity` is always there, with 0 and no details once every window has
closed [inferred]; the samples show only subscriptions with open seats.
"""

from datetime import UTC, date, datetime

from reconciler.sandbox.partner import lots, schedules
from reconciler.sandbox.partner.casing import Json, trimmed
from reconciler.sandbox.partner.catalog import availability_id
from reconciler.sandbox.partner.terms import (
    CYCLE_MONTHS,
    FULL_REFUND,
    add_months,
    end_instant,
    midnight,
    stamp,
)
from reconciler.sandbox.partner.transport import link
from reconciler.sandbox.world import Subscription, Tenant, World

# These go from `Subscription.properties` into the answer as they are.
_PASSED = ("customTermEndDate", "nextChargeInstructions", "promotionId", "migratedFromSubscriptionId")


def to_wire(world: World, tenant: Tenant, subscription: Subscription, now: datetime) -> Json:
    product = world.catalog.get(subscription.product)
    title = subscription.product if product is None else product.title
    if "extendedServiceTerm" in subscription.properties:
        # "... Extended Service Term" is a SKU of its own with that in its title (fact sheet 11.5).
        title = f"{title} Extended Service Term"
    return trimmed(
        {
            "id": subscription.id,
            "offerId": f"{subscription.product}:{availability_of(subscription)}",
            "offerName": title,
            "friendlyName": subscription.friendly_name or title,
            "productType": {"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"},
            "quantity": subscription.quantity,
            "unitType": "Licenses",
            "hasPurchasableAddons": False,
            **_dates(subscription, now),
            "status": subscription.status,
            "autoRenewEnabled": subscription.auto_renew,
            "scheduledNextTermInstructions": None if subscription.scheduled is None else dict(subscription.scheduled),
            "scheduledActions": schedules.shown_actions(subscription) or None,
            **{name: subscription.properties.get(name) for name in _PASSED},
            "isTrial": subscription.is_trial,
            "billingType": "license",
            "billingCycle": "none" if subscription.is_trial else subscription.billing,
            "termDuration": subscription.term,
            "renewalTermDuration": _renewal_term(subscription),
            "isMicrosoftProduct": True,
            "partnerId": subscription.properties.get("partnerId", ""),
            "attentionNeeded": False,
            "actionTaken": False,
            "contractType": "subscription",
            "suspensionReasons": ["Expiration"] if subscription.status in ("expired", "disabled") else None,
            "links": _links(tenant, subscription),
            "publisherName": "Microsoft Corporation",
            **_refunds(subscription, now),
            "orderId": order_id_of(subscription),
            "attributes": {"objectType": "Subscription"},
        }
    )


def availability_of(subscription: Subscription) -> str:
    """The availability of the last purchase or renewal."""
    return availability_id(subscription.product, subscription.term, subscription.start)


def order_id_of(subscription: Subscription) -> str:
    """Twelve hex characters, as NCE orders have (fact sheet 5.3); subscriptions of the world file get one of theirs."""
    found: str = subscription.properties.get("orderId") or subscription.id.replace("-", "")[-12:]
    return found


def last_day(subscription: Subscription) -> date:
    return subscription.end.astimezone(UTC).date()


def cancelable_until(subscription: Subscription, now: datetime) -> datetime | None:
    """The end of the cancellation window: open as long as every seat still lies in an open lot."""
    if subscription.status not in ("active", "suspended") or subscription.is_trial:
        return None
    open_lots = lots.open_lots(subscription.lots, now)
    if sum(lot.quantity for lot in open_lots) < subscription.quantity:
        return None
    return lots.deadline(open_lots[0]) if open_lots else None


def cycle_end(subscription: Subscription, now: datetime) -> date | None:
    """The last day of the present charge cycle; the day of month of the purchase stays the anchor."""
    months = CYCLE_MONTHS.get(subscription.billing)
    if months is None or subscription.is_trial:
        return None
    start, end = subscription.start.astimezone(UTC).date(), last_day(subscription)
    today = min(now.astimezone(UTC).date(), end)
    count = max(((today.year - start.year) * 12 + today.month - start.month) // months, 0)
    following = add_months(start, months * count)
    if following <= today:
        following = add_months(start, months * (count + 1))
    return min(date.fromordinal(following.toordinal() - 1), end)


def _dates(subscription: Subscription, now: datetime) -> Json:
    last, until = last_day(subscription), cancelable_until(subscription, now)
    cycle = cycle_end(subscription, now) if subscription.status == "active" else None
    return {
        "creationDate": stamp(subscription.created),
        "effectiveStartDate": stamp(subscription.start),
        "commitmentEndDate": midnight(last),
        "commitmentEndDateTime": stamp(end_instant(last)),
        "cancellationAllowedUntilDate": None if until is None else stamp(until),
        "billingCycleEndDate": None if cycle is None else midnight(cycle),
        "billingCycleEndDateTime": None if cycle is None else stamp(end_instant(cycle)),
    }


def _refunds(subscription: Subscription, now: datetime) -> Json:
    if subscription.is_trial or subscription.status == "deleted":
        return {}
    open_lots = lots.open_lots(subscription.lots, now)
    shown: Json = {
        "refundableQuantity": {
            "totalQuantity": sum(lot.quantity for lot in open_lots),
            "details": [
                {"quantity": lot.quantity, "allowedUntilDateTime": stamp(lots.deadline(lot))} for lot in open_lots
            ],
        }
    }
    if cancelable_until(subscription, now) is not None:
        shown["refundOptions"] = [{"type": "Full", "expiresAt": stamp(open_lots[0].added + FULL_REFUND)}]
    return shown


def _renewal_term(subscription: Subscription) -> str:
    product = (subscription.scheduled or {}).get("product", {})
    term: str = product.get("termDuration", subscription.term)
    return "" if term == subscription.term else term


def _links(tenant: Tenant, subscription: Subscription) -> Json:
    product, _, sku = subscription.product.partition(":")
    market = f"?country={tenant.country}"
    base = f"/products/{product}"
    return {
        "product": link(base + market),
        "sku": link(f"{base}/skus/{sku}{market}"),
        "availability": link(f"{base}/skus/{sku}/availabilities/{availability_of(subscription)}{market}"),
        "self": link(f"/customers/{tenant.id}/subscriptions/{subscription.id}"),
    }
