"""Changing groups: create, update, create-or-update by unique name, soft delete.

Knows the four kinds: Graph makes and edits Microsoft 365 and security groups; distribution lists and mail-enabled
security groups are Exchange's. Members are `members`, licenses `worker`.
It must not change anything before all checks passed.

Sources: microsoft-graph-docs-contrib api/group-post-groups.md, api/group-update.md, api/group-upsert.md,
api/group-delete.md, microsoft-graph-docs resources/groups-overview.md; graph.md 4.1 (texts), 6.

The questionable decision: security groups are soft-deleted too, as the newer texts say; the older pages knew that only
for Microsoft 365 groups.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import audits, checks, errors, groups, members, wire
from reconciler.sandbox.graph.schema import GROUP
from reconciler.sandbox.world import Group, Json, Tenant

_REQUIRED = ("displayName", "mailEnabled", "mailNickname", "securityEnabled")
_TYPES = frozenset({"Unified", "DynamicMembership"})
_VISIBILITIES = frozenset({"Private", "Public", "HiddenMembership"})
_SINGLE_ONLY = frozenset(name for name, prop in GROUP.properties.items() if prop.single_only)
_CREATE_ONLY = frozenset({"isAssignableToRole", "uniqueName"})


def create(call: Call) -> Answer:
    return _create(call, wire.body(call))


def _create(call: Call, document: Json) -> Answer:
    changes = checks.accept(document, GROUP)
    checks.require(document, _REQUIRED, GROUP)
    _check_kind(changes)
    _check_common(changes)
    _check_role_group(call, changes)
    _check_unique(call.tenant, changes)
    bare = Group(_new_id(call, changes), _properties(call, changes))
    group = _with_binds(call, bare, document)
    call.tenant.groups.put(group)
    audits.record(call, "Add group", "GroupManagement", group, changes)
    members.note_added(call, bare, group)
    path = f"directoryObjects/{group.id}/Microsoft.DirectoryServices.Group"
    return wire.created(call, "groups/$entity", groups.row_of(call)(group), path)


def update(call: Call) -> Answer:
    document = wire.body(call)
    group = groups.present(call)
    changes = checks.accept(document, GROUP)
    members.check_not_exchange(group)
    if group.properties.get("onPremisesSyncEnabled") and changes:
        raise errors.synced_object()
    _check_fixed(group, changes)
    _check_common(changes)
    _check_single_only(call, changes)
    if "mailNickname" in changes and changes["mailNickname"] != group.mail_nickname:
        _check_unique(call.tenant, {**group.properties, **changes}, group.id)
    changed = _with_binds(call, replace(group, properties=_merged(group.properties, changes)), document)
    call.tenant.groups.put(changed)
    if changes:
        audits.record(call, "Update group", "GroupManagement", changed, changes)
    members.note_added(call, group, changed)
    return wire.no_content()


def upsert(call: Call) -> Answer:
    """`PATCH /groups(uniqueName='x')`: creates what is missing if the caller prefers so (header name [inferred])."""
    name = call.params["name"]
    exists = any(group.properties.get("uniqueName") == name for group in call.tenant.groups.values())
    if exists or "create-if-missing" not in call.headers.get("prefer", ""):
        return update(call)
    return _create(call, {**wire.body(call), "uniqueName": name})


def delete(call: Call) -> Answer:
    """Soft, for 30 days; a licensed group stays until its licenses are gone (entra-docs, group licensing)."""
    group = groups.present(call)
    members.check_not_exchange(group)
    if group.properties.get("onPremisesSyncEnabled"):
        raise errors.synced_object()
    if group.licenses:
        # Rule documented; text [inferred]
        raise errors.bad_request("The group cannot be deleted because it has licenses assigned.")
    call.tenant.groups.remove(group.id)
    call.tenant.deleted_groups.put(replace(group, deleted_at=call.now))
    audits.record(call, "Delete group", "GroupManagement", group)
    return wire.no_content()


def _check_kind(changes: Mapping[str, Any]) -> None:
    types = changes.get("groupTypes") or []
    if not _TYPES.issuperset(types):
        raise errors.invalid_value("groupTypes", "Group")
    is_unified = "Unified" in types
    if changes["mailEnabled"] and not is_unified:
        raise errors.bad_request(
            "The service does not currently support writes of mail-enabled groups. Please ensure that the "
            "mail-enablement property is unset and the security-enablement property is set."
        )
    if is_unified and not changes["mailEnabled"]:
        raise errors.invalid_value("mailEnabled", "Group")
    if not is_unified and not changes["securityEnabled"]:
        raise errors.invalid_value("securityEnabled", "Group")
    is_dynamic = "DynamicMembership" in types
    if is_dynamic != bool(changes.get("membershipRule")):
        raise errors.invalid_value("membershipRule", "Group")


def _check_common(changes: Mapping[str, Any]) -> None:
    checks.nickname(changes, GROUP)
    checks.one_of(changes, "visibility", _VISIBILITIES, GROUP)
    checks.one_of(changes, "membershipRuleProcessingState", frozenset({"On", "Paused"}), GROUP)


def _check_role_group(call: Call, changes: Mapping[str, Any]) -> None:
    if not changes.get("isAssignableToRole"):
        return
    assert call.token is not None
    if "RoleManagement.ReadWrite.Directory" not in call.token.roles | call.token.scopes:
        raise errors.denied()
    if not changes["securityEnabled"] or changes.get("membershipRule"):
        raise errors.invalid_value("isAssignableToRole", "Group")


def _check_fixed(group: Group, changes: Mapping[str, Any]) -> None:
    """What makes the kind of a group stays as it was created."""
    for name in _CREATE_ONLY & changes.keys():
        if changes[name] != group.properties.get(name):
            raise errors.read_only(name)
    if "mailEnabled" in changes and changes["mailEnabled"] != group.properties.get("mailEnabled"):
        raise errors.read_only("mailEnabled")
    if "groupTypes" in changes:
        was = "Unified" in (group.properties.get("groupTypes") or ())
        if ("Unified" in (changes["groupTypes"] or ())) != was or not _TYPES.issuperset(changes["groupTypes"] or ()):
            raise errors.invalid_value("groupTypes", "Group")
    hidden = "HiddenMembership"
    if "visibility" in changes and (changes["visibility"] == hidden) != (group.properties.get("visibility") == hidden):
        raise errors.invalid_value("visibility", "Group")


def _check_single_only(call: Call, changes: Mapping[str, Any]) -> None:
    """One of them at a time, alone, and only for a person (graph.md 6)."""
    mail_settings = _SINGLE_ONLY & changes.keys()
    if not mail_settings:
        return
    assert call.token is not None
    if call.token.agent is None:
        raise errors.denied()
    if len(changes) > 1:
        raise errors.invalid_value(sorted(mail_settings)[0], "Group")


def _check_unique(tenant: Tenant, changes: Mapping[str, Any], own_id: str = "") -> None:
    """Nicknames are unique among Microsoft 365 groups, deleted ones included [inferred]; unique names among all."""
    is_unified = "Unified" in (changes.get("groupTypes") or ())
    nickname, unique_name = str(changes["mailNickname"]).casefold(), changes.get("uniqueName")
    for group in (*tenant.groups.values(), *tenant.deleted_groups.values()):
        if group.id == own_id:
            continue
        both_unified = is_unified and "Unified" in (group.properties.get("groupTypes") or ())
        if both_unified and group.mail_nickname.casefold() == nickname:
            raise errors.object_conflict("mailNickname")
        if unique_name and group.deleted_at is None and group.properties.get("uniqueName") == unique_name:
            raise errors.object_conflict("uniqueName")


def _properties(call: Call, changes: Mapping[str, Any]) -> Json:
    made: Json = {name: value for name, value in changes.items() if value is not None}
    made |= {"createdDateTime": wire.moment(call), "renewedDateTime": wire.moment(call)}
    if "Unified" in made.get("groupTypes", ()):
        default = next(domain.id for domain in call.tenant.domains.values() if domain.is_default)
        made["mail"] = f"{made['mailNickname']}@{default}"
        made["proxyAddresses"] = [f"SMTP:{made['mail']}"]
        made.setdefault("visibility", "Public")
    if made.get("membershipRule"):
        made.setdefault("membershipRuleProcessingState", "On")
    return made


def _new_id(call: Call, changes: Mapping[str, Any]) -> str:
    serial = f"group:{call.world.seed}:{call.tenant.id}:{changes['mailNickname']}:{call.now}:{call.n}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, serial))


def _with_binds(call: Call, group: Group, document: Mapping[str, Any]) -> Group:
    """Members and owners that come with the body: at most 20 together, all or nothing."""
    new_members = members.bound(document.get("members@odata.bind", []), "members")
    new_owners = members.bound(document.get("owners@odata.bind", []), "owners")
    members.bound([*document.get("members@odata.bind", []), *document.get("owners@odata.bind", [])], "members")
    if new_members:
        group = members.with_members(call, group, new_members)
    if new_owners:
        group = members.with_owners(call, group, new_owners)
    return group


def _merged(properties: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    return {name: value for name, value in {**properties, **changes}.items() if value is not None}
