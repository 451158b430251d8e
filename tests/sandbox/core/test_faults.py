"""Fault rules: which requests they strike, and what the client then gets."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from reconciler.sandbox.faults import FaultRule, Faults, Target

from .clouds import Clouds, a_world


def _target(**given: Any) -> Target:
    usual: dict[str, Any] = {
        "service": "graph",
        "method": "GET",
        "route": "/users",
        "tenants": frozenset({"contoso.onmicrosoft.com"}),
        "is_write": False,
        "is_item": False,
    }
    return Target(**{**usual, **given})


def _strikes(rule: dict[str, Any], times: int, **target: Any) -> list[bool]:
    faults = Faults()
    faults.add(FaultRule.model_validate({"action": "status", **rule}))
    return [faults.draw(_target(**target)) is not None for _ in range(times)]


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        pytest.param({}, [True, True, True], id="each"),
        pytest.param({"nth": 2}, [False, True, False], id="the second"),
        pytest.param({"nth": [1, 3]}, [True, False, True], id="first and third"),
        pytest.param({"times": 2}, [True, True, False], id="twice"),
    ],
)
def test_a_rule_strikes_the_matches_it_names(rule: dict[str, Any], struck: list[bool]) -> None:
    assert _strikes(rule, 3) == struck


@pytest.mark.parametrize(
    ("rule", "target", "strikes"),
    [
        pytest.param({"service": "login"}, {}, False, id="another service"),
        pytest.param({"method": "get"}, {}, True, id="method in any case"),
        pytest.param({"route": "/users/{user}"}, {}, False, id="another route"),
        pytest.param({"tenant": "Contoso.onmicrosoft.com"}, {}, True, id="tenant in any case"),
        pytest.param({"tenant": "fabrikam.onmicrosoft.com"}, {}, False, id="another tenant"),
        pytest.param({"writes": True}, {}, False, id="writes only"),
        pytest.param({"writes": True}, {"is_write": True}, True, id="a write"),
        pytest.param({"items": True}, {}, False, id="items only"),
        pytest.param({"items": False}, {"is_item": True}, False, id="never items"),
        pytest.param({"action": "dropAfter"}, {"is_item": True}, False, id="an item has no connection"),
    ],
)
def test_a_rule_strikes_only_what_it_means(rule: dict[str, Any], target: dict[str, Any], strikes: bool) -> None:
    assert _strikes(rule, 1, **target) == [strikes]


def test_a_rate_is_drawn_from_the_seed() -> None:
    first, again, other = (_strikes({"rate": 0.5, "seed": seed}, 200) for seed in (1, 1, 2))

    assert first == again != other
    assert 60 < sum(first) < 140


def test_the_first_rule_that_fires_decides_and_all_count() -> None:
    faults = Faults()
    for status in (500, 503):
        faults.add(FaultRule.model_validate({"action": "status", "status": status}))

    struck = faults.draw(_target())

    assert struck is not None
    assert struck.status == 500
    assert [(one["matched"], one["fired"]) for one in faults.document()] == [(1, 1), (1, 0)]


@pytest.mark.parametrize("rule", [{"action": "explode"}, {"action": "status", "rout": "/users"}, {}])
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FaultRule.model_validate(rule)


def _struck(rule: dict[str, Any]) -> Clouds:
    clouds = Clouds(a_world({"pageSize": 1}))
    clouds.control("POST", "faults", {"service": "graph", **rule})
    return clouds


def _job(clouds: Clouds) -> Any:
    clouds.control("DELETE", "faults")
    return clouds.graph("GET", "/users/ada@contoso.com?$select=jobTitle").json()["jobTitle"]


@pytest.mark.parametrize(
    ("action", "job"),
    [
        pytest.param("dropBefore", None, id="before"),
        pytest.param("dropAfter", "Boss", id="after"),
        pytest.param("truncate", "Boss", id="in the body"),
    ],
)
def test_a_broken_connection_raises_and_has_acted_or_not(action: str, job: str | None) -> None:
    clouds = _struck({"action": action})

    with pytest.raises(ConnectionResetError):
        clouds.graph("PATCH", "/users/ada@contoso.com", {"jobTitle": "Boss"})

    assert _job(clouds) == job


@pytest.mark.parametrize(("acts", "job"), [(False, None), (True, "Boss")], ids=["before", "after"])
def test_a_status_comes_before_or_after_the_act(acts: bool, job: str | None) -> None:
    clouds = _struck({"action": "status", "status": 504, "acts": acts})

    answer = clouds.graph("PATCH", "/users/ada@contoso.com", {"jobTitle": "Boss"})

    assert (answer.status_code, "error" in answer.json(), _job(clouds)) == (504, True, job)


def test_a_429_carries_the_wait_with_its_decimals() -> None:
    answer = _struck({"action": "status", "status": 429, "retryAfter": 2.128}).graph("GET", "/users")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2.128")


def test_an_expired_token_is_refused_as_one() -> None:
    answer = _struck({"action": "expiredToken"}).graph("GET", "/users")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")


def test_a_malformed_body_is_not_json() -> None:
    answer = _struck({"action": "malformed"}).graph("GET", "/users")

    assert answer.status_code == 200
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(answer.content)


def test_a_wrong_shape_is_json_all_the_same() -> None:
    assert _struck({"action": "wrongType"}).graph("GET", "/users").json()["value"] == "unexpected"


def test_a_lost_page_ends_the_list_early() -> None:
    page = _struck({"action": "lostPage"}).graph("GET", "/users").json()

    assert (len(page["value"]), "@odata.nextLink" in page) == (1, False)


def test_a_skipped_page_has_no_rows_and_the_link_goes_on() -> None:
    clouds = _struck({"action": "skippedPage", "nth": 1})

    counting = {**clouds.bearer(), "consistencylevel": "eventual"}
    page = clouds.send("GET", "/graph/v1.0/users?$count=true", headers=counting).json()
    following = clouds.send("GET", page["@odata.nextLink"], headers=clouds.bearer()).json()

    assert (page["value"], page["@odata.count"], len(following["value"])) == ([], 2, 1)
    assert "@odata.nextLink" not in following


def test_a_looping_page_leads_back_to_itself() -> None:
    page = _struck({"action": "loopingPage"}).graph("GET", "/users?$select=id").json()

    assert page["@odata.nextLink"] == "https://localhost:8443/graph/v1.0/users?$select=id"


def test_an_empty_page_leads_to_all_rows() -> None:
    clouds = _struck({"action": "emptyPage", "nth": 1})

    page = clouds.graph("GET", "/users").json()
    link = page["@odata.nextLink"]
    following = clouds.send("GET", link, headers=clouds.bearer()).json()

    assert (page["value"], len(following["value"]), "@odata.nextLink" in following) == ([], 1, True)


def test_one_item_of_a_batch_can_fail_alone() -> None:
    clouds = _struck({"action": "status", "status": 429, "retryAfter": 1, "items": True, "nth": 2})
    requests = [{"id": str(n), "method": "GET", "url": "/users/ada@contoso.com"} for n in (1, 2, 3)]

    answer = clouds.graph("POST", "/$batch", {"requests": requests}).json()

    assert {one["id"]: one["status"] for one in answer["responses"]} == {"1": 200, "2": 429, "3": 200}


def test_login_can_fail_too() -> None:
    clouds = Clouds()
    clouds.control("POST", "faults", {"service": "login", "action": "status", "status": 503})

    answer = clouds.send("POST", "/contoso.com/oauth2/v2.0/token", data={"grant_type": "client_credentials"})

    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_partner_center_pages_are_lost_in_its_own_form() -> None:
    clouds = Clouds()
    clouds.control("POST", "faults", {"service": "partnerCenter", "action": "loopingPage"})
    token = clouds.bearer("partner.onmicrosoft.com", aud="https://api.partnercenter.microsoft.com")

    page = clouds.send("GET", "/pc/v1/customers?size=10", headers=token).json()

    assert page["links"]["next"]["uri"].endswith("/pc/v1/customers?size=10")


def test_a_page_fault_leaves_what_is_no_page() -> None:
    answer = _struck({"action": "lostPage"}).graph("GET", "/users/ada@contoso.com")

    assert answer.json()["userPrincipalName"] == "ada@contoso.com"


def test_a_late_answer_is_a_whole_one() -> None:
    clouds = _struck({"action": "delay", "delay": 0.01})

    answer = clouds.graph("GET", "/users/ada@contoso.com")

    assert (answer.status_code, clouds.control("GET", "requests")["requests"][0]["fault"]) == (200, "delay")


def test_rules_in_force_can_be_read_back() -> None:
    clouds = _struck({"action": "delay", "delay": 0.01, "route": "/users"})

    assert clouds.control("GET", "faults")["faults"] == [
        {"service": "graph", "action": "delay", "delay": 0.01, "route": "/users", "matched": 0, "fired": 0}
    ]
