"""Users and groups changed from outside.

Uses the same forms and defaults as a world file, so what can be written in a file can be done in the portal. Every
change leaves an entry in the directory's audit log, under somebody's name: that is how drift gets an author.
It must not check Graph's rules.

The decision a reader would question: somebody created again after a deletion gets another id, as in a real tenant; only
the first namesake has the id that the file form would derive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from reconciler.sandbox.graph import audits, roles, schema
from reconciler.sandbox.names import Names, derived_id
from reconciler.sandbox.portal import actors
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.shelf import HasId, Shelf
from reconciler.sandbox.world import Group, Licenses, Tenant, User, World
from reconciler.sandbox.worldfile import GroupForm, UserForm, WorldError
from reconciler.sandbox.worldpeople import People

T = TypeVar("T", bound=HasId)


def change_user(world: World, tenant: Tenant, change: Change, upn: str) -> str:
    """Create, delete, restore or change a user; the id of it."""
    people, names = _people(tenant)
    before = tenant.user_by_upn(upn)
    if change.delete:
        user = _user(tenant, upn)
        tenant.users.remove(user.id)
        tenant.deleted_users.put(replace(user, deleted_at=world.clock.now()))
    else:
        user = _changed_user(people, names, _wanted_user(tenant, people, change, upn), change)
        names.check()
        if change.restore:
            tenant.deleted_users.remove(user.id)
        tenant.users.put(user)
    actors.note(world, tenant, change, (_user_activity(change), "UserManagement"), (user,))
    _note_roles(world, tenant, change, (before, user))
    return user.id


def change_group(world: World, tenant: Tenant, change: Change, nickname: str) -> str:
    """Create, delete, restore or change a group and its members; the id of it."""
    people, names = _people(tenant)
    before = tenant.groups.find("mailNickname", nickname.casefold()) or tenant.groups.get(nickname.lower())
    if change.delete:
        group = _group(tenant, nickname)
        tenant.groups.remove(group.id)
        tenant.deleted_groups.put(replace(group, deleted_at=world.clock.now()))
    else:
        group = _changed_group(people, names, _wanted_group(tenant, people, change, nickname), change)
        names.check()
        if change.restore:
            tenant.deleted_groups.remove(group.id)
        tenant.groups.put(group)
    activity = _group_activity(change)
    if activity is not None:
        actors.note(world, tenant, change, (activity, "GroupManagement"), (group,))
    _note_people(world, tenant, change, (before, group))
    return group.id


def _note_roles(world: World, tenant: Tenant, change: Change, turn: tuple[User | None, User]) -> None:
    """One entry for each directory role that came or went."""
    before, after = set(turn[0].roles if turn[0] else ()), set(turn[1].roles)
    if change.roles is None:
        return
    for name in sorted(before ^ after):
        found = roles.role(tenant, name)
        activity = "Add member to role" if name in after else "Remove member from role"
        targets = (turn[1], audits.Other(found.id, name, "Role"))
        actors.note(world, tenant, change, (activity, "RoleManagement"), targets)


def _note_people(world: World, tenant: Tenant, change: Change, turn: tuple[Group | None, Group]) -> None:
    """One entry for each member and owner that came or went."""
    before, after = turn
    if change.delete or before is None:
        return
    for kind, old, new in (("member", before.members, after.members), ("owner", before.owners, after.owners)):
        for identity in dict.fromkeys((*old, *new)):
            if (identity in old) == (identity in new):
                continue
            activity = f"Add {kind} to group" if identity in new else f"Remove {kind} from group"
            who = tenant.users.get(identity) or tenant.groups.get(identity) or audits.Other(identity, "")
            actors.note(world, tenant, change, (activity, "GroupManagement"), (who, after))


def _people(tenant: Tenant) -> tuple[People, Names]:
    names = Names()
    groups = {group.mail_nickname.casefold(): group.id for group in tenant.groups.values()}
    users = {user.upn.casefold(): user.id for user in tenant.users.values()}
    return People(tenant, names, {**groups, **users}), names


def _user(tenant: Tenant, upn: str) -> User:
    return _present(tenant.user_by_upn(upn) or tenant.users.get(upn.lower()), "user", upn)


def _group(tenant: Tenant, nickname: str) -> Group:
    found = tenant.groups.find("mailNickname", nickname.casefold()) or tenant.groups.get(nickname.lower())
    return _present(found, "group", nickname)


def _wanted_user(tenant: Tenant, people: People, change: Change, upn: str) -> User:
    """The user the change starts from."""
    if change.create is not None:
        if tenant.user_by_upn(upn) is not None:
            raise WorldError([f'user "{upn}" is there already'])
        return people.user(upn, _free_id(tenant, "user", upn), UserForm.model_validate(change.create))
    if change.restore:
        return replace(_deleted(tenant.deleted_users, lambda one: one.upn, upn), deleted_at=None)
    return _user(tenant, upn)


def _wanted_group(tenant: Tenant, people: People, change: Change, nickname: str) -> Group:
    """The group the change starts from; nicknames need not be unique, so a second one is no mistake."""
    if change.create is not None:
        form = GroupForm.model_validate(change.create)
        return people.group(nickname, _free_id(tenant, "group", nickname), form)
    if change.restore:
        return replace(_deleted(tenant.deleted_groups, lambda one: one.mail_nickname, nickname), deleted_at=None)
    return _group(tenant, nickname)


def _changed_user(people: People, names: Names, user: User, change: Change) -> User:
    manager = user.manager
    if "manager" in change.model_fields_set:
        manager = None if change.manager is None else people.id_of("manager", change.manager)
    return replace(
        user,
        properties=people.properties("set", user.properties, change.set, schema.USER),
        licenses=_licenses(names, user.licenses, change),
        manager=manager,
        roles=user.roles if change.roles is None else change.roles,
    )


def _changed_group(people: People, names: Names, group: Group, change: Change) -> Group:
    return replace(
        group,
        properties=people.properties("set", group.properties, change.set, schema.GROUP),
        members=_edited(people, group.members, change.add_members, change.remove_members),
        owners=_edited(people, group.owners, change.add_owners, change.remove_owners),
        licenses=_licenses(names, group.licenses, change),
    )


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


def _user_activity(change: Change) -> str:
    """The names of Entra's audit activities (graph.md 11)."""
    if change.delete:
        return "Delete user"
    if change.create is not None:
        return "Add user"
    if change.restore:
        return "Restore user"
    return "Change user license" if change.assign or change.unassign else "Update user"


def _group_activity(change: Change) -> str | None:
    """None where only members and owners change, which have entries of their own."""
    if change.delete:
        return "Delete group"
    if change.create is not None:
        return "Add group"
    if change.restore:
        return "Restore group"
    if change.assign or change.unassign:
        return "Set group license"
    return "Update group" if change.set else None
