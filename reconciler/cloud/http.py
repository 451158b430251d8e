"""Sends one HTTP request once and brings back what came: the only place that touches httpx2 transports.

It owns the connections (a few per host), the TLS context, timeouts, the bound on response size, and the one
function that says whether a request can have reached the service. Retrying is `retry.py`; meaning is each session's.

Must not: follow redirects (a token would travel to another host), read the process environment, or raise a CloudError
for a status: every status is an `Answer`.

Questionable on purpose: transports are driven directly and not through httpx2's client. Its client adds cookies,
redirects, authentication flows and environment look-ups, none of which we want, at about a third of the CPU a request
costs; the price is that timeouts are handed over as a request extension.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

import httpx2

from reconciler.cloud.clock import Pace, ServiceClock
from reconciler.cloud.endpoints import origin
from reconciler.cloud.exchange import Answer, Lost, Malformed

CONNECTIONS_PER_HOST = 8  # 4..8 are advised per tenant (graph.md 12); more cost CPU in the pool, not the service
LARGEST_BODY = 32 * 1024 * 1024  # a page of 999 users with every property is about 3 MB
CONNECT_S, WRITE_S, READ_S = 10.0, 30.0, 60.0
WHOLE_S = 120.0  # a body that drips for longer than this is lost
DATED_SERVICES = frozenset({"graph", "partner"})  # login servers have a clock of their own


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out once. `opaque` bodies never reach a recorder."""

    service: str
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    opaque: bool = False


class Recorder(Protocol):
    """Sees every exchange (`--trace-http`). It must redact before it keeps anything."""

    def record(self, request: Request, answer: Answer | Lost, elapsed_s: float) -> None: ...


TransportFor = Callable[[str], httpx2.AsyncBaseTransport]


def never_sent(error: Exception) -> bool:
    """True only for a failure while the connection was being opened; everything else may have reached the service.

    httpx2 raises ConnectError and ConnectTimeout for resolving, connecting and the TLS handshake, PoolTimeout before
    any of these; ProxyError is the proxy refusing the tunnel.
    """
    return isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError)


def tls_context(environ: Mapping[str, str]) -> ssl.SSLContext:
    """TLS as the environment wants it: SSL_CERT_FILE replaces the system's authorities, as OpenSSL reads it."""
    return ssl.create_default_context(cafile=environ.get("SSL_CERT_FILE") or None)


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


def sockets(environ: Mapping[str, str]) -> TransportFor:
    """Transports over real sockets, of one connection each."""
    context = tls_context(environ)
    limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=30.0)

    def transport_for(host: str) -> httpx2.AsyncBaseTransport:
        proxy = proxy_for(host, environ)
        return httpx2.AsyncHTTPTransport(
            verify=context, limits=limits, proxy=proxy, retries=0, http2=False, trust_env=False
        )

    return transport_for


@dataclass(frozen=True, slots=True)
class _Host:
    """Who may talk to one host at once, and transports of one connection each that nobody uses.

    A pool of several connections looks at every one of them for each request, and at each waiter at each change.
    """

    gate: asyncio.Semaphore
    free: list[httpx2.AsyncBaseTransport] = field(default_factory=list)


class Http:
    """The connections of one partner connection. An async context manager; `exchanges` counts by service."""

    def __init__(
        self,
        transport_for: TransportFor,
        pace: Pace,
        clock: ServiceClock,
        *,
        recorder: Recorder | None = None,
        connections: int = CONNECTIONS_PER_HOST,
    ) -> None:
        self.pace = pace
        self.clock = clock
        self.exchanges: Counter[str] = Counter()
        self._transport_for = transport_for
        self._recorder = recorder
        self._connections = connections
        self._hosts: dict[tuple[str, str, int], _Host] = {}
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hosts.clear()
        await self._stack.__aexit__(kind, error, trace)

    async def once(self, request: Request) -> Answer:
        """The answer, whatever its status. Lost when none came, Malformed when it was larger than any honest one."""
        async with self._transport(request.url) as transport:
            started = self.pace.monotonic()
            if started >= self.pace.deadline:
                raise Lost("the deadline has passed", never_sent=True)
            self.exchanges[request.service] += 1
            outcome = await self._outcome(transport, request, min(WHOLE_S, self.pace.deadline - started))
        if self._recorder is not None:
            self._recorder.record(request, outcome, self.pace.monotonic() - started)
        if isinstance(outcome, Lost):
            raise outcome
        if request.service in DATED_SERVICES:
            self.clock.observe(outcome.headers.get("date", ""))
        return outcome

    async def _outcome(self, transport: httpx2.AsyncBaseTransport, request: Request, seconds: float) -> Answer | Lost:
        try:
            async with asyncio.timeout(seconds):
                return await _exchange(transport, request)
        except Lost as lost:
            return lost
        except httpx2.TransportError as error:
            return Lost(f"{type(error).__name__}: {error}".rstrip(": "), never_sent=never_sent(error))
        except httpx2.DecodingError as error:
            return Lost(f"the body cannot be decompressed: {error}", never_sent=False)
        except TimeoutError:
            return Lost(f"no complete answer within {seconds:.0f} s", never_sent=False)

    @asynccontextmanager
    async def _transport(self, url: str) -> AsyncIterator[httpx2.AsyncBaseTransport]:
        """A transport that nobody else uses meanwhile; the one that was used last, so that few stay open."""
        key = origin(url)
        host = self._hosts.setdefault(key, _Host(asyncio.Semaphore(self._connections)))
        async with host.gate:
            if host.free:
                transport = host.free.pop()
            else:
                transport = await self._stack.enter_async_context(self._transport_for(key[1]))
            try:
                yield transport
            finally:
                host.free.append(transport)


async def _exchange(transport: httpx2.AsyncBaseTransport, request: Request) -> Answer:
    timeouts = {"connect": CONNECT_S, "write": WRITE_S, "read": READ_S, "pool": None}
    wire = httpx2.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=request.content or None,
        extensions={"timeout": timeouts},
    )
    response = await transport.handle_async_request(wire)
    try:
        chunks, size = [], 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > LARGEST_BODY:
                raise Malformed(f"more than {LARGEST_BODY} bytes")
            chunks.append(chunk)
    finally:
        await response.aclose()
    return Answer(response.status_code, dict(response.headers), b"".join(chunks))


def _either_case(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.lower()) or ""
