"""Making a customer, once; and a new password for its administrator where the first one was never heard.

Sources: https://learn.microsoft.com/partner-center/developer/create-a-customer, verify-domain-availability
(partner-center.md 3.1, 3.3). The domain is asked for just before the one POST, and the POST is not sent again where
its answer was lost: the engine looks for the domain then. Its idempotency key is that of the run that wrote the intent
down, so a run that goes on after a crash, and finds the domain still free, asks for the same thing and not for a
second one.

Must not: keep or show the credentials; they go from the answer to the safe and nowhere else.

Questionable on purpose: credentials whose answer was lost are not asked for again, although the same request id might
bring the stored answer: nobody documents for how long. The administrator's password is reset instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.cloud.graph import quoted
from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import ORGANIZATION, CustomerSession
from reconciler.kinds.entra import listing, user_wire
from reconciler.kinds.partner.customer_spec import CONTACT, PLACE, CustomerSpec, wire_address
from reconciler.model import halves
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError, Conflict, Exchange, InDoubt, NotFound, NotYetVisible, Rejected
from reconciler.model.performing import Performing

Json = dict[str, Any]  # Any: the vendor's JSON
RESELLERS = "/relationships?relationship_type=IsIndirectCloudSolutionProviderOf"  # partner-center.md 3.8
UNKNOWN_TENANT = (
    "AADSTS90002"  # login does not know a tenant for about 3 minutes (graph.md 10.4) [the code is inferred]
)
# The app is not consented to, or the person has no role there (graph.md 10.4).
SHUT = frozenset({"AADSTS700016", "AADSTS65001", "AADSTS90099", "AADSTS50020"})


async def create(session: CustomerSession, change: Change, context: Performing) -> str:
    """The id of the new tenant; its administrator's credentials are in the safe. Conflict if the domain is taken."""
    assert change.desired is not None
    spec = change.desired.spec
    assert isinstance(spec, CustomerSpec)
    if await session.partner.exists(f"/domains/{spec.domain}"):
        detail = f"{spec.domain} was free when the plan was made and is taken now: nothing was made"
        raise Conflict(_problem(session, "HEAD", "/domains", "DomainTaken", detail))
    body = to_wire(spec)
    if spec.reseller:
        body["associatedPartnerId"] = await _reseller(session, spec.reseller)
    operation = halves.CREATE_FOR_RESELLER if spec.reseller else halves.CREATE_CUSTOMER
    options = replace(acting(operation), request_id=context.request_id(change.address), once=True)
    made = await session.partner.write("POST", "/customers", body, options) or {}
    tenant_id = str(made.get("id") or (made.get("companyProfile") or {}).get("tenantId") or "").lower()
    if not tenant_id:
        raise InDoubt(_problem(session, "POST", "/customers", "", "the answer holds no id of the new tenant"))
    session.learn(tenant_id)
    credentials = made.get("userCredentials") or {}
    if credentials.get("password"):
        whose = f"{credentials.get('userName') or 'admin'}@{spec.domain}"
        context.secrets.keep(change.address, str(credentials["password"]), whose)
    return tenant_id


def to_wire(spec: CustomerSpec) -> Json:
    """The body of `POST /customers`."""
    billing = {
        "email": spec.email,
        "culture": spec.culture,
        "language": spec.language,
        "companyName": spec.company_name,
        "defaultAddress": wire_address(spec, (*PLACE, *CONTACT)),
    }
    company = {"domain": spec.domain, "organizationRegistrationNumber": spec.organization_registration_number}
    return {
        "enableGDAPByDefault": bool(spec.enable_gdap_by_default),
        "companyProfile": {name: value for name, value in company.items() if value is not None},
        "billingProfile": billing,
    }


async def reset_password(session: CustomerSession, change: Change, context: Performing) -> None:
    """Give the tenant's first administrator a new password and keep it for the hand-over."""
    assert change.action is Action.HANDOVER
    try:
        found = await listing.global_administrators(session)
    except CloudError as error:
        raise _not_yet(session, error) from error
    if len(found) != 1:
        detail = f"the tenant has {len(found)} global administrators; whose password was lost cannot be told"
        raise Rejected(_problem(session, "GET", "/directoryRoles", "SeveralAdministrators", detail))
    (user_id,) = found
    row = await session.graph.get(f"/users/{quoted(user_id)}?$select=id,userPrincipalName")
    password = context.secrets.password(change.address)
    await session.graph.write("PATCH", f"/users/{user_id}", {"passwordProfile": user_wire.password_profile(password)})
    context.secrets.keep(change.address, password, str(row["userPrincipalName"]))


async def is_open(session: CustomerSession) -> bool:
    """Whether the tenant lets us in. False while login does not know it; CloudError where waiting will not help."""
    session.graph.forget_reads()
    try:
        return bool(await session.graph.listing(ORGANIZATION))
    except CloudError as error:
        if error.temporary or isinstance(error, NotFound) or error.exchange.code == UNKNOWN_TENANT:
            return False
        raise


def _not_yet(session: CustomerSession, error: CloudError) -> CloudError:
    """A tenant that is about to let us in is waited for."""
    waits = error.exchange.code == UNKNOWN_TENANT or (session.has_person and error.exchange.code in SHUT)
    return NotYetVisible(error.exchange) if waits else error


async def _reseller(session: CustomerSession, mpn_id: str) -> str:
    """The tenant of the indirect reseller with that partner id."""
    for row in await session.partner.listing(RESELLERS, acting(halves.LIST_RESELLERS)):
        if str(row.get("mpnId")) == mpn_id and str(row.get("state", "Active")).lower() == "active":
            return str(row["id"])
    detail = f"no indirect reseller of yours has the partner id {mpn_id} and an active relationship"
    raise Rejected(_problem(session, "GET", "/relationships", "UnknownReseller", detail))


def _problem(session: CustomerSession, method: str, path: str, code: str, detail: str) -> Exchange:
    return Exchange("partner", session.tenant, method, path, code=code, detail=detail)
