"""Brings the world up to date with the clock: due orders, pending updates, term ends; called before every request.

Keeps the next due moment in `World.scratch`, so nothing due costs one comparison. Whoever changes subscriptions or
orders calls `expect` with the new moment, or `look_again` when it doesn't know it (the control API does).
It must not know what an event does: lifecycle.py and orders.py do.

The decision a reader would question: an event that is late by a year of sandbox time is replayed step by step, each
renewal at its own date. A jump of the clock must give what waiting would have given.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from reconciler.sandbox.partner import lifecycle, orders
from reconciler.sandbox.world import Subscription, Tenant, World

_NEXT_DUE = "partnerCenter.nextDue"
_PENDING = "partnerCenter.pendingPatches"
_NEVER = datetime.max.replace(tzinfo=UTC)


def settle(world: World, now: datetime) -> None:
    """Everything that is due by `now` has happened."""
    next_due: datetime | None = world.scratch.get(_NEXT_DUE)
    if next_due is not None and now < next_due:
        return
    world.scratch[_NEXT_DUE] = min(
        (_settle_tenant(world, tenant, now) for tenant in world.tenants.values()), default=_NEVER
    )


def look_again(world: World) -> None:
    """Something changed outside Partner Center: find out anew what is due."""
    world.scratch.pop(_NEXT_DUE, None)


def expect(world: World, moment: datetime | None) -> None:
    """Something will be due at `moment`."""
    if moment is not None and _NEXT_DUE in world.scratch:
        world.scratch[_NEXT_DUE] = min(world.scratch[_NEXT_DUE], moment)


def put(world: World, tenant: Tenant, subscription: Subscription) -> None:
    """Store a subscription and note when time will change it."""
    tenant.subscriptions.put(subscription)
    expect(world, lifecycle.due_at(subscription, world.behavior.renewal))


def put_later(world: World, tenant: Tenant, subscription: Subscription, moment: datetime) -> None:
    """Store it at `moment`: an update that was accepted with 202."""
    pending: dict[tuple[str, str], tuple[datetime, Subscription]] = world.scratch.setdefault(_PENDING, {})
    pending[(tenant.id, subscription.id)] = (moment, subscription)
    expect(world, moment)


def is_pending(world: World, tenant: Tenant, subscription: Subscription) -> bool:
    return (tenant.id, subscription.id) in world.scratch.get(_PENDING, {})


def _settle_tenant(world: World, tenant: Tenant, now: datetime) -> datetime:
    next_due = orders.provision_due(world, tenant, now)
    there = {one.id for one in tenant.subscriptions.values()}
    pending: dict[tuple[str, str], tuple[datetime, Subscription]] = world.scratch.get(_PENDING, {})
    new = (after for (whose, key), (_, after) in pending.items() if whose == tenant.id and key not in there)
    for subscription in (*tenant.subscriptions.values(), *new):
        latest, pending_until = _patched(world, tenant, subscription, now)
        settled, due = _advanced(world, tenant, latest, now)
        is_made = subscription.id not in there and not is_pending(world, tenant, subscription)
        if settled is not subscription or is_made:
            tenant.subscriptions.put(settled)
        next_due = min(next_due, due, pending_until)
    return next_due


def _patched(world: World, tenant: Tenant, subscription: Subscription, now: datetime) -> tuple[Subscription, datetime]:
    pending: dict[tuple[str, str], tuple[datetime, Subscription]] = world.scratch.get(_PENDING, {})
    moment, after = pending.get((tenant.id, subscription.id), (_NEVER, subscription))
    if moment > now:
        return subscription, moment
    del pending[(tenant.id, subscription.id)]
    return after, _NEVER


def _advanced(world: World, tenant: Tenant, subscription: Subscription, now: datetime) -> tuple[Subscription, datetime]:
    renewal: timedelta = world.behavior.renewal
    while (due := lifecycle.due_at(subscription, renewal)) is not None and due <= now:
        after = lifecycle.step(subscription, world.catalog, due)
        if after.status == "active" and after.start != subscription.start:
            order_id = orders.record_renewal(world, tenant, after, due)
            after = replace(after, properties={**after.properties, "orderId": order_id})
        subscription = after
    return subscription, due or _NEVER
