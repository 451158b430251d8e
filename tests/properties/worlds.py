"""Random customers as world files: people of every sort, groups of every sort, seats of every owner.

A world is always one that could exist: nobody holds a license without a seat or a usage location, and what groups hand
down has its seats too. Part numbers are Microsoft's; product ids besides Business Premium's are examples. Must not know
what files will want of it.

Questionable on purpose: at most a dozen people. What goes wrong with a thousand goes wrong with twelve, and a person
can read a failing world.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from faults.virtual import START

from reconciler.sandbox.partner import catalog

from .dice import Dice

Json = dict[str, Any]

PARTNER, TENANT, NEIGHBOR = "partner.onmicrosoft.com", "contoso.onmicrosoft.com", "fabrikam.onmicrosoft.com"
APP = "11111111-1111-1111-1111-111111111111"
PRODUCTS = {
    "SPB": "CFQ7TTC0LCHC:0002",
    "SPE_E3": "CFQ7TTC0LFLX:0001",
    "EMS": "CFQ7TTC0LFJ1:0003",
    "POWER_BI_PRO": "CFQ7TTC0H6RP:0004",
}
MOST = {"SPB": 300}
BESIDES = ("EMS", "POWER_BI_PRO")  # these stand together with any base product and with each other
SERVICES = {
    "SPB": ("CLIPCHAMP", "BPOS_S_TODO_1", "SWAY"),
    "SPE_E3": ("CLIPCHAMP", "BPOS_S_TODO_2", "SWAY"),
}
NAMES = ("ada", "bo", "cy", "dee", "eve", "flo", "gus", "hal", "ivy", "jon", "kim", "lou")
TITLES = ("Driver", "Pilot", "Cook", "Nurse", "Clerk")
RENEWED = {"termDuration": "P1Y", "billingCycle": "monthly"}
LATER = timedelta(days=6)


def world(dice: Dice) -> Json:
    """A world file: one customer whom files will manage, and a neighbor whom they never name."""
    term = {"term": "P1Y", "billing": "monthly"}
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "behavior": _behavior(dice),
        "partners": {PARTNER: {"apps": {APP: {"secret": "SECRET"}}}},
        "catalog": {
            product: {
                "title": sku,
                "sku": sku,
                "max": MOST.get(sku, 1000),
                "terms": [{**term, "price": "120.00"}, {"term": "P1M", "billing": "monthly", "price": "12.00"}],
            }
            for sku, product in PRODUCTS.items()
        },
        "tenants": {
            TENANT: tenant(dice),
            NEIGHBOR: {
                "displayName": "Fabrikam",
                "partners": [PARTNER],
                "domains": {"fabrikam.com": {"default": True}},
                "users": {"zoe@fabrikam.com": {"displayName": "Zoe"}},
            },
        },
    }


def _behavior(dice: Dice) -> Json:
    return {
        "pageSize": dice.one((2, 5, 100)),
        "emptyPages": dice.often(0.3),
        "lag": dice.one(("PT0S", "PT2S")),
        "asyncPatch": dice.often(0.3),
    }


def tenant(dice: Dice) -> Json:
    """The customer."""
    users = {f"{name}@contoso.com": person(dice, name) for name in dice.shuffled(NAMES)[: dice.number(5, 12)]}
    users["admin@contoso.com"] = {"displayName": "Admin", "usageLocation": "DE", "roles": ["Global Administrator"]}
    if dice.often(0.3):
        users["pat_fabrikam.com#EXT#@contoso.onmicrosoft.com"] = {"displayName": "Pat", "userType": "Guest"}
    living = [upn for upn, one in users.items() if "deleted" not in one]
    for upn in dice.some(living, 0.2):
        users[upn]["manager"] = dice.one([one for one in living if one != upn])
    groups = {name: group(dice, living) for name in dice.some(("sales", "board", "support", "lab"), 0.7)}
    found = {
        "displayName": "Contoso",
        "partners": [PARTNER],
        "domains": {"contoso.com": {"default": True}},
        "users": users,
        "groups": groups,
    }
    return {**found, "subscriptions": _subscriptions(dice, users, groups)}


def person(dice: Dice, name: str) -> Json:
    """Somebody, with licenses."""
    found: Json = {"displayName": name.capitalize()}
    if dice.often(0.8):
        found["usageLocation"] = dice.one(("DE", "CH"))
    for key, value in (("jobTitle", dice.one(TITLES)), ("department", "Ops"), ("city", "Bern")):
        if dice.often(0.4):
            found[key] = value
    if dice.often(0.12):
        found["accountEnabled"] = False
    elif dice.often(0.12):
        found["onPremisesSyncEnabled"] = True
    elif dice.often(0.12):
        found["deleted"] = {"at": (START - timedelta(days=dice.number(1, 20))).isoformat()}
    if dice.often(0.08):
        found["roles"] = ["Global Administrator"]
    if "usageLocation" in found and "deleted" not in found:
        held = dice.some(BESIDES, 0.25) + ([dice.one(("SPB", "SPE_E3"))] if dice.often(0.6) else [])
        found["licenses"] = {sku: license_(dice, sku) for sku in held}
    return found


def license_(dice: Dice, sku: str) -> Json:
    """A license, with service plans off now and then."""
    off = dice.some(SERVICES.get(sku, ()), 0.3) if dice.often(0.4) else []
    return {"disabledPlans": off} if off else {}


def group(dice: Dice, people: list[str]) -> Json:
    """A group of any sort; one with licenses has members whom they reach."""
    sort = dice.one(("security", "security", "security", "microsoft365", "distribution", "mailEnabledSecurity"))
    found: Json = {"displayName": dice.one(("Team", "Circle", "Crew")), "type": sort, "members": dice.some(people, 0.3)}
    if dice.often(0.3):
        found["owners"] = dice.some(people, 0.2)
    if sort == "security" and dice.often(0.3):
        found["licenses"] = {dice.one(BESIDES): {}}
    elif sort == "security" and dice.often(0.15):
        found["membershipRule"] = 'user.department -eq "Ops"'
    return found


def holders(users: Json, groups: Json, sku: str) -> set[str]:
    """Who holds a seat of it: directly, or as a member of a group that hands it down."""
    living = {upn for upn, one in users.items() if "deleted" not in one}
    direct = {upn for upn in living if sku in users[upn].get("licenses", {})}
    return direct | {upn for one in groups.values() if sku in one.get("licenses", {}) for upn in one.get("members", ())}


def _subscriptions(dice: Dice, users: Json, groups: Json) -> Json:
    found: Json = {}
    for sku, product in PRODUCTS.items():
        held = len(holders(users, groups, sku))
        if not held and dice.often(0.4):
            continue
        quantity = held + dice.one((0, 0, 1, 3))
        foreign = dice.number(1, quantity) if quantity and dice.often(0.25) else 0
        if foreign:
            found[f"{sku}-foreign"] = {
                "product": product,
                "owner": dice.one(("other.example", None)),
                "quantity": foreign,
                "friendlyName": f"{sku} elsewhere",
            }
        own = max(1, quantity - foreign)
        parts = [own] if own < 2 or dice.often(0.7) else [1, own - 1]
        for number, seats in enumerate(parts):
            found[f"{sku}-{number}"] = subscription(dice, sku, seats, number)
        if dice.often(0.15):
            found[f"{sku}-old"] = {**subscription(dice, sku, 2, 9), "status": dice.one(("suspended", "deleted"))}
    return found


def subscription(dice: Dice, sku: str, seats: int, number: int) -> Json:
    """A subscription of ours, with what was bought lately, and perhaps something scheduled."""
    found: Json = {
        "product": PRODUCTS[sku],
        "owner": PARTNER,
        "quantity": seats,
        "friendlyName": f"{sku} {number}",
        "term": dice.one(("P1Y", "P1Y", "P1M")),
    }
    if dice.often(0.4):
        young = dice.number(0, seats)
        found["lots"] = [
            {"quantity": seats - young, "added": (START - timedelta(days=100)).isoformat()},
            {"quantity": young, "added": (START - dice.one((timedelta(days=1), LATER))).isoformat()},
        ]
    if dice.often(0.3):
        product, part = PRODUCTS[sku].split(":")
        availability = catalog.availability_id(PRODUCTS[sku], "P1Y", START)
        found["scheduled"] = {
            "product": {"productId": product, "skuId": part, "availabilityId": availability, **RENEWED},
            "quantity": seats,
        }
    found["autoRenew"] = True if "scheduled" in found else dice.often(0.8)
    return found
