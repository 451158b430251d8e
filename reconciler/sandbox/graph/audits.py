"""The directory's audit log: who changed what, written for every successful change and readable by filter.

`record` is for the rules here, `write` for changes past the API and for Microsoft's own services. Entries are kept in
wire form in `Tenant.directory["audits"]`; answers show the newest first, once `behavior.auditDelay` is over, for seven
days, or 30 where the tenant has Entra ID P1 (graph.md 11).
It must not record reads, nor refused requests: a failed entry needs a rule that failed late, which there is none of.

Sources: microsoft-graph-docs-contrib api/directoryaudit-list.md (options), resources/directoryaudit.md (filters);
names of activities: https://learn.microsoft.com/entra/identity/monitoring-health/reference-audit-activities.

The questionable decision: `modifiedProperties` names what changed but not the values; live entries hold both, as JSON
in strings, and the product only asks who and when. Of a membership it names the group, as live entries do [inferred],
because the member is the first target and the group the second.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import activity, errors, holdings, pages, query, wire
from reconciler.sandbox.graph.schema import DIRECTORY_AUDIT
from reconciler.sandbox.world import Domain, Group, Json, Tenant, User

AUDITS = "audits"
# The name under which group licensing signs (entra-docs licensing-groups-resolve-problems.md).
GROUP_LICENSING = "Microsoft Azure AD Group-Based Licensing"
_KEPT, _KEPT_PREMIUM = timedelta(days=7), timedelta(days=30)
_CONTEXT = "auditLogs/directoryAudits"


@dataclass(frozen=True, slots=True)
class Entry:
    """An audit entry on its way through paging."""

    id: str
    document: Json


@dataclass(frozen=True, slots=True)
class Other:
    """What was changed, where it is neither a user nor a group; `kind` is the wire's target type."""

    id: str
    name: str
    kind: str = "Other"


Target = User | Group | Domain | Other


def record(
    call: Call, activity_name: str, category: str, target: Target | tuple[Target, ...], changed: Iterable[str] = ()
) -> None:
    """One entry for a change that this request made; of several targets the first is what was changed."""
    targets = target if isinstance(target, tuple) else (target,)
    write(call.tenant, call.now, _initiator(call), (activity_name, category), targets, tuple(changed))


def write(
    tenant: Tenant,
    now: datetime,
    by: Json,
    what: tuple[str, str],
    targets: tuple[Target, ...],
    changed: tuple[str, ...] = (),
) -> None:
    """One entry; `what` is activity and category, `by` an `initiatedBy`."""
    entries: list[Json] = tenant.directory.setdefault(AUDITS, [])
    serial = f"audit:{tenant.id}:{now.isoformat()}:{len(entries)}"
    entries.append(
        {
            "id": f"Directory_{uuid.uuid5(uuid.NAMESPACE_URL, serial)}",
            **_activity(*what),
            "correlationId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"correlation:{serial}")),
            "result": "success",
            "resultReason": "",
            "activityDateTime": holdings.stamp(now),
            "loggedByService": "Core Directory",
            "initiatedBy": by,
            "targetResources": _targets(what[0], targets, changed),
            "additionalDetails": [],
        }
    )


def person(tenant: Tenant, upn: str, identity: str | None = None) -> Json:
    """`initiatedBy` of somebody in the portal; the id is known of people of the tenant."""
    known = tenant.user_by_upn(upn)
    shown = {
        "id": identity if known is None else known.id,
        "displayName": None if known is None else known.properties.get("displayName"),
        "userPrincipalName": upn,
        "ipAddress": None,
    }
    return {"app": None, "user": shown}


def app(tenant: Tenant, name: str, app_id: str | None = None) -> Json:
    """`initiatedBy` of an app."""
    principal = None if app_id is None else principal_id(tenant, app_id)
    return {"app": {"appId": app_id, "displayName": name, "servicePrincipalId": principal}, "user": None}


def _activity(activity_name: str, category: str) -> Json:
    verb = activity_name.partition(" ")[0]
    operation = {"Add": "Add", "Delete": "Delete", "Remove": "Delete"}.get(verb, "Update")
    return {"category": category, "activityDisplayName": activity_name, "operationType": operation}


