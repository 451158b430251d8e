"""A tenant that is to be made can be made, and by this connection.

Its `tenant:` is the domain it gets: a prefix of letters and digits under onmicrosoft.com. Microsoft refuses company
names that say nothing, and contacts of its own or of the partner. An indirect reseller cannot make customers; an
indirect provider makes them for one of its resellers, whose partner id stands under `resellers:`. Sources:
https://learn.microsoft.com/partner-center/validate-names-addresses, create-a-customer (partner-center.md 3.2, 3.3,
1.1); the form of the prefix is common knowledge [inferred].

Passes:

    customers:
      tailspin:
        tenant: tailspintoys.onmicrosoft.com
        create:
          billingProfile:
            companyName: Tailspin Toys GmbH
            email: anna@tailspintoys.com
            culture: de-DE
            language: de
            defaultAddress:
              {firstName: Anna, lastName: Schmidt, addressLine1: Kai 1, city: Kiel, postalCode: "24103", country: DE}

Refused:

    customers:
      tailspin:
        tenant: tailspin-toys.com
        create:
          billingProfile:
            companyName: Tailspin Toys GmbH
            email: anna@tailspintoys.com
            culture: de-DE
            language: de
            defaultAddress:
              {firstName: Anna, lastName: Schmidt, addressLine1: Kai 1, city: Kiel, postalCode: "24103", country: DE}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.connection import Connection
from reconciler.model.finding import Finding
from reconciler.model.newcomer import NewCustomer
from reconciler.model.repository import CustomerFiles
from reconciler.policies.fleet import Fleet, Rule

CLOUD = ".onmicrosoft.com"
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{0,26}\Z")
# What a company is, and not what it is called.
_SUFFIXES = (
    "ag bv co corp corporation gmbh inc incorporated kft kg lda limited llc llp ltd nv oy plc pte pty sa sarl sas spa "
    "srl wll zrt"
)
SUFFIXES = frozenset(_SUFFIXES.split())
TOP_LEVEL = re.compile(r"\.(com|org|net|edu|club|info|biz)\b", re.IGNORECASE)
THRICE = re.compile(r"(\S)\1\1")
SPACED = re.compile(r"(?:^|\s)\w\s\w\s\w(?:\s|$)")


def check(fleet: Fleet) -> Iterator[Finding]:
    """What stands in the way of each customer that is to be made."""
    for key, customer in fleet.customers.items():
        files = fleet.files.customers[key]
        if files.entry.create is None:
            continue
        connection = fleet.files.settings.connections.get(customer.connection)
        yield from _domain(files)
        yield from _company(files, files.entry.create)
        if connection is not None:
            yield from _served(fleet, files, files.entry.create, connection)


def _domain(files: CustomerFiles) -> Iterator[Finding]:
    tenant = files.entry.tenant.strip().lower()
    if tenant.endswith(CLOUD) and PREFIX.match(tenant.removesuffix(CLOUD)):
        return
    detail = f'Customer "{files.key}" is to be made as {tenant}, and no new tenant can be called so.'
    fix = "Write tenant: PREFIX.onmicrosoft.com, the prefix of at most 27 letters and digits and a letter first."
    yield Finding(codes.UNUSABLE_DOMAIN, detail, fix, origin=files.origin)


def _company(files: CustomerFiles, create: NewCustomer) -> Iterator[Finding]:
    name, who = create.billing_profile.company_name, f'Customer "{files.key}"'
    bare = re.sub(r"[^\w]", "", name.casefold())
    if len(bare) < 2 or bare in SUFFIXES:
        detail = f'{who} has the company name "{name}", which names no company.'
        yield Finding(codes.UNUSABLE_COMPANY, detail, "Write the company's whole name.", origin=files.origin)
    elif TOP_LEVEL.search(name) or THRICE.search(name) or SPACED.search(name):
        detail = f'{who} has the company name "{name}", which Microsoft asks to be looked at again.'
        yield Finding(codes.ODD_COMPANY, detail, "Make sure that it is the company's name.", origin=files.origin)


def _served(fleet: Fleet, files: CustomerFiles, create: NewCustomer, connection: Connection) -> Iterator[Finding]:
    who, email = f'Customer "{files.key}"', create.billing_profile.email
    at = email.rpartition("@")[2].lower()
    if at in ("microsoft.com", connection.partner_tenant.lower()):
        detail = f"{who} has the contact {email}, which is not one of the customer's own."
        yield Finding(codes.UNUSABLE_COMPANY, detail, "Write an address of the customer.", origin=files.origin)
    if connection.model == "indirectReseller":
        detail = f"{who} is to be made, and an indirect reseller cannot make customers."
        fix = "Ask your provider to make it, and take create: out of the files."
        yield Finding(codes.CANNOT_BE_MADE, detail, fix, origin=files.origin)
    reseller = fleet.files.resellers.get(files.entry.reseller or "")
    if connection.model == "indirectProvider" and (reseller is None or not reseller.mpn_id):
        detail = f"{who} is to be made by an indirect provider for no reseller: it becomes the provider's own."
        fix = "Name a reseller: with mpnId: under resellers:."
        yield Finding(codes.NOBODYS_CUSTOMER, detail, fix, origin=files.origin)


RULE = Rule(
    "new_customers",
    (
        codes.UNUSABLE_DOMAIN,
        codes.UNUSABLE_COMPANY,
        codes.ODD_COMPANY,
        codes.CANNOT_BE_MADE,
        codes.NOBODYS_CUSTOMER,
    ),
    check,
    __doc__,
)
