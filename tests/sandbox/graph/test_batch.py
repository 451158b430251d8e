"""$batch: order, dependencies, per-item faults and limits, malformed batches."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.faults import FaultRule

from .cloud import Cloud, Json, Reply, a_world, sku_id

JSON = {"Content-Type": "application/json"}
ADA = "/users/ada@contoso.com"


def send(cloud: Cloud, *items: Json) -> Reply:
    return cloud.post("/$batch", {"requests": list(items)})


def by_id(reply: Reply) -> dict[str, Json]:
    return {one["id"]: one for one in reply.body["responses"]}


def get(identity: str, url: str, **more: Any) -> Json:
    return {"id": identity, "method": "GET", "url": url, **more}


def patch(identity: str, **changes: Any) -> Json:
    return {"id": identity, "method": "PATCH", "url": ADA, "headers": JSON, "body": changes}


def licensing(identity: str, **more: Any) -> Json:
    body = {"addLicenses": [{"skuId": sku_id("SPB"), "disabledPlans": []}], "removeLicenses": []}
    return {"id": identity, "method": "POST", "url": f"{ADA}/assignLicense", "headers": JSON, "body": body, **more}


def test_each_item_has_its_own_status_headers_and_body() -> None:
    answers = by_id(send(Cloud(), get("1", ADA), get("2", "/users/nobody"), patch("3", jobTitle="x")))

    assert {identity: one["status"] for identity, one in answers.items()} == {"1": 200, "2": 404, "3": 204}
    assert answers["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert answers["3"]["body"] is None
    assert answers["1"]["headers"]["request-id"] != answers["2"]["headers"]["request-id"]


@pytest.mark.parametrize(
    "url",
    [
        "/organization",
        "organization",
        "/v1.0/organization",
        "https://localhost:8443/graph/v1.0/organization",
        "https://graph.microsoft.com/v1.0/organization",
    ],
)
def test_urls_are_taken_in_every_form_clients_send(url: str) -> None:
    assert by_id(send(Cloud(), get("1", url)))["1"]["status"] == 200


def test_answers_come_in_an_order_of_their_own() -> None:
    cloud = Cloud()
    items = [get(str(number), ADA) for number in range(20)]

    orders = [[one["id"] for one in send(cloud, *items).body["responses"]] for _ in range(2)]

    assert all(sorted(order, key=int) == [str(number) for number in range(20)] for order in orders)
    assert orders[0] != [str(number) for number in range(20)]
    assert orders[0] != orders[1]


def test_same_seed_gives_the_same_order() -> None:
    items = [get(str(number), ADA) for number in range(20)]

    first, second = ([one["id"] for one in send(Cloud(), *items).body["responses"]] for _ in range(2))

    assert first == second


def test_dependent_item_waits_for_the_other() -> None:
    answers = by_id(send(Cloud(), get("late", ADA, dependsOn=["early"]), patch("early", jobTitle="Lead")))

    assert answers["late"]["body"]["jobTitle"] == "Lead"


def test_dependent_item_fails_with_the_other() -> None:
    answers = by_id(
        send(Cloud(), get("a", "/users/nobody"), get("b", ADA, dependsOn=["a"]), get("c", ADA, dependsOn=["b"]))
    )

    assert [answers[one]["status"] for one in ("a", "b", "c")] == [404, 424, 424]


def test_item_headers_count_for_the_item() -> None:
    url = "/users?$count=true&$filter=department%20ne%20'x'"

    answers = by_id(send(Cloud(), get("1", url), get("2", url, headers={"consistencylevel": "eventual"})))

    assert (answers["1"]["status"], answers["2"]["status"]) == (400, 200)
    assert answers["2"]["body"]["@odata.count"] == 2


def test_item_with_body_needs_its_content_type() -> None:
    item = {key: value for key, value in patch("1", jobTitle="x").items() if key != "headers"}

    assert by_id(send(Cloud(), item))["1"]["status"] == 400


def test_parallel_license_changes_of_one_user_collide() -> None:
    answers = by_id(send(Cloud(), licensing("1"), licensing("2"), licensing("3", dependsOn=["1"])))

    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 409)
    assert answers["2"]["body"]["error"]["code"] == "Directory_ConcurrencyViolation"


def test_license_changes_in_a_row_do_not_collide() -> None:
    answers = by_id(send(Cloud(), licensing("1"), licensing("2", dependsOn=["1"])))

    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 200)


def test_throttled_item_has_its_own_wait() -> None:
    cloud = Cloud()
    rule = {"service": "graph", "items": True, "nth": 2, "action": "status", "status": 429, "retryAfter": 11}
    cloud.sandbox.faults.add(FaultRule.model_validate(rule))

    reply = send(cloud, get("1", ADA), get("2", ADA), get("3", ADA))

    answers = by_id(reply)
    assert (reply.status, sorted(one["status"] for one in answers.values())) == (200, [200, 200, 429])
    assert answers["2"]["headers"]["Retry-After"] == "11"
    assert answers["2"]["body"]["error"]["code"] == "TooManyRequests"


def test_items_are_charged_and_the_batch_is_not() -> None:
    cloud = Cloud(a_world({"throttling": True}))

    reply = send(cloud, get("1", "/users"), get("2", "/subscribedSkus"))

    answers = by_id(reply)
    assert reply.headers["x-ms-resource-unit"] == "0"
    assert (answers["1"]["headers"]["x-ms-resource-unit"], answers["2"]["headers"]["x-ms-resource-unit"]) == ("2", "3")


def test_items_are_rows_inside_the_batch_row_of_the_journal() -> None:
    cloud = Cloud()
    send(cloud, get("1", ADA), patch("2", jobTitle="x"))

    document = cloud.sandbox.journal.document()

    assert len(document["requests"]) == 1
    assert [item["route"] for item in document["requests"][0]["items"]] == ["/users/{user}", "/users/{user}"]
    assert document["writes"] == 1


def test_item_without_permission_is_its_own_403() -> None:
    answers = by_id(send(Cloud(roles=("User.Read.All",)), get("1", ADA), get("2", "/organization")))

    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 403)


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([], id="empty"),
        pytest.param([get(str(number), ADA) for number in range(21)], id="21-items"),
        pytest.param([get("a", ADA), get("A", ADA)], id="same-id-ignoring-case"),
        pytest.param([{"method": "GET", "url": ADA}], id="no-id"),
        pytest.param([get("1", ADA, dependsOn=["2"])], id="unknown-dependency"),
        pytest.param([get("1", ADA, dependsOn=["2"]), get("2", ADA, dependsOn=["1"])], id="circle"),
        pytest.param([{"id": "1", "method": "BREW", "url": ADA}], id="method"),
        pytest.param([get("1", "/$batch")], id="nested"),
        pytest.param(["x"], id="not-an-object"),
    ],
)
def test_malformed_batch_is_refused_whole(items: list[Any]) -> None:
    cloud = Cloud()

    reply = cloud.post("/$batch", {"requests": items})

    assert (reply.status, reply.code) == (400, "BadRequest")
    assert cloud.sandbox.journal.document()["itemCounts"] == {}


def test_first_unknown_route_in_an_item_is_told_as_such() -> None:
    answers = by_id(send(Cloud(), get("1", "/me")))

    assert answers["1"]["status"] == 501
