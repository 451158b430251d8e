"""The address of a customer that is to be made has what its country wants.

Known without a network are the rules that Microsoft publishes: those of the United States, and which countries want an
organization's registration number and a telephone. What else a country wants is asked at the plan.
Sources: https://learn.microsoft.com/partner-center/developer/get-market-specific-validation-data (the sample is the
United States), create-a-customer, error-codes 600002 and 600049 to 600051 (partner-center.md 3.2).

Passes:

    customers:
      tailspin:
        tenant: tailspintoys.onmicrosoft.com
        create:
          companyProfile: {organizationRegistrationNumber: "1234567"}
          billingProfile:
            companyName: Tailspin Toys Kft
            email: anna@tailspintoys.com
            culture: hu-HU
            language: hu
            defaultAddress:
              firstName: Anna
              lastName: Szabo
              addressLine1: Vaci utca 1
              city: Budapest
              postalCode: "1052"
              country: HU
              phoneNumber: "+36 1 234 5678"

Refused:

    customers:
      tailspin:
        tenant: tailspintoys.onmicrosoft.com
        create:
          billingProfile:
            companyName: Tailspin Toys Kft
            email: anna@tailspintoys.com
            culture: hu-HU
            language: hu
            defaultAddress:
              {firstName: Anna, lastName: Szabo, addressLine1: Vaci utca 1, city: Budapest, country: HU}
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.newcomer import BillingProfile, NewCustomer
from reconciler.model.repository import CustomerFiles
from reconciler.policies.fleet import Fleet, Rule

# partner-center.md 3.2, last lines: a telephone is asked of the first ones, a registration number of all.
_PHONED = "AM AZ BY HU IN KZ KG MD RU TJ UZ UA"
_REGISTERED = f"{_PHONED} AE BR IQ MM PL SA SS TH TR VE VN ZA"
_US_STATES = (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR "
    "PA RI SC SD TN TX UT VA VT WA WI WV WY"
)
PHONED, REGISTERED, US_STATES = (frozenset(listed.split()) for listed in (_PHONED, _REGISTERED, _US_STATES))
US_POSTAL_CODE = re.compile(r"\d{5}(-\d{4})?\Z")
US_PHONE = re.compile(r"(1[-/.]?)?(\(\d{3}\)|\d{3})[-/.]?\d{3}[-/.]?\d{4}\Z")
US_LANGUAGES = ("en", "es")

Mistake = tuple[str, str]  # what is, and what to do


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each value that the country wants otherwise."""
    for key in fleet.customers:
        files = fleet.files.customers[key]
        if files.entry.create is not None:
            for detail, fix in _mistakes(files, files.entry.create):
                whole = f'Customer "{key}" is to be made in {_country(files.entry.create)}: {detail}'
                yield Finding(codes.COUNTRY_WANTS, whole, fix, origin=files.origin)


def _mistakes(files: CustomerFiles, create: NewCustomer) -> Iterator[Mistake]:
    billing, country = create.billing_profile, _country(create)
    if files.entry.country and files.entry.country != country:
        yield f"its country: is {files.entry.country}.", "Write the same country twice, or only in defaultAddress."
    number = create.company_profile.organization_registration_number
    if country in REGISTERED and not number:
        yield (
            "companies there have a registration number, which is missing.",
            "Write organizationRegistrationNumber under companyProfile.",
        )
    if number and country not in REGISTERED:
        yield "no registration number is taken there.", "Take organizationRegistrationNumber out of companyProfile."
    if country in PHONED and not billing.default_address.phone_number:
        yield "a telephone is wanted there, and is missing.", "Write phoneNumber in defaultAddress."
    if country == "US":
        yield from _in_the_united_states(billing)


def _in_the_united_states(billing: BillingProfile) -> Iterator[Mistake]:
    address = billing.default_address
    if (address.state or "").upper() not in US_STATES:
        yield f'"{address.state or ""}" is no state.', "Write state as its two letters, like WA."
    if not US_POSTAL_CODE.match(address.postal_code or ""):
        yield f'"{address.postal_code or ""}" is no ZIP code.', 'Write postalCode like "98052" or "98052-6399".'
    if address.phone_number and not US_PHONE.match(address.phone_number):
        yield f'"{address.phone_number}" is no telephone number.', 'Write phoneNumber like "425-555-0100".'
    if billing.language.lower() not in US_LANGUAGES:
        yield f'the language "{billing.language}" is not supported.', f"Write one of {', '.join(US_LANGUAGES)}."
    cultures = [f"{language}-US" for language in US_LANGUAGES]
    if billing.culture.lower() not in (culture.lower() for culture in cultures):
        yield f'the culture "{billing.culture}" is not supported.', f"Write one of {', '.join(cultures)}."


def _country(create: NewCustomer) -> str:
    return create.billing_profile.default_address.country


RULE = Rule("company_addresses", (codes.COUNTRY_WANTS,), check, __doc__)
