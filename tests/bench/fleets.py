"""Fleets of any size, as files and as the world of a sandbox that is already what the files say.

The same figures always give the same bytes, so two machines measure the same thing. Every user has seven attributes
and a plan, which makes three resources of it: the person, a license and a membership of the plan's group. A plan of
such a fleet has nothing to do, and to find that out everything must be read and compared.

It must not use anything of the product: the files are what a partner would write, the world is what a tenant would be.
The questionable decision: YAML is written line by line instead of through a library, because a hundred thousand users
are written here before anything is measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTNER = "partner.onmicrosoft.com"
APP = "11111111-1111-1111-1111-111111111111"
PRODUCT = "CFQ7TTC0LFLX:0001"
SKU = "SPE_E3"
TITLES = ("Engineer", "Accountant", "Sales Manager", "Assistant", "Technician")
DEPARTMENTS = ("Engineering", "Finance", "Sales", "Operations")

SETTINGS = f"""\
apiVersion: reconciler/v1
ledger: ./.reconciler
connections:
  local:
    partnerTenant: {PARTNER}
    environment: local
    auth: {{clientId: {APP}}}
defaults: {{usageLocation: DE}}
---
catalog:
  {PRODUCT}: {{title: Microsoft 365 E3, sku: {SKU}}}
plans:
  worker: {{product: "{PRODUCT}", term: P1Y, billing: monthly, groups: [all-staff]}}
"""

Json = dict[str, Any]  # Any: a world file, as the sandbox documents it


@dataclass(frozen=True, slots=True)
class Size:
    """How many customers, how many users each, and how many groups besides that of the plan."""

    customers: int
    users: int
    groups: int = 3

    def __str__(self) -> str:
        return f"{self.customers:,} x {self.users:,}"

    @property
    def people(self) -> int:
        return self.customers * self.users


def write(folder: Path, size: Size, behavior: Json | None = None) -> Path:
    """Write the files below `folder` and give the path of the world file beside them."""
    desired = folder / "desired-state"
    desired.mkdir(parents=True)
    (desired / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")
    for number in range(size.customers):
        (desired / f"{_key(number)}.yaml").write_text("\n".join(_lines(number, size)) + "\n", encoding="utf-8")
    world = folder / "world.json"
    world.write_text(json.dumps(_world(size, behavior or {})), encoding="utf-8")
    return world


def _key(number: int) -> str:
    return f"customer-{number:04}"


def _lines(number: int, size: Size) -> Iterator[str]:
    key = _key(number)
    yield "customers:"
    yield f"  {key}:"
    yield f"    tenant: {_tenant(number)}"
    yield "    manage: {licenses: authoritative}"
    yield f"    domains: {{{key}.example: {{default: true}}}}"
    yield "    subscriptions:"
    yield "      main: {plan: worker, seats: auto, friendlyName: Main}"
    yield "---"
    yield f"customer: {key}"
    yield "users:"
    for rank in range(size.users):
        yield f"  {_upn(number, rank)}:"
        for name, value in _attributes(rank).items():
            yield f"    {name}: {value}"
        yield "    plans: [worker]"
    yield "groups:"
    for group in range(size.groups):
        yield f"  team-{group}:"
        yield f"    displayName: Team {group}"
        yield f"    members: [{', '.join(_members(number, group, size))}]"


def _tenant(number: int) -> str:
    return f"{_key(number)}.onmicrosoft.com"


def _upn(number: int, rank: int) -> str:
    return f"user{rank:04}@{_key(number)}.example"


def _attributes(rank: int) -> dict[str, str]:
    return {
        "displayName": f"Given{rank:04} Family{rank % 97:02}",
        "givenName": f"Given{rank:04}",
        "surname": f"Family{rank % 97:02}",
        "jobTitle": TITLES[rank % len(TITLES)],
        "department": DEPARTMENTS[rank % len(DEPARTMENTS)],
        "officeLocation": f"Room {rank % 60 + 1}",
        "usageLocation": "DE",
    }


def _members(number: int, group: int, size: Size) -> list[str]:
    return [_upn(number, rank) for rank in range(group % 7, size.users, 7)]


def _world(size: Size, behavior: Json) -> Json:
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "behavior": behavior,
        "partners": {
            PARTNER: {
                "name": "Bench Partner",
                "apps": {APP: {}},
                "agents": {f"admin@{PARTNER}": {"refreshToken": "bench"}},
            }
        },
        "catalog": {
            PRODUCT: {
                "title": "Microsoft 365 E3",
                "sku": SKU,
                "terms": [{"term": "P1Y", "billing": "monthly", "price": "33.40"}],
            }
        },
        "tenants": {_tenant(number): _tenant_world(number, size) for number in range(size.customers)},
    }


def _tenant_world(number: int, size: Size) -> Json:
    upns = [_upn(number, rank) for rank in range(size.users)]
    teams = {
        f"team-{group}": {"displayName": f"Team {group}", "members": _members(number, group, size)}
        for group in range(size.groups)
    }
    return {
        "displayName": _key(number),
        "partners": [PARTNER],
        "domains": {f"{_key(number)}.example": {"default": True}},
        "users": {upn: {**_attributes(rank), "licenses": {SKU: {}}} for rank, upn in enumerate(upns)},
        "groups": {"all-staff": {"displayName": "All staff", "members": upns}, **teams},
        "subscriptions": {
            "main": {"product": PRODUCT, "owner": PARTNER, "quantity": size.users, "friendlyName": "Main"}
        },
    }
