"""Sends one HTTP request once and brings back what came, over a few connections per host.

It owns the connections, the deadline, the count of exchanges and the trace. How bytes travel is `transport.py`'s,
retrying is `retry.py`'s; meaning is each session's.

Must not: read the process environment, or raise a CloudError for a status: every status is an `Answer`.

Questionable on purpose: transports of one connection each, the last used first. A pool of several looks at every one of
them for each request, and at each waiter at each change.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from reconciler.cloud.clock import Pace, ServiceClock
from reconciler.cloud.endpoints import Origin, origin
from reconciler.cloud.exchange import Answer, Lost

CONNECTIONS_PER_HOST = 8  # 4..8 are advised per tenant (graph.md 12)
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


class Transport(Protocol):
    """Carries one request at a time to one place."""

    async def exchange(self, request: Request) -> Answer:
        """The whole answer. Lost where none came, Malformed where it is larger than any honest one."""

    async def aclose(self) -> None:
        """Let go of what is open."""


TransportFor = Callable[[Origin], Transport]


@dataclass(frozen=True, slots=True)
class _Host:
    """Who may talk to one host at once, and transports that nobody uses."""

    gate: asyncio.Semaphore
    free: list[Transport] = field(default_factory=list)


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
        self._hosts: dict[Origin, _Host] = {}
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
            outcome = await _outcome(transport, request, min(WHOLE_S, self.pace.deadline - started))
        if self._recorder is not None:
            self._recorder.record(request, outcome, self.pace.monotonic() - started)
        if isinstance(outcome, Lost):
            raise outcome
        if request.service in DATED_SERVICES:
            self.clock.observe(outcome.headers.get("date", ""))
        return outcome

    @asynccontextmanager
    async def _transport(self, url: str) -> AsyncIterator[Transport]:
        """A transport that nobody else uses meanwhile; the one that was used last, so that few stay open."""
        key = origin(url)
        host = self._hosts.setdefault(key, _Host(asyncio.Semaphore(self._connections)))
        async with host.gate:
            if host.free:
                transport = host.free.pop()
            else:
                transport = self._transport_for(key)
                self._stack.push_async_callback(transport.aclose)
            try:
                yield transport
            finally:
                host.free.append(transport)


async def _outcome(transport: Transport, request: Request, seconds: float) -> Answer | Lost:
    try:
        async with asyncio.timeout(seconds):
            return await transport.exchange(request)
    except Lost as lost:
        return lost
    except UnicodeEncodeError as error:  # a token or etag as no service gives them; the error does not hold the text
        return Lost(f"a header cannot be sent: {error.reason}", never_sent=True)
    except TimeoutError:
        return Lost(f"no complete answer within {seconds:.0f} s", never_sent=False)
