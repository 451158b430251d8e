"""Customers: the partner's list of tenants, their profiles, and the state of the relationship.

A list row has only id, company name and domain; the single GET adds profiles, and what comes from the customer's
directory (custom domains, e-mail, address) only for a person with a GDAP role there (Learn "Get a customer by ID",
"GDAP ... API impact"; fact sheet 2.4, 3.4). The billing profile is written as a whole and needs its etag.
It must not create or remove customers: `newcomers` does.

The decision a reader would question: the list is ordered by company name and id. Microsoft names no order; a stable one
makes paging testable. A new customer is missing in it for `behavior.customerDelay`, and found by its id at once
[inferred from orders, which do the same].
"""

import hashlib

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import audit, filters, paging, transport
from reconciler.sandbox.partner.casing import Json, folded, trimmed
from reconciler.sandbox.partner.commerce import (
    Desk,
    desk_of,
    has_directory_role,
    partner_of,
    records_of,
)
from reconciler.sandbox.partner.errors import refuse, refuse_as_customer_service, refuse_input
from reconciler.sandbox.partner.transport import link
from reconciler.sandbox.world import Tenant

_FILTERS = {
    name: {"starts_with"} for name in ("companyname", "domain", "indirectreseller", "indirectcloudsolutionprovider")
}
_ADDRESS = (
    "country",
    "region",
    "city",
    "state",
    "addressLine1",
    "addressLine2",
    "postalCode",
    "firstName",
    "lastName",
    "phoneNumber",
)


def list_customers(call: Call) -> Answer:
    options = transport.check_query(call, "size", "filter", "seekoperation", "offset")
    condition = filters.read(options.get("filter"), _FILTERS)
    partner = partner_of(call)
    found = [
        tenant
        for tenant in call.world.tenants.values()
        if partner.id in tenant.partners and not tenant.is_younger(call.world.behavior.customer_delay, call.now)
    ]
    if condition is not None:
        found = [tenant for tenant in found if condition.holds(_filtered(tenant, partner.id, condition.field))]
    found.sort(key=lambda tenant: (tenant.display_name.casefold(), tenant.id))
    return paging.seek(call, found, _row)


def get_customer(call: Call) -> Answer:
    transport.check_query(call)
    desk = desk_of(call)
    may_see = has_directory_role(call, desk)
    shown = _row(desk.tenant)
    shown["companyProfile"] = _company(desk, may_see_directory=may_see)
    shown |= {
        "commerceId": _commerce_id(desk.tenant),
        "billingProfile": _billing(desk),
        "allowDelegatedAccess": desk.partner.id in desk.tenant.gdap,
        "customDomains": _domains(desk.tenant) if may_see else None,
        "links": {"self": link(desk.path)},
    }
    return Answer(200, trimmed(shown))


def as_created(desk: Desk, has_default_roles: bool) -> Json:
    """The answer to a create, without the credentials (sample create-customer.response)."""
    company = {name: value for name, value in _row(desk.tenant)["companyProfile"].items() if name != "companyName"}
    billing = {name: value for name, value in _billing(desk).items() if name != "links"}
    return {
        "id": desk.tenant.id,
        "commerceId": _commerce_id(desk.tenant),
        "companyProfile": company,
        "billingProfile": billing,
        "enableGDAPByDefault": has_default_roles,
        "relationshipToPartner": "none",
        "attributes": {"objectType": "Customer"},
    }


def get_company_profile(call: Call) -> Answer:
    transport.check_query(call)
    desk = desk_of(call)
    return Answer(200, _company(desk, may_see_directory=has_directory_role(call, desk)))


def get_billing_profile(call: Call) -> Answer:
    transport.check_query(call)
    return Answer(200, _billing(desk_of(call)))


