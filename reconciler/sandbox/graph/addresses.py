"""Who holds an address: user principal names, mail, proxy addresses and nicknames are one name space.

Answers whether a value is free; must not change anything. Deleted users reserve nothing; deleted Microsoft 365 groups
keep their nickname (both [inferred] in graph.md 5.2 and 6).

Sources: graph.md 4.1 (ObjectConflict), 5.2 (what uniqueness is checked over), 5.5 (form of proxy addresses).

The questionable decision: holders are found by walking, except for UPNs, which have an index. Few users have addresses
that differ from their UPN, and the walk only looks at those.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.graph import errors
from reconciler.sandbox.world import Group, Tenant, User


def of(holder: User | Group) -> Iterator[str]:
    """Every address of a user or group, folded and without its SMTP: prefix."""
    if isinstance(holder, User):
        yield holder.upn.casefold()
    mail = holder.properties.get("mail")
    if mail:
        yield str(mail).casefold()
    for proxy in holder.properties.get("proxyAddresses") or ():
        yield bare(proxy)


def bare(proxy: str) -> str:
    """An address without its prefix ("SMTP:" marks the primary one, "smtp:" the others)."""
    return proxy.partition(":")[2].casefold() if proxy[:5].casefold() == "smtp:" else proxy.casefold()


def check_free(tenant: Tenant, address: str, own_id: str, target: str) -> None:
    """Raise the conflict error for `target` if anybody else holds the address."""
    wanted = address.casefold()
    holder = tenant.users.find("upn", wanted)
    if holder is not None and holder.id != own_id:
        raise errors.object_conflict(target)
    for user in tenant.users.values():
        known = user.properties
        if user.id != own_id and ("mail" in known or "proxyAddresses" in known) and wanted in of(user):
            raise errors.object_conflict("proxyAddresses" if target == "mail" else target)
    for group in tenant.groups.values():
        if group.id != own_id and wanted in of(group):
            raise errors.object_conflict(target)


def primary_set(user: User, address: str) -> tuple[str, ...]:
    """Proxy addresses after `address` became the primary one: the former primary stays as an alias (graph.md 5.5)."""
    former: tuple[str, ...] = tuple(user.properties.get("proxyAddresses") or ())
    kept = tuple(f"smtp:{bare(proxy)}" for proxy in former if bare(proxy) != address.casefold())
    return (f"SMTP:{address}", *kept)
