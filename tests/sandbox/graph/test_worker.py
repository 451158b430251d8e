"""Group licensing: the worker's states, inheritance, failures, reprocessing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from .cloud import Cloud, Json, Reply, a_pool, a_world, plan_id, sku_id

ADA, BO = "ada@contoso.com", "bo@contoso.com"
GROUPS: dict[str, Json] = {"sales": {"type": "security", "members": [ADA, BO]}}


def a_cloud(seats: int = 10, **tenant: Any) -> Cloud:
    pools = {
        "spb": a_pool("CFQ7TTC0LCHC:0002", seats),
        "e3": a_pool("CFQ7TTC0LF8R:0001", 5),
        "phone": a_pool("CFQ7TTC0LHSL:0001", 5),
    }
    return Cloud(a_world(**{"groups": GROUPS, "subscriptions": pools, **tenant}))


def group(cloud: Cloud) -> str:
    found = cloud.tenant.groups.find("mailNickname", "sales")
    assert found is not None
    return f"/groups/{found.id}"


def give(cloud: Cloud, *names: str, remove: tuple[str, ...] = ()) -> Reply:
    body = {
        "addLicenses": [{"skuId": sku_id(name), "disabledPlans": []} for name in names],
        "removeLicenses": [sku_id(name) for name in remove],
    }
    return cloud.post(f"{group(cloud)}/assignLicense", body)


def wait(cloud: Cloud, seconds: float = 5) -> None:
    cloud.world.clock.advance(timedelta(seconds=seconds))


def states(cloud: Cloud, upn: str) -> list[tuple[str, str]]:
    rows = cloud.get(f"/users/{upn}?$select=licenseAssignmentStates").body["licenseAssignmentStates"]
    return [(row["state"], row["error"]) for row in rows]


def used(cloud: Cloud) -> int:
    return int(cloud.get("/subscribedSkus").body["value"][0]["consumedUnits"])


def test_group_assignment_is_accepted_and_settles_later() -> None:
    cloud = a_cloud()

    reply = give(cloud, "SPB")
    seen = [cloud.get(f"{group(cloud)}?$select=assignedLicenses,licenseProcessingState").body]
    for seconds in (2, 2):
        wait(cloud, seconds)
        seen.append(cloud.get(f"{group(cloud)}?$select=assignedLicenses,licenseProcessingState").body)

    assert reply.status == 202
    assert [one["licenseProcessingState"]["state"] for one in seen] == [
        "QueuedForProcessing",
        "ProcessingInProgress",
        "ProcessingComplete",
    ]
    assert seen[0]["assignedLicenses"] == [{"disabledPlans": [], "skuId": sku_id("SPB")}]


def test_members_inherit_after_the_worker_has_run() -> None:
    cloud = a_cloud()
    give(cloud, "SPB")

    before = states(cloud, ADA)
    wait(cloud)

    assert before == []
    assert (states(cloud, ADA), states(cloud, BO), used(cloud)) == ([("Active", "None")], [("Active", "None")], 2)


def test_inherited_and_direct_license_take_one_seat() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})
    give(cloud, "SPB")
    wait(cloud)

    rows = cloud.get(f"/users/{ADA}?$select=assignedLicenses,licenseAssignmentStates").body

    assert len(rows["assignedLicenses"]) == 1
    assert [row["assignedByGroup"] is None for row in rows["licenseAssignmentStates"]] == [True, False]
    assert used(cloud) == 2


def test_plan_is_on_if_any_source_enables_it() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ("SWAY", "YAMMER_ENTERPRISE")})
    body = {"addLicenses": [{"skuId": sku_id("SPB"), "disabledPlans": [plan_id("SPB", "SWAY")]}], "removeLicenses": []}
    cloud.post(f"{group(cloud)}/assignLicense", body)
    wait(cloud)

    licenses = cloud.get(f"/users/{ADA}?$select=assignedLicenses").body["assignedLicenses"]

    assert licenses == [{"disabledPlans": [plan_id("SPB", "SWAY")], "skuId": sku_id("SPB")}]


def test_too_few_seats_leave_the_rest_in_error() -> None:
    cloud = a_cloud(seats=1)
    give(cloud, "SPB")
    wait(cloud)

    outcome = sorted(states(cloud, ADA) + states(cloud, BO))

    failing = cloud.get(f"{group(cloud)}/membersWithLicenseErrors?$select=id").body["value"]
    assert outcome == [("Active", "None"), ("Error", "CountViolation")]
    assert len(failing) == 1
    assert [
        row["mailNickname"]
        for row in cloud.get("/groups?$filter=hasMembersWithLicenseErrors%20eq%20true").body["value"]
    ] == ["sales"]


def test_count_errors_heal_only_when_reprocessed() -> None:
    cloud = a_cloud(seats=1)
    give(cloud, "SPB")
    wait(cloud)
    cloud.assign(ADA)
    _buy(cloud, 5)
    wait(cloud, 3600)

    before = states(cloud, BO)
    reply = cloud.post(f"/users/{BO}/reprocessLicenseAssignment")

    assert (before, reply.status, states(cloud, BO)) == ([("Error", "CountViolation")], 200, [("Active", "None")])


def _buy(cloud: Cloud, quantity: int) -> None:
    one = next(iter(cloud.tenant.subscriptions.values()))
    cloud.tenant.subscriptions.put(replace(one, quantity=quantity))


def test_leaving_member_loses_the_license() -> None:
    cloud = a_cloud()
    give(cloud, "SPB")
    wait(cloud)

    cloud.delete(f"{group(cloud)}/members/{cloud.user_id()}/$ref")
    wait(cloud)

    assert (states(cloud, ADA), used(cloud)) == ([], 1)


def test_new_member_gets_the_license() -> None:
    cloud = a_cloud(groups={"sales": {"type": "security", "members": [BO], "licenses": {"SPB": {}}}})
    body = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{cloud.user_id()}"}

    cloud.post(f"{group(cloud)}/members/$ref", body)
    wait(cloud)

    assert states(cloud, ADA) == [("Active", "None")]


def test_licenses_of_groups_in_the_world_file_are_handed_down_from_the_start() -> None:
    cloud = a_cloud(groups={"sales": {"type": "security", "members": [ADA], "licenses": {"SPB": {}}}})

    assert states(cloud, ADA) == [("Active", "None")]


def test_excluding_plan_is_an_error_state_of_the_member() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})
    give(cloud, "ENTERPRISEPACK")
    wait(cloud)

    assert states(cloud, ADA) == [("Active", "None"), ("Error", "MutuallyExclusiveViolation")]
    assert states(cloud, BO) == [("Active", "None")]


def test_missing_base_is_an_error_state_and_told_when_reprocessed() -> None:
    cloud = a_cloud()
    give(cloud, "MCOEV")
    wait(cloud)

    reply = cloud.post(f"/users/{ADA}/reprocessLicenseAssignment")

    assert states(cloud, ADA) == [("Error", "DependencyViolation")]
    assert reply.status == 400
    assert f"service plan {plan_id('MCOEV', 'MCOEV')} depends on the service plan(s)" in reply.message


def test_one_failing_product_keeps_the_others_off_the_member() -> None:
    cloud = a_cloud()
    cloud.assign(ADA, {"SPB": ()})
    give(cloud, "ENTERPRISEPACK", "MCOEV")
    wait(cloud)

    assert sorted(states(cloud, ADA)[1:]) == [("Error", "MutuallyExclusiveViolation"), ("Error", "Other")]


def test_removed_group_license_leaves_the_members() -> None:
    cloud = a_cloud()
    give(cloud, "SPB")
    wait(cloud)

    assert give(cloud, remove=("SPB",)).status == 202
    wait(cloud)

    assert (states(cloud, ADA), used(cloud)) == ([], 0)


def test_group_without_security_gets_no_license() -> None:
    cloud = a_cloud(groups={"sales": {"type": "microsoft365"}})

    assert give(cloud, "SPB").status == 400


def test_licensed_group_cannot_be_deleted() -> None:
    cloud = a_cloud()
    give(cloud, "SPB")

    assert cloud.delete(group(cloud)).status == 400


def test_nested_members_inherit_nothing() -> None:
    groups: dict[str, Json] = {
        "inner": {"type": "security", "members": [ADA]},
        "sales": {"type": "security", "members": ["inner"], "licenses": {"SPB": {}}},
    }

    assert states(a_cloud(groups=groups), ADA) == []
