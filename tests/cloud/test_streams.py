"""Connections for httpcore2 on asyncio's transports: what leaves when, what waits, and which error is whose."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpcore2
import pytest

from reconciler.cloud import opening
from reconciler.cloud.streams import Streams

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LARGE = 32 * 1024 * 1024  # more than a socket's own buffers hold


@asynccontextmanager
async def connected(serve: Serve) -> AsyncIterator[httpcore2.AsyncNetworkStream]:
    """A stream to a server that behaves like `serve`."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(behave, "127.0.0.1", 0)
    stream = await Streams().connect_tcp("127.0.0.1", server.sockets[0].getsockname()[1], timeout=5.0)
    try:
        yield stream
    finally:
        await stream.aclose()
        server.close()
        await server.wait_closed()


async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def resetting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@dataclass
class Packets(asyncio.Protocol):
    """Takes down what arrives, as it arrives."""

    came: list[bytes] = field(default_factory=list)

    def data_received(self, data: bytes) -> None:
        self.came.append(data)


def test_request_leaves_as_one_packet_when_its_answer_is_awaited() -> None:
    packets = Packets()

    async def main() -> list[bytes]:
        server = await asyncio.get_running_loop().create_server(lambda: packets, "127.0.0.1", 0)
        stream = await Streams().connect_tcp("127.0.0.1", server.sockets[0].getsockname()[1])
        await stream.write(b"head ")
        await asyncio.sleep(0.01)
        before = list(packets.came)
        await stream.write(b"body")
        with pytest.raises(httpcore2.ReadTimeout):
            await stream.read(10, timeout=0.02)
        await stream.aclose()
        server.close()
        return before

    assert asyncio.run(main()) == []
    assert packets.came == [b"head body"]


def test_large_body_arrives_whole_at_a_slow_server() -> None:
    heard: list[int] = []

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        heard.append(len(await reader.readexactly(LARGE)))
        writer.write(b"fine")

    async def main() -> bytes:
        async with connected(slow) as stream:
            await stream.write(b"x" * LARGE, timeout=5.0)
            return await stream.read(10, timeout=5.0)

    assert asyncio.run(main()) == b"fine"
    assert heard == [LARGE]


def test_body_that_nobody_takes_is_a_write_timeout() -> None:
    async def main() -> None:
        over = asyncio.Event()

        async def deaf(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await over.wait()

        async with connected(deaf) as stream:
            with pytest.raises(httpcore2.WriteTimeout):
                await stream.write(b"x" * LARGE, timeout=0.02)
            over.set()

    asyncio.run(main())


def test_answer_that_nobody_reads_waits_with_its_sender() -> None:
    waiting = [LARGE, 0]
    settled = asyncio.Event()

    async def generous(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"x" * LARGE)
        while waiting[-1] != waiting[-2]:
            await asyncio.sleep(0.05)
            waiting.append(writer.transport.get_write_buffer_size())
        settled.set()
        await writer.drain()

    async def main() -> int:
        came = 0
        async with connected(generous) as stream:
            await settled.wait()
            while part := await stream.read(65536, timeout=5.0):
                assert len(part) <= 65536
                came += len(part)
        return came

    assert asyncio.run(main()) == LARGE
    assert waiting[-1] > LARGE // 4  # the rest is what the sockets hold themselves


def test_end_of_what_was_sent_is_no_error() -> None:
    async def brief(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"all")

    async def main() -> list[bytes]:
        async with connected(brief) as stream:
            return [await stream.read(10, timeout=5.0), await stream.read(10, timeout=5.0)]

    assert asyncio.run(main()) == [b"all", b""]


def test_reset_is_a_read_error() -> None:
    async def main() -> None:
        async with connected(resetting) as stream:
            await stream.write(b"xx")
            with pytest.raises(httpcore2.ReadError):
                await stream.read(10, timeout=5.0)

    asyncio.run(main())


def test_connection_that_the_event_loop_has_not_heard_of_is_readable_all_the_same() -> None:
    """Somebody planned for a while: the loop was busy, and meanwhile the service hung up."""

    async def main() -> tuple[bool, bool]:
        hang_up = asyncio.Event()

        async def leaving(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await hang_up.wait()
            writer.transport.abort()

        async with connected(leaving) as stream:
            await asyncio.sleep(0.01)
            before = stream.get_extra_info("is_readable")
            hang_up.set()
            await asyncio.sleep(0)  # the server is woken
            await asyncio.sleep(0)  # and closes its socket, before our side of the loop looks
            return before, stream.get_extra_info("is_readable")

    assert asyncio.run(main()) == (False, True)


def test_silence_instead_of_a_handshake_belongs_to_opening() -> None:
    async def main() -> None:
        async with connected(silent) as stream:
            async with asyncio.timeout(5.0):
                with pytest.raises((httpcore2.ConnectError, httpcore2.ConnectTimeout)):
                    await stream.start_tls(opening.tls_context({}), "localhost", timeout=0.05)

    asyncio.run(main())


def test_name_that_nobody_has_belongs_to_opening() -> None:
    async def main() -> None:
        with pytest.raises(httpcore2.ConnectError):
            await Streams().connect_tcp("nobody.invalid", 443, timeout=5.0)

    asyncio.run(main())
