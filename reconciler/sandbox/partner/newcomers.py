"""`POST /v1/customers`: a tenant that did not exist, its first administrator, and the relationship to its partner.

The answer is the only place where the administrator's password is ever told (Learn "Create a customer"; samples
create-customer.*; fact sheet 3.3). The same MS-RequestId again gets the same answer and makes nothing (`replayed`).
`enableGDAPByDefault` brings the relationship with the default roles that Microsoft has granted at creation since
2023-09-25 (https://techcommunity.microsoft.com/t5/partner-news/new-timelines-important-actions-to-secure-the-partner-
ecosystem/ba-p/3829068); no app is consented to. The agreement isn't confirmed by anybody.
It must not show the password anywhere else: not in the audit log, not in the world.

The decisions a reader would question [inferred]: a domain that is taken is 400/800002, because no code is documented
for it; the first administrator is called "admin", as in the sample; the 76th customer of an integration sandbox account
is refused with 800018.
"""

import random
import re
from dataclasses import dataclass, replace
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.names import derived_id
from reconciler.sandbox.partner import audit, customers, markets, regions
from reconciler.sandbox.partner.casing import Json, folded, trimmed
from reconciler.sandbox.partner.commerce import Desk, partner_of, records_of
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.world import Partner, Tenant, User
from reconciler.sandbox.worldpeople import user_defaults

# Learn "Test and debug", integration sandbox account limits (fact sheet 2.6).
MOST_CUSTOMERS = 75
DEFAULT_ROLES = (
    "Directory Readers",
    "Directory Writers",
    "Global Reader",
    "Helpdesk Administrator",
    "License Administrator",
    "Privileged Authentication Administrator",
    "Privileged Role Administrator",
    "Service Support Administrator",
    "User Administrator",
)
# Lengths: Learn "Utility resources" (fact sheet 3.2).
_LONGEST = {"addressLine1": 200, "addressLine2": 200, "firstName": 50, "lastName": 50}
_ADDRESS = (
    "firstName",
    "lastName",
    "addressLine1",
    "addressLine2",
    "city",
    "state",
    "region",
    "postalCode",
    "country",
    "phoneNumber",
)
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,26}\Z")
_CLOUD = ".onmicrosoft.com"
_ADMIN = "admin"
_LETTERS = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#$%&*+-=?@^_")


@dataclass(frozen=True, slots=True)
class _Wish:
    """The body of a create, read and checked."""

    domain: str
    profile: Json
    has_default_roles: bool
    reseller: str

    @property
    def address(self) -> Json:
        found: Json = self.profile["defaultAddress"]
        return found


def create_customer(call: Call) -> Answer:
    partner = partner_of(call)
    wish = _read(call.json())
    _check_market(partner, wish)
    if wish.domain in call.world.domains:
        raise refuse_input(f"the domain {wish.domain} is taken")
    if partner.is_sandbox and _customers_of(call, partner) >= MOST_CUSTOMERS:
        raise refuse(400, 800018)
    reseller = _reseller(call, partner, wish.reseller)
    tenant = _tenant(call, partner, wish)
    desk = Desk(call.world, partner, tenant, call.now)
    desk.records.update(trimmed({"billingProfile": {**wish.profile, "version": 1}, "agreements": []}))
    if reseller is not None:
        desk.records.update({"associatedPartnerId": reseller["id"], "resellers": [reseller]})
    shown = customers.as_created(desk, wish.has_default_roles)
    audit.record(call, desk, "add_customer", "customer", (None, shown))
    credentials = {"userName": _ADMIN, "password": _password(call, wish.domain)}
    return Answer(201, {**shown, "userCredentials": credentials})


def _read(body: Any) -> _Wish:
    sent: Json = folded(body) if isinstance(body, dict) else {}
    company, billing = _part(sent, "companyProfile"), _part(sent, "billingProfile")
    address = _part(billing, "defaultAddress")
    if "usercredentials" in sent:
        raise refuse_input("userCredentials can't be chosen")
    for name in ("email", "culture", "language", "companyName"):
        _text(billing, name)
    for name in ("firstName", "lastName", "addressLine1", "city", "country"):
        _text(address, name)
    domain = _text(company, "domain").lower()
    if not domain.endswith(_CLOUD) or not _PREFIX.match(domain.removesuffix(_CLOUD)):
        raise refuse_input("companyProfile.domain must be PREFIX.onmicrosoft.com")
    too_long = [name for name, most in _LONGEST.items() if len(str(address.get(name.lower()) or "")) > most]
    if too_long:
        raise refuse_input(f"defaultAddress.{too_long[0]} is too long")
    names = ("firstName", "lastName", "email", "culture", "language", "companyName")
    profile = trimmed({name: billing.get(name.lower()) for name in names})
    profile["defaultAddress"] = trimmed({name: address.get(name.lower()) for name in _ADDRESS})
    profile["defaultAddress"]["country"] = profile["defaultAddress"]["country"].upper()
    _check_registration(str(company.get("organizationregistrationnumber") or ""), profile["defaultAddress"])
    wants_roles, reseller = sent.get("enablegdapbydefault", False), sent.get("associatedpartnerid")
    return _Wish(domain, profile, bool(wants_roles), str(reseller or "").lower())


