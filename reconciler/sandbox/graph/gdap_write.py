"""Changing delegated admin relationships: what the partner may do, and when.

A relationship is written while `created`, locked for the customer's approval, and after it only extended or relieved of
Global Administrator; it ends by a request. Approval is the customer's: portal/partners.py plays it. PATCH and DELETE
need the ETag of the last reading (graph.md 10.1; microsoft-graph-docs-contrib api/delegatedadminrelationship-*.md,
resources/delegatedadminrelationship.md).
It must not decide what the roles open: relationships.py gives them to the tenant.

Decisions a reader would question [inferred]: a missing If-Match is a 400 and a stale one a 412; `lockForApproval` and
`terminate` have succeeded when they are answered; what takes time (assignments, long-running updates) takes
`behavior.gdapDelay`; Global Administrator and automatic extension exclude each other at every write.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from reconciler.sandbox import relationships
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import gdap, wire
from reconciler.sandbox.graph.errors import GraphError
from reconciler.sandbox.graph.gdap import bad_request
from reconciler.sandbox.graph.roles import TEMPLATES
from reconciler.sandbox.partner import audit
from reconciler.sandbox.world import Json, Partner

_NAMES = {template: name for name, template in TEMPLATES.items()}
_LONGEST, _SHORTEST = timedelta(days=730), timedelta(days=1)
_EXTENSIONS = ("P0D", "PT0S", "P180D")
_WRITABLE = frozenset({"displayName", "duration", "autoExtendDuration", "customer", "accessDetails", "@odata.type"})
_PATH = "/tenantRelationships/delegatedAdminRelationships"


def create(call: Call) -> Answer:
    partner = gdap.own(call)
    body = _body(call, _WRITABLE)
    for name in ("displayName", "duration", "accessDetails"):
        if name not in body:
            raise bad_request(f"The property {name} is required.")
    wish = {"autoExtendDuration": "PT0S", "customer": None} | _read(call, partner, body, "")
    record = relationships.made(f"{partner.id}/{call.n}/{call.now.isoformat()}", wish, call.now)
    _check(record)
    relationships.stored(partner).append(record)
    _note(call, partner, record, "granular_admin_relationship_created")
    answer = gdap.entity(call, "delegatedAdminRelationships/$entity", gdap.shown(call, record), 201)
    return answer.with_headers({"Location": f"{call.base}{_PATH}/{record['id']}"})


def update(call: Call) -> Answer:
    partner, record = _mine(call)
    _match(call, record)
    wish = _read(call, partner, _body(call, _WRITABLE), record["id"])
    before = {name: record[name] for name in wish}
    changed = {name for name, value in wish.items() if value != before[name]}
    if record["status"] == "active" and not changed <= {"autoExtendDuration", "roles"}:
        raise bad_request("Only autoExtendDuration can be updated while the relationship is active.")
    if record["status"] not in ("created", "active"):
        raise bad_request("The relationship can only be updated while its status is created or active.")
    is_long = record["status"] == "active" and "roles" in changed
    if is_long and set(before["roles"]) - set(wish["roles"]) != {relationships.GLOBAL}:
        raise bad_request("Only the Global Administrator role can be removed while the relationship is active.")
    _check({**record, **wish})
    record |= wish
    relationships.change(record, record["status"], call.now)
    relationships.look_again(call.world, partner)
    _note(call, partner, record, "granular_admin_relationship_updated")
    if is_long:
        return _accepted(call, record, "delegatedAdminRelationshipUpdate")
    return gdap.entity(call, "delegatedAdminRelationships/$entity", gdap.shown(call, record))


def delete(call: Call) -> Answer:
    partner, record = _mine(call)
    _match(call, record)
    if record["status"] != "created":
        raise bad_request("The relationship can only be deleted while its status is created.")
    relationships.stored(partner).remove(record)
    _note(call, partner, record, "granular_admin_relationship_deleted")
    return wire.no_content()


def create_request(call: Call) -> Answer:
    partner, record = _mine(call)
    action = _body(call, frozenset({"action", "@odata.type"})).get("action")
    if (action, record["status"]) == ("lockForApproval", "created"):
        relationships.change(record, "approvalPending", call.now)
    elif (action, record["status"]) == ("terminate", "active"):
        relationships.end(call.world, partner, record, "terminated", call.now)
        _note(call, partner, record, "granular_admin_relationship_terminated")
    else:
        raise bad_request(f"The action {action} is not possible while the relationship is {record['status']}.")
    serial = f"request:{record['id']}:{len(record['requests'])}"
    made = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, serial)),
        "action": action,
        "status": "succeeded",
        "created": call.now.isoformat(),
    }
    record["requests"].append(made)
    return gdap.entity(call, "requests/$entity", gdap.request(made), 201)


def create_assignment(call: Call) -> Answer:
    partner, record = _mine(call)
    if record["status"] != "active":
        raise bad_request("Access can only be assigned while the relationship is active.")
    body = _body(call, frozenset({"accessContainer", "accessDetails", "@odata.type"}))
    group = _group(call, partner, body.get("accessContainer"))
    if any(one["group"] == group for one in record["assignments"]):
        raise GraphError(409, "conflict", "The access container has an access assignment already.")
    ready = call.now + call.world.behavior.gdap_delay
    made = relationships.assignment(record, group, _assigned(record, body.get("accessDetails")), call.now, ready)
    record["assignments"].append(made)
    relationships.look_again(call.world, partner)
    _note(call, partner, record, "granular_admin_access_assignment_created")
    answer = gdap.entity(call, "accessAssignments/$entity", gdap.assignment(call, made), 201)
    return answer.with_headers({"Location": f"{call.base}{_PATH}/{record['id']}/accessAssignments/{made['id']}"})


def update_assignment(call: Call) -> Answer:
    """202 with an operation to look at; 200 where nothing is different."""
    partner, record = _mine(call)
    one = gdap.part(record, "assignments", call)
    _match(call, one)
    roles = _assigned(record, _body(call, frozenset({"accessDetails", "@odata.type"})).get("accessDetails"))
    if roles == one["roles"]:
        return gdap.entity(call, "accessAssignments/$entity", gdap.assignment(call, one))
    one |= {"roles": roles, "modified": call.now.isoformat(), "version": one["version"] + 1}
    relationships.look_again(call.world, partner)
    _note(call, partner, record, "granular_admin_access_assignment_updated")
    return _accepted(call, record, "delegatedAdminAccessAssignmentUpdate")


def delete_assignment(call: Call) -> Answer:
    partner, record = _mine(call)
    one = gdap.part(record, "assignments", call)
    _match(call, one)
    record["assignments"].remove(one)
    relationships.look_again(call.world, partner)
    _note(call, partner, record, "granular_admin_access_assignment_deleted")
    return wire.no_content()


def _mine(call: Call) -> tuple[Partner, Json]:
    partner = gdap.own(call)
    return partner, relationships.kept(partner, gdap.found(call))


def _body(call: Call, known: frozenset[str]) -> Json:
    body = wire.body(call)
    for name in body:
        if name not in known:
            raise bad_request(f"The property {name} cannot be set.")
    return body


def _read(call: Call, partner: Partner, body: Json, own_id: str) -> Json:
    """What a body says, in the words of a record."""
    wish: Json = {}
    if "displayName" in body:
        wish["displayName"] = _name(call, partner, body["displayName"], own_id)
    if "duration" in body:
        length = relationships.days(str(body["duration"]))
        if length is None or not _SHORTEST <= length <= _LONGEST:
            raise bad_request("The duration must be a value between P1D and P2Y.")
        wish["duration"] = body["duration"]
    if "autoExtendDuration" in body:
        if body["autoExtendDuration"] not in _EXTENSIONS:
            raise bad_request("The autoExtendDuration must be P0D, PT0S or P180D.")
        wish["autoExtendDuration"] = body["autoExtendDuration"]
    if body.get("customer"):
        tenant = call.world.tenants.get(str(body["customer"].get("tenantId", "")).lower())
        if tenant is None:
            raise bad_request("The customer tenant was not found.")
        wish["customer"] = tenant.id
    if "accessDetails" in body:
        wish["roles"] = _roles(body["accessDetails"])
    return wish


def _name(call: Call, partner: Partner, value: Any, own_id: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 50:
        raise bad_request("The displayName must have 1 to 50 characters.")
    others = (one for one in relationships.known(call.world, partner, call.now) if one["id"] != own_id)
    if any(one["displayName"].casefold() == value.casefold() for one in others):
        raise GraphError(409, "conflict", "A relationship with this displayName exists already.")
    return value


def _check(record: Json) -> None:
    if record["autoExtendDuration"] == relationships.EXTENSION and relationships.GLOBAL in record["roles"]:
        raise bad_request("A relationship with the Global Administrator role cannot be extended automatically.")


def _roles(details: Any) -> list[str]:
    rows = details.get("unifiedRoles") if isinstance(details, dict) else None
    if not isinstance(rows, list) or not rows:
        raise bad_request("accessDetails needs unifiedRoles.")
    ids = [str(row.get("roleDefinitionId", "")).lower() if isinstance(row, dict) else "" for row in rows]
    if not all(ids) or len(set(ids)) != len(ids):
        raise bad_request("Each of unifiedRoles needs a roleDefinitionId of its own.")
    return [_NAMES.get(one, one) for one in ids]


def _assigned(record: Json, details: Any) -> list[str]:
    roles = _roles(details)
    if not {gdap.role_id(one) for one in roles} <= {gdap.role_id(one) for one in record["roles"]}:
        raise bad_request("Only roles of the relationship can be assigned.")
    return roles


def _group(call: Call, partner: Partner, container: Any) -> str:
    kind = container.get("accessContainerType") if isinstance(container, dict) else None
    found = None if kind is None else call.tenant.groups.get(str(container.get("accessContainerId", "")).lower())
    if kind != "securityGroup" or found is None or not found.properties.get("securityEnabled"):
        raise bad_request(f"The access container must be a security group of {partner.domain}.")
    return found.id


def _match(call: Call, record: Json) -> None:
    sent = call.headers.get("if-match")
    if sent is None:
        raise bad_request("The If-Match header is required.")
    if sent.strip() not in ("*", gdap.etag(record)):
        raise GraphError(412, "preconditionFailed", "The resource has changed since it was read.")


def _accepted(call: Call, record: Json, kind: str) -> Answer:
    ready = call.now + call.world.behavior.gdap_delay
    serial = f"operation:{record['id']}:{len(record['operations'])}"
    made = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, serial)),
        "type": kind,
        "created": call.now.isoformat(),
        "ready": ready.isoformat(),
    }
    record["operations"].append(made)
    where = f"{call.base}{_PATH}/{record['id']}/operations/{made['id']}"
    return Answer(202, headers={"Location": where, "Retry-After": "10"})


def _note(call: Call, partner: Partner, record: Json, operation: str) -> None:
    """Partner Center's activity log knows it, where there is a customer yet."""
    tenant = call.world.tenants.get(record["customer"] or "")
    assert call.token is not None
    if tenant is not None:
        by = {"userPrincipalName": call.token.agent} if call.token.agent else {"applicationId": call.app_id}
        audit.write(partner, tenant, call.now, by, (operation, _resource(operation)), (None, gdap.shown(call, record)))


def _resource(operation: str) -> str:
    return operation.rpartition("_")[0]
