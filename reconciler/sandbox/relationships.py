"""Delegated admin relationships (GDAP) of a partner: what was agreed, until when, and which roles that gives today.

A relationship that a world file describes, or that Graph made, is a JSON record in
`Partner.commerce["delegatedAdmin"]`. Its roles reach the partner's people while it is active and a security group of
the partner is assigned to them; their sum is `Tenant.gdap`, which login and the services look at. It ends at `end`, or
goes on for 180 days more (microsoft-graph-docs-contrib resources/delegatedadminrelationship.md; graph.md 10.1).
It must not know a route or a wire form.

Decisions a reader would question [inferred]: every agent of a partner counts as a member of every assigned group; roles
that a world gives without a relationship (`gdap:`) are shown as one that extends itself for ever; a status that the
service only passes through (approved, activating, expiring, terminating) is never shown.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.sandbox.world import Json, Partner, Tenant, World

RECORDS = "delegatedAdmin"
GLOBAL = "Global Administrator"
EXTENSION = "P180D"
_DUE = "relationships.due"
_NEVER = datetime.max.replace(tzinfo=UTC)
_USUAL = "P730D"
_DAYS = {"D": 1, "W": 7, "M": 30, "Y": 365}


def days(duration: str) -> timedelta | None:
    """A duration in whole days, weeks, months or years; None for any other text."""
    match = re.fullmatch(r"P(\d{1,4})([DWMY])", duration)
    return None if match is None else timedelta(days=int(match[1]) * _DAYS[match[2]])


def stored(partner: Partner) -> list[Json]:
    found: list[Json] = partner.commerce.setdefault(RECORDS, [])
    return found


def known(world: World, partner: Partner, now: datetime) -> Iterator[Json]:
    """All relationships of a partner, those that only a world's `gdap` speaks of last."""
    yield from partner.commerce.get(RECORDS, ())
    with_records = {one["customer"] for one in partner.commerce.get(RECORDS, ()) if one["status"] == "active"}
    for tenant in world.tenants.values():
        if tenant.gdap.get(partner.id) and tenant.id not in with_records:
            yield _implied(partner, tenant, now)


def find(world: World, partner: Partner, key: str, now: datetime) -> Json | None:
    """The relationship with that id or display name."""
    wanted = key.casefold()
    return next(
        (one for one in known(world, partner, now) if wanted in (one["id"], one["displayName"].casefold())), None
    )


def kept(partner: Partner, record: Json) -> Json:
    """The record as it is stored: one that a world's `gdap` implies is written down before it changes."""
    found = next((one for one in stored(partner) if one["id"] == record["id"]), None)
    if found is None:
        stored(partner).append(record)
    return found or record


def made(serial: str, wish: Json, now: datetime) -> Json:
    """A new record; `wish` has displayName, duration, autoExtendDuration, roles, customer. Equal serials, equal ids."""
    first, second = (uuid.uuid5(uuid.NAMESPACE_URL, f"relationship:{part}:{serial}") for part in ("a", "b"))
    return {
        "id": f"{first}-{second}",
        **wish,
        "status": "created",
        "created": now.isoformat(),
        "modified": now.isoformat(),
        "activated": None,
        "end": None,
        "version": 1,
        "assignments": [],
        "requests": [],
        "operations": [],
    }


def assignment(record: Json, group: str, roles: list[str], now: datetime, ready: datetime) -> Json:
    """A security group gets some of the roles, from `ready` on."""
    serial = f"{record['id']}/{group}/{len(record['assignments'])}/{now.isoformat()}"
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"assignment:{serial}")),
        "group": group,
        "roles": roles,
        "created": now.isoformat(),
        "modified": now.isoformat(),
        "ready": ready.isoformat(),
        "version": 1,
    }


def activate(world: World, partner: Partner, record: Json, tenant: Tenant, now: datetime) -> None:
    """The customer has approved. Roles that a world's `gdap` gives stay: relationships add up."""
    if tenant.gdap.get(partner.id) and not _active(partner, tenant):
        kept(partner, _implied(partner, tenant, now))
    length = days(record["duration"]) or timedelta()
    record |= {"customer": tenant.id, "activated": now.isoformat(), "end": (now + length).isoformat()}
    change(record, "active", now)
    look_again(world, partner)


