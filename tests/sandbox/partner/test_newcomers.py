"""Customers that are made: what the answer tells once, what then exists, and what is refused."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from reconciler.sandbox import worlddump, worldload
from reconciler.sandbox.world import Tenant

from .cloud import AGENT, FABRIKAM, PARTNER, Cloud, Got, a_cloud, a_request_id, a_world

DOMAIN = "tailspin.onmicrosoft.com"
BODY: dict[str, Any] = {
    "enableGDAPByDefault": False,
    "CompanyProfile": {"Domain": DOMAIN},
    "BillingProfile": {
        "Culture": "de-DE",
        "Language": "de",
        "Email": "anna@tailspin.example",
        "CompanyName": "Tailspin Toys GmbH",
        "DefaultAddress": {
            "FirstName": "Anna",
            "LastName": "Schmidt",
            "AddressLine1": "Unter den Linden 1",
            "City": "Berlin",
            "PostalCode": "10117",
            "Country": "DE",
            "PhoneNumber": "+49 30 1",
        },
    },
}
HUNGARY = {"Country": "HU", "PostalCode": "1051", "City": "Budapest"}
RESELLER = "66666666-6666-6666-6666-666666666666"


def a_body(address: dict[str, Any] | None = None, company: dict[str, Any] | None = None, **billing: Any) -> Any:
    body = copy.deepcopy(BODY)
    body["BillingProfile"] |= billing
    body["BillingProfile"]["DefaultAddress"] |= address or {}
    body["CompanyProfile"] |= company or {}
    return body


def made(cloud: Cloud, body: Any = BODY, **headers: str) -> Got:
    return cloud.post("/customers", body, **headers)


def tenant_of(cloud: Cloud) -> Tenant:
    found = cloud.world.tenant(DOMAIN)
    assert found is not None
    return found


def with_resellers(*rows: dict[str, Any]) -> dict[str, Any]:
    document = a_world()
    document["partners"]["partner.onmicrosoft.com"]["commerce"] = {"relationships": list(rows)}
    return document


def test_a_created_customer_is_answered_with_its_tenant_and_its_administrators_password() -> None:
    cloud = a_cloud()

    got = made(cloud)

    assert got.status == 201
    assert got.json["id"] == tenant_of(cloud).id
    assert got.json["userCredentials"]["userName"] == "admin"
    assert len(got.json["userCredentials"]["password"]) >= 8


def test_the_tenant_has_its_initial_domain_and_a_global_administrator_named_after_the_contact() -> None:
    cloud = a_cloud()

    made(cloud)

    tenant = tenant_of(cloud)
    admin = tenant.user_by_upn(f"admin@{DOMAIN}")
    assert [(one.id, one.is_initial) for one in tenant.domains.values()] == [(DOMAIN, True)]
    assert admin is not None
    assert admin.roles == ("Global Administrator",)
    assert admin.properties["displayName"] == "Anna Schmidt"


def test_the_password_is_told_nowhere_else() -> None:
    cloud = a_cloud(person=AGENT)

    password = made(cloud).json["userCredentials"]["password"]

    told = [orjson.dumps(worlddump.dump(cloud.world)), orjson.dumps(cloud.get("/auditrecords").json)]
    assert [place for place in told if password.encode() in place] == []


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing() -> None:
    cloud, request_id = a_cloud(), a_request_id()

    first = made(cloud, ms_requestid=request_id)
    second = made(cloud, ms_requestid=request_id)

    assert first.json == second.json
    assert len([one for one in cloud.world.tenants.values() if one.domain == DOMAIN]) == 1


@pytest.mark.parametrize("domain", [DOMAIN, "fabrikam.onmicrosoft.com"], ids=["made-before", "a-strangers"])
def test_a_domain_that_is_taken_is_refused(domain: str) -> None:
    cloud = a_cloud()
    made(cloud)

    got = made(cloud, a_body(company={"Domain": domain}), ms_requestid=a_request_id())

    assert got.refusal == (400, 800002)
    assert "taken" in got.json["description"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (a_body(Email=None), (400, 800002)),
        (a_body({"City": ""}), (400, 800002)),
        (a_body({"AddressLine1": "x" * 201}), (400, 800002)),
        (a_body({"PostalCode": "101"}), (400, 800002)),
        (a_body(company={"Domain": "tailspin.com"}), (400, 800002)),
        (a_body(company={"Domain": "tail-spin.onmicrosoft.com"}), (400, 800002)),
        (a_body(Email="anna@partner.onmicrosoft.com"), (400, 800002)),
        ({**BODY, "userCredentials": {"userName": "me"}}, (400, 800002)),
        ([], (400, 800002)),
        (a_body({"Country": "US", "PostalCode": "98052", "State": "WA"}), (403, 2030)),
        (a_body(company={"OrganizationRegistrationNumber": "1234567"}), (400, 600002)),
        (a_body(HUNGARY), (400, 600049)),
        (a_body(HUNGARY, {"OrganizationRegistrationNumber": "12-3"}), (400, 600050)),
        (a_body({**HUNGARY, "PhoneNumber": ""}, {"OrganizationRegistrationNumber": "1234567"}), (400, 600051)),
    ],
    ids=[
        "email",
        "city",
        "line-too-long",
        "postal-code",
        "not-onmicrosoft",
        "prefix",
        "partners-own-address",
        "credentials",
        "no-object",
        "region",
        "registration-not-supported",
        "registration-missing",
        "registration-format",
        "phone-missing",
    ],
)
def test_a_customer_that_cannot_be_is_refused_and_makes_nothing(body: Any, refusal: tuple[int, int]) -> None:
    cloud = a_cloud()

    got = made(cloud, body)

    assert got.refusal == refusal
    assert len(cloud.world.tenants) == 3


def test_nobody_can_look_into_a_new_tenant_without_being_let_in() -> None:
    cloud = a_cloud()

    made(cloud)

    tenant = tenant_of(cloud)
    assert (tenant.partners, tenant.gdap, tenant.consents) == ((PARTNER,), {}, {})


def test_gdap_by_default_brings_the_default_roles_and_no_consent() -> None:
    cloud = a_cloud()

    made(cloud, {**BODY, "enableGDAPByDefault": True})

    tenant = tenant_of(cloud)
    assert "User Administrator" in tenant.gdap[PARTNER]
    assert len(tenant.gdap[PARTNER]) == 9
    assert tenant.consents == {}


def test_a_new_customer_is_found_by_its_id_at_once_and_in_the_list_later() -> None:
    cloud = a_cloud(customerDelay="PT10S")

    customer = made(cloud).json["id"]

    assert cloud.get(f"/customers/{customer}").json["relationshipToPartner"] == "reseller"
    assert customer not in [row["id"] for row in cloud.get("/customers").json["items"]]
    cloud.advance(seconds=10)
    assert customer in [row["id"] for row in cloud.get("/customers").json["items"]]


def test_nobody_has_confirmed_the_agreement_of_a_new_customer() -> None:
    cloud = a_cloud(person=AGENT)

    customer = made(cloud).json["id"]

    assert cloud.get(f"/customers/{customer}/agreements?agreementType=*").json["items"] == []


def test_a_new_account_is_under_review_for_a_while() -> None:
    cloud = a_cloud(person=AGENT, accountReview="P1D")
    path = f"/customers/{made(cloud).json['id']}/validationStatus?type=account"

    before = cloud.get(path).json["status"]
    cloud.advance(days=1)

    assert (before, cloud.get(path).json["status"]) == ("UnderReview", "Allowed")


def test_the_billing_profile_is_what_was_sent() -> None:
    cloud = a_cloud()

    customer = made(cloud).json["id"]

    profile = cloud.get(f"/customers/{customer}/profiles/billing").json
    assert (profile["companyName"], profile["defaultAddress"]["city"]) == ("Tailspin Toys GmbH", "Berlin")


def test_a_person_may_name_the_reseller_whose_customer_it_is() -> None:
    row = {"id": RESELLER, "name": "First Up", "mpnId": "4847383", "state": "Active", "location": "DE"}
    cloud = Cloud(worldload.load(with_resellers(row)), person=AGENT)

    customer = made(cloud, {**BODY, "associatedPartnerId": RESELLER}).json["id"]

    assert [one["mpnId"] for one in cloud.get(f"/customers/{customer}/relationships").json["items"]] == ["4847383"]


@pytest.mark.parametrize(
    ("person", "state", "refusal"),
    [(None, "Active", (403, 900329)), (AGENT, "Inactive", (400, 800016))],
    ids=["app-only", "inactive"],
)
def test_a_reseller_that_cannot_be_named_is_refused(person: str | None, state: str, refusal: tuple[int, int]) -> None:
    row = {"id": RESELLER, "name": "First Up", "mpnId": "4847383", "state": state}
    cloud = Cloud(worldload.load(with_resellers(row)), person=person)

    assert made(cloud, {**BODY, "associatedPartnerId": RESELLER}).refusal == refusal


def test_an_integration_sandbox_has_room_for_75_customers() -> None:
    document = a_world()
    document["partners"]["partner.onmicrosoft.com"]["environment"] = "sandbox"
    for number in range(74):
        document["tenants"][f"c{number:03d}.onmicrosoft.com"] = {"partners": ["partner.onmicrosoft.com"]}

    assert made(Cloud(worldload.load(document))).refusal == (400, 800018)


def test_a_strangers_tenant_does_not_count_as_a_customer() -> None:
    cloud = a_cloud()

    made(cloud)

    assert cloud.get(f"/customers/{FABRIKAM}").refusal == (403, 20002)


def test_a_world_with_a_new_customer_is_dumped_and_loaded_again() -> None:
    cloud = a_cloud(person=AGENT)
    made(cloud, {**BODY, "enableGDAPByDefault": True})

    document = worlddump.dump(cloud.world)

    assert worlddump.dump(worldload.load(document, cloud.world.clock)) == document
