"""Sends one Partner Center request once: address, headers, token, budget.

Headers: partner-center.md 1.2. Must not: retry or judge; that is the session's.

Questionable on purpose: the documented 500 requests a minute (partner-center.md 1.7) are paced ahead only against
Microsoft's own hosts. It is unclear whether that counts per partner or per customer tenant, and a server of ours
says 429 when it means it.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from reconciler.cloud.auth import Audience, Tokens
from reconciler.cloud.exchange import Answer, Call, Json, Malformed
from reconciler.cloud.http import Http, Request
from reconciler.cloud.limiter import Limiter
from reconciler.model.errors import Exchange, Forbidden

BUDGET = (500.0, 60.0)  # requests per minute and tenant: partner-center.md 1.7


@dataclass(frozen=True, slots=True)
class Desk:
    """What all sessions of a connection share at Partner Center: where it is, as whom it is asked, and the budget.

    `closed` says why nothing may be asked, "" where it may.

    `ids` makes request ids. They must be unique, not secret, and the system's randomness costs a call each.
    """

    base: str
    app: Audience
    user: Audience
    limit: Limiter
    ids: random.Random
    closed: str = ""


class PartnerWire:
    """The way to Partner Center with one connection. `exchanges` counts what this wire sent."""

    def __init__(self, http: Http, tokens: Tokens, desk: Desk) -> None:
        self.http = http
        self.tokens = tokens
        self.base = desk.base
        self.exchanges = 0
        self._desk = desk

    def new_id(self) -> str:
        """A random GUID."""
        return str(uuid.UUID(int=self._desk.ids.getrandbits(128), version=4))

    async def send(self, call: Call, address: str, headers: Mapping[str, str], *, as_user: bool) -> Answer:
        """The answer. Lost when none came; Forbidden, and nothing is sent, where this partner may not ask."""
        if self._desk.closed:
            place = Exchange("partner", self._desk.app.tenant, call.method, address, detail=self._desk.closed)
            raise Forbidden(place)
        await self._desk.limit.admit()
        token = await self.tokens.get(self._desk.user if as_user else self._desk.app)
        sent = {
            "authorization": f"Bearer {token}",
            "accept": "application/json",
            "ms-correlationid": self.new_id(),
            "ms-contract-version": "v1",
            "x-locale": "en-US",
            **headers,
        }
        body = b""
        if call.body is not None:
            body = orjson.dumps(call.body, default=_number)
            sent["content-type"] = "application/json"
        self.exchanges += 1
        answer = await self.http.once(Request("partner", call.method, address, sent, body))
        if answer.status == 429:
            self._desk.limit.hold(call.judge(answer).wait_s or 0.0)
        return Answer(answer.status, answer.headers, answer.content, None, token)

    def address(self, link: Json) -> str:
        """The address a link of a body means: without host, and with or without /v1 (partner-center.md 1.1)."""
        if not isinstance(link, str) or not link:
            raise Malformed(f"a link is a {type(link).__name__}, expected text")
        if "://" in link:
            return link
        path = link if link.startswith("/") else f"/{link}"
        return self.base.removesuffix("/v1") + path if path.startswith("/v1/") else self.base + path


def _number(value: Any) -> Any:  # Any: orjson's hook
    """Decimals go out digit for digit as they came."""
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} is not JSON")
