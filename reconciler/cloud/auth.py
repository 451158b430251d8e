"""Access tokens: one per (tenant, audience, half), kept until shortly before they end.

The client half (secret, certificate, federated assertion) speaks for the app, the user half (a refresh token) for a
person: partner-center.md 2.1, 2.2; graph.md 10.4. msal makes the requests and the proofs, in a worker thread, but
every byte goes through our own `http`: our TLS context, proxy, deadline, retries and trace.

Must not: let a token or secret into a repr, a log or an error. msal's own cache and instance discovery are off: ours
is shared by all sessions, and discovery would send a customer's tenant name to Microsoft's public host from any cloud.

Questionable on purpose: the OpenID document is not fetched, msal gets the well-known addresses below the login host
(graph.md 10.4 gives the token address). It saves one exchange for each customer of the fleet; the price is that a
login server with other paths cannot be used.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

import jwt
import msal
import orjson

from reconciler.cloud import federation, login_errors, secrets
from reconciler.cloud.exchange import Answer, Call, Malformed
from reconciler.cloud.http import Http, Request
from reconciler.cloud.person import Person
from reconciler.cloud.retry import by_status, persist
from reconciler.cloud.shared import Shared
from reconciler.model.connection import Auth, ClientHalf
from reconciler.model.errors import CloudError, Unexpected

# Always Microsoft's names, also when the endpoints are a sandbox's: the audience is what the token says, not where it
# goes (graph.md 10.4, partner-center.md 2.1; exchange.md, "Request").
GRAPH = "https://graph.microsoft.com/.default"
PARTNER_CENTER = "https://api.partnercenter.microsoft.com/.default"
EXCHANGE = "https://outlook.office365.com/.default"

EARLY_S = 300.0  # a token is renewed five minutes before its end: longer than any one call may be repeated
# Not the loop's own threads: those look names up, and six waiting msals would wait for a look-up that waits for them.
THREADS = 16
ASSUMED_LIFE_S = 3599.0  # where the answer does not say: "about 60 min", partner-center.md 14
ENDPOINTS = (("authorization", "authorize"), ("token", "token"), ("device_authorization", "devicecode"))
# What is read of a device code's answer (cloud/device.py); the seconds with what they are where it does not say.
DEVICE_TEXTS = ("device_code", "user_code", "verification_uri", "message")
DEVICE_SECONDS = (("expires_in", 900.0), ("interval", 5.0))

Talk = Callable[[Any], dict[str, Any]]  # Any: msal's application, and what it says


@dataclass(frozen=True, slots=True)
class Audience:
    """What a token is for: the tenant that issues it, the scope, and whether a person stands behind it."""

    tenant: str
    scope: str
    as_user: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    value: str = field(repr=False)
    good_until: float


class Tokens:
    """The tokens of one connection. Concurrent callers share one acquisition.

    `person` redeems and keeps refresh tokens; None where the app acts on nobody's behalf.
    """

    def __init__(
        self,
        auth: Auth,
        client: ClientHalf,
        login: str,
        http: Http,
        environ: Mapping[str, str],
        person: Person | None,
    ) -> None:
        self._auth = auth
        self._client = client
        self._login = login
        self._http = http
        self._environ = environ
        self.person = person
        self._cache: dict[Audience, _Token] = {}
        self._running: Shared[Audience, str] = Shared()
        self._threads = ThreadPoolExecutor(THREADS, "tokens")

    def close(self) -> None:
        """Let the threads go; no token can be asked for any more."""
        self._threads.shutdown(wait=False)

    @property
    def has_user(self) -> bool:
        """Whether the connection can act on a person's behalf."""
        return self.person is not None

    async def get(self, audience: Audience) -> str:
        """A token with some life left. Unauthenticated or Forbidden say what to do."""
        token = self._cache.get(audience)
        if token is not None and self._http.pace.monotonic() < token.good_until:
            return token.value
        return await self._running.join(audience, lambda: self._acquire(audience))

    def drop(self, value: str) -> None:
        """Forgets that token; a newer one, fetched since by somebody else, stays."""
        for audience in [known for known, token in self._cache.items() if token.value == value]:
            del self._cache[audience]

    def forget(self, tenant: str) -> None:
        """Forgets every token of a tenant: claims are baked in for about an hour, so after a consent or a change of
        roles a new one is needed (graph.md 10.4)."""
        for audience in [known for known in self._cache if known.tenant == tenant]:
            del self._cache[audience]

    async def _acquire(self, audience: Audience) -> str:
        asked_at = self._http.pace.monotonic()
        call = call_to(audience.tenant)
        said = await self._redeem(audience, call) if audience.as_user else await self._ask(audience, call, "")
        return self.adopt(audience, said, asked_at)

    def adopt(self, audience: Audience, said: Mapping[str, Any], asked_at: float) -> str:
        """The access token of login's answer, which serves that audience from now on; `asked_at` by the pace."""
        value = str(said["access_token"])
        life_s = _seconds(said.get("expires_in"))
        self._cache[audience] = _Token(value, asked_at + max(life_s - EARLY_S, life_s / 2))
        return value

    async def _redeem(self, audience: Audience, call: Call) -> dict[str, Any]:
        if self.person is None:
            raise login_errors.no_user_half(call)
        return await self.person.redeem(call, lambda token: self._ask(audience, call, token))

    async def _ask(self, audience: Audience, call: Call, refresh_token: str) -> dict[str, Any]:
        said = await self.converse(audience.tenant, call, partial(_obtain, audience.scope, refresh_token))
        if "error" in said:
            raise login_errors.explain(call, said)
        return said

    async def converse(self, tenant: str, call: Call, talk: Talk) -> dict[str, Any]:
        """What `talk` gets out of msal for the app at a tenant, refusals included; it runs in a thread of ours."""
        proof = await self._proof()
        loop = asyncio.get_running_loop()
        channel = _Channel(self._http, call, loop)

        def whole() -> dict[str, Any]:
            return talk(_application(channel, f"{self._login}/{tenant}", self._auth.client_id, proof))

        try:
            return await loop.run_in_executor(self._threads, whole)
        except Malformed as problem:
            raise Unexpected(call.exchange(str(problem))) from problem
        except (
            ValueError,
            TypeError,
            jwt.PyJWTError,
        ) as problem:  # a certificate, key or authority that msal cannot use
            raise login_errors.unusable_proof(call, str(problem)) from problem

    async def _proof(self) -> Any:  # Any: msal takes a secret or one of several dicts
        client = self._client
        if client.secret is not None:
            return secrets.read(client.secret, self._environ)
        if client.certificate is not None:
            pem = secrets.read(client.certificate, self._environ)
            return {"private_key": pem, "public_certificate": pem}
        token = await federation.assertion(client.federated or "file", self._http, self._environ)
        return {"client_assertion": lambda: token}


