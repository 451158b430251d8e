"""Partner Center: idempotency, paging, raw documents, waiting, and what its answers become."""

from __future__ import annotations

import asyncio
import itertools
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from cloud.clouds import ENVIRON, Cloud, ManualTime, a_connection, body_of, reply, with_customer
from reconciler.cloud.pages import MOST_EMPTY
from reconciler.cloud.partner import PLAIN, Options
from reconciler.cloud.sessions import CustomerSession, Sessions
from reconciler.model import errors
from reconciler.model.errors import CloudError

SUBSCRIPTION = "/customers/c/subscriptions/s"
KEY = "11111111-2222-4333-8444-555555555555"
Handler = Callable[[httpx2.Request], httpx2.Response]


def in_turn(*answers: httpx2.Response | Exception) -> Handler:
    left = list(answers)

    def handle(request: httpx2.Request) -> httpx2.Response:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return handle


def failing(work: Callable[[CustomerSession], Any], cloud: Cloud, time: ManualTime | None = None) -> CloudError:
    with pytest.raises(CloudError) as caught:
        with_customer(cloud, work, (time or ManualTime()).pace())
    return caught.value


def writing(method: str = "PATCH", body: object = None, options: Options = PLAIN) -> Any:
    return lambda customer: customer.partner.write(method, SUBSCRIPTION, body or {"id": "s"}, options)


def request_ids(cloud: Cloud) -> list[str]:
    return [request.headers["ms-requestid"] for request in cloud.requests]


def test_headers_are_those_the_service_documents() -> None:
    cloud = Cloud(lambda _: reply(200, {"id": "s"}))

    with_customer(cloud, writing(options=Options(request_id=KEY, if_match="abc")))

    headers = cloud.requests[0].headers
    assert cloud.paths() == [f"PATCH /v1{SUBSCRIPTION}"]
    assert headers["ms-requestid"] == KEY
    assert headers["ms-contract-version"] == "v1"
    assert headers["x-locale"] == "en-US"
    assert headers["if-match"] == '"abc"'
    assert headers["content-type"] == "application/json"
    assert uuid.UUID(headers["ms-correlationid"])


def test_unknown_fields_and_money_survive_reading_and_writing_back() -> None:
    raw = b'{"id":"s","quantity":10,"listPrice":10.10,"future":{"a":[1,null,"x"],"tiny":0.1000000000000000055}}'

    def handle(request: httpx2.Request) -> httpx2.Response:
        return reply(200, raw if request.method == "GET" else request.content)

    cloud = Cloud(handle)

    async def work(customer: CustomerSession) -> None:
        document = await customer.partner.get(SUBSCRIPTION)
        document["quantity"] = 12
        await customer.partner.write("PATCH", SUBSCRIPTION, document)

    with_customer(cloud, work)

    assert cloud.requests[1].content == raw.replace(b'"quantity":10', b'"quantity":12')


@pytest.mark.parametrize("number", [b"5", b"5.25"], ids=["whole numbers", "a fraction"])
def test_a_byte_order_mark_is_no_part_of_the_answer(number: bytes) -> None:
    cloud = Cloud(lambda _: reply(200, b'\xef\xbb\xbf{"quantity":' + number + b"}"))

    document = with_customer(cloud, lambda customer: customer.partner.get(SUBSCRIPTION))

    assert document["quantity"] == Decimal(number.decode())


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(httpx2.ReadError("reset"), id="answer lost"),
        pytest.param(httpx2.ConnectError("refused"), id="not connected"),
        pytest.param(reply(500, {}), id="500"),
        pytest.param(reply(503, {}), id="503"),
        pytest.param(reply(429, {}, retry_after="7"), id="throttled"),
    ],
)
def test_repeated_call_keeps_its_request_id(fault: httpx2.Response | Exception) -> None:
    cloud = Cloud(in_turn(fault, reply(201, {"id": "o"})))

    assert with_customer(cloud, writing("POST")) == {"id": "o"}
    assert len(cloud.requests) == 2
    assert len(set(request_ids(cloud))) == 1


def test_each_logical_call_has_its_own_request_id() -> None:
    cloud = Cloud(lambda _: reply(200, {"id": "s"}))

    async def work(customer: CustomerSession) -> None:
        await writing()(customer)
        await writing()(customer)

    with_customer(cloud, work)

    assert len(set(request_ids(cloud))) == 2


