"""$filter, $search, $orderby and $count: what they find, and what they refuse."""

from __future__ import annotations

import pytest

from reconciler.sandbox.graph import filters
from reconciler.sandbox.graph.errors import GraphError

from .cloud import EVENTUAL, Cloud, a_pool, a_world, sku_id

USERS = {
    "ada@contoso.com": {
        "displayName": "Ada Muster",
        "department": "Sales",
        "usageLocation": "DE",
        "licenses": {"SPB": {}},
    },
    "bo@contoso.com": {"displayName": "Bo Beispiel", "department": "IT", "accountEnabled": False},
    "cy@contoso.onmicrosoft.com": {"displayName": "Cy O'Neil", "companyName": "Acme", "userType": "Guest"},
}


@pytest.fixture
def cloud() -> Cloud:
    return Cloud(a_world(users=USERS, subscriptions={"spb": a_pool("CFQ7TTC0LCHC:0002", 10)}))


def found(cloud: Cloud, url: str, headers: dict[str, str] | None = None) -> list[str]:
    reply = cloud.get(url, headers)
    assert reply.status == 200, reply.body
    return [row["userPrincipalName"].partition("@")[0] for row in reply.body["value"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("userPrincipalName eq 'ADA@contoso.com'", ["ada"]),
        ("displayName eq 'Cy O''Neil'", ["cy"]),
        ("startsWith(displayName,'b')", ["bo"]),
        ("startswith(displayName, 'A') or department eq 'it'", ["ada", "bo"]),
        ("accountEnabled eq false", ["bo"]),
        ("userType eq 'Guest' and accountEnabled eq true", ["cy"]),
        ("department in ('IT', 'Legal')", ["bo"]),
        ("(department eq 'IT' or department eq 'Sales') and startsWith(displayName,'A')", ["ada"]),
        ("createdDateTime ge 2020-01-01", ["ada", "bo", "cy"]),
        ("createdDateTime le 2020-01-01T00:00:00Z", []),
        (f"assignedLicenses/any(x:x/skuId eq {sku_id('SPB')})", ["ada"]),
    ],
)
def test_plain_filter_finds_exactly_the_matching(cloud: Cloud, text: str, names: list[str]) -> None:
    assert found(cloud, f"/users?$filter={text.replace(' ', '%20')}") == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("department ne 'IT'", ["ada", "cy"]),
        ("not(startsWith(displayName,'A'))", ["bo", "cy"]),
        ("endsWith(userPrincipalName,'@contoso.com')", ["ada", "bo"]),
        ("companyName eq 'acme'", ["cy"]),
        ("usageLocation eq null", ["bo", "cy"]),
        ("assignedLicenses/$count eq 0", ["bo", "cy"]),
        ("not assignedLicenses/any(x:x/skuId eq 11111111-1111-1111-1111-111111111111)", ["ada", "bo", "cy"]),
    ],
)
def test_advanced_filter_needs_header_and_count(cloud: Cloud, text: str, names: list[str]) -> None:
    url = f"/users?$filter={text.replace(' ', '%20')}"

    refusals = [cloud.get(url), cloud.get(f"{url}&$count=true"), cloud.get(url, EVENTUAL)]

    assert {(reply.status, reply.code, reply.message) for reply in refusals} == {
        (400, "Request_UnsupportedQuery", "Unsupported Query.")
    }
    assert found(cloud, f"{url}&$count=true", EVENTUAL) == names


