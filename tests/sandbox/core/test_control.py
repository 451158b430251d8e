"""The control API: state, clock, requests, and who may ask."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2 as httpx
import pytest

from reconciler.sandbox.app import create_app

from .clouds import NOW, Clouds, a_world


def test_the_state_is_a_world_file() -> None:
    clouds = Clouds()

    state = clouds.control("GET", "state")
    clouds.control("PUT", "state", state)

    assert clouds.control("GET", "state") == state


def test_one_tenant_can_be_looked_at_alone() -> None:
    state = Clouds().control("GET", "state?tenant=contoso.com")

    assert list(state["tenants"]) == ["contoso.onmicrosoft.com"]


def test_a_replaced_world_is_served_from_the_next_request_on() -> None:
    clouds = Clouds()

    clouds.control("PUT", "state", a_world(users={"new@contoso.com": {}}, groups={}))

    upns = [user["userPrincipalName"] for user in clouds.graph("GET", "/users").json()["value"]]
    assert upns == ["new@contoso.com"]


def test_a_replaced_world_without_a_clock_keeps_the_time() -> None:
    clouds = Clouds()
    clouds.control("POST", "clock", {"advance": "P1D"})

    clouds.control("PUT", "state", {name: part for name, part in a_world().items() if name != "clock"})

    assert clouds.control("GET", "clock") == {"now": "2026-11-03T08:00:00Z", "frozen": True}


def test_a_refused_world_leaves_the_old_one() -> None:
    clouds = Clouds()

    answer = clouds.send("PUT", "/_sandbox/state", json={**a_world(), "tenant": {}})

    assert answer.status_code == 400
    assert answer.json()["error"]["problems"] == ['tenant: unknown key "tenant"; did you mean "tenants"?']
    assert len(clouds.graph("GET", "/users").json()["value"]) == 2


@pytest.mark.parametrize(
    ("change", "now"),
    [
        pytest.param({"advance": "P8D"}, "2026-11-10T08:00:00Z", id="advance"),
        pytest.param({"set": "2027-01-01T00:00:00Z"}, "2027-01-01T00:00:00Z", id="set"),
        pytest.param({"freeze": True}, NOW, id="freeze"),
    ],
)
def test_the_clock_is_moved(change: dict[str, Any], now: str) -> None:
    clouds = Clouds()

    clouds.control("POST", "clock", change)

    assert clouds.control("GET", "clock")["now"] == now


def test_answers_are_dated_by_the_sandbox_clock() -> None:
    assert Clouds().graph("GET", "/users").headers["date"] == "Mon, 02 Nov 2026 08:00:00 GMT"


def test_each_exchange_is_one_row() -> None:
    clouds = Clouds()

    clouds.graph("PATCH", "/users/ada@contoso.com", {"jobTitle": "Boss"})

    (row,) = clouds.control("GET", "requests")["requests"]
    assert row == {
        "n": 1,
        "service": "graph",
        "method": "PATCH",
        "route": "/users/{user}",
        "path": "/graph/v1.0/users/ada@contoso.com",
        "tenant": "contoso.onmicrosoft.com",
        "status": 204,
        "requestBytes": len(b'{"jobTitle":"Boss"}'),
        "responseBytes": 0,
        "write": True,
    }


def test_items_of_a_batch_are_nested_and_counted_as_writes() -> None:
    clouds = Clouds()
    items = [
        {"id": "1", "method": "GET", "url": "/users"},
        {
            "id": "2",
            "method": "PATCH",
            "url": "/users/ada@contoso.com",
            "headers": {"Content-Type": "application/json"},
            "body": {"jobTitle": "Boss"},
        },
    ]

    clouds.graph("POST", "/$batch", {"requests": items})

    seen = clouds.control("GET", "requests")
    assert [(one["method"], one["route"]) for one in seen["requests"][0]["items"]] == [
        ("GET", "/users"),
        ("PATCH", "/users/{user}"),
    ]
    assert (seen["counts"], seen["itemCounts"]) == ({"graph": {"POST": 1}}, {"graph": {"GET": 1, "PATCH": 1}})
    assert (seen["writes"], seen["writesAccepted"]) == (1, 1)


def test_a_refused_write_is_counted_and_not_as_accepted() -> None:
    clouds = Clouds()

    clouds.graph("PATCH", "/users/nobody@contoso.com", {"jobTitle": "Boss"})

    seen = clouds.control("GET", "requests")
    assert (seen["writes"], seen["writesAccepted"]) == (1, 0)


def test_signing_in_is_no_write() -> None:
    clouds = Clouds()

    clouds.send("POST", "/contoso.com/oauth2/v2.0/token", data={})

    assert clouds.control("GET", "requests")["writes"] == 0


def test_an_unanswered_exchange_has_no_status() -> None:
    clouds = Clouds()
    clouds.control("POST", "faults", {"action": "dropBefore"})

    with pytest.raises(ConnectionResetError):
        clouds.graph("GET", "/users")

    (row,) = clouds.control("GET", "requests")["requests"]
    assert (row["status"], row["fault"]) == (None, "dropBefore")


def test_rows_can_be_dropped() -> None:
    clouds = Clouds()
    clouds.graph("GET", "/users")

    clouds.control("DELETE", "requests")

    assert clouds.control("GET", "requests")["requests"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        pytest.param("GET", "nothing", None, 404, id="unknown"),
        pytest.param("GET", "state?tenant=nowhere.example", None, 400, id="no such tenant"),
        pytest.param("POST", "clock", {"forward": "P1D"}, 400, id="unknown clock key"),
        pytest.param("POST", "faults", {"action": "explode"}, 400, id="unknown action"),
        pytest.param("POST", "change", {"tenant": "contoso.com"}, 400, id="change of nothing"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(method: str, path: str, body: Any, status: int) -> None:
    answer = Clouds().send(method, f"/_sandbox/{path}", json=body)

    assert (answer.status_code, bool(answer.json()["error"]["message"])) == (status, True)


def test_other_machines_are_not_answered() -> None:
    clouds = Clouds()
    transport = httpx.ASGITransport(app=create_app(clouds.sandbox.world, clouds.sandbox), client=("192.0.2.7", 4711))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
            return await client.get("/_sandbox/state")

    assert asyncio.run(ask()).status_code == 403
