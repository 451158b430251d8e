"""How a customer's tenant looks at the end, in names instead of ids, so that two plays of one story can be compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox import skus
from reconciler.sandbox.world import Group, Subscription, Tenant, User, World

from .clouds import Clouds, Write

VOLATILE = frozenset({"id", "createdDateTime", "signInSessionsValidFromDateTime", "refreshTokensValidFromDateTime"})
VOLATILE |= frozenset({"securityIdentifier", "lastPasswordChangeDateTime", "renewedDateTime", "deletedDateTime"})


@dataclass(frozen=True)
class End:
    """One line for every thing there is, sorted; what is there twice stands there twice."""

    lines: tuple[str, ...]

    def compared(self, other: End) -> list[str]:
        """What `other` has too much or too little."""
        mine, others = Counter(self.lines), Counter(other.lines)
        return [f"too much: {line}" for line in sorted((others - mine).elements())] + [
            f"missing: {line}" for line in sorted((mine - others).elements())
        ]


def end_of(world: World) -> End:
    """The end of every customer."""
    return End(tuple(sorted(line for tenant in world.tenants.values() for line in _lines(tenant))))


def _lines(tenant: Tenant) -> list[str]:
    names = names_of(tenant)
    agreed = sum(len(records.get("agreements", ())) for records in tenant.commerce.values())
    lines = [f"tenant {tenant.domain} {len(tenant.partners)} partners {len(tenant.consents)} apps {agreed} agreements"]
    lines += [f"user {_user(user, names)}" for user in tenant.users.values()]
    lines += [f"deleted user {_user(user, names)}" for user in tenant.deleted_users.values()]
    lines += [f"group {_group(group, names)}" for group in tenant.groups.values()]
    lines += [f"deleted group {_group(group, names)}" for group in tenant.deleted_groups.values()]
    return lines + [f"subscription {_subscription(one)}" for one in tenant.subscriptions.values()]


def _subscription(one: Subscription) -> str:
    after = f"renew={one.auto_renew} scheduled={one.scheduled} actions={one.properties.get('scheduledActions')}"
    name = one.friendly_name if one.name == one.id else one.name  # an id of the service's own says when it was made
    return f"{name} {one.product} {one.quantity} {one.status} {after}"


def names_of(tenant: Tenant) -> dict[str, str]:
    """The name of everybody and everything with an id, deleted ones included."""
    users = {user.id: user.upn for shelf in (tenant.deleted_users, tenant.users) for user in shelf.values()}
    groups = {
        group.id: group.mail_nickname for shelf in (tenant.deleted_groups, tenant.groups) for group in shelf.values()
    }
    return {**groups, **users}


def _user(user: User, names: dict[str, str]) -> str:
    licenses = sorted(f"{_sku(sku_id)}-{sorted(disabled)}" for sku_id, disabled in user.licenses.items())
    return f"{user.upn} {_plain(user.properties)} licenses={licenses} manager={names.get(user.manager or '')}"


def _group(group: Group, names: dict[str, str]) -> str:
    people = [sorted(names.get(one, one) for one in some) for some in (group.members, group.owners)]
    return f"{group.mail_nickname} {_plain(group.properties)} members={people[0]} owners={people[1]}"


def _plain(properties: Any) -> dict[str, Any]:
    return {name: properties[name] for name in sorted(properties) if name not in VOLATILE}


def _sku(sku_id: str) -> str:
    found = skus.find(sku_id)
    return found.part_number if found else sku_id


def removals(clouds: Clouds) -> frozenset[str]:
    """Everything that was taken away, in names; asking twice for one removal takes nothing more away."""
    names: dict[str, str] = {}
    for tenant in clouds.world.tenants.values():
        names.update(names_of(tenant))
    return frozenset(what for write in clouds.writes for what in _removed(write, names))


def _removed(write: Write, names: dict[str, str]) -> list[str]:
    parts = [names.get(part, part) for part in write.path.partition("?")[0].split("/")]
    path = "/".join(parts)
    found = [f"{write.method} {path}"] if write.method == "DELETE" else []
    found += [f"unassign {_sku(sku_id)} {path}" for sku_id in write.body.get("removeLicenses") or ()]
    if write.body.get("accountEnabled") is False:
        found.append(f"block {path}")
    return found
