"""Outer conventions of every answer: key forms, default properties, headers, errors, permissions."""

from __future__ import annotations

import pytest

from .cloud import DOMAIN, PASSWORD, Cloud, a_world

DEFAULT_USER = {
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
}


@pytest.mark.parametrize(
    "path",
    [
        "/users/ada@contoso.com",
        "/users/ADA@contoso.com",
        "/users/ada%40contoso.com",
        "/users('ada@contoso.com')",
        "/users(userPrincipalName='ada@contoso.com')",
    ],
)
def test_user_is_found_by_every_form_of_its_name(path: str) -> None:
    cloud = Cloud()

    reply = cloud.get(path)

    assert (reply.status, reply.body["userPrincipalName"]) == (200, "ada@contoso.com")


def test_user_is_found_by_id_in_parentheses_and_as_segment() -> None:
    cloud = Cloud()
    identity = cloud.user_id()

    names = {cloud.get(path).body["displayName"] for path in (f"/users/{identity}", f"/users('{identity.upper()}')")}

    assert names == {"Ada Muster"}


def test_guest_name_needs_its_hash_encoded() -> None:
    guest = "x_fabrikam.com#EXT#@contoso.onmicrosoft.com"
    cloud = Cloud(a_world(users={guest: {}}))

    reply = cloud.get("/users/x_fabrikam.com%23EXT%23@contoso.onmicrosoft.com")

    assert reply.body["userPrincipalName"] == guest


def test_quote_inside_a_quoted_key_is_doubled() -> None:
    cloud = Cloud(a_world(users={"o'neil@contoso.com": {}}))

    assert cloud.get("/users('o''neil@contoso.com')").status == 200


def test_user_shows_exactly_the_default_properties() -> None:
    reply = Cloud().get("/users/ada@contoso.com")

    assert reply.body.keys() - {"@odata.context"} == DEFAULT_USER


def test_select_shows_only_what_was_asked_in_that_order() -> None:
    reply = Cloud().get("/users?$select=department,id")

    assert [list(row) for row in reply.body["value"]] == [["department", "id"]] * 2
    assert reply.body["@odata.context"].endswith("/graph/v1.0/$metadata#users(department,id)")


def test_unknown_property_in_select_is_refused_by_name() -> None:
    reply = Cloud().get("/users?$select=id,shoeSize")

    assert reply.status == 400
    assert reply.message == "Could not find a property named 'shoeSize' on type 'microsoft.graph.user'."


def test_property_that_collections_cannot_return_is_not_implemented() -> None:
    reply = Cloud().get("/users?$select=skills")

    assert (reply.status, reply.code) == (501, "NotImplemented")
    assert reply.message == "This operation target is not yet supported."


def test_password_is_never_readable() -> None:
    cloud = Cloud()
    cloud.patch("/users/ada@contoso.com", {"passwordProfile": PASSWORD})

    assert cloud.get("/users/ada@contoso.com?$select=passwordProfile").body["passwordProfile"] is None


def test_missing_object_is_named_in_the_error() -> None:
    reply = Cloud().get("/users/nobody@contoso.com")

    assert (reply.status, reply.code) == (404, "Request_ResourceNotFound")
    assert reply.message == (
        "Resource 'nobody@contoso.com' does not exist or one of its queried reference-property objects are not present."
    )


def test_error_body_repeats_the_request_ids() -> None:
    reply = Cloud().get("/users/nobody", {"client-request-id": "abc"})

    inner = reply.body["error"]["innerError"]
    assert inner["client-request-id"] == reply.headers["client-request-id"] == "abc"
    assert inner["request-id"] == reply.headers["request-id"]
    assert inner["date"] == "2026-11-02T08:00:00"


def test_every_answer_has_the_directory_headers() -> None:
    headers = Cloud().get("/users").headers

    assert headers["OData-Version"] == "4.0"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["Date"] == "Mon, 02 Nov 2026 08:00:00 GMT"
    assert headers["Content-Type"].startswith("application/json;odata.metadata=minimal")


