"""The renewal half of a subscription PATCH: auto-renew, scheduled changes, action at the end of the term.

Scheduled changes need an active subscription with auto-renew on, a complete product that may be bought today, and a
quantity within bounds (Learn "Create scheduled changes"; fact sheet 6.8). `scheduledActions` wins where the body
changes it; sent back unchanged, it yields to a changed flag or schedule.
Pure, like changes.py, which calls it last.

The decision a reader would question [inferred]: the availability id of a schedule may be today's or the one the
subscription was bought at, because Microsoft says to take it from offerId; any other is 404/400019.
"""

from dataclasses import replace

from reconciler.sandbox.partner import catalog, coterm, schedules, seats, subscription_wire
from reconciler.sandbox.partner.casing import Json
from reconciler.sandbox.partner.commerce import Desk
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.wanted import Wanted, actions_kept, same
from reconciler.sandbox.world import Subscription


def arranged(desk: Desk, subscription: Subscription, wanted: Wanted, *, is_immediate: bool) -> Subscription:
    """The subscription with its end of term as the body leaves it."""
    if subscription.status in {"suspended", "deleted"}:
        return _cleared(subscription, auto_renew=False)
    if is_immediate:
        return _cleared(subscription, auto_renew=wanted.auto_renew)
    auto_renew, scheduled, action = _resolved(subscription, wanted)
    if auto_renew and not _is_renewable(desk, subscription):
        raise refuse(400, 800093)
    if scheduled is not None and not same(scheduled, subscription.scheduled):
        if not auto_renew:
            raise refuse(400, 800093)
        _check_schedule(desk, subscription, scheduled)
    return replace(
        subscription,
        auto_renew=auto_renew,
        scheduled=scheduled if auto_renew else None,
        properties=schedules.with_action(subscription.properties, action),
    )


def _resolved(subscription: Subscription, wanted: Wanted) -> tuple[bool, Json | None, str | None]:
    """Auto-renew, schedule and explicit action; see the module's docstring for who wins."""
    if wanted.actions and not actions_kept(wanted, subscription):
        row = wanted.actions[0]
        if row["actionType"] == schedules.RENEW:
            return True, row.get("instructions") or wanted.scheduled, None
        if row["actionType"] == schedules.EXTEND and not schedules.may_extend(subscription):
            raise refuse_input("the term of this subscription can't be extended")
        return False, None, row["actionType"]
    is_untouched = wanted.auto_renew == subscription.auto_renew and same(wanted.scheduled, subscription.scheduled)
    action = schedules.explicit_action(subscription) if wanted.actions and is_untouched else None
    return wanted.auto_renew, wanted.scheduled, action


def _cleared(subscription: Subscription, *, auto_renew: bool) -> Subscription:
    return replace(
        subscription,
        auto_renew=auto_renew,
        scheduled=None,
        properties=schedules.with_action(subscription.properties, None),
    )


def _is_renewable(desk: Desk, subscription: Subscription) -> bool:
    product = desk.world.catalog.get(subscription.product)
    return product is None or bool(product.properties.get("renewable", True))


def _check_schedule(desk: Desk, subscription: Subscription, scheduled: Json) -> None:
    target = scheduled["product"]
    product = catalog.sku_of(desk.world, target["productId"], target["skuId"])
    is_known = product.id == subscription.product and target["availabilityId"] == subscription_wire.availability_of(
        subscription
    )
    if not is_known:
        catalog.availability_of(product, target["availabilityId"], desk.now)
    catalog.check_term(product, target["termDuration"], catalog.read_billing(target["billingCycle"]))
    if product.id != subscription.product:
        _check_target(desk, subscription, product.id)
    seats.check_bounds(product, scheduled["quantity"])
    if "customTermEndDate" in scheduled:
        coterm.check_scheduled(desk, subscription, scheduled)


def _check_target(desk: Desk, subscription: Subscription, target: str) -> None:
    """Another product only along the catalog's upgrade paths; a SKU without any in the world file isn't checked."""
    product = desk.world.catalog.get(subscription.product)
    paths = () if product is None else product.properties.get("upgradeTargetOffers", ())
    if paths and target not in paths:
        raise refuse_input(f"{target} isn't an upgrade target of {subscription.product}")
