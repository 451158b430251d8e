"""What somebody does in the portal: changes from outside, for `POST /_sandbox/change`.

One change names a tenant, one thing in it (user, group, subscription or domain) and what happens to it; the body may be
one change or a list. Values have the form of the world file. Replicas see the change late, like any write.
    {"tenant": "contoso.com", "user": "ada@contoso.com", "set": {"jobTitle": null}, "assign": {"SPB": {}}}
    {"tenant": "contoso.com", "user": "bo@contoso.com", "create": {"displayName": "Bo"}}
    {"tenant": "contoso.com", "group": "sales", "addMembers": ["ada@contoso.com"], "removeMembers": ["bo@contoso.com"]}
    {"tenant": "contoso.com", "subscription": "head-office", "set": {"quantity": 12}}
    {"tenant": "contoso.com", "domain": "contoso.ch", "create": {"verified": false}}   also "delete": true, "restore"
It must not be limited by the services' rules: a portal, another partner or Microsoft may do what our app may not.

The decision a reader would question: a rename is `set: {userPrincipalName: ...}`. There is no operation of its own,
because the portal has none either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from reconciler.sandbox.graph import schema
from reconciler.sandbox.names import Names, derived_id
from reconciler.sandbox.partner import settle
from reconciler.sandbox.shelf import HasId, Shelf
from reconciler.sandbox.world import Domain, Licenses, Lot, Subscription, Tenant, World
from reconciler.sandbox.worldfile import (
    DomainForm,
    GroupForm,
    LicenseForm,
    SubscriptionForm,
    UserForm,
    Wire,
    WorldError,
)
from reconciler.sandbox.worldload import make_subscription
from reconciler.sandbox.worldpeople import People


class Change(BaseModel):
    """One change; exactly one of `user`, `group`, `subscription`, `domain` says what it is about."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)

    tenant: str
    user: str | None = None
    group: str | None = None
    subscription: str | None = None
    domain: str | None = None
    create: Wire | None = None
    set: Wire = {}
    delete: bool = False
    restore: bool = False
    assign: dict[str, LicenseForm | None] = {}
    unassign: tuple[str, ...] = ()
    manager: str | None = None
    roles: tuple[str, ...] | None = None
    add_members: tuple[str, ...] = ()
    remove_members: tuple[str, ...] = ()
    add_owners: tuple[str, ...] = ()
    remove_owners: tuple[str, ...] = ()


T = TypeVar("T", bound=HasId)
_Perform = Callable[[World, Tenant, Change, str], str]


def parse(document: Any) -> list[Change]:
    """The changes in a body; pydantic's ValidationError names what is wrong."""
    return TypeAdapter(list[Change]).validate_python(document if isinstance(document, list) else [document])


def perform(world: World, change: Change) -> str:
    """Do it; the answer is the id of what was changed. A WorldError says what does not exist."""
    tenant = world.tenant(change.tenant)
    if tenant is None:
        raise WorldError([f'no tenant "{change.tenant}"'])
    kinds: Mapping[str, tuple[str | None, _Perform]] = {
        "user": (change.user, _change_user),
        "group": (change.group, _change_group),
        "subscription": (change.subscription, _change_subscription),
        "domain": (change.domain, _change_domain),
    }
    chosen = [(name, act) for name, act in kinds.values() if name is not None]
    if len(chosen) != 1:
        raise WorldError([f"a change is about exactly one of {', '.join(kinds)}"])
    name, act = chosen[0]
    return act(world, tenant, change, name)


def _people(tenant: Tenant) -> tuple[People, Names]:
    names = Names()
    groups = {group.mail_nickname.casefold(): group.id for group in tenant.groups.values()}
    users = {user.upn.casefold(): user.id for user in tenant.users.values()}
    return People(tenant, names, {**groups, **users}), names


def _change_user(world: World, tenant: Tenant, change: Change, upn: str) -> str:
    people, names = _people(tenant)
    if change.create is not None:
        user = people.user(upn, _free_id(tenant, "user", upn), UserForm.model_validate(change.create))
    elif change.restore:
        user = _deleted(tenant.deleted_users, lambda one: one.upn, upn)
        tenant.deleted_users.remove(user.id)
        user = replace(user, deleted_at=None)
    else:
        user = _present(tenant.user_by_upn(upn) or tenant.users.get(upn.lower()), "user", upn)
    if change.delete:
        tenant.users.remove(user.id)
        tenant.deleted_users.put(replace(user, deleted_at=world.clock.now()))
        return user.id
    manager = user.manager if change.manager is None else people.id_of("manager", change.manager)
    changed = replace(
        user,
        properties=people.properties("set", user.properties, change.set, schema.USER),
        licenses=_licenses(names, user.licenses, change),
        manager=None if "manager" in change.model_fields_set and change.manager is None else manager,
        roles=user.roles if change.roles is None else change.roles,
    )
    names.check()
    tenant.users.put(changed)
    return changed.id