@pytest.mark.parametrize("code", [800014, "800060", 800082])
def test_pending_operation_is_tried_again_with_growing_spacing_and_a_new_id(code: object) -> None:
    """A new id, because the service stores its answer with the old one and would repeat it."""
    time = ManualTime()
    pending = reply(409, {"code": code, "description": "pending"})
    cloud = Cloud(in_turn(pending, pending, pending, reply(200, {"id": "s"})))

    with_customer(cloud, writing(options=Options(request_id=KEY)), time.pace())

    assert time.slept == [5.0, 30.0, 120.0]
    assert len(set(request_ids(cloud))) == 4


def test_resumed_call_walks_through_the_same_request_ids() -> None:
    def ids() -> list[str]:
        cloud = Cloud(in_turn(reply(409, {"code": 800014}), reply(200, {"id": "s"})))
        with_customer(cloud, writing(options=Options(request_id=KEY)))
        return request_ids(cloud)

    assert ids() == ids()


def test_other_conflicts_are_final() -> None:
    cloud = Cloud(lambda _: reply(409, {"code": 900278, "description": "Pending, try after 24 hours"}))

    error = failing(writing(), cloud)

    assert isinstance(error, errors.Conflict)
    assert error.exchange.code == "900278"
    assert len(cloud.requests) == 1


def test_throttle_without_header_waits_as_its_text_says() -> None:
    time = ManualTime()
    throttled = reply(429, {"statusCode": 429, "message": "Rate limit is exceeded. Try again in 57 seconds."})

    with_customer(Cloud(in_turn(throttled, reply(200, {"id": "s"}))), writing(), time.pace())

    assert sum(time.slept) == 57.0


# Paging


def a_page(*ids: str, following: object = None) -> dict[str, Any]:
    links = {"self": {"uri": "/customers"}} | ({"next": following} if following else {})
    return {"totalCount": len(ids), "items": [{"id": key} for key in ids], "links": links}


def listing(path: str = "/customers?size=2") -> Any:
    return lambda customer: customer.partner.listing(path)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        pytest.param("/customers?size=2&seekOperation=Next", "/v1/customers?size=2&seekOperation=Next", id="no v1"),
        pytest.param("/v1/customers?size=2&seekOperation=Next", "/v1/customers?size=2&seekOperation=Next", id="v1"),
        pytest.param("customers?size=2", "/v1/customers?size=2", id="no slash"),
        pytest.param("https://partner.test/v1/customers?x=1", "/v1/customers?x=1", id="absolute"),
    ],
)
def test_next_page_is_asked_for_with_its_uri_and_headers(uri: str, expected: str) -> None:
    following = {"uri": uri, "method": "GET", "headers": [{"key": "MS-ContinuationToken", "value": "t=="}]}
    cloud = Cloud(in_turn(reply(200, a_page("1", "2", following=following)), reply(200, a_page("3"))))

    assert with_customer(cloud, listing()) == [{"id": "1"}, {"id": "2"}, {"id": "3"}]
    assert cloud.paths()[1] == f"GET {expected}"
    assert cloud.requests[1].headers["ms-continuationtoken"] == "t=="


def test_pages_with_one_uri_and_different_tokens_are_no_loop() -> None:
    def following(token: str) -> dict[str, Any]:
        return {"uri": "/customers?seekOperation=Next", "headers": [{"key": "MS-ContinuationToken", "value": token}]}

    pages = [a_page("1", following=following("a")), a_page("2", following=following("b")), a_page("3")]

    assert len(with_customer(Cloud(in_turn(*(reply(200, page) for page in pages))), listing())) == 3


@pytest.mark.parametrize(
    "following",
    [
        pytest.param({"uri": "https://evil.test/v1/customers"}, id="other host"),
        pytest.param({"uri": 7}, id="no text"),
        pytest.param("/customers", id="no object"),
        pytest.param({"uri": "/customers", "headers": "x"}, id="headers no list"),
        pytest.param({"uri": "/customers", "headers": []}, id="for ever the same"),
    ],
)
def test_next_link_that_cannot_be_followed_is_unexpected(following: object) -> None:
    cloud = Cloud(lambda _: reply(200, a_page("1", following=following)))

    assert isinstance(failing(listing(), cloud), errors.Unexpected)
    assert {request.url.host for request in cloud.requests} == {"partner.test"}


def test_empty_pages_without_an_end_are_unexpected_at_partner_center_too() -> None:
    numbers = itertools.count(1)
    cloud = Cloud(lambda _: reply(200, a_page(following={"uri": f"/customers?seek={next(numbers)}"})))

    assert "in a row are empty" in str(failing(listing(), cloud))
    assert len(cloud.requests) == MOST_EMPTY + 1


