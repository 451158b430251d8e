"""One request once: what reached the service, what did not, and what a bad answer becomes. On real sockets."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest

from cloud.sockets import Behavior, Heard, SocketServer, acting_and_closing, answering, authority, http_answer, serving
from reconciler.cloud import http
from reconciler.cloud.clock import Pace, ServiceClock
from reconciler.cloud.exchange import Answer, Lost, Malformed
from reconciler.cloud.http import Http, Request

T = TypeVar("T")


def against(behavior: Behavior, work: Callable[[Http, SocketServer], Awaitable[T]], pace: Pace | None = None) -> T:
    async def main() -> T:
        async with serving(behavior) as server, Http(http.sockets({}), pace or Pace(), ServiceClock()) as client:
            return await work(client, server)

    return asyncio.run(main())


def a_get(url: str, service: str = "graph") -> Request:
    return Request(service, "GET", url, {})


async def outcome(client: Http, request: Request) -> Answer | Lost | Malformed:
    try:
        return await client.once(request)
    except (Lost, Malformed) as problem:
        return problem


def test_server_that_acts_and_closes_is_not_called_never_sent() -> None:
    async def work(client: Http, server: SocketServer) -> tuple[Answer | Lost | Malformed, int]:
        return await outcome(client, Request("graph", "POST", server.url("/users"), {}, b"{}")), len(server.heard)

    lost, heard = against(acting_and_closing, work)

    assert isinstance(lost, Lost)
    assert not lost.never_sent
    assert heard == 1


def test_server_that_acts_is_asked_exactly_once() -> None:
    """No layer below ours repeats a request by itself, not even a GET on a kept connection."""
    calls = []

    async def first_fine_then_closing(heard: Heard, writer: asyncio.StreamWriter) -> None:
        calls.append(heard.target)
        if len(calls) == 1:
            writer.write(http_answer(200, b"{}"))
        else:
            writer.close()

    async def work(client: Http, server: SocketServer) -> list[str]:
        await outcome(client, a_get(server.url("/first")))
        await outcome(client, a_get(server.url("/second")))
        return calls

    assert against(first_fine_then_closing, work) == ["/first", "/second"]


def test_refused_connection_was_never_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    async def main() -> Answer | Lost | Malformed:
        async with Http(http.sockets({}), Pace(), ServiceClock()) as client:
            return await outcome(client, a_get(f"http://127.0.0.1:{port}/"))

    lost = asyncio.run(main())

    assert isinstance(lost, Lost)
    assert lost.never_sent


def test_failed_tls_handshake_was_never_sent(tmp_path: Path) -> None:
    context, _ = authority(str(tmp_path))

    async def main() -> tuple[Answer | Lost | Malformed, int]:
        async with (
            serving(acting_and_closing, context) as server,
            Http(http.sockets({}), Pace(), ServiceClock()) as client,
        ):
            return await outcome(client, a_get(server.url("/", "https"))), len(server.heard)

    lost, heard = asyncio.run(main())

    assert isinstance(lost, Lost)
    assert lost.never_sent
    assert heard == 0


def test_authority_in_ssl_cert_file_is_trusted(tmp_path: Path) -> None:
    context, ca_file = authority(str(tmp_path))

    async def main() -> int:
        async with (
            serving(answering(http_answer(204)), context) as server,
            Http(http.sockets({"SSL_CERT_FILE": ca_file}), Pace(), ServiceClock()) as client,
        ):
            return (await client.once(a_get(server.url("/", "https")))).status

    assert asyncio.run(main()) == 204


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(httpx2.ConnectError("x"), True, id="refused"),
        pytest.param(httpx2.ConnectTimeout("x"), True, id="connect timeout"),
        pytest.param(httpx2.PoolTimeout("x"), True, id="no free connection"),
        pytest.param(httpx2.ProxyError("x"), True, id="proxy refuses the tunnel"),
        pytest.param(httpx2.ReadError("x"), False, id="reset while reading"),
        pytest.param(httpx2.ReadTimeout("x"), False, id="read timeout"),
        pytest.param(httpx2.WriteError("x"), False, id="reset while writing"),
        pytest.param(httpx2.WriteTimeout("x"), False, id="write timeout"),
        pytest.param(httpx2.RemoteProtocolError("x"), False, id="closed without an answer"),
        pytest.param(TimeoutError(), False, id="our own deadline"),
    ],
)
def test_only_a_failure_to_open_the_connection_is_never_sent(error: Exception, expected: bool) -> None:
    assert http.never_sent(error) is expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"value"', id="shorter than its length"),
        pytest.param(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{", id="torn chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc", id="no gzip"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="no HTTP"),
    ],
)
def test_broken_answer_is_lost_and_may_have_taken_effect(raw: bytes) -> None:
    async def torn(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        writer.close()

    async def work(client: Http, server: SocketServer) -> Answer | Lost | Malformed:
        return await outcome(client, a_get(server.url("/")))

    lost = against(torn, work)

    assert isinstance(lost, Lost)
    assert not lost.never_sent


def test_answer_larger_than_any_honest_one_is_malformed() -> None:
    """Measured after decompression: a small body may unpack to any size."""
    bomb = gzip.compress(b"0" * (http.LARGEST_BODY + 1))

    async def work(client: Http, server: SocketServer) -> Answer | Lost | Malformed:
        return await outcome(client, a_get(server.url("/")))

    problem = against(answering(http_answer(200, bomb, "content-encoding: gzip")), work)

    assert isinstance(problem, Malformed)


def test_server_that_never_answers_is_lost_at_the_deadline() -> None:
    async def silent(heard: Heard, writer: asyncio.StreamWriter) -> None:
        return

    async def work(client: Http, server: SocketServer) -> Answer | Lost | Malformed:
        client.pace = Pace().within(0.2)
        return await outcome(client, a_get(server.url("/")))

    lost = against(silent, work)

    assert isinstance(lost, Lost)
    assert not lost.never_sent


def test_nothing_is_sent_after_the_deadline() -> None:
    async def work(client: Http, server: SocketServer) -> tuple[Answer | Lost | Malformed, int]:
        return await outcome(client, a_get(server.url("/"))), len(server.heard)

    lost, heard = against(answering(http_answer(200)), work, Pace(deadline=0.0))

    assert isinstance(lost, Lost)
    assert lost.never_sent
    assert heard == 0


def test_redirects_are_answers_and_not_followed() -> None:
    async def work(client: Http, server: SocketServer) -> tuple[int, int]:
        answer = await client.once(a_get(server.url("/")))
        return answer.status, len(server.heard)

    assert against(answering(http_answer(302, b"", "location: /elsewhere")), work) == (302, 1)


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


@pytest.mark.parametrize(
    ("host", "environ", "expected"),
    [
        pytest.param("graph.test", {}, None, id="none set"),
        pytest.param("graph.test", {"HTTPS_PROXY": "http://p:1"}, "http://p:1", id="set"),
        pytest.param("graph.test", {"https_proxy": "http://p:1"}, "http://p:1", id="lower case"),
        pytest.param("graph.test", {"ALL_PROXY": "http://p:1"}, "http://p:1", id="for all"),
        pytest.param("127.0.0.1", {"HTTPS_PROXY": "http://p:1"}, None, id="loopback"),
        pytest.param("localhost", {"HTTPS_PROXY": "http://p:1"}, None, id="localhost"),
        pytest.param("a.graph.test", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "x, .graph.test"}, None, id="parent"),
        pytest.param("graph.test", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, None, id="star"),
        pytest.param("notgraph.test", {"HTTPS_PROXY": "http://p:1", "NO_PROXY": "graph.test"}, "http://p:1", id="tail"),
    ],
)
def test_proxy_follows_the_environment(host: str, environ: dict[str, str], expected: str | None) -> None:
    assert http.proxy_for(host, environ) == expected
