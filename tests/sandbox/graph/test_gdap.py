"""Delegated admin relationships: what there is, until when, what it opens, and what the partner may do about it."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from reconciler.sandbox import worldload
from reconciler.sandbox.graph.roles import TEMPLATES
from reconciler.sandbox.login.permissions import DEFAULT_ROLES
from reconciler.sandbox.portal import change, perform
from reconciler.sandbox.worlddump import dump
from reconciler.sandbox.worldfile import WorldError

from .cloud import DOMAIN, Cloud, Json, a_world

PARTNER, ALL = "partner.onmicrosoft.com", "/tenantRelationships/delegatedAdminRelationships"
USERS, LICENSES, READERS, GLOBAL = (
    "User Administrator",
    "License Administrator",
    "Directory Readers",
    "Global Administrator",
)


def a_cloud(*described: Json, **more: Any) -> Cloud:
    """The partner's own tenant of a world where contoso has these relationships."""
    tenant = {"relationships": {PARTNER: list(described)}} if described else {}
    document = a_world({"gdapDelay": "PT10S"}, **tenant, **more)
    document["tenants"][PARTNER] = {"groups": {"admins": {}, "team": {"type": "microsoft365"}}}
    cloud = Cloud(document)
    return as_partner(cloud)


def as_partner(cloud: Cloud, permissions: tuple[str, ...] = DEFAULT_ROLES) -> Cloud:
    """The same with the partner's app in the partner's own tenant."""
    (partner,) = cloud.world.partners
    cloud.authorization = cloud.bearer(tid=partner, roles=list(permissions))
    return cloud


def one(**given: Any) -> Json:
    usual = {"name": "gitops contoso", "roles": [USERS, LICENSES], "activated": "2026-01-05T08:00:00Z"}
    return {**usual, **given}


def listed(cloud: Cloud, **options: str) -> list[Json]:
    text = "&".join(f"${name}={quote(value)}" for name, value in options.items())
    answer = cloud.get(f"{ALL}?{text}" if text else ALL)
    assert answer.status == 200, answer.body
    found: list[Json] = answer.body["value"]
    return found


def held(cloud: Cloud) -> tuple[str, ...]:
    """The roles that the partner's people have at contoso, as login sees them."""
    cloud.get(ALL)
    (partner,) = cloud.world.partners
    return cloud.world.tenants[cloud.world.domains[DOMAIN]].gdap.get(partner, ())


def later(cloud: Cloud, **by: float) -> None:
    cloud.world.clock.advance(timedelta(**by))


def portal(cloud: Cloud, **given: Any) -> None:
    (wanted,) = change.parse({"tenant": DOMAIN, "partner": PARTNER, "set": given})
    perform.perform(cloud.world, wanted)


def roles(*names: str) -> Json:
    return {"unifiedRoles": [{"roleDefinitionId": TEMPLATES[name]} for name in names]}


def wish(**given: Any) -> Json:
    return {"displayName": "new", "duration": "P365D", "accessDetails": roles(USERS, READERS), **given}


def group_id(cloud: Cloud, nickname: str = "admins") -> str:
    (partner,) = cloud.world.partners
    found = cloud.world.tenants[partner].groups.find("mailNickname", nickname)
    assert found is not None
    return found.id


def an_access(cloud: Cloud, *names: str, **given: Any) -> Json:
    container = {"accessContainerId": group_id(cloud), "accessContainerType": "securityGroup", **given}
    return {"accessContainer": container, "accessDetails": roles(*names)}


def made(cloud: Cloud, **given: Any) -> Json:
    """A relationship that the customer has approved."""
    found: Json = cloud.post(ALL, wish(**given)).body
    cloud.post(f"{ALL}/{found['id']}/requests", {"action": "lockForApproval"})
    portal(cloud, approve=found["id"])
    active: Json = cloud.get(f"{ALL}/{found['id']}").body
    return active


def test_a_described_relationship_shows_roles_and_end() -> None:
    (found,) = listed(a_cloud(one()))

    assert (found["displayName"], found["status"], found["duration"]) == ("gitops contoso", "active", "P730D")
    assert found["customer"]["displayName"] == "Contoso"
    assert found["accessDetails"] == roles(USERS, LICENSES)
    assert (found["activatedDateTime"], found["endDateTime"]) == ("2026-01-05T08:00:00Z", "2028-01-05T08:00:00Z")