def test_bare_array_is_a_collection() -> None:
    assert with_customer(Cloud(lambda _: reply(200, [{"id": "d"}])), listing("/x")) == [{"id": "d"}]


@pytest.mark.parametrize("body", [b'{"items": [', {"value": []}, {"items": {}}, {"items": [1]}, "x", None], ids=str)
def test_collection_of_the_wrong_shape_is_unexpected(body: object) -> None:
    assert isinstance(failing(listing(), Cloud(lambda _: reply(200, body))), errors.Unexpected)


def test_listing_is_kept_until_forgotten() -> None:
    cloud = Cloud(lambda _: reply(200, a_page("1")))

    async def work(customer: CustomerSession) -> None:
        await listing()(customer)
        await listing()(customer)
        customer.partner.forget_reads()
        await listing()(customer)

    with_customer(cloud, work)

    assert len(cloud.requests) == 2


# Accepted writes


def test_accepted_patch_is_followed_until_the_resource_shows_it() -> None:
    before, after = {"quantity": 1, "status": "active"}, {"quantity": 2, "status": "active", "x": 1}
    accepted = reply(202, None, location=SUBSCRIPTION)
    cloud = Cloud(in_turn(accepted, reply(200, before), reply(404, {}), reply(200, after)))

    assert with_customer(cloud, writing(body={"quantity": 2, "status": "Active"})) == after
    assert cloud.paths()[1:] == [f"GET /v1{SUBSCRIPTION}"] * 3


def test_accepted_post_is_followed_until_its_status_is_no_longer_in_between() -> None:
    accepted = reply(202, None, location="/v1/customers/c/registrationstatus")
    cloud = Cloud(in_turn(accepted, reply(200, {"status": "InProgress"}), reply(200, {"status": "Completed"})))

    assert with_customer(cloud, writing("POST")) == {"status": "Completed"}


def test_accepted_write_that_is_never_carried_out_is_not_yet_visible() -> None:
    cloud = Cloud(in_turn(reply(202, None, location=SUBSCRIPTION), reply(200, {"quantity": 1})))

    assert isinstance(failing(writing(body={"quantity": 2}), cloud), errors.NotYetVisible)


def test_location_to_another_host_is_not_followed() -> None:
    cloud = Cloud(lambda _: reply(202, None, location="https://evil.test/v1/x"))

    assert isinstance(failing(writing(), cloud), errors.Unexpected)
    assert len(cloud.requests) == 1


# Errors


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        pytest.param(
            400, {"code": 800090, "description": "x", "source": "PartnerFD"}, errors.Rejected, "800090", id="fd"
        ),
        pytest.param(400, {"code": "2002", "description": "x"}, errors.Rejected, "2002", id="code as text"),
        pytest.param(400, {"Code": 2002, "Description": "x"}, errors.Rejected, "2002", id="pascal case"),
        pytest.param(
            400,
            {"code": 600061, "message": "x", "errorName": "E", "isRetryable": False},
            errors.Rejected,
            "600061",
            id="cs",
        ),
        pytest.param(400, {"code": 2055}, errors.Conflict, "2055", id="etag stale"),
        pytest.param(400, {"code": 2006}, errors.Rejected, "2006", id="2006 as 400"),
        pytest.param(403, {"code": 2006}, errors.Rejected, "2006", id="2006 as 403"),
        pytest.param(403, {"code": 900308}, errors.Forbidden, "900308", id="role missing"),
        pytest.param(403, {"code": 800066}, errors.Rejected, "800066", id="seat cap"),
        pytest.param(401, {"code": 900420}, errors.Unauthenticated, "900420", id="audience"),
        pytest.param(404, {"code": 20003}, errors.NotFound, "20003", id="no subscription"),
        pytest.param(412, {}, errors.Conflict, "", id="precondition"),
        pytest.param(417, {}, errors.Rejected, "", id="expectation"),
        pytest.param(501, {"code": 0}, errors.Rejected, "0", id="not implemented"),
        pytest.param(302, {}, errors.Unexpected, "", id="redirect"),
    ],
)
def test_errors_are_keyed_by_status_and_code(status: int, body: object, kind: type[CloudError], code: str) -> None:
    error = failing(writing(), Cloud(lambda _: reply(status, body)))

    assert type(error) is kind
    assert error.exchange.code == code


def test_mfa_refusal_without_json_says_what_to_do() -> None:
    cloud = Cloud(lambda _: reply(401, b"401 Unauthorized - MFA required"))

    error = failing(writing(), cloud)

    assert isinstance(error, errors.Unauthenticated)
    assert "multifactor" in str(error)


