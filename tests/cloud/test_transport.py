"""One connection: what was lost, what may be used again, and what a bad answer becomes. On real sockets."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpcore2
import pytest

from cloud.sockets import Behavior, Heard, SocketServer, acting_and_closing, answering, http_answer, serving
from reconciler.cloud import transport
from reconciler.cloud.endpoints import origin
from reconciler.cloud.exchange import Answer, Lost, Malformed
from reconciler.cloud.http import Request, Transport
from reconciler.cloud.transport import over_sockets

T = TypeVar("T")
FINE = http_answer(200, b"{}")


def against(behavior: Behavior, work: Callable[[Transport, SocketServer], Awaitable[T]]) -> T:
    async def main() -> T:
        async with serving(behavior) as server:
            client = over_sockets({})(origin(server.url("")))
            try:
                return await work(client, server)
            finally:
                await client.aclose()

    return asyncio.run(main())


def asked(behavior: Behavior, *paths: str) -> list[Answer | Lost | Malformed]:
    """What becomes of requests for these paths, one after the other."""

    async def work(client: Transport, server: SocketServer) -> list[Answer | Lost | Malformed]:
        return [await outcome(client, a_get(server.url(path))) for path in paths]

    return against(behavior, work)


def a_get(url: str) -> Request:
    return Request("graph", "GET", url, {})


async def outcome(client: Transport, request: Request) -> Answer | Lost | Malformed:
    try:
        return await client.exchange(request)
    except (Lost, Malformed) as problem:
        return problem


def noting(behavior: Behavior, peers: list[Any]) -> Behavior:
    """The same behavior, with the other end of each request's connection written down."""

    async def behave(heard: Heard, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername"))
        await behavior(heard, writer)

    return behave


def test_server_that_acts_and_closes_is_not_called_never_sent() -> None:
    async def work(client: Transport, server: SocketServer) -> tuple[Answer | Lost | Malformed, int]:
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
            writer.write(FINE)
        else:
            writer.close()

    asked(first_fine_then_closing, "/first", "/second")

    assert calls == ["/first", "/second"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(httpcore2.ConnectError("x"), True, id="refused"),
        pytest.param(httpcore2.ConnectTimeout("x"), True, id="connect timeout"),
        pytest.param(httpcore2.ProxyError("x"), True, id="proxy refuses the tunnel"),
        pytest.param(httpcore2.ReadError("x"), False, id="reset while reading"),
        pytest.param(httpcore2.ReadTimeout("x"), False, id="read timeout"),
        pytest.param(httpcore2.WriteError("x"), False, id="reset while writing"),
        pytest.param(httpcore2.WriteTimeout("x"), False, id="write timeout"),
        pytest.param(httpcore2.RemoteProtocolError("x"), False, id="closed without an answer"),
        pytest.param(TimeoutError(), False, id="our own deadline"),
    ],
)
def test_only_a_failure_to_open_the_connection_is_never_sent(error: Exception, expected: bool) -> None:
    assert transport.never_sent(error) is expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{"value"', id="shorter than its length"),
        pytest.param(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{", id="torn chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-le", id="torn head"),
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc", id="no gzip"),
        pytest.param(http_answer(200, gzip.compress(b"{}")[:-4], "content-encoding: gzip"), id="torn gzip"),
        pytest.param(http_answer(200, b"abc", "content-encoding: br"), id="an encoding nobody asked for"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n\r\n", id="no HTTP"),
        pytest.param(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000, id="endless head"),
    ],
)
def test_broken_answer_is_lost_and_may_have_taken_effect(raw: bytes) -> None:
    async def torn(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        writer.close()

    lost = asked(torn, "/")[0]

    assert isinstance(lost, Lost)
    assert not lost.never_sent


def test_answer_larger_than_any_honest_one_is_malformed() -> None:
    huge = http_answer(200, b"0" * (transport.LARGEST_BODY + 1))

    assert isinstance(asked(answering(huge), "/")[0], Malformed)


def test_answer_is_measured_after_decompression() -> None:
    """A small body may unpack to any size."""
    bomb = gzip.compress(b"0" * (transport.LARGEST_BODY + 1))

    assert isinstance(asked(answering(http_answer(200, bomb, "content-encoding: gzip")), "/")[0], Malformed)


@pytest.mark.parametrize(
    ("raw", "status", "content"),
    [
        pytest.param(FINE, 200, b"{}", id="with its length"),
        pytest.param(http_answer(204), 204, b"", id="without a body"),
        pytest.param(http_answer(200, gzip.compress(b"{}"), "content-encoding: gzip"), 200, b"{}", id="gzip"),
        pytest.param(b"HTTP/1.1 103 Early\r\nlink: x\r\n\r\n" + FINE, 200, b"{}", id="after an early hint"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            *(200, b"{}"),
            id="in chunks",
        ),
        pytest.param(http_answer(302, b"", "location: /elsewhere"), 302, b"", id="a redirect, which is not followed"),
    ],
)
def test_answer_is_given_whole(raw: bytes, status: int, content: bytes) -> None:
    answer = asked(answering(raw), "/")[0]

    assert isinstance(answer, Answer)
    assert (answer.status, answer.content) == (status, content)


def test_body_without_a_length_ends_with_the_connection() -> None:
    async def until_closed(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n{}")
        writer.close()

    answer = asked(until_closed, "/")[0]

    assert isinstance(answer, Answer)
    assert answer.content == b"{}"


def test_header_that_comes_twice_is_one_list() -> None:
    answer = asked(answering(http_answer(200, b"", "Via: a", "via: b")), "/")[0]

    assert isinstance(answer, Answer)
    assert answer.headers["via"] == "a, b"


def test_request_arrives_as_it_was_asked() -> None:
    async def work(client: Transport, server: SocketServer) -> list[Heard]:
        await client.exchange(Request("graph", "PATCH", server.url("/u?$top=9&x=a b%20c'"), {"x-y": "z"}, b"{}"))
        return server.heard

    heard = against(answering(FINE), work)[0]

    assert (heard.method, heard.target, heard.body) == ("PATCH", "/u?$top=9&x=a%20b%20c'", b"{}")
    assert heard.headers["x-y"] == "z"
    assert heard.headers["host"].startswith("127.0.0.1:")


def test_connection_is_used_again() -> None:
    peers: list[Any] = []

    asked(noting(answering(FINE), peers), "/1", "/2", "/3")

    assert len(peers) == 3
    assert len(set(peers)) == 1


async def closing_when_idle(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(FINE)
    writer.close()


async def saying_more(heard: Heard, writer: asyncio.StreamWriter) -> None:
    writer.write(FINE)
    await writer.drain()
    await asyncio.sleep(0.01)
    writer.write(http_answer(500, b"nobody asked"))


@pytest.mark.parametrize(
    "behavior",
    [
        pytest.param(closing_when_idle, id="closed afterwards"),
        pytest.param(answering(http_answer(200, b"{}", "connection: close")), id="announced to be closed"),
        pytest.param(saying_more, id="more than was asked"),
    ],
)
def test_connection_that_did_not_end_cleanly_is_not_used_again(behavior: Behavior) -> None:
    peers: list[Any] = []

    async def work(client: Transport, server: SocketServer) -> list[Answer | Lost | Malformed]:
        first = await outcome(client, a_get(server.url("/1")))
        await asyncio.sleep(0.05)
        return [first, await outcome(client, a_get(server.url("/2")))]

    answers = against(noting(behavior, peers), work)

    assert [answer.status for answer in answers if isinstance(answer, Answer)] == [200, 200]
    assert len(set(peers)) == 2


def test_interrupted_request_leaves_no_answer_to_the_next() -> None:
    async def slow_at_first(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if heard.target == "/slow":
            await asyncio.sleep(0.05)
        writer.write(http_answer(200, heard.target.encode()))

    async def work(client: Transport, server: SocketServer) -> Answer:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await client.exchange(a_get(server.url("/slow")))
        await asyncio.sleep(0.06)
        return await client.exchange(a_get(server.url("/next")))

    assert against(slow_at_first, work).content == b"/next"
