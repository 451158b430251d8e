"""One HTTP/1.1 connection of httpcore2, and the whole answer to one request at a time.

It owns the timeouts, the bound on response size, and the one function that says whether a request can have reached the
service. A connection that cannot be used again (closed, idle for too long, or something came that nobody asked for:
httpcore2 looks) gives way to a new one.

Must not: follow redirects (a token would travel to another host), repeat a request, or judge a status.

Questionable on purpose: httpcore2 is driven directly and not through httpx2, whose lower half it is. What httpx2 adds
(cookies, redirects, authentication flows, environment look-ups) we do not want, and it is a quarter of the CPU of an
exchange; the price is that headers, timeouts and gzip are handed over by us.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from urllib.parse import quote

import httpcore2

from reconciler.cloud import opening
from reconciler.cloud.endpoints import Origin
from reconciler.cloud.exchange import Answer, Lost, Malformed
from reconciler.cloud.http import Request, TransportFor

LARGEST_BODY = 32 * 1024 * 1024  # a page of 999 users with every property is about 3 MB
TIMEOUTS = {"timeout": {"connect": 10.0, "write": 30.0, "read": 60.0}}
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})  # they say the length of an empty body too (RFC 9110, 8.6)
SAFE = "!\"$%&'()*+,/:;<=>?@[\\]^`{|}"  # printable, and sent in a request's target as it is
GZIP = 16 + zlib.MAX_WBITS
# Everything that httpcore2 says of a request that was not answered.
FAILURES = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, httpcore2.TimeoutException)


def never_sent(error: Exception) -> bool:
    """True only for a failure while the connection was being opened; everything else may have reached the service.

    httpcore2 raises ConnectError and ConnectTimeout for resolving, connecting and the TLS handshake; ProxyError is the
    proxy refusing the tunnel.
    """
    return isinstance(error, httpcore2.ConnectError | httpcore2.ConnectTimeout | httpcore2.ProxyError)


def over_sockets(environ: Mapping[str, str]) -> TransportFor:
    """Transports over real sockets, with the TLS and the proxies that the environment names."""
    context = opening.tls_context(environ)
    return lambda to: SocketTransport(to, opening.opener(context, opening.proxy_for(to[1], environ)))


class SocketTransport:
    """One connection to one place; `opener` creates it."""

    def __init__(self, to: Origin, opener: httpcore2.AsyncConnectionPool) -> None:
        scheme, host, port = to
        self._origin = httpcore2.Origin(scheme.encode(), host.encode("idna"), port)
        self._opener = opener
        self._connection = opener.create_connection(self._origin)

    async def exchange(self, request: Request) -> Answer:
        """The whole answer. Lost where none came, Malformed where it is larger than any honest one."""
        try:
            return await self._exchange(request)
        except FAILURES as error:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise Lost(reason, never_sent=never_sent(error)) from error

    async def aclose(self) -> None:
        """Close the connection, if it is open."""
        await self._connection.aclose()

    async def _exchange(self, request: Request) -> Answer:
        if self._connection.is_closed() or self._connection.has_expired():
            await self._connection.aclose()
            self._connection = self._opener.create_connection(self._origin)
        response = await self._connection.handle_async_request(_wired(self._origin, request))
        try:
            body = await _body(response)
        finally:
            await response.aclose()
        headers = _headers(response)
        return Answer(response.status, headers, _unpacked(body, headers.get("content-encoding", "")))


def _wired(origin: httpcore2.Origin, request: Request) -> httpcore2.Request:
    """The request as httpcore2 sends it, which adds no header of its own."""
    authority, _, target = request.url.partition("//")[2].partition("/")
    headers = [("host", authority), *request.headers.items()]
    if request.content or request.method in WITH_BODY:
        headers.append(("content-length", str(len(request.content))))
    path = "/" + quote(target, safe=SAFE)
    url = httpcore2.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=path)
    return httpcore2.Request(request.method, url, headers=headers, content=request.content, extensions=TIMEOUTS)


async def _body(response: httpcore2.Response) -> bytes:
    chunks, size = [], 0
    async for chunk in response.aiter_stream():
        size += len(chunk)
        if size > LARGEST_BODY:
            raise Malformed(f"more than {LARGEST_BODY} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def _headers(response: httpcore2.Response) -> dict[str, str]:
    """By lower-case name; what comes several times is one list (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _unpacked(body: bytes, encoding: str) -> bytes:
    """The body as it was before its encoding. We ask for none, and what stands between may use one all the same."""
    if encoding in ("", "identity") or not body:
        return body
    if encoding not in ("gzip", "x-gzip"):
        raise Lost(f'the body is encoded with "{encoding}"', never_sent=False)
    try:
        unpacker = zlib.decompressobj(GZIP)
        unpacked = unpacker.decompress(body, LARGEST_BODY + 1)
    except zlib.error as error:
        raise Lost(f"the body cannot be decompressed: {error}", never_sent=False) from error
    if len(unpacked) > LARGEST_BODY:
        raise Malformed(f"more than {LARGEST_BODY} bytes")
    if not unpacker.eof:
        raise Lost("the compressed body breaks off", never_sent=False)
    return unpacked
