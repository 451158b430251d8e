"""Random files for a random customer: most of what is there, a little changed, and some of what is not.

`wish` draws files that somebody could write who looks at the customer; `revised` draws what they would be some merges
later: people who left, came, married and moved to other plans. What is drawn is always valid, so that every tale is
about clouds and not about spelling.

Must not play anything. Questionable on purpose: nobody is referred to who is neither declared nor there; what becomes
of dangling references is told in tests of their own.
"""

from __future__ import annotations

import copy
from typing import Any

from .dice import Dice
from .worlds import BESIDES, NAMES, PRODUCTS, TENANT, TITLES

Json = dict[str, Any]
MODES = ("additive",) * 7 + ("authoritative",) * 4 + ("createOnly", "observe")
PLANS = {"worker": ("SPB",), "quiet-worker": ("SPB",), "team-worker": ("SPB",), "expert": ("SPE_E3", "POWER_BI_PRO")}
BASE = {"SPB": ("worker", "worker", "quiet-worker", "team-worker"), "SPE_E3": ("expert",)}
JOINERS = ("max", "ned", "ola", "pia")
SEATS = ("auto", "auto", {"min": 2}, {"buffer": 1}, {"max": 4}, 3, None)


def wish(dice: Dice, tenant: Json) -> Json:
    """Files for this customer, as one document."""
    there = tenant["users"]
    users = {upn: entry(dice, upn, one) for upn, one in there.items() if dice.often(_share(upn, one))}
    users |= {f"{name}@contoso.com": joiner(dice, name) for name in dice.some(JOINERS, 0.3)}
    if dice.often(0.3) and "admin@contoso.com" in users:
        users["admin@contoso.com"]["protect"] = True
    people = [upn for upn, one in there.items() if "deleted" not in one] + list(users)
    for upn in dice.some(users, 0.25):
        users[upn]["manager"] = dice.one([one for one in people if one != upn] or [None])
    groups = {name: group(dice, one, people) for name, one in tenant["groups"].items() if dice.often(0.6)}
    groups |= {name: group(dice, {}, people) for name in dice.some(("team", "fresh"), 0.5)}
    customer: Json = {"tenant": TENANT, "users": users, "groups": groups}
    for word in ("users", "licenses", "groups", "subscriptions"):
        customer.setdefault("manage", {})[word] = dice.one(MODES)
        if dice.often(0.15):
            customer.setdefault("onDrift", {})[word] = "report"
    if dice.often(0.2):
        customer["rightsizing"] = dice.one(("nightly", "advice"))
    customer["subscriptions"] = {}
    supplied(dice, customer, tenant)
    return {"customers": {"contoso": customer}}


def _share(upn: str, one: Json) -> float:
    return 0.5 if "deleted" in one else 0.3 if "#EXT#" in upn else 0.7


def entry(dice: Dice, upn: str, live: Json) -> Json:
    """Somebody who is there, as the files have them."""
    found: Json = {"displayName": live["displayName"] if dice.often(0.8) else f"{live['displayName']} New"}
    for name, values in (
        ("jobTitle", (*TITLES, None)),
        ("department", ("Ops", "Sales", None)),
        ("city", ("Bern", None)),
    ):
        if dice.often(0.35):
            found[name] = live.get(name) if dice.often(0.6) else dice.one(values)
    if dice.often(0.4):
        found["usageLocation"] = dice.one(("DE", "DE", "CH"))
    if dice.often(0.2) and not live.get("roles"):
        found["state"] = dice.one(("active", "active", "disabled"))
    return found | licensed(dice, live.get("licenses", {}))


def joiner(dice: Dice, name: str) -> Json:
    """Somebody new."""
    found: Json = {"displayName": f"{name.capitalize()} Joiner", "usageLocation": "CH"}
    if dice.often(0.5):
        found["jobTitle"] = dice.one(TITLES)
    return found | licensed(dice, {})


def licensed(dice: Dice, held: Json) -> Json:
    """A plan that fits the base product held, licenses besides, or nothing."""
    base = next((sku for sku in held if sku in BASE), dice.one(("SPB", "SPE_E3")))
    found: Json = {}
    if dice.often(0.7):
        found["plans"] = [dice.one(BASE[base])]
    elif dice.often(0.4):
        found["mailbox"] = "expire"
    besides: Json = {sku: {} for sku in BESIDES if dice.often(0.6 if sku in held else 0.2)}
    if besides:
        found["licenses"] = besides
    return found


def group(dice: Dice, live: Json, people: list[str]) -> Json:
    """A group that is there or not."""
    found: Json = {}
    if dice.often(0.6):
        found["displayName"] = live.get("displayName", "Team") if dice.often(0.7) else "Renamed"
    if dice.often(0.3):
        found["description"] = dice.one(("About this group", None))
    if dice.often(0.8):
        kept = [one for one in live.get("members", ()) if dice.often(0.7)]
        found["members"] = sorted({one.lower(): one for one in (*kept, *dice.some(people, 0.15))}.values())
    if dice.often(0.25):
        found["owners"] = dice.some(sorted(set(people)), 0.15) or ["admin@contoso.com"]
    if dice.often(0.4):
        found["mode"] = dice.one(("additive", "authoritative"))
    return found


