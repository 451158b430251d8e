"""Members and owners of groups: adding and removing by reference.

Checks the kind of the group and of the new member, then changes one tuple of ids. Several at once (`@odata.bind`) are
all or nothing. A change in a licensed group goes on the license worker's list.
It must not touch the member itself.

Sources: microsoft-graph-docs-contrib api/group-post-members.md, api/group-delete-members.md,
api/group-post-owners.md, api/group-delete-owners.md; graph.md 4.1 (texts), 6.

The questionable decision: who writes to a dynamic group gets 403, as graph.md 4.1 has it [inferred].
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import audits, errors, groups, keys, wire, worker
from reconciler.sandbox.world import Group, User

MOST_BINDS = 20
_MOST_OWNERS = 100


def add_member(call: Call) -> Answer:
    group = groups.present(call)
    changed = with_members(call, group, [_one_reference(call)])
    call.tenant.groups.put(changed)
    note_added(call, group, changed)
    return wire.no_content()


def remove_member(call: Call) -> Answer:
    group = groups.present(call)
    check_members_writable(group)
    identity = call.params["member"].lower()
    if identity not in group.members:
        raise _not_referenced("members")
    changed = replace(group, members=tuple(one for one in group.members if one != identity))
    call.tenant.groups.put(changed)
    if changed.licenses:
        worker.queue(call, changed, retry=False)
    _note(call, changed, "Remove member from group", (identity,))
    return wire.no_content()


def add_owner(call: Call) -> Answer:
    group = groups.present(call)
    changed = with_owners(call, group, [_one_reference(call)])
    call.tenant.groups.put(changed)
    note_added(call, group, changed)
    return wire.no_content()


def remove_owner(call: Call) -> Answer:
    """The last user among the owners stays (group-delete-owners page; text [inferred])."""
    group = groups.present(call)
    check_not_exchange(group)
    identity = call.params["owner"].lower()
    if identity not in group.owners:
        raise _not_referenced("owners")
    people = [one for one in group.owners if one in call.tenant.users]
    if people == [identity]:
        raise errors.bad_request("The group must have at least one owner, hence this owner cannot be removed.")
    changed = replace(group, owners=tuple(one for one in group.owners if one != identity))
    call.tenant.groups.put(changed)
    _note(call, changed, "Remove owner from group", (identity,))
    return wire.no_content()


def with_members(call: Call, group: Group, ids: Iterable[str]) -> Group:
    """The group with these members added; raises before anything changes."""
    check_members_writable(group)
    wanted = list(ids)
    _check_new(wanted, group.members, "members")
    is_unified = "Unified" in (group.properties.get("groupTypes") or ())
    for identity in wanted:
        found = groups.lookup(call, identity, call.as_of)
        if found is None:
            raise errors.not_found(identity)
        if identity == group.id or (is_unified and not isinstance(found, User)):
            # Microsoft 365 groups take people only and cannot be nested (graph.md 6); text of live answers unverified
            raise errors.invalid_value("members", "Group")
    return replace(group, members=(*group.members, *wanted))


def with_owners(call: Call, group: Group, ids: Iterable[str]) -> Group:
    check_not_exchange(group)
    wanted = list(ids)
    _check_new(wanted, group.owners, "owners")
    for identity in wanted:
        found = groups.lookup(call, identity, call.as_of)
        if found is None:
            raise errors.not_found(identity)
        if isinstance(found, Group):
            raise errors.invalid_value("owners", "Group")
    owners = (*group.owners, *wanted)
    if len(owners) > _MOST_OWNERS:
        raise errors.bad_request(f"The group cannot have more than {_MOST_OWNERS} owners.")  # [inferred]
    return replace(group, owners=owners)


def bound(values: Any, target: str) -> list[str]:
    """The ids of an `@odata.bind` list."""
    if not isinstance(values, list):
        raise errors.invalid_value(target, "Group")
    if len(values) > MOST_BINDS:
        # Limit of group-post-members; text [inferred]
        raise errors.bad_request(f"A maximum of {MOST_BINDS} references can be added in one request.")
    return [_reference(value) for value in values]


def check_members_writable(group: Group) -> None:
    check_not_exchange(group)
    if "DynamicMembership" in (group.properties.get("groupTypes") or ()):
        raise errors.denied()
    if group.properties.get("onPremisesSyncEnabled"):
        raise errors.synced_object()


def check_not_exchange(group: Group) -> None:
    """Distribution lists and mail-enabled security groups belong to Exchange."""
    if group.properties.get("mailEnabled") and "Unified" not in (group.properties.get("groupTypes") or ()):
        raise errors.bad_request("Cannot Update a mail-enabled security groups and or distribution list.")


def _check_new(wanted: list[str], present: tuple[str, ...], target: str) -> None:
    if len(set(wanted)) != len(wanted):
        raise errors.bad_request("Request contains a property with duplicate values")
    if not set(wanted).isdisjoint(present):
        raise errors.bad_request(
            f"One or more added object references already exist for the following modified properties: '{target}'."
        )


def _not_referenced(target: str) -> errors.GraphError:
    return errors.bad_request(
        f"One or more removed object references do not exist for the following modified properties: '{target}'."
    )


def _one_reference(call: Call) -> str:
    return _reference(wire.body(call).get("@odata.id"))


def _reference(url: Any) -> str:
    identity = keys.reference(url)
    if identity is None:
        raise errors.bad_request("Invalid object reference URL is specified for a directory object.")  # [inferred]
    return identity


def note_added(call: Call, before: Group, after: Group) -> None:
    """One entry in the audit log for each member and owner that came, and the licenses of the group handed down."""
    members = tuple(one for one in after.members if one not in before.members)
    if members and after.licenses:
        worker.queue(call, after, retry=False)
    _note(call, after, "Add member to group", members)
    _note(call, after, "Add owner to group", tuple(one for one in after.owners if one not in before.owners))


def _note(call: Call, group: Group, activity: str, ids: Iterable[str]) -> None:
    for identity in ids:
        found = call.tenant.users.get(identity) or call.tenant.groups.get(identity)
        audits.record(
            call, activity, "GroupManagement", (found or audits.Other(identity, "", "ServicePrincipal"), group)
        )