def _change_group(world: World, tenant: Tenant, change: Change, nickname: str) -> str:
    people, names = _people(tenant)
    if change.create is not None:
        form = GroupForm.model_validate(change.create)
        group = people.group(nickname, _free_id(tenant, "group", nickname), form)
    elif change.restore:
        group = _deleted(tenant.deleted_groups, lambda one: one.mail_nickname, nickname)
        tenant.deleted_groups.remove(group.id)
        group = replace(group, deleted_at=None)
    else:
        found = tenant.groups.find("mailNickname", nickname.casefold()) or tenant.groups.get(nickname.lower())
        group = _present(found, "group", nickname)
    if change.delete:
        tenant.groups.remove(group.id)
        tenant.deleted_groups.put(replace(group, deleted_at=world.clock.now()))
        return group.id
    changed = replace(
        group,
        properties=people.properties("set", group.properties, change.set, schema.GROUP),
        members=_edited(people, group.members, change.add_members, change.remove_members),
        owners=_edited(people, group.owners, change.add_owners, change.remove_owners),
        licenses=_licenses(names, group.licenses, change),
    )
    names.check()
    tenant.groups.put(changed)
    return changed.id


def _change_subscription(world: World, tenant: Tenant, change: Change, name: str) -> str:
    """A changed quantity leaves lots as a purchase would: more seats are a new lot, fewer come off the newest."""
    settle.look_again(world)
    names = Names()
    if change.create is not None:
        form = SubscriptionForm.model_validate(change.create)
        created = make_subscription(world, tenant, name, form, names)
        names.check()
        tenant.subscriptions.put(created)
        return created.id
    found = [one for one in tenant.subscriptions.values() if name in (one.name, one.id)]
    one = _present(found[0] if found else None, "subscription", name)
    if change.delete:
        tenant.subscriptions.remove(one.id)
        return one.id
    fields = SubscriptionForm.model_validate({"product": one.product, "quantity": one.quantity, **change.set})
    changed = replace(
        one,
        quantity=fields.quantity,
        lots=_lots(world, one, fields.quantity),
        **{name: getattr(fields, name) for name in _PLAIN_FIELDS & fields.model_fields_set},
    )
    tenant.subscriptions.put(changed)
    return one.id


_PLAIN_FIELDS = frozenset({"friendly_name", "auto_renew", "status", "scheduled", "end"})


def _change_domain(world: World, tenant: Tenant, change: Change, name: str) -> str:
    domain_id = name.lower()
    present = tenant.domains.get(domain_id)
    if change.create is None and present is None:
        raise WorldError([f'no domain "{name}"'])
    if change.delete:
        tenant.domains.remove(domain_id)
        world.domains.pop(domain_id, None)
        return domain_id
    old = present or Domain(id=domain_id, is_verified=False)
    form = DomainForm.model_validate(
        {
            "default": old.is_default,
            "verified": old.is_verified,
            "authentication": old.authentication,
            "properties": dict(old.properties),
            **(change.create or {}),
            **change.set,
        }
    )
    if form.default and not old.is_default:
        for other in tenant.domains.values():
            if other.is_default:
                tenant.domains.put(replace(other, is_default=False))
    tenant.domains.put(
        replace(
            old,
            is_default=form.default,
            is_verified=form.verified,
            authentication=form.authentication,
            properties=form.properties,
        )
    )
    if form.verified:
        world.domains[domain_id] = tenant.id
    return domain_id


def _free_id(tenant: Tenant, kind: str, key: str) -> str:
    """The id the file form would derive, or the next free one where a namesake had it."""
    taken = {one.id for shelf in (tenant.deleted_users, tenant.deleted_groups) for one in shelf.values()}
    again = 0
    while True:
        wanted = derived_id(tenant.domain, kind, key, *([str(again)] if again else []))
        if wanted not in taken and wanted not in tenant.users and wanted not in tenant.groups:
            return wanted
        again += 1


def _present(found: T | None, kind: str, name: str) -> T:
    if found is None:
        raise WorldError([f'no {kind} "{name}"'])
    return found


def _deleted(shelf: Shelf[T], name_of: Callable[[T], str], name: str) -> T:
    """The thing of that name or id that was deleted last."""
    found = [one for one in shelf.values() if name.casefold() in (name_of(one).casefold(), one.id)]
    return _present(found[-1] if found else None, "deleted thing", name)


def _licenses(names: Names, held: Licenses, change: Change) -> Licenses:
    gone = {names.sku_id("unassign", name) for name in change.unassign}
    kept = {sku_id: plans for sku_id, plans in held.items() if sku_id not in gone}
    return {**kept, **names.licenses("assign", change.assign)}


def _edited(people: People, ids: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...]) -> tuple[str, ...]:
    gone = {people.id_of("remove", name) for name in remove}
    kept = dict.fromkeys(one for one in ids if one not in gone)
    return tuple({**kept, **dict.fromkeys(people.id_of("add", name) for name in add)})


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
