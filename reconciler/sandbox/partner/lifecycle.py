"""What time does to subscriptions: renewal, scheduled changes, extension, expiry; a pure function of the clock.

`step` takes one subscription over its next event and `due_at` says when that is, so the result doesn't depend on when
anybody looked. Renewals begin at 00:00 UTC of the day after the term and take `behavior.renewal`; the fresh seven-day
window opens when they complete (fact sheet 6.8, 11.2). Ends follow Learn "Subscription lifecycle": auto-renew off ->
expired 30 days -> disabled 90 days -> deleted; suspended at term end -> disabled at once, same end.
It must not touch the world: settle.py walks it.

Decisions a reader would question [inferred]: a Cancel at term end leads to disabled at once (access stops, content is
kept, fact sheet 11.5) and to deleted on the day the longer path gets there; the Extended Service Term keeps status
active, product and quantity, and runs month by month.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.sandbox.partner import schedules
from reconciler.sandbox.partner.terms import end_instant, parse_day, renewal_instant
from reconciler.sandbox.partner.terms import last_day as last_day_of_term
from reconciler.sandbox.world import Lot, Product, Subscription

_EXPIRED_FOR = timedelta(days=30)
_DISABLED_FOR = timedelta(days=90)
_RUNNING = ("active", "suspended")


def term_over(subscription: Subscription) -> datetime:
    """The first moment after the term."""
    return renewal_instant(subscription.end.astimezone(UTC).date())


def is_renewing(subscription: Subscription, now: datetime) -> bool:
    """Between the end of the term and the end of what follows: most updates are refused then."""
    return subscription.status in _RUNNING and term_over(subscription) <= now


def due_at(subscription: Subscription, renewal: timedelta) -> datetime | None:
    """When the next event completes; None for what stays as it is for ever."""
    over = term_over(subscription)
    if subscription.status in _RUNNING:
        charge = subscription.properties.get("nextChargeAt")
        return over + renewal if charge is None else min(schedules.moment_of(charge), over + renewal)
    if subscription.status == "expired":
        return over + _EXPIRED_FOR
    if subscription.status == "disabled":
        return over + _EXPIRED_FOR + _DISABLED_FOR
    return None


def step(subscription: Subscription, catalog: Mapping[str, Product], completed: datetime) -> Subscription:
    """The subscription after its next event, which completes at `completed`."""
    next_status = {"expired": "disabled", "disabled": "deleted"}.get(subscription.status)
    if next_status is not None:
        return replace(subscription, status=next_status)
    if "nextChargeAt" in subscription.properties and completed < term_over(subscription):
        return charged(subscription)
    return _at_end(subscription, catalog, completed)


def _at_end(subscription: Subscription, catalog: Mapping[str, Product], completed: datetime) -> Subscription:
    action = schedules.action_at_end(subscription)
    if subscription.status == "suspended" or action == schedules.CANCEL:
        return _ended(subscription, "disabled")
    if action == schedules.EXTEND:
        return _extended(subscription, completed)
    ends_as_trial = subscription.is_trial and "product" not in _scheduled(subscription, catalog)
    if action is None or ends_as_trial:
        return _ended(subscription, "expired")
    return _renewed(subscription, catalog, completed)


def charged(subscription: Subscription) -> Subscription:
    """The billing frequency that was set for the next charge has come into force."""
    product = subscription.properties["nextChargeInstructions"]["product"]
    return replace(
        subscription,
        billing=str(product["billingCycle"]).lower(),
        properties=_without(subscription.properties, "nextChargeInstructions", "nextChargeAt"),
    )


def _renewed(subscription: Subscription, catalog: Mapping[str, Product], completed: datetime) -> Subscription:
    begun = term_over(subscription)
    changed = _scheduled(subscription, catalog)
    quantity = int(changed.get("quantity", subscription.quantity))
    term = str(changed.get("term", subscription.properties.get("extendedServiceTerm", subscription.term)))
    product: Product | None = changed.get("product")
    return replace(
        subscription,
        product=subscription.product if product is None else product.id,
        sku_id=subscription.sku_id if product is None else product.sku_id,
        is_trial=subscription.is_trial if product is None else product.is_trial,
        quantity=quantity,
        term=term,
        billing=str(changed.get("billing", subscription.billing)),
        start=begun,
        end=end_instant(changed.get("last_day") or last_day_of_term(begun.date(), term)),
        lots=(Lot(quantity, completed),),
        scheduled=None,
        properties=_renewed_properties(subscription, changed.get("promotion")),
    )


def _scheduled(subscription: Subscription, catalog: Mapping[str, Product]) -> dict[str, Any]:
    """The schedule in our words; a trial without one converts as its SKU says, to P1Y monthly (fact sheet 11.6)."""
    if subscription.scheduled is None:
        target = _conversion(subscription, catalog)
        return {} if target is None else {"product": target, "term": "P1Y", "billing": "monthly"}
    sent = subscription.scheduled
    product = sent.get("product", {})
    day = sent.get("customTermEndDate")
    found = {
        "product": catalog.get(f"{product.get('productId')}:{product.get('skuId')}"),
        "term": product.get("termDuration"),
        "billing": str(product["billingCycle"]).lower() if "billingCycle" in product else None,
        "promotion": product.get("promotionId"),
        "quantity": sent.get("quantity"),
        "last_day": None if day is None else parse_day(day),
    }
    return {name: value for name, value in found.items() if value is not None}


def _conversion(subscription: Subscription, catalog: Mapping[str, Product]) -> Product | None:
    trial = catalog.get(subscription.product)
    if not subscription.is_trial or trial is None:
        return None
    return catalog.get(trial.properties.get("convertsTo", ""))


def _extended(subscription: Subscription, completed: datetime) -> Subscription:
    begun = term_over(subscription)
    term = subscription.properties.get("extendedServiceTerm", subscription.term)
    return replace(
        subscription,
        term="P1M",
        billing="monthly",
        start=begun,
        end=end_instant(last_day_of_term(begun.date(), "P1M")),
        lots=(Lot(subscription.quantity, completed),),
        scheduled=None,
        properties={**subscription.properties, "extendedServiceTerm": term},
    )


def _ended(subscription: Subscription, status: str) -> Subscription:
    return replace(subscription, status=status, auto_renew=False, scheduled=None, lots=())


def _renewed_properties(subscription: Subscription, promotion: str | None) -> dict[str, Any]:
    """A new term is at the price and promotion of its day."""
    kept = _without(
        subscription.properties, "scheduledActions", "customTermEndDate", "promotionId", "extendedServiceTerm"
    )
    return kept if promotion is None else kept | {"promotionId": promotion}


def _without(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key not in names}
