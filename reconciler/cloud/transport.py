"""One HTTP/1.1 connection: h11 says what the bytes mean, `sockets` carries them.

A connection is opened when it is first needed and carries one request at a time. It is used again only if both sides
ended the last exchange cleanly and nothing has come since; after anything else it is closed, and the next request
opens another. Only a failure while opening leaves no doubt: once a byte is on its way, the request may have reached
the service.

Must not: repeat a request, follow a redirect (a token would travel to another host), or judge a status.

Questionable on purpose: no HTTP client's library. h11 keeps the rules of the protocol; what a client adds (a pool,
cookies, redirects, authentication flows) we do not want, and it was most of an exchange: 0.5 ms of CPU with httpx2,
0.2 ms now. The price is that opening, silence and using again are ours to get right.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import h11

from reconciler.cloud import sockets
from reconciler.cloud.exchange import Answer, Lost, Malformed
from reconciler.cloud.http import Request, TransportFor
from reconciler.cloud.sockets import Place, Stream

LARGEST_BODY = 32 * 1024 * 1024  # a page of 999 users with every property is about 3 MB
SILENCE_S = 60.0  # without a byte of the answer
IDLE_S = 30.0  # whatever stands between may have forgotten a connection that nobody used for longer
PRINTABLE = "!\"$%&'()*+,/:;<=>?@[\\]^`{|}"  # beside letters, digits and _.-~
GZIP = 16 + zlib.MAX_WBITS


def over_sockets(environ: Mapping[str, str]) -> TransportFor:
    """Transports over real sockets, with the TLS and the proxies that the environment names."""
    context = sockets.tls_context(environ)
    return lambda to: SocketTransport(Place(*to, context, sockets.proxy_for(to[1], environ)))


@dataclass(slots=True)
class _Line:
    """A connection that is open; `used_at` is a time of the event loop's."""

    stream: Stream
    speech: h11.Connection
    used_at: float

    def fresh(self, now: float) -> bool:
        return self.stream.quiet and now < self.used_at + IDLE_S


class SocketTransport:
    """One connection to one place, which is opened anew when it cannot be used again."""

    def __init__(self, place: Place, silence_s: float = SILENCE_S) -> None:
        self._place = place
        self._silence_s = silence_s
        self._line: _Line | None = None

    async def exchange(self, request: Request) -> Answer:
        """The whole answer. Lost where none came, Malformed where it is larger than any honest one."""
        line = await self._ready()
        try:
            line.stream.send(_written(line.speech, self._place.authority, request))
            return await _heard(line, self._silence_s)
        except TimeoutError:
            raise Lost(f"silence for {self._silence_s:.0f} s", never_sent=False) from None
        except (OSError, h11.ProtocolError) as error:
            raise Lost(f"{type(error).__name__}: {error}".rstrip(": "), never_sent=False) from error
        finally:
            self._keep(line)

    async def aclose(self) -> None:
        """Close it, if it is open."""
        line, self._line = self._line, None
        if line is not None:
            await line.stream.aclose()

    async def _ready(self) -> _Line:
        now = asyncio.get_running_loop().time()
        if self._line is not None and self._line.fresh(now):
            return self._line
        await self.aclose()
        return _Line(await sockets.opened(self._place), h11.Connection(h11.CLIENT, sockets.LARGEST_HEAD), now)

    def _keep(self, line: _Line) -> None:
        """For the next request, if this one ended as it should."""
        speech = line.speech
        if speech.our_state is h11.DONE and speech.their_state is h11.DONE and not speech.trailing_data[0]:
            speech.start_next_cycle()
            line.used_at = asyncio.get_running_loop().time()
            self._line = line
        else:
            line.stream.abort()
            self._line = None


async def _heard(line: _Line, silence_s: float) -> Answer:
    head: h11.Response | None = None
    body: list[bytes] = []
    size = 0
    while not isinstance(event := line.speech.next_event(), h11.EndOfMessage):
        if event is h11.NEED_DATA:
            async with asyncio.timeout(silence_s):
                came = await line.stream.some()
            if not came and head is None:
                raise Lost("the connection was closed without an answer", never_sent=False)
            line.speech.receive_data(came)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            body.append(event.data)
            size += len(event.data)
            if size > LARGEST_BODY:
                raise Malformed(f"more than {LARGEST_BODY} bytes")
    assert head is not None
    headers = _headers(head)
    return Answer(head.status_code, headers, _unpacked(b"".join(body), headers.get("content-encoding", "")))


def _written(speech: h11.Connection, authority: str, request: Request) -> bytes:
    """The request in one piece, so that it leaves in one."""
    target = "/" + request.url.partition("//")[2].partition("/")[2]
    headers = [("host", authority), *request.headers.items()]
    if request.content or request.method not in ("GET", "HEAD", "DELETE"):
        headers.append(("content-length", str(len(request.content))))
    head = h11.Request(method=request.method, target=quote(target, safe=PRINTABLE), headers=headers)
    parts = [speech.send(head), speech.send(h11.Data(request.content)), speech.send(h11.EndOfMessage())]
    return b"".join(filter(None, parts))


def _headers(head: h11.Response) -> dict[str, str]:
    """By lower-case name; what comes several times is one list (RFC 9110, 5.3)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("ascii"), raw_value.decode("latin-1")
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
