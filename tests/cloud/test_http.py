"""One request once, within the deadline and the connections of a host. On real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cloud.sockets import Behavior, Heard, SocketServer, answering, http_answer, serving
from reconciler.cloud import http
from reconciler.cloud.clock import Pace, ServiceClock
from reconciler.cloud.exchange import Answer, Lost
from reconciler.cloud.http import Http, Request
from reconciler.cloud.transport import over_sockets

T = TypeVar("T")


def against(behavior: Behavior, work: Callable[[Http, SocketServer], Awaitable[T]], pace: Pace | None = None) -> T:
    async def main() -> T:
        async with serving(behavior) as server, Http(over_sockets({}), pace or Pace(), ServiceClock()) as client:
            return await work(client, server)

    return asyncio.run(main())


def a_get(url: str, service: str = "graph") -> Request:
    return Request(service, "GET", url, {})


async def outcome(client: Http, request: Request) -> Answer | Lost:
    try:
        return await client.once(request)
    except Lost as problem:
        return problem


def test_server_that_never_answers_is_lost_at_the_deadline() -> None:
    async def silent(heard: Heard, writer: asyncio.StreamWriter) -> None:
        return

    async def work(client: Http, server: SocketServer) -> Answer | Lost:
        client.pace = Pace().within(0.2)
        return await outcome(client, a_get(server.url("/")))

    lost = against(silent, work)

    assert isinstance(lost, Lost)
    assert not lost.never_sent


def test_nothing_is_sent_after_the_deadline() -> None:
    async def work(client: Http, server: SocketServer) -> tuple[Answer | Lost, int]:
        return await outcome(client, a_get(server.url("/"))), len(server.heard)

    lost, heard = against(answering(http_answer(200)), work, Pace(deadline=0.0))

    assert isinstance(lost, Lost)
    assert lost.never_sent
    assert heard == 0


def test_requests_at_once_stay_within_the_connections_of_a_host() -> None:
    open_now, most = 0, 0

    async def slow(heard: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.01)
        open_now -= 1
        writer.write(http_answer(200, b"{}"))

    async def work(client: Http, server: SocketServer) -> int:
        await asyncio.gather(*(client.once(a_get(server.url(f"/{n}"))) for n in range(30)))
        return most

    assert against(slow, work) == http.CONNECTIONS_PER_HOST
