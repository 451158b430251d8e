"""What somebody does in the portal, at random: to people, groups and seats, declared or not.

Each change is one that the clouds would allow at that moment: seats are counted before a license is given. Must not
look at the files; whoever meddles does not know them either.
"""

from __future__ import annotations

from typing import Any

from .dice import Dice
from .worlds import PARTNER, TENANT, TITLES, holders

Json = dict[str, Any]


def meddle(dice: Dice, tenant: Json) -> list[Json]:
    """A few changes of this customer, in order. `tenant` is what is there now, in the form of a world file."""
    people = [upn for upn, one in tenant["users"].items() if _is_free(upn, one)]
    changes = _seats(dice, tenant)
    changes += [{"user": upn, **_person(dice, upn)} for upn in dice.some(people, 0.2)]
    for name, one in tenant.get("groups", {}).items():
        if "deleted" not in one and "membershipRule" not in one and dice.often(0.25):
            changes.append({"group": name, **_group(dice, one, [upn for upn in people if not _gone(upn, changes)])})
    return [{"tenant": TENANT, **change} for change in changes]


def _is_free(upn: str, one: Json) -> bool:
    return "deleted" not in one and "#EXT#" not in upn and not one.get("roles")


def _gone(upn: str, changes: list[Json]) -> bool:
    return any(
        change.get("user") == upn and ("delete" in change or "userPrincipalName" in change.get("set", {}))
        for change in changes
    )


def _person(dice: Dice, upn: str) -> Json:
    match dice.number(0, 5):
        case 0:
            return {"delete": True}
        case 1:
            return {"set": {"userPrincipalName": upn.replace("@", ".portal@")}}
        case 2:
            return {"set": {"accountEnabled": dice.often(0.5)}}
        case 3:
            return {"set": {"usageLocation": "AT", "department": "Portal"}}
        case _:
            return {"set": {"displayName": "From the Portal", "jobTitle": dice.one((*TITLES, None))}}


def _group(dice: Dice, one: Json, people: list[str]) -> Json:
    if dice.often(0.15) and not one.get("licenses"):
        return {"delete": True}
    present = set(one.get("members", ()))
    if one.get("licenses"):
        return {"set": {"description": "From the portal"}}
    return {
        "addMembers": dice.some([upn for upn in people if upn not in present], 0.2),
        "removeMembers": dice.some([upn for upn in people if upn in present], 0.3),
    }


def _seats(dice: Dice, tenant: Json) -> list[Json]:
    """Licenses taken away or given where a seat is free, and seats bought."""
    changes: list[Json] = []
    for name, one in tenant.get("subscriptions", {}).items():
        if one.get("owner") == PARTNER and one.get("status", "active") == "active" and dice.often(0.2):
            changes.append({"subscription": name, "set": {"quantity": one["quantity"] + 1}})
    for upn, one in tenant["users"].items():
        if _is_free(upn, one) and one.get("licenses") and dice.often(0.15):
            changes.append({"user": upn, "unassign": [dice.one(list(one["licenses"]))]})
        elif _is_free(upn, one) and one.get("usageLocation") and dice.often(0.1) and _free(tenant, "EMS"):
            return [*changes, {"user": upn, "assign": {"EMS": {}}}]
    return changes


def _free(tenant: Json, sku: str) -> bool:
    seats: int = sum(
        one["quantity"]
        for name, one in tenant.get("subscriptions", {}).items()
        if name.startswith(f"{sku}-") and one.get("status", "active") == "active"
    )
    return seats > len(holders(tenant["users"], tenant.get("groups", {}), sku))
