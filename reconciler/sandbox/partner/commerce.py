"""Who may look at whom, and where a partner's own records of a customer lie.

A customer is a tenant with a reseller relationship to the calling partner; without one there is only 403/20002.
Carts, orders, agreements and profiles of a customer belong to one partner each and lie in `Tenant.commerce` under the
partner's id, as JSON, so that a dump of the world carries them. Audit records lie in `Partner.commerce`.
It must not shape answers.

The decision a reader would question: a tenant that doesn't exist at all is 404/60003 and a stranger's tenant 403/20002.
The real service may blur the two; a test needs to tell them apart.
"""

from dataclasses import dataclass
from datetime import datetime

from reconciler.sandbox.call import Call
from reconciler.sandbox.partner.casing import Json
from reconciler.sandbox.partner.errors import refuse
from reconciler.sandbox.world import Partner, Subscription, Tenant, World


@dataclass(frozen=True, slots=True)
class Desk:
    """One partner serving one customer, in one request."""

    world: World
    partner: Partner
    tenant: Tenant
    now: datetime

    @property
    def path(self) -> str:
        return f"/customers/{self.tenant.id}"

    @property
    def records(self) -> Json:
        return records_of(self.tenant, self.partner.id)


def records_of(tenant: Tenant, partner_id: str) -> Json:
    """What one partner keeps about one customer: "orders", "carts", "agreements", "billingProfile", "validation"."""
    found: Json = tenant.commerce.setdefault(partner_id, {})
    return found


def partner_of(call: Call) -> Partner:
    assert call.partner is not None, "admit lets no one else in"
    return call.partner


def desk_of(call: Call) -> Desk:
    """The customer that the path names. Refuses with 404/60003 or 403/20002."""
    partner = partner_of(call)
    tenant = call.world.tenants.get(call.params["customer"].casefold())
    if tenant is None:
        raise refuse(404, 60003)
    if partner.id not in tenant.partners:
        raise refuse(403, 20002, partner.id, tenant.id)
    return Desk(call.world, partner, tenant, call.now)


def has_directory_role(call: Call, desk: Desk) -> bool:
    """Whether the caller is a person with a GDAP role here: what touches the directory needs one (fact sheet 2.4)."""
    return call.token is not None and call.token.agent is not None and bool(desk.tenant.gdap.get(desk.partner.id))


def own_subscription(desk: Desk, wanted: str) -> Subscription:
    """One of the partner's own; ids ignore case. Refuses with 404/20003, for those of other owners too."""
    found = desk.tenant.subscriptions.get(wanted.casefold())
    if found is None or found.owner_tenant_id != desk.partner.id:
        raise refuse(404, 20003, wanted)
    return found
