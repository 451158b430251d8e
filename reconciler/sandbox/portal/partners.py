"""What a customer's administrator does about a partner: accept its invitation, give roles and consent, or end it.

    {"tenant": "contoso.com", "partner": "partner.onmicrosoft.com", "create": {}}           accepts the invitation
    {"tenant": ..., "partner": ..., "create": {"gdap": ["User Administrator"], "consent": true}}
    {"tenant": ..., "partner": ..., "set": {"gdap": []}}
    {"tenant": ..., "partner": ..., "delete": true}                                         ends the relationship

Accepting gives neither roles nor consent unless it says so: the reseller relationship and GDAP are two invitations
(partner-center.md 3.6; graph.md 10.1). `consent` gives the partner's apps what they are registered for.
It must not check who asks: no API accepts on a customer's behalf, only the portal does.

The decision a reader would question: ending a relationship leaves consents behind, as in a real tenant.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from reconciler.sandbox.graph import audits
from reconciler.sandbox.partner import audit
from reconciler.sandbox.portal import actors
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.world import Partner, Tenant, World
from reconciler.sandbox.worldfile import WorldError
from reconciler.sandbox.worldload import partner_app_consents


class _Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    gdap: tuple[str, ...] | None = None
    consent: bool = False


def change_partner(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """Begin, change or end the relationship with a partner; the partner's id."""
    partner = _partner(world, name)
    is_one = partner.id in tenant.partners
    if change.create is None and not is_one:
        raise WorldError([f"{name} has no relationship with {tenant.domain}"])
    if change.delete:
        tenant.partners = tuple(one for one in tenant.partners if one != partner.id)
        tenant.gdap.pop(partner.id, None)
        _note(world, tenant, change, "Remove partner from company", partner)
        return partner.id
    if not is_one:
        tenant.partners = (*tenant.partners, partner.id)
        _note(world, tenant, change, "Add partner to company", partner)
    terms = _Terms.model_validate({**(change.create or {}), **change.set})
    if terms.gdap is not None:
        tenant.gdap[partner.id] = terms.gdap
    if terms.consent:
        tenant.consents.update(partner_app_consents(world, (partner.id,)))
    return partner.id


def _note(world: World, tenant: Tenant, change: Change, activity: str, partner: Partner) -> None:
    target = audits.Other(tenant.id, tenant.display_name, "Directory")
    actors.note(world, tenant, change, (activity, "DirectoryManagement"), (target,))
    if change.delete:
        # The customer's own doing: no person of the partner signs it.
        what = ("remove_partner_customer_relationship", "partner_customer_relationship")
        audit.write(partner, tenant, world.clock.now(), {}, what, ({"relationshipToPartner": "reseller"}, None))


def _partner(world: World, name: str) -> Partner:
    found = next((one for one in world.partners.values() if name.casefold() in (one.domain, one.id)), None)
    if found is None:
        raise WorldError([f'no partner "{name}"'])
    return found
