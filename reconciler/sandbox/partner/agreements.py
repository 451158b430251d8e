"""The Microsoft Customer Agreement: which one there is, who confirmed it, and the gate it puts before orders.

Without a confirmation orders fail with 403/13605; confirming again with the same contact is 400/600061 in the
customer service's own error shape (Learn "Confirm customer acceptance of Microsoft Customer Agreement"; fact sheet
3.7). The list gives Microsoft Cloud Agreements unless a type, or `*`, is named.
It must not confirm anything by itself.

The decision a reader would question: a customer of the world file has agreed at its creation unless its commerce record
carries an `agreements` list of its own; otherwise every test world would have to say so.
"""

from datetime import UTC, datetime

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import audit, transport
from reconciler.sandbox.partner.casing import Json, folded, trimmed
from reconciler.sandbox.partner.commerce import Desk, desk_of
from reconciler.sandbox.partner.errors import refuse_as_customer_service, refuse_input

# Learn "Get agreement metadata for Microsoft Customer Agreement".
_TEMPLATE = "117a77b0-9360-443b-8795-c6dedc750cf9"
_TYPE = "MicrosoftCustomerAgreement"
_DEFAULT_TYPE = "MicrosoftCloudAgreement"
_LINK = "https://aka.ms/customeragreement"


def has_agreed(desk: Desk) -> bool:
    return bool(_agreements(desk)) or bool(desk.records.get("directSigned"))


def list_templates(call: Call) -> Answer:
    options = transport.check_query(call, "agreementtype")
    wanted = options.get("agreementtype", _DEFAULT_TYPE).casefold()
    row = {"templateId": _TEMPLATE, "agreementType": _TYPE, "agreementLink": _LINK, "versionRank": 0}
    rows = [row] if wanted in ("*", _TYPE.casefold()) else []
    return Answer(200, {"totalCount": len(rows), "items": rows})


def list_agreements(call: Call) -> Answer:
    options = transport.check_query(call, "agreementtype")
    wanted = options.get("agreementtype", _DEFAULT_TYPE).casefold()
    rows = [row for row in _agreements(desk_of(call)) if wanted in ("*", row["type"].casefold())]
    return Answer(200, {"totalCount": len(rows), "items": rows})


def get_direct_signed(call: Call) -> Answer:
    transport.check_query(call)
    return Answer(200, {"isSigned": bool(desk_of(call).records.get("directSigned"))})


def confirm(call: Call) -> Answer:
    desk = desk_of(call)
    agreement = _read(call)
    if any(row["primaryContact"] == agreement["primaryContact"] for row in _agreements(desk)):
        text = "A partner confirmed agreement already exists for the customer."
        raise refuse_as_customer_service(400, 600061, "PartnerConfirmedAgreementAlreadyExists", text)
    desk.records["agreements"] = [*_agreements(desk), agreement]
    audit.record(call, desk, "create_agreement", "agreement", (None, agreement))
    return Answer(201, agreement)


def _agreements(desk: Desk) -> list[Json]:
    stored: list[Json] | None = desk.records.get("agreements")
    if stored is not None:
        return stored
    contact = {"firstName": "Initial", "lastName": "Contact", "email": f"admin@{desk.tenant.domain}"}
    return [_row(contact, desk.tenant.created.date().isoformat() + "T00:00:00")]


def _row(contact: Json, agreed: str) -> Json:
    return {
        "primaryContact": contact,
        "templateId": _TEMPLATE,
        "dateAgreed": agreed,
        "type": _TYPE,
        "agreementLink": _LINK,
    }


def _read(call: Call) -> Json:
    body = folded(call.json())
    contact = body.get("primarycontact") if isinstance(body, dict) else None
    names = ("firstName", "lastName", "email", "phoneNumber")
    if not isinstance(contact, dict) or any(not contact.get(name.lower()) for name in names[:3]):
        raise refuse_input("primaryContact needs firstName, lastName and email")
    if body.get("templateid") != _TEMPLATE or body.get("type") != _TYPE:
        raise refuse_input("templateId and type must be those of the agreement metadata")
    agreed = _moment(body.get("dateagreed"))
    if agreed > call.now:
        raise refuse_input("dateAgreed lies in the future")
    person = trimmed({name: contact.get(name.lower()) for name in names})
    stamp = agreed.replace(tzinfo=None).isoformat()
    assert call.token is not None
    return _row(person, stamp) | {"userId": call.token.agent}


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise refuse_input("dateAgreed isn't a date") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