def end(world: World, partner: Partner, record: Json, status: str, now: datetime) -> None:
    """Terminated or expired: nobody has a role by it any more."""
    record["end"] = now.isoformat()
    change(record, status, now)
    look_again(world, partner)


def change(record: Json, status: str, now: datetime) -> None:
    record |= {"status": status, "modified": now.isoformat(), "version": record["version"] + 1}


def look_again(world: World, partner: Partner) -> None:
    """Something of a partner's relationships is different: give and take roles."""
    world.scratch.pop(_DUE, None)
    by_customer: dict[str, list[Json]] = {}
    for record in partner.commerce.get(RECORDS, ()):
        if record["activated"]:
            by_customer.setdefault(record["customer"], []).append(record)
    for tenant_id, records in by_customer.items():
        if tenant_id in world.tenants:
            _give(partner, world.tenants[tenant_id], records, world.clock.now())


def settle(world: World, now: datetime) -> list[tuple[Partner, Json]]:
    """Extend and expire what is due, and let assignments begin; gives what has expired."""
    due: datetime | None = world.scratch.get(_DUE)
    if due is not None and now < due:
        return []
    expired: list[tuple[Partner, Json]] = []
    upcoming = _NEVER
    for partner in world.partners.values():
        for record in partner.commerce.get(RECORDS, ()):
            if record["status"] == "active" and _is_over(record, now):
                expired.append((partner, record))
        for _, record in (one for one in expired if one[0] is partner):
            change(record, "expired", datetime.fromisoformat(record["end"]))
        look_again(world, partner)
        upcoming = min([upcoming, *_moments(partner, now)])
    world.scratch[_DUE] = upcoming
    return expired


def _is_over(record: Json, now: datetime) -> bool:
    """Whether the end has come; one that extends itself has a later end then."""
    extends = record["autoExtendDuration"] == EXTENSION and GLOBAL not in record["roles"]
    until = datetime.fromisoformat(record["end"])
    while extends and until <= now:
        until += timedelta(days=180)
    record["end"] = until.isoformat()
    return until <= now


def _moments(partner: Partner, now: datetime) -> Iterator[datetime]:
    """When something of a partner's relationships changes by itself."""
    for record in partner.commerce.get(RECORDS, ()):
        if record["status"] != "active":
            continue
        yield datetime.fromisoformat(record["end"])
        ready = (datetime.fromisoformat(one["ready"]) for one in record["assignments"])
        yield from (moment for moment in ready if moment > now)


def _active(partner: Partner, tenant: Tenant) -> list[Json]:
    found: list[Json] = partner.commerce.get(RECORDS, [])
    return [one for one in found if one["customer"] == tenant.id and one["status"] == "active"]


def _give(partner: Partner, tenant: Tenant, records: list[Json], now: datetime) -> None:
    """The sum of the active relationships' assigned roles is what the partner's people hold."""
    names = dict.fromkeys(
        name
        for record in records
        if record["status"] == "active"
        for one in record["assignments"]
        if datetime.fromisoformat(one["ready"]) <= now
        for name in one["roles"]
        if name in record["roles"]
    )
    tenant.gdap.pop(partner.id, None)
    if names:
        tenant.gdap[partner.id] = tuple(names)


def _implied(partner: Partner, tenant: Tenant, now: datetime) -> Json:
    """What `gdap:` of a world file means, as a relationship."""
    roles: list[Any] = list(tenant.gdap[partner.id])
    until = tenant.created + timedelta(days=730)
    while until <= now:
        until += timedelta(days=180)
    wish = {
        "displayName": f"{tenant.domain.partition('.')[0]} administration"[:50],
        "duration": _USUAL,
        "autoExtendDuration": "PT0S" if GLOBAL in roles else EXTENSION,
        "roles": roles,
        "customer": tenant.id,
    }
    bare = made(f"implied/{partner.id}/{tenant.id}", wish, tenant.created)
    bare |= {"status": "active", "activated": bare["created"], "end": until.isoformat()}
    group = str(uuid.uuid5(uuid.UUID(partner.id), "AdminAgents"))
    return {**bare, "assignments": [assignment(bare, group, roles, tenant.created, tenant.created)]}
