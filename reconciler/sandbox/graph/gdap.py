"""Delegated admin relationships as Graph shows them to the partner: relationships, assignments, requests, operations.

All of it is in the partner's own tenant (graph.md 10.1); any other token is refused. Answers carry their ETag inside
(microsoft-graph-docs-contrib api/tenantrelationship-list-delegatedadminrelationships.md,
delegatedadminrelationship-*.md, delegatedadmincustomer-*.md). A page has at most 300 rows.
It must not change a relationship: gdap_write.py does.

Decisions a reader would question [inferred]: which properties can be filtered and sorted by is what public clients do;
codes of errors are lower-camel, as those of this back end are (graph.md 4), and their texts ours, but for the 403.
"""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reconciler.sandbox import relationships
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import errors, holdings, pages, query
from reconciler.sandbox.graph.errors import GraphError
from reconciler.sandbox.graph.roles import TEMPLATES
from reconciler.sandbox.graph.schema import RELATIONSHIP
from reconciler.sandbox.world import Json, Partner

LARGEST_PAGE = 300
_TYPE = "#microsoft.graph.delegatedAdmin"
_OPTIONS = frozenset({"$select", "$filter", "$top", "$orderby", "$count", "$skiptoken"})


@dataclass(frozen=True, slots=True)
class Row:
    """A relationship on its way through paging."""

    id: str
    document: Json


def list_relationships(call: Call) -> Answer:
    partner = own(call)
    asked = query.parse(call.request.query_string, call.headers, RELATIONSHIP, _OPTIONS)
    if (asked.top or 0) > LARGEST_PAGE:
        raise bad_request(f"The limit of {LARGEST_PAGE} for Top query has been exceeded.")
    asked = replace(asked, top=min(asked.top or call.world.behavior.page_size, LARGEST_PAGE))
    asked = replace(asked, count=call.query.get("$count", "").lower() == "true")
    rows = [Row(one["id"], shown(call, one)) for one in relationships.known(call.world, partner, call.now)]
    page = pages.cut(call, asked, pages.matching(rows, asked, lambda row, name: row.document.get(name)))
    names = asked.select
    chosen = [row.document if names is None else _chosen(row.document, names) for row in page.rows]
    return collection(call, "delegatedAdminRelationships", chosen, link=page.link, count=page.count)


def get_relationship(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, RELATIONSHIP, query.SELECT)
    document = shown(call, found(call))
    return entity(
        call,
        "delegatedAdminRelationships/$entity",
        document if asked.select is None else _chosen(document, asked.select),
    )


def list_assignments(call: Call) -> Answer:
    query.parse(call.request.query_string, call.headers, RELATIONSHIP, query.NONE)
    record = found(call)
    return collection(call, "accessAssignments", [assignment(call, one) for one in record["assignments"]])


def get_assignment(call: Call) -> Answer:
    return entity(call, "accessAssignments/$entity", assignment(call, part(found(call), "assignments", call)))


def list_requests(call: Call) -> Answer:
    return collection(call, "requests", [request(one) for one in found(call)["requests"]])


def get_request(call: Call) -> Answer:
    return entity(call, "requests/$entity", request(part(found(call), "requests", call)))


def list_operations(call: Call) -> Answer:
    return collection(call, "operations", [operation(call, one) for one in found(call)["operations"]])


def get_operation(call: Call) -> Answer:
    return entity(call, "operations/$entity", operation(call, part(found(call), "operations", call)))


def list_customers(call: Call) -> Answer:
    """Who has an active relationship, however many."""
    query.parse(call.request.query_string, call.headers, RELATIONSHIP, query.NONE)
    return collection(call, "delegatedAdminCustomers", list(_customers(call).values()))


def get_customer(call: Call) -> Answer:
    known = _customers(call).get(call.params["customer"].lower())
    if known is None:
        raise not_found()
    return entity(call, "delegatedAdminCustomers/$entity", known)


def own(call: Call) -> Partner:
    """The partner whose tenant this is. The refusal's text was seen live (graph.md 10.1)."""
    if call.partner is None:
        raise GraphError(
            403,
            "forbidden",
            "The user (principal) does not have the required permissions to perform the specified action on the "
            "resource.",
        )
    return call.partner


def found(call: Call) -> Json:
    wanted = call.params["relationship"].lower()
    for record in relationships.known(call.world, own(call), call.now):
        if record["id"] == wanted:
            return record
    raise not_found()


