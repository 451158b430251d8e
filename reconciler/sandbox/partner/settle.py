"""Brings the world up to date with the clock: due orders, pending updates, term ends; called before every request.

Keeps the next due moment in `World.scratch`, so nothing due costs one comparison. Whoever changes subscriptions or
orders calls `expect` with the new moment, or `look_again` when it doesn't know it (the control API does).
Everything that is stored here is told to the log of charges (billing/history.py).
It must not know what an event does: lifecycle.py and orders.py do.

The decision a reader would question: an event that is late by a year of sandbox time is replayed step by step, each
renewal at its own date. A jump of the clock must give what waiting would have given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from reconciler.sandbox.billing import history
from reconciler.sandbox.billing.history import Cause
from reconciler.sandbox.partner import lifecycle, orders
from reconciler.sandbox.world import Subscription, Tenant, World

_NEXT_DUE = "partnerCenter.nextDue"
_PENDING = "partnerCenter.pendingPatches"
_NEVER = datetime.max.replace(tzinfo=UTC)
_Change = tuple[Subscription | None, Subscription]


@dataclass(frozen=True, slots=True)
class _Pending:
    """An update that was accepted and has not happened."""

    moment: datetime
    after: Subscription
    cause: Cause | None


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


def put(world: World, tenant: Tenant, subscription: Subscription, cause: Cause | None = None) -> None:
    """Store a subscription, note when time will change it and what it is charged."""
    _log(world, tenant, (tenant.subscriptions.get(subscription.id), subscription), world.clock.now(), cause)
    tenant.subscriptions.put(subscription)
    expect(world, lifecycle.due_at(subscription, world.behavior.renewal))


def put_later(
    world: World, tenant: Tenant, subscription: Subscription, moment: datetime, cause: Cause | None = None
) -> None:
    """Store it at `moment`: an update that was accepted with 202."""
    _pending(world)[(tenant.id, subscription.id)] = _Pending(moment, subscription, cause)
    expect(world, moment)


def is_pending(world: World, tenant: Tenant, subscription: Subscription) -> bool:
    return (tenant.id, subscription.id) in _pending(world)


def _settle_tenant(world: World, tenant: Tenant, now: datetime) -> datetime:
    next_due = orders.provision_due(world, tenant, now)
    there = {one.id for one in tenant.subscriptions.values()}
    new = (one.after for (whose, key), one in _pending(world).items() if whose == tenant.id and key not in there)
    for subscription in (*tenant.subscriptions.values(), *new):
        latest, pending_until = _patched(world, tenant, subscription, now)
        settled, due = _advanced(world, tenant, latest, now)
        is_made = subscription.id not in there and not is_pending(world, tenant, subscription)
        if settled is not subscription or is_made:
            tenant.subscriptions.put(settled)
        next_due = min(next_due, due, pending_until)
    return next_due


def _patched(world: World, tenant: Tenant, subscription: Subscription, now: datetime) -> tuple[Subscription, datetime]:
    pending = _pending(world).get((tenant.id, subscription.id))
    if pending is None:
        return subscription, _NEVER
    if pending.moment > now:
        return subscription, pending.moment
    del _pending(world)[(tenant.id, subscription.id)]
    before = tenant.subscriptions.get(subscription.id)
    _log(world, tenant, (before, pending.after), pending.moment, pending.cause)
    return pending.after, _NEVER


def _advanced(world: World, tenant: Tenant, subscription: Subscription, now: datetime) -> tuple[Subscription, datetime]:
    renewal: timedelta = world.behavior.renewal
    while (due := lifecycle.due_at(subscription, renewal)) is not None and due <= now:
        after = lifecycle.step(subscription, world.catalog, due)
        if after.status == "active" and after.start != subscription.start:
            order_id = orders.record_renewal(world, tenant, after, due)
            after = replace(after, properties={**after.properties, "orderId": order_id})
        history.note(world, tenant, (subscription, after), due)
        subscription = after
    return subscription, due or _NEVER


def _pending(world: World) -> dict[tuple[str, str], _Pending]:
    found: dict[tuple[str, str], _Pending] = world.scratch.setdefault(_PENDING, {})
    return found


def _log(world: World, tenant: Tenant, change: _Change, moment: datetime, cause: Cause | None) -> None:
    if cause is None:
        history.note(world, tenant, change, moment)
    else:
        history.note_cause(world, tenant, change, moment, cause)
