"""Replication: writes are seen late, reads jump between replicas, the bound ends it."""

from __future__ import annotations

from datetime import timedelta

from .cloud import EVENTUAL, PASSWORD, Cloud, a_world

LAGGING = {"lag": "PT2S", "indexLag": "PT4S"}
BODY = {
    "accountEnabled": True,
    "displayName": "Cy",
    "mailNickname": "cy",
    "userPrincipalName": "cy@contoso.com",
    "passwordProfile": PASSWORD,
}
CY = "/users/cy@contoso.com"


def wait(cloud: Cloud, seconds: float) -> None:
    cloud.world.clock.advance(timedelta(seconds=seconds))


def test_created_user_is_unknown_until_the_lag_is_over() -> None:
    cloud = Cloud(a_world(LAGGING))
    wait(cloud, 10)
    identity = cloud.post("/users", BODY).body["id"]

    early = [cloud.get(CY).status, cloud.get(f"/users/{identity}").status, cloud.patch(CY, {"jobTitle": "x"}).status]
    wait(cloud, 3)
    late = [cloud.get(CY).status, cloud.patch(CY, {"jobTitle": "x"}).status]

    assert (early, late) == ([404, 404, 404], [200, 204])


def test_name_is_taken_at_once_although_nobody_sees_it() -> None:
    cloud = Cloud(a_world(LAGGING))
    cloud.post("/users", BODY)

    assert cloud.post("/users", BODY).message.startswith("Another object with the same value")


def test_deleted_user_lingers() -> None:
    cloud = Cloud(a_world(LAGGING))
    wait(cloud, 10)
    cloud.delete("/users/ada@contoso.com")

    early = cloud.get("/users/ada@contoso.com").status
    wait(cloud, 3)

    assert (early, cloud.get("/users/ada@contoso.com").status) == (200, 404)


def test_reads_flap_within_the_lag_and_agree_after() -> None:
    cloud = Cloud(a_world({**LAGGING, "flapping": True}))
    wait(cloud, 10)
    cloud.patch("/users/ada@contoso.com", {"jobTitle": "Lead"})
    wait(cloud, 1)

    within = {cloud.get("/users/ada@contoso.com").body["jobTitle"] for _ in range(40)}
    wait(cloud, 2)
    after = {cloud.get("/users/ada@contoso.com").body["jobTitle"] for _ in range(40)}

    assert (within, after) == ({None, "Lead"}, {"Lead"})


def test_index_lags_longer_than_the_directory() -> None:
    cloud = Cloud(a_world(LAGGING))
    wait(cloud, 10)
    cloud.post("/users", BODY)
    wait(cloud, 3)

    plain = len(cloud.get("/users").body["value"])
    indexed = len(cloud.get("/users?$count=true", EVENTUAL).body["value"])
    wait(cloud, 2)

    assert (plain, indexed, len(cloud.get("/users?$count=true", EVENTUAL).body["value"])) == (3, 2, 3)


def test_members_and_the_recycle_bin_are_counted_from_the_index() -> None:
    cloud = Cloud(a_world(LAGGING, groups={"sales": {"type": "security", "members": ["ada@contoso.com"]}}))
    wait(cloud, 10)
    ada = cloud.get("/users/ada@contoso.com").body["id"]
    members = f"/groups/{cloud.get('/groups').body['value'][0]['id']}/members"
    cloud.delete(f"{members}/{ada}/$ref")
    cloud.delete("/users/ada@contoso.com")
    wait(cloud, 3)

    def looked_at(path: str) -> tuple[int, int]:
        return len(cloud.get(path).body["value"]), cloud.get(f"{path}?$count=true", EVENTUAL).body["@odata.count"]

    within = looked_at(members), looked_at("/directory/deletedItems/microsoft.graph.user")
    wait(cloud, 2)
    after = looked_at(members), looked_at("/directory/deletedItems/microsoft.graph.user")

    assert (within, after) == (((0, 1), (1, 0)), ((0, 0), (1, 1)))


def test_fresh_user_cannot_yet_join_a_group() -> None:
    cloud = Cloud(a_world(LAGGING, groups={"sales": {"type": "security"}}))
    wait(cloud, 10)
    identity = cloud.post("/users", BODY).body["id"]
    group = cloud.get("/groups").body["value"][0]["id"]
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{identity}"}

    early = cloud.post(f"/groups/{group}/members/$ref", reference)
    wait(cloud, 3)

    assert (early.status, early.code) == (404, "Request_ResourceNotFound")
    assert cloud.post(f"/groups/{group}/members/$ref", reference).status == 204


def test_seats_are_counted_in_the_present() -> None:
    subscriptions = {"spb": {"product": "CFQ7TTC0LCHC:0002", "owner": "Other", "quantity": 1, "term": "P1Y"}}
    cloud = Cloud(a_world(LAGGING, subscriptions=subscriptions))
    wait(cloud, 10)
    cloud.assign("ada@contoso.com", {"SPB": ()})

    assert "does not have any available licenses" in cloud.assign("bo@contoso.com", {"SPB": ()}).message
