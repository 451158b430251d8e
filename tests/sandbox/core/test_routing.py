"""Route tables and the order of one request."""

from __future__ import annotations

import pytest

from reconciler.sandbox.call import Answer, Call, Refusal, Route
from reconciler.sandbox.routing import RouteTable, Service

from .clouds import Clouds, Json

# Directory Readers, graph.md 10.2
_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"


def _handler(_call: Call) -> Answer:
    return Answer(200)


def _refuse(_call: Call, refusal: Refusal) -> Answer:
    return Answer(refusal.status)


def _table(*templates: str) -> RouteTable:
    routes = tuple(Route("GET", template, _handler) for template in templates)
    return RouteTable(Service("test", "/test", "tests", routes, _refuse))


@pytest.mark.parametrize(
    ("path", "template", "params"),
    [
        pytest.param("/users", "/users", {}, id="literal"),
        pytest.param("/users/", "/users", {}, id="slash at the end"),
        pytest.param("/USERS/Ada%40contoso.com", "/users/{user}", {"user": "Ada@contoso.com"}, id="parameter"),
        pytest.param("/users/delta", "/users/delta", {}, id="literal before parameter"),
        pytest.param("/users/delta/manager", "/users/{user}/manager", {"user": "delta"}, id="back to the parameter"),
        pytest.param("/users/a%2Fb", "/users/{user}", {"user": "a/b"}, id="encoded slash"),
    ],
)
def test_a_path_finds_its_route(path: str, template: str, params: dict[str, str]) -> None:
    found = _table("/users", "/users/delta", "/users/{user}", "/users/{user}/manager").match("GET", path)

    assert found is not None
    assert (found[0].template, found[1]) == (template, params)


@pytest.mark.parametrize("path", ["/groups", "/users/a/b/c", "/"])
def test_an_unknown_path_finds_nothing(path: str) -> None:
    assert _table("/users", "/users/{user}").match("GET", path) is None


def test_two_routes_of_one_shape_are_a_bug() -> None:
    with pytest.raises(AssertionError, match="two routes"):
        _table("/users/{user}", "/users/{id}")


@pytest.mark.parametrize(
    ("path", "home"),
    [
        pytest.param("/graph/v1.0/nothing", "reconciler/sandbox/graph/routes.py", id="graph"),
        pytest.param("/pc/v1/nothing", "reconciler/sandbox/partner/routes.py", id="partner center"),
        pytest.param("/nothing", "reconciler/sandbox/login/routes.py", id="login"),
    ],
)
def test_an_unknown_route_is_501_and_names_the_file_to_extend(path: str, home: str) -> None:
    answer = Clouds().send("GET", path)

    assert answer.status_code == 501
    assert home in answer.text


def test_an_unknown_route_is_501_even_without_a_token() -> None:
    assert Clouds().send("GET", "/graph/v1.0/nothing").status_code == 501


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        pytest.param({}, 200, id="good"),
        pytest.param({"aud": "https://api.partnercenter.microsoft.com"}, 401, id="audience of another cloud"),
        pytest.param({"exp": 1}, 401, id="expired"),
        pytest.param({"tid": "00000000-0000-0000-0000-00000000dead"}, 401, id="tenant that is not there"),
        pytest.param({"roles": ["Group.Read.All"]}, 403, id="another permission"),
        pytest.param({"roles": ["User.Read.All"]}, 200, id="least permission"),
        pytest.param({"upn": "a@b.c", "scp": "User.Read.All", "wids": [_READERS]}, 200, id="delegated"),
        pytest.param(
            {"roles": ["User.Read.All"], "upn": "a@b.c", "scp": "Group.Read.All"}, 403, id="roles of a person"
        ),
    ],
)
def test_a_token_opens_what_it_is_for(claims: Json, status: int) -> None:
    clouds = Clouds()

    answer = clouds.send("GET", "/graph/v1.0/users", headers=clouds.bearer(**claims))

    assert answer.status_code == status


def test_a_token_of_another_run_is_refused() -> None:
    answer = Clouds().send("GET", "/graph/v1.0/users", headers=Clouds().bearer())

    assert answer.status_code == 401


def test_sandbox_time_does_not_expire_tokens() -> None:
    clouds = Clouds()
    header = clouds.bearer()

    clouds.control("POST", "clock", {"advance": "P30D"})

    assert clouds.send("GET", "/graph/v1.0/users", headers=header).status_code == 200
