"""What users and groups look like on the wire: one value by name, and fast rows of many names.

A `Selector` is made once for a request and then called for each object; properties that the world holds in wire form
are copied by one dict comprehension, computed ones (licenses, dates) are filled in afterwards.
It must not decide who is seen, in which order, or how many.

Sources: msgraph-sdk property texts ("Not nullable" collections are empty lists), graph.md 5.1 and 6.

The questionable decision: a property that the world does not mention is null, or an empty list if it is a collection;
there are no invented defaults, except those a directory always has (mailNickname, userType, accountEnabled).
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from reconciler.sandbox.graph import errors, holdings
from reconciler.sandbox.graph.schema import GROUP, USER, EntityType
from reconciler.sandbox.world import Group, Json, Tenant, User

T = TypeVar("T", User, Group)
# Any: wire values.
Getter = Callable[[T], Any]
Selector = Callable[[T], Json]


def user_getters(tenant: Tenant) -> Mapping[str, Getter[User]]:
    """Everything about a user that is not simply in its properties."""
    created = holdings.stamp(tenant.created)
    return {
        "id": lambda user: user.id,
        "accountEnabled": lambda user: user.properties.get("accountEnabled", True),
        "assignedLicenses": lambda user: holdings.assigned_licenses(tenant, user),
        "assignedPlans": lambda user: holdings.assigned_plans(tenant, user),
        "createdDateTime": lambda user: user.properties.get("createdDateTime", created),
        "deletedDateTime": lambda user: None if user.deleted_at is None else holdings.stamp(user.deleted_at),
        "licenseAssignmentStates": lambda user: holdings.assignment_states(tenant, user),
        "mailNickname": lambda user: user.properties.get("mailNickname") or user.upn.partition("@")[0],
        # write only: a GET shows null (graph.md 5.1)
        "passwordProfile": lambda _user: None,
        "securityIdentifier": lambda user: security_identifier(user.id),
        "userPrincipalName": _shown_upn,
        "userType": lambda user: user.properties.get("userType", "Member"),
    }


def _shown_upn(user: User) -> str:
    """A deleted user's name carries its id in front, so that the name is free again [inferred, graph.md 5.3]."""
    return user.upn if user.deleted_at is None else user.id.replace("-", "") + user.upn


def group_getters(tenant: Tenant, now: float) -> Mapping[str, Getter[Group]]:
    """The same for a group; `now` tells how far its license worker has come."""
    created = holdings.stamp(tenant.created)
    return {
        "id": lambda group: group.id,
        "assignedLicenses": lambda group: [
            {"disabledPlans": list(disabled), "skuId": sku_id} for sku_id, disabled in group.licenses.items()
        ],
        "createdDateTime": lambda group: group.properties.get("createdDateTime", created),
        "licenseProcessingState": lambda group: _processing(tenant, group, now),
        "securityIdentifier": lambda group: security_identifier(group.id),
        "renewedDateTime": lambda group: group.properties.get("renewedDateTime", created),
        "deletedDateTime": lambda group: None if group.deleted_at is None else holdings.stamp(group.deleted_at),
        "hasMembersWithLicenseErrors": lambda group: any(
            record["state"] == "Error"
            for sources in tenant.directory.get(holdings.INHERITED, {}).values()
            for record in sources.get(group.id, {}).values()
        ),
    }


def security_identifier(identity: str) -> str:
    """The cloud SID: the object id's four 32-bit words after S-1-12-1 [inferred from samples of both side by side]."""
    words = struct.unpack("<4I", uuid.UUID(identity).bytes_le)
    return "S-1-12-1-" + "-".join(str(word) for word in words)


def _processing(tenant: Tenant, group: Group, now: float) -> Json | None:
    """Queued, in progress for the second half of the wait, complete (graph.md 7.5)."""
    work = tenant.directory.get("licenseWork", {}).get(group.id)
    if work is not None:
        queued, due, _ = work
        return {"state": "QueuedForProcessing" if now < (queued + due) / 2 else "ProcessingInProgress"}
    return {"state": "ProcessingComplete"} if group.licenses else None


def selector(kind: EntityType, names: tuple[str, ...] | None, getters: Mapping[str, Getter[T]]) -> Selector[T]:
    """A function that makes the row of one object; None means the type's default properties."""
    wanted = kind.default if names is None else tuple(name for name in names if name not in kind.navigation)
    for name in wanted:
        if name in kind.unsupported:
            raise errors.not_implemented()
    computed = tuple((name, getters[name]) for name in wanted if name in getters)
    lists = tuple(name for name in wanted if _is_list(kind, name) and name not in getters)

    def row(thing: T) -> Json:
        get = thing.properties.get
        made: Json = {name: get(name) for name in wanted}
        for name, getter in computed:
            made[name] = getter(thing)
        for name in lists:
            if made[name] is None:
                made[name] = []
        return made

    return row


def _is_list(kind: EntityType, name: str) -> bool:
    prop = kind.properties.get(name)
    return prop is not None and prop.edm in ("strings", "complexes")


def user_selector(tenant: Tenant, names: tuple[str, ...] | None = None) -> Selector[User]:
    return selector(USER, names, user_getters(tenant))


def group_selector(tenant: Tenant, names: tuple[str, ...] | None, now: float) -> Selector[Group]:
    return selector(GROUP, names, group_getters(tenant, now))


def reader(getters: Mapping[str, Getter[T]]) -> Callable[[T, str], Any]:
    """One value by name, for filters and sorting."""

    def read(thing: T, name: str) -> Any:
        getter = getters.get(name)
        return thing.properties.get(name) if getter is None else getter(thing)

    return read


def context(kind: EntityType, names: tuple[str, ...] | None) -> str:
    """What follows `$metadata#`: the selected names stand in it, as in live answers."""
    return kind.segment if names is None else f"{kind.segment}({','.join(names)})"
