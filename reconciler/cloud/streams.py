"""Connections as httpcore2 wants them, on asyncio's own transports instead of anyio's streams above those.

asyncio opens (both address families side by side), secures and carries; here its callbacks become `read` and `write`,
and its errors httpcore2's. What belongs to opening becomes ConnectError or ConnectTimeout, so that `transport.py` may
say that nothing was sent.

Must not: know HTTP, or proxies: httpcore2 asks for TLS when a tunnel stands.

Questionable on purpose: what is written waits until somebody reads, so that a request leaves as one packet and not as
head and body. Only a client may do that, and only because it asks before it listens. It is a fifth of the CPU of an
exchange, together with the scopes and look-ups that anyio needs to serve two event loops.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore2

NEXT_ADDRESS_S = 0.25  # how long one address may take before the next is tried beside it (RFC 8305, 5)
MOST_HELD = 64 * 1024  # bytes that wait to be sent
MOST_UNREAD = 1024 * 1024  # bytes that wait to be read; more wait with the sender


class Streams(httpcore2.AsyncNetworkBackend):
    """Opens connections for httpcore2 within the running event loop."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore2's signature, here and below
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,  # Any: tuples as `setsockopt` takes them
    ) -> httpcore2.AsyncNetworkStream:
        bound = (local_address, 0) if local_address else None
        opening = asyncio.get_running_loop().create_connection(
            _Stream, host, port, local_addr=bound, happy_eyeballs_delay=NEXT_ADDRESS_S
        )
        with _told(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            async with asyncio.timeout(timeout):
                transport, stream = await opening
        for option in socket_options or ():
            transport.get_extra_info("socket").setsockopt(*option)
        return stream

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Stream(asyncio.Protocol, httpcore2.AsyncNetworkStream):
    """Both ends of one connection: asyncio's callbacks, and the reader and writer that httpcore2 calls."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._unread = bytearray()
        self._ended = False
        self._problem: Exception | None = None
        self._news = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if len(self._unread) > MOST_UNREAD:
            self._transport.pause_reading()
        self._news.set()

    def eof_received(self) -> None:
        self._ended = True
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._problem = True, exc
        self._news.set()
        self._drained.set()

    def pause_writing(self) -> None:
        self._drained.clear()

    def resume_writing(self) -> None:
        self._drained.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """What has come, b"" at the end. ReadTimeout and ReadError as httpcore2 means them."""
        self._send()
        with _told(httpcore2.ReadTimeout, httpcore2.ReadError):
            if not self._unread and not self._ended:
                self._news.clear()
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            if not self._unread and self._problem is not None:
                raise self._problem
        return self._taken(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Takes the bytes; they leave with the next `read`, or when many wait."""
        self._held.append(buffer)
        if sum(map(len, self._held)) > MOST_HELD:
            self._send()
            with _told(httpcore2.WriteTimeout, httpcore2.WriteError):
                async with asyncio.timeout(timeout):
                    await self._drained.wait()

    async def aclose(self) -> None:
        """Lets go of the connection without waiting for the other side to agree."""
        self._transport.abort()
        await asyncio.sleep(0)  # asyncio closes the socket in the next turn

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore2.AsyncNetworkStream:
        self._send()
        with _told(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            secured = await asyncio.get_running_loop().start_tls(
                self._transport,
                self,
                ssl_context,
                server_hostname=server_hostname,
                ssl_handshake_timeout=timeout,
            )
            if secured is None:
                raise ConnectionAbortedError("closed during the TLS handshake")
        self._transport = secured
        return self

    def get_extra_info(self, info: str) -> Any:  # Any: httpcore2's own signature
        if info == "is_readable":
            return bool(self._unread) or self._ended or _has_news(self._transport.get_extra_info("socket"))
        return self._transport.get_extra_info(info)

    def _send(self) -> None:
        if self._held:
            self._transport.write(b"".join(self._held))
            self._held.clear()

    def _taken(self, most: int) -> bytes:
        taken = bytes(self._unread[:most])
        del self._unread[:most]
        if not self._transport.is_reading() and not self._ended:
            self._transport.resume_reading()
        return taken


@contextmanager
def _told(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """asyncio's errors as httpcore2's. A TLS error is an OSError too."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error


def _has_news(socket: Any) -> bool:  # Any: asyncio's stand-in for a socket
    """Whether something came, or the end did, that the event loop has not told of yet."""
    poll = select.poll()  # a selector of `selectors` opens a file for each look
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
