"""Customers, profiles and what stands between a partner and a customer."""

import json
from typing import Any
from urllib.parse import quote

import pytest

from reconciler.sandbox import worldload

from .cloud import AGENT, CONTOSO, FABRIKAM, PARTNER, Cloud, a_cloud, a_world


def a_fleet(count: int, **behavior: Any) -> Cloud:
    document = a_world(**behavior)
    for number in range(count):
        document["tenants"][f"c{number:03d}.onmicrosoft.com"] = {
            "displayName": f"Customer {number:03d}",
            "partners": ["partner.onmicrosoft.com"],
        }
    return Cloud(worldload.load(document))


def filtered(field: str, value: str, operator: str = "starts_with") -> str:
    return "/customers?filter=" + quote(json.dumps({"Field": field, "Value": value, "Operator": operator}))


def test_the_list_holds_only_customers_of_the_partner() -> None:
    got = a_cloud().get("/customers")

    assert [row["id"] for row in got.json["items"]] == [CONTOSO]


def test_a_list_row_has_no_more_than_name_and_domain() -> None:
    row = a_cloud().get("/customers").json["items"][0]

    assert set(row) == {"id", "companyProfile", "relationshipToPartner", "attributes"}
    assert row["companyProfile"]["domain"] == "contoso.onmicrosoft.com"


def test_following_next_links_with_their_header_gives_every_customer_once() -> None:
    cloud = a_fleet(25, pageSize=10)
    got, seen = cloud.get("/customers?size=10"), []
    while True:
        seen += [row["id"] for row in got.json["items"]]
        following = got.json["links"].get("next")
        if following is None:
            break
        headers = {header["key"].lower().replace("-", "_"): header["value"] for header in following["headers"]}
        got = cloud.get(following["uri"], **headers)

    assert len(seen) == len(set(seen)) == 26


def test_a_next_link_without_its_header_is_refused() -> None:
    cloud = a_fleet(25, pageSize=10)
    following = cloud.get("/customers?size=10").json["links"]["next"]

    assert cloud.get(following["uri"]).refusal == (400, 800002)


def test_a_continuation_token_does_not_fit_another_list() -> None:
    cloud = a_fleet(25, pageSize=10)
    token = cloud.get("/customers?size=10").json["links"]["next"]["headers"][0]["value"]

    assert cloud.get("/customers?size=5&seekOperation=Next", ms_continuationtoken=token).status == 400


@pytest.mark.parametrize(("size", "expected"), [("5", 5), ("0", 10), ("500", 10)], ids=["small", "none", "too-large"])
def test_a_page_is_never_larger_than_the_services_own(size: str, expected: int) -> None:
    got = a_fleet(25, pageSize=10).get(f"/customers?size={size}")

    assert len(got.json["items"]) == expected


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [("CompanyName", "cont", 1), ("CompanyName", "CONT", 1), ("Domain", "contoso.on", 1), ("CompanyName", "toso", 0)],
    ids=["name", "any-case", "domain", "not-the-start"],
)
def test_customers_can_be_filtered_by_the_start_of_name_or_domain(field: str, value: str, found: int) -> None:
    assert len(a_cloud().get(filtered(field, value)).json["items"]) == found


@pytest.mark.parametrize(
    "path",
    [filtered("CompanyName", "c", "equals"), filtered("Country", "DE")],
    ids=["operator", "field"],
)
def test_a_filter_that_customers_do_not_have_is_refused(path: str) -> None:
    assert a_cloud().get(path).refusal == (400, 3000)


def test_a_single_customer_has_profiles() -> None:
    got = a_cloud(person=AGENT).get(f"/customers/{CONTOSO}").json

    assert got["billingProfile"]["attributes"]["objectType"] == "CustomerBillingProfile"
    assert got["customDomains"] == ["contoso.onmicrosoft.com", "contoso.com"]


def test_without_a_gdap_role_the_directory_part_is_left_out() -> None:
    got = a_cloud().get(f"/customers/{CONTOSO}").json

    assert "customDomains" not in got
    assert "email" not in got["companyProfile"]
    assert "address" not in got["companyProfile"]


def test_a_strangers_tenant_is_refused_with_20002() -> None:
    got = a_cloud().get(f"/customers/{FABRIKAM}")

    assert got.refusal == (403, 20002)
    assert got.json["description"] == (
        f"The partner ID {PARTNER} has no commerce relationship with the customer ID {FABRIKAM}."
    )


