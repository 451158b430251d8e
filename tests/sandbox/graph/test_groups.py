"""Groups: kinds, creation, changes, members, owners."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.graph.roles import TEMPLATES
from reconciler.sandbox.login.permissions import DEFAULT_ROLES

from .cloud import EVENTUAL, Cloud, Json, Reply, a_world

SECURITY = {"displayName": "Sales", "mailEnabled": False, "mailNickname": "sales", "securityEnabled": True}
UNIFIED = {**SECURITY, "mailEnabled": True, "securityEnabled": False, "groupTypes": ["Unified"]}
GROUPS: dict[str, Json] = {
    "sec": {"type": "security", "members": ["ada@contoso.com"], "owners": ["ada@contoso.com"]},
    "m365": {"type": "microsoft365"},
    "dl": {"type": "distribution"},
    "mesg": {"type": "mailEnabledSecurity"},
    "dyn": {"type": "security", "membershipRule": "user.department -eq 'Sales'"},
}
EXISTS = "One or more added object references already exist for the following modified properties: 'members'."


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(a_world(groups=GROUPS))


def group_id(cloud: Cloud, nickname: str) -> str:
    group = cloud.tenant.groups.find("mailNickname", nickname)
    assert group is not None
    return group.id


def reference(identity: str) -> Json:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{identity}"}


def add(cloud: Cloud, nickname: str, identity: str, nav: str = "members") -> Reply:
    return cloud.post(f"/groups/{group_id(cloud, nickname)}/{nav}/$ref", reference(identity))


def members(cloud: Cloud, nickname: str, nav: str = "members") -> list[str]:
    rows = cloud.get(f"/groups/{group_id(cloud, nickname)}/{nav}?$select=displayName").body["value"]
    return [row["displayName"] for row in rows]


def test_security_group_is_created_with_its_default_set() -> None:
    reply = Cloud().post("/groups", SECURITY)

    assert reply.status == 201
    assert reply.headers["Location"].endswith("/Microsoft.DirectoryServices.Group")
    assert (reply.body["groupTypes"], reply.body["mail"], reply.body["visibility"]) == ([], None, None)
    assert "assignedLicenses" not in reply.body
    assert reply.body["securityIdentifier"].startswith("S-1-12-1-")


def test_microsoft_365_group_gets_an_address_in_the_default_domain() -> None:
    body = Cloud().post("/groups", UNIFIED).body

    assert (body["mail"], body["visibility"]) == ("sales@contoso.com", "Public")


@pytest.mark.parametrize("name", ["displayName", "mailEnabled", "mailNickname", "securityEnabled"])
def test_missing_required_property_is_named(name: str) -> None:
    body = {key: value for key, value in SECURITY.items() if key != name}

    reply = Cloud().post("/groups", body)

    assert reply.message == f"A value is required for property '{name}' of resource 'Group'."


def test_mail_enabled_groups_are_not_made_by_graph() -> None:
    reply = Cloud().post("/groups", {**SECURITY, "mailEnabled": True})

    assert reply.message == (
        "The service does not currently support writes of mail-enabled groups. Please ensure that the "
        "mail-enablement property is unset and the security-enablement property is set."
    )


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"securityEnabled": False}, id="neither-mail-nor-security"),
        pytest.param({"groupTypes": ["Fancy"]}, id="unknown-type"),
        pytest.param({"groupTypes": ["Unified"]}, id="unified-without-mail"),
        pytest.param({"membershipRule": "x"}, id="rule-without-dynamic"),
        pytest.param({"groupTypes": ["DynamicMembership"]}, id="dynamic-without-rule"),
        pytest.param({"mailNickname": "my group"}, id="nickname"),
        pytest.param({"visibility": "Secret"}, id="visibility"),
        pytest.param({"shoeSize": 1}, id="unknown-property"),
        pytest.param({"mail": "x@contoso.com"}, id="read-only"),
    ],
)
def test_impossible_group_is_refused(changes: Json) -> None:
    assert Cloud().post("/groups", {**SECURITY, **changes}).status == 400


def test_nickname_is_unique_among_microsoft_365_groups_only() -> None:
    cloud = Cloud()

    statuses = [cloud.post("/groups", body).status for body in (UNIFIED, SECURITY, SECURITY)]
    reply = cloud.post("/groups", UNIFIED)

    assert statuses == [201, 201, 201]
    assert reply.message == "Another object with the same value for property mailNickname already exists."


def test_members_and_owners_come_with_the_group() -> None:
    cloud = Cloud()
    binds = {
        "members@odata.bind": [reference(cloud.user_id("bo@contoso.com"))["@odata.id"]],
        "owners@odata.bind": [f"https://graph.microsoft.com/v1.0/users/{cloud.user_id()}"],
    }

    cloud.post("/groups", {**SECURITY, **binds})

    assert (members(cloud, "sales"), members(cloud, "sales", "owners")) == (["Bo Beispiel"], ["Ada Muster"])


def test_unknown_member_makes_no_group() -> None:
    cloud = Cloud()
    missing = "11111111-2222-3333-4444-555555555555"

    reply = cloud.post("/groups", {**SECURITY, "members@odata.bind": [reference(missing)["@odata.id"]]})

    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")
    assert cloud.get("/groups").body["value"] == []


def test_group_is_created_once_by_its_unique_name(cloud: Cloud) -> None:
    prefer = {"Prefer": "create-if-missing"}

    first = cloud.call("PATCH", "/groups(uniqueName='g1')", SECURITY, prefer)
    second = cloud.call("PATCH", "/groups(uniqueName='g1')", {"displayName": "New"}, prefer)

    assert (first.status, second.status) == (201, 204)
    assert cloud.get("/groups(uniqueName='g1')").body["displayName"] == "New"
    assert cloud.patch("/groups(uniqueName='g2')", SECURITY).status == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"mailEnabled": True},
        {"groupTypes": ["Unified"]},
        {"isAssignableToRole": True},
        {"visibility": "HiddenMembership"},
    ],
    ids=["mail", "unified", "role", "hidden"],
)
def test_kind_of_a_group_is_fixed(cloud: Cloud, changes: Json) -> None:
    assert cloud.patch(f"/groups/{group_id(cloud, 'sec')}", changes).status == 400


def test_group_for_roles_needs_the_role_permission() -> None:
    body = {**SECURITY, "isAssignableToRole": True}

    assert Cloud().post("/groups", body).status == 403
    assert Cloud(roles=(*DEFAULT_ROLES, "RoleManagement.ReadWrite.Directory")).post("/groups", body).status == 201


@pytest.mark.parametrize("nickname", ["dl", "mesg"])
@pytest.mark.parametrize("action", ["patch", "delete", "member", "owner"])
def test_exchange_groups_are_read_only(cloud: Cloud, nickname: str, action: str) -> None:
    url = f"/groups/{group_id(cloud, nickname)}"

    replies = {
        "patch": lambda: cloud.patch(url, {"description": "x"}),
        "delete": lambda: cloud.delete(url),
        "member": lambda: add(cloud, nickname, cloud.user_id()),
        "owner": lambda: add(cloud, nickname, cloud.user_id(), "owners"),
    }
    reply = replies[action]()

    assert reply.message == "Cannot Update a mail-enabled security groups and or distribution list."


def test_synced_group_is_read_only() -> None:
    cloud = Cloud(a_world(groups={"s": {"type": "security", "onPremisesSyncEnabled": True}}))

    assert cloud.patch(f"/groups/{group_id(cloud, 's')}", {"description": "x"}).message.startswith("Unable to update")
    assert add(cloud, "s", cloud.user_id()).message.startswith("Unable to update")


def test_member_is_added_and_removed(cloud: Cloud) -> None:
    bo = cloud.user_id("bo@contoso.com")

    assert add(cloud, "sec", bo).status == 204
    assert members(cloud, "sec") == ["Ada Muster", "Bo Beispiel"]
    assert cloud.delete(f"/groups/{group_id(cloud, 'sec')}/members/{bo}/$ref").status == 204
    assert members(cloud, "sec") == ["Ada Muster"]


def test_present_member_cannot_be_added(cloud: Cloud) -> None:
    reply = add(cloud, "sec", cloud.user_id())

    assert (reply.status, reply.message) == (400, EXISTS)


def test_absent_member_cannot_be_removed(cloud: Cloud) -> None:
    reply = cloud.delete(f"/groups/{group_id(cloud, 'sec')}/members/{cloud.user_id('bo@contoso.com')}/$ref")

    assert reply.message.startswith("One or more removed object references do not exist")


def test_removing_a_member_without_ref_deletes_the_user(cloud: Cloud) -> None:
    reply = cloud.delete(f"/groups/{group_id(cloud, 'sec')}/members/{cloud.user_id()}")

    assert reply.status == 204
    assert cloud.get("/users/ada@contoso.com").status == 404


def test_several_members_are_added_all_or_none(cloud: Cloud) -> None:
    ids = [cloud.user_id("bo@contoso.com"), cloud.user_id()]
    body = {"members@odata.bind": [reference(one)["@odata.id"] for one in ids]}

    assert cloud.patch(f"/groups/{group_id(cloud, 'sec')}", body).message == EXISTS
    assert members(cloud, "sec") == ["Ada Muster"]
    assert cloud.patch(f"/groups/{group_id(cloud, 'm365')}", body).status == 204
    assert members(cloud, "m365") == ["Bo Beispiel", "Ada Muster"]


def test_at_most_twenty_references_in_one_request() -> None:
    many: dict[str, Json] = {f"u{number}@contoso.com": {} for number in range(21)}
    crowd = Cloud(a_world(users=many, groups={"m365": GROUPS["m365"]}))
    links = [reference(crowd.user_id(upn))["@odata.id"] for upn in many]

    statuses = [
        crowd.patch(f"/groups/{group_id(crowd, 'm365')}", {"members@odata.bind": links[:count]}).status
        for count in (21, 20)
    ]

    assert statuses == [400, 204]


def test_dynamic_group_takes_no_members(cloud: Cloud) -> None:
    assert add(cloud, "dyn", cloud.user_id()).code == "Authorization_RequestDenied"


def test_microsoft_365_groups_take_people_only(cloud: Cloud) -> None:
    assert add(cloud, "m365", group_id(cloud, "sec")).status == 400


def test_members_of_several_types_say_their_own(cloud: Cloud) -> None:
    add(cloud, "sec", group_id(cloud, "m365"))

    rows = cloud.get(f"/groups/{group_id(cloud, 'sec')}/members?$select=id").body["value"]

    assert [row["@odata.type"] for row in rows] == ["#microsoft.graph.user", "#microsoft.graph.group"]


def test_cast_members_are_users_without_a_type(cloud: Cloud) -> None:
    add(cloud, "sec", group_id(cloud, "m365"))

    for cast in ("microsoft.graph.user", "graph.user"):
        rows = cloud.get(f"/groups/{group_id(cloud, 'sec')}/members/{cast}?$select=id").body["value"]
        assert rows == [{"id": cloud.user_id()}]


def test_transitive_members_reach_through_nested_groups(cloud: Cloud) -> None:
    add(cloud, "dyn", cloud.user_id())
    outer = cloud.post("/groups", {**SECURITY, "mailNickname": "outer"}).body["id"]
    cloud.post(f"/groups/{outer}/members/$ref", reference(group_id(cloud, "sec")))

    rows = cloud.get(f"/groups/{outer}/transitiveMembers?$select=displayName").body["value"]

    assert [row["displayName"] for row in rows] == ["sec", "Ada Muster"]


def test_member_count_needs_the_header(cloud: Cloud) -> None:
    url = f"/groups/{group_id(cloud, 'sec')}/members/$count"

    assert cloud.get(url).status == 400
    assert cloud.get(url, EVENTUAL).body == "1"


def test_last_owner_cannot_be_removed(cloud: Cloud) -> None:
    url = f"/groups/{group_id(cloud, 'sec')}/owners/{cloud.user_id()}/$ref"

    assert cloud.delete(url).status == 400
    add(cloud, "sec", cloud.user_id("bo@contoso.com"), "owners")
    assert cloud.delete(url).status == 204


def test_group_cannot_own_a_group(cloud: Cloud) -> None:
    assert add(cloud, "sec", group_id(cloud, "m365"), "owners").status == 400


def test_memberships_of_a_user_mix_groups_and_roles() -> None:
    users = {"ada@contoso.com": {"roles": ["User Administrator"]}}
    cloud = Cloud(a_world(users=users, groups={"sec": GROUPS["sec"]}))

    rows = cloud.get("/users/ada@contoso.com/memberOf").body["value"]
    groups = cloud.get("/users/ada@contoso.com/memberOf/microsoft.graph.group?$select=displayName").body["value"]

    assert [row["@odata.type"] for row in rows] == ["#microsoft.graph.group", "#microsoft.graph.directoryRole"]
    assert groups == [{"displayName": "sec"}]


def test_mail_settings_of_a_group_exist_only_on_a_single_one(cloud: Cloud) -> None:
    assert cloud.get("/groups?$select=hideFromAddressLists").status == 501
    assert cloud.get(f"/groups/{group_id(cloud, 'm365')}?$select=hideFromAddressLists").status == 200
    assert cloud.patch(f"/groups/{group_id(cloud, 'm365')}", {"hideFromAddressLists": True}).status == 403


def test_group_shows_members_when_expanded(cloud: Cloud) -> None:
    body = cloud.get(f"/groups/{group_id(cloud, 'sec')}?$select=id&$expand=members($select=displayName)").body

    assert [row["displayName"] for row in body["members"]] == ["Ada Muster"]


@pytest.mark.parametrize(
    ("roles", "statuses"),
    [
        pytest.param(["Directory Readers"], (200, 403, 403), id="reader"),
        pytest.param(["Groups Administrator"], (200, 204, 403), id="groups"),
        pytest.param(["User Administrator"], (200, 204, 204), id="users"),
        pytest.param([], (403, 403, 403), id="none"),
    ],
)
def test_persons_rights_end_at_their_directory_roles(cloud: Cloud, roles: list[str], statuses: tuple[int, ...]) -> None:
    claims: dict[str, Any] = {"scp": " ".join(DEFAULT_ROLES), "wids": [TEMPLATES[role] for role in roles]}
    cloud.authorization = cloud.bearer(upn="admin@partner.onmicrosoft.com", **claims)

    replies = (
        cloud.get("/users"),
        cloud.patch(f"/groups/{group_id(cloud, 'sec')}", {"description": "x"}),
        cloud.patch("/users/ada@contoso.com", {"jobTitle": "x"}),
    )

    assert tuple(reply.status for reply in replies) == statuses