def test_answer_of_a_write_that_cannot_be_read_is_in_doubt() -> None:
    assert isinstance(failing(writing("POST"), Cloud(lambda _: reply(201, b'{"id": '))), errors.InDoubt)


def test_refusal_after_a_lost_answer_stays_in_doubt() -> None:
    cloud = Cloud(in_turn(httpx2.ReadError("reset"), reply(400, {"code": 800065, "description": "submitted"})))

    error = failing(writing("POST"), cloud)

    assert isinstance(error, errors.InDoubt)
    assert error.exchange.code == "800065"


def test_lost_delete_that_then_is_not_found_was_done() -> None:
    cloud = Cloud(in_turn(httpx2.ReadError("reset"), reply(404, {"code": 20003})))

    assert with_customer(cloud, writing("DELETE")) is None


@pytest.mark.parametrize(
    "answer", [httpx2.ReadError("reset"), reply(503, {}), reply(201, b"{")], ids=["lost", "failed", "torn"]
)
def test_a_write_that_goes_out_once_is_not_repeated_whatever_became_of_it(answer: httpx2.Response | Exception) -> None:
    cloud = Cloud(in_turn(answer, reply(201, {"id": "1"})))

    error = failing(lambda session: session.partner.write("POST", "/customers", {}, Options(once=True)), cloud)

    assert isinstance(error, errors.InDoubt)
    assert len(cloud.requests) == 1


def test_a_write_that_goes_out_once_is_repeated_where_it_was_refused_unseen() -> None:
    cloud = Cloud(in_turn(reply(429, {}), reply(201, {"id": "1"})))

    made = with_customer(cloud, lambda session: session.partner.write("POST", "/x", {}, Options(once=True)))

    assert made == {"id": "1"}


@pytest.mark.parametrize(("status", "expected"), [(200, True), (404, False)], ids=["taken", "free"])
def test_a_head_tells_whether_something_is_there(status: int, *, expected: bool) -> None:
    cloud = Cloud(lambda _: reply(status))

    assert with_customer(cloud, lambda session: session.partner.exists("/domains/x.onmicrosoft.com")) is expected
    assert cloud.paths() == ["HEAD /v1/domains/x.onmicrosoft.com"]


def test_a_head_that_is_refused_tells_nothing() -> None:
    error = failing(lambda session: session.partner.exists("/domains/x"), Cloud(lambda _: reply(403, {"code": 1})))

    assert isinstance(error, errors.Forbidden)


def test_customer_password_never_reaches_an_error() -> None:
    torn = b'{"items": [{"userCredentials": {"userName": "admin", "password": "Canary-9x"}}'
    cloud = Cloud(lambda _: reply(200, torn))

    assert "Canary" not in str(failing(listing(), cloud))


# App and person


def test_operation_that_refuses_the_app_is_asked_again_on_behalf_of_the_person() -> None:
    def login(request: httpx2.Request) -> httpx2.Response:
        who = "user" if b"refresh_token=" in request.content else "app"
        return reply(200, {"access_token": who, "expires_in": 3599})

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.headers["authorization"] == "Bearer user":
            return reply(200, {"id": "s"})
        return reply(403, {"code": 900329, "description": "App only is not supported"})

    cloud = Cloud(handle, login)
    auth = {"clientId": "app", "user": {"refreshToken": {"env": "RT"}}}

    async def main() -> Any:
        connection, environ = a_connection(auth=auth), {**ENVIRON, "RT": "refresh"}
        async with Sessions(connection, environ, ManualTime().pace(), cloud.seams()) as sessions:
            return await sessions.partner().get("/agreements")

    assert asyncio.run(main()) == {"id": "s"}
    assert len(cloud.requests) == 2


def test_without_a_person_the_refusal_says_what_is_missing() -> None:
    cloud = Cloud(lambda _: reply(403, {"code": 900329, "description": "App only is not supported"}))

    error = failing(writing(), cloud)

    assert isinstance(error, errors.Forbidden)
    assert "auth.user" in str(error)


def test_operation_known_to_need_a_person_does_not_ask_without_one() -> None:
    cloud = Cloud(lambda _: reply(200, {}))

    error = failing(writing(options=Options(as_user=True)), cloud)

    assert isinstance(error, errors.Unauthenticated)
    assert cloud.requests == []


def test_body_is_what_was_given() -> None:
    cloud = Cloud(lambda _: reply(200, {"id": "s"}))

    with_customer(cloud, writing(body={"quantity": 3}))

    assert body_of(cloud.requests[0]) == {"quantity": 3}
