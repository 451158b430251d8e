"""Subscriptions and domains changed from outside: by the customer, another partner, Microsoft, or time.

It must not check the clouds' rules, but leaves a subscription as a purchase would: more seats are a new lot, fewer come
off the newest one, and what was scheduled for the renewal is gone unless it is set again (partner-center.md 6.3, 6.4).

The decision a reader would question: `set` takes only what a person can change on a subscription in the portal. Another
term or product is another subscription: delete and create.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.sandbox.names import Names
from reconciler.sandbox.partner import settle
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.world import Domain, Lot, Subscription, Tenant, World
from reconciler.sandbox.worldfile import DomainForm, SubscriptionForm, WorldError
from reconciler.sandbox.worldload import make_subscription

_SETTABLE = frozenset({"quantity", "friendly_name", "auto_renew", "status", "scheduled", "end"})


def change_subscription(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """Create, take away or change a subscription; the id of it."""
    if change.create is not None:
        names = Names()
        created = make_subscription(world, tenant, name, SubscriptionForm.model_validate(change.create), names)
        names.check()
        settle.put(world, tenant, created)
        return created.id
    one = next((one for one in tenant.subscriptions.values() if name in (one.name, one.id)), None)
    if one is None:
        raise WorldError([f'no subscription "{name}"'])
    if change.delete:
        tenant.subscriptions.remove(one.id)
    else:
        settle.put(world, tenant, _changed(world, one, change))
    return one.id


def change_domain(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """Add, take away or change a domain; its name in lower case."""
    domain_id = name.lower()
    present = tenant.domains.get(domain_id)
    if change.create is None and present is None:
        raise WorldError([f'no domain "{name}"'])
    if change.delete:
        tenant.domains.remove(domain_id)
        world.domains.pop(domain_id, None)
        return domain_id
    domain = _changed_domain(present or Domain(id=domain_id, is_verified=False), change)
    for other in tenant.domains.values():
        if domain.is_default and other.is_default and other.id != domain_id:
            tenant.domains.put(replace(other, is_default=False))
    tenant.domains.put(domain)
    if domain.is_verified:
        world.domains[domain_id] = tenant.id
    return domain_id


def _changed(world: World, one: Subscription, change: Change) -> Subscription:
    form = SubscriptionForm.model_validate({"product": one.product, "quantity": one.quantity, **change.set})
    misfits = form.model_fields_set - _SETTABLE - {"product"}
    if misfits:
        raise WorldError([f"{', '.join(sorted(misfits))} cannot be set on a subscription"])
    given = {name: getattr(form, name) for name in _SETTABLE & form.model_fields_set}
    if form.quantity != one.quantity:
        given = {"scheduled": None, "lots": _lots(world, one, form.quantity), **given}
    return replace(one, **given)


def _changed_domain(old: Domain, change: Change) -> Domain:
    present = {"default": old.is_default, "verified": old.is_verified, "authentication": old.authentication}
    given = {**present, "properties": dict(old.properties), **(change.create or {}), **change.set}
    form = DomainForm.model_validate(given)
    return replace(
        old,
        is_default=form.default,
        is_verified=form.verified,
        authentication=form.authentication,
        properties=form.properties,
    )


def _lots(world: World, one: Subscription, quantity: int) -> tuple[Lot, ...]:
    if quantity > one.quantity:
        return (*one.lots, Lot(quantity - one.quantity, world.clock.now()))
    surplus, kept = one.quantity - quantity, list(one.lots)
    while surplus and kept:
        last = kept.pop()
        if last.quantity > surplus:
            kept.append(Lot(last.quantity - surplus, last.added))
        surplus -= min(surplus, last.quantity)
    return tuple(kept)
