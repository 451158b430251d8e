"""Rules off the main roads: portal changes, searches in groups, mail, plans, conditions without a body."""

from __future__ import annotations

import pytest

from reconciler.sandbox.graph import worker

from .cloud import EVENTUAL, Cloud, Json, a_world, plan_id

ADA = "/users/ada@contoso.com"
GROUPS: dict[str, Json] = {
    "sales": {"type": "security", "members": ["ada@contoso.com"]},
    "team": {"type": "microsoft365"},
}


def test_person_who_used_the_app_is_the_author() -> None:
    cloud = Cloud()
    cloud.authorization = cloud.bearer(
        upn="admin@partner.onmicrosoft.com", scp="User.ReadWrite.All", wids=["fe930be7-5e62-47db-91af-98c3a49a38b1"]
    )
    cloud.patch(ADA, {"jobTitle": "x"})
    cloud.authorization = cloud.bearer(roles=["AuditLog.Read.All"])

    entry = cloud.get("/auditLogs/directoryAudits").body["value"][0]

    assert entry["initiatedBy"]["user"]["userPrincipalName"] == "admin@partner.onmicrosoft.com"


def test_licenses_follow_a_group_changed_past_the_api() -> None:
    cloud = Cloud(a_world(groups={"sales": {**GROUPS["sales"], "licenses": {"SPB": {}}}}))
    cloud.get("/users")
    group = next(iter(cloud.tenant.groups.values()))
    cloud.tenant.groups.remove(group.id)

    worker.look_again(cloud.world)

    assert cloud.get(f"{ADA}?$select=assignedLicenses").body["assignedLicenses"] == []


def test_assigned_plans_are_the_enabled_ones() -> None:
    cloud = Cloud()
    cloud.assign("ada@contoso.com", {"SPB": ("SWAY",)})

    plans = {row["servicePlanId"] for row in cloud.get(f"{ADA}?$select=assignedPlans").body["assignedPlans"]}

    assert plan_id("SPB", "TEAMS1") in plans
    assert plan_id("SPB", "SWAY") not in plans


def test_new_mail_becomes_the_primary_address() -> None:
    cloud = Cloud()

    cloud.patch(ADA, {"mail": "a.muster@contoso.com"})

    shown = cloud.get(f"{ADA}?$select=mail,proxyAddresses").body
    assert (shown["mail"], shown["proxyAddresses"]) == ("a.muster@contoso.com", ["SMTP:a.muster@contoso.com"])


def test_mail_of_somebody_else_is_a_conflict() -> None:
    cloud = Cloud()
    cloud.patch("/users/bo@contoso.com", {"mail": "shared@contoso.com"})

    reply = cloud.patch(ADA, {"mail": "shared@contoso.com"})

    assert reply.message == "Another object with the same value for property proxyAddresses already exists."


def test_groups_are_counted_and_searched_through_the_index() -> None:
    cloud = Cloud(a_world(groups=GROUPS))

    assert cloud.get("/groups/$count").status == 400
    assert cloud.get("/groups/$count", EVENTUAL).body == "2"
    rows = cloud.get('/groups?$search="displayName:te"&$select=displayName', EVENTUAL).body["value"]
    assert rows == [{"displayName": "team"}]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("groupTypes/any(c:c eq 'Unified')", ["team"]),
        ("not groupTypes/any(c:c eq 'Unified')", ["sales"]),
        ("mailEnabled eq true", ["team"]),
        ("groupTypes/any()", ["team"]),
    ],
)
def test_kinds_of_groups_are_filtered_as_advanced_queries(text: str, names: list[str]) -> None:
    cloud = Cloud(a_world(groups=GROUPS))
    url = f"/groups?$filter={text.replace(' ', '%20')}"

    assert cloud.get(url).code == "Request_UnsupportedQuery"
    assert [row["displayName"] for row in cloud.get(f"{url}&$count=true", EVENTUAL).body["value"]] == names


def test_extension_attribute_is_filtered_by_its_path() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"onPremisesExtensionAttributes": {"extensionAttribute3": "VIP"}})

    text = "onPremisesExtensionAttributes/extensionAttribute3%20eq%20'vip'"
    rows = cloud.get(f"/users?$count=true&$filter={text}", EVENTUAL).body["value"]

    assert [row["displayName"] for row in rows] == ["Ada Muster"]


def test_expand_is_not_combined_with_advanced_queries() -> None:
    assert Cloud().get("/users?$count=true&$expand=manager", EVENTUAL).status == 400


@pytest.mark.parametrize("option", ["$expand=memberOf", "$expand=shoes", "$expand=manager,memberOf", "$orderby=shoes"])
def test_unknown_relations_and_orders_are_refused(option: str) -> None:
    assert Cloud().get(f"/users?{option}").status == 400


@pytest.mark.parametrize("text", ["ada", '"ada"', '"displayName:ada" x'])
def test_search_has_one_form(text: str) -> None:
    assert Cloud().get(f"/users?$search={text}", EVENTUAL).status == 400


def test_body_that_is_no_json_is_refused_in_the_services_words() -> None:
    cloud = Cloud()

    reply = cloud.call("PATCH", ADA, ["not", "an", "object"])

    assert reply.message.startswith("Unable to read JSON request payload.")


def test_missing_body_is_refused() -> None:
    assert Cloud().post("/users").message == "Empty Payload. JSON content expected."


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"passwordValidityPeriodInDays": 90}, 204),
        ({"isVerified": True}, 400),
        ({"supportedServices": ["Email"]}, 204),
    ],
    ids=["password-age", "read-only", "services"],
)
def test_few_properties_of_a_domain_can_be_changed(changes: Json, status: int) -> None:
    cloud = Cloud()

    assert cloud.patch("/domains/contoso.com", changes).status == status
    shown = cloud.get("/domains/contoso.com").body
    if status == 204:
        assert {name: shown[name] for name in changes} == changes


def test_unverified_domain_cannot_be_changed() -> None:
    assert Cloud().patch("/domains/new.example", {"isDefault": True}).status == 400
