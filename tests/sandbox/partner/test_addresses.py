"""What can be asked before a customer is made: is the domain free, is the address right, what does the country want."""

from __future__ import annotations

from typing import Any

import pytest

from .cloud import a_cloud

REDMOND = {
    "AddressLine1": "1 Microsoft Way",
    "City": "Redmond",
    "State": "WA",
    "PostalCode": "98052",
    "Country": "US",
}
BERLIN = {"AddressLine1": "Unter den Linden 1", "City": "Berlin", "PostalCode": "10117", "Country": "DE"}


@pytest.mark.parametrize(
    ("domain", "status"),
    [("contoso.onmicrosoft.com", 200), ("Fabrikam.onmicrosoft.com", 200), ("tailspin.onmicrosoft.com", 404)],
    ids=["ours", "a-strangers", "free"],
)
def test_a_taken_domain_is_200_and_a_free_one_404_without_a_body(domain: str, status: int) -> None:
    got = a_cloud().send("HEAD", f"/domains/{domain}")

    assert (got.status, got.json) == (status, None)


@pytest.mark.parametrize(
    ("changes", "status", "suggested"),
    [
        ({}, "VerifiedShippable", 1),
        ({"AddressLine1": "Microsoft Way"}, "StreetPartial", 1),
        ({"AddressLine1": "P.O. Box 12"}, "Verified", 1),
        ({"City": "redmond"}, "InteractionRequired", 1),
        ({"PostalCode": "9805"}, "None", 0),
        ({"State": "Washington"}, "None", 0),
        ({"Country": "ZZ", "State": "", "PostalCode": "1"}, "NotValidated", 0),
    ],
    ids=["right", "no-house-number", "box", "letter-case", "postal-code", "state", "unknown-country"],
)
def test_the_status_says_how_sure_the_service_is(changes: dict[str, str], status: str, suggested: int) -> None:
    got = a_cloud().post("/validations/address", {**REDMOND, **changes})

    assert (got.status, got.json["status"], len(got.json["suggestedAddresses"])) == (200, status, suggested)


def test_a_suggestion_is_accepted_as_it_is() -> None:
    cloud = a_cloud()
    suggested = cloud.post("/validations/address", {**REDMOND, "AddressLine1": "Microsoft Way"}).json

    again = cloud.post("/validations/address", suggested["suggestedAddresses"][0]).json

    assert again["status"] == "VerifiedShippable"
    assert again["suggestedAddresses"] == suggested["suggestedAddresses"]


def test_outside_the_united_states_a_street_without_a_number_has_several_suggestions() -> None:
    got = a_cloud().post("/validations/address", {**BERLIN, "AddressLine1": "Unter den Linden"}).json

    assert [one["addressLine1"][:2] for one in got["suggestedAddresses"]] == ["1 ", "2 ", "3 "]


@pytest.mark.parametrize(
    "body", [[], {"Country": "US"}, {**REDMOND, "City": 7}], ids=["no-object", "parts-missing", "no-text"]
)
def test_what_is_no_address_is_refused(body: Any) -> None:
    assert a_cloud().post("/validations/address", body).refusal == (400, 800002)


def test_a_country_tells_its_states_and_patterns() -> None:
    rules = a_cloud().get("/countryvalidationrules/us").json

    assert rules["iso2Code"] == "US"
    assert rules["isStateRequired"]
    assert "WA" in rules["states"]["value"]
    assert rules["postalCodeRegex"] == r"^\d{5}(-\d{4})?$"


def test_a_country_without_known_rules_tells_only_what_holds_everywhere() -> None:
    rules = a_cloud().get("/countryvalidationrules/AM").json

    assert rules["isRegistrationNumberSupported"]
    assert "postalCodeRegex" not in rules


def test_a_name_instead_of_a_country_code_is_refused() -> None:
    assert a_cloud().get("/countryvalidationrules/Germany").refusal == (400, 800002)