@pytest.mark.parametrize(
    "text",
    [
        "displayName",
        "displayName eq",
        "displayName eq 'a",
        "displayName like 'a'",
        "eq 'a'",
        "displayName eq 'a' and",
        "(a eq 1",
    ],
)
def test_broken_syntax_is_refused(cloud: Cloud, text: str) -> None:
    reply = cloud.get(f"/users?$filter={text.replace(' ', '%20')}")

    assert (reply.status, reply.message) == (400, "Invalid filter clause")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("shoeSize eq 'x'", "BadRequest", id="unknown-property"),
        pytest.param("streetAddress eq 'x'", "Request_UnsupportedQuery", id="never-filterable"),
        pytest.param("accountEnabled ge true", "Request_UnsupportedQuery", id="operator-not-offered"),
        pytest.param("displayName gt 'x'", "Request_UnsupportedQuery", id="gt"),
    ],
)
def test_filter_that_the_directory_cannot_answer_is_refused(cloud: Cloud, text: str, code: str) -> None:
    reply = cloud.get(f"/users?$filter={text.replace(' ', '%20')}&$count=true", EVENTUAL)

    assert (reply.status, reply.code) == (400, code)


def test_and_binds_tighter_than_or() -> None:
    tree = filters.parse("a eq 1 or b eq 2 and c eq 3")

    assert tree == filters.Junction(
        "or",
        (
            filters.Compare("a", "eq", 1),
            filters.Junction("and", (filters.Compare("b", "eq", 2), filters.Compare("c", "eq", 3))),
        ),
    )


def test_date_literal_is_read_as_utc() -> None:
    assert filters.parse("d ge 2026-01-05T09:09:14.5+02:00") == filters.Compare("d", "ge", "2026-01-05T07:09:14Z")


def test_impossible_date_is_a_syntax_error() -> None:
    with pytest.raises(GraphError, match="Invalid filter clause"):
        filters.parse("d ge 2026-13-05")


def test_order_by_name_is_plain_and_by_other_properties_advanced(cloud: Cloud) -> None:
    assert found(cloud, "/users?$orderby=displayName%20desc") == ["cy", "bo", "ada"]
    assert cloud.get("/users?$orderby=department").code == "Request_UnsupportedQuery"
    assert found(cloud, "/users?$orderby=department&$count=true", EVENTUAL) == ["cy", "bo", "ada"]


def test_order_together_with_filter_is_advanced(cloud: Cloud) -> None:
    url = "/users?$filter=accountEnabled%20eq%20true&$orderby=displayName"

    assert cloud.get(url).status == 400
    assert found(cloud, f"{url}&$count=true", EVENTUAL) == ["ada", "cy"]


def test_search_needs_only_the_header(cloud: Cloud) -> None:
    url = '/users?$search="displayName:neil"'

    assert cloud.get(url).message == (
        "Request with $search query parameter only works through MSGraph with a special request header: "
        "'ConsistencyLevel: eventual'"
    )
    assert found(cloud, '/users?$search="displayName:mus"', EVENTUAL) == ["ada"]


def test_count_is_shown_only_with_the_header(cloud: Cloud) -> None:
    assert "@odata.count" not in cloud.get("/users?$count=true").body
    assert cloud.get("/users?$count=true", EVENTUAL).body["@odata.count"] == 3


def test_count_segment_is_plain_text_and_needs_the_header(cloud: Cloud) -> None:
    assert cloud.get("/users/$count").message == "$count is not currently supported."

    reply = cloud.get("/users/$count?$filter=accountEnabled%20eq%20true", EVENTUAL)

    assert (reply.body, reply.headers["Content-Type"]) == ("2", "text/plain")


def test_skip_is_not_supported(cloud: Cloud) -> None:
    assert cloud.get("/users?$skip=1").message == "'$skip' is not supported by the service."


@pytest.mark.parametrize("top", ["0", "1000", "-1", "x"])
def test_page_size_is_between_1_and_999(cloud: Cloud, top: str) -> None:
    assert cloud.get(f"/users?$top={top}").status == 400


@pytest.mark.parametrize("url", ["/subscribedSkus?$filter=a%20eq%201", "/organization?$top=1", "/domains?$count=true"])
def test_option_a_route_does_not_take_is_refused(cloud: Cloud, url: str) -> None:
    reply = cloud.get(url)

    assert reply.status == 400
    assert "is not allowed" in reply.message
