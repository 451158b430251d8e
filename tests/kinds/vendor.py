"""A scripted cloud for drivers: routes by method and path, `$batch` taken apart, every write recorded.

Answers are written from graph.md and partner-center.md by each test; nothing here knows a business rule.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote

import httpx2
from cloud.clouds import ENVIRON, TENANT, Cloud, Handler, ManualTime, a_connection, graph_error, with_customer

from reconciler.cloud.sessions import CustomerSession, Sessions
from reconciler.model.kind import Interest, Kind
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

T = TypeVar("T")
Reply = tuple[int, Any]  # Any: JSON
Route = Reply | Callable[[Any], Reply]
ADMINS = "/directoryRoles(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')/members"
OWN = f"/customers/{TENANT}/subscriptions"


@dataclass
class Vendor:
    """`routes` maps "GET /users" (without query) to an answer, or to a function of the request's body.

    `asked` are all GETs with their query, `wrote` all other requests with their bodies, both without `$batch` itself;
    `headers` are those of each HTTP request.
    """

    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    wrote: list[tuple[str, Any]] = field(default_factory=list)
    exchanges: int = 0
    headers: list[httpx2.Headers] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.exchanges += 1
        self.headers.append(request.headers)
        path = unquote(request.url.raw_path.decode()).removeprefix("/v1.0").removeprefix("/v1")
        body: Any = json.loads(request.content) if request.content else None
        if path == "/$batch":
            return httpx2.Response(200, json={"responses": [self._item(item) for item in body["requests"]]})
        status, content = self.answer(request.method, path, body)
        return httpx2.Response(status) if content is None else httpx2.Response(status, json=content)

    def answer(self, method: str, path: str, body: Any) -> Reply:
        if method == "GET":
            self.asked.append(path)
        else:
            self.wrote.append((f"{method} {path}", body))
        route = self.routes.get(f"{method} {path.partition('?')[0]}")
        if route is None:
            return 404, graph_error("Request_ResourceNotFound", f"Resource '{path}' does not exist.")
        return route(body) if callable(route) else route

    def _item(self, item: dict[str, Any]) -> dict[str, Any]:
        path = "/" + unquote(item["url"]).lstrip("/")
        status, content = self.answer(item["method"], path, item.get("body"))
        return {"id": item["id"], "status": status, "headers": {}, "body": content}


def rows(*contents: dict[str, Any]) -> Reply:
    """A Graph collection of one page."""
    return 200, {"value": list(contents)}


def items(*contents: dict[str, Any]) -> Reply:
    """A Partner Center collection (partner-center.md 1.4)."""
    return 200, {"totalCount": len(contents), "items": list(contents), "attributes": {"objectType": "Collection"}}


def refusal(message: str, status: int = 400, code: str = "Request_BadRequest") -> Reply:
    """Graph's catch-all refusal (graph.md 4.1)."""
    return status, graph_error(code, message)


def at(vendor: Vendor, work: Callable[[CustomerSession], Coroutine[Any, Any, T]]) -> T:
    """Run work against the vendor with a session of ours."""
    return with_customer(Cloud(vendor), work, ManualTime().pace())


def with_person(
    vendor: Vendor,
    work: Callable[[CustomerSession], Coroutine[Any, Any, T]],
    tenant: str = TENANT,
    login: Handler | None = None,
) -> T:
    """The same with a connection that acts on somebody's behalf."""
    token = {"refreshToken": {"env": "PERSON"}}
    connection = a_connection(auth={"clientId": "APP", "user": token})

    async def main() -> T:
        seams = Cloud(vendor, login).seams()
        async with Sessions(connection, {**ENVIRON, "PERSON": "token"}, ManualTime().pace(), seams) as sessions:
            return await work(await sessions.customer(tenant))

    return asyncio.run(main())


def read(kind: Kind[Any, CustomerSession], vendor: Vendor, interest: Interest | None = None) -> dict[str, Live[Any]]:
    """Everything the kind reads, by key."""

    async def work(session: CustomerSession) -> dict[str, Live[Spec]]:
        found: AsyncIterator[Live[Spec]] = kind.read(session, "contoso", interest or Interest())
        return {live.address.key: live async for live in found}

    return at(vendor, work)
