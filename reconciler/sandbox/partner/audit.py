"""The activity log: one record for every write, found again by correlation id.

`GET /v1/auditrecords` gives the last 30 days unless dates are named; a start more than 90 days back is refused. The
record quotes the resource before and after as JSON text in PascalCase (Learn "Get a record of Partner Center activity";
sample audit-records.list.response).
It must not decide whether a write was right: it is told what happened.

The decision a reader would question: records are kept per partner without a limit besides the 90 days, and refused
writes aren't recorded: the page lists only operations that reached the service.
"""

from datetime import UTC, date, timedelta
from typing import Any

import orjson

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import filters, paging, transport
from reconciler.sandbox.partner.casing import Json, as_pascal, trimmed
from reconciler.sandbox.partner.commerce import Desk, partner_of
from reconciler.sandbox.partner.errors import refuse_input
from reconciler.sandbox.partner.terms import parse_day, stamp

_KEPT = timedelta(days=90)
_DEFAULT = timedelta(days=30)
_FIELDS = {
    "companyname": ("substring", "customerName"),
    "customerid": ("equals", "customerId"),
    "resourcetype": ("equals", "resourceType"),
}


def record(call: Call, desk: Desk, operation: str, resource: str, change: tuple[Json | None, Json | None]) -> None:
    """Note a write; `change` is the resource before and after, in wire form."""
    before, after = change
    log: list[Json] = desk.partner.commerce.setdefault("audit", [])
    moment = stamp(call.now)
    log.append(
        trimmed(
            {
                "id": f"{desk.partner.id}_{desk.tenant.id}_{operation.replace('_', '')}_{len(log):06d}",
                "partnerId": desk.partner.id,
                "participants": [desk.partner.id],
                "customerId": desk.tenant.id,
                "customerName": desk.tenant.display_name,
                "userPrincipalName": None if call.token is None else call.token.agent,
                "applicationId": call.app_id,
                "resourceType": resource,
                "resourceOldValue": _quoted(before),
                "resourceNewValue": _quoted(after),
                "operationType": operation,
                "operationDate": moment,
                "operationStatus": "succeeded",
                "originalCorrelationId": call.headers.get("ms-correlationid"),
                "customizedData": [],
                "attributes": {"objectType": "AuditRecord"},
            }
        )
    )


def list_records(call: Call) -> Answer:
    options = transport.check_query(call, "startdate", "enddate", "size", "filter", "seekoperation")
    today = call.now.astimezone(UTC).date()
    first = _day(options, "startdate", (call.now - _DEFAULT).date())
    last = _day(options, "enddate", today)
    if first < today - _KEPT:
        raise refuse_input("startDate lies more than 90 days back")
    condition = filters.read(options.get("filter"), {name: {rule[0]} for name, rule in _FIELDS.items()})
    log: list[Json] = partner_of(call).commerce.get("audit", [])
    found = [row for row in reversed(log) if first.isoformat() <= row["operationDate"][:10] <= last.isoformat()]
    if condition is not None:
        found = [row for row in found if condition.holds(str(row.get(_FIELDS[condition.field][1], "")))]
    return paging.seek(call, found, lambda row: row)


def _day(options: dict[str, str], name: str, default: date) -> date:
    if not options.get(name):
        return default
    try:
        return parse_day(options[name])
    except ValueError:
        raise refuse_input(f"{name} isn't a date") from None


def _quoted(resource: Any) -> str | None:
    return None if resource is None else orjson.dumps(as_pascal(resource)).decode()