def part(record: Json, kind: str, call: Call) -> Json:
    """One assignment, request or operation of a relationship."""
    for one in record[kind]:
        if one["id"] == call.params["part"].lower():
            known: Json = one
            return known
    raise not_found()


def not_found() -> GraphError:
    return GraphError(404, "notFound", "The requested resource was not found.")


def bad_request(message: str) -> GraphError:
    return errors.bad_request(message, code="badRequest")


def etag(record: Json) -> str:
    text = base64.b64encode(f"{record['id'][:8]}-{record['version']:04d}".encode()).decode()
    return f'W/"{text}"'


def role_id(name: str) -> str:
    """The template id of a role; one that is in no table has one of its own, as graph/roles.py gives it."""
    return TEMPLATES.get(name) or (
        name if _is_id(name) else str(uuid.uuid5(uuid.NAMESPACE_URL, f"role-template:{name}"))
    )


def shown(call: Call, record: Json) -> Json:
    customer = call.world.tenants.get(record["customer"] or "")
    participant = None if customer is None else {"tenantId": customer.id, "displayName": customer.display_name}
    return {
        "@odata.type": f"{_TYPE}Relationship",
        "@odata.etag": etag(record),
        "id": record["id"],
        "displayName": record["displayName"],
        "duration": record["duration"],
        "autoExtendDuration": record["autoExtendDuration"],
        "status": record["status"],
        "customer": participant,
        "accessDetails": roles(record["roles"]),
        "createdDateTime": _stamp(record["created"]),
        "lastModifiedDateTime": _stamp(record["modified"]),
        "activatedDateTime": _stamp(record["activated"]),
        "endDateTime": _stamp(record["end"]),
    }


def assignment(call: Call, one: Json) -> Json:
    is_ready = datetime.fromisoformat(one["ready"]) <= call.now
    return {
        "@odata.type": f"{_TYPE}AccessAssignment",
        "@odata.etag": etag(one),
        "id": one["id"],
        "status": "active" if is_ready else "pending",
        "createdDateTime": _stamp(one["created"]),
        "lastModifiedDateTime": _stamp(one["modified"]),
        "accessContainer": {"accessContainerId": one["group"], "accessContainerType": "securityGroup"},
        "accessDetails": roles(one["roles"]),
    }


def request(one: Json) -> Json:
    return {
        "@odata.type": f"{_TYPE}RelationshipRequest",
        "id": one["id"],
        "action": one["action"],
        "status": one["status"],
        "createdDateTime": _stamp(one["created"]),
        "lastModifiedDateTime": _stamp(one["created"]),
    }


def operation(call: Call, one: Json) -> Json:
    is_over = datetime.fromisoformat(one["ready"]) <= call.now
    return {
        "@odata.type": f"{_TYPE}RelationshipOperation",
        "id": one["id"],
        "operationType": one["type"],
        "data": "",
        "status": "succeeded" if is_over else "running",
        "createdDateTime": _stamp(one["created"]),
        "lastModifiedDateTime": _stamp(one["ready"] if is_over else one["created"]),
    }


def roles(names: list[str]) -> Json:
    return {"unifiedRoles": [{"roleDefinitionId": role_id(name)} for name in names]}


def entity(call: Call, context: str, document: Json, status: int = 200) -> Answer:
    return Answer(status, {"@odata.context": f"{call.base}/tenantRelationships/$metadata#{context}", **document})


def collection(
    call: Call, context: str, rows: list[Json], *, link: str | None = None, count: int | None = None
) -> Answer:
    payload: Json = {"@odata.context": f"{call.base}/tenantRelationships/$metadata#{context}"}
    payload |= {} if count is None else {"@odata.count": count}
    payload |= {} if link is None else {"@odata.nextLink": link}
    return Answer(200, {**payload, "value": rows})


def _customers(call: Call) -> dict[str, Json]:
    partner = own(call)
    active = (one for one in relationships.known(call.world, partner, call.now) if one["status"] == "active")
    tenants = {one["customer"]: call.world.tenants[one["customer"]] for one in active}
    return {
        key: {"id": key, "tenantId": key, "displayName": tenant.display_name}
        for key, tenant in sorted(tenants.items(), key=lambda pair: pair[1].display_name.casefold())
    }


def _chosen(document: Json, names: tuple[str, ...]) -> Json:
    kept = {name: document[name] for name in ("@odata.type", "@odata.etag")}
    return {**kept, **{name: document.get(name) for name in names}}


def _is_id(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _stamp(text: str | None) -> str | None:
    return None if text is None else holdings.stamp(datetime.fromisoformat(text).astimezone(UTC))
