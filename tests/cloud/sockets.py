"""A server on a real socket that behaves as badly as a test wants: the answer is bytes, and closing is a choice."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trustme

Behavior = Callable[["Heard", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Heard:
    """One request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class SocketServer:
    """Listens on a free port; `heard` are the requests that arrived whole, which is when they would take effect."""

    port: int
    heard: list[Heard] = field(default_factory=list)

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"


def http_answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP/1.1 answer."""
    lines = [f"HTTP/1.1 {status} X", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@asynccontextmanager
async def serving(behavior: Behavior, context: ssl.SSLContext | None = None) -> AsyncIterator[SocketServer]:
    """A server for the time of the block."""
    server = SocketServer(0)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (heard := await _hear(reader)) is not None and not writer.is_closing():
                server.heard.append(heard)
                await behavior(heard, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(converse, "127.0.0.1", 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


def answering(*answers: bytes) -> Behavior:
    """Gives the answers in turn, the last one for ever."""
    left = list(answers)

    async def behave(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return behave


async def acting_and_closing(heard: Heard, writer: asyncio.StreamWriter) -> None:
    """Takes the request, does what it asks for all we know, and hangs up without a word."""
    writer.close()


def authority(directory: str) -> tuple[ssl.SSLContext, str]:
    """A server's TLS context for 127.0.0.1 and the file of the authority that vouches for it."""
    ca = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    path = f"{directory}/ca.pem"
    ca.cert_pem.write_to_path(path)
    return context, path


async def _hear(reader: asyncio.StreamReader) -> Heard | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    return Heard(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