class _Channel:
    """The `http_client` that msal calls from its thread; requests run on the event loop, through `Http`."""

    def __init__(self, http: Http, call: Call, loop: asyncio.AbstractEventLoop) -> None:
        self._http = http
        self._call = call
        self._loop = loop

    def post(self, url: str, data: object = None, headers: Mapping[str, str] | None = None, **_: object) -> _Reply:
        form = urlencode(data) if isinstance(data, dict) else str(data or "")
        sent = {**(headers or {}), "content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        request = Request("login", "POST", url, sent, form.encode())
        settled = asyncio.run_coroutine_threadsafe(
            persist(lambda: self._http.once(request), self._call, self._http.pace), self._loop
        ).result()
        if settled.answer.status >= 500:  # msal would raise an error of its own
            raise _explain(self._call, settled.answer)
        return _Reply(settled.answer.status, _readable(settled.answer))

    def get(self, url: str, **_: object) -> _Reply:
        """The OpenID document, from what is well known: see the module's docstring."""
        authority = url.removesuffix("/v2.0/.well-known/openid-configuration")
        endpoints = {f"{name}_endpoint": f"{authority}/oauth2/v2.0/{path}" for name, path in ENDPOINTS}
        return _Reply(200, {"issuer": f"{authority}/v2.0", **endpoints})

    def close(self) -> None:
        """Nothing: the connections are the session's."""


class _Reply:
    """An answer in the shape msal reads."""

    def __init__(self, status: int, said: Mapping[str, object]) -> None:
        self.status_code = status
        self.headers: dict[str, str] = {}  # a Retry-After was honored before msal sees the answer
        self.text = orjson.dumps(said).decode()

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"status {self.status_code}")


def _application(channel: _Channel, authority: str, client_id: str, proof: object) -> Any:  # Any: msal has no types
    return msal.ConfidentialClientApplication(
        client_id,
        client_credential=proof,
        authority=authority,
        http_client=channel,
        instance_discovery=False,
        azure_region=False,
    )


def _obtain(scope: str, refresh_token: str, app: Any) -> dict[str, Any]:  # Any: as above
    """One round of msal; the refresh token is empty for the app alone."""
    if refresh_token:
        said: dict[str, Any] = app.acquire_token_by_refresh_token(refresh_token, [scope])
    else:
        said = app.acquire_token_for_client([scope])
    return said


def _readable(answer: Answer) -> dict[str, object]:
    """The parts of a token endpoint's answer that we use, in the types msal expects.

    msal decodes more than that, fails in many ways on odd values, and logs what it cannot read: tokens among them.
    """
    said = answer.mapping()
    if answer.ok and isinstance(said.get("device_code"), str):
        kept = {k: said[k] for k in DEVICE_TEXTS if isinstance(said.get(k), str)}
        return kept | {k: int(_seconds(said.get(k), usual)) for k, usual in DEVICE_SECONDS}
    if answer.ok:
        if not isinstance(said.get("access_token"), str) or not said["access_token"]:
            raise Malformed("The token endpoint's answer holds no access_token.")
        life = int(_seconds(said.get("expires_in")))
        token = {"token_type": "Bearer", "access_token": said["access_token"], "expires_in": life}
        return token | {k: said[k] for k in ("refresh_token",) if isinstance(said.get(k), str)}
    texts = {k: said[k] for k in ("error", "error_description") if isinstance(said.get(k), str)}
    return {"error": f"status {answer.status}", **texts, "error_codes": said.get("error_codes")}


def call_to(tenant: str) -> Call:
    """A request to a tenant's token endpoint, for errors."""
    return Call("login", tenant, "POST", "/oauth2/v2.0/token", by_status, _explain, harmless=True)


def _explain(call: Call, answer: Answer) -> CloudError:
    return login_errors.explain(call, {"status": answer.status, **answer.mapping()}, answer)


def _seconds(said: object, usual: float = ASSUMED_LIFE_S) -> float:
    """expires_in as a number; v1 endpoints send it as a string (partner-center.md 2.1)."""
    try:
        seconds = float(said) if isinstance(said, int | float | str) else usual
    except ValueError:
        return usual
    return seconds if 0 < seconds < math.inf else usual
