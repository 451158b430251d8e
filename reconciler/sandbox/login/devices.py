"""Device codes: a program asks for one, a person signs in with it elsewhere, the program asks until that has happened.

Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code (read 2026-11): the request names client and
scopes, the answer has `user_code`, `device_code`, `verification_uri`, `message`, 15 minutes of life and an interval of
5 s; until then the token endpoint says authorization_pending, authorization_declined, bad_verification_code or
expired_token. RFC 8628 3.5 adds slow_down for who asks too early, which Microsoft's page does not list [inferred].
An app with a secret or certificate proves itself at the token endpoint, as in every other flow [inferred: the page
speaks of public clients only; without a proof the answer is AADSTS7000218, which many have seen].
It must not sign anybody in by itself: a person does, through `POST /_sandbox/change` (portal/signins.py).

The decision a reader would question: codes live by the sandbox's clock and intervals by real time. A test advances the
one, and nothing can advance the pauses of a client.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.login import clients
from reconciler.sandbox.login.errors import refuse
from reconciler.sandbox.world import Agent, Partner, World

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
VERIFICATION = "https://microsoft.com/devicelogin"
_LIFE = timedelta(minutes=15)
_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ23456789"  # no vowels and look-alikes, so that no word comes out
_EARLY_S = 0.5  # an interval as a client's timer keeps it
_SCRATCH = "login.deviceCodes"


@dataclass(slots=True)
class _Device:
    tenant_id: str
    app_id: str
    scope: str
    device_code: str
    ends: datetime
    asked_at: float
    declined: bool = False
    partner_id: str = ""
    upn: str = ""


def start(call: Call, tenant_id: str, form: clients.Form) -> Answer:
    """A new pair of codes for a registered app."""
    client_id = form.get("client_id", "").lower()
    if not client_id:
        raise refuse(call, 900144, detail="client_id")
    if clients.registered(call, client_id) is None:
        raise refuse(call, 700016, app=client_id, tenant=call.params["tenant"])
    user_code = "".join(secrets.choice(_LETTERS) for _ in range(9))
    device_code = secrets.token_urlsafe(48)
    ends, asked_at = call.now + _LIFE, call.world.clock.real_time()
    _known(call.world)[user_code] = _Device(tenant_id, client_id, form["scope"], device_code, ends, asked_at)
    text = f"To sign in, use a web browser to open the page {VERIFICATION} and enter the code {user_code}"
    return Answer(
        200,
        {
            "user_code": user_code,
            "device_code": device_code,
            "verification_uri": VERIFICATION,
            "expires_in": int(_LIFE.total_seconds()),
            "interval": int(call.world.behavior.device_code_interval.total_seconds()),
            "message": f"{text} to authenticate.",
        },
    )


def redeem(call: Call, tenant_id: str, form: clients.Form, app_id: str) -> tuple[str, tuple[Partner, Agent]]:
    """The scopes that were asked for and the person who signed in with that code, once; refuses until somebody did."""
    if "device_code" not in form:
        raise refuse(call, 900144, detail="device_code")
    known = _known(call.world)
    found = [(code, one) for code, one in known.items() if one.device_code == form["device_code"]]
    if not found or (found[0][1].app_id, found[0][1].tenant_id) != (app_id, tenant_id):
        raise refuse(call, 70018)
    user_code, device = found[0]
    if call.now >= device.ends:
        raise refuse(call, 70020)
    if device.declined:
        raise refuse(call, 65004)
    now, since = call.world.clock.real_time(), device.asked_at
    device.asked_at = now
    if now - since < call.world.behavior.device_code_interval.total_seconds() - _EARLY_S:
        raise refuse(call, 90055)
    if not device.upn:
        raise refuse(call, 70016)
    del known[user_code]
    partner = call.world.partners[device.partner_id]
    agent = partner.agents[device.upn.casefold()]
    if agent.fails is not None:
        raise refuse(call, agent.fails)
    return device.scope, (partner, agent)


def entered(world: World, user_code: str) -> _Device | None:
    """What a person's browser finds behind the code; None where there is nothing (any more)."""
    found = _known(world).get(user_code.strip().upper())
    return found if found is not None and world.clock.now() < found.ends else None


def _known(world: World) -> dict[str, _Device]:
    known: dict[str, Any] = world.scratch.setdefault(_SCRATCH, {})
    return known
