"""Answers that no service should give: each is an error of our tree, and nobody who was cancelled works on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from cloud.clouds import ENVIRON, Cloud, ManualTime, a_connection, reply, with_customer
from reconciler.cloud.auth import GRAPH, Audience
from reconciler.cloud.sessions import CustomerSession, Sessions
from reconciler.cloud.shared import Shared
from reconciler.model import errors
from reconciler.model.errors import CloudError


def asking_for_a_token(answer: httpx2.Response) -> CloudError:
    async def main() -> str:
        cloud = Cloud(lambda _: reply(404, {}), lambda _: answer)
        async with Sessions(a_connection(), ENVIRON, ManualTime().pace(), cloud.seams()) as sessions:
            return await sessions.tokens.get(Audience("customer.test", GRAPH))

    with pytest.raises(CloudError) as caught:
        asyncio.run(main())
    return caught.value


@pytest.mark.parametrize("status", [501, 505, 511, 599])
def test_a_login_server_that_fails_in_an_unusual_way_is_unavailable(status: int) -> None:
    error = asking_for_a_token(reply(status, {"access_token": "t"}))

    assert (type(error), error.exchange.status) == (errors.Unavailable, status)


@pytest.mark.parametrize("said", ["Canary\u200btoken", "Canary\u00fctoken"], ids=["invisible", "umlaut"])
def test_a_token_that_no_header_can_carry_is_never_sent_and_not_shown(said: str) -> None:
    cloud = Cloud(lambda _: reply(200, {"id": "1"}), lambda _: reply(200, {"access_token": said}))

    async def work(customer: CustomerSession) -> Any:
        return await customer.graph.get("/users/1", batch=False)

    with pytest.raises(errors.Unavailable) as caught:
        with_customer(cloud, work)

    assert "a header cannot be sent" in str(caught.value)
    assert "Canary" not in str(caught.value)
    assert cloud.requests == []


def test_whoever_was_cancelled_with_the_one_who_works_does_not_take_the_work_over() -> None:
    """At the end of a run everything that still runs is cancelled at once."""
    begun: list[str] = []

    def work(name: str) -> Callable[[], Any]:
        async def do() -> None:
            begun.append(name)
            await asyncio.sleep(3600)

        return do

    async def main() -> list[bool]:
        shared: Shared[str, None] = Shared()
        tasks = [asyncio.ensure_future(shared.join("k", work(name))) for name in ("first", "second")]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=5)
        return [task.cancelled() for task in tasks]

    assert asyncio.run(main()) == [True, True]
    assert begun == ["first"]
