"""How long a request waits before it is sent again, and which wait is never begun."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from cloud.clouds import Cloud, ManualTime, body_of, reply, with_customer
from reconciler.cloud import graph_errors
from reconciler.cloud.exchange import Answer, Call, Lost
from reconciler.cloud.retry import persist
from reconciler.cloud.sessions import CustomerSession
from reconciler.model.errors import CloudError, Unavailable

Item = dict[str, Any]
READ = Call("graph", "t", "GET", "/users", graph_errors.judge, graph_errors.explain)


def throttled_once(waits: dict[str, str]) -> tuple[Callable[[httpx2.Request], httpx2.Response], list[str]]:
    """A Graph that throttles each path of a batch once, with the wait given for it; and whom it served."""
    left, served = dict(waits), list[str]()

    def item(request: Item) -> Item:
        path = request["url"]
        if path in left:
            wait = left.pop(path)
            return {"id": request["id"], "status": 429, "headers": {"Retry-After": wait} if wait else {}, "body": {}}
        served.append(path)
        return {"id": request["id"], "status": 200, "headers": {}, "body": {"id": path}}

    def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/$batch"):
            return reply(200, {"responses": [item(one) for one in body_of(request)["requests"]]})
        found = item({"id": "", "url": request.url.raw_path.decode().removeprefix("/v1.0")})
        return reply(found["status"], found["body"], **found["headers"])

    return handle, served


async def three(customer: CustomerSession) -> list[Item]:
    return await asyncio.gather(*(customer.graph.get(f"/users/{name}") for name in ("slow", "quick", "silent")))


def test_each_item_of_a_batch_waits_for_itself_and_a_silent_one_as_long_as_the_longest() -> None:
    handle, served = throttled_once({"/users/slow": "40", "/users/quick": "2", "/users/silent": ""})
    time = ManualTime()

    with_customer(Cloud(handle), three, time.pace())

    assert sorted(served) == ["/users/quick", "/users/silent", "/users/slow"]
    assert sorted(time.slept) == [2.0, 40.0, 40.0]


@pytest.mark.parametrize(
    "step",
    [Lost("reset", never_sent=False), Lost("refused", never_sent=True), Answer(503, {}, b"{}"), Answer(429, {}, b"{}")],
    ids=["answer lost", "not connected", "server failed", "throttled"],
)
def test_a_wait_that_would_pass_the_deadline_is_not_begun(step: Answer | Lost) -> None:
    time = ManualTime()
    sent = 0

    async def attempt() -> Answer:
        nonlocal sent
        sent += 1
        if isinstance(step, Lost):
            raise step
        return step

    async def main() -> None:
        await persist(attempt, READ, time.pace(deadline=time.now + 0.1))

    with pytest.raises(CloudError):
        asyncio.run(main())
    assert (sent, time.slept) == (1, [])


def test_a_request_that_was_never_sent_is_given_up_as_having_had_no_effect() -> None:
    async def attempt() -> Answer:
        raise Lost("refused", never_sent=True)

    async def main() -> None:
        await persist(attempt, READ, ManualTime().pace())

    with pytest.raises(Unavailable, match="nothing was changed"):
        asyncio.run(main())


def test_a_token_that_was_refused_is_not_used_again() -> None:
    seen: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers["authorization"])
        return reply(401, {}) if len(seen) == 1 else reply(200, {"id": "1"})

    async def work(customer: CustomerSession) -> Item:
        return await customer.graph.get("/users/1", batch=False)

    with_customer(Cloud(handle), work)

    assert len(seen) == len(set(seen)) == 2
