"""From the living world back to a world file: `dump(world)` loads to the same world.

Ids are written out, and so is every date; names stand where the file wants names (manager, members, SKUs, plans). What
the reader would fill in by itself (worldpeople.py's defaults) is left out, so a dump stays readable.
It must not settle or change anything, and leaves `World.scratch` and former versions behind.

The decision a reader would question: secrets are dumped. A world is test data by definition, and one without its
secrets would not be the same world; the secret that a start generates is in it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from reconciler.sandbox import skus
from reconciler.sandbox.login.permissions import DEFAULT_GDAP
from reconciler.sandbox.world import Domain, Group, Licenses, Partner, Product, Subscription, Tenant, User, World
from reconciler.sandbox.worldfile import API_VERSION, Wire
from reconciler.sandbox.worldload import partner_app_consents
from reconciler.sandbox.worldpeople import group_defaults, group_kind, user_defaults


def dump(world: World) -> Wire:
    """The whole world as a document of plain JSON values."""
    return {
        "apiVersion": API_VERSION,
        "clock": {"now": _stamp(world.clock.now()), "frozen": world.clock.is_frozen},
        "seed": world.seed,
        "behavior": world.behavior.model_dump(mode="json", by_alias=True),
        "partners": {partner.domain: _partner(partner) for partner in world.partners.values()},
        "catalog": {product.id: _product(product) for product in world.catalog.values()},
        "tenants": {tenant.domain: dump_tenant(world, tenant) for tenant in world.tenants.values()},
    }


def dump_tenant(world: World, tenant: Tenant) -> Wire:
    """One tenant, as it stands under `tenants:`."""
    names = _Names(tenant)
    at_home = (tenant.id,) if tenant.id in world.partners else ()
    as_registered = partner_app_consents(world, (*tenant.partners, *at_home))
    usual_gdap = dict.fromkeys(tenant.partners, DEFAULT_GDAP)
    return _without_empty(
        {
            "id": tenant.id,
            "displayName": tenant.display_name,
            "country": tenant.country,
            "created": _stamp(tenant.created),
            "partners": [world.partners[one].domain for one in tenant.partners],
            "gdap": None
            if tenant.gdap == usual_gdap
            else {world.partners[one].domain: list(roles) for one, roles in tenant.gdap.items()},
            "consents": None
            if tenant.consents == as_registered
            else {
                one.app_id: {"roles": list(one.roles), "scopes": list(one.scopes)} for one in tenant.consents.values()
            },
            "domains": {domain.id: _domain(domain) for domain in tenant.domains.values()},
            "users": {names.user_keys[user.id]: _user(tenant, user, names) for user in _users(tenant)},
            "groups": {names.group_keys[group.id]: _group(tenant, group, names) for group in _groups(tenant)},
            "subscriptions": {one.name: _subscription(one) for one in tenant.subscriptions.values()},
            "organization": tenant.organization,
            "commerce": tenant.commerce,
            "directory": tenant.directory,
        },
        keep=("gdap", "consents"),
    )


class _Names:
    """The keys of one tenant's users and groups: UPN or nickname, or the id where that is taken."""

    def __init__(self, tenant: Tenant) -> None:
        self.user_keys = _keys((user.id, user.upn) for user in _users(tenant))
        taken = {key.casefold() for key in self.user_keys.values()}
        self.group_keys = _keys(((group.id, group.mail_nickname) for group in _groups(tenant)), taken)

    def of(self, thing_id: str) -> str:
        return self.user_keys.get(thing_id) or self.group_keys.get(thing_id) or thing_id


def _keys(pairs: Iterable[tuple[str, str]], taken: set[str] | None = None) -> dict[str, str]:
    seen = set(taken or ())
    keys: dict[str, str] = {}
    for thing_id, name in pairs:
        free = bool(name) and name.casefold() not in seen
        keys[thing_id] = name if free else thing_id
        seen.add(name.casefold())
    return keys


def _users(tenant: Tenant) -> Iterable[User]:
    yield from tenant.users.values()
    yield from tenant.deleted_users.values()


def _groups(tenant: Tenant) -> Iterable[Group]:
    yield from tenant.groups.values()
    yield from tenant.deleted_groups.values()


def _user(tenant: Tenant, user: User, names: _Names) -> Wire:
    known = _without_empty(
        {
            "id": user.id,
            "licenses": _licenses(user.licenses),
            "manager": None if user.manager is None else names.of(user.manager),
            "roles": list(user.roles),
            "deleted": None if user.deleted_at is None else {"at": _stamp(user.deleted_at)},
        }
    )
    return {**_differences(user_defaults(tenant, names.user_keys[user.id]), user.properties), **known}