def _part(sent: Json, name: str) -> Json:
    found = sent.get(name.lower())
    if not isinstance(found, dict):
        raise refuse_input(f"{name} is required")
    return found


def _text(sent: Json, name: str) -> str:
    found = sent.get(name.lower())
    if not isinstance(found, str) or not found.strip():
        raise refuse_input(f"{name} is required")
    return found.strip()


def _check_registration(number: str, address: Json) -> None:
    country = address["country"]
    if number and country not in markets.REGISTERED:
        raise refuse(400, 600002)
    if country in markets.REGISTERED and not number:
        raise refuse(400, 600049)
    if number and not re.match(markets.REGISTRATION_PATTERN, number):
        raise refuse(400, 600050, markets.REGISTRATION_PATTERN)
    if country in markets.PHONED and not address.get("phoneNumber"):
        raise refuse(400, 600051)


def _check_market(partner: Partner, wish: _Wish) -> None:
    """The region decides who may sell there; the country's own rules what an address must have."""
    address = wish.address
    if not regions.serves(partner.region, address["country"]):
        raise refuse(403, 2030)
    market = markets.of(address["country"])
    if market.wants_state and str(address.get("state", "")).upper() not in market.states:
        raise refuse_input("defaultAddress.state isn't one of the country's")
    if market.postal_code and not re.match(market.postal_code, str(address.get("postalCode", "")).upper()):
        raise refuse_input("defaultAddress.postalCode doesn't fit the country")
    at = wish.profile["email"].rpartition("@")[2].lower()
    if at in ("microsoft.com", partner.domain):
        raise refuse_input("billingProfile.email must be the customer's own")


def _customers_of(call: Call, partner: Partner) -> int:
    return sum(1 for tenant in call.world.tenants.values() if partner.id in tenant.partners)


def _reseller(call: Call, partner: Partner, wanted: str) -> Json | None:
    """The indirect reseller whose customer it will be; only a person may name one (fact sheet 3.3)."""
    if not wanted:
        return None
    if call.token is None or call.token.agent is None:
        raise refuse(403, 900329)
    rows: list[Json] = partner.commerce.get("relationships", [])
    found = next((row for row in rows if str(row.get("id", "")).lower() == wanted), None)
    if found is None or str(found.get("state", "Active")) != "Active":
        raise refuse(400, 800016)
    return {name: found[name] for name in ("id", "name", "mpnId") if name in found}


def _tenant(call: Call, partner: Partner, wish: _Wish) -> Tenant:
    world, address, company = call.world, wish.address, wish.profile["companyName"]
    tenant = world.new_tenant(derived_id("tenant", wish.domain), wish.domain, company, address["country"])
    tenant.partners = (partner.id,)
    tenant.gdap = {partner.id: DEFAULT_ROLES} if wish.has_default_roles else {}
    tenant.organization = trimmed(
        {
            "street": address["addressLine1"],
            "city": address["city"],
            "state": address.get("state"),
            "postalCode": address.get("postalCode"),
            "technicalNotificationMails": [wish.profile["email"]],
        }
    )
    world.add_tenant(tenant)
    tenant.users.put(_administrator(tenant, address))
    records_of(tenant, partner.id)
    return tenant


def _administrator(tenant: Tenant, address: Json) -> User:
    upn = f"{_ADMIN}@{tenant.domain}"
    names = {"givenName": address["firstName"], "surname": address["lastName"], "usageLocation": address["country"]}
    names["displayName"] = f"{address['firstName']} {address['lastName']}"
    user = User(derived_id(tenant.domain, "user", upn), {**user_defaults(tenant, upn), **names})
    return replace(user, roles=("Global Administrator",))


def _password(call: Call, domain: str) -> str:
    """Told once and kept nowhere; the same for the same request of the same world, so that stories can be replayed."""
    chance = random.Random(f"{call.world.seed}/{domain}/{call.n}")  # noqa: S311  a password of nobody
    letters = [chance.choice(group) for group in _LETTERS] + chance.choices("".join(_LETTERS), k=8)
    chance.shuffle(letters)
    return "".join(letters)
