"""assignLicense for a user: the whole rule chain, all or nothing, in the order the service judges it.

One request changes everything at once, so a swap from one product to another is judged on its result. What groups hand
down is `worker`; it uses `judge` too.
It must not touch the user before every rule has passed.

Sources: microsoft-graph-docs-contrib api/user-assignlicense.md; graph.md 7.3 (order and texts, most of them seen in
live answers; the text for an unknown plan is [inferred]).

The questionable decision: a rule that the user broke already is not held against an unrelated change. A world may start
with such a user, and the service blames the request, not the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.sandbox import skus
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import addresses, audits, errors, holdings, plan_rules, pools, users, views, wire
from reconciler.sandbox.world import Json, Tenant, User

_KEYS = ("addLicenses", "removeLicenses")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A parsed body: skuId -> disabled plans to set, and skuIds to take away."""

    add: Mapping[str, tuple[str, ...]]
    remove: tuple[str, ...]


def assign_license(call: Call) -> Answer:
    wanted = parse(call)
    user = users.present(call, call.params["user"])
    tenant = call.tenant
    _check_alone(call, user)
    check_products(tenant, wanted.add)
    if wanted.add and not user.properties.get("usageLocation"):
        raise errors.bad_request("License assignment cannot be done for user with invalid usage location.")
    check_plans(wanted.add)
    _check_seats(tenant, user, wanted.add)
    changed = _applied(user, wanted)
    judge(tenant, user, changed)
    _check_removals(tenant, user, wanted.remove)
    changed = with_mailbox(tenant, changed)
    tenant.users.put(changed)
    _stamp(tenant, changed, wanted, wire.moment(call))
    audits.record(call, "Change user license", "UserManagement", changed, ("AssignedLicense",))
    return wire.entity(call, "users/$entity", views.user_selector(tenant)(changed))


def _check_alone(call: Call, user: User) -> None:
    """Rule 11 for requests outside a batch: `behavior.concurrencyWindow` says how close is parallel."""
    window_s, now = call.world.behavior.concurrency_window.total_seconds(), call.now.timestamp()
    writes: dict[str, float] = call.world.scratch.setdefault("graph.licenseWrites", {})
    last = writes.get(user.id)
    if window_s and last is not None and 0 <= now - last < window_s:
        raise errors.concurrent()
    writes[user.id] = now


def parse(call: Call) -> Wanted:
    """Both keys must be there, even when empty (graph.md 7.3)."""
    document = wire.body(call)
    missing = [key for key in _KEYS if not isinstance(document.get(key), list)]
    if missing:
        # Wording of OData action errors in public issues about assignLicense.
        raise errors.bad_request(
            "One or more parameters of the operation 'assignLicense' are missing from the request payload. "
            f"The missing parameters are: {', '.join(missing)}.",
        )
    adds = [_addition(one) for one in document["addLicenses"]]
    removes = [_guid(one, "removeLicenses") for one in document["removeLicenses"]]
    named = [sku_id for sku_id, _ in adds] + removes
    if len(set(named)) != len(named):
        raise errors.bad_request("Request contains a property with duplicate values")
    return Wanted(dict(adds), tuple(removes))


def _addition(one: Any) -> tuple[str, tuple[str, ...]]:
    if not isinstance(one, dict) or one.keys() - {"skuId", "disabledPlans", "@odata.type"}:
        raise errors.bad_request("Invalid value specified for property 'addLicenses' of resource 'User'.")
    plans = one.get("disabledPlans") or []
    return _guid(one.get("skuId"), "addLicenses"), tuple(_guid(plan, "addLicenses") for plan in plans)


def _guid(value: Any, target: str) -> str:
    if not isinstance(value, str) or len(value) != 36:
        raise errors.invalid_value(target, "User")
    return value.lower()