def _group(tenant: Tenant, group: Group, names: _Names) -> Wire:
    kind = group_kind(group.properties)
    known = _without_empty(
        {
            "id": group.id,
            "type": kind,
            "members": [names.of(one) for one in group.members],
            "owners": [names.of(one) for one in group.owners],
            "licenses": _licenses(group.licenses),
            "deleted": None if group.deleted_at is None else {"at": _stamp(group.deleted_at)},
        }
    )
    defaults = group_defaults(tenant, names.group_keys[group.id], kind, group.properties)
    return {**_differences(defaults, group.properties), **known}


def _differences(defaults: Mapping[str, Any], properties: Mapping[str, Any]) -> Wire:
    """What the file must say beyond the defaults; null where a default is not there."""
    said = {name: value for name, value in properties.items() if name not in defaults or defaults[name] != value}
    return {**said, **{name: None for name in defaults if name not in properties}}


def _licenses(licenses: Licenses) -> Wire:
    shown: Wire = {}
    for sku_id, disabled in licenses.items():
        sku = skus.find(sku_id)
        plans = [(sku.plan(one) if sku else None) for one in disabled]
        named = [plan.name if plan else one for plan, one in zip(plans, disabled, strict=True)]
        shown[sku.part_number if sku else sku_id] = {"disabledPlans": named} if named else {}
    return shown


def _domain(domain: Domain) -> Wire:
    return _without_empty(
        {
            "default": domain.is_default,
            "verified": domain.is_verified,
            "authentication": domain.authentication,
            "properties": domain.properties,
        }
    )


def _subscription(one: Subscription) -> Wire:
    return _without_empty(
        {
            "id": one.id,
            "product": one.product,
            "sku": one.sku_id,
            "owner": one.owner,
            "quantity": one.quantity,
            "term": one.term,
            "billing": one.billing,
            "created": _stamp(one.created),
            "start": _stamp(one.start),
            "end": _stamp(one.end),
            "friendlyName": one.friendly_name,
            "autoRenew": one.auto_renew,
            "status": one.status,
            "trial": one.is_trial,
            "lots": [{"quantity": lot.quantity, "added": _stamp(lot.added)} for lot in one.lots],
            "scheduled": one.scheduled,
            "updates": one.updates,
            "properties": one.properties,
        },
        keep=("lots", "friendlyName", "scheduled"),
    )


def _partner(partner: Partner) -> Wire:
    apps = {
        app.id: _without_empty(
            {
                "displayName": app.display_name,
                "secret": app.secret,
                "certificates": list(app.certificates),
                "federated": [dict(one) for one in app.federated],
                "roles": None if app.roles is None else list(app.roles),
            },
            keep=("roles",),
        )
        for app in partner.apps.values()
    }
    agents = {
        agent.upn: _without_empty({"refreshToken": agent.refresh_token, "mfa": agent.mfa, "fails": agent.fails})
        for agent in partner.agents.values()
    }
    shown = {"id": partner.id, "name": partner.name, "country": partner.country, "region": partner.region}
    environment = "sandbox" if partner.is_sandbox else None
    model = None if partner.model == "direct" else partner.model
    rest = {"currency": partner.currency, "environment": environment, "model": model, "apps": apps, "agents": agents}
    return _without_empty({**shown, **rest, "commerce": partner.commerce})


def _product(product: Product) -> Wire:
    sku, asked = skus.find(product.sku_id), product.attestation
    return _without_empty(
        {
            "title": product.title,
            "sku": sku.part_number if sku else product.sku_id,
            "min": product.minimum,
            "max": product.maximum,
            "terms": [{"term": one.term, "billing": one.billing, "price": one.price} for one in product.terms],
            "addOn": product.is_add_on,
            "trial": product.is_trial,
            "prerequisites": list(product.prerequisites),
            "attestation": asked and {"type": asked.kind, "enforce": asked.is_enforced},
            "properties": product.properties,
        }
    )


def _without_empty(shown: Wire, keep: tuple[str, ...] = ()) -> Wire:
    """Without nulls and empty collections; names in `keep` lose only their nulls."""
    return {
        name: value
        for name, value in shown.items()
        if value is not None and (name in keep or not (isinstance(value, (list, dict)) and not value))
    }


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
