"""Who holds which license and why: direct assignments, what groups hand down, and how many seats that takes.

Pure reading over a tenant; `assign` and `worker` change things. What groups gave to users stands in
`Tenant.directory["inherited"]` as {user id: {group id: {skuId: record}}}, a record being {"state", "error", "at",
"disabledPlans"}: group licensing is a worker's result, not something to derive at each read (graph.md 7.5).

Sources: msgraph-metadata (licenseAssignmentState), microsoft-graph-docs-contrib resources/user.md, graph.md 7.1, 7.4.

The questionable decision: seats are counted by walking all users. A counter would be faster and would be wrong the day
somebody changes the world past it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reconciler.sandbox import skus
from reconciler.sandbox.world import Json, Tenant, User

INHERITED = "inherited"
LICENSED_AT = "licensedAt"
_NOTHING: Mapping[str, Any] = {}


def inherited(tenant: Tenant, user_id: str) -> Mapping[str, Mapping[str, Json]]:
    """Group id -> skuId -> record; failed ones included."""
    found: Mapping[str, Mapping[str, Json]] = tenant.directory.get(INHERITED, _NOTHING).get(user_id, _NOTHING)
    return found


def active(tenant: Tenant, user: User) -> dict[str, list[frozenset[str]]]:
    """skuId -> the disabled plans of each source that really gives it."""
    sources = {sku_id: [frozenset(disabled)] for sku_id, disabled in user.licenses.items()}
    for records in inherited(tenant, user.id).values():
        for sku_id, record in records.items():
            if record["state"] == "Active":
                sources.setdefault(sku_id, []).append(frozenset(record["disabledPlans"]))
    return sources


def enabled_plans(sources: Mapping[str, list[frozenset[str]]]) -> set[str]:
    """Plans that any source enables."""
    plans: set[str] = set()
    for sku_id, disabled_sets in sources.items():
        sku = skus.find(sku_id)
        everywhere_off = frozenset.intersection(*disabled_sets)
        plans.update(plan.id for plan in (sku.plans if sku else ()) if plan.id not in everywhere_off)
    return plans


def assigned_licenses(tenant: Tenant, user: User) -> list[Json]:
    """The union of all sources, which does not tell where a license comes from; a plan is off if all sources agree."""
    if not inherited(tenant, user.id):
        return [{"disabledPlans": list(disabled), "skuId": sku_id} for sku_id, disabled in user.licenses.items()]
    return [
        {"disabledPlans": sorted(frozenset.intersection(*disabled)), "skuId": sku_id}
        for sku_id, disabled in active(tenant, user).items()
    ]


def assignment_states(tenant: Tenant, user: User) -> list[Json]:
    """One entry for each SKU and source. `error` is "None" when all is well, as live answers show [inferred]."""
    changed: Mapping[str, str] = tenant.directory.get(LICENSED_AT, _NOTHING).get(user.id, _NOTHING)
    states = [
        _state(sku_id, disabled, None, ("Active", "None", changed.get(sku_id) or stamp(tenant.created)))
        for sku_id, disabled in user.licenses.items()
    ]
    for group_id, records in inherited(tenant, user.id).items():
        for sku_id, record in records.items():
            outcome = (record["state"], record["error"], record["at"])
            states.append(_state(sku_id, tuple(record["disabledPlans"]), group_id, outcome))
    return states


def _state(sku_id: str, disabled: tuple[str, ...], group_id: str | None, outcome: tuple[str, str, str]) -> Json:
    state, error, changed_at = outcome
    return {
        "skuId": sku_id,
        "disabledPlans": list(disabled),
        "assignedByGroup": group_id,
        "state": state,
        "error": error,
        "lastUpdatedDateTime": changed_at,
    }


def assigned_plans(tenant: Tenant, user: User) -> list[Json]:
    """Plans that are on; the tombstones of former ones are not kept [simplified]."""
    since = stamp(tenant.created)
    names = {plan.id: plan.name for sku_id in active(tenant, user) for plan in _plans(sku_id)}
    return [
        {"assignedDateTime": since, "capabilityStatus": "Enabled", "service": names[plan_id], "servicePlanId": plan_id}
        for plan_id in sorted(enabled_plans(active(tenant, user)))
    ]


def _plans(sku_id: str) -> tuple[skus.ServicePlan, ...]:
    sku = skus.find(sku_id)
    return () if sku is None else sku.plans


def consumed(tenant: Tenant) -> Counter[str]:
    """Seats in use by SKU: each user once, however many sources; deleted users take none [inferred, graph.md 5.3]."""
    handed_down = tenant.directory.get(INHERITED, _NOTHING)
    if not handed_down:
        return Counter(sku_id for user in tenant.users.values() for sku_id in user.licenses)
    counted: Counter[str] = Counter()
    for user in tenant.users.values():
        if user.id in handed_down:
            counted.update(active(tenant, user).keys())
        elif user.licenses:
            counted.update(user.licenses.keys())
    return counted


def seats_taken(tenant: Tenant, sku_id: str) -> int:
    """`consumed` for one SKU, without counting the others."""
    handed_down = tenant.directory.get(INHERITED, _NOTHING)
    by_groups = {
        user_id
        for user_id, sources in handed_down.items()
        if any(sku_id in records and records[sku_id]["state"] == "Active" for records in sources.values())
    }
    return sum(sku_id in user.licenses or user.id in by_groups for user in tenant.users.values())


def stamp(moment: datetime) -> str:
    """A moment as Graph writes it: UTC, whole seconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
