"""Creating, changing and deleting users: every rule with the service's words."""

from __future__ import annotations

from typing import Any

import pytest

from .cloud import PASSWORD, Cloud, a_world

NEW = {
    "accountEnabled": True,
    "displayName": "Cy Neu",
    "mailNickname": "cy",
    "userPrincipalName": "cy@contoso.com",
    "passwordProfile": PASSWORD,
}
ADA = "/users/ada@contoso.com"


def a_body(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**NEW, **changes}.items() if value is not ...}


def test_created_user_shows_the_default_set_and_its_location() -> None:
    cloud = Cloud()

    reply = cloud.post("/users", a_body(usageLocation="CH"))

    identity = reply.body["id"]
    assert reply.status == 201
    assert "usageLocation" not in reply.body
    assert reply.headers["Location"].endswith(
        f"/v2/{cloud.tenant.id}/directoryObjects/{identity}/Microsoft.DirectoryServices.User"
    )
    assert cloud.get(f"/users/{identity}?$select=usageLocation").body["usageLocation"] == "CH"


def test_annotations_in_a_body_are_taken() -> None:
    assert Cloud().post("/users", {"@odata.type": "#microsoft.graph.user", **NEW}).status == 201


@pytest.mark.parametrize(
    "name", ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"]
)
def test_missing_required_property_is_named(name: str) -> None:
    reply = Cloud().post("/users", a_body(**{name: ...}))

    assert (reply.status, reply.code) == (400, "Request_BadRequest")
    assert reply.message == f"A value is required for property '{name}' of resource 'User'."


@pytest.mark.parametrize(
    ("changes", "target"),
    [
        pytest.param({"usageLocation": "UK"}, "usageLocation", id="no-such-country"),
        pytest.param({"usageLocation": "Germany"}, "usageLocation", id="country-name"),
        pytest.param({"mailNickname": "cy neu"}, "mailNickname", id="nickname-with-space"),
        pytest.param({"userPrincipalName": "cy neu@contoso.com"}, "userPrincipalName", id="upn-with-space"),
        pytest.param({"userPrincipalName": "cyneu"}, "userPrincipalName", id="upn-without-domain"),
        pytest.param({"department": "x" * 65}, "department", id="too-long"),
        pytest.param({"accountEnabled": "yes"}, "accountEnabled", id="text-for-bool"),
        pytest.param({"businessPhones": ["1", "2"]}, "businessPhones", id="two-phones"),
        pytest.param({"otherMails": ["nonsense"]}, "otherMails", id="no-mail"),
        pytest.param({"userType": "Robot"}, "userType", id="user-type"),
        pytest.param({"passwordPolicies": "Never"}, "passwordPolicies", id="policy"),
        pytest.param(
            {"onPremisesExtensionAttributes": {"extensionAttribute16": "x"}}, "onPremisesExtensionAttributes", id="16"
        ),
    ],
)
def test_invalid_value_is_named(changes: dict[str, Any], target: str) -> None:
    reply = Cloud().post("/users", a_body(**changes))

    assert reply.message == f"Invalid value specified for property '{target}' of resource 'User'."
    assert reply.body["error"]["details"][0]["target"] == target
    assert reply.body["error"]["details"][0]["code"] == "InvalidValue"


@pytest.mark.parametrize("password", ["Ab1!", "alllowercase", "Abcdefgh", "Cyrus-is-my-name-1", "x" * 257])
def test_weak_password_is_refused(password: str) -> None:
    body = a_body(userPrincipalName="cyrus@contoso.com", passwordProfile={"password": password})

    reply = Cloud().post("/users", body)

    assert reply.message == (
        "The specified password does not comply with password complexity requirements. "
        "Please provide a different password."
    )


@pytest.mark.parametrize("domain", ["new.example", "elsewhere.example"])
def test_name_needs_a_verified_domain(domain: str) -> None:
    reply = Cloud().post("/users", a_body(userPrincipalName=f"cy@{domain}"))

    assert reply.message == (
        "The domain portion of the userPrincipalName property is invalid. "
        "You must use one of the verified domain names in your organization."
    )
    assert reply.body["error"]["details"][0] == {
        "code": "InvalidValue",
        "message": reply.message,
        "target": "userPrincipalName",
    }


def test_name_in_use_is_a_conflict_whatever_its_case() -> None:
    reply = Cloud().post("/users", a_body(userPrincipalName="ADA@contoso.com"))

    assert reply.message == "Another object with the same value for property userPrincipalName already exists."
    assert reply.body["error"]["details"][0]["code"] == "ObjectConflict"


