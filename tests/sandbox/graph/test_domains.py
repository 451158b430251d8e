"""Domains: adding, proving, default, removal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .cloud import DOMAIN, Cloud, Json, a_world

NEW = "/domains/new.example"


def publish(cloud: Cloud, text: str) -> None:
    domain = cloud.tenant.domains.get("new.example")
    assert domain is not None
    cloud.tenant.domains.put(replace(domain, properties={"publishedTxt": [text]}))


def record(cloud: Cloud) -> str:
    return str(cloud.get(f"{NEW}/verificationDnsRecords").body["value"][0]["text"])


def flags(cloud: Cloud) -> dict[str, tuple[bool, bool, bool]]:
    rows = cloud.get("/domains").body["value"]
    return {row["id"]: (row["isDefault"], row["isInitial"], row["isVerified"]) for row in rows}


def test_list_shows_default_initial_and_unverified() -> None:
    assert flags(Cloud()) == {
        DOMAIN: (False, True, True),
        "contoso.com": (True, False, True),
        "new.example": (False, False, False),
    }


def test_new_domain_is_unverified() -> None:
    reply = Cloud().post("/domains", {"id": "Fresh.example"})

    assert (reply.status, reply.body["id"], reply.body["isVerified"]) == (201, "fresh.example", False)


def test_domain_cannot_be_added_twice() -> None:
    reply = Cloud().post("/domains", {"id": "new.example"})

    assert reply.body["error"]["details"][0]["code"] == "ObjectConflict"
    assert reply.body["error"]["details"][0]["target"] == "id"


def test_only_the_id_may_be_given() -> None:
    assert Cloud().post("/domains", {"id": "fresh.example", "isDefault": True}).status == 400


def test_subdomain_of_a_verified_domain_is_verified_at_once() -> None:
    body = Cloud().post("/domains", {"id": "mail.contoso.com"}).body

    assert (body["isVerified"], body["isRoot"]) == (True, False)


def test_record_is_stable() -> None:
    cloud = Cloud()

    assert record(cloud) == record(cloud)
    assert record(cloud).startswith("MS=ms")


@pytest.mark.parametrize("text", [None, "MS=ms00000000"], ids=["nothing", "wrong-record"])
def test_verification_fails_without_the_record(text: str | None) -> None:
    cloud = Cloud()
    if text:
        publish(cloud, text)

    reply = cloud.post(f"{NEW}/verify")

    assert (reply.status, reply.code) == (400, "Request_BadRequest")
    assert reply.message.startswith("Domain verification failed with the following error:")


def test_published_record_verifies_and_names_may_use_the_domain() -> None:
    cloud = Cloud()
    publish(cloud, record(cloud))

    reply = cloud.post(f"{NEW}/verify")

    assert (reply.status, reply.body["isVerified"]) == (200, True)
    assert cloud.patch("/users/ada@contoso.com", {"userPrincipalName": "ada@new.example"}).status == 204
    assert cloud.post(f"{NEW}/verify").message == "Domain is already verified."


def test_domain_of_another_tenant_cannot_be_verified() -> None:
    document = a_world()
    document["tenants"]["fabrikam.onmicrosoft.com"] = {"displayName": "F", "domains": {"new.example": {}}}
    cloud = Cloud(document)
    publish(cloud, record(cloud))

    assert cloud.post(f"{NEW}/verify").status == 400


def test_default_moves_and_cannot_be_unset() -> None:
    cloud = Cloud()

    assert cloud.patch(f"/domains/{DOMAIN}", {"isDefault": True}).status == 204
    assert [name for name, (default, _, _) in flags(cloud).items() if default] == [DOMAIN]
    assert cloud.patch(f"/domains/{DOMAIN}", {"isDefault": False}).status == 400


@pytest.mark.parametrize(
    ("name", "status"),
    [("new.example", 204), ("contoso.com", 400), (DOMAIN, 400), ("used.example", 400)],
    ids=["unused", "default", "initial", "referenced"],
)
def test_only_an_unused_domain_can_be_deleted(name: str, status: int) -> None:
    users: dict[str, Json] = {"ada@used.example": {}}
    domains = {"contoso.com": {"default": True}, "used.example": {}, "new.example": {"verified": False}}
    cloud = Cloud(a_world(users=users, domains=domains))

    assert cloud.delete(f"/domains/{name}").status == status


def test_references_of_a_domain_are_listed() -> None:
    rows = Cloud().get("/domains/contoso.com/domainNameReferences?$select=displayName").body["value"]

    assert [row["displayName"] for row in rows] == ["Ada Muster", "Bo Beispiel"]


def test_service_records_need_a_verified_domain() -> None:
    cloud = Cloud()

    exchange = cloud.get("/domains/contoso.com/serviceConfigurationRecords").body["value"][0]["mailExchange"]

    assert exchange == "contoso-com.mail.protection.outlook.com"
    assert cloud.get(f"{NEW}/serviceConfigurationRecords").status == 400
