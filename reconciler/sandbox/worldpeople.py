"""Users and groups of a world file: what the file leaves out, and its names as ids.

`user_defaults` and `group_defaults` say what a real tenant always has; the writer (worlddump.py) uses them to leave
out what the reader would put back. Property names are those of the Graph emulator's table (graph/schema.py).
It must not check a rule of Graph: a world may hold what Graph would refuse to create.

The decision a reader would question: a null in the file means "not even the default", and leaves no trace in
`properties`, because absent and null are the same to Graph.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.graph import schema
from reconciler.sandbox.names import Names, derived_id
from reconciler.sandbox.world import Group, Tenant, User
from reconciler.sandbox.worldfile import GroupForm, UserForm, Wire, nearest

# graph.md 6: groupTypes, mailEnabled, securityEnabled of the four kinds
_GROUP_KINDS: Mapping[str, tuple[tuple[str, ...], bool, bool]] = {
    "security": ((), False, True),
    "microsoft365": (("Unified",), True, False),
    "mailEnabledSecurity": ((), True, True),
    "distribution": ((), True, False),
}


def user_defaults(tenant: Tenant, key: str) -> Wire:
    """The properties of a user of whom the file says nothing but the UPN."""
    local = key.partition("@")[0]
    return {
        "userPrincipalName": key,
        "displayName": local,
        "mailNickname": local,
        "accountEnabled": True,
        "userType": "Guest" if "#EXT#" in key.upper() else "Member",
        "createdDateTime": _stamp(tenant),
    }


def group_defaults(tenant: Tenant, key: str, kind: str, given: Mapping[str, Any]) -> Wire:
    """What a group of that nickname and type has besides what the file gives; a rule makes it dynamic."""
    group_types, mail_enabled, security_enabled = _GROUP_KINDS[kind]
    defaults: Wire = {
        "displayName": key,
        "mailNickname": key,
        "groupTypes": list(group_types),
        "mailEnabled": mail_enabled,
        "securityEnabled": security_enabled,
        "createdDateTime": _stamp(tenant),
    }
    if mail_enabled:
        defaults["mail"] = f"{key}@{default_domain(tenant)}"
    if given.get("membershipRule"):
        defaults["groupTypes"] = [*group_types, "DynamicMembership"]
        defaults["membershipRuleProcessingState"] = "On"
    return defaults


def _stamp(tenant: Tenant) -> str:
    # isoformat is twice as fast as strftime, which shows with a quarter of a million users
    return f"{tenant.created.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def group_kind(properties: Mapping[str, Any]) -> str:
    """The kind of a living group, for the file."""
    if "Unified" in (properties.get("groupTypes") or ()):
        return "microsoft365"
    if not properties.get("mailEnabled"):
        return "security"
    return "mailEnabledSecurity" if properties.get("securityEnabled") else "distribution"


def default_domain(tenant: Tenant) -> str:
    return next((domain.id for domain in tenant.domains.values() if domain.is_default), tenant.domain)


def load_people(tenant: Tenant, users: Mapping[str, UserForm], groups: Mapping[str, GroupForm], names: Names) -> None:
    """Put all users and groups into the tenant; references may go in any direction."""
    user_ids = {key.casefold(): form.id or derived_id(tenant.domain, "user", key) for key, form in users.items()}
    group_ids = {key.casefold(): form.id or derived_id(tenant.domain, "group", key) for key, form in groups.items()}
    people = People(tenant, names, {**group_ids, **user_ids})
    for key, user_form in users.items():
        user = people.user(key, user_ids[key.casefold()], user_form)
        (tenant.users if user.deleted_at is None else tenant.deleted_users).load(user)
    for key, group_form in groups.items():
        group = people.group(key, group_ids[key.casefold()], group_form)
        (tenant.groups if group.deleted_at is None else tenant.deleted_groups).load(group)


class People:
    """Makes living users and groups of one tenant from their forms; `known` has the id of each name in lower case."""

    def __init__(self, tenant: Tenant, names: Names, known: Mapping[str, str]) -> None:
        self._tenant = tenant
        self._names = names
        self._known = known
        self._ids = set(known.values())

    def id_of(self, place: str, name: str) -> str:
        """The id of a user or group by UPN, nickname or id; an unknown one is remembered as a problem."""
        found = self._known.get(name.casefold()) or (name.lower() if name.lower() in self._ids else None)
        if found is None:
            self._names.lost(place, "user or group", name, self._known)
        return found or ""

    def user(self, key: str, user_id: str, form: UserForm) -> User:
        place = f"tenants.{self._tenant.domain}.users.{key}"
        return User(
            id=user_id,
            properties=self.properties(place, user_defaults(self._tenant, key), form.model_extra or {}, schema.USER),
            licenses=self._names.licenses(f"{place}.licenses", form.licenses),
            manager=None if form.manager is None else self.id_of(f"{place}.manager", form.manager),
            roles=form.roles,
            deleted_at=None if form.deleted is None else form.deleted.at,
        )

    def group(self, key: str, group_id: str, form: GroupForm) -> Group:
        place = f"tenants.{self._tenant.domain}.groups.{key}"
        given = form.model_extra or {}
        defaults = group_defaults(self._tenant, key, form.type, given)
        return Group(
            id=group_id,
            properties=self.properties(place, defaults, given, schema.GROUP),
            members=tuple(self.id_of(f"{place}.members", name) for name in form.members),
            owners=tuple(self.id_of(f"{place}.owners", name) for name in form.owners),
            licenses=self._names.licenses(f"{place}.licenses", form.licenses),
            deleted_at=None if form.deleted is None else form.deleted.at,
        )

    def properties(
        self, place: str, defaults: Mapping[str, Any], given: Mapping[str, Any], kind: schema.EntityType
    ) -> Wire:
        """The defaults overlaid with what is given; null takes away, an unknown name is remembered as a problem."""
        for name in given:
            if name not in kind.properties:
                known = [*kind.properties, "licenses", "manager", "roles", "deleted", "members", "owners", "type"]
                self._names.problems.append(f'{place}: unknown key "{name}"{nearest(name, known)}')
        return {name: value for name, value in {**defaults, **given}.items() if value is not None}
