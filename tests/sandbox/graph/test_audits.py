"""The directory's audit log: what is in it, who signed, how long it takes and lasts, and how it is asked."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from .cloud import Cloud, Json, a_pool, a_world

ADA, LOG = "/users/ada@contoso.com", "/auditLogs/directoryAudits"
GROUPS: dict[str, Json] = {"sales": {"type": "security", "members": []}}


def entries(cloud: Cloud, **options: str) -> list[Json]:
    text = "&".join(f"${name}={quote(value)}" for name, value in options.items())
    answer = cloud.get(f"{LOG}?{text}" if text else LOG)
    assert answer.status == 200, answer.body
    found: list[Json] = answer.body["value"]
    return found


def later(cloud: Cloud, seconds: int) -> None:
    cloud.world.clock.advance(timedelta(seconds=seconds))


def told(cloud: Cloud) -> list[tuple[str, list[str]]]:
    """Activity and names of the targets, oldest first."""
    return [
        (one["activityDisplayName"], [row["displayName"] for row in one["targetResources"]])
        for one in reversed(entries(cloud))
    ]


def group_id(cloud: Cloud) -> str:
    return next(iter(cloud.tenant.groups.values())).id


def reference(cloud: Cloud) -> Json:
    return {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{cloud.user_id()}"}


def test_a_membership_names_the_member_and_the_group() -> None:
    cloud = Cloud(a_world(groups=GROUPS))
    group = group_id(cloud)

    cloud.post(f"/groups/{group}/members/$ref", reference(cloud))
    cloud.delete(f"/groups/{group}/members/{cloud.user_id()}/$ref")

    gone, come = entries(cloud)
    for entry, activity in ((come, "Add member to group"), (gone, "Remove member from group")):
        assert entry["activityDisplayName"] == activity
        assert [row["id"] for row in entry["targetResources"]] == [cloud.user_id(), group]
    assert come["targetResources"][0]["modifiedProperties"][0] == {
        "displayName": "Group.ObjectID",
        "oldValue": None,
        "newValue": f'"{group}"',
    }
    assert gone["targetResources"][0]["modifiedProperties"][0]["oldValue"] == f'"{group}"'


def test_members_that_come_with_a_group_have_entries_of_their_own() -> None:
    cloud = Cloud()
    people = [f"https://graph.microsoft.com/v1.0/users/{cloud.user_id()}"]
    body = {"displayName": "New", "mailNickname": "new", "mailEnabled": False, "securityEnabled": True}

    cloud.post("/groups", {**body, "members@odata.bind": people, "owners@odata.bind": people})

    assert told(cloud) == [
        ("Add group", ["New"]),
        ("Add member to group", ["Ada Muster", "New"]),
        ("Add owner to group", ["Ada Muster", "New"]),
    ]


def test_domains_are_in_the_log() -> None:
    cloud = Cloud()

    cloud.post("/domains", {"id": "more.example"})
    cloud.delete("/domains/more.example")

    assert told(cloud) == [("Add unverified domain", ["more.example"]), ("Remove unverified domain", ["more.example"])]


def test_licenses_of_a_group_are_signed_by_group_licensing() -> None:
    cloud = Cloud(a_world(groups={"sales": {"type": "security", "licenses": {"SPB": {}}}}))
    cloud.get("/users")
    cloud.post(f"/groups/{group_id(cloud)}/members/$ref", reference(cloud))
    later(cloud, 10)

    (entry,) = [one for one in entries(cloud) if one["activityDisplayName"] == "Change user license"]

    assert entry["initiatedBy"]["app"]["displayName"] == "Microsoft Azure AD Group-Based Licensing"
    assert entry["targetResources"][0]["userPrincipalName"] == "ada@contoso.com"


def test_what_stood_at_the_beginning_is_not_in_the_log() -> None:
    assert entries(Cloud(a_world(groups={"sales": {"members": ["ada@contoso.com"], "licenses": {"SPB": {}}}}))) == []


def test_an_app_signs_with_its_ids_and_a_person_with_the_own() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"jobTitle": "Lead"})

    by = entries(cloud)[0]["initiatedBy"]

    assert by["user"] is None
    assert by["app"]["appId"] == "11111111-1111-1111-1111-111111111111"
    principals = cloud.get("/servicePrincipals?$filter=displayName%20eq%20'reconciler'").body["value"]
    assert by["app"]["servicePrincipalId"] == principals[0]["id"]


def test_an_entry_shows_late() -> None:
    cloud = Cloud(a_world({"auditDelay": "PT2M"}))
    cloud.patch(ADA, {"jobTitle": "Lead"})

    before = entries(cloud)
    later(cloud, 120)

    assert (before, len(entries(cloud))) == ([], 1)


@pytest.mark.parametrize(
    ("sku", "days", "is_there"),
    [("O365", 7, True), ("O365", 8, False), ("SPB", 8, True), ("SPB", 30, True), ("SPB", 31, False)],
    ids=["free-7", "free-8", "premium-8", "premium-30", "premium-31"],
)
def test_an_entry_is_kept_for_a_week_or_a_month(sku: str, days: int, is_there: bool) -> None:
    product = {"O365": "CFQ7TTC0LF8R:0001", "SPB": "CFQ7TTC0LCHC:0002"}[sku]
    cloud = Cloud(a_world(subscriptions={"main": a_pool(product, 5)}))
    cloud.patch(ADA, {"jobTitle": "Lead"})
    later(cloud, days * 86400 - (0 if is_there else 1) * 3600)

    assert bool(entries(cloud)) is is_there


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("activityDisplayName eq 'Update user'", 2),
        ("startswith(activityDisplayName,'Add')", 1),
        ("activityDateTime ge 2026-11-02T08:00:00Z and activityDateTime le 2026-11-02T08:00:30Z", 2),
        ("category eq 'GroupManagement'", 1),
        ("loggedByService eq 'Core Directory'", 3),
        ("initiatedBy/app/appId eq '11111111-1111-1111-1111-111111111111'", 3),
        ("initiatedBy/app/displayName eq 'somebody else'", 0),
        ("startswith(initiatedBy/user/userPrincipalName,'eve')", 0),
        ("targetResources/any(t:t/displayName eq 'Bo Beispiel')", 1),
        ("targetResources/any(t:startswith(t/displayName,'Ada'))", 1),
        ("activityDateTime ge 2026-11-02T08:00:00Z and targetResources/any(t:t/displayName eq 'New')", 1),
    ],
)
def test_what_the_documentation_filters_by(text: str, count: int) -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"jobTitle": "Lead"})
    cloud.patch("/users/bo@contoso.com", {"jobTitle": "Lead"})
    later(cloud, 60)
    body = {"displayName": "New", "mailNickname": "new", "mailEnabled": False, "securityEnabled": True}
    cloud.post("/groups", body)

    assert len(entries(cloud, filter=text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "activityDateTime gt 2026-11-02T08:00:00Z",
        "activityDisplayName ne 'Update user'",
        "endswith(activityDisplayName,'user')",
        "result eq 'success'",
        "not (category eq 'UserManagement')",
    ],
)
def test_what_it_does_not_is_refused(text: str) -> None:
    assert Cloud().get(f"{LOG}?$filter={quote(text)}").status == 400


def test_the_log_is_ordered_by_time_also_where_it_is_filtered() -> None:
    cloud = Cloud()
    for title in ("One", "Two"):
        cloud.patch(ADA, {"jobTitle": title})
        later(cloud, 60)

    found = entries(cloud, orderby="activityDateTime asc", filter="category eq 'UserManagement'")

    assert [one["activityDateTime"] for one in found] == ["2026-11-02T08:00:00Z", "2026-11-02T08:01:00Z"]


def test_the_log_comes_in_pages() -> None:
    cloud = Cloud()
    for title in ("One", "Two", "Three"):
        cloud.patch(ADA, {"jobTitle": title})

    first = cloud.get(f"{LOG}?$top=2").body

    assert len(first["value"]) == 2
    assert len(cloud.get(first["@odata.nextLink"].split("/v1.0")[1]).body["value"]) == 1


def test_one_entry_is_found_by_its_id() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"jobTitle": "Lead"})
    entry = entries(cloud)[0]

    found: Any = cloud.get(f"{LOG}/{entry['id']}").body

    assert {name: found[name] for name in entry} == entry
    assert cloud.get(f"{LOG}/nobody").status == 404


def test_only_the_wanted_properties_are_answered() -> None:
    cloud = Cloud()
    cloud.patch(ADA, {"jobTitle": "Lead"})

    assert entries(cloud, select="id,activityDisplayName")[0].keys() == {"id", "activityDisplayName"}


def test_who_may_not_read_the_log_is_told() -> None:
    cloud = Cloud(roles=("Directory.Read.All",))

    assert cloud.get(LOG).status == 403
