"""A cloud that tests script: it answers login by itself and everything else by a function of the test's.

Written from graph.md and partner-center.md, for this package's tests only; it keeps no state beyond what it was asked.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qs

import httpx2
from transports import Httpx2Transport

from reconciler import constants
from reconciler.cloud.clock import Pace
from reconciler.cloud.endpoints import Origin
from reconciler.cloud.http import Transport
from reconciler.cloud.sessions import CustomerSession, Seams, Sessions
from reconciler.model.connection import Connection

T = TypeVar("T")
Handler = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]

TENANT = "0f0e0d0c-0000-4000-8000-00000000c0de"
CLIENT_SECRET = "s3cr3t~Canary.Client"
ENVIRON = {
    constants.ENV_LOGIN: "https://login.test",
    constants.ENV_GRAPH: "https://graph.test/v1.0",
    constants.ENV_PARTNER_CENTER: "https://partner.test",
    constants.ENV_CLIENT_SECRET: CLIENT_SECRET,
}


def a_connection(**changes: Any) -> Connection:
    """A connection to the local cloud."""
    given = {"partnerTenant": "partner.test", "environment": "local", "auth": {"clientId": "app"}, **changes}
    return Connection.model_validate(given)


def reply(status: int, body: object = None, **headers: str) -> httpx2.Response:
    """A JSON answer; header names with underscores for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is None:
        return httpx2.Response(status, headers=named)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.Response(status, headers={"content-type": "application/json", **named}, content=content)


def graph_error(code: str, message: str, *details: dict[str, str]) -> dict[str, Any]:
    """An error body as graph.md 4 shows it."""
    return {"error": {"code": code, "message": message, "details": list(details), "innerError": {}}}


def body_of(request: httpx2.Request) -> Any:
    """What a request carried, as JSON."""
    return json.loads(request.content)


@dataclass
class Cloud:
    """Records requests and answers them; tokens count up, so a renewed one can be told from its predecessor."""

    handler: Handler
    login: Handler | None = None
    requests: list[httpx2.Request] = field(default_factory=list)
    logins: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        if request.url.host == "login.test":
            self.logins.append({k: v[0] for k, v in parse_qs(request.content.decode()).items()})
            if self.login is None:
                return reply(200, {"access_token": f"token-{len(self.logins)}-secret", "expires_in": 3599})
            return await _answer(self.login, request)
        self.requests.append(request)
        return await _answer(self.handler, request)

    def transport_for(self, to: Origin) -> Transport:
        return Httpx2Transport(httpx2.MockTransport(self))

    def seams(self, **more: Any) -> Seams:
        return Seams(transport_for=self.transport_for, **more)

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


async def _answer(handler: Handler, request: httpx2.Request) -> httpx2.Response:
    answer = handler(request)
    return await answer if inspect.isawaitable(answer) else answer


@dataclass
class ManualTime:
    """A clock that only sleeping moves."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def pace(self, **changes: Any) -> Pace:
        return Pace(monotonic=self.monotonic, sleep=self.sleep, random=lambda: 0.0, **changes)


def with_customer(
    cloud: Cloud, work: Callable[[CustomerSession], Coroutine[Any, Any, T]], pace: Pace | None = None, **more: Any
) -> T:
    """Runs work against one customer's session."""

    async def main() -> T:
        async with Sessions(a_connection(), ENVIRON, pace or ManualTime().pace(), cloud.seams(**more)) as sessions:
            return await work(await sessions.customer(TENANT))

    return asyncio.run(main())


def pages(*contents: list[dict[str, Any]], base: str = "https://graph.test/v1.0/users") -> Handler:
    """A collection in pages, linked by skip tokens."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        number = int(request.url.params.get("$skiptoken", "0"))
        page: dict[str, Any] = {"value": contents[number]}
        if number + 1 < len(contents):
            page["@odata.nextLink"] = f"{base}?$skiptoken={number + 1}"
        return reply(200, page)

    return handle
