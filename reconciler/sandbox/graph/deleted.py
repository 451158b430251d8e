"""The recycle bin: deleted users and groups for 30 days, restore, purge.

A deleted user keeps its licenses and memberships, and takes no seat meanwhile; so a restore may overdraw a pool. What
is older than 30 days is purged when somebody looks.
It must not list without a cast: the service does not either.

Sources: microsoft-graph-docs api/directory-deleteditems-list.md, -get.md, -restore.md, -delete.md; graph.md 5.3.

The questionable decision: a restore into a full pool gives the license back and leaves consumedUnits above enabled,
instead of an error state that no document describes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import addresses, audits, errors, groups, holdings, pages, query, views, wire
from reconciler.sandbox.graph.schema import GROUP, USER
from reconciler.sandbox.world import Group, Tenant, User

KEPT = timedelta(days=30)


def list_without_cast(_call: Call) -> Answer:
    # Unsupported by the service (directory-deleteditems-list page); text [inferred]
    raise errors.bad_request("Listing deleted items requires a cast to a type.", code="Request_UnsupportedQuery")


def list_users(call: Call) -> Answer:
    _purge_old(call)
    asked = query.parse(call.request.query_string, call.headers, USER, query.COLLECTION)
    read = views.reader(views.user_getters(call.tenant))
    found = pages.matching(call.tenant.deleted_users.values(pages.moment(call, asked)), asked, read)
    page = pages.cut(call, asked, found)
    row = views.user_selector(call.tenant, asked.select)
    context = views.context(USER, asked.select)
    return wire.collection(call, context, [row(user) for user in page.rows], link=page.link, count=page.count)


def list_groups(call: Call) -> Answer:
    _purge_old(call)
    asked = query.parse(call.request.query_string, call.headers, GROUP, query.COLLECTION)
    read = views.reader(views.group_getters(call.tenant, call.now.timestamp()))
    found = pages.matching(call.tenant.deleted_groups.values(pages.moment(call, asked)), asked, read)
    page = pages.cut(call, asked, found)
    row = groups.row_of(call, asked.select)
    context = views.context(GROUP, asked.select)
    return wire.collection(call, context, [row(group) for group in page.rows], link=page.link, count=page.count)


def get_item(call: Call) -> Answer:
    """A group's or user's default properties; `$select` is read as the user's."""
    asked = query.parse(call.request.query_string, call.headers, USER, query.SELECT)
    thing = _found(call)
    if isinstance(thing, User):
        row, name = views.user_selector(call.tenant, asked.select)(thing), "user"
    else:
        row, name = groups.row_of(call, asked.select)(thing), "group"
    return wire.entity(call, "directoryObjects/$entity", {"@odata.type": f"#microsoft.graph.{name}", **row})


def restore(call: Call) -> Answer:
    """Back as it was, if its name is still free; the body may be empty."""
    thing = _found(call)
    tenant = call.tenant
    if isinstance(thing, User):
        addresses.check_free(tenant, thing.upn, thing.id, "userPrincipalName")
        tenant.deleted_users.remove(thing.id)
        user = replace(thing, deleted_at=None)
        tenant.users.put(user)
        audits.record(call, "Restore user", "UserManagement", user)
        row, name = views.user_selector(tenant)(user), "user"
    else:
        tenant.deleted_groups.remove(thing.id)
        group = replace(thing, deleted_at=None)
        tenant.groups.put(group)
        audits.record(call, "Restore group", "GroupManagement", group)
        row, name = groups.row_of(call)(group), "group"
    return wire.entity(call, "directoryObjects/$entity", {"@odata.type": f"#microsoft.graph.{name}", **row})


def purge(call: Call) -> Answer:
    thing = _found(call)
    _purge(call.tenant, thing)
    kind = "User" if isinstance(thing, User) else "Group"
    audits.record(call, f"Hard Delete {kind.lower()}", f"{kind}Management", thing)
    return wire.no_content()


def _found(call: Call) -> User | Group:
    _purge_old(call)
    identity = call.params["item"].lower()
    seen = call.tenant.deleted_users.get(identity, call.as_of) or call.tenant.deleted_groups.get(identity, call.as_of)
    present = call.tenant.deleted_users.get(identity) or call.tenant.deleted_groups.get(identity)
    if seen is None or present is None:
        raise errors.not_found(call.params["item"])
    return present


def _purge_old(call: Call) -> None:
    oldest = call.now - KEPT
    for shelf in (call.tenant.deleted_users, call.tenant.deleted_groups):
        for thing in shelf.values():
            if thing.deleted_at is not None and thing.deleted_at <= oldest:
                _purge(call.tenant, thing)


def _purge(tenant: Tenant, thing: User | Group) -> None:
    """Gone for good; only now does it leave the groups it was in."""
    if isinstance(thing, User):
        tenant.deleted_users.remove(thing.id)
        tenant.directory.get(holdings.INHERITED, {}).pop(thing.id, None)
        tenant.directory.get(holdings.LICENSED_AT, {}).pop(thing.id, None)
    else:
        tenant.deleted_groups.remove(thing.id)
    for group in tenant.groups.values():
        if thing.id in group.members or thing.id in group.owners:
            members = tuple(one for one in group.members if one != thing.id)
            owners = tuple(one for one in group.owners if one != thing.id)
            tenant.groups.put(replace(group, members=members, owners=owners))
