"""Opening: what cannot be opened was never sent, and the way through a proxy. On real sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cloud.sockets import acting_and_closing, answering, authority, http_answer, serving
from reconciler.cloud import opening
from reconciler.cloud.exchange import Answer, Lost
from reconciler.cloud.http import Request
from reconciler.cloud.transport import SocketTransport
from reconciler.model.errors import UsageError


async def asked(port: int, scheme: str = "http", ca_file: str = "", proxy: str | None = None) -> Answer | Lost:
    """What becomes of a request to a port of this machine."""
    context = opening.tls_context({"SSL_CERT_FILE": ca_file})
    client = SocketTransport((scheme, "127.0.0.1", port), opening.opener(context, proxy))
    try:
        return await client.exchange(Request("graph", "GET", f"{scheme}://127.0.0.1:{port}/", {}))
    except Lost as lost:
        return lost
    finally:
        await client.aclose()


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_cannot_be_used_is_named(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)

    with pytest.raises(UsageError, match=f"SSL_CERT_FILE is {file}, which cannot be used: "):
        opening.tls_context({"SSL_CERT_FILE": str(file)})


@dataclass
class Proxy:
    """A proxy that opens tunnels; `heads` are what it was asked with."""

    port: int = 0
    says: bytes = b"HTTP/1.1 200 Go\r\n\r\n"
    heads: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.says)
        if b" 200 " in self.says:
            host, _, port = self.heads[-1].split(" ")[1].rpartition(":")
            there, onward = await asyncio.open_connection(host, int(port))
            await asyncio.gather(_pumped(reader, onward), _pumped(there, writer))
        writer.close()


async def _pumped(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def proxying(proxy: Proxy, context: ssl.SSLContext | None = None) -> AsyncIterator[Proxy]:
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=context)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await server.wait_closed()


def through(proxy: Proxy, tmp_path: Path, url: str = "http://127.0.0.1", *, secured: bool = False) -> Answer | Lost:
    """What becomes of a request to a TLS server behind the proxy; `secured`: the proxy has TLS of its own."""
    context, ca_file = authority(str(tmp_path))

    async def main() -> Answer | Lost:
        async with (
            serving(answering(http_answer(204)), context) as server,
            proxying(proxy, context if secured else None),
        ):
            return await asked(server.port, "https", ca_file, f"{url}:{proxy.port}")

    return asyncio.run(main())


def test_refused_connection_was_never_sent() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    lost = asyncio.run(asked(port))

    assert isinstance(lost, Lost)
    assert lost.never_sent


def test_failed_tls_handshake_was_never_sent(tmp_path: Path) -> None:
    context, _ = authority(str(tmp_path))

    async def main() -> tuple[Answer | Lost, int]:
        async with serving(acting_and_closing, context) as server:
            return await asked(server.port, "https"), len(server.heard)

    lost, heard = asyncio.run(main())

    assert isinstance(lost, Lost)
    assert lost.never_sent
    assert heard == 0


def test_authority_in_ssl_cert_file_is_trusted(tmp_path: Path) -> None:
    context, ca_file = authority(str(tmp_path))

    async def main() -> Answer | Lost:
        async with serving(answering(http_answer(204)), context) as server:
            return await asked(server.port, "https", ca_file)

    answer = asyncio.run(main())

    assert isinstance(answer, Answer)
    assert answer.status == 204


@pytest.mark.parametrize("secured", [pytest.param(False, id="http://"), pytest.param(True, id="https://")])
def test_request_travels_through_the_tunnel_of_a_proxy(tmp_path: Path, secured: bool) -> None:
    proxy = Proxy()

    answer = through(proxy, tmp_path, "https://127.0.0.1" if secured else "http://127.0.0.1", secured=secured)

    assert isinstance(answer, Answer)
    assert answer.status == 204
    assert len(proxy.heads) == 1


def test_name_and_password_of_a_proxy_are_sent_to_it(tmp_path: Path) -> None:
    proxy = Proxy()

    through(proxy, tmp_path, "http://ada:p%40ss@127.0.0.1")

    assert "Proxy-Authorization: Basic YWRhOnBAc3M=" in proxy.heads[0]


def test_proxy_that_refuses_the_tunnel_sends_nothing(tmp_path: Path) -> None:
    proxy = Proxy(says=b"HTTP/1.1 407 Who?\r\ncontent-length: 0\r\n\r\n")

    lost = through(proxy, tmp_path)

    assert isinstance(lost, Lost)
    assert lost.never_sent


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
    assert opening.proxy_for(host, environ) == expected
