"""The one reading of a tenant's users that users, licenses and groups share.

The path is built here and nowhere else: the session remembers a listing by its path, so every kind that asks with the
same interest gets the same reading. Only what the files manage is selected, besides what guards and licenses need
(graph.md 1.1, 5.1). Also here: users in the recycle bin, and who holds the Global Administrator role.

Must not: ask for one user at a time.

Questionable on purpose: `$top=999`, the largest page (graph.md 1.1), although pages that expand `manager` come slower;
fewer exchanges are what a large tenant needs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import attributes, upn
from reconciler.model.errors import NotFound
from reconciler.model.kind import Interest

Row = Mapping[str, Any]  # Any: the vendor's JSON
_ID = re.compile(r"[\w.-]+\Z", re.ASCII)
PAGE = 999
# Template id of Global Administrator, the same in every tenant (graph.md 10.2).
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
ALWAYS_READ = frozenset({"user_principal_name", "mail_nickname", "account_enabled", "usage_location"})
ALWAYS_SELECTED = (
    "id",
    "userPrincipalName",
    "mailNickname",
    "userType",
    "onPremisesSyncEnabled",
    "accountEnabled",
    "usageLocation",
    "licenseAssignmentStates",
)


def fields(interest: Interest) -> frozenset[str]:
    """The spec fields that a listing with this interest fills."""
    return ALWAYS_READ | (interest.fields & attributes.ALL)


def users_path(interest: Interest) -> str:
    """The listing of all users, guests included."""
    expand = "&$expand=manager($select=id)" if "manager" in interest.fields else ""
    return f"/users?$select={_select(interest)}{expand}&$top={PAGE}"


def deleted_path(interest: Interest) -> str:
    """The users of the last 30 days' recycle bin (graph.md 5.3)."""
    return f"/directory/deletedItems/microsoft.graph.user?$select={_select(interest)},deletedDateTime&$top={PAGE}"


async def users(session: CustomerSession, interest: Interest) -> list[Row]:
    """Every user of the tenant."""
    return list(await session.graph.listing(users_path(interest), batch=False, counted=True))


async def deleted_users(session: CustomerSession, interest: Interest) -> list[Row]:
    """Every user in the recycle bin, the latest deletion first."""
    rows = await session.graph.listing(deleted_path(interest), counted=True)
    return sorted(rows, key=lambda row: str(row.get("deletedDateTime") or ""), reverse=True)


async def global_administrators(session: CustomerSession) -> frozenset[str]:
    """Ids of the role's members. A tenant that never activated the role answers 404 (graph.md 9): nobody holds it."""
    path = f"/directoryRoles(roleTemplateId='{GLOBAL_ADMINISTRATOR}')/members?$select=id"
    try:
        return frozenset(id_of(row) for row in await session.graph.listing(path, counted=True))
    except NotFound:
        return frozenset()


def id_of(row: Row) -> str:
    """The row's id as we compare it: GUIDs differ in case between answers and mean the same.

    ValueError for what cannot be one: it is remembered, and becomes a part of addresses.
    """
    found = row["id"]
    if not isinstance(found, str):
        raise ValueError(f"{str(found)[:40]!r} is no id")
    return _checked(found)


@lru_cache(maxsize=8192)  # the readings of one customer name each person about nine times
def _checked(text: str) -> str:
    if not _ID.match(text):
        raise ValueError(f"{text[:40]!r} is no id")
    return text.lower()


def upn_of(row: Row) -> str:
    """The user's name as we compare it. ValueError for what cannot be one: it becomes a part of addresses."""
    found = row["userPrincipalName"]
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"{str(found)[:40]!r} is no user principal name")
    return upn.normalized(found)


def keys_by_id(rows: list[Row]) -> dict[str, str]:
    """The key of each listed user by its id."""
    return {id_of(row): upn_of(row) for row in rows}


def _select(interest: Interest) -> str:
    wanted = sorted({attributes.WIRE_PROPERTY[name] for name in fields(interest) - {"manager"}} - set(ALWAYS_SELECTED))
    return ",".join((*ALWAYS_SELECTED, *wanted, *(("createdDateTime",) if interest.births else ())))
