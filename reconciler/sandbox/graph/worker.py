"""Group licensing: hands a group's licenses down to its members, some time after the request that asked for it.

What is due stands in `Tenant.directory["licenseWork"]` as {group id: [queued at, due at, retry]}, seconds on the
world's clock; results are `holdings.inherited`. `settle` is called before each request and looks at one number unless
something is due. Nested groups hand nothing down; a product already held from elsewhere takes no further seat.
It must not fail a request: what goes wrong with a member becomes an error state of that member.

Sources: MicrosoftDocs/entra-docs licensing-groups-resolve-problems.md, microsoft-graph-docs-contrib
api/group-assignlicense.md; graph.md 7.5.

The questionable decision: failed members stay failed until the group's licenses change or somebody reprocesses them,
also when seats were bought meanwhile. That is what the documentation says and what people forget.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from reconciler.sandbox import skus
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import assign, audits, errors, groups, holdings, plan_rules, pools, users, views, wire
from reconciler.sandbox.graph.schema import GROUP
from reconciler.sandbox.world import Group, Json, Tenant, User, World

WORK = "licenseWork"
_NEXT = "graph.due"


def look_again(world: World) -> None:
    """Somebody changed groups or users past the API: hand down anew at the next request."""
    world.scratch.pop(_NEXT, None)


def queue(call: Call, group: Group, *, retry: bool) -> None:
    """Ask for the group's members to be brought up to date; `retry` includes those that failed before."""
    now = call.now.timestamp()
    due = now + call.world.behavior.group_licensing.total_seconds()
    work: Json = call.tenant.directory.setdefault(WORK, {})
    again = retry or bool(work.get(group.id, (0, 0, False))[2])
    work[group.id] = [now, due, again]
    # absent means that everything is looked at anyway
    if _NEXT in call.world.scratch:
        call.world.scratch[_NEXT] = min(due, call.world.scratch[_NEXT])


def settle(world: World, now: datetime) -> None:
    """Do what is due. The first look at a world hands down everything at once: it has stood for long."""
    upcoming = world.scratch.get(_NEXT)
    if upcoming is not None and now.timestamp() < upcoming:
        return
    for tenant in world.tenants.values():
        if upcoming is None:
            _hand_down_all(tenant, now)
        _work_off(tenant, now)
    dues = (due for tenant in world.tenants.values() for _, due, _ in tenant.directory.get(WORK, {}).values())
    world.scratch[_NEXT] = min(dues, default=math.inf)


def _hand_down_all(tenant: Tenant, now: datetime) -> None:
    concerned = {group_id for records in tenant.directory.get(holdings.INHERITED, {}).values() for group_id in records}
    concerned |= {group.id for group in tenant.groups.values() if group.licenses}
    for group_id in sorted(concerned):
        hand_down(tenant, group_id, now, retry=False, is_told=False)


def _work_off(tenant: Tenant, now: datetime) -> None:
    work: Json = tenant.directory.get(WORK, {})
    for group_id in [one for one, (_, due, _) in work.items() if due <= now.timestamp()]:
        _, _, retry = work.pop(group_id)
        hand_down(tenant, group_id, now, retry=retry)


def hand_down(tenant: Tenant, group_id: str, now: datetime, *, retry: bool, is_told: bool = True) -> None:
    """Bring all present and former members of one group up to date; `is_told` in the audit log."""
    before = _held(tenant, group_id)
    _bring_up_to_date(tenant, group_id, now, retry=retry)
    after = _held(tenant, group_id)
    for user_id in sorted({*before, *after}) if is_told else ():
        user = tenant.users.get(user_id)
        if user is not None and before.get(user_id) != after.get(user_id):
            by, what = audits.app(tenant, audits.GROUP_LICENSING), ("Change user license", "UserManagement")
            audits.write(tenant, now, by, what, (user,), ("AssignedLicense",))


def _held(tenant: Tenant, group_id: str) -> dict[str, Json]:
    """What each user has from a group."""
    everyone: Json = tenant.directory.get(holdings.INHERITED, {})
    return {user_id: sources[group_id] for user_id, sources in everyone.items() if group_id in sources}


def _bring_up_to_date(tenant: Tenant, group_id: str, now: datetime, *, retry: bool) -> None:
    group = tenant.groups.get(group_id)
    licenses = {} if group is None else group.licenses
    members = frozenset(() if group is None else group.members)
    everyone: Json = (
        tenant.directory.setdefault(holdings.INHERITED, {})
        if licenses
        else tenant.directory.get(holdings.INHERITED, {})
    )
    for user_id in [one for one, sources in everyone.items() if group_id in sources]:
        if user_id not in members or not licenses:
            _drop(everyone, user_id, group_id)
    if group is None or not licenses:
        return
    for user_id in group.members:
        user = tenant.users.get(user_id)
        if user is not None:
            _give(tenant, group, user, holdings.stamp(now), retry=retry)


def _drop(everyone: Json, user_id: str, group_id: str) -> None:
    everyone[user_id].pop(group_id)
    if not everyone[user_id]:
        everyone.pop(user_id)