def test_moments_are_shown_in_universal_time() -> None:
    (found,) = listed(a_cloud(one(activated="2026-01-05T01:00:00+02:00")))

    assert (found["activatedDateTime"], found["endDateTime"]) == ("2026-01-04T23:00:00Z", "2028-01-04T23:00:00Z")


def test_roles_without_a_relationship_are_shown_as_one_that_goes_on() -> None:
    cloud = a_cloud(gdap={PARTNER: [USERS]})

    (found,) = listed(cloud)

    assert (found["status"], found["autoExtendDuration"], found["accessDetails"]) == ("active", "P180D", roles(USERS))
    later(cloud, days=4000)
    assert held(cloud) == (USERS,)
    assert listed(cloud)[0]["endDateTime"] > cloud.world.clock.now().isoformat()


def test_a_relationship_that_is_over_takes_its_roles_along() -> None:
    cloud = a_cloud(one(duration="P302D"))
    before = held(cloud)
    later(cloud, days=1)

    assert (before, held(cloud)) == ((USERS, LICENSES), ())
    assert (listed(cloud)[0]["status"], listed(cloud)[0]["endDateTime"]) == ("expired", "2026-11-03T08:00:00Z")


def test_one_that_extends_itself_goes_on_for_half_a_year() -> None:
    cloud = a_cloud(one(duration="P300D", autoExtend="P180D"))
    later(cloud, days=1)

    assert held(cloud) == (USERS, LICENSES)
    assert listed(cloud)[0]["endDateTime"] == "2027-04-30T08:00:00Z"


def test_global_administrator_is_never_extended() -> None:
    cloud = a_cloud(one(duration="P300D", autoExtend="P180D", roles=[GLOBAL]))
    later(cloud, days=1)

    assert held(cloud) == ()


def test_only_assigned_roles_of_active_relationships_add_up() -> None:
    cloud = a_cloud(
        one(assigned=[USERS]),
        one(name="more", roles=[READERS, USERS]),
        one(name="waiting", roles=[GLOBAL], status="approvalPending"),
        one(name="over", roles=[GLOBAL], status="terminated"),
    )

    assert held(cloud) == (USERS, READERS)


def test_an_assignment_names_group_and_roles() -> None:
    cloud = a_cloud(one(group="admins", assigned=[USERS]))
    (found,) = cloud.get(f"{ALL}/{listed(cloud)[0]['id']}/accessAssignments").body["value"]

    assert found["accessContainer"] == {"accessContainerId": group_id(cloud), "accessContainerType": "securityGroup"}
    assert (found["status"], found["accessDetails"]) == ("active", roles(USERS))


@pytest.mark.parametrize(
    ("described", "problem"),
    [
        (one(group="nobody"), 'no group "nobody"'),
        (one(assigned=[GLOBAL]), "is assigned and not among the roles"),
        (one(duration="2 years"), "duration"),
        (one(status="expired"), "status"),
    ],
    ids=["group", "assigned", "duration", "status"],
)
def test_a_wrong_description_is_no_world(described: Json, problem: str) -> None:
    with pytest.raises(WorldError, match=problem):
        a_cloud(described)


def test_customers_with_an_active_relationship_are_listed_once() -> None:
    cloud = a_cloud(one(), one(name="more"))

    (found,) = cloud.get("/tenantRelationships/delegatedAdminCustomers").body["value"]

    assert found["displayName"] == "Contoso"
    assert cloud.get(f"/tenantRelationships/delegatedAdminCustomers/{found['id']}").status == 200


def test_the_list_is_filtered_sorted_cut_and_counted() -> None:
    cloud = a_cloud(one(), one(name="more"), one(name="waiting", status="approvalPending"))

    assert [row["displayName"] for row in listed(cloud, filter="status eq 'active'", orderby="displayName desc")] == [
        "more",
        "gitops contoso",
    ]
    assert len(listed(cloud, filter="not startswith(displayName,'m')")) == 2
    assert len(listed(cloud, filter=f"customer/tenantId eq '{cloud.world.domains[DOMAIN]}'")) == 3
    page = cloud.get(f"{ALL}?$top=2&$count=true").body
    assert (len(page["value"]), page["@odata.count"]) == (2, 3)
    assert len(cloud.get(page["@odata.nextLink"].split("/v1.0")[1]).body["value"]) == 1
    assert listed(cloud, select="endDateTime")[0].keys() == {"@odata.type", "@odata.etag", "endDateTime"}
    assert cloud.get(f"{ALL}?$top=301").status == 400


