"""The sandbox in this process, over a transport that can kill its client and that sees what really took effect.

What took effect is not what was answered: a dropped answer and a 503 after the fact are effects too. So the transport
speaks to the sandbox's pipeline and not through ASGI, where a broken connection hides the answer.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
import orjson
from cryptography.hazmat.primitives.asymmetric import rsa
from transports import Httpx2Transport

from reconciler import constants
from reconciler.cloud.http import TransportFor
from reconciler.sandbox import worldload
from reconciler.sandbox.app import services
from reconciler.sandbox.call import Request
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.faults import FaultRule, Faults
from reconciler.sandbox.journal import Journal
from reconciler.sandbox.login.tokens import Tokens, new_key
from reconciler.sandbox.pipeline import Cut, Pipeline, Reply, Sandbox
from reconciler.sandbox.throttle import Buckets
from reconciler.sandbox.world import World

from .virtual import Time

Json = dict[str, Any]

BASE = "https://localhost:8443"
CLIENT_SECRET = "Canary~Client.Secret-5f1d"
REFRESH_TOKEN = "Canary~Refresh.Token-77aa"
REFRESH_TOKEN_NAME = "FAULTS_REFRESH_TOKEN"
ENVIRON = {
    constants.ENV_LOGIN: BASE,
    constants.ENV_GRAPH: f"{BASE}/graph/v1.0",
    constants.ENV_PARTNER_CENTER: f"{BASE}/pc",
    constants.ENV_EXCHANGE: f"{BASE}/exchange",
    constants.ENV_CLIENT_SECRET: CLIENT_SECRET,
    REFRESH_TOKEN_NAME: REFRESH_TOKEN,
}


@dataclass(frozen=True)
class Write:
    """One write that took effect; `credentials` are those that its answer told."""

    method: str
    path: str
    body: Json
    credentials: Json = field(default_factory=dict)


@dataclass
class Kill:
    """The client dies at its k-th request, before it is sent or after it acted. `dying` is called at that moment."""

    at: int
    acted: bool
    dying: Callable[[], None] = lambda: None


@dataclass
class Clouds:
    """One sandbox; everything a judge wants to know about what happened to it.

    `meddle` hears the body of each request before the cloud acts on it: the last moment to be quicker.
    """

    document: Json
    time: Time
    rows: list[Json] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    secrets: set[str] = field(default_factory=lambda: {CLIENT_SECRET, REFRESH_TOKEN})
    asked_after_made: int = 0
    peak: dict[str, int] = field(default_factory=dict)
    kill: Kill | None = None
    meddle: Callable[[bytes], None] = lambda _content: None
    count: int = 0
    dead: bool = False

    def __post_init__(self) -> None:
        world = worldload.load(copy.deepcopy(self.document), Clock(self.time))  # it keeps parts of what it loads
        tokens = Tokens(world.clock.real_time, _key())
        self.sandbox = Sandbox(world, tokens, Journal(), Faults(), Buckets())
        self._pipeline = Pipeline(self.sandbox, services(self.sandbox))
        self._look_at_seats()

    @property
    def world(self) -> World:
        return self.sandbox.world

    def trouble(self, *rules: Json) -> None:
        """Add fault rules."""
        for rule in rules:
            self.sandbox.faults.add(FaultRule.model_validate(rule))

    def calm(self) -> None:
        """No more faults, no more kills, and a client that lives again."""
        self.sandbox.faults.clear()
        self.kill, self.dead, self.count = None, False, 0
        self.rows.clear()

    def transport_for(self) -> TransportFor:
        return lambda _to: Httpx2Transport(_Transport(self))

    async def exchange(self, request: httpx2.Request) -> httpx2.Response:
        if self.dead:
            raise httpx2.ConnectError("the client is dead")
        self.count += 1
        self.meddle(await request.aread())
        if self._dies(acted=False):
            raise httpx2.ConnectError("the client is dead")
        reply = self._pipeline.handle(_request(request, request.content))
        self._remember(request, reply)
        if self._dies(acted=True):
            raise httpx2.ReadError("the client is dead")
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        if reply.cut in (Cut.BEFORE, Cut.AFTER):
            raise httpx2.ReadError("the connection was closed")
        if reply.cut is Cut.IN_BODY:
            raise httpx2.RemoteProtocolError("peer closed connection without sending complete message body")
        return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.body)

    def _dies(self, *, acted: bool) -> bool:
        if self.kill is None or self.kill.at != self.count or self.kill.acted is not acted:
            return False
        self.dead = True
        self.kill.dying()
        return True

    def _remember(self, request: httpx2.Request, reply: Reply) -> None:
        row = self.sandbox.journal.document()["requests"][-1]
        self.sandbox.journal.clear()
        self.rows.append(row)
        if row["service"] == "login":
            said = _json(reply.body)
            self.secrets.update(str(said[name]) for name in ("access_token", "refresh_token") if name in said)
            return
        body = _json(request.content)
        if row["route"] == "/$batch":
            asked = list(body.get("requests", ()))
            for item in row.get("items", ()):
                envelope = next(e for e in asked if item["path"].partition("?")[0].endswith(e["url"].partition("?")[0]))
                asked.remove(envelope)
                self._effect(item, envelope.get("body") or {})
        else:
            self._effect(row, body, _json(reply.body).get("userCredentials") or {})
        self._look_at_seats()

    def _effect(self, row: Json, body: Json, credentials: Json | None = None) -> None:
        made = any(write.path == "/pc/v1/customers" for write in self.writes)
        self.asked_after_made += made and (row["method"], row["route"]) == ("POST", "/v1/customers")
        acted = any(rule.get("acts") and rule["fired"] for rule in self.sandbox.faults.document())
        refused = row["status"] is None or row["status"] >= 400
        if row["write"] and (not refused or (row.get("fault") == "status" and acted)):
            path = row["path"].removeprefix("/graph/v1.0")
            self.writes.append(Write(row["method"], path, body, credentials or {}))
        for told in (body.get("passwordProfile"), credentials):
            if told and told.get("password"):
                self.secrets.add(told["password"])

    def _look_at_seats(self) -> None:
        for tenant in self.world.tenants.values():
            for one in tenant.subscriptions.values():
                self.peak[one.name] = max(self.peak.get(one.name, 0), one.quantity)


@cache
def _key() -> rsa.RSAPrivateKey:
    """One for the process: making one takes longer than most cases."""
    return new_key()


class _Transport(httpx2.AsyncBaseTransport):
    def __init__(self, clouds: Clouds) -> None:
        self._clouds = clouds

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._clouds.exchange(request)


def _request(request: httpx2.Request, content: bytes) -> Request:
    path, _, query = request.url.raw_path.decode("latin-1").partition("?")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Request(request.method, path, query, headers, content, BASE)


def _json(content: bytes) -> Json:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
