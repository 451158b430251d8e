"""Sign-in activity: answered to who may read it, in a tenant that has it, on pages of 500."""

from __future__ import annotations

import pytest

from reconciler.sandbox.login.permissions import DEFAULT_ROLES

from .cloud import Cloud, a_pool, a_world

SEEN = {"lastSignInDateTime": "2026-05-01T08:00:00Z", "lastNonInteractiveSignInDateTime": "2026-05-02T08:00:00Z"}
PATH = "/users?$select=id,signInActivity"
USERS = {
    "ada@contoso.com": {"displayName": "Ada", "signInActivity": SEEN},
    "bo@contoso.com": {"displayName": "Bo"},
}


def test_activity_is_answered_where_it_is_selected() -> None:
    cloud = Cloud(a_world(users=USERS))

    rows = cloud.get(PATH).body["value"]

    assert [row.get("signInActivity") for row in rows] == [SEEN, None]
    assert cloud.get("/users/ada@contoso.com?$select=signInActivity").body["signInActivity"] == SEEN
    assert "signInActivity" not in cloud.get("/users").body["value"][0]


@pytest.mark.parametrize("path", [PATH, "/users/ada@contoso.com?$select=signInActivity"], ids=["list", "one"])
def test_without_the_permission_it_is_refused(path: str) -> None:
    cloud = Cloud(a_world(users=USERS), tuple(role for role in DEFAULT_ROLES if role != "AuditLog.Read.All"))

    reply = cloud.get(path)

    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")
    assert cloud.get("/users").status == 200


@pytest.mark.parametrize(
    "subscriptions",
    [{}, {"std": a_pool("CFQ7TTC0LDPB:0001", 10)}, {"spb": a_pool("CFQ7TTC0LCHC:0002", 10, status="suspended")}],
    ids=["nothing", "no premium", "suspended"],
)
def test_without_a_premium_license_it_is_refused(subscriptions: dict[str, object]) -> None:
    cloud = Cloud(a_world(users=USERS, subscriptions=subscriptions))

    reply = cloud.get(PATH)

    assert (reply.status, reply.code) == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")


def test_pages_with_activity_have_at_most_500_rows() -> None:
    users = {f"p{number}@contoso.com": {"displayName": "P"} for number in range(501)}
    cloud = Cloud(a_world({"pageSize": 999}, users=users))

    assert len(cloud.get(f"{PATH}&$top=999").body["value"]) == 500
    assert len(cloud.get("/users?$select=id&$top=999").body["value"]) == 501