def _give(tenant: Tenant, group: Group, user: User, at: str, *, retry: bool) -> None:
    sources: Json = tenant.directory[holdings.INHERITED].setdefault(user.id, {})
    before: Json = sources.get(group.id, {})
    if not retry and before.keys() == group.licenses.keys() and _fits(before, group):
        return
    sources.pop(group.id, None)
    failures = _failures(tenant, group, user)
    sources[group.id] = {
        sku_id: _record(before.get(sku_id), disabled, failures.get(sku_id) if failures else "None", at)
        for sku_id, disabled in group.licenses.items()
    }
    if failures:
        # one failing product keeps the group's others off that member too (graph.md 7.5)
        for record in sources[group.id].values():
            record["state"] = "Error"
        return
    tenant.users.put(assign.with_mailbox(tenant, user))


def _fits(records: Json, group: Group) -> bool:
    return all(records[sku_id]["disabledPlans"] == list(plans) for sku_id, plans in group.licenses.items())


def _record(before: Json | None, disabled: tuple[str, ...], error: str | None, at: str) -> Json:
    """The time stays where nothing changed."""
    made = {"state": "Active", "error": error or "Other", "disabledPlans": list(disabled)}
    unchanged = before is not None and {name: before[name] for name in made} == made
    return {**made, "at": before["at"] if unchanged and before is not None else at}


def _failures(tenant: Tenant, group: Group, user: User) -> Mapping[str, str]:
    """skuId -> error name for products that this member cannot get; empty if all is well."""
    held = holdings.active(tenant, user)
    owned = pools.pools(tenant)
    short = [
        sku_id
        for sku_id in group.licenses
        if sku_id not in held
        and (sku_id not in owned or owned[sku_id].usable() - holdings.seats_taken(tenant, sku_id) < 1)
    ]
    if short:
        return dict.fromkeys(short, "CountViolation")
    result = {sku_id: list(disabled) for sku_id, disabled in held.items()}
    for sku_id, disabled in group.licenses.items():
        result.setdefault(sku_id, []).append(frozenset(disabled))
    plans, former = holdings.enabled_plans(result), holdings.enabled_plans(held)
    for clash in plan_rules.clashes(plans):
        if clash not in set(plan_rules.clashes(former)):
            return _blame(group, frozenset(clash), "MutuallyExclusiveViolation")
    for plan_id, _ in plan_rules.gaps(plans):
        if plan_id not in former:
            return _blame(group, frozenset({plan_id}), "DependencyViolation")
    try:
        assign.with_mailbox(tenant, user)
    except errors.GraphError:
        return dict.fromkeys(group.licenses, "UniquenessViolation")
    return {}


def _blame(group: Group, plans: frozenset[str], error: str) -> Mapping[str, str]:
    """The products of the group that bring one of these plans; all of them if none does."""
    bringing = [
        sku_id
        for sku_id in group.licenses
        if (sku := skus.find(sku_id)) is not None and not plans.isdisjoint(plan.id for plan in sku.plans)
    ]
    return dict.fromkeys(bringing or group.licenses, error)


def assign_to_group(call: Call) -> Answer:
    """202: the group's own list changes at once, the members' later."""
    wanted = assign.parse(call)
    group = groups.present(call)
    if not group.properties.get("securityEnabled"):
        # Rule of graph.md 7.5; text [inferred]
        raise errors.bad_request("License assignment failed because the group is not security enabled.")
    assign.check_products(call.tenant, wanted.add)
    assign.check_plans(wanted.add)
    if any(sku_id not in group.licenses for sku_id in wanted.remove):
        raise errors.bad_request("Group does not have a corresponding license.")  # modelled on the user's text
    kept = {sku_id: disabled for sku_id, disabled in group.licenses.items() if sku_id not in wanted.remove}
    changed = replace(group, licenses={**kept, **wanted.add})
    call.tenant.groups.put(changed)
    queue(call, changed, retry=True)
    audits.record(call, "Set group license", "GroupManagement", changed, ("AssignedLicense",))
    return wire.entity(call, f"{GROUP.segment}/$entity", groups.row_of(call)(changed), 202)


def reprocess(call: Call) -> Answer:
    """Tries a user's inherited licenses again, at once; a missing dependency is told to the caller (graph.md 7.5)."""
    user = users.present(call, call.params["user"])
    tenant = call.tenant
    for group in list(tenant.groups.values()):
        if group.licenses and user.id in group.members:
            tenant.directory.setdefault(holdings.INHERITED, {})
            present = tenant.users.get(user.id)
            assert present is not None
            _give(tenant, group, present, wire.moment(call), retry=True)
    for records in holdings.inherited(tenant, user.id).values():
        if any(record["error"] == "DependencyViolation" for record in records.values()):
            raise _dependency_error(tenant, user, records)
    audits.record(call, "Reprocess user license assignment", "UserManagement", user)
    present = tenant.users.get(user.id)
    assert present is not None
    return wire.entity(call, "users/$entity", views.user_selector(tenant)(present))


def _dependency_error(tenant: Tenant, user: User, records: Mapping[str, Json]) -> errors.GraphError:
    sources = holdings.active(tenant, user)
    wished = {**sources, **{sku_id: [frozenset(record["disabledPlans"])] for sku_id, record in records.items()}}
    plan_id, needed = next(plan_rules.gaps(holdings.enabled_plans(wished)), ("", ()))
    return errors.bad_request(
        f"License assignment failed because service plan {plan_id} depends on the service plan(s) {','.join(needed)}"
    )
