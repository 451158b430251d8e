"""A customer's tenant as it is compared, and what it is made with.

The first four fields are what the services say of a tenant that is there. The others are sent once, when it is made
(https://learn.microsoft.com/partner-center/developer/create-a-customer; partner-center.md 3.3), and never compared
afterwards: a customer's invoices and addresses are kept where people keep them.

Must not: hold a password, or anything that the files do not say.
"""

from __future__ import annotations

from reconciler.model.kind import Declaring
from reconciler.model.newcomer import NewCustomer
from reconciler.model.spec import Spec

# What of the customer's address says where it is, and who the contact is.
PLACE = ("address_line1", "address_line2", "city", "state", "postal_code", "country")
CONTACT = ("first_name", "last_name", "phone_number")


class CustomerSpec(Spec):
    """One customer's tenant. `relationship` is Partner Center's word: reseller, advisor, none, ...

    `country` is the tenant's, which is that of the address it was made with; `reseller` is the partner id (MPN) of the
    indirect reseller whose customer it will be.
    """

    tenant_id: str | None = None
    relationship: str | None = None
    country: str | None = None
    domains: frozenset[str] = frozenset()
    domain: str | None = None
    company_name: str | None = None
    email: str | None = None
    culture: str | None = None
    language: str | None = None
    organization_registration_number: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    phone_number: str | None = None
    enable_gdap_by_default: bool | None = None
    reseller: str | None = None


def to_make(create: NewCustomer, context: Declaring) -> CustomerSpec:
    """What the files want a tenant to be made with; what they do not say is not set."""
    billing = create.billing_profile
    values: dict[str, object] = {
        "domain": context.files.entry.tenant.strip().lower(),
        "company_name": billing.company_name,
        "email": billing.email,
        "culture": billing.culture,
        "language": billing.language,
        "enable_gdap_by_default": create.enable_gdap_by_default,
        "organization_registration_number": create.company_profile.organization_registration_number,
    }
    values |= {name: getattr(billing.default_address, name) for name in (*PLACE, *CONTACT)}
    if context.connection and context.connection.model == "indirectProvider":
        values["reseller"] = context.mpn_id or None
    return CustomerSpec.model_validate({name: value for name, value in values.items() if value is not None})


def wire_address(spec: CustomerSpec, names: tuple[str, ...]) -> dict[str, str]:
    """These parts of the address by Partner Center's names; what nobody says is left out."""
    values = ((CustomerSpec.model_fields[name].alias or name, getattr(spec, name)) for name in names)
    return {name: value for name, value in values if value is not None}
