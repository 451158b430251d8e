"""What the client sends to Graph, held against Microsoft's description of it: path, method, query options, bodies.

The list below is every operation that the kinds have; a kind that begins to ask for something else changes it, and
must show here that the description knows it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts import operations, reference, stories
from contracts.driven import Exchange, Wire

pytestmark = [reference.needs(reference.OPENAPI), pytest.mark.contract]
KNOWN = """
DELETE /groups/{group-id}
DELETE /groups/{group-id}/members/{directoryObject-id}/$ref
DELETE /groups/{group-id}/owners/{directoryObject-id}/$ref
DELETE /users/{user-id}
DELETE /users/{user-id}/manager/$ref
GET /directory/deletedItems/graph.group
GET /directory/deletedItems/graph.user
GET /directory/subscriptions
GET /directoryRoles/{directoryRole-id}/members
GET /groups
GET /groups/{group-id}/members
GET /groups/{group-id}/owners
GET /organization
GET /subscribedSkus
GET /users
GET /users/{user-id}
PATCH /groups/{group-id}
PATCH /users/{user-id}
POST /directory/deletedItems/{directoryObject-id}/restore
POST /groups
POST /groups/{group-id}/members/$ref
POST /groups/{group-id}/owners/$ref
POST /users
POST /users/{user-id}/assignLicense
POST /users/{user-id}/revokeSignInSessions
PUT /users/{user-id}/manager/$ref
"""


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Wire:
    return stories.told(tmp_path_factory.mktemp("stories"))


def _with(wire: Wire, name: str) -> Iterator[Exchange]:
    for exchange in wire.of("graph"):
        found = operations.find(exchange.method, exchange.url.partition("?")[0])
        if (found.name if found else f"{exchange.method} {exchange.url}") == name:
            yield exchange


def test_the_stories_make_every_request_that_is_known(wire: Wire) -> None:
    met = {
        found.name if found else str(exchange)
        for exchange in wire.of("graph")
        for found in [operations.find(exchange.method, exchange.url.partition("?")[0])]
    }

    assert set(KNOWN.split("\n")) - {""} == met


@pytest.mark.parametrize("name", KNOWN.strip().split("\n"))
def test_a_request_fits_the_description(wire: Wire, name: str) -> None:
    found = {
        f"{one.method} {one.url}: {problem}"
        for one in _with(wire, name)
        for problem in operations.request_problems(one.method, one.url, one.sent)
    }

    assert found == set()


@pytest.mark.parametrize("name", KNOWN.strip().split("\n"))
def test_the_answer_of_the_sandbox_fits_the_description(wire: Wire, name: str) -> None:
    found = {
        f"{one}: {problem}"
        for one in _with(wire, name)
        for problem in operations.answer_problems(one.method, one.url, one.status, one.body)
    }

    assert found == set()


def test_a_batch_has_the_form_that_the_service_documents(wire: Wire) -> None:
    """Microsoft's description has no `$batch`; its form is graph.md 3."""
    batches = [one for one in wire.exchanges if one.url == "/$batch"]

    assert batches
    for batch in batches:
        assert set(batch.sent) == {"requests"}
        assert 2 <= len(batch.sent["requests"]) <= 20
        assert len({one["id"].casefold() for one in batch.sent["requests"]}) == len(batch.sent["requests"])
        for one in batch.sent["requests"]:
            assert set(one) <= {"id", "method", "url", "headers", "body"}
            assert not one["url"].startswith("http")
            assert "body" not in one or one["headers"]["Content-Type"] == "application/json"
        for answer in batch.body["responses"]:
            assert set(answer) <= {"id", "status", "headers", "body"}
            assert isinstance(answer["id"], str)
            assert isinstance(answer["status"], int)


@pytest.mark.parametrize("header", ["request-id", "date", "content-type"])
def test_every_answer_carries_the_headers_of_the_service(wire: Wire, header: str) -> None:
    lacking = [str(one) for one in wire.exchanges if one.service == "graph" and one.body and header not in one.headers]

    assert lacking == []
