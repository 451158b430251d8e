"""The judge itself: what a wrong request or answer must look like to be found."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import operations, reference

pytestmark = [reference.needs(reference.OPENAPI), pytest.mark.contract]
USER = "3f3f3f3f-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/users/$count", "/users/$count"),
        ("/users/ada@contoso.com", "/users/{user-id}"),
        ("/users/delta", "/users/delta()"),
        ("/users/microsoft.graph.delta()", "/users/delta()"),
        ("/directory/deletedItems/microsoft.graph.user", "/directory/deletedItems/graph.user"),
        ("/directoryRoles(roleTemplateId='x')/members", "/directoryRoles/{directoryRole-id}/members"),
        ("/users(noKey='x')/manager", None),
    ],
)
def test_an_address_is_found_under_any_of_its_spellings(path: str, template: str | None) -> None:
    found = operations.find("GET", path)

    assert template == (found.template if found else None)


@pytest.mark.parametrize(
    ("method", "url", "body", "problem"),
    [
        ("GET", "/users?$selct=id", None, "query option $selct"),
        ("GET", "/users?$select=id,displayname", None, "displayname is no property"),
        ("GET", "/users?$expand=boss($select=id)", None, "boss is no property"),
        ("PATCH", f"/users/{USER}", {"displayNam": "x"}, "displayNam"),
        ("PATCH", f"/users/{USER}", {"accountEnabled": "yes"}, "accountEnabled"),
        ("POST", f"/users/{USER}/assignLicense", {"addLicenses": [{"skuId": "SPB"}]}, "addLicenses/0/skuId"),
        ("POST", "/users", None, "no body"),
        ("DELETE", "/subscriptions/x", None, "no such operation"),
    ],
)
def test_a_wrong_request_is_found(method: str, url: str, body: Any, problem: str) -> None:
    found = operations.request_problems(method, url, body)

    assert any(problem in line for line in found), found


@pytest.mark.parametrize(
    ("url", "status", "body", "problem"),
    [
        ("/users", 200, {"value": [{"id": 7}]}, "value/0/id"),
        ("/users", 200, {"value": [{"department": {}}]}, "value/0/department"),
        ("/users", 200, {"value": [{"madeUp": 1}]}, "madeUp"),
        ("/users", 200, {"value": [{"createdDateTime": "yesterday"}]}, "createdDateTime"),
        ("/users/x", 404, {"error": {"code": 7}}, "error/code"),
        ("/groups/x/members", 200, {"value": [{"@odata.type": "#microsoft.graph.user", "city": 7}]}, "city"),
        ("/subscribedSkus", 200, {"value": [{"skuId": "SPB"}]}, "skuId"),
    ],
)
def test_a_wrong_answer_is_found(url: str, status: int, body: Any, problem: str) -> None:
    found = operations.answer_problems("GET", url, status, body)

    assert any(problem in line for line in found), found


def test_a_right_answer_passes() -> None:
    page = {"@odata.context": "x", "value": [{"@odata.type": "#microsoft.graph.user", "id": USER, "city": None}]}

    assert operations.answer_problems("GET", "/groups/x/members?$select=id", 200, page) == []
