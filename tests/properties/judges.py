"""What must hold of a world before and after an apply, judged from the world itself and not from what was reported.

A world is compared as a document (worlddump), so that a judge sees what the clouds hold. Each function gives a list of
what is wrong, in words. Must not use the product's own counting of seats.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model import codes
from reconciler.model.change import Action, Reason
from reconciler.model.plan import Plan

from .worlds import NEIGHBOR, PARTNER, TENANT, holders

Json = dict[str, Any]
Row = tuple[str, str, tuple[str, ...], object]


def rows(plan: Plan) -> set[Row]:
    """What a plan would write, apart from seats and what goes with them, which follow from the rest.

    Forgetting writes nothing.
    """
    found: set[Row] = set()
    for change in plan.executable:
        if change.action in (Action.FORGET, Action.HANDOVER) or change.units or change.reason is Reason.RENEWAL:
            continue
        parts = [(part.path, part.after) for part in change.fields] or [((), None)]
        found |= {(str(change.address), change.action.value, path, after) for path, after in parts}
    return found


def without_seat(plan: Plan) -> set[Row]:
    """What a plan would write if there were a seat for it, and nothing else stood in its way."""
    short = [c for c in plan.changes if c.blocked and all(gate.code is codes.NO_SEATS for gate in c.blocked)]
    return rows(replace(plan, changes=tuple(replace(change, blocked=()) for change in short)))


def untouched(before: Json, after: Json, plan: Plan) -> list[str]:
    """Everything that changed without a row that speaks about it; who gets a license may be called otherwise there."""
    changes = plan.executable
    named = {change.remote_id for change in changes if change.remote_id}
    others = {change.address.key: change.remote_id for change in plan.drift if change.address.kind == "user"}
    named |= {others.get(key, "") for key in _owners({c.address.key for c in changes if c.address.kind == "license"})}
    named |= {change.remote_id.partition("_")[0] for change in changes if change.address.kind == "license"}
    made = {change.address.key for change in changes if change.action is Action.CREATE}
    joined = {p.path[1] for c in changes if c.address.kind == "group" for p in c.fields if len(p.path) == 2}
    wrong = [] if before["tenants"][NEIGHBOR] == after["tenants"][NEIGHBOR] else ["the neighbor was touched"]
    old, new = before["tenants"][TENANT], after["tenants"][TENANT]
    for shelf in ("users", "groups", "subscriptions"):
        was, is_now = _by_id(old, shelf), _by_id(new, shelf)
        for key in was.keys() | is_now.keys():
            name, one = is_now.get(key) or was[key]
            if was.get(key, ("", {}))[1] == one or key in named:
                continue
            if name.lower() in joined and _without_mailbox(was.get(key, ("", {}))[1]) == _without_mailbox(one):
                continue
            if shelf == "subscriptions" or name.lower() not in made | _owners(made):
                wrong.append(f"{shelf}/{name} changed, and no row speaks about it")
    return wrong


def _without_mailbox(one: Json) -> Json:
    """What the directory gives by itself to whom a group gives a license is left out."""
    return {name: value for name, value in one.items() if name not in ("mail", "proxyAddresses")}


def _owners(keys: set[str]) -> set[str]:
    """Whose licenses are made."""
    return {key.partition(":")[0] for key in keys}


def _by_id(tenant: Json, shelf: str) -> dict[str, tuple[str, Json]]:
    """The things of a shelf by id, each with its name; people are referred to by id, so that a rename changes one."""
    ids = {name: one["id"] for people in ("users", "groups") for name, one in tenant.get(people, {}).items()}
    found: dict[str, tuple[str, Json]] = {}
    for name, one in tenant.get(shelf, {}).items():
        plain = dict(one)
        for field in ("members", "owners"):
            if field in one:
                plain[field] = sorted(ids.get(person, person) for person in one[field])
        if "manager" in one:
            plain["manager"] = ids.get(one["manager"], one["manager"])
        found[one["id"]] = (name, plain)
    return found


def foreign(before: Json, after: Json) -> list[str]:
    """Subscriptions of others, and guests, that are not as they were."""
    old, new = before["tenants"][TENANT], after["tenants"][TENANT]
    others = [n for n, one in old.get("subscriptions", {}).items() if one.get("owner") != PARTNER]
    wrong = [f"{name} is not ours" for name in others if old["subscriptions"][name] != new["subscriptions"].get(name)]
    guests = [upn for upn in old["users"] if "#EXT#" in upn]
    return wrong + [f"{upn} is a guest" for upn in guests if old["users"][upn] != new["users"].get(upn)]


def bought(before: Json, after: Json, files: Json) -> list[str]:
    """Seats bought that nobody needs: more than holders, buffer and the files' own minimum explain."""
    old, new = before["tenants"][TENANT], after["tenants"][TENANT]
    wrong: list[str] = []
    declared = files["customers"]["contoso"]["subscriptions"].values()
    for sku in {name.partition("-")[0] for name in new.get("subscriptions", {})}:
        mine = {n: one for n, one in new["subscriptions"].items() if n.startswith(f"{sku}-")}
        added = {n: one["quantity"] - old["subscriptions"][n]["quantity"] for n, one in mine.items()}
        if all(seats <= 0 for seats in added.values()):
            continue
        supply = sum(one["quantity"] for one in mine.values() if one.get("status", "active") == "active")
        held = len(holders(new["users"], new.get("groups", {}), sku))
        rules = [one.get("seats") for one in declared if one["sku"] == sku]
        buffer = max((rule.get("buffer", 0) for rule in rules if isinstance(rule, dict)), default=0)
        fixed = [rule for rule in rules if isinstance(rule, int)] + [
            r["min"] for r in rules if isinstance(r, dict) and "min" in r
        ]
        at_floor = all(mine[n]["quantity"] in fixed for n, seats in added.items() if seats > 0)
        if supply > held + buffer and not at_floor:
            wrong.append(f"{sku}: {supply} seats for {held} holders, of which bought {added}")
    return wrong
