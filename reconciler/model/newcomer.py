"""What a tenant is made with, and who accepted Microsoft's agreement for it: `create:` and `agreement:` of a customer.

Names and shape are those of Partner Center's customer and agreement resources (https://learn.microsoft.com/partner-
center/developer/create-a-customer, confirm-customer-consent-customer-agreement; partner-center.md 3.3, 3.7), so that
the documentation of the API is the documentation of the files. The domain isn't here: it is the customer's `tenant:`.

Must not: hold a rule of a country (a policy does) or a password (nobody chooses one).

Questionable on purpose: `enableGDAPByDefault` is on unless a file says otherwise. Without the default roles nobody but
the customer's first administrator can enter the new tenant, and the rest of the customer's files waits for a person.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from reconciler.model.spec import Country, Document

AGREEMENT: Final = "MicrosoftCustomerAgreement"


def _email(value: str) -> str:
    local, at, domain = value.strip().partition("@")
    if not (local and at and "." in domain and "@" not in domain) or any(letter.isspace() for letter in value.strip()):
        raise ValueError(f'"{value}" is not an e-mail address: expected something like anna@contoso.com')
    return value.strip()


Email = Annotated[str, AfterValidator(_email)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Culture = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", to_lower=True)]


class PostalAddress(Document):
    """Where the customer's company is, and its contact. Lengths: partner-center.md 3.2."""

    first_name: Name = Field(description="First name of the contact; the first administrator is called so.")
    last_name: Name = Field(description="Last name of the contact.")
    address_line1: Line
    address_line2: Line | None = None
    city: Words
    state: Words | None = Field(default=None, description="As the country abbreviates it: WA.")
    postal_code: Words | None = None
    country: Country = Field(description="ISO 3166-1 alpha-2. It fixes the market and cannot be changed.")
    phone_number: Words | None = None


class BillingProfile(Document):
    """Who the customer is for Microsoft's invoices."""

    company_name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=255)]
    email: Email = Field(description="The contact's own address; not one of the partner.")
    culture: Culture = Field(description='Like "de-DE".')
    language: Language = Field(description='Like "de".')
    default_address: PostalAddress


class CompanyProfile(Document):
    """What some countries want to know of a company."""

    organization_registration_number: Words | None = Field(
        default=None, description="Only where the country has one: see the country's rules."
    )


class NewCustomer(Document):
    """What the tenant is made with where Partner Center does not have it; never managed afterwards."""

    company_profile: CompanyProfile = CompanyProfile()
    billing_profile: BillingProfile
    enable_gdap_by_default: bool = Field(
        default=True,
        alias="enableGDAPByDefault",
        description="Microsoft gives the partner its default roles in the new tenant.",
    )


class Contact(Document):
    """The customer's person who accepted the agreement."""

    first_name: Name
    last_name: Name
    email: Email
    phone_number: Words | None = None


class Acceptance(Document):
    """Who accepted the Microsoft Customer Agreement, and when. A person writes this; nothing makes it up."""

    primary_contact: Contact
    date_agreed: datetime.date
    template_id: Guid | None = Field(default=None, description="The agreement's template; the current one if absent.")
    type: Literal["MicrosoftCustomerAgreement"] = AGREEMENT