def _initiator(call: Call) -> Json:
    assert call.token is not None
    upn = call.token.agent
    if upn is None:
        return app(call.tenant, app_name(call), call.app_id)
    homes = (one.id for one in call.world.partners.values() if upn.casefold() in one.agents)
    # The object id that login puts into the person's tokens.
    identity = next((str(uuid.uuid5(uuid.UUID(home), upn.casefold())) for home in homes), None)
    return person(call.tenant, upn, identity)


def app_name(call: Call) -> str:
    """What the partner called the app."""
    apps = (partner.apps.get(call.app_id) for partner in call.world.partners.values())
    return next((app.display_name for app in apps if app is not None), "unknown")


def principal_id(tenant: Tenant, app_id: str) -> str:
    """The id of an app's service principal in a tenant: derived, so that nothing need be stored for it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"servicePrincipal:{tenant.id}:{app_id}"))


def _targets(activity_name: str, targets: tuple[Target, ...], changed: tuple[str, ...]) -> list[Json]:
    rows = [_target(one) for one in targets]
    rows[0]["modifiedProperties"] = [_modified(name, None) for name in changed]
    if len(targets) > 1 and isinstance(targets[1], Group):
        group = targets[1]
        values = {"Group.ObjectID": group.id, "Group.DisplayName": group.properties.get("displayName")}
        is_gone = activity_name.startswith("Remove")
        rows[0]["modifiedProperties"] += [_modified(name, value, is_gone=is_gone) for name, value in values.items()]
    return rows


def _modified(name: str, value: object, *, is_gone: bool = False) -> Json:
    text = None if value is None else orjson.dumps(value).decode()
    return {"displayName": name, "oldValue": text if is_gone else None, "newValue": None if is_gone else text}


def _target(target: Target) -> Json:
    known: Json = {"id": target.id, "userPrincipalName": None, "groupType": None, "modifiedProperties": []}
    match target:
        case User():
            name = target.properties.get("displayName")
            return {**known, "displayName": name, "type": "User", "userPrincipalName": target.upn}
        case Group():
            is_unified = "Unified" in (target.properties.get("groupTypes") or ())
            kind = "unifiedGroups" if is_unified else "azureAD"
            return {**known, "displayName": target.properties.get("displayName"), "type": "Group", "groupType": kind}
        case Domain():
            return {**known, "displayName": target.id, "type": "Other"}
        case Other():
            return {**known, "displayName": target.name, "type": target.kind}


def list_audits(call: Call) -> Answer:
    """Newest first, unless `$orderby=activityDateTime` says otherwise."""
    asked = query.parse(call.request.query_string, call.headers, DIRECTORY_AUDIT, query.AUDITED)
    page = pages.cut(call, asked, pages.matching(reversed(_visible(call)), asked, _read))
    rows = [_chosen(entry, asked) for entry in page.rows]
    return wire.collection(call, _CONTEXT, rows, link=page.link)


def get_audit(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, DIRECTORY_AUDIT, query.SELECT)
    found = next((one for one in _visible(call) if one.id == call.params["audit"]), None)
    if found is None:
        raise errors.not_found(call.params["audit"])
    return wire.entity(call, f"{_CONTEXT}/$entity", _chosen(found, asked))


def _visible(call: Call) -> list[Entry]:
    """What has been reported by now and is still kept, oldest first."""
    kept = _KEPT_PREMIUM if activity.is_premium(call) else _KEPT
    first, last = holdings.stamp(call.now - kept), holdings.stamp(call.now - call.world.behavior.audit_delay)
    entries: list[Json] = call.tenant.directory.get(AUDITS, [])
    return [Entry(one["id"], one) for one in entries if first <= one["activityDateTime"] <= last]


def _chosen(entry: Entry, asked: query.Query) -> Json:
    return entry.document if asked.select is None else {name: entry.document.get(name) for name in asked.select}


def _read(entry: Entry, name: str) -> object:
    return entry.document.get(name)
