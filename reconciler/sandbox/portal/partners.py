"""What a customer's administrator does about a partner: accept its invitation, give roles and consent, or end it.

    {"tenant": "contoso.com", "partner": "partner.onmicrosoft.com", "create": {}}           accepts the invitation
    {"tenant": ..., "partner": ..., "create": {"gdap": ["User Administrator"], "consent": true}}
    {"tenant": ..., "partner": ..., "set": {"gdap": []}}
    {"tenant": ..., "partner": ..., "set": {"approve": "gitops contoso"}}     a relationship that waits, by name or id
    {"tenant": ..., "partner": ..., "set": {"terminate": "gitops contoso"}}   one that is active
    {"tenant": ..., "partner": ..., "delete": true}                                         ends the relationship

Accepting gives neither roles nor consent unless it says so: the reseller relationship and GDAP are two invitations
(partner-center.md 3.6; graph.md 10.1). `consent` gives the partner's apps what they are registered for.
It must not check who asks: no API accepts on a customer's behalf, only the portal does.

The decision a reader would question: ending a relationship leaves consents behind, as in a real tenant.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from reconciler.sandbox import relationships
from reconciler.sandbox.graph import audits
from reconciler.sandbox.partner import audit
from reconciler.sandbox.portal import actors
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.world import Json, Partner, Tenant, World
from reconciler.sandbox.worldfile import WorldError
from reconciler.sandbox.worldload import partner_app_consents


class _Terms(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    gdap: tuple[str, ...] | None = None
    consent: bool = False
    approve: str | None = None
    terminate: str | None = None


def change_partner(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """Begin, change or end the relationship with a partner; the partner's id."""
    partner = _partner(world, name)
    is_one = partner.id in tenant.partners
    if change.create is None and not is_one:
        raise WorldError([f"{name} has no relationship with {tenant.domain}"])
    if change.delete:
        _end_all(world, tenant, partner)
        tenant.partners = tuple(one for one in tenant.partners if one != partner.id)
        tenant.gdap.pop(partner.id, None)
        _note(world, tenant, change, "Remove partner from company", partner)
        return partner.id
    if not is_one:
        tenant.partners = (*tenant.partners, partner.id)
        _note(world, tenant, change, "Add partner to company", partner)
    terms = _Terms.model_validate({**(change.create or {}), **change.set})
    if terms.gdap is not None:
        _end_all(world, tenant, partner)
        tenant.gdap[partner.id] = terms.gdap
    if terms.approve is not None:
        _approve(world, tenant, partner, terms.approve)
    if terms.terminate is not None:
        _terminate(world, tenant, partner, terms.terminate)
    if terms.consent:
        tenant.consents.update(partner_app_consents(world, (partner.id,)))
    return partner.id


def _approve(world: World, tenant: Tenant, partner: Partner, name: str) -> None:
    """What the customer's administrator does with the link to a relationship that waits for approval."""
    now = world.clock.now()
    record = relationships.find(world, partner, name, now)
    if record is None or record["status"] != "approvalPending" or record["customer"] not in (None, tenant.id):
        raise WorldError([f'no relationship "{name}" of {partner.domain} waits for the approval of {tenant.domain}'])
    relationships.activate(world, partner, record, tenant, now)
    for verb in ("approved", "activated"):
        _tell(world, tenant, partner, record, verb)


def _terminate(world: World, tenant: Tenant, partner: Partner, name: str) -> None:
    now = world.clock.now()
    record = relationships.find(world, partner, name, now)
    if record is None or record["status"] != "active" or record["customer"] != tenant.id:
        raise WorldError([f'no relationship "{name}" of {partner.domain} is active at {tenant.domain}'])
    relationships.end(world, partner, relationships.kept(partner, record), "terminated", now)
    _tell(world, tenant, partner, record, "terminated")


def _end_all(world: World, tenant: Tenant, partner: Partner) -> None:
    for record in relationships.stored(partner):
        if record["customer"] == tenant.id and record["status"] == "active":
            relationships.end(world, partner, record, "terminated", world.clock.now())
            _tell(world, tenant, partner, record, "terminated")


def _tell(world: World, tenant: Tenant, partner: Partner, record: Json, verb: str) -> None:
    """Partner Center's activity log; the customer's people do not sign there."""
    what = (f"granular_admin_relationship_{verb}", "granular_admin_relationship")
    shown = {"id": record["id"], "displayName": record["displayName"], "status": record["status"]}
    audit.write(partner, tenant, world.clock.now(), {}, what, (None, shown))


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
