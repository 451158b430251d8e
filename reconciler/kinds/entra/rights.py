"""Which permission and which directory role each part of the work at a customer needs, for `doctor` to say beforehand.

Source: graph.md 10.3 (least privilege for each operation; role template ids: 10.2). A permission that includes another
one stands behind it [inferred from their names and Microsoft's descriptions]. The app alone needs the permission, a
person the permission and one of the roles, which in a customer's tenant come of GDAP.

Must not decide anything: what is missing here may still be allowed, and what is there be refused. The service's own
answer counts, row by row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model.repository import DesiredCustomer, Tombstone
from reconciler.model.template import Mode

ROLES = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
    "9360feb5-f418-4baa-8175-e2a00bac4301": "Directory Writers",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
}
READERS = ("Directory Readers", "Global Reader", "User Administrator", "Groups Administrator", "Directory Writers")


@dataclass(frozen=True, slots=True)
class Right:
    """One part of the work: any of the permissions allows it, the least first; a person needs any of the roles too."""

    words: str
    permissions: tuple[str, ...]
    roles: tuple[str, ...]


READ_USERS = Right(
    "read users", ("User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"), READERS
)
READ_GROUPS = Right(
    "read groups and their members",
    (
        "GroupMember.Read.All",
        "GroupMember.ReadWrite.All",
        "Group.Read.All",
        "Group.ReadWrite.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ),
    READERS,
)
READ_SEATS = Right(
    "read subscriptions of the tenant",
    ("Organization.Read.All", "Organization.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"),
    READERS,
)
WRITE_USERS = Right(
    "create and change users", ("User.ReadWrite.All", "Directory.ReadWrite.All"), ("User Administrator",)
)
DELETE_USERS = Right(
    "delete users",
    ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
    ("User Administrator",),
)
WRITE_LICENSES = Right(
    "assign licenses",
    ("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"),
    ("License Administrator", "User Administrator", "Directory Writers"),
)
WRITE_GROUPS = Right(
    "create and change groups and their members",
    ("Group.ReadWrite.All", "Directory.ReadWrite.All"),
    ("Groups Administrator", "User Administrator", "Directory Writers"),
)
READS = {"user": READ_USERS, "license": READ_USERS, "group": READ_GROUPS}
WRITES = {"user": WRITE_USERS, "license": WRITE_LICENSES, "group": WRITE_GROUPS}


def needed(customer: DesiredCustomer) -> tuple[Right, ...]:
    """What the work that the files ask for at this customer needs, each once."""
    return tuple(dict.fromkeys(_needed(customer)))


def _needed(customer: DesiredCustomer) -> Iterator[Right]:
    kinds = sorted({address.kind for address in (*customer.resources, *customer.tombstones)} & READS.keys())
    yield READ_SEATS
    yield from (READS[kind] for kind in kinds)
    yield from (WRITES[kind] for kind in kinds if customer.mode(f"{kind}s") is not Mode.OBSERVE)
    documents = (placed.document for placed in customer.tombstones.values())
    if any(isinstance(one, Tombstone) and one.user and one.action == "delete" for one in documents):
        yield DELETE_USERS


def missing(right: Right, permissions: frozenset[str], roles: frozenset[str] | None) -> str:
    """What stands in its way, in words; nothing where nothing does. `roles` are a person's, None where no person is
    needed or nobody knows."""
    if not permissions & set(right.permissions):
        return f"to {right.words}, the permission {right.permissions[0]}"
    held = None if roles is None else {ROLES.get(role, role) for role in roles}
    if held is not None and not held & {*right.roles, "Global Administrator"}:
        return f"to {right.words}, the role {right.roles[0]}"
    return ""