def test_the_whole_way_from_wish_to_roles() -> None:
    cloud = a_cloud(gdap={})
    answer = cloud.post(ALL, wish())
    path = f"{ALL}/{answer.body['id']}"
    assert (answer.status, answer.body["status"], answer.body["customer"]) == (201, "created", None)

    locked = cloud.post(f"{path}/requests", {"action": "lockForApproval"})
    waiting = cloud.get(path).body["status"]
    portal(cloud, approve="new")
    assigned = cloud.post(f"{path}/accessAssignments", an_access(cloud, USERS))

    assert (locked.status, waiting, cloud.get(path).body["status"]) == (201, "approvalPending", "active")
    assert cloud.get(path).body["endDateTime"] == "2027-11-02T08:00:00Z"
    assert (assigned.status, assigned.body["status"], held(cloud)) == (201, "pending", ())
    later(cloud, seconds=10)
    assert held(cloud) == (USERS,)
    assert cloud.get(f"{path}/accessAssignments/{assigned.body['id']}").body["status"] == "active"


@pytest.mark.parametrize(
    "given",
    [
        {"displayName": "x" * 51},
        {"displayName": None},
        {"duration": "P3Y"},
        {"duration": "PT1H"},
        {"autoExtendDuration": "P90D"},
        {"accessDetails": {"unifiedRoles": []}},
        {"customer": {"tenantId": "99999999-0000-0000-0000-000000000000"}},
        {"accessDetails": roles(GLOBAL), "autoExtendDuration": "P180D"},
        {"status": "active"},
    ],
    ids="-".join,
)
def test_a_wrong_wish_is_refused(given: Json) -> None:
    assert a_cloud().post(ALL, wish(**given)).status == 400


def test_a_name_is_used_once() -> None:
    assert a_cloud(one()).post(ALL, wish(displayName="GitOps Contoso")).status == 409


def test_a_write_needs_the_etag_of_the_last_reading() -> None:
    cloud = a_cloud()
    made_now = cloud.post(ALL, wish()).body
    path, fresh = f"{ALL}/{made_now['id']}", {"If-Match": made_now["@odata.etag"]}
    body = {"displayName": "newer"}

    assert cloud.call("PATCH", path, body).status == 400
    assert cloud.call("PATCH", path, body, {"If-Match": 'W/"old"'}).status == 412
    assert cloud.call("PATCH", path, body, fresh).body["displayName"] == "newer"
    assert cloud.call("DELETE", path, None, fresh).status == 412
    assert cloud.call("DELETE", path, None, {"If-Match": cloud.get(path).body["@odata.etag"]}).status == 204


def test_an_active_relationship_is_extended_and_relieved_and_nothing_else() -> None:
    cloud = a_cloud(gdap={})
    found = made(cloud, accessDetails=roles(GLOBAL, USERS))
    path = f"{ALL}/{found['id']}"

    def patch(body: Json) -> Any:
        return cloud.call("PATCH", path, body, {"If-Match": cloud.get(path).body["@odata.etag"]})

    assert patch({"displayName": "x"}).status == 400
    assert patch({"accessDetails": roles(GLOBAL)}).status == 400
    assert patch({"autoExtendDuration": "P180D"}).status == 400
    relieved = patch({"accessDetails": roles(USERS)})
    assert (relieved.status, relieved.headers["Retry-After"]) == (202, "10")
    operation = relieved.headers["Location"].split("/v1.0")[1]
    assert cloud.get(operation).body["status"] == "running"
    later(cloud, seconds=10)
    assert cloud.get(operation).body["operationType"] == "delegatedAdminRelationshipUpdate"
    assert cloud.get(operation).body["status"] == "succeeded"
    assert patch({"autoExtendDuration": "P180D"}).status == 200
    assert cloud.call("DELETE", path, None, {"If-Match": "*"}).status == 400


@pytest.mark.parametrize(
    ("action", "status"),
    [("lockForApproval", 400), ("approve", 400), ("terminate", 201)],
)
def test_what_may_be_asked_of_an_active_relationship(action: str, status: int) -> None:
    cloud = a_cloud(one())
    path = f"{ALL}/{listed(cloud)[0]['id']}"

    assert cloud.post(f"{path}/requests", {"action": action}).status == status
    assert cloud.get(path).body["status"] == ("terminated" if status == 201 else "active")
    assert len(cloud.get(f"{path}/requests").body["value"]) == (1 if status == 201 else 0)


