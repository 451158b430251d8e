"""A person signs in with a device code, as in the browser behind the address that a program showed.

    {"tenant": "partner.onmicrosoft.com", "signIn": "B7KQ2XRTN", "by": "ada@partner.onmicrosoft.com"}
    {"tenant": ..., "signIn": ..., "by": ..., "set": {"mfa": false}}        signs in with a password alone
    {"tenant": ..., "signIn": ..., "by": ..., "delete": true}               declines

The person is an agent of the partner whose tenant it is; how they sign in now holds for the tokens they get later.
It must not hand out tokens: login does, when the program asks next.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from reconciler.sandbox.login import devices
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.world import Tenant, World
from reconciler.sandbox.worldfile import WorldError


class _Manner(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    mfa: bool = True


def sign_in(world: World, tenant: Tenant, change: Change, user_code: str) -> str:
    """Enter the code, and agree or decline; the person's name."""
    device = devices.entered(world, user_code)
    if device is None or device.tenant_id != tenant.id:
        raise WorldError([f'no device code "{user_code}" waits for a sign-in at {tenant.domain}'])
    partner = world.partners.get(tenant.id)
    who = change.by if isinstance(change.by, str) else ""
    agent = partner.agents.get(who.casefold()) if partner else None
    if partner is None or agent is None:
        raise WorldError([f'"{who}" is no agent of {tenant.domain}: say by: with one of the world file'])
    if change.delete:
        device.declined = True
        return agent.upn
    partner.agents[agent.upn.casefold()] = replace(agent, mfa=_Manner.model_validate(change.set).mfa)
    device.partner_id, device.upn = partner.id, agent.upn
    return agent.upn
