"""Consent of the partner's app in a customer's tenant, through Partner Center."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import worldload

from .cloud import AGENT, APP, CONTOSO, PARTNER, Cloud, a_world

GRAPH = "00000003-0000-0000-c000-000000000000"
BODY = {
    "applicationId": APP,
    "displayName": "reconciler",
    "applicationGrants": [{"enterpriseApplicationId": GRAPH, "scope": "User.ReadWrite.All,Group.ReadWrite.All"}],
}
PATH = f"/customers/{CONTOSO}/applicationconsents"


def a_cloud(*roles: str, person: str | None = AGENT) -> Cloud:
    document = a_world()
    document["tenants"]["contoso.onmicrosoft.com"] |= {"consents": {}, "gdap": {"partner.onmicrosoft.com": list(roles)}}
    return Cloud(worldload.load(document), person=person)


def test_a_person_with_the_role_gives_the_app_delegated_scopes_and_no_roles() -> None:
    cloud = a_cloud("Privileged Role Administrator")

    got = cloud.post(PATH, BODY)

    consent = cloud.tenant.consents[APP]
    assert got.status == 201
    assert consent.roles == ()
    assert consent.scopes == ("Group.ReadWrite.All", "User.ReadWrite.All")


def test_what_is_granted_already_is_a_conflict_that_says_so() -> None:
    cloud = a_cloud("Global Administrator")
    cloud.post(PATH, BODY)

    got = cloud.post(PATH, BODY)

    assert got.status == 409
    assert "Permission entry already exists" in got.json["description"]


@pytest.mark.parametrize(
    ("roles", "person", "body", "refusal"),
    [
        (["User Administrator"], AGENT, BODY, (403, 900308)),
        (["Global Administrator"], None, BODY, (403, 900329)),
        (["Global Administrator"], AGENT, {**BODY, "applicationId": PARTNER}, (400, 800002)),
        (["Global Administrator"], AGENT, {**BODY, "applicationGrants": []}, (400, 800002)),
        (["Global Administrator"], AGENT, {**BODY, "applicationGrants": [{"scope": "x"}]}, (400, 800002)),
    ],
    ids=["role", "app-only", "other-app", "no-grants", "no-resource"],
)
def test_a_consent_that_cannot_be_given_is_refused(
    roles: list[str], person: str | None, body: Any, refusal: tuple[int, int]
) -> None:
    cloud = a_cloud(*roles, person=person)

    assert cloud.post(PATH, body).refusal == refusal
    assert cloud.tenant.consents == {}


def test_a_consent_is_withdrawn_once() -> None:
    cloud = a_cloud("Global Administrator")
    cloud.post(PATH, BODY)

    assert cloud.send("DELETE", f"{PATH}/{APP}").status == 204
    assert cloud.send("DELETE", f"{PATH}/{APP}").refusal == (404, 1000)


def test_consent_is_in_the_logs_of_both_clouds() -> None:
    cloud = a_cloud("Global Administrator")
    cloud.post(PATH, BODY)
    cloud.send("DELETE", f"{PATH}/{APP}")

    entries = cloud.tenant.directory["audits"]

    assert [(one["activityDisplayName"], one["initiatedBy"]["user"]["userPrincipalName"]) for one in entries] == [
        ("Consent to application", AGENT),
        ("Remove delegated permission grant", AGENT),
    ]
    operations = [one["operationType"] for one in cloud.get("/auditrecords").json["items"]]
    assert operations == ["delete_application_consent", "create_application_consent"]
