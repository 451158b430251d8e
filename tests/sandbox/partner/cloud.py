"""A small world with one partner and its customers, and a way to talk to its Partner Center without a socket.

Requests take the whole way through the pipeline (token, limits, settle, rules); only the wire is left out.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from contracts import held

from reconciler.sandbox import worldload
from reconciler.sandbox.call import Request
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.journal import Journal
from reconciler.sandbox.login.permissions import PARTNER_CENTER
from reconciler.sandbox.login.tokens import Tokens
from reconciler.sandbox.partner import routes
from reconciler.sandbox.pipeline import Pipeline, Sandbox
from reconciler.sandbox.throttle import Buckets
from reconciler.sandbox.world import Subscription, Tenant, World

APP = "11111111-1111-1111-1111-111111111111"
PARTNER = "22222222-2222-2222-2222-222222222222"
CONTOSO = "33333333-3333-3333-3333-333333333333"
FABRIKAM = "44444444-4444-4444-4444-444444444444"
PREMIUM = "CFQ7TTC0LCHC:0002"
BASIC = "CFQ7TTC0LH18:0001"
ADD_ON = "CFQ7TTC0LHR4:0001"
TRIAL = "CFQ7TTC0LCHC:0003"
NOW = "2026-11-02T08:00:00Z"

_TERMS = [
    {"term": "P1M", "billing": "monthly", "price": "22.00"},
    {"term": "P1Y", "billing": "monthly", "price": "18.10"},
    {"term": "P1Y", "billing": "annual", "price": "206.00"},
    {"term": "P3Y", "billing": "monthly", "price": "17.50"},
    {"term": "P3Y", "billing": "annual", "price": "200.00"},
]


def a_subscription(**given: Any) -> dict[str, Any]:
    """Ten seats of Business Premium for a year, long out of their window, unless said otherwise."""
    usual = {
        "product": PREMIUM,
        "owner": "partner.onmicrosoft.com",
        "quantity": 10,
        "term": "P1Y",
        "billing": "monthly",
        "start": "2026-03-01",
        "friendlyName": "Head office",
    }
    return {**usual, **given}


def a_world(subscriptions: dict[str, dict[str, Any]] | None = None, **behavior: Any) -> dict[str, Any]:
    """A world document; contoso has `subscriptions`, fabrikam belongs to somebody else."""
    calm = {"flapping": False, "lag": "PT0S", "indexLag": "PT0S"}
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "clock": {"now": NOW, "frozen": True},
        "behavior": {**calm, **behavior},
        "partners": {
            "partner.onmicrosoft.com": {
                "id": PARTNER,
                "name": "Example Partner GmbH",
                "country": "DE",
                "region": "Europe",
                "currency": "EUR",
                "apps": {APP: {"secret": "s3cret"}},
                "agents": {"admin@partner.onmicrosoft.com": {"refreshToken": "r", "mfa": True}},
            }
        },
        "catalog": {
            PREMIUM: {
                "title": "Microsoft 365 Business Premium",
                "sku": "SPB",
                "min": 1,
                "max": 300,
                "terms": _TERMS,
            },
            BASIC: {
                "title": "Microsoft 365 Business Basic",
                "sku": "O365_BUSINESS_ESSENTIALS",
                "min": 1,
                "max": 300,
                "terms": _TERMS[:2],
                "properties": {"upgradeTargetOffers": [PREMIUM]},
            },
            ADD_ON: {
                "title": "Add-on for Premium",
                "sku": "POWER_BI_PRO",
                "min": 5,
                "max": 1000,
                "terms": _TERMS[:2],
                "addOn": True,
                "prerequisites": [PREMIUM],
            },
            TRIAL: {
                "title": "Microsoft 365 Business Premium Trial",
                "sku": "SPB",
                "min": 25,
                "max": 25,
                "trial": True,
                "terms": [{"term": "P1M", "billing": "monthly", "price": "0"}],
                "properties": {"convertsTo": PREMIUM},
            },
        },
        "tenants": {
            "contoso.onmicrosoft.com": {
                "id": CONTOSO,
                "displayName": "Contoso",
                "country": "DE",
                "partners": ["partner.onmicrosoft.com"],
                "domains": {"contoso.com": {"default": True}},
                "subscriptions": subscriptions or {},
            },
            "fabrikam.onmicrosoft.com": {"id": FABRIKAM, "displayName": "Fabrikam", "country": "DE"},
        },
    }


@dataclass(frozen=True, slots=True)
class Got:
    """One answer, decoded."""

    status: int
    json: Any
    headers: dict[str, str]

    @property
    def code(self) -> int | None:
        """The vendor's error code."""
        found: int | None = self.json.get("code") if isinstance(self.json, dict) else None
        return found

    @property
    def refusal(self) -> tuple[int, int | None]:
        return self.status, self.code