def check_products(tenant: Tenant, add: Iterable[str]) -> None:
    """Rules 1 and 2: the tenant has the product, and it is one for people."""
    owned = pools.pools(tenant)
    for sku_id in add:
        sku = skus.find(sku_id)
        if sku_id not in owned:
            raise errors.bad_request(f"License {sku_id} does not correspond to a valid company License.")
        if sku is not None and sku.applies_to != "User":
            raise errors.bad_request(f"License {sku_id} cannot be assigned to a user.")


def check_plans(add: Mapping[str, tuple[str, ...]]) -> None:
    """Rule 5: only plans of the product itself can be turned off."""
    for sku_id, disabled in add.items():
        sku = skus.find(sku_id)
        for plan_id in disabled:
            if sku is None or sku.plan(plan_id) is None:
                raise errors.bad_request(f"Service plan {plan_id} is not part of license {sku_id}.")


def _check_seats(tenant: Tenant, user: User, add: Iterable[str]) -> None:
    """Rule 6; who holds the product already, from anywhere, takes no further seat."""
    fresh = [sku_id for sku_id in add if sku_id not in holdings.active(tenant, user)]
    if not fresh:
        return
    owned = pools.pools(tenant)
    for sku_id in fresh:
        if owned[sku_id].usable() - holdings.seats_taken(tenant, sku_id) < 1:
            raise errors.bad_request(f"Subscription with SKU {sku_id} does not have any available licenses.")


def _applied(user: User, wanted: Wanted) -> User:
    kept = {sku_id: disabled for sku_id, disabled in user.licenses.items() if sku_id not in wanted.remove}
    return replace(user, licenses={**kept, **wanted.add})


def judge(tenant: Tenant, before: User, after: User) -> None:
    """Rules 7 and 8 on what would result; raises for the first new violation."""
    old = holdings.enabled_plans(holdings.active(tenant, before))
    new = holdings.enabled_plans(holdings.active(tenant, after))
    known_clashes, known_gaps = set(plan_rules.clashes(old)), set(plan_rules.gaps(old))
    for clash in plan_rules.clashes(new):
        if clash not in known_clashes:
            raise errors.bad_request(
                f"License assignment failed because service plans {','.join(clash)} are mutually exclusive"
            )
    for plan_id, needed in plan_rules.gaps(new):
        if (plan_id, needed) not in known_gaps:
            raise errors.bad_request(
                f"License assignment failed because service plan {plan_id} depends on the service plan(s) "
                f"{','.join(needed)}"
            )


def _check_removals(tenant: Tenant, user: User, remove: Iterable[str]) -> None:
    """Rule 9: only what was given directly can be taken directly."""
    inherited = {sku_id for records in holdings.inherited(tenant, user.id).values() for sku_id in records}
    for sku_id in remove:
        if sku_id in user.licenses:
            continue
        if sku_id in inherited:
            raise errors.bad_request(
                "User license is inherited from a group membership and it cannot be removed directly from the user."
            )
        raise errors.bad_request("User does not have a corresponding license.")


def with_mailbox(tenant: Tenant, user: User) -> User:
    """Rule 10 and its effect: a first Exchange plan makes a mailbox under the UPN, if the address is free."""
    plans = holdings.enabled_plans(holdings.active(tenant, user))
    if user.properties.get("proxyAddresses") or plan_rules.MAILBOX.isdisjoint(plans):
        return user
    address = str(user.properties.get("mail") or user.upn)
    addresses.check_free(tenant, address, user.id, "proxyAddresses")
    return replace(user, properties={**user.properties, "mail": address, "proxyAddresses": [f"SMTP:{address}"]})


def _stamp(tenant: Tenant, user: User, wanted: Wanted, now: str) -> None:
    times: Json = tenant.directory.setdefault(holdings.LICENSED_AT, {}).setdefault(user.id, {})
    times.update(dict.fromkeys(wanted.add, now))
    for sku_id in wanted.remove:
        times.pop(sku_id, None)
