"""A person signs in elsewhere with a code that we show: the device code flow, for a new refresh token.

Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code (read 2026-11). The code is good for 15
minutes; until somebody signed in, the token endpoint answers authorization_pending, and slow_down (RFC 8628 3.5) means
five seconds more between two questions. The app proves itself with its secret, certificate or federated token, because
the refresh token must be good for the app that redeems it at night [inferred: Microsoft's page shows public clients].

Must not: wait in a thread. msal asks once at a time, and the pauses are our clock's.

Questionable on purpose: msal's own method for this stands on its public client only, so the client below the
confidential application is used. It is the same code that redeems refresh tokens; the price is a name that msal does
not promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reconciler.cloud import login_errors
from reconciler.cloud.auth import Audience, Tokens, call_to
from reconciler.cloud.clock import Pace
from reconciler.cloud.exchange import Malformed

WAITING = ("authorization_pending", "slow_down")
EXTRAS = ("offline_access", "openid", "profile")


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a person must be told: the service's own sentence, the code and the address."""

    message: str
    user_code: str
    address: str


async def sign_in(
    tokens: Tokens, audience: Audience, tell: Callable[[Prompt], None], pace: Pace, patience_s: float
) -> dict[str, Any] | None:
    """Login's answer once somebody has signed in; None where nobody did in `patience_s` or while the code was good.

    Unauthenticated or Forbidden say what was refused.
    """
    call = call_to(audience.tenant)
    scopes = [audience.scope, *EXTRAS]
    flow = await tokens.converse(audience.tenant, call, lambda app: _started(app, scopes))
    if "error" in flow:
        raise login_errors.explain(call, flow)
    tell(Prompt(str(flow.get("message", "")), str(flow.get("user_code", "")), str(flow.get("verification_uri", ""))))
    until = pace.monotonic() + min(patience_s, flow["expires_in"])
    while pace.monotonic() + flow["interval"] <= until:
        await pace.sleep(flow["interval"])
        said = await tokens.converse(audience.tenant, call, lambda app: _asked(app, flow))
        if said.get("error") not in WAITING:
            if "error" in said:
                raise login_errors.explain(call, said)
            return said
    return None


def _started(app: Any, scopes: list[str]) -> dict[str, Any]:  # Any: msal has no types
    flow: dict[str, Any] = app.client.initiate_device_flow(scope=scopes)
    if "error" not in flow and not flow.get("device_code"):
        raise Malformed("The answer of the device code endpoint holds no code.")
    return flow


def _asked(app: Any, flow: dict[str, Any]) -> dict[str, Any]:
    """Ask once. msal writes the longer pause of a slow_down into `flow`; its own look at the time is undone."""
    flow["latest_attempt_at"] = 0
    said: dict[str, Any] = app.client.obtain_token_by_device_flow(
        flow,
        exit_condition=lambda _flow: True,
        on_obtaining_tokens=lambda _event: None,  # else msal's cache hears of it, and writes the device code to the log
    )
    return said
