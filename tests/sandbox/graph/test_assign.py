"""assignLicense on users: the rule chain, its order, seats, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox import skus
from reconciler.sandbox.graph import plan_rules

from .cloud import Cloud, Json, a_pool, a_world, plan_id, sku_id

POOLS: dict[str, Json] = {
    "spb": a_pool("CFQ7TTC0LCHC:0002", 1),
    "standard": a_pool("CFQ7TTC0LDPB:0001", 5),
    "e3": a_pool("CFQ7TTC0LF8R:0001", 5),
    "phone": a_pool("CFQ7TTC0LHSL:0001", 5),
    "storage": a_pool("CFQ7TTC0LHS9:0001", 5),
}
ADA = "ada@contoso.com"


def a_cloud(**tenant: Any) -> Cloud:
    return Cloud(a_world(**{"subscriptions": POOLS, **tenant}))


def held(cloud: Cloud, upn: str = ADA) -> dict[str, list[str]]:
    rows = cloud.get(f"/users/{upn}?$select=assignedLicenses").body["assignedLicenses"]
    return {row["skuId"]: row["disabledPlans"] for row in rows}


def used(cloud: Cloud, name: str) -> int:
    rows = cloud.get("/subscribedSkus").body["value"]
    return next(int(row["consumedUnits"]) for row in rows if row["skuPartNumber"] == name)


def test_answer_is_the_user_without_its_licenses() -> None:
    reply = a_cloud().assign(ADA, {"SPB": ()})

    assert reply.status == 200
    assert "assignedLicenses" not in reply.body
    assert reply.body["userPrincipalName"] == ADA


def test_direct_license_shows_with_state_and_takes_a_seat() -> None:
    cloud = a_cloud()

    cloud.assign(ADA, {"SPB": ("YAMMER_ENTERPRISE",)})

    states = cloud.get(f"/users/{ADA}?$select=licenseAssignmentStates").body["licenseAssignmentStates"]
    assert held(cloud) == {sku_id("SPB"): [plan_id("SPB", "YAMMER_ENTERPRISE")]}
    assert states == [
        {
            "skuId": sku_id("SPB"),
            "disabledPlans": [plan_id("SPB", "YAMMER_ENTERPRISE")],
            "assignedByGroup": None,
            "state": "Active",
            "error": "None",
            "lastUpdatedDateTime": "2026-11-02T08:00:00Z",
        }
    ]
    assert used(cloud, "SPB") == 1


@pytest.mark.parametrize("body", [{"addLicenses": []}, {"removeLicenses": []}, {}])
def test_both_lists_must_be_there(body: Json) -> None:
    reply = a_cloud().post(f"/users/{ADA}/assignLicense", body)

    assert reply.status == 400
    assert "are missing from the request payload" in reply.message


def test_product_the_tenant_does_not_own_is_refused() -> None:
    reply = a_cloud().assign(ADA, {"SPE_E5": ()})

    assert reply.message == f"License {sku_id('SPE_E5')} does not correspond to a valid company License."


def test_product_for_the_whole_tenant_cannot_be_assigned() -> None:
    reply = a_cloud().assign(ADA, {"SHAREPOINTSTORAGE": ()})

    assert reply.message == f"License {sku_id('SHAREPOINTSTORAGE')} cannot be assigned to a user."


def test_user_without_location_gets_no_license() -> None:
    reply = a_cloud(users={ADA: {}}).assign(ADA, {"SPB": ()})

    assert reply.message == "License assignment cannot be done for user with invalid usage location."


def test_unknown_product_is_judged_before_the_location() -> None:
    reply = a_cloud(users={ADA: {}}).assign(ADA, {"SPE_E5": ()})

    assert "does not correspond to a valid company License" in reply.message


def test_plan_of_another_product_cannot_be_disabled() -> None:
    body = {
        "addLicenses": [{"skuId": sku_id("SPB"), "disabledPlans": [plan_id("MCOEV", "MCOEV")]}],
        "removeLicenses": [],
    }

    assert a_cloud().post(f"/users/{ADA}/assignLicense", body).status == 400


def test_last_seat_goes_once() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})

    reply = cloud.assign("bo@contoso.com", {"SPB": ()})

    assert (reply.status, reply.code) == (400, "Request_BadRequest")
    assert reply.message == f"Subscription with SKU {sku_id('SPB')} does not have any available licenses."


def test_other_plans_of_a_held_product_need_no_seat() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ("SWAY",)})

    reply = cloud.assign(ADA, {"SPB": ("YAMMER_ENTERPRISE",)})

    assert reply.status == 200
    assert held(cloud) == {sku_id("SPB"): [plan_id("SPB", "YAMMER_ENTERPRISE")]}


def test_seats_of_all_owners_are_one_pool() -> None:
    pools = {"own": a_pool("CFQ7TTC0LCHC:0002", 1), "foreign": {**a_pool("CFQ7TTC0LCHC:0002", 1), "owner": "Other"}}
    cloud = a_cloud(subscriptions=pools)

    assert [cloud.assign(upn, {"SPB": ()}).status for upn in (ADA, "bo@contoso.com")] == [200, 200]


def test_suspended_seats_cannot_be_assigned_and_expired_ones_can() -> None:
    suspended = a_cloud(subscriptions={"spb": a_pool("CFQ7TTC0LCHC:0002", 5, status="suspended")})
    expired = a_cloud(subscriptions={"spb": a_pool("CFQ7TTC0LCHC:0002", 5, status="expired")})

    assert suspended.assign(ADA, {"SPB": ()}).status == 400
    assert expired.assign(ADA, {"SPB": ()}).status == 200


def test_plans_that_exclude_each_other_are_named() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"O365_BUSINESS_PREMIUM": ()})

    reply = cloud.assign(ADA, {"ENTERPRISEPACK": ()})

    both = sorted((plan_id("SPB", "EXCHANGE_S_STANDARD"), plan_id("SPE_E3", "EXCHANGE_S_ENTERPRISE")))
    assert reply.message == f"License assignment failed because service plans {','.join(both)} are mutually exclusive"


def test_swap_in_one_request_is_judged_on_its_result() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"O365_BUSINESS_PREMIUM": ()})

    reply = cloud.assign(ADA, {"ENTERPRISEPACK": ()}, remove=("O365_BUSINESS_PREMIUM",))

    assert reply.status == 200
    assert list(held(cloud)) == [sku_id("ENTERPRISEPACK")]


def test_disabled_plans_do_not_exclude() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"O365_BUSINESS_PREMIUM": ("EXCHANGE_S_STANDARD", "SHAREPOINTSTANDARD", "SHAREPOINTWAC")})

    assert cloud.assign(ADA, {"ENTERPRISEPACK": ()}).status == 200


def test_plan_without_the_one_it_needs_is_named() -> None:
    reply = a_cloud().assign(ADA, {"MCOEV": ()})

    needed = ",".join((plan_id("SPB", "TEAMS1"), plan_id("SPB", "MCOSTANDARD")))
    assert reply.message == (
        f"License assignment failed because service plan {plan_id('MCOEV', 'MCOEV')} depends on the "
        f"service plan(s) {needed}"
    )


@pytest.mark.parametrize("change", ["remove", "disable"])
def test_base_cannot_go_while_an_add_on_needs_it(change: str) -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": (), "MCOEV": ()})

    if change == "remove":
        reply = cloud.assign(ADA, remove=("SPB",))
    else:
        reply = cloud.assign(ADA, {"SPB": ("TEAMS1", "MCOSTANDARD")})

    assert "depends on the service plan(s)" in reply.message


def test_user_who_broke_a_rule_before_may_change_something_else() -> None:
    broken = {ADA: {"usageLocation": "DE", "licenses": {"MCOEV": {}}}}
    cloud = a_cloud(users=broken)

    assert cloud.assign(ADA, {"SPB": ("TEAMS1", "MCOSTANDARD")}).status == 200


def test_removing_what_nobody_gave_is_refused() -> None:
    assert a_cloud().assign(ADA, remove=("SPB",)).message == "User does not have a corresponding license."


def test_inherited_license_cannot_be_removed_from_the_user() -> None:
    cloud = a_cloud(groups={"sales": {"type": "security", "members": [ADA], "licenses": {"SPB": {}}}})

    reply = cloud.assign(ADA, remove=("SPB",))

    assert reply.message == (
        "User license is inherited from a group membership and it cannot be removed directly from the user."
    )


def test_one_refused_part_refuses_all() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})

    reply = cloud.assign(ADA, {"O365_BUSINESS_PREMIUM": ()}, remove=("SPB", "MCOEV"))

    assert reply.status == 400
    assert list(held(cloud)) == [sku_id("SPB")]


def test_removal_gives_the_seat_back() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})

    assert cloud.assign(ADA, remove=("SPB",)).status == 200
    assert (held(cloud), used(cloud, "SPB")) == ({}, 0)


def test_same_product_added_and_removed_is_refused() -> None:
    assert a_cloud().assign(ADA, {"SPB": ()}, remove=("SPB",)).status == 400


def test_first_exchange_plan_makes_a_mailbox() -> None:
    cloud = a_cloud()

    cloud.assign(ADA, {"SPB": ()})

    shown = cloud.get(f"/users/{ADA}?$select=mail,proxyAddresses").body
    assert (shown["mail"], shown["proxyAddresses"]) == (ADA, [f"SMTP:{ADA}"])


def test_mailbox_address_in_use_is_a_conflict() -> None:
    groups = {"list": {"type": "distribution", "mail": "list@contoso.com", "proxyAddresses": [f"smtp:{ADA}"]}}
    reply = a_cloud(groups=groups).assign(ADA, {"SPB": ()})

    assert reply.message == "Another object with the same value for property proxyAddresses already exists."


def test_second_write_within_the_window_is_a_concurrency_error() -> None:
    cloud = Cloud(a_world({"concurrencyWindow": "PT1S"}, subscriptions=POOLS))
    cloud.assign(ADA, {"SPB": ()})

    reply = cloud.assign(ADA, {"SPB": ("SWAY",)})

    assert (reply.status, reply.code) == (409, "Directory_ConcurrencyViolation")
    assert reply.message == "Error due to concurrent requests being made to the tenant. Please wait briefly and retry."


def test_license_details_list_plans_with_their_status() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ("SWAY",)})

    details = cloud.get(f"/users/{ADA}/licenseDetails").body["value"]

    status = {plan["servicePlanName"]: plan["provisioningStatus"] for plan in details[0]["servicePlans"]}
    assert details[0]["skuPartNumber"] == "SPB"
    assert (status["SWAY"], status["TEAMS1"]) == ("Disabled", "Success")


@pytest.mark.parametrize("sku", skus.ALL, ids=lambda sku: sku.part_number)
def test_no_product_excludes_itself(sku: skus.Sku) -> None:
    assert list(plan_rules.clashes({plan.id for plan in sku.plans})) == []


@pytest.mark.parametrize("sku", skus.ALL, ids=lambda sku: sku.part_number)
def test_only_add_ons_need_another_product(sku: skus.Sku) -> None:
    needs_more = bool(list(plan_rules.gaps({plan.id for plan in sku.plans})))

    assert needs_more == (sku.part_number in {"MCOEV", "MCOMEETADV"})


@pytest.mark.parametrize("key", ["SPB", "spb", "CBDC14AB-d96c-4c30-b9f4-6ada7cdc1d46"])
def test_sku_is_found_by_name_and_guid(key: str) -> None:
    sku = skus.find(key)

    assert sku is not None
    assert sku.title == "Microsoft 365 Business Premium"


def test_sku_and_plan_ids_are_unique() -> None:
    ids = [sku.id for sku in skus.ALL]
    plans = {(plan.name, plan.id) for sku in skus.ALL for plan in sku.plans}

    assert len(set(ids)) == len(ids) == 29
    assert len({name for name, _ in plans}) == len({plan_id for _, plan_id in plans}) == len(plans)
