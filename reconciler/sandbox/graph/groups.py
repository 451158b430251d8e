"""Reading groups: list, one, count, members, owners, members with license errors.

Members are of several types, so each row says its own; rows of deleted users stay hidden although the membership lasts
until they are purged (graph.md 2). It must not change anything: `groups_write`, `members`.

Sources: microsoft-graph-docs-contrib api/group-list.md, api/group-get.md, api/group-list-members.md,
api/group-list-owners.md, microsoft-graph-docs concepts/delta-query-groups.md; graph.md 6.

The questionable decision: transitive members are walked at each read. Nesting is shallow and rare, and the answer is
then always right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import errors, holdings, keys, organization, pages, query, views, wire
from reconciler.sandbox.graph.organization import Principal
from reconciler.sandbox.graph.schema import GROUP, USER
from reconciler.sandbox.world import Group, Json, Tenant, User

Object = User | Group | Principal


def seen(call: Call) -> Group:
    """The group of the path as this request's replica shows it: by id, or by the alternate key uniqueName."""
    tenant = call.tenant
    if "name" in call.params:
        wanted = call.params["name"]
        candidates = tenant.groups.values(call.as_of)
        group = next((one for one in candidates if one.properties.get("uniqueName") == wanted), None)
        key = wanted
    else:
        key = call.params["group"]
        group = tenant.groups.get(key.lower(), call.as_of) if keys.is_guid(key) else None
    if group is None:
        raise errors.not_found(key)
    return group


def present(call: Call) -> Group:
    """The group to write to: the replica must know it, the change goes to what it is now."""
    known = seen(call)
    group = call.tenant.groups.get(known.id)
    if group is None:
        raise errors.not_found(known.id)
    return group


def row_of(call: Call, names: tuple[str, ...] | None = None) -> views.Selector[Group]:
    return views.group_selector(call.tenant, names, call.now.timestamp())


def list_groups(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, GROUP, query.COLLECTION)
    _refuse_single_only(asked)
    read = views.reader(views.group_getters(call.tenant, call.now.timestamp()))
    found = pages.matching(call.tenant.groups.values(pages.moment(call, asked)), asked, read)
    page = pages.cut(call, asked, found)
    row = row_of(call, asked.select)
    rows = [row(group) for group in page.rows]
    _expand(call, asked, page.rows, rows)
    return wire.collection(call, views.context(GROUP, asked.select), rows, link=page.link, count=page.count)


def count_groups(call: Call) -> Answer:
    if call.headers.get("consistencylevel", "").lower() != "eventual":
        raise errors.bad_request("$count is not currently supported.")
    asked = query.parse(call.request.query_string, call.headers, GROUP, query.COUNT)
    read = views.reader(views.group_getters(call.tenant, call.now.timestamp()))
    number = len(pages.matching(call.tenant.groups.values(call.index_as_of), asked, read))
    return wire.plain(str(number))


def get_group(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, GROUP, query.SINGLE)
    group = seen(call)
    row = row_of(call, asked.select)(group)
    _expand(call, asked, [group], [row])
    return wire.entity(call, f"{views.context(GROUP, asked.select)}/$entity", row)


def _refuse_single_only(asked: query.Query) -> None:
    """Some properties exist only on a single group (graph.md 6)."""
    for name in asked.select or ():
        prop = GROUP.properties.get(name)
        if prop is not None and prop.single_only:
            raise errors.not_implemented()


def _expand(call: Call, asked: query.Query, groups: list[Group], rows: list[Json]) -> None:
    """Members or owners, at most 20 of them (query-parameters.md, "$expand ... maximum of 20 items")."""
    for expansion in asked.expand:
        if expansion.name not in ("members", "owners"):
            raise errors.unsupported_query()
        for group, row in zip(groups, rows, strict=True):
            ids = group.members if expansion.name == "members" else group.owners
            row[expansion.name] = _rows(call, list(_objects(call, ids))[:20], expansion.select)


def list_members(call: Call) -> Answer:
    return _listed(call, lambda: seen(call).members)


def list_owners(call: Call) -> Answer:
    return _listed(call, lambda: seen(call).owners)


def list_transitive_members(call: Call) -> Answer:
    return _listed(call, lambda: _transitive(call, seen(call)))


def list_license_errors(call: Call) -> Answer:
    return _listed(call, lambda: tuple(_faulty(call.tenant, seen(call))))


def list_member_users(call: Call) -> Answer:
    """The cast to users: homogeneous rows without a type."""
    asked = query.parse(call.request.query_string, call.headers, USER, query.LINKED)
    found = [one for one in _objects(call, seen(call).members) if isinstance(one, User)]
    page = pages.cut(call, asked, found)
    row = views.user_selector(call.tenant, asked.select)
    rows = [row(one) for one in page.rows]
    return wire.collection(call, views.context(USER, asked.select), rows, link=page.link, count=page.count)


def count_members(call: Call) -> Answer:
    if call.headers.get("consistencylevel", "").lower() != "eventual":
        raise errors.bad_request("$count is not currently supported.")
    return wire.plain(str(len(list(_objects(call, seen(call).members)))))


def _listed(call: Call, ids: Callable[[], tuple[str, ...]]) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, USER, query.LINKED)
    call.as_of = pages.moment(call, asked)
    page = pages.cut(call, asked, list(_objects(call, ids())))
    rows = _rows(call, page.rows, asked.select)
    return wire.collection(call, "directoryObjects", rows, link=page.link, count=page.count)


def _rows(call: Call, things: Iterable[Object], select: tuple[str, ...] | None) -> list[Json]:
    """Each type shows those of the selected properties that it has."""
    user_row = views.user_selector(call.tenant, select)
    of_groups = None if select is None else tuple(name for name in select if name in GROUP.properties)
    group_row = row_of(call, of_groups)
    return wire.mixed(_typed(thing, user_row, group_row) for thing in things)


def _typed(thing: Object, user_row: views.Selector[User], group_row: views.Selector[Group]) -> tuple[str, Json]:
    match thing:
        case User():
            return "user", user_row(thing)
        case Group():
            return "group", group_row(thing)
        case Principal():
            return "servicePrincipal", {name: thing.document[name] for name in ("id", "displayName", "appId")}


def _objects(call: Call, ids: Iterable[str]) -> Iterator[Object]:
    """The live objects behind ids, in order."""
    for identity in ids:
        found = lookup(call, identity, call.as_of)
        if found is not None:
            yield found


def lookup(call: Call, identity: str, as_of: float | None = None) -> Object | None:
    """Any directory object that can be a member."""
    tenant = call.tenant
    found = tenant.users.get(identity, as_of) or tenant.groups.get(identity, as_of)
    if found is not None:
        return found
    return next((one for one in organization.principals(call) if one.id == identity), None)


def _transitive(call: Call, top: Group) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = [top]
    while waiting:
        for identity in waiting.pop().members:
            if identity in found:
                continue
            found[identity] = None
            nested = call.tenant.groups.get(identity, call.as_of)
            if nested is not None:
                waiting.append(nested)
    return tuple(found)


def _faulty(tenant: Tenant, group: Group) -> Iterator[str]:
    for user_id in group.members:
        records = holdings.inherited(tenant, user_id).get(group.id, {})
        if any(record["state"] == "Error" for record in records.values()):
            yield user_id