@dataclass
class Cloud:
    """Partner Center of one world; `person` and `mfa` say on whose behalf the next requests go."""

    world: World
    person: str | None = None
    mfa: bool = True
    audience: str = PARTNER_CENTER
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A clock that is frozen while it runs is off by a float's last digits; one that is set while frozen isn't.
        self.world.clock.set(datetime.fromisoformat(NOW))
        self.tokens = Tokens(self.world.clock.real_time)
        sandbox = Sandbox(self.world, self.tokens, Journal(), Faults(), Buckets())
        self._pipeline = Pipeline(sandbox, (routes.SERVICE,))

    @property
    def tenant(self) -> Tenant:
        return self.world.tenants[CONTOSO]

    def token(self) -> str:
        claims: dict[str, Any] = {"tid": PARTNER, "appid": APP, "aud": self.audience}
        if self.person is not None:
            claims |= {"upn": self.person, "scp": "user_impersonation", "amr": ["pwd", *(["mfa"] if self.mfa else [])]}
        return self.tokens.issue(claims)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Got:
        bare, _, query = path.partition("?")
        sent = {"authorization": f"Bearer {self.token()}", "accept": "application/json", **self.headers}
        if body is not None:
            sent["content-type"] = "application/json"
        sent |= {name.lower().replace("_", "-"): value for name, value in headers.items()}
        raw = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
        request = Request(method, f"/pc/v1{bare}", query, sent, raw, "https://localhost:8443")
        reply = self._pipeline.handle(request)
        decoded = orjson.loads(reply.body) if reply.body else None
        held.hold_partner(method, bare, reply.status, decoded)
        return Got(reply.status, decoded, dict(reply.headers))

    def get(self, path: str, **headers: str) -> Got:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Got:
        return self.send("POST", path, body, **headers)

    def subscription(self, name: str) -> dict[str, Any]:
        """The resource as a GET gives it now."""
        found: dict[str, Any] = self.get(f"/customers/{CONTOSO}/subscriptions/{self.id_of(name)}").json
        return found

    def id_of(self, name: str) -> str:
        return next(one.id for one in self.tenant.subscriptions.values() if one.name == name)

    def living(self, name: str) -> Subscription:
        """The subscription of the world itself, which Graph is computed from."""
        return next(one for one in self.tenant.subscriptions.values() if one.name == name)

    def patch(self, name: str, **changed: Any) -> Got:
        """GET, change, PATCH: the documented way."""
        return self.patch_body(name, {**self.subscription(name), **changed})

    def patch_body(self, name: str, body: Any, **headers: str) -> Got:
        return self.send("PATCH", f"/customers/{CONTOSO}/subscriptions/{self.id_of(name)}", body, **headers)

    def advance(self, **by: float) -> None:
        self.world.clock.advance(timedelta(**by))

    def set_clock(self, moment: str) -> None:
        self.world.clock.set(datetime.fromisoformat(moment))


def a_cloud(*, person: str | None = None, **world: Any) -> Cloud:
    """A cloud; keywords as `a_world` takes them."""
    return Cloud(worldload.load(a_world(**world)), person=person)


def a_request_id() -> str:
    return str(uuid.uuid4())


AGENT = "admin@partner.onmicrosoft.com"