def test_an_unknown_tenant_is_not_found() -> None:
    assert a_cloud().get("/customers/99999999-9999-9999-9999-999999999999").refusal == (404, 60003)


def test_customer_ids_ignore_case() -> None:
    assert a_cloud().get(f"/customers/{CONTOSO.upper()}/subscriptions").status == 200


def test_a_billing_profile_is_replaced_with_its_etag() -> None:
    cloud = a_cloud()
    profile = cloud.get(f"/customers/{CONTOSO}/profiles/billing").json
    etag = f'"{profile["attributes"]["etag"]}"'

    got = cloud.send("PUT", f"/customers/{CONTOSO}/profiles/billing", {**profile, "email": "x@y.z"}, if_match=etag)

    assert (got.status, got.json["email"]) == (200, "x@y.z")
    assert got.json["attributes"]["etag"] != profile["attributes"]["etag"]


def test_a_billing_profile_with_an_old_etag_is_refused() -> None:
    cloud = a_cloud()
    profile = cloud.get(f"/customers/{CONTOSO}/profiles/billing").json

    got = cloud.send("PUT", f"/customers/{CONTOSO}/profiles/billing", profile, if_match='"12345"')

    assert got.refusal == (400, 2055)


def test_a_billing_profile_without_etag_is_refused() -> None:
    cloud = a_cloud()
    profile = cloud.get(f"/customers/{CONTOSO}/profiles/billing").json

    assert cloud.send("PUT", f"/customers/{CONTOSO}/profiles/billing", profile).status == 400


def test_organization_and_domains_are_bare_arrays() -> None:
    cloud = a_cloud(person=AGENT)

    assert isinstance(cloud.get(f"/customers/{CONTOSO}/organization").json, list)
    assert cloud.get(f"/customers/{CONTOSO}/customDomains").json == ["contoso.onmicrosoft.com", "contoso.com"]


def test_the_invitation_link_names_the_partner() -> None:
    url = a_cloud(person=AGENT).get("/customers/relationshiprequests").json["url"]

    assert f"partnerId={PARTNER}" in url


def test_the_account_status_is_allowed_by_default() -> None:
    got = a_cloud(person=AGENT).get(f"/customers/{CONTOSO}/validationStatus?type=account")

    assert got.json["status"] == "Allowed"


def test_a_customer_without_account_status_is_not_found_in_the_customer_services_words() -> None:
    cloud = a_cloud(person=AGENT)
    cloud.tenant.commerce[PARTNER] = {"validationStatus": None}

    got = cloud.get(f"/customers/{CONTOSO}/validationStatus?type=account")

    assert got.refusal == (404, 600074)
    assert got.json["errorName"] == "AccountStatusNotFound"


def test_agreements_need_their_type_named() -> None:
    cloud = a_cloud(person=AGENT)

    assert cloud.get(f"/customers/{CONTOSO}/agreements").json["totalCount"] == 0
    assert (
        cloud.get(f"/customers/{CONTOSO}/agreements?agreementType=MicrosoftCustomerAgreement").json["totalCount"] == 1
    )


def test_confirming_an_agreement_twice_is_refused_with_600061() -> None:
    cloud = a_cloud(person=AGENT)
    body = {
        "primaryContact": {"firstName": "Tania", "lastName": "Carr", "email": "t@contoso.com"},
        "templateId": "117a77b0-9360-443b-8795-c6dedc750cf9",
        "dateAgreed": "2026-11-01T00:00:00.000Z",
        "type": "MicrosoftCustomerAgreement",
    }
    assert cloud.post(f"/customers/{CONTOSO}/agreements", body).status == 201

    got = cloud.post(f"/customers/{CONTOSO}/agreements", body)

    assert got.refusal == (400, 600061)
    assert got.json["isRetryable"] is False


def test_an_agreement_of_tomorrow_is_refused() -> None:
    body = {
        "primaryContact": {"firstName": "Tania", "lastName": "Carr", "email": "t@contoso.com"},
        "templateId": "117a77b0-9360-443b-8795-c6dedc750cf9",
        "dateAgreed": "2026-11-03T00:00:00Z",
        "type": "MicrosoftCustomerAgreement",
    }

    assert a_cloud(person=AGENT).post(f"/customers/{CONTOSO}/agreements", body).status == 400
