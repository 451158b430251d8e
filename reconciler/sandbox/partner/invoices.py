"""A partner's invoices: the list, one of them, and its lines in the first version of the API.

Only invoices of new commerce (`OneTime`, "G..."); their list ignores size and offset (Learn "Get a collection of
invoices", note). Lines are paged by seek, in both documented syntaxes (Learn "Get invoice line items"; fact sheet 8.1,
8.2). App-only tokens are taken.
It must not compute an amount: billing/ does.

Decisions a reader would question: lines of periods after March 2025 are a 501, because the first version is frozen
since 2025-04-21 (the same page) and what it answers then is nowhere said: Graph's export has them. [inferred] An
unknown number is 404/1000; the id of a link (`OneTime-G...`) is taken like the bare one.
"""

from datetime import date

from reconciler.sandbox.billing import invoices, wire
from reconciler.sandbox.billing.invoices import Invoice
from reconciler.sandbox.call import Answer, Call, Refused
from reconciler.sandbox.partner import paging, transport
from reconciler.sandbox.partner.casing import Json, as_enum
from reconciler.sandbox.partner.commerce import partner_of
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.terms import end_instant, midnight, stamp
from reconciler.sandbox.partner.transport import link
from reconciler.sandbox.world import Partner

_FROZEN_AFTER = date(2025, 3, 1)
# Resources beside the invoices, which an id would hide.
_UNPLAYED = frozenset({"unbilled", "summary", "summaries", "estimates"})
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def list_invoices(call: Call) -> Answer:
    transport.check_query(call, "size", "offset")
    partner = partner_of(call)
    found = invoices.issued(call.world, partner, call.now)
    return transport.collection(call, [_shown(partner, one) for one in found])


def get_invoice(call: Call) -> Answer:
    transport.check_query(call)
    partner = partner_of(call)
    found = _invoice(call, partner)
    return Answer(200, _shown(partner, found) | {"pdfDownloadLink": f"/invoices/{found.number}/documents/statement"})


def list_lines(call: Call) -> Answer:
    """`provider` and `invoicelineitemtype` in the query."""
    options = transport.check_query(call, "provider", "invoicelineitemtype", "size", "seekoperation")
    return _lines(call, options.get("provider", ""), options.get("invoicelineitemtype", ""))


def list_lines_by_path(call: Call) -> Answer:
    """The same with both in the path, as links have them."""
    transport.check_query(call, "size", "seekoperation")
    return _lines(call, call.params["provider"], call.params["type"])


def _lines(call: Call, provider: str, kind: str) -> Answer:
    if as_enum(provider).replace("_", "") != "onetime" or as_enum(kind).replace("_", "") != "billinglineitems":
        raise refuse_input("provider onetime with invoicelineitemtype billinglineitems is what there is")
    partner = partner_of(call)
    found = _invoice(call, partner)
    if found.first > _FROZEN_AFTER:
        raise _unknown("v1 line items are frozen since 2025-04-21; what is answered for later periods is not published")
    return paging.seek(call, found.lines, lambda line: wire.line_item(call.world, partner, line, found.number))


def _invoice(call: Call, partner: Partner) -> Invoice:
    wanted = call.params["invoice"].casefold().removeprefix("onetime-")
    if wanted in _UNPLAYED:
        raise _unknown(f"the sandbox does not play /invoices/{wanted}; to add it, extend reconciler/sandbox/partner")
    for one in invoices.issued(call.world, partner, call.now):
        if one.number.casefold() == wanted:
            return one
    raise refuse(404, 1000)


def _unknown(message: str) -> Refused:
    return Refused(Answer(501, {"error": {"code": "SandboxAnswerUnknown", "message": message}}))


def _shown(partner: Partner, one: Invoice) -> Json:
    path = f"/invoices/OneTime-{one.number}"
    detail = {
        "invoiceLineItemType": "billing_line_items",
        "billingProvider": "one_time",
        "links": {"self": link(f"{path}/lineitems/OneTime/BillingLineItems")},
        "attributes": {"objectType": "InvoiceDetail"},
    }
    return {
        "id": one.number,
        "invoiceDate": stamp(one.appeared),
        "billingPeriodStartDate": midnight(one.first),
        "billingPeriodEndDate": stamp(end_instant(one.last)),
        "totalCharges": float(one.total),
        "paidAmount": 0.0,
        "currencyCode": partner.currency,
        "currencySymbol": _SYMBOLS.get(partner.currency, partner.currency),
        "invoiceDetails": [detail],
        "documentType": "invoice",
        "invoiceType": "OneTime",
        "links": {"self": link(path)},
        "attributes": {"objectType": "Invoice"},
    }