def supplied(dice: Dice, customer: Json, tenant: Json) -> None:
    """Declare a subscription for every product that plans or licenses give, if it is not declared yet."""
    wanted = {sku for one in customer["users"].values() for sku in skus(one)}
    declared = customer["subscriptions"]
    have = {one["sku"] for one in declared.values()}
    for sku in sorted(wanted | set(dice.some(PRODUCTS, 0.3))):
        if sku in have:
            continue
        ours = [one for name, one in tenant["subscriptions"].items() if name.startswith(f"{sku}-") and _is_ours(one)]
        for number, live in enumerate(ours or [{}]):
            if number and dice.often(0.3):
                continue
            found: Json = {"sku": sku}
            if len(ours) > 1 or dice.often(0.5):
                found["friendlyName"] = live.get("friendlyName", f"{sku} 0")
            elif dice.often(0.3):
                found["friendlyName"] = f"{sku} renamed"
            seats = dice.one(SEATS)
            if seats is not None:
                found["seats"] = copy.deepcopy(seats)
            declared[f"{sku.lower().replace('_', '-')}-{number}"] = found


def _is_ours(one: Json) -> bool:
    return one.get("owner") == "partner.onmicrosoft.com" and one.get("status", "active") == "active"


def skus(one: Json) -> set[str]:
    """The products that an entry gives."""
    return {sku for plan in one.get("plans", ()) for sku in PLANS[plan]} | set(one.get("licenses", ()))


def revised(dice: Dice, files: Json, tenant: Json) -> Json:
    """The same files some merges later."""
    found = copy.deepcopy(files)
    customer = found["customers"]["contoso"]
    users, groups = customer["users"], customer["groups"]
    simple = [upn for upn in users if not tenant["users"].get(upn, {}).get("roles")]  # admins need a higher role
    for upn in dice.some(simple, 0.12):
        _leave(dice, customer, upn)
    ours = [upn for upn in simple if upn in users and not tenant["users"].get(upn, {}).get("onPremisesSyncEnabled")]
    for upn in dice.some([one for one in ours if one.split("@")[0] in NAMES], 0.12):
        _marry(customer, upn)
    for upn in dice.some(users, 0.3):
        _change(dice, customer, upn)
        if dice.often(0.15) and upn in simple:
            users[upn]["state"] = dice.one(("active", "disabled"))
    gone = {one["user"] for one in customer.get("removed", ())}
    fresh = [name for name in JOINERS if f"{name}@contoso.com" not in users.keys() | gone]
    users |= {f"{name}@contoso.com": joiner(dice, name) for name in dice.some(fresh, 0.4)}
    for name in dice.some(list(groups), 0.4):
        if dice.often(0.25):
            del groups[name]
        else:
            groups[name]["members"] = dice.some(sorted(users), 0.3)
    for name in dice.some(customer["subscriptions"], 0.3):
        customer["subscriptions"][name]["seats"] = copy.deepcopy(dice.one(SEATS[:-1]))
    supplied(dice, customer, tenant)
    return found


def _leave(dice: Dice, customer: Json, upn: str) -> None:
    """Out of the files; perhaps with a tombstone. Nobody refers to who leaves."""
    if customer["users"][upn].get("protect"):
        return
    del customer["users"][upn]
    _refer(customer, upn, None)
    if dice.often(0.75):
        action = dice.one(("forget", "disable", "disable", "delete"))
        customer.setdefault("removed", []).append({"user": upn, "action": action, "reason": "left"})


def _marry(customer: Json, upn: str) -> None:
    new = upn.replace("@", ".smith@")
    users = customer["users"]
    users[new] = users.pop(upn)
    _refer(customer, upn, new)
    customer.setdefault("moved", []).append({"user": {"from": upn, "to": new}})


def _refer(customer: Json, old: str, new: str | None) -> None:
    for one in customer["users"].values():
        if one.get("manager") == old:
            one["manager"] = new
    for one in customer["groups"].values():
        for name in ("members", "owners"):
            if old in one.get(name, ()):
                one[name] = [new if person == old else person for person in one[name] if new or person != old]
        if one.get("owners") == []:
            del one["owners"]  # the last owner cannot be taken away (graph.md 6)


def _change(dice: Dice, customer: Json, upn: str) -> None:
    one = customer["users"][upn]
    one["jobTitle"] = dice.one((*TITLES, None))
    kept = customer["manage"]["licenses"] in ("additive", "authoritative")
    if one.get("plans") and kept and dice.often(0.6):
        one["plans"] = [dice.one(list(PLANS))]
    elif one.get("plans") and dice.often(0.3):
        del one["plans"]
        one["mailbox"] = "expire"
    elif one.get("licenses") and dice.often(0.5):
        del one["licenses"]
