"""What belongs to the tenant: seats, organization, roles, service principals."""

from __future__ import annotations

from typing import Any

import pytest

from .cloud import APP, DOMAIN, EVENTUAL, Cloud, a_pool, a_world, sku_id

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
SPB = "CFQ7TTC0LCHC:0002"


def pools(cloud: Cloud) -> dict[str, Any]:
    return {row["skuPartNumber"]: row for row in cloud.get("/subscribedSkus").body["value"]}


def test_one_row_for_each_product_summed_over_owners_and_states() -> None:
    subscriptions = {
        "a": a_pool(SPB, 10),
        "b": {**a_pool(SPB, 5), "owner": "Other"},
        "c": a_pool(SPB, 3, status="suspended"),
        "d": a_pool(SPB, 2, status="expired"),
        "e": a_pool(SPB, 7, status="deleted"),
    }
    row = pools(Cloud(a_world(subscriptions=subscriptions)))["SPB"]

    assert row["prepaidUnits"] == {"enabled": 15, "suspended": 3, "warning": 2, "lockedOut": 0}
    assert (row["capabilityStatus"], len(row["subscriptionIds"])) == ("Enabled", 5)


@pytest.mark.parametrize(
    ("status", "capability"),
    [
        ("active", "Enabled"),
        ("expired", "Warning"),
        ("suspended", "Suspended"),
        ("disabled", "Suspended"),
        ("deleted", "Deleted"),
    ],
)
def test_status_of_a_pool_is_the_best_of_its_seats(status: str, capability: str) -> None:
    cloud = Cloud(a_world(subscriptions={"a": a_pool(SPB, 3, status=status)}))

    assert pools(cloud)["SPB"]["capabilityStatus"] == capability


def test_pool_is_read_by_its_own_id() -> None:
    cloud = Cloud()
    identity = pools(cloud)["SPB"]["id"]

    assert identity == f"{cloud.tenant.id}_{sku_id('SPB')}"
    assert cloud.get(f"/subscribedSkus/{identity}").body["skuPartNumber"] == "SPB"
    assert cloud.get(f"/subscribedSkus/{sku_id('SPB')}").status == 404


def test_consumed_units_may_exceed_enabled_ones() -> None:
    users: dict[str, Any] = {f"u{number}@contoso.com": {"licenses": {"SPB": {}}} for number in range(3)}
    row = pools(Cloud(a_world(users=users, subscriptions={"a": a_pool(SPB, 2)})))["SPB"]

    assert (row["consumedUnits"], row["prepaidUnits"]["enabled"]) == (3, 2)


def test_subscription_tells_its_owner_and_its_commerce_id() -> None:
    subscriptions = {
        "own": a_pool(SPB, 10, start="2026-03-01"),
        "direct": {**a_pool(SPB, 5), "owner": None},
    }
    cloud = Cloud(a_world(subscriptions=subscriptions))

    own, direct = cloud.get("/directory/subscriptions").body["value"]

    partner = next(iter(cloud.world.partners))
    assert (own["ownerTenantId"], direct["ownerTenantId"]) == (partner, None)
    assert own["commerceSubscriptionId"] in cloud.tenant.subscriptions
    assert own["id"] != own["commerceSubscriptionId"]
    assert (own["totalLicenses"], own["status"], own["nextLifecycleDateTime"]) == (
        10,
        "Enabled",
        "2027-02-28T23:59:59Z",
    )
    assert {own["id"], direct["id"]} == set(pools(cloud)["SPB"]["subscriptionIds"])


def test_subscriptions_are_paged_and_counted() -> None:
    cloud = Cloud(a_world({"pageSize": 2}, subscriptions={name: a_pool(SPB, 1) for name in "abc"}))

    page = cloud.get("/directory/subscriptions?$count=true", EVENTUAL).body
    last = cloud.get(page["@odata.nextLink"], EVENTUAL).body

    assert (page["@odata.count"], len(page["value"]), len(last["value"])) == (3, 2, 1)
    assert "@odata.nextLink" not in last


def test_subscription_is_read_by_both_keys() -> None:
    cloud = Cloud()
    one = cloud.get("/directory/subscriptions").body["value"][0]

    paths = (
        f"/directory/subscriptions/{one['id']}",
        f"/directory/subscriptions(commerceSubscriptionId='{one['commerceSubscriptionId']}')",
    )

    assert [cloud.get(path).body["id"] for path in paths] == [one["id"]] * 2
    assert cloud.get(f"/directory/subscriptions/{one['commerceSubscriptionId']}").status == 404


def test_organization_is_the_tokens_tenant() -> None:
    cloud = Cloud()

    rows = cloud.get("/organization").body["value"]

    assert [(row["id"], row["displayName"], row["countryLetterCode"]) for row in rows] == [
        (cloud.tenant.id, "Contoso", "DE")
    ]
    assert {domain["name"] for domain in rows[0]["verifiedDomains"]} == {DOMAIN, "contoso.com"}
    assert cloud.get(f"/organization/{cloud.tenant.id}?$select=tenantType").body["tenantType"] == "AAD"


def test_role_counts_as_activated_once_somebody_holds_it() -> None:
    cloud = Cloud(a_world(users={"ada@contoso.com": {"roles": ["License Administrator"]}}))

    names = [row["displayName"] for row in cloud.get("/directoryRoles").body["value"]]

    assert names == ["Global Administrator", "License Administrator"]
    assert cloud.get("/directoryRoles(roleTemplateId='fe930be7-5e62-47db-91af-98c3a49a38b1')").status == 404


def test_members_of_a_role_are_found_by_its_template() -> None:
    cloud = Cloud(a_world(users={"ada@contoso.com": {"roles": ["Global Administrator"]}, "bo@contoso.com": {}}))

    rows = cloud.get(f"/directoryRoles(roleTemplateId='{GLOBAL_ADMINISTRATOR}')/members?$select=userPrincipalName").body

    assert [row["userPrincipalName"] for row in rows["value"]] == ["ada@contoso.com"]


def test_members_of_a_role_are_counted() -> None:
    cloud = Cloud(a_world(users={"ada@contoso.com": {"roles": ["Global Administrator"]}, "bo@contoso.com": {}}))
    path = f"/directoryRoles(roleTemplateId='{GLOBAL_ADMINISTRATOR}')/members?$count=true"

    assert cloud.get(path, EVENTUAL).body["@odata.count"] == 1
    assert "@odata.count" not in cloud.get(path).body


def test_role_assignments_are_filtered_by_principal() -> None:
    users = {"ada@contoso.com": {"roles": ["Global Administrator"]}, "bo@contoso.com": {"roles": ["Global Reader"]}}
    cloud = Cloud(a_world(users=users))

    url = f"/roleManagement/directory/roleAssignments?$filter=principalId%20eq%20'{cloud.user_id()}'"

    assert [row["roleDefinitionId"] for row in cloud.get(url).body["value"]] == [GLOBAL_ADMINISTRATOR]


def test_service_principals_are_graph_and_the_consented_apps() -> None:
    cloud = Cloud()

    ours = cloud.get(f"/servicePrincipals(appId='{APP}')").body

    assert ours["appId"] == APP
    assert cloud.get(f"/servicePrincipals/{ours['id']}").body["id"] == ours["id"]
    rows = cloud.get("/servicePrincipals?$filter=appId%20eq%20'00000003-0000-0000-c000-000000000000'").body["value"]
    assert [row["displayName"] for row in rows] == ["Microsoft Graph"]
    assert cloud.get("/servicePrincipals(appId='99999999-0000-0000-c000-000000000000')").status == 404
