"""Subscriptions and domains changed from outside: by the customer, another partner, Microsoft, or time.

It must not check the clouds' rules, but leaves a subscription as a purchase would: more seats are a new lot, fewer come
off the newest one, and what was scheduled for the renewal is gone unless it is set again (partner-center.md 6.3, 6.4).

The decision a reader would question: `set` takes only what a person can change on a subscription in the portal. Another
term or product is another subscription: delete and create.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.sandbox.names import Names
from reconciler.sandbox.partner import audit, settle, subscription_wire
from reconciler.sandbox.portal import actors
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.world import Domain, Lot, Subscription, Tenant, World
from reconciler.sandbox.worldfile import DomainForm, SubscriptionForm, Wire, WorldError
from reconciler.sandbox.worldload import make_subscription

_SETTABLE = frozenset({"quantity", "friendly_name", "auto_renew", "status", "scheduled", "end"})


def change_subscription(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """Create, take away or change a subscription; the id of it."""
    if change.create is not None:
        names = Names()
        created = make_subscription(world, tenant, name, SubscriptionForm.model_validate(change.create), names)
        names.check()
        settle.put(world, tenant, created)
        _note_subscription(world, tenant, change, (None, created))
        return created.id
    one = next((one for one in tenant.subscriptions.values() if name in (one.name, one.id)), None)
    if one is None:
        raise WorldError([f'no subscription "{name}"'])
    if change.delete:
        tenant.subscriptions.remove(one.id)
        _note_subscription(world, tenant, change, (one, None))
    else:
        changed = _changed(world, one, change)
        settle.put(world, tenant, changed)
        _note_subscription(world, tenant, change, (one, changed))
    return one.id


def _note_subscription(
    world: World, tenant: Tenant, change: Change, turn: tuple[Subscription | None, Subscription | None]
) -> None:
    """A record in Partner Center's activity log, where the owner is a partner of this world."""
    before, after = turn
    one = after or before
    owner = None if one is None else world.partners.get(str(one.owner_tenant_id))
    if one is None or owner is None:
        return
    now = world.clock.now()
    by = actors.at_partner(owner, change)
    if before is None:
        audit.write(owner, tenant, now, by, ("create_order", "order"), (None, _order(tenant, one)))
        return
    shown = [None if state is None else subscription_wire.to_wire(world, tenant, state, now) for state in turn]
    audit.write(owner, tenant, now, by, ("update_subscription", "subscription"), (shown[0], shown[1]))


def _order(tenant: Tenant, bought: Subscription) -> Wire:
    """As much of an order as a record quotes."""
    line = {
        "lineItemNumber": 0,
        "offerId": f"{bought.product}:{subscription_wire.availability_of(bought)}",
        "subscriptionId": bought.id,
        "friendlyName": bought.friendly_name,
        "quantity": bought.quantity,
    }
    order_id = subscription_wire.order_id_of(bought)
    billing = {"billingCycle": bought.billing, "lineItems": [line]}
    return {"id": order_id, "referenceCustomerId": tenant.id, **billing, "attributes": {"objectType": "Order"}}


def change_domain(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """Add, take away or change a domain; its name in lower case."""
    domain_id = name.lower()
    present = tenant.domains.get(domain_id)
    if change.create is None and present is None:
        raise WorldError([f'no domain "{name}"'])
    if change.delete:
        tenant.domains.remove(domain_id)
        world.domains.pop(domain_id, None)
        _note_domain(world, tenant, change, (present, present or Domain(domain_id)))
        return domain_id
    domain = _changed_domain(present or Domain(id=domain_id, is_verified=False), change)
    for other in tenant.domains.values():
        if domain.is_default and other.is_default and other.id != domain_id:
            tenant.domains.put(replace(other, is_default=False))
    tenant.domains.put(domain)
    if domain.is_verified:
        world.domains[domain_id] = tenant.id
    _note_domain(world, tenant, change, (present, domain))
    return domain_id


def _note_domain(world: World, tenant: Tenant, change: Change, turn: tuple[Domain | None, Domain]) -> None:
    before, after = turn
    kind = "verified" if after.is_verified else "unverified"
    if change.delete:
        activity = f"Remove {kind} domain"
    elif before is None:
        activity = f"Add {kind} domain"
    else:
        activity = "Verify domain" if after.is_verified and not before.is_verified else "Update domain"
    actors.note(world, tenant, change, (activity, "DirectoryManagement"), (after,))


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
