"""Graph of one tenant: paging, batching, repeating, and what its answers become."""

from __future__ import annotations

import asyncio
import gc
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from cloud.clouds import TENANT, Cloud, ManualTime, body_of, graph_error, pages, reply, with_customer
from reconciler.cloud.graph import quoted
from reconciler.cloud.pages import MOST_EMPTY
from reconciler.cloud.sessions import CustomerSession
from reconciler.model import errors
from reconciler.model.errors import CloudError

LICENSES = "/users/u1/assignLicense"
Item = dict[str, Any]


def an_answer(request: Item, status: int = 200, body: object = None, **headers: str) -> Item:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"id": request["id"], "status": status, "headers": named, "body": body}


def batches(answer: Callable[[Item], Item]) -> Callable[[httpx2.Request], httpx2.Response]:
    """A Graph that answers the items of batches last to first, and single requests by the same function."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/$batch"):
            return reply(200, {"responses": [answer(item) for item in reversed(body_of(request)["requests"])]})
        path = request.url.raw_path.decode().removeprefix("/v1.0")
        item = {"id": "", "method": request.method, "url": path, "headers": dict(request.headers)}
        single = answer({**item, "body": body_of(request) if request.content else None})
        return reply(single["status"], single["body"], **single["headers"])

    return handle


def in_turn(*answers: httpx2.Response) -> Callable[[httpx2.Request], httpx2.Response]:
    """Gives the answers in turn, the last one for ever."""
    left = list(answers)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def failing(work: Callable[[CustomerSession], Any], cloud: Cloud) -> CloudError:
    """The error that work ends with."""
    with pytest.raises(CloudError) as caught:
        with_customer(cloud, work)
    return caught.value


async def users(customer: CustomerSession) -> list[Item]:
    return await customer.graph.listing("/users?$select=id", batch=False)


@pytest.fixture
def kept_alive() -> Iterator[Callable[[], set[str]]]:
    """The classes of ours whose objects only the garbage collector would find, since the test began."""
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)

    def found() -> set[str]:
        gc.collect()
        return {type(one).__name__ for one in gc.garbage if type(one).__module__.startswith("reconciler.cloud.")}

    yield found
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


def test_what_was_read_goes_with_its_session(kept_alive: Callable[[], set[str]]) -> None:
    """A circle would keep the readings of many customers at once, until somebody looks for it."""
    cloud = Cloud(batches(lambda item: an_answer(item, body={"value": [{"id": "1"}]})))

    async def work(customer: CustomerSession) -> None:
        await asyncio.gather(*(customer.graph.listing(f"/{name}?$select=id") for name in ("users", "groups")))

    with_customer(cloud, work)

    assert not {"GraphSession", "GraphListings", "Item", "Answer"} & kept_alive()


# Listings


def test_listing_follows_every_page_also_past_an_empty_one() -> None:
    cloud = Cloud(pages([{"id": "1"}], [], [{"id": "2"}]))

    assert with_customer(cloud, users) == [{"id": "1"}, {"id": "2"}]


def test_next_link_is_followed_as_it_was_given() -> None:
    link = "https://graph.test/v1.0/users?$select=id&$skiptoken=RFNwdAIAAQ%3D%3D-x~y"
    cloud = Cloud(in_turn(reply(200, {"value": [], "@odata.nextLink": link}), reply(200, {"value": []})))

    with_customer(cloud, users)

    assert str(cloud.requests[1].url) == link


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("https://evil.test/v1.0/users?$skiptoken=1", id="other host"),
        pytest.param("http://graph.test/v1.0/users?$skiptoken=1", id="other scheme"),
        pytest.param("https://graph.test:8443/v1.0/users?$skiptoken=1", id="other port"),
        pytest.param("https://graph.test@evil.test/v1.0/users", id="host as user"),
        pytest.param("https://graph.test:no/v1.0/users", id="no port"),
        pytest.param(17, id="a number"),
    ],
)
def test_next_link_to_anywhere_else_is_not_followed(link: object) -> None:
    cloud = Cloud(lambda _: reply(200, {"value": [], "@odata.nextLink": link}))

    error = failing(users, cloud)

    assert isinstance(error, errors.Unexpected)
    assert len(cloud.requests) == 1


def test_looping_next_link_is_unexpected() -> None:
    link = "https://graph.test/v1.0/users?$skiptoken=1"
    cloud = Cloud(lambda _: reply(200, {"value": [{"id": "1"}], "@odata.nextLink": link}))

    error = failing(users, cloud)

    assert isinstance(error, errors.Unexpected)
    assert "circle" in str(error)
    assert len([path for path in cloud.paths() if "$count" not in path]) == 2


def a_chain(rows: Callable[[int], list[object]]) -> Cloud:
    """A listing whose every page names a new one."""
    numbers = itertools.count(1)

    def handle(_: httpx2.Request) -> httpx2.Response:
        number = next(numbers)
        link = f"https://graph.test/v1.0/users?$skiptoken={number}"
        return reply(200, {"value": rows(number)} | ({"@odata.nextLink": link} if number < 3 * MOST_EMPTY else {}))

    return Cloud(handle)


def test_empty_pages_without_an_end_are_unexpected() -> None:
    cloud = a_chain(lambda _: [])

    error = failing(users, cloud)

    assert isinstance(error, errors.Unexpected)
    assert f"more than {MOST_EMPTY} pages in a row are empty" in str(error)
    assert len(cloud.requests) == MOST_EMPTY + 1


def test_many_empty_pages_among_others_are_read_to_the_end() -> None:
    cloud = a_chain(lambda number: [{"id": str(number)}] if number % MOST_EMPTY == 0 else [])

    assert [row["id"] for row in with_customer(cloud, users)] == [str(MOST_EMPTY * n) for n in (1, 2, 3)]


def test_expired_page_token_restarts_the_listing() -> None:
    expired = reply(400, graph_error("Directory_ExpiredPageToken", "expired"))
    first = reply(200, {"value": [{"id": "1"}], "@odata.nextLink": "https://graph.test/v1.0/users?$skiptoken=1"})
    again = reply(200, {"value": [{"id": "1"}, {"id": "2"}]})

    assert with_customer(Cloud(in_turn(first, expired, again)), users) == [{"id": "1"}, {"id": "2"}]


def test_token_that_always_expires_ends_after_five_restarts() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if "skiptoken" in str(request.url):
            return reply(400, graph_error("Directory_ExpiredPageToken", "expired"))
        return reply(200, {"value": [], "@odata.nextLink": "https://graph.test/v1.0/users?$skiptoken=1"})

    cloud = Cloud(handle)

    assert failing(users, cloud).exchange.code == "Directory_ExpiredPageToken"
    assert len([path for path in cloud.paths() if "skiptoken" in path]) == 6


def test_row_that_moved_between_pages_is_listed_once_as_last_seen() -> None:
    cloud = Cloud(pages([{"id": "A", "n": 1}, {"id": "b"}], [{"id": "a", "n": 2}]))

    assert with_customer(cloud, users) == [{"id": "a", "n": 2}, {"id": "b"}]


def test_headers_are_sent_with_every_page() -> None:
    cloud = Cloud(pages([], [], []))

    async def work(customer: CustomerSession) -> None:
        await customer.graph.listing("/users", headers={"Prefer": "x"}, batch=False)

    with_customer(cloud, work)

    sent = [request.headers.get("prefer") for request in cloud.requests if "$count" not in str(request.url)]
    assert sent == ["x"] * 3


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"value": [{"id"', id="torn"),
        pytest.param(b"<html>Bad gateway</html>", id="html"),
        pytest.param([], id="a list"),
        pytest.param({"values": []}, id="no value"),
        pytest.param({"value": {}}, id="value no list"),
        pytest.param({"value": ["u"]}, id="row no object"),
        pytest.param(None, id="nothing"),
    ],
)
def test_page_of_the_wrong_shape_is_unexpected_after_a_second_look(body: object) -> None:
    cloud = Cloud(lambda _: reply(200, body))

    error = failing(users, cloud)

    assert isinstance(error, errors.Unexpected)
    assert len(cloud.requests) == 2


def test_page_that_is_torn_once_is_read_again() -> None:
    cloud = Cloud(in_turn(reply(200, b'{"value": [{'), reply(200, {"value": [{"id": "1"}]})))

    assert with_customer(cloud, users) == [{"id": "1"}]


def test_unreadable_body_is_reported_without_its_secrets() -> None:
    cloud = Cloud(
        lambda _: reply(200, b'{"value": [{"passwordProfile": {"password": "Canary-1!"}, "x": "eyJhbGciOiJ9.abc.def')
    )

    error = failing(users, cloud)

    assert "Canary" not in str(error)
    assert "eyJhbGciOiJ9" not in str(error)
    assert "redacted" in str(error)


def test_concurrent_callers_share_one_reading_which_is_kept_until_forgotten() -> None:
    cloud = Cloud(pages([{"id": "1"}]))

    async def work(customer: CustomerSession) -> list[int]:
        counts = []
        await asyncio.gather(*(users(customer) for _ in range(5)))
        counts.append(len(cloud.requests))
        await users(customer)
        counts.append(len(cloud.requests))
        customer.graph.forget_reads()
        await users(customer)
        counts.append(len(cloud.requests))
        return counts

    assert with_customer(cloud, work) == [1, 1, 2]


def test_fresh_listing_is_read_anew_and_replaces_the_kept_one() -> None:
    cloud = Cloud(in_turn(reply(200, {"value": []}), reply(200, {"value": [{"id": "1"}]})))

    async def work(customer: CustomerSession) -> list[list[Item]]:
        listing = customer.graph.listing
        return [await listing("/groups"), await listing("/groups", fresh=True), await listing("/groups")]

    assert with_customer(cloud, work) == [[], [{"id": "1"}], [{"id": "1"}]]


def test_reading_begun_before_forgetting_is_not_kept() -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def handle(request: httpx2.Request) -> httpx2.Response:
        if len(cloud.requests) == 1:
            begun.set()
            await gate.wait()
            return reply(200, {"value": [{"id": "old"}]})
        return reply(200, {"value": [{"id": "new"}]})

    cloud = Cloud(handle)

    async def work(customer: CustomerSession) -> list[Item]:
        async with asyncio.TaskGroup() as group:
            old = group.create_task(customer.graph.listing("/groups"))
            await begun.wait()
            customer.graph.forget_reads()
            gate.set()
            await old
        return await customer.graph.listing("/groups")

    assert with_customer(cloud, work) == [{"id": "new"}]


def test_user_pages_flagged_so_are_not_batched() -> None:
    cloud = Cloud(batches(lambda item: an_answer(item, 200, {"value": []})))

    async def work(customer: CustomerSession) -> None:
        listing = customer.graph.listing
        await asyncio.gather(listing("/users", batch=False), listing("/a"), listing("/b"))

    with_customer(cloud, work)

    assert sorted(cloud.paths()) == ["GET /v1.0/users", "POST /v1.0/$batch"]


def test_request_alone_that_gets_no_answer_is_sent_again() -> None:
    answers: list[httpx2.Response | None] = [None, reply(200, {"value": [{"id": "1"}]})]

    def handle(request: httpx2.Request) -> httpx2.Response:
        answer = answers.pop(0)
        if answer is None:
            raise httpx2.ReadError("reset")
        return answer

    assert with_customer(Cloud(handle), users) == [{"id": "1"}]


def test_failed_reading_is_not_kept() -> None:
    cloud = Cloud(in_turn(reply(403, graph_error("Authorization_RequestDenied", "no")), reply(200, {"value": []})))

    async def work(customer: CustomerSession) -> list[Item]:
        with pytest.raises(errors.Forbidden):
            await customer.graph.listing("/groups")
        return await customer.graph.listing("/groups")

    assert with_customer(cloud, work) == []


# Batches


def members_of(item: Item) -> Item:
    return an_answer(item, 200, {"value": [{"id": item["url"]}]})


def test_concurrent_reads_become_one_batch_and_single_ones_none() -> None:
    cloud = Cloud(batches(members_of))

    async def work(customer: CustomerSession) -> Any:
        found = await asyncio.gather(*(customer.graph.listing(f"/groups/{n}/members") for n in range(3)))
        await customer.graph.listing("/domains")
        return found

    found = with_customer(cloud, work)

    assert [rows[0]["id"] for rows in found] == [f"/groups/{n}/members" for n in range(3)]
    assert cloud.paths() == ["POST /v1.0/$batch", "GET /v1.0/domains"]


def test_pages_behind_a_batched_first_page_are_batched_too() -> None:
    def answer(item: Item) -> Item:
        if "skiptoken" in item["url"]:
            return an_answer(item, 200, {"value": [{"id": "last" + item["url"][8]}]})
        link = f"https://graph.test/v1.0{item['url']}?$skiptoken=x"
        return an_answer(item, 200, {"value": [{"id": item["url"][8]}], "@odata.nextLink": link})

    cloud = Cloud(batches(answer))

    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(*(customer.graph.listing(f"/groups/{n}/members") for n in range(3)))

    assert with_customer(cloud, work) == [[{"id": str(n)}, {"id": f"last{n}"}] for n in range(3)]
    assert cloud.paths() == ["POST /v1.0/$batch"] * 2


def test_items_carry_their_own_headers_and_relative_urls() -> None:
    cloud = Cloud(batches(members_of))

    async def work(customer: CustomerSession) -> None:
        await asyncio.gather(
            customer.graph.listing("/a?$count=true", headers={"ConsistencyLevel": "eventual"}),
            customer.graph.listing("/b"),
        )

    with_customer(cloud, work)

    assert body_of(cloud.requests[0])["requests"] == [
        {"id": "0", "method": "GET", "url": "/a?$count=true", "headers": {"ConsistencyLevel": "eventual"}},
        {"id": "1", "method": "GET", "url": "/b"},
    ]


def test_throttled_item_is_sent_again_alone_after_its_own_wait() -> None:
    time, throttled = ManualTime(), ["/b"]

    def answer(item: Item) -> Item:
        if item["url"] in throttled:
            throttled.remove(item["url"])
            return an_answer(
                item, 429, graph_error("TooManyRequests", "Please retry again later."), Retry_After="2.128"
            )
        return members_of(item)

    cloud = Cloud(batches(answer))

    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(*(customer.graph.listing(path) for path in ("/a", "/b", "/c")))

    found = with_customer(cloud, work, time.pace())

    assert [rows[0]["id"] for rows in found] == ["/a", "/b", "/c"]
    assert cloud.paths() == ["POST /v1.0/$batch", "GET /v1.0/b"]
    assert time.slept == [2.128]


def test_item_that_failed_with_its_throttled_siblings_waits_as_long_as_they() -> None:
    """A throttled batch answers 424 for what it did not get to: graph.md 3."""
    time, first = ManualTime(), []

    def answer(item: Item) -> Item:
        if item["url"] in first:
            return members_of(item)
        first.append(item["url"])
        if item["url"] == "/a":
            return an_answer(item, 429, {}, Retry_After="11")
        return an_answer(item, 424, {})

    cloud = Cloud(batches(answer))

    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(*(customer.graph.listing(path) for path in ("/a", "/b", "/c", "/d")))

    with_customer(cloud, work, time.pace())

    assert cloud.paths() == ["POST /v1.0/$batch", "POST /v1.0/$batch"]
    assert time.slept == [11.0] * 4


def test_batch_refused_as_a_whole_is_sent_again() -> None:
    fine = {
        "responses": [
            {"id": "0", "status": 200, "body": {"value": []}},
            {"id": "1", "status": 200, "body": {"value": []}},
        ]
    }
    time = ManualTime()
    cloud = Cloud(in_turn(reply(429, {}, retry_after="3"), reply(503, {}), reply(200, fine)))

    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(customer.graph.listing("/a"), customer.graph.listing("/b"))

    assert with_customer(cloud, work, time.pace()) == [[], []]
    assert cloud.paths() == ["POST /v1.0/$batch"] * 3


def test_item_missing_from_the_answer_is_read_again() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/$batch"):
            return reply(200, {"responses": [{"id": "1", "status": 200, "body": {"value": [{"id": "b"}]}}]})
        return reply(200, {"value": [{"id": "a"}]})

    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(customer.graph.listing("/a"), customer.graph.listing("/b"))

    assert with_customer(Cloud(handle), work) == [[{"id": "a"}], [{"id": "b"}]]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"{", id="torn"),
        pytest.param([], id="a list"),
        pytest.param({"responses": {}}, id="responses no list"),
        pytest.param({"responses": [{"id": "0"}, {"id": "1"}]}, id="no status"),
    ],
)
def test_batch_answer_of_the_wrong_shape_is_unexpected_for_reads(body: object) -> None:
    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(customer.graph.listing("/a"), customer.graph.listing("/b"), return_exceptions=True)

    found = with_customer(Cloud(lambda _: reply(200, body)), work)

    assert [type(outcome) for outcome in found] == [errors.Unexpected] * 2


def test_foreign_ids_in_a_batch_answer_are_ignored() -> None:
    own = [{"id": str(n), "status": 200, "body": {"value": []}} for n in range(2)]
    foreign = [{"id": "7", "status": 500}, {"id": None, "status": 500}, "x", {"id": "²", "status": 500}]

    async def work(customer: CustomerSession) -> Any:
        return await asyncio.gather(customer.graph.listing("/a"), customer.graph.listing("/b"))

    assert with_customer(Cloud(lambda _: reply(200, {"responses": [*foreign, *own]})), work) == [[], []]


def test_reads_and_writes_do_not_share_a_batch() -> None:
    cloud = Cloud(batches(lambda item: an_answer(item, 200, {"value": []})))

    async def work(customer: CustomerSession) -> None:
        await asyncio.gather(
            *(customer.graph.listing(f"/g{n}") for n in range(2)),
            *(customer.graph.write("PATCH", f"/users/{n}", {"x": n}) for n in range(2)),
        )

    with_customer(cloud, work)

    methods = [{item["method"] for item in body_of(request)["requests"]} for request in cloud.requests]
    assert sorted(methods, key=str) == [{"GET"}, {"PATCH"}]


def test_two_writes_on_one_object_are_never_in_one_batch() -> None:
    cloud = Cloud(batches(lambda item: an_answer(item, 204)))

    async def work(customer: CustomerSession) -> None:
        write = customer.graph.write
        await asyncio.gather(
            write("PATCH", "/users/U1", {"a": 1}), write("POST", LICENSES, {"b": 1}), write("PATCH", "/users/u2", {})
        )

    with_customer(cloud, work)

    assert cloud.paths() == ["POST /v1.0/$batch", "POST /v1.0/users/u1/assignLicense"]
    assert [item["url"] for item in body_of(cloud.requests[0])["requests"]] == ["/users/U1", "/users/u2"]


def test_named_subjects_keep_writes_apart() -> None:
    cloud = Cloud(batches(lambda item: an_answer(item, 201, {"id": item["id"]})))

    async def work(customer: CustomerSession) -> None:
        write = customer.graph.write
        await asyncio.gather(*(write("POST", "/users", {"n": n}, subject="same") for n in range(2)))

    with_customer(cloud, work)

    assert cloud.paths() == ["POST /v1.0/users"] * 2


def test_fifty_writes_travel_in_twenties() -> None:
    cloud = Cloud(batches(lambda item: an_answer(item, 204)))

    async def work(customer: CustomerSession) -> int:
        await asyncio.gather(*(customer.graph.write("PATCH", f"/users/{n}", {}) for n in range(50)))
        return customer.exchanges

    assert with_customer(cloud, work) == 3


# Writes


def write_of(method: str, path: str, body: object = None) -> Callable[[CustomerSession], Any]:
    return lambda customer: customer.graph.write(method, path, body)


def test_write_gives_the_object_or_none() -> None:
    cloud = Cloud(in_turn(reply(201, {"id": "new"}), reply(204)))

    async def work(customer: CustomerSession) -> Any:
        write = customer.graph.write
        return await write("POST", "/users", {"a": 1}), await write("PATCH", "/users/new", {"a": 2})

    assert with_customer(cloud, work) == ({"id": "new"}, None)
    assert cloud.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", ["/users", "/groups"])
@pytest.mark.parametrize("body", [{"value": "unexpected"}, {"id": None}, ["u1"], None], ids=str)
def test_create_whose_answer_does_not_say_what_was_made_is_in_doubt(path: str, body: object) -> None:
    cloud = Cloud(lambda _: reply(201, body))

    error = failing(write_of("POST", path, {"a": 1}), cloud)

    assert isinstance(error, errors.InDoubt)
    assert "the id of what was made" in str(error)
    assert len(cloud.requests) == 1


def test_bare_value_of_an_action_is_no_object() -> None:
    assert (
        with_customer(Cloud(lambda _: reply(200, [1])), write_of("POST", "/users/u1/reprocessLicenseAssignment"))
        is None
    )


def test_create_whose_answer_was_lost_is_in_doubt_and_not_repeated() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("reset")

    cloud = Cloud(handle)

    error = failing(write_of("POST", "/users", {"a": 1}), cloud)

    assert isinstance(error, errors.InDoubt)
    assert len(cloud.requests) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("PATCH", "/users/u1", id="patch"),
        pytest.param("DELETE", "/users/u1", id="delete"),
        pytest.param("PUT", "/users/u1/manager/$ref", id="put reference"),
        pytest.param("POST", "/groups/g1/members/$ref", id="add reference"),
        pytest.param("POST", LICENSES, id="licenses"),
        pytest.param("POST", "/users/u1/revokeSignInSessions", id="revoke"),
    ],
)
def test_idempotent_write_whose_answer_was_lost_is_repeated(method: str, path: str) -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if len(cloud.requests) == 1:
            raise httpx2.ReadError("reset")
        return reply(204)

    cloud = Cloud(handle)

    with_customer(cloud, write_of(method, path, {}))

    assert len(cloud.requests) == 2


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        pytest.param(
            "DELETE", "/users/u1", reply(404, graph_error("Request_ResourceNotFound", "does not exist")), id="deleted"
        ),
        pytest.param(
            "DELETE",
            "/groups/g/members/u/$ref",
            reply(400, graph_error("Request_BadRequest", "One or more removed object references do not exist")),
            id="member removed",
        ),
        pytest.param(
            "POST",
            "/groups/g/members/$ref",
            reply(
                400,
                graph_error(
                    "Request_BadRequest",
                    "One or more added object references already exist for the following modified properties: 'x'.",
                ),
            ),
            id="member added",
        ),
    ],
)
def test_echo_of_our_own_lost_write_is_success(method: str, path: str, refusal: httpx2.Response) -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if len(cloud.requests) == 1:
            raise httpx2.ReadError("reset")
        return refusal

    cloud = Cloud(handle)

    assert with_customer(cloud, write_of(method, path)) is None


def test_refusal_of_a_repeated_write_that_is_no_echo_stays_in_doubt() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if len(cloud.requests) == 1:
            raise httpx2.ReadError("reset")
        return reply(400, graph_error("Request_BadRequest", "User does not have a corresponding license."))

    cloud = Cloud(handle)

    error = failing(write_of("POST", LICENSES, {}), cloud)

    assert isinstance(error, errors.InDoubt)
    assert error.exchange.code == "LicenseNotAssigned"


def test_concurrency_violation_is_retried_after_the_time_it_names() -> None:
    time = ManualTime()
    conflict = reply(409, graph_error("Directory_ConcurrencyViolation", "Please wait briefly."), retry_after="4")
    cloud = Cloud(in_turn(conflict, reply(201, {"id": "g"})))

    with_customer(cloud, write_of("POST", "/groups", {}), time.pace())

    assert time.slept == [4.0]


def test_created_answer_that_cannot_be_read_is_in_doubt() -> None:
    error = failing(write_of("POST", "/users", {}), Cloud(lambda _: reply(201, b'{"id": "n')))

    assert isinstance(error, errors.InDoubt)


def test_lost_batch_leaves_each_create_in_doubt() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("reset")

    cloud = Cloud(handle)

    async def work(customer: CustomerSession) -> Any:
        write = customer.graph.write
        return await asyncio.gather(*(write("POST", "/users", {"n": n}) for n in range(3)), return_exceptions=True)

    found = with_customer(cloud, work)

    assert [type(outcome) for outcome in found] == [errors.InDoubt] * 3
    assert len(cloud.requests) == 1


def test_each_write_of_a_batch_has_its_own_fate() -> None:
    def answer(item: Item) -> Item:
        name = item["body"]["n"]
        if name == "taken":
            message = "Another object with the same value for property userPrincipalName already exists."
            return an_answer(item, 400, graph_error("Request_BadRequest", message))
        return an_answer(item, 201, {"id": name}) if name == "fine" else an_answer(item, 503, {})

    async def work(customer: CustomerSession) -> Any:
        write = customer.graph.write
        names = ("fine", "taken", "broken")
        return await asyncio.gather(*(write("POST", "/users", {"n": n}) for n in names), return_exceptions=True)

    fine, taken, broken = with_customer(Cloud(batches(answer)), work)

    assert fine == {"id": "fine"}
    assert isinstance(taken, errors.Conflict)
    assert isinstance(broken, errors.InDoubt)


# What this session made


def not_there(request: httpx2.Request) -> httpx2.Response:
    if request.method == "POST" and request.url.path.endswith("/users"):
        return reply(201, {"id": "New-1", "userPrincipalName": "ada@x.test"})
    if request.method == "DELETE":
        return reply(204)
    return reply(404, graph_error("Request_ResourceNotFound", "Resource 'x' does not exist"))


@pytest.mark.parametrize(
    "read",
    [
        pytest.param(lambda graph: graph.get("/users/new-1"), id="by id"),
        pytest.param(lambda graph: graph.get("/users/ada@x.test"), id="by name"),
        pytest.param(lambda graph: graph.write("PATCH", "/users/NEW-1", {}), id="changed"),
        pytest.param(
            lambda graph: graph.write("POST", "/groups/g/members/$ref", {"@odata.id": "https://x/users/new-1"}),
            id="referred to",
        ),
    ],
)
def test_missing_object_that_was_just_made_is_not_yet_visible(read: Callable[..., Any]) -> None:
    async def work(customer: CustomerSession) -> Any:
        await customer.graph.write("POST", "/users", {})
        return await read(customer.graph)

    assert isinstance(failing(work, Cloud(not_there)), errors.NotYetVisible)


def test_missing_object_is_not_found_when_it_was_not_made_here_or_was_deleted_since() -> None:
    async def work(customer: CustomerSession) -> None:
        with pytest.raises(errors.NotFound):
            await customer.graph.get("/users/other")
        await customer.graph.write("POST", "/users", {})
        await customer.graph.write("DELETE", "/users/new-1")
        await customer.graph.get("/users/new-1")

    assert isinstance(failing(work, Cloud(not_there)), errors.NotFound)


# Tokens, limits, errors


def test_refused_token_is_renewed_once() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.headers["authorization"] == "Bearer token-1-secret":
            return reply(401, graph_error("InvalidAuthenticationToken", "Access token has expired"))
        return reply(200, {"value": []})

    cloud = Cloud(handle)

    assert with_customer(cloud, users) == []
    assert (len(cloud.logins), len(cloud.requests)) == (2, 2)


def test_token_refused_for_twenty_at_once_is_renewed_once() -> None:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.headers["authorization"] == "Bearer token-1-secret":
            return reply(401, graph_error("InvalidAuthenticationToken", "Access token has expired"))
        return batches(members_of)(request)

    cloud = Cloud(handle)

    async def work(customer: CustomerSession) -> None:
        await asyncio.gather(*(customer.graph.listing(f"/g{n}") for n in range(20)))

    with_customer(cloud, work)

    assert (len(cloud.logins), len(cloud.requests)) == (2, 2)


def test_token_refused_inside_a_batch_is_renewed_too() -> None:
    def answer(item: Item) -> Item:
        return members_of(item) if len(cloud.logins) > 1 else an_answer(item, 401, {})

    cloud = Cloud(batches(answer))

    async def work(customer: CustomerSession) -> None:
        await asyncio.gather(*(customer.graph.listing(f"/g{n}") for n in range(3)))

    with_customer(cloud, work)

    assert len(cloud.logins) == 2


def test_token_refused_twice_is_unauthenticated() -> None:
    cloud = Cloud(lambda _: reply(401, graph_error("InvalidAuthenticationToken", "Access token is empty.")))

    error = failing(users, cloud)

    assert isinstance(error, errors.Unauthenticated)
    assert len(cloud.requests) == 2


def test_requests_are_spaced_after_a_warning() -> None:
    time = ManualTime()
    cloud = Cloud(lambda _: reply(200, {"value": []}, x_ms_throttle_limit_percentage="1.0"))

    async def work(customer: CustomerSession) -> None:
        for n in range(3):
            await customer.graph.listing(f"/g{n}")

    with_customer(cloud, work, time.pace())

    assert sum(time.slept) >= 0.2


def test_error_carries_what_support_asks_for() -> None:
    body = graph_error("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    cloud = Cloud(lambda _: reply(403, body, request_id="r-1"))

    error = failing(users, cloud)

    assert isinstance(error, errors.Forbidden)
    exchange = error.exchange
    assert (exchange.service, exchange.tenant, exchange.method, exchange.path) == ("graph", TENANT, "GET", "/users")
    assert (exchange.status, exchange.code, exchange.request_id) == (403, "Authorization_RequestDenied", "r-1")


def test_password_echoed_by_the_service_is_blanked() -> None:
    body = graph_error("Request_BadRequest", "The value Tr0ub4dor&3 is not allowed.")
    cloud = Cloud(lambda _: reply(400, body))

    error = failing(write_of("POST", "/users", {"passwordProfile": {"password": "Tr0ub4dor&3"}}), cloud)

    assert "Tr0ub4dor" not in str(error)


def test_guest_names_are_quoted_for_a_path() -> None:
    assert quoted("ada_x.test#EXT#@contoso.test") == "ada_x.test%23EXT%23@contoso.test"
    assert quoted("a/b?c") == "a%2Fb%3Fc"