@pytest.mark.parametrize(
    "tenant",
    [
        pytest.param(
            {"users": {"ada@contoso.com": {"proxyAddresses": ["SMTP:ada@contoso.com", "smtp:cy@contoso.com"]}}},
            id="user",
        ),
        pytest.param({"groups": {"cy": {"type": "distribution", "mail": "cy@contoso.com"}}}, id="group"),
    ],
)
def test_name_that_is_somebodys_alias_is_a_conflict(tenant: dict[str, Any]) -> None:
    assert Cloud(a_world(**tenant)).post("/users", NEW).message.startswith("Another object with the same value")


def test_nickname_need_not_be_unique() -> None:
    cloud = Cloud()

    assert cloud.post("/users", a_body(mailNickname="ada")).status == 201


def test_two_letters_of_a_name_may_stand_in_a_password() -> None:
    assert Cloud().post("/users", a_body(passwordProfile={"password": "Lucy-in-the-sky-1"})).status == 201


def test_federated_name_needs_the_anchor_and_no_password() -> None:
    domains = {"contoso.com": {"default": True}, "fed.example": {"authentication": "Federated"}}
    cloud = Cloud(a_world(domains=domains, users={}))
    body = a_body(userPrincipalName="cy@fed.example", passwordProfile=...)

    assert cloud.post("/users", body).message.startswith("A value is required for property 'onPremisesImmutableId'")
    assert cloud.post("/users", {**body, "onPremisesImmutableId": "YWJj"}).status == 201


def test_patch_changes_only_what_was_sent() -> None:
    cloud = Cloud()

    reply = cloud.patch(ADA, {"jobTitle": "Lead"})

    shown = cloud.get(f"{ADA}?$select=jobTitle,department").body
    assert (reply.status, reply.body) == (204, "")
    assert (shown["jobTitle"], shown["department"]) == ("Lead", "Sales")


def test_null_clears_and_lists_are_replaced() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"otherMails": ["a@x.example", "b@x.example"]})

    cloud.patch(ADA, {"department": None, "otherMails": ["c@x.example"]})

    shown = cloud.get(f"{ADA}?$select=department,otherMails").body
    assert (shown["department"], shown["otherMails"]) == (None, ["c@x.example"])


def test_extension_attributes_are_merged() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"onPremisesExtensionAttributes": {"extensionAttribute1": "a"}})

    cloud.patch(ADA, {"onPremisesExtensionAttributes": {"extensionAttribute2": "b"}})

    shown = cloud.get(f"{ADA}?$select=onPremisesExtensionAttributes").body["onPremisesExtensionAttributes"]
    assert shown == {"extensionAttribute1": "a", "extensionAttribute2": "b"}


@pytest.mark.parametrize("value", [None, ""])
def test_display_name_cannot_be_cleared(value: str | None) -> None:
    assert Cloud().patch(ADA, {"displayName": value}).status == 400


def test_proxy_addresses_are_read_only() -> None:
    reply = Cloud().patch(ADA, {"proxyAddresses": ["SMTP:x@contoso.com"]})

    assert reply.message == "Property 'proxyAddresses' is read-only and cannot be set."


def test_refused_patch_changes_nothing() -> None:
    cloud = Cloud()

    cloud.patch(ADA, {"jobTitle": "Lead", "usageLocation": "XX"})

    assert cloud.get(ADA).body["jobTitle"] is None


def test_renamed_user_is_found_under_the_new_name_only() -> None:
    cloud = Cloud()

    cloud.patch(ADA, {"userPrincipalName": "ada.new@contoso.com"})

    assert cloud.get(ADA).status == 404
    assert cloud.get("/users/ada.new@contoso.com").status == 200


def test_primary_address_follows_the_name_and_the_old_one_stays_as_alias() -> None:
    cloud = Cloud()
    cloud.assign("ada@contoso.com", {"SPB": ()})

    cloud.patch(ADA, {"userPrincipalName": "ada.new@contoso.com"})

    shown = cloud.get("/users/ada.new@contoso.com?$select=mail,proxyAddresses").body
    assert shown["mail"] == "ada.new@contoso.com"
    assert shown["proxyAddresses"] == ["SMTP:ada.new@contoso.com", "smtp:ada@contoso.com"]


