"""Changes from outside: what somebody does in the portal."""

from __future__ import annotations

from typing import Any

import pytest

from .clouds import Clouds, a_world

_ADA = "ada@contoso.com"


def _change(clouds: Clouds, **change: Any) -> Any:
    return clouds.control("POST", "change", {"tenant": "contoso.com", **change})


def _contoso(clouds: Clouds) -> Any:
    return clouds.control("GET", "state?tenant=contoso.com")["tenants"]["contoso.onmicrosoft.com"]


def test_properties_are_set_and_cleared() -> None:
    clouds = Clouds()

    _change(clouds, user=_ADA, set={"jobTitle": "Boss", "usageLocation": None})

    ada = clouds.graph("GET", f"/users/{_ADA}?$select=jobTitle,usageLocation").json()
    assert (ada["jobTitle"], ada["usageLocation"]) == ("Boss", None)


def test_a_rename_is_a_set_of_the_upn() -> None:
    clouds = Clouds()

    (user_id,) = _change(clouds, user=_ADA, set={"userPrincipalName": "ada.b@contoso.com"})["changed"]

    assert clouds.graph("GET", "/users/ada.b@contoso.com").json()["id"] == user_id
    assert clouds.graph("GET", f"/users/{_ADA}").status_code == 404


def test_licenses_come_and_go() -> None:
    clouds = Clouds()

    _change(clouds, user="grace@contoso.com", assign={"SPB": {"disabledPlans": ["YAMMER_ENTERPRISE"]}})
    _change(clouds, user=_ADA, unassign=["SPB"])

    users = _contoso(clouds)["users"]
    assert users["grace@contoso.com"]["licenses"] == {"SPB": {"disabledPlans": ["YAMMER_ENTERPRISE"]}}
    assert "licenses" not in users[_ADA]


@pytest.mark.parametrize("manager", ["grace@contoso.com", None], ids=["given", "taken"])
def test_a_manager_is_given_or_taken(manager: str | None) -> None:
    clouds = Clouds()
    _change(clouds, user=_ADA, manager="grace@contoso.com")

    _change(clouds, user=_ADA, manager=manager)

    assert _contoso(clouds)["users"][_ADA].get("manager") == manager


def test_a_change_without_a_manager_keeps_the_one_there_is() -> None:
    clouds = Clouds()
    _change(clouds, user=_ADA, manager="grace@contoso.com")

    _change(clouds, user=_ADA, set={"jobTitle": "Boss"})

    assert _contoso(clouds)["users"][_ADA]["manager"] == "grace@contoso.com"


def test_a_deleted_user_comes_back_as_the_same_one() -> None:
    clouds = Clouds()
    deleted = _change(clouds, user=_ADA, delete=True)

    gone = clouds.graph("GET", f"/users/{_ADA}").status_code
    restored = _change(clouds, user=_ADA, restore=True)

    assert (gone, restored) == (404, deleted)
    assert "deleted" not in _contoso(clouds)["users"][_ADA]


def test_somebody_created_again_is_another_person() -> None:
    clouds = Clouds()
    deleted = _change(clouds, user=_ADA, delete=True)

    created = _change(clouds, user=_ADA, create={"displayName": "Another Ada"})

    assert created != deleted


def test_members_are_added_and_removed() -> None:
    clouds = Clouds()

    _change(clouds, group="sales", addMembers=["grace@contoso.com"], removeMembers=[_ADA], addOwners=[_ADA])

    sales = _contoso(clouds)["groups"]["sales"]
    assert (sales["members"], sales["owners"]) == (["grace@contoso.com"], [_ADA])


def test_groups_are_created_deleted_and_restored() -> None:
    clouds = Clouds()

    _change(clouds, group="team", create={"type": "microsoft365", "members": [_ADA]})
    _change(clouds, group="team", delete=True)
    deleted = _contoso(clouds)["groups"]["team"]
    _change(clouds, group="team", restore=True)

    assert "deleted" in deleted
    assert "deleted" not in _contoso(clouds)["groups"]["team"]


def test_more_seats_are_a_new_lot_and_drop_what_was_scheduled() -> None:
    subscription = {"product": "CFQ7TTC0LCHC:0002", "owner": None, "quantity": 5, "scheduled": {"quantity": 3}}
    clouds = Clouds(a_world(subscriptions={"head": {**subscription, "start": "2026-03-01"}}))

    _change(clouds, subscription="head", set={"quantity": 7})

    head = _contoso(clouds)["subscriptions"]["head"]
    assert [(lot["quantity"], lot["added"]) for lot in head["lots"]] == [
        (5, "2026-03-01T00:00:00Z"),
        (2, "2026-11-02T08:00:00Z"),
    ]
    assert "scheduled" not in head


def test_fewer_seats_come_off_the_newest_lot() -> None:
    clouds = Clouds()
    _change(clouds, subscription="head", set={"quantity": 7})

    _change(clouds, subscription="head", set={"quantity": 4})

    head = _contoso(clouds)["subscriptions"]["head"]
    assert (head["quantity"], [lot["quantity"] for lot in head["lots"]]) == (4, [4])


