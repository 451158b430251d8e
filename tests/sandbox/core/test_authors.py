"""Who made a change from outside, as both clouds' logs name it."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.login.permissions import PARTNER_CENTER

from .clouds import APP, PARTNER, Clouds, a_world

_EVE, _ROBOT = "eve@contoso.com", {"app": "HR Sync", "appId": "aaaaaaaa-0000-0000-0000-000000000001"}


def change(clouds: Clouds, **given: Any) -> None:
    clouds.control("POST", "change", {"tenant": "contoso.com", **given})


def entries(clouds: Clouds) -> list[Any]:
    """Newest first."""
    found: list[Any] = clouds.graph("GET", "/auditLogs/directoryAudits").json()["value"]
    return found


def records(clouds: Clouds) -> list[Any]:
    """Partner Center's, newest first."""
    headers = clouds.bearer(PARTNER, aud=PARTNER_CENTER)
    found: list[Any] = clouds.send("GET", "/pc/v1/auditrecords", headers=headers).json()["items"]
    return found


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"user": "ada@contoso.com", "set": {"jobTitle": "Boss"}}, ["Update user"]),
        ({"user": "ada@contoso.com", "unassign": ["SPB"]}, ["Change user license"]),
        ({"user": "ada@contoso.com", "roles": ["Global Reader"]}, ["Add member to role", "Update user"]),
        ({"group": "sales", "set": {"description": "x"}}, ["Update group"]),
        ({"group": "sales", "addMembers": ["grace@contoso.com"]}, ["Add member to group"]),
        ({"group": "sales", "removeMembers": ["ada@contoso.com"]}, ["Remove member from group"]),
        ({"group": "sales", "addOwners": ["grace@contoso.com"]}, ["Add owner to group"]),
        ({"group": "sales", "assign": {"SPB": {}}}, ["Set group license"]),
        ({"group": "sales", "delete": True}, ["Delete group"]),
        ({"domain": "new.example", "create": {"verified": False}}, ["Add unverified domain"]),
        ({"domain": "contoso.com", "set": {"authentication": "Federated"}}, ["Update domain"]),
        ({"partner": PARTNER, "delete": True}, ["Remove partner from company"]),
    ],
    ids=lambda one: "-".join(one) if isinstance(one, dict) else None,
)
def test_every_change_is_signed(given: dict[str, Any], told: list[str]) -> None:
    clouds = Clouds()

    change(clouds, **given, by=_EVE)

    found = [one for one in entries(clouds) if one["initiatedBy"]["user"]]
    assert [one["activityDisplayName"] for one in found] == told
    assert {one["initiatedBy"]["user"]["userPrincipalName"] for one in found} == {_EVE}


def test_an_app_may_be_the_author() -> None:
    clouds = Clouds()

    change(clouds, user="ada@contoso.com", set={"jobTitle": "Boss"}, by=_ROBOT)

    by = entries(clouds)[0]["initiatedBy"]
    assert (by["app"]["displayName"], by["app"]["appId"], by["user"]) == (_ROBOT["app"], _ROBOT["appId"], None)


def test_a_person_of_the_tenant_is_named_with_the_id() -> None:
    clouds = Clouds()

    change(clouds, user="ada@contoso.com", set={"jobTitle": "Boss"}, by="grace@contoso.com")

    by = entries(clouds)[0]["initiatedBy"]["user"]
    assert (by["id"], by["displayName"]) == (clouds.graph("GET", "/users/grace@contoso.com").json()["id"], "Grace")


def test_without_a_name_it_was_the_administrator() -> None:
    clouds = Clouds()

    change(clouds, user="ada@contoso.com", set={"jobTitle": "Boss"})

    assert entries(clouds)[0]["initiatedBy"]["user"]["userPrincipalName"] == "grace@contoso.com"


@pytest.mark.parametrize(
    ("by", "signed"),
    [
        ("bob@partner.onmicrosoft.com", {"userPrincipalName": "bob@partner.onmicrosoft.com"}),
        (_ROBOT, {"applicationId": _ROBOT["appId"]}),
        (None, {"userPrincipalName": "admin@partner.onmicrosoft.com"}),
    ],
    ids=["person", "app", "nobody"],
)
def test_seats_that_somebody_changed_are_in_partner_centers_log(by: Any, signed: dict[str, str]) -> None:
    clouds = Clouds()

    change(clouds, subscription="head", set={"quantity": 7}, by=by)

    (record,) = records(clouds)
    assert (record["operationType"], record["resourceType"]) == ("update_subscription", "subscription")
    assert '"Quantity":5' in record["resourceOldValue"]
    assert '"Quantity":7' in record["resourceNewValue"]
    assert {name: record[name] for name in ("userPrincipalName", "applicationId") if name in record} == signed


def test_a_purchase_by_somebody_else_is_an_order_in_partner_centers_log() -> None:
    clouds = Clouds()
    bought = {"product": "CFQ7TTC0LCHC:0002", "owner": PARTNER, "quantity": 3}

    change(clouds, subscription="branch", create=bought, by="bob@partner.onmicrosoft.com")

    (record,) = records(clouds)
    assert record["operationType"] == "create_order"
    assert {one["key"]: one["value"] for one in record["customizedData"]}["Quantity-0"] == "3"


def test_what_the_partner_does_not_own_is_not_in_its_log() -> None:
    clouds = Clouds()
    bought = {"product": "CFQ7TTC0LCHC:0002", "owner": None, "quantity": 3}

    change(clouds, subscription="own", create=bought)

    assert records(clouds) == []


def test_an_end_of_the_relationship_is_in_partner_centers_log() -> None:
    clouds = Clouds()

    change(clouds, partner=PARTNER, delete=True, by=_EVE)

    (record,) = records(clouds)
    assert record["operationType"] == "remove_partner_customer_relationship"
    assert "userPrincipalName" not in record


def test_a_write_of_the_app_has_its_correlation_id() -> None:
    clouds = Clouds()
    headers = clouds.bearer(PARTNER, aud=PARTNER_CENTER) | {"ms-correlationid": "cccccccc-0000-0000-0000-000000000001"}
    path = f"/pc/v1/customers/{clouds.sandbox.world.domains['contoso.com']}/subscriptions"
    one = clouds.send("GET", path, headers=headers).json()["items"][0]

    clouds.send("PATCH", f"{path}/{one['id']}", headers=headers, json={**one, "quantity": 6})

    (record,) = records(clouds)
    assert record["originalCorrelationId"] == "cccccccc-0000-0000-0000-000000000001"
    assert record["applicationId"] == APP


def test_a_wrong_author_is_refused() -> None:
    body = {"tenant": "contoso.com", "user": "ada@contoso.com", "set": {"jobTitle": "x"}, "by": {"robot": "x"}}

    assert Clouds(a_world()).send("POST", "/_sandbox/change", json=body).status_code == 400
