"""From a world file to the living world: `load(path or document) -> World`.

Resolves names to ids, derives absent ids, fills in what a real tenant always has, and reports every mistake at once as
a WorldError. Users and groups are worldpeople.py's part.
It must not apply a service's rule: a world may hold what the services would refuse to create, as real tenants do.

The decision a reader would question: each partner becomes a tenant too, declared or not, because its apps, its people
and its GDAP relationships live in a directory of its own.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from reconciler.sandbox import worldrelationships
from reconciler.sandbox.behavior import fast
from reconciler.sandbox.clock import Clock
from reconciler.sandbox.login.permissions import DEFAULT_GDAP, DEFAULT_ROLES
from reconciler.sandbox.names import Names, derived_id
from reconciler.sandbox.partner import terms
from reconciler.sandbox.world import (
    Agent,
    App,
    Attestation,
    Consent,
    Domain,
    Lot,
    Partner,
    Product,
    Subscription,
    Tenant,
    Term,
    World,
)
from reconciler.sandbox.worldfile import (
    DomainForm,
    PartnerForm,
    ProductForm,
    SubscriptionForm,
    TenantForm,
    WorldError,
    WorldForm,
    parse,
)
from reconciler.sandbox.worldpeople import load_people
from reconciler.sandbox.yamlfile import YamlError, read_document

# When a tenant was made, if its file does not say: long before anything in it.
_CREATED = datetime(2024, 1, 1, tzinfo=UTC)
# Where in its term a subscription stands that does not say: past every 7-day window, far from its end.
_AGE = {"P1M": timedelta(days=10), "P1Y": timedelta(days=90), "P3Y": timedelta(days=90)}


def load(source: Path | str | Mapping[str, Any], clock: Clock | None = None, *, is_fast: bool = False) -> World:
    """The world that the file or document describes; a WorldError names every mistake.

    `clock` is used as it is unless the document sets a time; absent: a new one on real time.
    `is_fast` takes away lag, limits and short pages (behavior.py).
    """
    with _uncollected():
        form = read(source)
        if is_fast:
            form = form.model_copy(update={"behavior": fast(form.behavior)})
        return build(form, clock)


def read(source: Path | str | Mapping[str, Any]) -> WorldForm:
    """The checked form of a file (a path) or of a document."""
    if not isinstance(source, Path | str):
        return parse(source)
    try:
        return parse(read_document(Path(source)))
    except YamlError as error:
        raise WorldError([str(error)]) from error


def build(form: WorldForm, clock: Clock | None = None) -> World:
    """The living world of a checked form; see `load`."""
    clock = clock or Clock()
    if form.clock.now is not None:
        # Frozen first: a moment set on a standing clock is kept to the digit.
        clock.freeze(frozen=form.clock.frozen)
        clock.set(form.clock.now)
    elif form.clock.frozen:
        clock.freeze()
    names = Names()
    world = World(clock, form.seed, form.behavior)
    world.catalog = {key: _product(key, product, names) for key, product in form.catalog.items()}
    world.partners = {
        partner.id: partner for domain, one in form.partners.items() for partner in [_partner(domain.lower(), one)]
    }
    undeclared = {
        domain.lower(): TenantForm(display_name=one.name, country=one.country)
        for domain, one in form.partners.items()
        if domain.lower() not in {name.lower() for name in form.tenants}
    }
    for domain, tenant_form in {**undeclared, **form.tenants}.items():
        _add_tenant(world, domain.lower(), tenant_form, names)
    for domain, tenant_form in form.tenants.items():
        worldrelationships.load(world, domain.lower(), tenant_form, names)
    names.check()
    return world


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cycle collector: loading makes a million objects and no garbage, and it would look at all again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def partner_app_consents(world: World, partner_ids: tuple[str, ...]) -> dict[str, Consent]:
    """What the partners' apps may do in a tenant that has consented to all they are registered for."""
    return {
        app.id: Consent(app.id, roles, roles)
        for partner_id in partner_ids
        for app in world.partners[partner_id].apps.values()
        for roles in [DEFAULT_ROLES if app.roles is None else app.roles]
    }


def default_start(now: datetime, term: str) -> datetime:
    """When the present term began, for a subscription whose file does not say."""
    return datetime.combine((now - _AGE[term]).date(), time(), UTC)


def _partner(domain: str, form: PartnerForm) -> Partner:
    return Partner(
        id=form.id or derived_id("partner", domain),
        domain=domain,
        name=form.name or domain.partition(".")[0],
        country=form.country,
        region=form.region,
        currency=form.currency,
        apps={
            app_id: App(app_id, one.secret, one.certificates, one.federated, one.roles, one.display_name)
            for app_id, one in form.apps.items()
        },
        agents={upn.casefold(): Agent(upn, one.refresh_token, one.mfa, one.fails) for upn, one in form.agents.items()},
        commerce=dict(form.commerce),
        is_sandbox=form.environment == "sandbox",
        model=form.model,
    )


def _product(key: str, form: ProductForm, names: Names) -> Product:
    asked = form.attestation
    return Product(
        id=key,
        title=form.title,
        sku_id=names.sku_id(f"catalog.{key}.sku", form.sku),
        minimum=form.min,
        maximum=form.max,
        terms=tuple(Term(one.term, one.billing, one.price) for one in form.terms),
        is_add_on=form.add_on,
        is_trial=form.trial,
        prerequisites=form.prerequisites,
        attestation=None if asked is None else Attestation(asked.type, asked.enforce),
        properties=form.properties,
    )


