"""Opens connections: TCP, TLS, and a proxy's tunnel where the environment names one; and holds what comes in.

Must not: know HTTP beyond the CONNECT that asks a proxy for a tunnel, or read the process environment.

Questionable on purpose: a protocol of our own instead of asyncio's streams. Those do not say whether something has
come that nobody asked for, and a connection on which that happened must not be used again: what came would be taken
for the answer to the next request.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import h11

from reconciler.cloud.exchange import Lost

CONNECT_S = 10.0
NEXT_ADDRESS_S = 0.25  # until the next address of a host is tried beside the first (RFC 8305, section 5)
LARGEST_HEAD = 100 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a connection leads, and how."""

    scheme: str
    host: str
    port: int
    context: ssl.SSLContext
    proxy: str | None = None

    @property
    def authority(self) -> str:
        """Host and port as a URL has them; the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"https": 443, "http": 80}.get(self.scheme) else f"{host}:{self.port}"


class Stream(asyncio.Protocol):
    """One socket: what came and was not taken yet, and whether more can come."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._came: list[bytes] = []
        self._ended = False
        self._broken: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._came.append(data)
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended, self._broken = True, exc
        self._wake()
        self._closed.set_result(None)

    @property
    def quiet(self) -> bool:
        """Open, and nothing has come that was not taken."""
        return not self._came and not self._ended

    def send(self, data: bytes) -> None:
        """Put bytes on the way."""
        assert self.transport is not None
        self.transport.write(data)

    async def some(self) -> bytes:
        """What came next, b"" at the end. Raises what the connection broke of."""
        if self.quiet:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        if not self._came and self._broken is not None:
            raise self._broken
        came = b"".join(self._came)
        self._came.clear()
        return came

    def abort(self) -> None:
        """Close without waiting for anybody."""
        if self.transport is not None:
            self.transport.abort()

    async def aclose(self) -> None:
        """Close, and wait until the socket is gone."""
        self.abort()
        if self.transport is not None:
            await self._closed

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def tls_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """TLS as the environment wants it: SSL_CERT_FILE replaces the system's authorities, as OpenSSL reads it."""
    context = ssl.create_default_context(cafile=environ.get("SSL_CERT_FILE") or None)
    context.set_alpn_protocols(["http/1.1"])
    return context


def proxy_for(host: str, environ: Mapping[str, str]) -> str | None:
    """The proxy for an https host: HTTPS_PROXY or ALL_PROXY unless NO_PROXY names the host or a parent domain.

    Loopback is never proxied: that is where the local sandbox lives, and no proxy could reach it.
    """
    proxy = _either_case(environ, "HTTPS_PROXY") or _either_case(environ, "ALL_PROXY")
    if not proxy or host in {"localhost", "::1"} or host.startswith("127."):
        return None
    for entry in _either_case(environ, "NO_PROXY").split(","):
        domain = entry.strip().lstrip("*").lstrip(".").lower()
        if entry.strip() == "*" or (domain and (host == domain or host.endswith("." + domain))):
            return None
    return proxy


async def opened(place: Place) -> Stream:
    """A connection to the place. Lost, and nothing can have been sent, where there is none."""
    stream = Stream()
    try:
        async with asyncio.timeout(CONNECT_S):
            if place.proxy is None:
                await _connect(stream, place)
            else:
                await _connect_through(stream, place, place.proxy)
    except TimeoutError:
        stream.abort()
        raise Lost(f"no connection within {CONNECT_S:.0f} s", never_sent=True) from None
    except (OSError, UnicodeError, h11.ProtocolError) as error:  # UnicodeError: a host that is no name
        stream.abort()
        raise Lost(f"{type(error).__name__}: {error}".rstrip(": "), never_sent=True) from error
    except BaseException:
        stream.abort()
        raise
    return stream


async def _connect(stream: Stream, place: Place) -> None:
    context = place.context if place.scheme == "https" else None
    await asyncio.get_running_loop().create_connection(
        lambda: stream, place.host, place.port, ssl=context, happy_eyeballs_delay=NEXT_ADDRESS_S
    )


async def _connect_through(stream: Stream, place: Place, proxy: str) -> None:
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    if parts.scheme not in ("http", "https"):
        raise Lost(f"a proxy that is spoken to with {parts.scheme}:// cannot be used", never_sent=True)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    await _connect(stream, Place(parts.scheme, parts.hostname or "", port, place.context))
    headers = {}
    if parts.username:
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["proxy-authorization"] = f"Basic {b64encode(known.encode()).decode()}"
    await _tunnel(stream, place, headers)
    if place.scheme == "https":
        assert stream.transport is not None
        loop = asyncio.get_running_loop()
        stream.transport = await loop.start_tls(stream.transport, stream, place.context, server_hostname=place.host)


async def _tunnel(stream: Stream, place: Place, headers: Mapping[str, str]) -> None:
    """Have a proxy open the way to the place (RFC 9110, 9.3.6)."""
    host = f"[{place.host}]" if ":" in place.host else place.host
    target = f"{host}:{place.port}"
    speech = h11.Connection(h11.CLIENT, LARGEST_HEAD)
    asked = speech.send(h11.Request(method="CONNECT", target=target, headers=[("host", target), *headers.items()]))
    stream.send((asked or b"") + (speech.send(h11.EndOfMessage()) or b""))
    while not isinstance(event := speech.next_event(), h11.Response):
        if event is h11.NEED_DATA:
            speech.receive_data(await stream.some())
    if not 200 <= event.status_code < 300:
        raise Lost(f"the proxy refuses the way to {target} with {event.status_code}", never_sent=True)


def _either_case(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""