def put_billing_profile(call: Call) -> Answer:
    """Replace the profile: what the body leaves out is gone (Learn "Update a customer's billing profile")."""
    desk = desk_of(call)
    before = _billing(desk)
    condition = call.headers.get("if-match")
    if condition is None:
        raise refuse_input("If-Match with the etag of the profile is required")
    if condition.strip('"') != before["attributes"]["etag"]:
        raise refuse(400, 2055)
    profile = _read_profile(call.json(), before)
    profile["version"] = int(desk.records.get("billingProfile", {}).get("version", 1)) + 1
    desk.records["billingProfile"] = profile
    after = _billing(desk)
    audit.record(call, desk, "update_customer_billing_profile", "customer", (before, after))
    return Answer(200, after)


def get_organization(call: Call) -> Answer:
    """A bare array (sample customer-organization.get.response); needs a GDAP role."""
    desk = _directory_desk(call)
    place = desk.tenant.organization
    shown = {
        "street": place.get("street"),
        "countryLetterCode": place.get("countryLetterCode", desk.tenant.country),
        "postalCode": place.get("postalCode"),
        "city": place.get("city"),
        "state": place.get("state"),
        "displayName": desk.tenant.display_name,
        "technicalNotificationMails": place.get("technicalNotificationMails", []),
    }
    return Answer(200, [trimmed(shown)])


def get_custom_domains(call: Call) -> Answer:
    return Answer(200, _domains(_directory_desk(call).tenant))


def get_validation_status(call: Call) -> Answer:
    """`?type=account`; 404/600074 where the world sets the status to null: such a customer isn't blocked."""
    options = transport.check_query(call, "type")
    if options.get("type", "").casefold() != "account":
        raise refuse_input("type must be account")
    desk = desk_of(call)
    status = validation_status(desk)
    if status is None:
        text = f"Account Status for the customer, {desk.tenant.id} was not found."
        raise refuse_as_customer_service(404, 600074, "AccountStatusNotFound", text)
    moment = desk.tenant.created.replace(tzinfo=None, microsecond=0).isoformat()
    return Answer(200, {"type": "account", "status": status, "lastUpdateDateTime": moment})


def validation_status(desk: Desk) -> str | None:
    """What the world says, else under review until `behavior.accountReview` is over."""
    if "validationStatus" in desk.records:
        found: str | None = desk.records["validationStatus"]
        return found
    return "UnderReview" if desk.tenant.is_younger(desk.world.behavior.account_review, desk.now) else "Allowed"


def list_customer_relationships(call: Call) -> Answer:
    transport.check_query(call)
    resellers: list[Json] = desk_of(call).records.get("resellers", [])
    return _plain([_relationship(row, "is_indirect_cloud_solution_provider_of") for row in resellers])


def list_relationships(call: Call) -> Answer:
    """`?relationship_type=IsIndirectCloudSolutionProviderOf | IsIndirectResellerOf` (Learn "Indirect resellers")."""
    options = transport.check_query(call, "relationship_type", "filter")
    kinds = {
        "isindirectcloudsolutionproviderof": "is_indirect_cloud_solution_provider_of",
        "isindirectresellerof": "is_indirect_reseller_of",
    }
    kind = kinds.get(options.get("relationship_type", "").replace("_", "").casefold())
    if kind is None:
        raise refuse_input("relationship_type isn't known")
    rows: list[Json] = partner_of(call).commerce.get("relationships", [])
    return _plain([_relationship(row, kind) for row in rows if row.get("relationshipType", kind) == kind])


def get_relationship_request(call: Call) -> Answer:
    """The link that the customer's global administrator opens; no API accepts on their behalf (fact sheet 3.6)."""
    transport.check_query(call, "indirectcloudsolutionproviderid", "indirectresellerid", "dualroleindirectrelationship")
    url = (
        "https://admin.microsoft.com/Adminportal/Home?invType=ResellerRelationship"
        f"&partnerId={partner_of(call).id}&msppId=0&DAP=false#/BillingAccounts/partner-invitation"
    )
    return Answer(200, {"url": url, "attributes": {"objectType": "RelationshipRequest"}})