def _add_tenant(world: World, domain: str, form: TenantForm, names: Names) -> None:
    place = f"tenants.{domain}"
    partner_ids = {partner.domain: partner.id for partner in world.partners.values()}
    tenant_id = form.id or partner_ids.get(domain) or derived_id("tenant", domain)
    tenant = world.new_tenant(tenant_id, domain, form.display_name or domain.partition(".")[0], form.country)
    tenant.created = form.created or _CREATED
    for name in form.partners:
        if name.lower() not in partner_ids:
            names.lost(f"{place}.partners", "partner", name, partner_ids)
    tenant.partners = tuple(partner_ids[name.lower()] for name in form.partners if name.lower() in partner_ids)
    tenant.gdap = _gdap(tenant, form, names, partner_ids)
    at_home = (tenant_id,) if tenant_id in world.partners else ()
    tenant.consents = (
        partner_app_consents(world, (*tenant.partners, *at_home))
        if form.consents is None
        else {app_id: Consent(app_id, one.roles, one.scopes) for app_id, one in form.consents.items()}
    )
    tenant.organization, tenant.commerce = dict(form.organization), dict(form.commerce)
    tenant.directory = dict(form.directory)
    _load_domains(tenant, form.domains)
    load_people(tenant, form.users, form.groups, names)
    for key, one in form.subscriptions.items():
        tenant.subscriptions.load(make_subscription(world, tenant, key, one, names))
    _add(world, tenant, names)


def _add(world: World, tenant: Tenant, names: Names) -> None:
    if tenant.id in world.tenants:
        names.problems.append(f"tenants.{tenant.domain}: the id {tenant.id} is taken by another tenant")
        return
    for domain in tenant.domains.values():
        if domain.is_verified and domain.id in world.domains:
            names.problems.append(f"tenants.{tenant.domain}.domains: {domain.id} is verified in another tenant")
    world.add_tenant(tenant)


def _gdap(tenant: Tenant, form: TenantForm, names: Names, partner_ids: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Roles that no relationship of the file explains."""
    place, given, described = f"tenants.{tenant.domain}", form.gdap, form.relationships
    if given is None:
        spoken_for = {partner_ids.get(name.lower()) for name in described}
        return dict.fromkeys((one for one in tenant.partners if one not in spoken_for), DEFAULT_GDAP)
    for name in given:
        if name.lower() not in partner_ids:
            names.lost(f"{place}.gdap", "partner", name, partner_ids)
    return {partner_ids[name.lower()]: roles for name, roles in given.items() if name.lower() in partner_ids}


def _load_domains(tenant: Tenant, forms: Mapping[str, DomainForm | None]) -> None:
    """The initial domain exists in every tenant and is the default one unless another says it is."""
    other_default = any(one is not None and one.default for name, one in forms.items() if name.lower() != tenant.domain)
    for name, one in {tenant.domain: None, **{name.lower(): one for name, one in forms.items()}}.items():
        form = one or DomainForm()
        is_initial = name == tenant.domain
        tenant.domains.load(
            Domain(
                id=name,
                is_default=form.default or (is_initial and not other_default),
                is_initial=is_initial,
                is_verified=form.verified,
                authentication=form.authentication,
                properties=form.properties,
            )
        )


def make_subscription(world: World, tenant: Tenant, key: str, form: SubscriptionForm, names: Names) -> Subscription:
    """A subscription from its form; unknown products and SKUs are remembered as problems."""
    place = f"tenants.{tenant.domain}.subscriptions.{key}"
    product = world.catalog.get(form.product)
    if product is None and form.sku is None:
        names.lost(place, "product", form.product, {one: one for one in world.catalog})
    start = _moment(form.start) or default_start(world.clock.now(), form.term)
    return Subscription(
        id=form.id or derived_id(tenant.domain, "subscription", key),
        name=key,
        product=form.product,
        sku_id=_subscription_sku(place, form, product, names),
        owner=form.owner,
        owner_tenant_id=_owner_id(world, form.owner),
        quantity=form.quantity,
        term=form.term,
        billing=form.billing,
        created=_moment(form.created) or start,
        start=start,
        end=form.end or terms.end_instant(terms.last_day(start.date(), form.term)),
        friendly_name=_friendly_name(form, product),
        auto_renew=form.auto_renew,
        status=form.status,
        is_trial=form.trial or (product is not None and product.is_trial),
        lots=_lots(form, start),
        scheduled=form.scheduled,
        updates=form.updates,
        properties=form.properties,
    )


def _subscription_sku(place: str, form: SubscriptionForm, product: Product | None, names: Names) -> str:
    if form.sku is not None:
        return names.sku_id(f"{place}.sku", form.sku)
    return "" if product is None else product.sku_id


def _friendly_name(form: SubscriptionForm, product: Product | None) -> str:
    if form.friendly_name is not None:
        return form.friendly_name
    return "" if product is None else product.title


def _lots(form: SubscriptionForm, start: datetime) -> tuple[Lot, ...]:
    """A subscription that does not say bought all its seats when the term began."""
    if form.lots is None:
        return (Lot(form.quantity, start),)
    return tuple(Lot(one.quantity, one.added) for one in form.lots)


def _owner_id(world: World, owner: str | None) -> str | None:
    if owner is None:
        return None
    known = {partner.domain: partner.id for partner in world.partners.values()}
    return known.get(owner.lower()) or derived_id("partner", owner)


def _moment(given: datetime | date | None) -> datetime | None:
    if given is None or isinstance(given, datetime):
        return given
    return datetime.combine(given, time(), UTC)