@pytest.mark.parametrize(
    ("url", "units"),
    [
        pytest.param("/users", "2", id="list"),
        pytest.param("/users?$select=id", "1", id="select-saves-one"),
        pytest.param("/users?$expand=manager", "3", id="expand-costs-one"),
        pytest.param("/users?$top=5", "1", id="short-pages-save-one"),
        pytest.param("/subscribedSkus", "3", id="skus"),
    ],
)
def test_price_of_a_request_is_told(url: str, units: str) -> None:
    cloud = Cloud(a_world({"throttling": True}))

    assert cloud.get(url).headers["x-ms-resource-unit"] == units


def test_unknown_route_names_the_file_to_extend() -> None:
    reply = Cloud().get("/me/messages")

    assert reply.status == 501
    assert "sandbox/graph/routes.py" in reply.message


def test_writing_to_a_read_only_collection_is_405() -> None:
    reply = Cloud().post("/subscribedSkus", {})

    assert (reply.status, reply.code) == (405, "Request_BadRequest")
    assert reply.message == "Specified HTTP method is not allowed for the request target."


@pytest.mark.parametrize(
    ("role", "method", "url"),
    [
        pytest.param("User.Read.All", "PATCH", "/users/ada@contoso.com", id="patch-needs-write"),
        pytest.param("User.Read.All", "GET", "/organization", id="organization-is-not-users"),
        pytest.param("Group.ReadWrite.All", "GET", "/users", id="groups-are-not-users"),
        pytest.param("LicenseAssignment.Read.All", "POST", "/users/ada@contoso.com/assignLicense", id="license-read"),
        pytest.param("Domain.Read.All", "POST", "/domains", id="domain-read"),
    ],
)
def test_missing_permission_is_403(role: str, method: str, url: str) -> None:
    cloud = Cloud(roles=(role,))

    reply = cloud.call(method, url, {} if method != "GET" else None)

    assert (reply.status, reply.code) == (403, "Authorization_RequestDenied")
    assert reply.message == "Insufficient privileges to complete the operation."


def test_missing_token_is_401() -> None:
    cloud = Cloud()
    cloud.authorization = ""

    reply = cloud.get("/users")

    assert (reply.status, reply.code, reply.message) == (401, "InvalidAuthenticationToken", "Access token is empty.")


def test_body_must_be_declared_as_json() -> None:
    cloud = Cloud()

    reply = cloud.call("PATCH", "/users/ada@contoso.com", {"jobTitle": "x"}, {"Content-Type": "text/plain"})

    assert (reply.status, reply.code) == (400, "BadRequest")
    assert cloud.get("/users/ada@contoso.com").body["jobTitle"] is None


def test_throttled_app_hears_when_to_come_back() -> None:
    cloud = Cloud(a_world({"throttling": True}))

    replies = [cloud.get("/users?$expand=manager") for _ in range(1200)]

    refused = next(reply for reply in replies if reply.status == 429)
    assert refused.code == "TooManyRequests"
    assert refused.body["error"]["innerError"]["message"] == "Please retry after"
    assert float(refused.headers["Retry-After"]) > 0
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert refused.headers["x-ms-throttle-scope"].endswith(cloud.tenant.id)


def test_audit_log_takes_five_requests_in_ten_seconds() -> None:
    cloud = Cloud(a_world({"throttling": True}))

    statuses = [cloud.get("/auditLogs/directoryAudits").status for _ in range(6)]

    assert statuses == [200] * 5 + [429]


def test_token_opens_only_its_own_tenant() -> None:
    document = a_world()
    document["tenants"]["fabrikam.onmicrosoft.com"] = {
        "displayName": "Fabrikam",
        "users": {"x@fabrikam.onmicrosoft.com": {}},
    }
    cloud = Cloud(document)

    names = {row["userPrincipalName"] for row in cloud.get("/users").body["value"]}

    assert names == {"ada@contoso.com", "bo@contoso.com"}
    assert cloud.get("/organization").body["value"][0]["id"] == cloud.world.domains[DOMAIN]