def test_location_cannot_be_cleared_while_licensed() -> None:
    cloud = Cloud()
    cloud.assign("ada@contoso.com", {"SPB": ()})

    assert cloud.patch(ADA, {"usageLocation": None}).status == 400


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"jobTitle": "x"}, 400), ({"accountEnabled": False}, 400), ({"usageLocation": "CH"}, 204)],
    ids=["job-title", "account-enabled", "usage-location"],
)
def test_synced_user_is_changed_in_the_cloud_only_where_the_cloud_owns(changes: dict[str, Any], status: int) -> None:
    cloud = Cloud(a_world(users={"ada@contoso.com": {"onPremisesSyncEnabled": True}}))

    reply = cloud.patch(ADA, changes)

    assert reply.status == status
    if status == 400:
        assert reply.message.startswith(
            "Unable to update the specified properties for on-premises mastered Directory Sync"
        )


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"jobTitle": "x"}, 204), ({"accountEnabled": False}, 403), ({"passwordProfile": PASSWORD}, 403)],
    ids=["harmless", "account", "password"],
)
def test_administrators_are_protected_in_sensitive_properties(changes: dict[str, Any], status: int) -> None:
    cloud = Cloud(a_world(users={"ada@contoso.com": {"roles": ["Global Administrator"]}}))

    assert cloud.patch(ADA, changes).status == status


def test_high_administrator_may_change_another() -> None:
    cloud = Cloud(a_world(users={"ada@contoso.com": {"roles": ["User Administrator"]}}))
    cloud.authorization = cloud.bearer(
        upn="admin@partner.onmicrosoft.com", scp="User.ReadWrite.All", wids=["62e90394-69f5-4237-9190-012177145e10"]
    )

    assert cloud.patch(ADA, {"accountEnabled": False}).status == 204


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"accountEnabled": False}, 204), ({"accountEnabled": False, "jobTitle": "x"}, 403)],
    ids=["alone", "with-more"],
)
def test_narrow_permission_opens_one_property(changes: dict[str, Any], status: int) -> None:
    assert Cloud(roles=("User.EnableDisableAccount.All",)).patch(ADA, changes).status == status


def test_password_reset_needs_its_own_permission() -> None:
    assert Cloud(roles=("User.ReadWrite.All",)).patch(ADA, {"passwordProfile": PASSWORD}).status == 403
    assert Cloud(roles=("User-PasswordProfile.ReadWrite.All",)).patch(ADA, {"passwordProfile": PASSWORD}).status == 204


def test_manager_is_set_read_expanded_and_removed() -> None:
    cloud = Cloud()
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{cloud.user_id('bo@contoso.com')}"}

    assert cloud.call("PUT", f"{ADA}/manager/$ref", reference).status == 204
    manager = cloud.get(f"{ADA}/manager?$select=displayName").body
    assert (manager["@odata.type"], manager["displayName"]) == ("#microsoft.graph.user", "Bo Beispiel")
    expanded = cloud.get("/users?$select=id&$expand=manager($select=displayName)").body["value"]
    assert [row.get("manager", {}).get("displayName") for row in expanded] == ["Bo Beispiel", None]
    assert [row["displayName"] for row in cloud.get("/users/bo@contoso.com/directReports").body["value"]] == [
        "Ada Muster"
    ]
    assert cloud.delete(f"{ADA}/manager/$ref").status == 204
    assert cloud.get(f"{ADA}/manager").status == 404


def test_manager_must_exist() -> None:
    body = {"@odata.id": "https://graph.microsoft.com/v1.0/users/11111111-1111-1111-1111-111111111111"}

    assert Cloud().call("PUT", f"{ADA}/manager/$ref", body).code == "Request_ResourceNotFound"


def test_sign_out_moves_the_moment_from_which_sessions_count() -> None:
    cloud = Cloud()

    reply = cloud.post(f"{ADA}/revokeSignInSessions")

    assert (reply.status, reply.body["value"]) == (200, True)
    shown = cloud.get(f"{ADA}?$select=signInSessionsValidFromDateTime").body
    assert shown["signInSessionsValidFromDateTime"] == "2026-11-02T08:00:00Z"


def test_every_change_is_in_the_audit_log_with_its_author() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"jobTitle": "Lead"})
    cloud.patch(ADA, {"shoeSize": 1})

    entries = cloud.get("/auditLogs/directoryAudits?$filter=activityDisplayName%20eq%20'Update%20user'").body["value"]

    assert len(entries) == 1
    assert entries[0]["initiatedBy"]["app"]["displayName"] == "reconciler"
    assert entries[0]["targetResources"][0]["userPrincipalName"] == "ada@contoso.com"


def test_audits_are_filtered_by_target() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"jobTitle": "Lead"})
    cloud.patch("/users/bo@contoso.com", {"jobTitle": "Lead"})

    text = f"targetResources/any(t:t/id eq '{cloud.user_id()}')".replace(" ", "%20")
    entries = cloud.get(f"/auditLogs/directoryAudits?$filter={text}").body["value"]

    assert [entry["targetResources"][0]["id"] for entry in entries] == [cloud.user_id()]
