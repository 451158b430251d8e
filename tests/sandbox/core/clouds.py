"""A whole sandbox in process, spoken to as a client would: worlds to change by keyword, and requests in one line."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2 as httpx

from reconciler.sandbox import worldload
from reconciler.sandbox.app import create_app, create_sandbox
from reconciler.sandbox.call import Request
from reconciler.sandbox.login.permissions import DEFAULT_ROLES, GRAPH
from reconciler.sandbox.pipeline import Sandbox

APP = "11111111-1111-1111-1111-111111111111"
PARTNER = "partner.onmicrosoft.com"
NOW = "2026-11-02T08:00:00Z"
CALM = {"lag": "PT0S", "auditDelay": "PT0S", "indexLag": "PT0S", "flapping": False, "throttling": False}

Json = dict[str, Any]


def a_world(behavior: Json | None = None, partner: Json | None = None, **contoso: Any) -> Json:
    """One partner, one customer with two users, time standing still, no lag and no limits unless a test says so."""
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "clock": {"now": NOW, "frozen": True},
        "behavior": {**CALM, **(behavior or {})},
        "partners": {PARTNER: {"apps": {APP: {"secret": "s3cret"}}, **(partner or {})}},
        "catalog": {
            "CFQ7TTC0LCHC:0002": {
                "title": "Microsoft 365 Business Premium",
                "sku": "SPB",
                "max": 300,
                "terms": [{"term": "P1Y", "billing": "monthly", "price": "18.10"}],
            }
        },
        "tenants": {
            "contoso.onmicrosoft.com": {
                "displayName": "Contoso",
                "partners": [PARTNER],
                "domains": {"contoso.com": {"default": True}},
                "users": {
                    "ada@contoso.com": {"displayName": "Ada", "usageLocation": "DE", "licenses": {"SPB": {}}},
                    "grace@contoso.com": {"displayName": "Grace", "roles": ["Global Administrator"]},
                },
                "groups": {"sales": {"members": ["ada@contoso.com"]}},
                "subscriptions": {"head": {"product": "CFQ7TTC0LCHC:0002", "owner": PARTNER, "quantity": 5}},
                **contoso,
            },
            "fabrikam.onmicrosoft.com": {"displayName": "Fabrikam"},
        },
    }


class Clouds:
    """All services of one world; `graph` and `control` speak to them with what they need."""

    def __init__(self, document: Json | None = None) -> None:
        self.sandbox: Sandbox = create_sandbox(worldload.load(document or a_world()))
        self._transport = httpx.ASGITransport(app=create_app(self.sandbox.world, self.sandbox))

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="https://localhost:8443") as client:
                return await client.request(method, path, **options)

        return asyncio.run(once())

    def bearer(self, tenant: str = "contoso.com", **claims: Any) -> dict[str, str]:
        """The header of an app-only Graph token unless `claims` say otherwise."""
        found = self.sandbox.world.tenant(tenant)
        assert found is not None
        usual = {"tid": found.id, "appid": APP, "aud": GRAPH, "roles": list(DEFAULT_ROLES)}
        return {"authorization": f"Bearer {self.sandbox.tokens.issue({**usual, **claims})}"}

    def graph(self, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.send(method, f"/graph/v1.0{path}", headers=self.bearer(), json=body)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The answer's JSON, which must be a good one."""
        answer = self.send(method, f"/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()


def a_request(method: str = "GET", path: str = "/", query: str = "", **headers: str) -> Request:
    return Request(method, path, query, headers, b"", "https://localhost:8443")
