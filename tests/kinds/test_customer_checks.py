"""What Partner Center says of an address and a country before a customer is made (partner-center.md 3.2)."""

from __future__ import annotations

from typing import Any

import pytest
from contracts import reference

from kinds import newcomers
from kinds.vendor import Vendor, at
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import codes
from reconciler.kinds.partner import customer_checks
from reconciler.kinds.partner.customer import KIND
from reconciler.model.finding import Code, Finding

RULES: dict[str, Any] = {"iso2Code": "DE", "isPostalCodeRequired": True, "postalCodeRegex": r"^\d{5}$"}
GOOD: dict[str, Any] = {"status": "VerifiedShippable", "suggestedAddresses": []}


def checked(
    verdict: dict[str, Any] | None = None,
    rules: dict[str, Any] | None = None,
    address: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> tuple[list[Finding], Vendor]:
    """The findings, and what was asked."""
    one = newcomers.desired(KIND, newcomers.declaring(create=newcomers.a_create(address)))
    vendor = Vendor(
        {
            f"GET /countryvalidationrules/{one.spec.country}": (status, {**RULES, **(rules or {})}),
            "POST /validations/address": (status, verdict or GOOD),
        }
    )

    async def work(session: CustomerSession) -> tuple[Finding, ...]:
        return await customer_checks.check(session.partner, one)

    return list(at(vendor, work)), vendor


def suggested(status: str, *addresses: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"status": status, "suggestedAddresses": list(addresses), **more}


OTHER = {"addressLine1": "2 Kai", "city": "Kiel", "postalCode": "24103", "country": "DE"}


def test_the_address_is_sent_as_the_files_have_it_without_the_contact() -> None:
    _, vendor = checked()

    place = {"AddressLine1": "Kai 1", "City": "Kiel", "PostalCode": "24103", "Country": "DE"}
    assert vendor.wrote == [("POST /validations/address", place)]


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (GOOD, None),
        (suggested("Verified"), None),
        (suggested("VerifiedShippable", newcomers.ADDRESS), None),
        (suggested("VerifiedShippable", OTHER), codes.ADDRESS_WRITTEN_OTHERWISE),
        (suggested("InteractionRequired", OTHER), codes.ADDRESS_DOUBTED),
        (suggested("StreetPartial", OTHER, OTHER), codes.ADDRESS_DOUBTED),
        (suggested("None"), codes.ADDRESS_DOUBTED),
        (suggested("NotValidated"), codes.ADDRESS_UNCHECKED),
        (suggested(""), codes.ADDRESS_DOUBTED),
    ],
    ids=["shippable", "verified", "same", "other", "interaction", "partial", "none", "unknown", "no-status"],
)
def test_only_a_verified_address_is_taken_as_it_is(verdict: dict[str, Any], code: Code | None) -> None:
    found, _ = checked(verdict)

    assert [one.code for one in found] == ([code] if code else [])


def test_a_suggestion_is_the_part_of_the_yaml_that_changes() -> None:
    (finding,), _ = checked(suggested("StreetPartial", OTHER, {**OTHER, "City": "Kiel-Wik"}))

    assert finding.fix == (
        'Write create: {billingProfile: {defaultAddress: {addressLine1: "2 Kai"}}} or '
        'create: {billingProfile: {defaultAddress: {addressLine1: "2 Kai", city: "Kiel-Wik"}}}.'
    )
    assert finding.origin is not None


def test_a_message_of_the_service_is_passed_on() -> None:
    (finding,), _ = checked(suggested("None", validationMessage="Address field invalid."))

    assert "(None: Address field invalid)" in finding.detail
    assert finding.fix == "Correct it: nothing was suggested."


@pytest.mark.parametrize(
    ("address", "rules", "words"),
    [
        ({"postalCode": "2410"}, {}, 'postalCode "2410" is not one of DE.'),
        ({"postalCode": None}, {}, "DE wants a postal code."),
        ({}, {"isStateRequired": True, "states": {"value": ["SH"]}}, "DE wants a state."),
        ({}, {"isStateRequired": True}, "DE wants a state."),
        ({"state": "XX"}, {"supportedStatesList": ["SH"]}, 'DE has no state "XX".'),
        ({}, {"supportedLanguages": {"value": ["fr"]}}, 'language "de" is not supported in DE.'),
        ({}, {"supportedCulturesList": ["de-AT"]}, 'culture "de-DE" is not supported in DE.'),
        ({"phoneNumber": "1"}, {"phoneNumberRegex": r"^\d{3}$"}, 'phoneNumber "1" is not one of DE.'),
    ],
    ids=["postal-code", "none", "state", "state-unlisted", "other-state", "language", "culture", "phone"],
)
def test_what_the_country_refuses_is_told(address: dict[str, Any], rules: dict[str, Any], words: str) -> None:
    (finding,), _ = checked(rules=rules, address=address)

    assert (finding.code, finding.detail) == (codes.NOT_THE_COUNTRYS, words)
    assert finding.fix.startswith("Write")


@pytest.mark.parametrize(
    "rules",
    [
        {"postalCodeRegex": "(?<x"},
        {"postalCodeRegex": None},
        {"states": {"value": []}},
        {"supportedLanguages": {"value": ["DE"]}},
    ],
    ids=["pattern-of-another-dialect", "no-pattern", "no-states", "letter-case"],
)
def test_what_the_rules_do_not_say_refuses_nothing(rules: dict[str, Any]) -> None:
    assert checked(rules=rules)[0] == []


def test_a_service_that_cannot_be_asked_is_a_warning() -> None:
    found, _ = checked(status=400)

    assert [one.code for one in found] == [codes.ADDRESS_UNCHECKED, codes.ADDRESS_UNCHECKED]


@pytest.mark.parametrize(
    "verdict",
    [
        {"status": "NotValidated", "suggestedAddresses": ["2 Kai"]},
        {"status": "Verified", "suggestedAddresses": 5},
        {"status": "Verified", "suggestedAddresses": {"addressLine1": "2 Kai"}},
    ],
    ids=["texts", "number", "map"],
)
def test_a_verdict_in_another_form_is_a_warning(verdict: dict[str, Any]) -> None:
    (finding,), _ = checked(verdict)

    assert finding.code == codes.ADDRESS_UNCHECKED
    assert "the answer does not have the form that was expected" in finding.detail


@reference.needs(reference.SAMPLES)
def test_the_published_rules_of_the_united_states_are_understood() -> None:
    rules = reference.sample("country-validation-rules.get.response.json")
    right = {"country": "US", "state": "WA", "postalCode": "98052", "phoneNumber": "425-555-0100"}
    create = newcomers.a_create(right)
    create["billingProfile"] |= {"culture": "en-US", "language": "en"}

    spec = newcomers.desired(KIND, newcomers.declaring(create=create)).spec

    assert list(customer_checks.broken(spec, rules)) == []
    wrong = spec.model_copy(update={"state": "ZZ", "postal_code": "9805", "phone_number": "1", "culture": "de-DE"})
    assert len(list(customer_checks.broken(wrong, rules))) == 4
