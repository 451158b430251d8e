"""Delta queries on users and groups: what changed since a token was given out.

A token stands for a snapshot: per object a digest of the selected properties, and for groups the set of members. So
every change is found, whoever made it, and a change that was taken back is none. Deleted objects appear as "changed"
while they can be restored and as "deleted" after (graph.md 2).
It must not promise order or completeness beyond that; like the live one it reads a lagging replica.

Sources: microsoft-graph-docs-contrib concepts/delta-query-overview.md, api/user-delta.md, api/group-delta.md,
microsoft-graph-docs concepts/delta-query-groups.md.

The questionable decision: snapshots live in memory and die with the server; a token from before is answered with 410
and a fresh start, the answer every client must know anyway.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import orjson

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import errors, filters, groups, query, views, wire
from reconciler.sandbox.graph.errors import GraphError
from reconciler.sandbox.graph.schema import GROUP, USER, EntityType
from reconciler.sandbox.world import Json

TOKEN_LIFE_S = 7 * 24 * 3600
_RUNS = "graph.delta"
_MOST_RUNS = 500
_MOST_IDS = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run knew of one object."""

    digest: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Run:
    """One round: what it showed (`entries`, given out page by page) and what it leaves for the next."""

    tenant_id: str
    kind: str
    select: tuple[str, ...] | None
    ids: frozenset[str]
    taken_at: float
    seen: Mapping[str, Seen]
    entries: list[Json] = field(default_factory=list)


def delta_users(call: Call) -> Answer:
    return _delta(call, USER)


def delta_groups(call: Call) -> Answer:
    return _delta(call, GROUP)


def _delta(call: Call, kind: EntityType) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, kind, query.DELTA)
    runs: dict[str, Run] = call.world.scratch.setdefault(_RUNS, {})
    if asked.skip_token is not None:
        name, _, offset = asked.skip_token.partition(".")
        return _page(call, kind, name, int(offset) if offset.isdecimal() else 0)
    if asked.delta_token in (None, "latest"):
        previous = Run(call.tenant.id, kind.name, asked.select, _ids(asked), 0.0, {})
    else:
        previous = _run(call, kind, str(asked.delta_token))
    name = hashlib.sha256(f"{call.world.seed}:{call.n}:{call.now.isoformat()}".encode()).hexdigest()[:32]
    while len(runs) >= _MOST_RUNS:
        runs.pop(next(iter(runs)))
    runs[name] = _round(call, kind, previous, silent=asked.delta_token == "latest")  # noqa: S105  not a secret
    return _page(call, kind, name, 0)


def _ids(asked: query.Query) -> frozenset[str]:
    """The only filter is `id eq 'a' or id eq 'b'`, up to 50 (user-delta page)."""
    if asked.filter is None:
        return frozenset()
    operands = asked.filter.operands if isinstance(asked.filter, filters.Junction) else (asked.filter,)
    found = [one.value for one in operands if isinstance(one, filters.Compare) and (one.path, one.op) == ("id", "eq")]
    is_or = not isinstance(asked.filter, filters.Junction) or asked.filter.op == "or"
    if len(found) != len(operands) or not is_or or len(found) > _MOST_IDS:
        raise errors.unsupported_query()
    return frozenset(str(one).lower() for one in found)


def _run(call: Call, kind: EntityType, name: str) -> Run:
    run: Run | None = call.world.scratch[_RUNS].get(name)
    age_s = 0.0 if run is None else call.now.timestamp() - run.taken_at
    if run is None or (run.tenant_id, run.kind) != (call.tenant.id, kind.name):
        # a reset of the service: start over at the Location (delta-query-overview page)
        headers = {"Location": f"{call.base}/{kind.segment}/delta?$deltatoken="}
        raise GraphError(410, "resyncRequired", "The sync state is gone; start over.", headers=headers)
    if age_s > TOKEN_LIFE_S:
        raise errors.bad_request("The sync state generation is not found.", code="syncStateNotFound")
    return run


def _round(call: Call, kind: EntityType, previous: Run, *, silent: bool) -> Run:
    rows = {str(row["id"]): (row, members) for row, members in _rows(call, kind, previous)}
    now_seen = {
        identity: Seen(hashlib.sha256(orjson.dumps(row, default=list)).hexdigest(), members)
        for identity, (row, members) in rows.items()
    }
    entries: list[Json] = []
    if not silent:
        entries = [*_changed(call, previous, rows, now_seen), *_gone(call, kind, previous, rows)]
    now = call.now.timestamp()
    return Run(call.tenant.id, kind.name, previous.select, previous.ids, now, now_seen, entries)


def _rows(call: Call, kind: EntityType, previous: Run) -> Iterator[tuple[Json, frozenset[str]]]:
    """Every object's selected properties with its id, and a group's members if they are asked for."""
    names = previous.select
    if names is not None and "id" not in names:
        names = (*names, "id")
    if kind is USER:
        user_row = views.user_selector(call.tenant, names)
        for user in call.tenant.users.values(call.as_of):
            if not previous.ids or user.id in previous.ids:
                row = user_row(user)
                if previous.select and "manager" in previous.select and user.manager:
                    row["manager@delta"] = [{"@odata.type": "#microsoft.graph.user", "id": user.manager}]
                yield row, frozenset()
        return
    group_row = groups.row_of(call, names)
    with_members = previous.select is None or "members" in previous.select
    for group in call.tenant.groups.values(call.as_of):
        if not previous.ids or group.id in previous.ids:
            yield group_row(group), frozenset(group.members if with_members else ())


_Rows = Mapping[str, tuple[Json, frozenset[str]]]


def _changed(call: Call, previous: Run, rows: _Rows, now_seen: Mapping[str, Seen]) -> Iterator[Json]:
    for identity, (row, members) in rows.items():
        before = previous.seen.get(identity)
        if before == now_seen[identity]:
            continue
        changes = _member_changes(call, before.members if before else frozenset(), members)
        yield {**row, "members@delta": changes} if changes else row


def _gone(call: Call, kind: EntityType, previous: Run, rows: _Rows) -> Iterator[Json]:
    deleted_ones = call.tenant.deleted_users if kind is USER else call.tenant.deleted_groups
    for identity in previous.seen:
        if identity not in rows:
            reason = "changed" if identity in deleted_ones else "deleted"
            yield {"id": identity, "@removed": {"reason": reason}}


def _member_changes(call: Call, before: frozenset[str], after: frozenset[str]) -> list[Json]:
    def shown(identity: str) -> Json:
        kind = "group" if identity in call.tenant.groups else "user"
        return {"@odata.type": f"#microsoft.graph.{kind}", "id": identity}

    added = [shown(one) for one in sorted(after - before)]
    return added + [{**shown(one), "@removed": {"reason": "deleted"}} for one in sorted(before - after)]


def _page(call: Call, kind: EntityType, name: str, offset: int) -> Answer:
    run = _run(call, kind, name)
    end = offset + call.world.behavior.page_size
    context = views.context(kind, run.select)
    path = f"{call.base}/{kind.segment}/delta"
    if end < len(run.entries):
        link = f"{path}?{urlencode({'$skiptoken': f'{name}.{end}'}, safe='$')}"
        return wire.collection(call, context, run.entries[offset:end], link=link)
    link = f"{path}?{urlencode({'$deltatoken': name}, safe='$')}"
    payload = {
        "@odata.context": f"{call.base}/$metadata#{context}",
        "@odata.deltaLink": link,
        "value": run.entries[offset:end],
    }
    return Answer(200, payload)
