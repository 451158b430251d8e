"""Refresh tokens of a partner's people: which are good, and the new one that each redemption gives.

The token in the world file stands for one interactive sign-in and works with every app of the partner; those handed out
later belong to the app that got them. Each redemption returns a new token and leaves the old one valid; ninety days
without use end a token (partner-center.md 2.3, graph.md 10.4 AADSTS700082), by the sandbox's clock.
It must not know how an access token is made.

The decision a reader would question: tokens handed out die with the world they belong to, not being in a dump. A new
world is a new history.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.sandbox.call import Call
from reconciler.sandbox.login.errors import refuse
from reconciler.sandbox.world import Agent, Partner, World

_IDLE = timedelta(days=90)
_SCRATCH = "login.refreshTokens"


@dataclass(slots=True)
class _Issued:
    partner_id: str
    upn: str
    app_id: str | None
    used: datetime


def redeem(call: Call, text: str, app_id: str) -> tuple[Partner, Agent]:
    """The person whose refresh token this is; refuses a wrong, foreign or idle one."""
    issued = _known(call.world, call.now).get(text)
    if issued is None or issued.app_id not in (None, app_id):
        raise refuse(call, 70000)
    if call.now - issued.used > _IDLE:
        raise refuse(call, 700082)
    partner = call.world.partners[issued.partner_id]
    agent = partner.agents[issued.upn.casefold()]
    if agent.fails is not None:
        raise refuse(call, agent.fails)
    issued.used = call.now
    return partner, agent


def rotate(call: Call, partner: Partner, agent: Agent, app_id: str) -> str:
    """A new refresh token for the same person and app."""
    text = f"1.{secrets.token_urlsafe(48)}"
    _known(call.world, call.now)[text] = _Issued(partner.id, agent.upn, app_id, call.now)
    return text


def _known(world: World, now: datetime) -> dict[str, Any]:
    """All tokens of this world; those of the file count as used when anybody first asks."""
    if _SCRATCH not in world.scratch:
        world.scratch[_SCRATCH] = {
            agent.refresh_token: _Issued(partner.id, agent.upn, None, now)
            for partner in world.partners.values()
            for agent in partner.agents.values()
        }
    known: dict[str, Any] = world.scratch[_SCRATCH]
    return known
