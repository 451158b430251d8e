"""The directory's audit log: who changed what, written for every successful change and readable by filter.

`record` is for the rules here, `record_portal` for changes that somebody makes past the API. Entries are kept in wire
form in `Tenant.directory["audits"]`; answers show the newest first.
It must not record reads, nor refused requests: a failed entry needs a rule that failed late, which there is none of.

Sources: microsoft-graph-docs api/directoryaudit-list.md, resources/directoryaudit.md; graph.md 11.

The questionable decision: `modifiedProperties` names what changed but not the values; live entries hold both, as JSON
in strings, and the product only asks who and when.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import holdings, pages, query, wire
from reconciler.sandbox.graph.schema import DIRECTORY_AUDIT
from reconciler.sandbox.world import Group, Json, Tenant, User

AUDITS = "audits"


@dataclass(frozen=True, slots=True)
class Entry:
    """An audit entry on its way through paging."""

    id: str
    document: Json


def record(call: Call, activity: str, category: str, target: User | Group, changed: Iterable[str] = ()) -> None:
    """One entry for a change that this request made."""
    _append(call.tenant, call.now, _initiator(call), _activity(activity, category), _target(target, changed))


def record_portal(tenant: Tenant, now: datetime, upn: str, activity: str, target: User | Group) -> None:
    """One entry for a change that `upn` made in the portal."""
    by = {"app": None, "user": {"id": None, "displayName": None, "userPrincipalName": upn, "ipAddress": None}}
    category = "UserManagement" if isinstance(target, User) else "GroupManagement"
    _append(tenant, now, by, _activity(activity, category), _target(target, ()))


def _append(tenant: Tenant, now: datetime, by: Json, what: Json, target: Json) -> None:
    entries: list[Json] = tenant.directory.setdefault(AUDITS, [])
    serial = f"audit:{tenant.id}:{now.isoformat()}:{len(entries)}"
    entries.append(
        {
            "id": f"Directory_{uuid.uuid5(uuid.NAMESPACE_URL, serial)}",
            **what,
            "correlationId": str(uuid.uuid5(uuid.NAMESPACE_URL, f"correlation:{serial}")),
            "result": "success",
            "resultReason": "",
            "activityDateTime": holdings.stamp(now),
            "loggedByService": "Core Directory",
            "initiatedBy": by,
            "targetResources": [target],
            "additionalDetails": [],
        }
    )


def _activity(activity: str, category: str) -> Json:
    verb = activity.partition(" ")[0]
    operation = {"Add": "Add", "Delete": "Delete", "Remove": "Delete"}.get(verb, "Update")
    return {"category": category, "activityDisplayName": activity, "operationType": operation}


def _initiator(call: Call) -> Json:
    assert call.token is not None
    if call.token.agent is not None:
        return {"app": None, "user": {"id": None, "displayName": None, "userPrincipalName": call.token.agent}}
    app = {
        "appId": call.app_id,
        "displayName": app_name(call),
        "servicePrincipalId": principal_id(call.tenant, call.app_id),
    }
    return {"app": app, "user": None}


def app_name(call: Call) -> str:
    """What the partner called the app."""
    apps = (partner.apps.get(call.app_id) for partner in call.world.partners.values())
    return next((app.display_name for app in apps if app is not None), "unknown")


def principal_id(tenant: Tenant, app_id: str) -> str:
    """The id of an app's service principal in a tenant: derived, so that nothing need be stored for it."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"servicePrincipal:{tenant.id}:{app_id}"))


def _target(target: User | Group, changed: Iterable[str]) -> Json:
    is_user = isinstance(target, User)
    return {
        "id": target.id,
        "displayName": target.properties.get("displayName"),
        "type": "User" if is_user else "Group",
        "userPrincipalName": target.upn if isinstance(target, User) else None,
        "groupType": None if is_user else "azureAD",
        "modifiedProperties": [{"displayName": name, "oldValue": None, "newValue": None} for name in changed],
    }


def list_audits(call: Call) -> Answer:
    """Newest first; `$filter` on activityDateTime, activityDisplayName, category and targetResources/any."""
    asked = query.parse(call.request.query_string, call.headers, DIRECTORY_AUDIT, query.LINKED)
    entries = [Entry(one["id"], one) for one in reversed(call.tenant.directory.get(AUDITS, []))]
    page = pages.cut(call, asked, pages.matching(entries, asked, _read))
    return wire.collection(call, "auditLogs/directoryAudits", [entry.document for entry in page.rows], link=page.link)


def _read(entry: Entry, name: str) -> object:
    return entry.document.get(name)
