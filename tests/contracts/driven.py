"""The product at work in a cloud in this process, and everything that went over the wire.

`Product` plans and applies a folder of files through the same use cases as the command line, with the sandbox (or any
ASGI cloud) in the place of sockets. `Wire` keeps every request and answer as it was, `$batch` taken apart.
Must not: hide anything from the recording; what is compared with the published facts is the bytes that were sent.

Questionable on purpose: time is made up: a sleep moves the client's clock and takes none. The stories here meet every
retry there is, and nothing of them depends on real time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import orjson
from transports import Httpx2Transport

from reconciler import constants
from reconciler.app import applying, planning
from reconciler.app.applying import Applied, Orders
from reconciler.cloud import http
from reconciler.cloud.endpoints import Origin
from reconciler.cloud.exchange import Answer, Lost
from reconciler.cloud.http import Transport
from reconciler.cloud.sessions import Seams
from reconciler.engine.clock import Clock, system
from reconciler.model.plan import Plan, Scope
from reconciler.sandbox import worldload
from reconciler.sandbox.app import create_app, create_sandbox
from reconciler.sandbox.faults import FaultRule

Json = Any  # bodies
SECRET = "s3cret-of-these-tests"
BASE = "https://localhost"
ENVIRON = {
    constants.ENV_LOGIN: BASE,
    constants.ENV_GRAPH: f"{BASE}/graph/v1.0",
    constants.ENV_PARTNER_CENTER: f"{BASE}/pc",
    constants.ENV_CLIENT_SECRET: SECRET,
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `url` is below the version segment, with its query. `fault`: none of the cloud's."""

    service: str
    method: str
    url: str
    sent: Json
    status: int
    headers: Mapping[str, str]
    body: Json

    def __str__(self) -> str:
        return f"{self.method} {self.url} -> {self.status}"


@dataclass(slots=True)
class Wire:
    """A recorder for `Sessions`."""

    exchanges: list[Exchange] = field(default_factory=list)

    def record(self, request: http.Request, answer: Answer | Lost, elapsed_s: float) -> None:
        if isinstance(answer, Lost) or request.service not in ("graph", "partner"):
            return
        url = request.url.partition("/v1.0" if request.service == "graph" else "/v1")[2]
        sent = orjson.loads(request.content) if request.content else None
        body = orjson.loads(answer.content) if answer.content else None
        self.exchanges.append(Exchange(request.service, request.method, url, sent, answer.status, answer.headers, body))

    def of(self, service: str) -> Iterator[Exchange]:
        """The exchanges with one service, each item of a batch as one of its own."""
        for exchange in self.exchanges:
            if exchange.service != service:
                continue
            if exchange.url == "/$batch" and exchange.status == 200:
                yield from _items(exchange)
            else:
                yield exchange


class Cloud:
    """The sandbox in this process around a world document."""

    def __init__(self, document: Json) -> None:
        self.sandbox = create_sandbox(worldload.load(document))
        self._app = create_app(self.sandbox.world, self.sandbox)

    def transport_for(self, _to: Origin) -> Transport:
        return Httpx2Transport(httpx2.ASGITransport(app=self._app))

    def fail(self, **rule: Json) -> None:
        """One more fault rule."""
        self.sandbox.faults.add(FaultRule.model_validate(rule))

    def heal(self) -> None:
        self.sandbox.faults.clear()


@dataclass(slots=True)
class Product:
    """The product in a folder, with a made-up clock that goes on where it stopped."""

    root: Path
    seams: Seams
    environ: Mapping[str, str] = field(default_factory=lambda: ENVIRON)
    elapsed_s: float = 0.0
    real_time: bool = False

    def write(self, text: str, name: str = "files.yaml") -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def plan(self) -> Plan:
        return asyncio.run(planning.make(self._request())).plan

    def apply(self) -> Applied:
        return asyncio.run(applying.apply(self._request(), Orders(lock=False, timeout_s=300.0)))

    def _request(self) -> planning.Request:
        return planning.Request(self.root, Scope(), self.environ, seams=self.seams, clock=self._clock())

    def _clock(self) -> Clock:
        if self.real_time:
            return system()
        began = datetime(2026, 11, 2, 8, tzinfo=UTC)

        def monotonic() -> float:
            # A little for each look: work that waits for nothing takes time as well.
            self.elapsed_s += 0.001
            return self.elapsed_s

        async def sleep(seconds: float) -> None:
            self.elapsed_s += seconds
            await asyncio.sleep(0)

        return Clock(lambda: began + timedelta(seconds=self.elapsed_s), monotonic, sleep)


def rows(plan: Plan) -> list[str]:
    """What a plan would do, one line for each row."""
    return [f"{change.action.value} {change.address}" for change in plan.executable]


def _items(batch: Exchange) -> Iterator[Exchange]:
    answers = {one["id"]: one for one in batch.body["responses"]}
    for item in batch.sent["requests"]:
        answer = answers[item["id"]]
        url = item["url"] if item["url"].startswith("/") else f"/{item['url']}"
        yield Exchange(
            *(batch.service, item["method"], url, item.get("body"), answer["status"]),
            answer.get("headers") or {},
            answer.get("body"),
        )