def test_a_subscription_of_another_partner_appears_and_goes() -> None:
    clouds = Clouds()

    _change(clouds, subscription="f", create={"product": "CFQ7TTC0LCHC:0002", "owner": "other.example", "quantity": 2})
    seats = clouds.graph("GET", "/subscribedSkus").json()["value"][0]["prepaidUnits"]["enabled"]
    _change(clouds, subscription="f", delete=True)

    assert seats == 7
    assert list(_contoso(clouds)["subscriptions"]) == ["head"]


def test_a_new_default_domain_takes_over_from_the_old_one() -> None:
    clouds = Clouds()

    _change(clouds, domain="contoso.ch", create={"default": True, "verified": True})

    domains = _contoso(clouds)["domains"]
    assert {name for name, one in domains.items() if one["default"]} == {"contoso.ch"}
    assert clouds.sandbox.world.tenant("contoso.ch") is not None


def test_a_removed_domain_no_longer_names_the_tenant() -> None:
    clouds = Clouds()

    clouds.control("POST", "change", {"tenant": "contoso.onmicrosoft.com", "domain": "contoso.com", "delete": True})

    assert clouds.sandbox.world.tenant("contoso.com") is None


def test_a_change_has_an_author_in_the_audit_log() -> None:
    clouds = Clouds()

    _change(clouds, user=_ADA, set={"jobTitle": "Boss"}, by="eve@contoso.com")

    (entry,) = clouds.graph("GET", "/auditLogs/directoryAudits").json()["value"]
    assert entry["activityDisplayName"] == "Update user"
    assert entry["initiatedBy"]["user"]["userPrincipalName"] == "eve@contoso.com"


def test_replicas_see_a_portal_change_late() -> None:
    clouds = Clouds(a_world({"lag": "PT2S"}))

    _change(clouds, user=_ADA, set={"jobTitle": "Boss"})
    early = clouds.graph("GET", f"/users/{_ADA}").json()["jobTitle"]
    clouds.control("POST", "clock", {"advance": "PT2S"})

    assert (early, clouds.graph("GET", f"/users/{_ADA}").json()["jobTitle"]) == (None, "Boss")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"user": "x@contoso.com", "set": {}}, 'no user "x@contoso.com"', id="user"),
        pytest.param({"user": _ADA, "create": {}}, "is there already", id="twice"),
        pytest.param({"user": _ADA, "set": {"jobtitle": "x"}}, 'did you mean "jobTitle"', id="property"),
        pytest.param({"user": _ADA, "restore": True}, "no deleted thing", id="restore"),
        pytest.param({"user": _ADA, "addMembers": []}, "addMembers does not fit a user", id="misfit"),
        pytest.param({"user": _ADA, "group": "sales"}, "exactly one of", id="two things"),
        pytest.param({"group": "nobody", "delete": True}, 'no group "nobody"', id="group"),
        pytest.param({"group": "sales", "addMembers": ["x"]}, 'no user or group "x"', id="member"),
        pytest.param({"subscription": "x", "delete": True}, 'no subscription "x"', id="subscription"),
        pytest.param({"subscription": "head", "set": {"term": "P3Y"}}, "term cannot be set", id="term"),
        pytest.param({"domain": "x.example", "delete": True}, 'no domain "x.example"', id="domain"),
        pytest.param({"tenant": "x.example", "user": _ADA}, 'no tenant "x.example"', id="tenant"),
    ],
)
def test_a_change_of_what_is_not_there_is_refused(change: dict[str, Any], message: str) -> None:
    answer = Clouds().send("POST", "/_sandbox/change", json={"tenant": "contoso.com", **change})

    assert answer.status_code == 400
    assert message in answer.json()["error"]["message"]


def test_a_customer_accepts_a_partners_invitation_gives_roles_and_ends_it() -> None:
    clouds = Clouds()
    partner = "partner.onmicrosoft.com"
    _change(clouds, partner=partner, delete=True)
    ended = _contoso(clouds)

    _change(clouds, partner=partner, create={"gdap": ["User Administrator"]})

    accepted = _contoso(clouds)
    assert "partners" not in ended
    assert (accepted["partners"], accepted["gdap"]) == ([partner], {partner: ["User Administrator"]})


def test_consent_is_given_to_the_partners_apps() -> None:
    clouds = Clouds(a_world(consents={}))

    _change(clouds, partner="partner.onmicrosoft.com", set={"consent": True})

    assert "consents" not in _contoso(clouds)


@pytest.mark.parametrize(
    "change",
    [
        {"partner": "nobody.onmicrosoft.com", "create": {}},
        {"partner": "partner.onmicrosoft.com", "set": {"colour": "red"}},
        {"tenant": "partner.onmicrosoft.com", "partner": "partner.onmicrosoft.com", "delete": True},
    ],
    ids=["unknown-partner", "unknown-term", "no-relationship"],
)
def test_a_relationship_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    answer = Clouds().send("POST", "/_sandbox/change", json={"tenant": "contoso.com", **change})

    assert answer.status_code == 400