def _directory_desk(call: Call) -> Desk:
    desk = desk_of(call)
    if not has_directory_role(call, desk):
        raise refuse(403, 900308)
    return desk


def _row(tenant: Tenant) -> Json:
    return {
        "id": tenant.id,
        "companyProfile": {
            "tenantId": tenant.id,
            "domain": tenant.domain,
            "companyName": tenant.display_name,
            "attributes": {"objectType": "CustomerCompanyProfile"},
        },
        "relationshipToPartner": "reseller",
        "attributes": {"objectType": "Customer"},
    }


def _filtered(tenant: Tenant, partner_id: str, field: str) -> str:
    if field == "companyname":
        return tenant.display_name
    if field == "domain":
        return tenant.domain
    return str(records_of(tenant, partner_id).get("associatedPartnerId", ""))


def _company(desk: Desk, *, may_see_directory: bool) -> Json:
    billing = _stored_profile(desk)
    address = {key: value for key, value in billing.get("defaultAddress", {}).items() if key in _ADDRESS}
    return trimmed(
        {
            **_row(desk.tenant)["companyProfile"],
            "address": address if may_see_directory else None,
            "email": billing.get("email") if may_see_directory else None,
            "links": {"self": link(f"{desk.path}/profiles/company")},
        }
    )


def _stored_profile(desk: Desk) -> Json:
    found: Json | None = desk.records.get("billingProfile")
    if found is not None:
        return found
    place = desk.tenant.organization
    return {
        "email": f"admin@{desk.tenant.domain}",
        "culture": "en-US",
        "language": "en",
        "companyName": desk.tenant.display_name,
        "defaultAddress": trimmed(
            {
                "country": desk.tenant.country,
                "city": place.get("city"),
                "state": place.get("state"),
                "addressLine1": place.get("street"),
                "postalCode": place.get("postalCode"),
            }
        ),
        "version": 1,
    }


def _billing(desk: Desk) -> Json:
    stored = _stored_profile(desk)
    shown = {key: value for key, value in stored.items() if key != "version"}
    digest = hashlib.sha256(f"{desk.tenant.id}/{desk.partner.id}/{stored['version']}".encode()).digest()
    # The etag of this resource is a signed integer (sample customer.get.response).
    etag = str(int.from_bytes(digest[:8], "big", signed=True))
    return {
        "id": _commerce_id(desk.tenant),
        **shown,
        "links": {"self": link(f"{desk.path}/profiles/billing")},
        "attributes": {"etag": etag, "objectType": "CustomerBillingProfile"},
    }


def _read_profile(body: object, before: Json) -> Json:
    if not isinstance(body, dict):
        raise refuse_input("the body isn't a billing profile")
    sent: Json = folded(body)
    address = sent.get("defaultaddress")
    if not isinstance(address, dict) or not sent.get("companyname") or not sent.get("email"):
        raise refuse_input("companyName, email and defaultAddress are required")
    if str(address.get("country", "")).upper() != before["defaultAddress"]["country"].upper():
        # The country fixes the market of the customer and can't be changed [inferred, fact sheet 3.3].
        raise refuse_input("the country of a customer can't be changed")
    names = ("firstName", "lastName", "email", "culture", "language", "companyName")
    profile = trimmed({name: sent.get(name.lower()) for name in names})
    profile["defaultAddress"] = trimmed({name: address.get(name.lower()) for name in _ADDRESS})
    return profile


def _commerce_id(tenant: Tenant) -> str:
    digest = hashlib.sha256(f"commerce/{tenant.id}".encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"


def _domains(tenant: Tenant) -> list[str]:
    return [domain.id for domain in tenant.domains.values() if domain.is_verified]


def _relationship(row: Json, kind: str) -> Json:
    return {"relationshipType": kind, **row, "attributes": {"objectType": "PartnerRelationship"}}


def _plain(items: list[Json]) -> Answer:
    return Answer(200, {"totalCount": len(items), "items": items, "attributes": {"objectType": "Collection"}})
