"""Seats of a tenant: subscribedSkus and directory/subscriptions, computed from the subscriptions of all owners.

Reads the one subscription shelf that Partner Center writes; holds nothing of its own. Users are never bound to a
subscription: seats of one SKU are one pool, whoever pays (partner-center.md 12).

Sources: microsoft-graph-docs api/subscribedsku-list.md, microsoft-graph-docs-contrib resources/companysubscription.md,
api/directory-list-subscriptions.md; graph.md 7.1, 7.2.

The questionable decision: units in `warning` stay assignable, as the property texts say "still usable"; graph.md 16
lists it as unproved.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from reconciler.sandbox import skus
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import errors, holdings, pages, query, views, wire
from reconciler.sandbox.graph.schema import SUBSCRIBED_SKU, SUBSCRIPTION
from reconciler.sandbox.world import Json, Subscription, Tenant

# Partner Center's status to the directory's [inferred, partner-center.md 12]; a pending one has no seats yet.
_STATUS: Mapping[str, str] = MappingProxyType(
    {
        "active": "Enabled",
        "expired": "Warning",
        "suspended": "Suspended",
        "disabled": "Suspended",
        "deleted": "Deleted",
    }
)
_UNITS = {"Enabled": "enabled", "Warning": "warning", "Suspended": "suspended", "LockedOut": "lockedOut"}
# How long an expired subscription stays usable before the next step (partner-center.md 11.4).
_GRACE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Pool:
    """All seats of one SKU in a tenant."""

    sku_id: str
    subscriptions: tuple[Subscription, ...]

    def units(self) -> dict[str, int]:
        counted = dict.fromkeys(("enabled", "suspended", "warning", "lockedOut"), 0)
        for one in self.subscriptions:
            name = _UNITS.get(_STATUS[one.status])
            if name is not None:
                counted[name] += one.quantity
        return counted

    def usable(self) -> int:
        units = self.units()
        return units["enabled"] + units["warning"]


def pools(tenant: Tenant, as_of: float | None = None) -> dict[str, Pool]:
    """By skuId, in order of the first purchase."""
    grouped: dict[str, list[Subscription]] = {}
    for one in tenant.subscriptions.values(as_of):
        if one.status in _STATUS:
            grouped.setdefault(one.sku_id, []).append(one)
    return {sku_id: Pool(sku_id, tuple(members)) for sku_id, members in grouped.items()}


def list_subscribed_skus(call: Call) -> Answer:
    """One page, `$select` only (graph.md 1.1)."""
    asked = query.parse(call.request.query_string, call.headers, SUBSCRIBED_SKU, query.SELECT)
    used = holdings.consumed(call.tenant)
    rows = [_sku_row(call.tenant, pool, used[pool.sku_id]) for pool in pools(call.tenant, call.as_of).values()]
    return wire.collection(call, views.context(SUBSCRIBED_SKU, asked.select), [_chosen(row, asked) for row in rows])


def get_subscribed_sku(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, SUBSCRIBED_SKU, query.SELECT)
    tenant, key = call.tenant, call.params["sku"].lower()
    pool = pools(tenant, call.as_of).get(key.removeprefix(f"{tenant.id}_"))
    if pool is None or not key.startswith(f"{tenant.id}_"):
        raise errors.not_found(call.params["sku"])
    row = _sku_row(tenant, pool, holdings.consumed(tenant)[pool.sku_id])
    return wire.entity(call, "subscribedSkus/$entity", _chosen(row, asked))


def list_subscriptions(call: Call) -> Answer:
    """Paged and counted: the page says "supports the OData query parameters"; how far is [inferred]."""
    asked = query.parse(call.request.query_string, call.headers, SUBSCRIPTION, query.PAGED)
    page = pages.cut(call, asked, list(_visible(call)))
    rows = [_chosen(_subscription_row(call.tenant, one), asked) for one in page.rows]
    return wire.collection(call, views.context(SUBSCRIPTION, asked.select), rows, link=page.link, count=page.count)


def get_subscription(call: Call) -> Answer:
    """By its own id, or by the alternate key that ties it to Partner Center."""
    asked = query.parse(call.request.query_string, call.headers, SUBSCRIPTION, query.SELECT)
    commerce, own = call.params.get("commerce"), call.params.get("subscription", "")
    for one in _visible(call):
        if (commerce or "").lower() == one.id or own.lower() == directory_id(call.tenant, one):
            return wire.entity(
                call, "directory/subscriptions/$entity", _chosen(_subscription_row(call.tenant, one), asked)
            )
    raise errors.not_found(commerce or own)


def _visible(call: Call) -> Iterable[Subscription]:
    return (one for one in call.tenant.subscriptions.values(call.as_of) if one.status in _STATUS)


def directory_id(tenant: Tenant, subscription: Subscription) -> str:
    """The directory's own id of a subscription, which is not commerce's."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"companySubscription:{tenant.id}:{subscription.id}"))


def _sku_row(tenant: Tenant, pool: Pool, consumed: int) -> Json:
    sku = skus.find(pool.sku_id)
    units = pool.units()
    return {
        "accountName": tenant.domain.partition(".")[0],
        "accountId": tenant.id,
        "appliesTo": "User" if sku is None else sku.applies_to,
        "capabilityStatus": _capability(units),
        "consumedUnits": consumed,
        "id": f"{tenant.id}_{pool.sku_id}",
        "skuId": pool.sku_id,
        "skuPartNumber": None if sku is None else sku.part_number,
        "subscriptionIds": [directory_id(tenant, one) for one in pool.subscriptions],
        "prepaidUnits": units,
        "servicePlans": _service_plans(sku),
    }


def _capability(units: Mapping[str, int]) -> str:
    """Enabled as soon as one unit is; else the best that is left (subscribedSku property text)."""
    for name, status in (
        ("enabled", "Enabled"),
        ("warning", "Warning"),
        ("suspended", "Suspended"),
        ("lockedOut", "LockedOut"),
    ):
        if units[name]:
            return status
    return "Deleted"


def _service_plans(sku: skus.Sku | None) -> list[Json]:
    return [
        {
            "servicePlanId": plan.id,
            "servicePlanName": plan.name,
            "provisioningStatus": "Success",
            "appliesTo": plan.applies_to,
        }
        for plan in (sku.plans if sku else ())
    ]


def _subscription_row(tenant: Tenant, one: Subscription) -> Json:
    sku = skus.find(one.sku_id)
    status = _STATUS[one.status]
    following = one.end + _GRACE if status == "Warning" else None if status == "Deleted" else one.end
    return {
        "commerceSubscriptionId": one.id,
        "createdDateTime": holdings.stamp(one.created),
        "id": directory_id(tenant, one),
        "isTrial": one.is_trial,
        "nextLifecycleDateTime": None if following is None else holdings.stamp(following),
        "ownerId": None,
        "ownerTenantId": one.owner_tenant_id,
        "ownerType": "User",
        "skuId": one.sku_id,
        "skuPartNumber": None if sku is None else sku.part_number,
        "status": status,
        "totalLicenses": one.quantity,
        "serviceStatus": _service_plans(sku),
    }


def _chosen(row: Json, asked: query.Query) -> Json:
    return row if asked.select is None else {name: row.get(name) for name in asked.select}
