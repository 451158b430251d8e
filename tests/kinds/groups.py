"""Groups for tests of what is foreseen and waited for: members `u1`, `u2`, ... with the ids `id-001`, `id-002`, ..."""

from __future__ import annotations

from typing import Any

from kinds.builders import part, performing
from kinds.vendor import Vendor, at
from reconciler.kinds.entra.group import KIND
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.resource import Live

SALES_ID = "21d00000-0000-4000-8000-000000000001"


def perform(vendor: Vendor, *changes: Change, lives: tuple[Live[Any], ...] = ()) -> dict[Address, str]:
    people = {f"contoso/user/u{number}": f"id-{number:03}" for number in range(60)}
    return at(vendor, lambda session: KIND.perform(session, changes, performing(*lives, ids=people)))


def members(*numbers: int, after: bool = True) -> list[Any]:
    return [part(f"members:u{number}", not after, after) for number in numbers]


def a_live(
    *held: int,
    licenses: dict[str, frozenset[str]] | None = None,
    owners: tuple[str, ...] = (),
    everybody: int | None = None,
) -> Live[Any]:
    members = frozenset(f"u{number}" for number in held)
    spec = GroupSpec(mail_nickname="sales", members=members, owners=frozenset(owners))
    facts = GroupFacts(dynamic=False, synced=False, role_assignable=False, owners=everybody, licenses=licenses or {})
    return Live(Address("contoso", "group", "sales"), SALES_ID, spec, facts=facts)
