"""A Graph cloud in process for tests: the real pipeline around a small world, and requests in one line.

Lag, flapping and throttling are off unless a test's world turns them on, and the clock stands still until it is moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from contracts import held

from reconciler.sandbox import skus, worldload
from reconciler.sandbox.call import Request
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.graph import routes
from reconciler.sandbox.journal import Journal
from reconciler.sandbox.login.permissions import DEFAULT_ROLES, GRAPH
from reconciler.sandbox.login.tokens import Tokens
from reconciler.sandbox.pipeline import Pipeline, Sandbox
from reconciler.sandbox.throttle import Buckets
from reconciler.sandbox.world import Tenant, World

# Any: JSON documents throughout.
Json = dict[str, Any]

APP = "11111111-1111-1111-1111-111111111111"
BASE = "https://localhost:8443"
DOMAIN = "contoso.onmicrosoft.com"
EVENTUAL = {"ConsistencyLevel": "eventual"}
PASSWORD = {"password": "Correct-Horse-7", "forceChangePasswordNextSignIn": True}

CATALOG: dict[str, Json] = {
    "CFQ7TTC0LCHC:0002": {"title": "Microsoft 365 Business Premium", "sku": "SPB", "min": 1, "max": 300},
    "CFQ7TTC0LDPB:0001": {"title": "Microsoft 365 Business Standard", "sku": "O365_BUSINESS_PREMIUM"},
    "CFQ7TTC0LF8R:0001": {"title": "Office 365 E3", "sku": "ENTERPRISEPACK"},
    "CFQ7TTC0LHSL:0001": {"title": "Teams Phone", "sku": "MCOEV"},
    "CFQ7TTC0LHS9:0001": {"title": "Extra storage", "sku": "SHAREPOINTSTORAGE"},
}
QUIET = {"lag": "PT0S", "auditDelay": "PT0S", "indexLag": "PT0S", "flapping": False, "throttling": False}


def sku_id(part_number: str) -> str:
    sku = skus.find(part_number)
    assert sku is not None
    return sku.id


def plan_id(part_number: str, plan: str) -> str:
    sku = skus.find(part_number)
    found = None if sku is None else sku.plan(plan)
    assert found is not None
    return found.id


def a_pool(product: str, quantity: int, **more: Any) -> Json:
    return {"product": product, "owner": "partner.onmicrosoft.com", "quantity": quantity, "term": "P1Y", **more}


def a_world(behavior: Mapping[str, Any] | None = None, **tenant: Any) -> Json:
    """A document with one tenant: two users, ten seats of Business Premium, unless the test says otherwise."""
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "clock": {"now": "2026-11-02T08:00:00Z", "frozen": True},
        "behavior": {**QUIET, **(behavior or {})},
        "partners": {"partner.onmicrosoft.com": {"name": "Partner", "country": "DE", "apps": {APP: {"secret": "s"}}}},
        "catalog": {
            key: {"terms": [{"term": "P1Y", "billing": "monthly", "price": "18.10"}], **one}
            for key, one in CATALOG.items()
        },
        "tenants": {
            DOMAIN: {
                "displayName": "Contoso",
                "country": "DE",
                "partners": ["partner.onmicrosoft.com"],
                "domains": {"contoso.com": {"default": True, "verified": True}, "new.example": {"verified": False}},
                "users": {
                    "ada@contoso.com": {"displayName": "Ada Muster", "usageLocation": "DE", "department": "Sales"},
                    "bo@contoso.com": {"displayName": "Bo Beispiel", "usageLocation": "CH"},
                },
                "subscriptions": {"spb": a_pool("CFQ7TTC0LCHC:0002", 10)},
                **tenant,
            }
        },
    }


@dataclass(frozen=True, slots=True)
class Reply:
    """A decoded answer."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


class Cloud:
    """The sandbox's Graph with a token of the partner's app for the one customer."""

    def __init__(self, document: Mapping[str, Any] | None = None, roles: tuple[str, ...] = DEFAULT_ROLES) -> None:
        self.world: World = worldload.load(document or a_world())
        self.tokens = Tokens(self.world.clock.real_time)
        self.sandbox = Sandbox(self.world, self.tokens, Journal(), Faults(), Buckets())
        self._pipeline = Pipeline(self.sandbox, (routes.SERVICE,))
        self.authorization = self.bearer(roles=list(roles))

    def bearer(self, **claims: Any) -> str:
        """An Authorization header for the customer's tenant."""
        given = {"tid": self.tenant.id, "appid": APP, "aud": GRAPH, **claims}
        return f"Bearer {self.tokens.issue(given)}"

    @property
    def tenant(self) -> Tenant:
        tenant = self.world.tenant(DOMAIN)
        assert tenant is not None
        return tenant

    def call(self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """`url` is below /graph/v1.0, or absolute as a nextLink is."""
        path, _, query_string = url.removeprefix(BASE).removeprefix("/graph/v1.0").partition("?")
        sent = {"authorization": self.authorization}
        if body is not None:
            sent["content-type"] = "application/json"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        content = b"" if body is None else orjson.dumps(body)
        reply = self._pipeline.handle(Request(method, f"/graph/v1.0{path}", query_string, sent, content, BASE))
        is_json = reply.headers.get("Content-Type", "").startswith("application/json")
        decoded = orjson.loads(reply.body) if is_json else reply.body.decode()
        held.hold(method, f"{path}?{query_string}", reply.status, decoded)
        return Reply(reply.status, reply.headers, decoded)

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.call("GET", url, headers=headers)

    def post(self, url: str, body: Any = None) -> Reply:
        return self.call("POST", url, body)

    def patch(self, url: str, body: Any) -> Reply:
        return self.call("PATCH", url, body)

    def delete(self, url: str) -> Reply:
        return self.call("DELETE", url)

    def user_id(self, upn: str = "ada@contoso.com") -> str:
        user = self.tenant.user_by_upn(upn)
        assert user is not None
        return user.id

    def assign(self, upn: str, add: Mapping[str, tuple[str, ...]] | None = None, remove: tuple[str, ...] = ()) -> Reply:
        """assignLicense by part numbers and plan names."""
        adds = [
            {"skuId": sku_id(name), "disabledPlans": [plan_id(name, plan) for plan in plans]}
            for name, plans in (add or {}).items()
        ]
        body = {"addLicenses": adds, "removeLicenses": [sku_id(name) for name in remove]}
        return self.post(f"/users/{upn}/assignLicense", body)
