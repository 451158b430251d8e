"""Delta queries: first round, changes, tombstones, memberships, dead tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .cloud import Cloud, Json, a_world

ADA = "/users/ada@contoso.com"
LINK, NEXT = "@odata.deltaLink", "@odata.nextLink"


def start(cloud: Cloud, url: str = "/users/delta?$select=displayName") -> str:
    return str(cloud.get(url).body[LINK])


def changes(cloud: Cloud, link: str) -> list[Json]:
    rows: list[Json] = cloud.get(link).body["value"]
    return rows


@pytest.mark.parametrize(
    "path", ["/users/delta", "/users/delta()", "/users/microsoft.graph.delta", "/users/microsoft.graph.delta()"]
)
def test_first_round_shows_everybody(path: str) -> None:
    body = Cloud().get(f"{path}?$select=displayName").body

    assert [row["displayName"] for row in body["value"]] == ["Ada Muster", "Bo Beispiel"]
    assert "$deltatoken=" in body[LINK]


def test_round_without_changes_is_empty_with_a_new_link() -> None:
    cloud = Cloud()
    link = start(cloud)

    body = cloud.get(link).body

    assert (body["value"], body[LINK] != link) == ([], True)


def test_only_changes_of_selected_properties_count() -> None:
    cloud = Cloud()
    link = start(cloud)

    cloud.patch(ADA, {"department": "IT"})
    cloud.patch("/users/bo@contoso.com", {"displayName": "Bo Neu"})

    assert [row["displayName"] for row in changes(cloud, link)] == ["Bo Neu"]


def test_license_changes_count_when_selected() -> None:
    cloud = Cloud()
    link = start(cloud, "/users/delta?$select=assignedLicenses")

    cloud.assign("ada@contoso.com", {"SPB": ()})

    assert [row["id"] for row in changes(cloud, link)] == [cloud.user_id()]


def test_deleted_is_changed_while_it_can_be_restored_and_deleted_after() -> None:
    cloud = Cloud()
    identity, link = cloud.user_id(), start(cloud)

    cloud.delete(ADA)
    soft = changes(cloud, link)
    cloud.delete(f"/directory/deletedItems/{identity}")
    hard = changes(cloud, link)

    assert soft == [{"id": identity, "@removed": {"reason": "changed"}}]
    assert hard == [{"id": identity, "@removed": {"reason": "deleted"}}]


def test_restored_object_reappears_as_a_full_entry() -> None:
    cloud = Cloud()
    identity = cloud.user_id()
    cloud.delete(ADA)
    link = start(cloud)

    cloud.post(f"/directory/deletedItems/{identity}/restore")

    assert changes(cloud, link) == [{"displayName": "Ada Muster", "id": identity}]


def test_latest_starts_from_now() -> None:
    cloud = Cloud()
    body = cloud.get("/users/delta?$select=displayName&$deltatoken=latest").body
    cloud.patch(ADA, {"displayName": "Ada Neu"})

    assert body["value"] == []
    assert [row["displayName"] for row in changes(cloud, body[LINK])] == ["Ada Neu"]


def test_long_round_comes_in_pages() -> None:
    users: dict[str, Json] = {f"u{number}@contoso.com": {} for number in range(7)}
    cloud = Cloud(a_world({"pageSize": 3}, users=users))

    bodies = [cloud.get("/users/delta?$select=userPrincipalName").body]
    while NEXT in bodies[-1]:
        bodies.append(cloud.get(bodies[-1][NEXT]).body)

    assert [len(body["value"]) for body in bodies] == [3, 3, 1]
    assert [LINK in body for body in bodies] == [False, False, True]


def test_filter_takes_ids_only() -> None:
    cloud = Cloud()

    body = cloud.get(f"/users/delta?$select=displayName&$filter=id%20eq%20'{cloud.user_id()}'").body

    assert [row["displayName"] for row in body["value"]] == ["Ada Muster"]
    assert cloud.get("/users/delta?$filter=displayName%20eq%20'Ada'").code == "Request_UnsupportedQuery"


@pytest.mark.parametrize("option", ["$top=1", "$orderby=displayName", "$expand=manager"])
def test_other_options_are_refused(option: str) -> None:
    assert Cloud().get(f"/users/delta?{option}").status == 400


def test_memberships_come_as_their_own_changes() -> None:
    cloud = Cloud(a_world(groups={"sales": {"type": "security", "members": ["ada@contoso.com"]}}))
    first = cloud.get("/groups/delta?$select=displayName,members").body
    group, ada, bo = first["value"][0]["id"], cloud.user_id(), cloud.user_id("bo@contoso.com")
    cloud.post(f"/groups/{group}/members/$ref", {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{bo}"})
    cloud.delete(f"/groups/{group}/members/{ada}/$ref")

    rows = changes(cloud, first[LINK])

    user = "#microsoft.graph.user"
    assert first["value"][0]["members@delta"] == [{"@odata.type": user, "id": ada}]
    assert rows[0]["members@delta"] == [
        {"@odata.type": user, "id": bo},
        {"@odata.type": user, "id": ada, "@removed": {"reason": "deleted"}},
    ]


def test_token_of_another_run_is_gone() -> None:
    reply = Cloud().get("/users/delta?$deltatoken=0123456789abcdef")

    assert reply.status == 410
    assert reply.headers["Location"].endswith("/users/delta?$deltatoken=")


def test_token_lives_seven_days() -> None:
    cloud = Cloud()
    link = start(cloud)
    cloud.world.clock.advance(timedelta(days=7, seconds=1))

    reply = cloud.get(link)

    assert (reply.status, reply.code) == (400, "syncStateNotFound")
