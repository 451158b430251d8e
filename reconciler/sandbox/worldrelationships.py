"""The relationships of a world file as records of their partners.

A partner that has records for a customer already has them from a dump, which wins. One that is over by the world's
clock is expired from the first request on.
It must not be used after loading: relationships.py has the life of a relationship.

The decision a reader would question [inferred]: a file that does not say when the customer approved means 90 days ago,
so that a world does not begin with a relationship that ends today.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reconciler.sandbox import relationships
from reconciler.sandbox.names import Names
from reconciler.sandbox.world import Json, Partner, Tenant, World
from reconciler.sandbox.worldfile import RelationshipForm, TenantForm

_AGE = timedelta(days=90)


def load(world: World, domain: str, form: TenantForm, names: Names) -> None:
    """Write down what the file says of one customer's relationships."""
    tenant = world.tenant(domain)
    partners = {partner.domain: partner for partner in world.partners.values()}
    for name, forms in form.relationships.items():
        place = f"tenants.{domain}.relationships.{name}"
        partner = partners.get(name.lower())
        if partner is None:
            names.lost(place, "partner", name, {one: one for one in partners})
        elif tenant is not None:
            for one in forms:
                _add(world, (partner, tenant), one, (place, names))
            relationships.look_again(world, partner)


def _add(world: World, between: tuple[Partner, Tenant], form: RelationshipForm, told: tuple[str, Names]) -> None:
    (partner, tenant), (place, names) = between, told
    record = _record(world, partner, tenant, form)
    if any(one["id"] == record["id"] for one in relationships.stored(partner)):
        return
    strangers = set(form.assigned or ()) - set(form.roles)
    if strangers:
        names.problems.append(f"{place}: {', '.join(sorted(strangers))} is assigned and not among the roles")
    if record["activated"] is not None:
        began = datetime.fromisoformat(record["activated"])
        roles = list(form.roles if form.assigned is None else form.assigned)
        group = _group(world, partner, form, told)
        record["assignments"] = [relationships.assignment(record, group, roles, began, began)] if roles else []
    relationships.stored(partner).append(record)


def _record(world: World, partner: Partner, tenant: Tenant, form: RelationshipForm) -> Json:
    wish = {
        "displayName": form.name,
        "duration": form.duration,
        "autoExtendDuration": form.auto_extend,
        "roles": list(form.roles),
        "customer": tenant.id,
    }
    began = form.activated or world.clock.now() - _AGE
    record = relationships.made(f"file/{partner.id}/{tenant.id}/{form.name}", wish, began)
    if form.status in ("active", "terminated"):
        until = began + (relationships.days(form.duration) or timedelta())
        record |= {"activated": began.isoformat(), "end": until.isoformat()}
    return record | {"status": form.status}


def _group(world: World, partner: Partner, form: RelationshipForm, told: tuple[str, Names]) -> str:
    """The id of the security group."""
    if form.group is None:
        return str(uuid.uuid5(uuid.UUID(partner.id), "AdminAgents"))
    found = world.tenants[partner.id].groups.find("mailNickname", form.group.casefold())
    if found is None:
        place, names = told
        names.problems.append(f'{place}: no group "{form.group}" in {partner.domain}')
        return ""
    return found.id