def test_a_termination_takes_the_roles_at_once() -> None:
    cloud = a_cloud(one())

    portal(cloud, terminate="gitops contoso")

    assert (held(cloud), listed(cloud)[0]["endDateTime"]) == ((), "2026-11-02T08:00:00Z")


@pytest.mark.parametrize("given", [{"approve": "gitops contoso"}, {"approve": "nobody"}, {"terminate": "nobody"}])
def test_a_customer_approves_only_what_waits(given: Json) -> None:
    with pytest.raises(WorldError):
        portal(a_cloud(one()), **given)


def test_access_is_assigned_to_a_security_group_with_roles_of_the_relationship() -> None:
    cloud = a_cloud(gdap={})
    path = f"{ALL}/{made(cloud)['id']}/accessAssignments"

    assert cloud.post(path, an_access(cloud, GLOBAL)).status == 400
    assert cloud.post(path, an_access(cloud, USERS, accessContainerId=group_id(cloud, "team"))).status == 400
    assert cloud.post(path, an_access(cloud, USERS)).status == 201
    assert cloud.post(path, an_access(cloud, READERS)).status == 409


def test_an_assignment_is_changed_and_taken_away() -> None:
    cloud = a_cloud(gdap={})
    path = f"{ALL}/{made(cloud)['id']}/accessAssignments"
    first = cloud.post(path, an_access(cloud, USERS)).body
    later(cloud, seconds=10)
    where, fresh = f"{path}/{first['id']}", {"If-Match": first["@odata.etag"]}

    assert cloud.call("PATCH", where, {"accessDetails": roles(USERS)}, fresh).status == 200
    assert cloud.call("PATCH", where, {"accessDetails": roles(READERS)}, fresh).status == 202
    assert held(cloud) == (READERS,)
    assert cloud.call("DELETE", where, None, fresh).status == 412
    assert cloud.call("DELETE", where, None, {"If-Match": cloud.get(where).body["@odata.etag"]}).status == 204
    assert held(cloud) == ()


def test_a_new_relationship_adds_to_what_the_world_gave() -> None:
    cloud = a_cloud(gdap={PARTNER: [LICENSES]})
    path = f"{ALL}/{made(cloud)['id']}/accessAssignments"
    cloud.post(path, an_access(cloud, USERS))
    later(cloud, seconds=10)

    assert set(held(cloud)) == {LICENSES, USERS}
    assert len(listed(cloud)) == 2


def test_only_the_partners_own_tenant_is_answered() -> None:
    cloud = a_cloud(one())
    cloud.authorization = cloud.bearer(roles=list(DEFAULT_ROLES))

    assert cloud.get(ALL).status == 403


def test_reading_and_writing_need_their_permissions() -> None:
    cloud = a_cloud(one())
    as_partner(cloud, ("DelegatedAdminRelationship.Read.All",))
    assert (cloud.get(ALL).status, cloud.post(ALL, wish()).status) == (200, 403)

    as_partner(cloud, ("Directory.Read.All",))

    assert cloud.get(ALL).status == 403


def test_partner_centers_log_has_the_life_of_a_relationship() -> None:
    cloud = a_cloud(gdap={})
    path = f"{ALL}/{made(cloud)['id']}"
    cloud.post(f"{path}/accessAssignments", an_access(cloud, USERS))
    later(cloud, days=366)
    cloud.get(ALL)

    (partner,) = cloud.world.partners.values()
    assert [row["operationType"].removeprefix("granular_admin_") for row in partner.commerce["audit"]] == [
        "relationship_approved",
        "relationship_activated",
        "access_assignment_created",
        "relationship_expired",
    ]


def test_a_dump_keeps_relationships_and_roles() -> None:
    cloud = a_cloud(one(assigned=[USERS]))
    before = listed(cloud)

    again = as_partner(Cloud(dump(cloud.world)))

    (partner,) = again.world.partners
    assert (listed(again), held(again)) == (before, (USERS,))
    assert worldload.load(dump(again.world)).partners[partner].commerce == again.world.partners[partner].commerce
