"""The activity log: one record for every write, found again by correlation id.

`GET /v1/auditrecords` gives the last 30 days unless dates are named; a start more than 90 days back is refused. The
record quotes the resource before and after as JSON text in PascalCase (Learn "Get a record of Partner Center activity";
sample audit-records.list.response).
What somebody changes past the API is told too, by `write`, under the name that the change gives.
It must not decide whether a write was right: it is told what happened.

The decision a reader would question: records are kept per partner without a limit besides the 90 days, and refused
writes aren't recorded: the page lists only operations that reached the service.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import filters, paging, transport
from reconciler.sandbox.partner.casing import Json, as_pascal, trimmed
from reconciler.sandbox.partner.commerce import Desk, partner_of
from reconciler.sandbox.partner.errors import refuse_input
from reconciler.sandbox.partner.terms import parse_day, stamp
from reconciler.sandbox.world import Partner, Tenant

# A resource before and after.
Turn = tuple[Json | None, Json | None]

_KEPT = timedelta(days=90)
_DEFAULT = timedelta(days=30)
_FIELDS = {
    "companyname": ("substring", "customerName"),
    "customerid": ("equals", "customerId"),
    "resourcetype": ("equals", "resourceType"),
}


def record(call: Call, desk: Desk, operation: str, resource: str, change: Turn) -> None:
    """Note a write of this request; `change` is the resource before and after, in wire form."""
    by = trimmed({"userPrincipalName": None if call.token is None else call.token.agent, "applicationId": call.app_id})
    kept = write(desk.partner, desk.tenant, call.now, by, (operation, resource), change)
    if "ms-correlationid" in call.headers:
        kept["originalCorrelationId"] = call.headers["ms-correlationid"]


def write(partner: Partner, tenant: Tenant, now: datetime, by: Json, what: tuple[str, str], change: Turn) -> Json:
    """Note a write; `what` is operation and resource, `by` person or application. The record may still be completed."""
    before, after = change
    operation, resource = what
    log: list[Json] = partner.commerce.setdefault("audit", [])
    log.append(
        trimmed(
            {
                "id": f"{partner.id}_{tenant.id}_{operation.replace('_', '')}_{len(log):06d}",
                "partnerId": partner.id,
                "participants": [partner.id],
                "customerId": tenant.id,
                "customerName": tenant.display_name,
                **by,
                "resourceType": resource,
                "resourceOldValue": _quoted(before),
                "resourceNewValue": _quoted(after),
                "operationType": operation,
                "operationDate": stamp(now),
                "operationStatus": "succeeded",
                "customizedData": _customized(resource, after or before or {}),
                "attributes": {"objectType": "AuditRecord"},
            }
        )
    )
    return log[-1]


def _customized(resource: str, shown: Json) -> list[Json]:
    """Keys and values as sample audit-records.list.response has them for orders; of other resources none is shown."""
    if resource != "order":
        return []
    found = {"OrderId": shown.get("id"), "BillingCycle": str(shown.get("billingCycle", "")).capitalize()}
    for number, line in enumerate(shown.get("lineItems", ())):
        found |= {
            f"OfferId-{number}": line.get("offerId"),
            f"SubscriptionId-{number}": line.get("subscriptionId"),
            f"SubscriptionName-{number}": line.get("friendlyName"),
            f"Quantity-{number}": str(line.get("quantity")),
            f"PartnerOnRecord-{number}": line.get("partnerIdOnRecord"),
        }
    return [{"key": key, "value": value} for key, value in found.items()]


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
