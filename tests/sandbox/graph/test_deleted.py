"""The recycle bin: soft delete, restore, purge, thirty days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .cloud import PASSWORD, Cloud, Json, a_world, sku_id

ADA = "ada@contoso.com"
BIN = "/directory/deletedItems"
GROUPS: dict[str, Json] = {"sales": {"type": "security", "members": [ADA]}}


@pytest.fixture
def cloud() -> Cloud:
    cloud = Cloud(a_world(groups=GROUPS))
    cloud.assign(ADA, {"SPB": ()})
    return cloud


def used(cloud: Cloud) -> int:
    return int(cloud.get("/subscribedSkus").body["value"][0]["consumedUnits"])


def member_names(cloud: Cloud) -> list[str]:
    group = cloud.get("/groups").body["value"][0]["id"]
    return [row["displayName"] for row in cloud.get(f"/groups/{group}/members").body["value"]]


def test_deleted_user_is_gone_and_in_the_bin_with_a_mangled_name(cloud: Cloud) -> None:
    identity = cloud.user_id()

    assert cloud.delete(f"/users/{ADA}").status == 204

    rows = cloud.get(f"{BIN}/microsoft.graph.user?$select=id,userPrincipalName,deletedDateTime").body["value"]
    assert cloud.get(f"/users/{ADA}").status == 404
    assert rows == [
        {
            "id": identity,
            "userPrincipalName": identity.replace("-", "") + ADA,
            "deletedDateTime": "2026-11-02T08:00:00Z",
        }
    ]


def test_deleted_user_takes_no_seat(cloud: Cloud) -> None:
    cloud.delete(f"/users/{ADA}")

    assert used(cloud) == 0


def test_restore_brings_licenses_and_memberships_back(cloud: Cloud) -> None:
    identity = cloud.user_id()
    cloud.delete(f"/users/{ADA}")
    assert member_names(cloud) == []

    reply = cloud.post(f"{BIN}/{identity}/restore")

    licenses = cloud.get(f"/users/{ADA}?$select=assignedLicenses").body["assignedLicenses"]
    assert (reply.status, reply.body["@odata.type"]) == (200, "#microsoft.graph.user")
    assert [row["skuId"] for row in licenses] == [sku_id("SPB")]
    assert (member_names(cloud), used(cloud)) == (["Ada Muster"], 1)


def test_restore_conflicts_with_a_successor_of_that_name(cloud: Cloud) -> None:
    identity = cloud.user_id()
    cloud.delete(f"/users/{ADA}")
    body = {
        "accountEnabled": True,
        "displayName": "Ada Zwei",
        "mailNickname": "ada2",
        "userPrincipalName": ADA,
        "passwordProfile": PASSWORD,
    }
    assert cloud.post("/users", body).status == 201

    reply = cloud.post(f"{BIN}/{identity}/restore")

    assert reply.message == "Another object with the same value for property userPrincipalName already exists."


def test_purged_user_is_gone_for_good_and_out_of_its_groups(cloud: Cloud) -> None:
    identity = cloud.user_id()
    cloud.delete(f"/users/{ADA}")

    assert cloud.delete(f"{BIN}/{identity}").status == 204

    assert cloud.post(f"{BIN}/{identity}/restore").status == 404
    assert next(iter(cloud.tenant.groups.values())).members == ()


@pytest.mark.parametrize(("days", "status"), [(29, 200), (30, 404)])
def test_bin_keeps_thirty_days(cloud: Cloud, days: int, status: int) -> None:
    identity = cloud.user_id()
    cloud.delete(f"/users/{ADA}")
    cloud.world.clock.advance(timedelta(days=days))

    assert cloud.post(f"{BIN}/{identity}/restore").status == status


def test_deleted_security_group_can_be_restored(cloud: Cloud) -> None:
    group = cloud.get("/groups").body["value"][0]["id"]
    cloud.delete(f"/groups/{group}")
    rows = cloud.get(f"{BIN}/graph.group?$select=displayName").body["value"]

    reply = cloud.post(f"{BIN}/{group}/restore")

    assert rows == [{"displayName": "sales"}]
    assert (reply.status, member_names(cloud)) == (200, ["Ada Muster"])


def test_bin_is_not_listed_without_a_cast(cloud: Cloud) -> None:
    assert cloud.get(BIN).status == 400


def test_one_deleted_item_is_read_by_id(cloud: Cloud) -> None:
    identity = cloud.user_id()
    cloud.delete(f"/users/{ADA}")

    assert cloud.get(f"{BIN}/{identity}").body["displayName"] == "Ada Muster"


def test_administrator_is_not_deleted_by_an_app() -> None:
    cloud = Cloud(a_world(users={ADA: {"roles": ["Global Administrator"]}}))

    assert cloud.delete(f"/users/{ADA}").status == 403
