"""Reading users: list, one, count, manager, memberships, license details.

Every read goes to the replica this request happened to reach (`call.as_of`); advanced queries go to the index, which
lags more. It must not change anything: `users_write`.

Sources: microsoft-graph-docs-contrib api/user-list.md, api/user-get.md, api/user-list-manager.md,
api/user-list-memberof.md, api/user-list-licensedetails.md; graph.md 1, 5, 7.4.

The questionable decision: a user is found by id or UPN from one path parameter, as the service does, so a UPN that is
a guid cannot be addressed. Nobody has one.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox import skus
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import activity, errors, holdings, keys, pages, query, roles, views, wire
from reconciler.sandbox.graph.schema import DIRECTORY_ROLE, GROUP, LICENSE_DETAILS, USER
from reconciler.sandbox.world import Group, Json, Tenant, User

# What a manager shows when expanded without $select: the type's defaults (user-list-manager page).
_MANAGER = "directoryObjects/$entity"


def seen(call: Call, key: str) -> User:
    """The user as this request's replica shows it; 404 if it is not (yet) there."""
    tenant = call.tenant
    by_id = keys.is_guid(key)
    user = tenant.users.get(key.lower(), call.as_of) if by_id else tenant.user_by_upn(key, call.as_of)
    if user is None:
        raise errors.not_found(key)
    return user


def present(call: Call, key: str) -> User:
    """The user to write to: the replica must know it, the change goes to what it is now."""
    user = call.tenant.users.get(seen(call, key).id)
    if user is None:
        raise errors.not_found(key)
    return user


def list_users(call: Call) -> Answer:
    asked = activity.admitted(call, query.parse(call.request.query_string, call.headers, USER, query.COLLECTION))
    tenant = call.tenant
    read = views.reader(views.user_getters(tenant))
    row = views.user_selector(tenant, asked.select)
    found = pages.matching(tenant.users.values(pages.moment(call, asked)), asked, read)
    page = pages.cut(call, asked, found)
    rows = [row(user) for user in page.rows]
    for expansion in asked.expand:
        _expand(call, expansion, page.rows, rows)
    context = views.context(USER, asked.select)
    return wire.collection(call, context, rows, link=page.link, count=page.count)


def count_users(call: Call) -> Answer:
    """`/users/$count` is plain text and needs the header (aad-advanced-queries.md)."""
    if call.headers.get("consistencylevel", "").lower() != "eventual":
        raise errors.bad_request("$count is not currently supported.")
    asked = query.parse(call.request.query_string, call.headers, USER, query.COUNT)
    read = views.reader(views.user_getters(call.tenant))
    number = len(pages.matching(call.tenant.users.values(call.index_as_of), asked, read))
    return wire.plain(str(number))


def get_user(call: Call) -> Answer:
    asked = activity.admitted(call, query.parse(call.request.query_string, call.headers, USER, query.SINGLE))
    user = seen(call, call.params["user"])
    row = views.user_selector(call.tenant, asked.select)(user)
    for expansion in asked.expand:
        _expand(call, expansion, [user], [row])
    return wire.entity(call, f"{views.context(USER, asked.select)}/$entity", row)


def _expand(call: Call, expansion: query.Expansion, users: list[User], rows: list[Json]) -> None:
    """Only a manager can be expanded here; users without one carry no key, as live."""
    if expansion.name != "manager":
        raise errors.unsupported_query()
    row_of = views.user_selector(call.tenant, expansion.select)
    for user, row in zip(users, rows, strict=True):
        manager = None if user.manager is None else call.tenant.users.get(user.manager, call.as_of)
        if manager is not None:
            row["manager"] = {"@odata.type": "#microsoft.graph.user", **row_of(manager)}


def get_manager(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, USER, query.SELECT)
    user = seen(call, call.params["user"])
    manager = None if user.manager is None else call.tenant.users.get(user.manager, call.as_of)
    if manager is None:
        raise errors.not_found("manager")
    row = views.user_selector(call.tenant, asked.select)(manager)
    return wire.entity(call, _MANAGER, {"@odata.type": "#microsoft.graph.user", **row})


def list_direct_reports(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, USER, query.LINKED)
    user = seen(call, call.params["user"])
    page = pages.cut(call, asked, [one for one in call.tenant.users.values(call.as_of) if one.manager == user.id])
    row = views.user_selector(call.tenant, asked.select)
    rows = wire.mixed(("user", row(one)) for one in page.rows)
    return wire.collection(call, "directoryObjects", rows, link=page.link)


def list_member_of(call: Call) -> Answer:
    """Groups and directory roles; only direct ones."""
    asked = query.parse(call.request.query_string, call.headers, GROUP, query.LINKED)
    user = seen(call, call.params["user"])
    page = pages.cut(call, asked, list(_containers(call, user)))
    row = views.group_selector(call.tenant, asked.select, call.now.timestamp())
    rows = wire.mixed(
        ("group", row(one)) if isinstance(one, Group) else (DIRECTORY_ROLE.name, one.row()) for one in page.rows
    )
    return wire.collection(call, "directoryObjects", rows, link=page.link)


def list_member_of_groups(call: Call) -> Answer:
    """The cast to groups is homogeneous: rows say no type."""
    asked = query.parse(call.request.query_string, call.headers, GROUP, query.LINKED)
    user = seen(call, call.params["user"])
    page = pages.cut(call, asked, [one for one in _containers(call, user) if isinstance(one, Group)])
    row = views.group_selector(call.tenant, asked.select, call.now.timestamp())
    return wire.collection(call, views.context(GROUP, asked.select), [row(one) for one in page.rows], link=page.link)


def _containers(call: Call, user: User) -> Iterator[Group | roles.Role]:
    for group in call.tenant.groups.values(call.as_of):
        if user.id in group.members:
            yield group
    for name in user.roles:
        yield roles.role(call.tenant, name)


def list_license_details(call: Call) -> Answer:
    query.parse(call.request.query_string, call.headers, LICENSE_DETAILS, query.SELECT)
    user = seen(call, call.params["user"])
    rows = [_details(call.tenant, user, sku_id) for sku_id in holdings.active(call.tenant, user)]
    return wire.collection(call, f"users('{user.id}')/licenseDetails", rows)


def _details(tenant: Tenant, user: User, sku_id: str) -> Json:
    """The id packs user and SKU in the service's own way; here it is readable and just as opaque to clients."""
    sku = skus.find(sku_id)
    enabled = holdings.enabled_plans({sku_id: holdings.active(tenant, user)[sku_id]})
    return {
        "id": f"{user.id}_{sku_id}",
        "skuId": sku_id,
        "skuPartNumber": None if sku is None else sku.part_number,
        "servicePlans": [
            {
                "servicePlanId": plan.id,
                "servicePlanName": plan.name,
                "provisioningStatus": "Success" if plan.id in enabled else "Disabled",
                "appliesTo": plan.applies_to,
            }
            for plan in (sku.plans if sku else ())
        ],
    }
