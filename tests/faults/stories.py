"""Short stories of a customer: how it was, what somebody did in the portal, and what the files say now.

Each is applied in its first form before trouble begins, so that there is a memory of it; then the portal changes, then
the files. `reviewed` stories are applied from a plan file that was made before the portal changed.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.partner.catalog import availability_id

from .clouds import CLIENT_SECRET, REFRESH_TOKEN, REFRESH_TOKEN_NAME
from .virtual import START

Json = dict[str, Any]

PARTNER = "partner.onmicrosoft.com"
TENANT = "contoso.onmicrosoft.com"
APP = "11111111-1111-1111-1111-111111111111"
PREMIUM, E3 = "CFQ7TTC0LCHC:0002", "CFQ7TTC0LFLX:0001"


@dataclass(frozen=True, eq=False)
class Story:
    """`world` is laid over the usual one at the customer; `before` and `after` are its part of the files.

    With `person` the connection acts on somebody's behalf. `may_remove` is what the files ask to take away and a play
    without trouble finds gone.
    """

    name: str
    world: Json
    before: str
    after: str
    portal: tuple[Json, ...] = ()
    reviewed: bool = False
    person: bool = False
    may_remove: frozenset[str] = frozenset()


def world(story: Story, behavior: Json | None = None) -> Json:
    """The world document that a story begins in: default manners (lag, flapping, limits), unless said otherwise."""
    tenant: Json = {
        "displayName": "Contoso",
        "partners": [PARTNER],
        "domains": {"contoso.com": {"default": True}},
        "users": {
            "admin@contoso.com": {"displayName": "Admin", "usageLocation": "DE", "roles": ["Global Administrator"]},
            "ada@contoso.com": {"displayName": "Ada", "usageLocation": "DE", "licenses": {"SPB": {}}},
            "bo@contoso.com": {"displayName": "Bo", "usageLocation": "DE", "licenses": {"SPB": {}}},
        },
        "groups": {"sales": {"displayName": "Sales", "members": ["ada@contoso.com"]}},
        "subscriptions": {
            "head-office": {"product": PREMIUM, "owner": PARTNER, "quantity": 2, "friendlyName": "Head office"}
        },
    }
    for name, part in copy.deepcopy(story.world).items():
        tenant[name] = {**tenant.get(name, {}), **part}
    term = {"term": "P1Y", "billing": "monthly", "price": "18.10"}
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "behavior": behavior or {},
        "partners": {
            PARTNER: {
                "apps": {APP: {"secret": CLIENT_SECRET}},
                "agents": {f"agent@{PARTNER}": {"refreshToken": REFRESH_TOKEN}},
            }
        },
        "catalog": {
            PREMIUM: {
                "title": "Business Premium",
                "sku": "SPB",
                "max": 300,
                "terms": [term],
                "properties": {"upgradeTargetOffers": [E3]},
            },
            E3: {"title": "Microsoft 365 E3", "sku": "SPE_E3", "terms": [term]},
        },
        "tenants": {TENANT: tenant},
    }


SETTINGS = f"""
apiVersion: reconciler/v1
connections:
  emea:
    partnerTenant: {PARTNER}
    environment: local
    auth: {{clientId: {APP}}}
defaults: {{connection: emea, usageLocation: DE}}
rightsizing: inline
guardrails: {{removals: {{count: 9, percent: 100}}, seatsAdded: 25}}
handover: {{recipients: [RECIPIENT]}}
catalog:
  {PREMIUM}:
    {{title: Business Premium, sku: SPB, max: 300, terms: [{{term: P1Y, billing: monthly, price: 217.20 EUR}}]}}
  {E3}:
    {{title: Microsoft 365 E3, sku: SPE_E3, terms: [{{term: P1Y, billing: monthly, price: 400.00 EUR}}]}}
plans:
  worker: {{sku: SPB, allowedUpgrades: [expert]}}
  expert: {{sku: SPE_E3}}
"""
AS_PERSON = f"user: {{refreshToken: {{env: {REFRESH_TOKEN_NAME}}}}}"


def settings(story: Story, recipient: str) -> str:
    """The settings of a story."""
    signed = SETTINGS.replace(f"{{clientId: {APP}}}", f"{{clientId: {APP}, {AS_PERSON}}}") if story.person else SETTINGS
    return signed.replace("RECIPIENT", recipient)


HEAD = f"""
customers:
  contoso:
    tenant: {TENANT}
    subscriptions:
      head-office: {{plan: worker, seats: auto, friendlyName: Head office}}
"""
USUAL = (
    HEAD
    + """
    users:
      ada@contoso.com: {displayName: Ada, plans: [worker]}
      bo@contoso.com: {displayName: Bo, plans: [worker]}
    groups:
      sales: {displayName: Sales, members: [ada@contoso.com]}
"""
)
SCHEDULED = {
    "product": {
        "productId": "CFQ7TTC0LCHC",
        "skuId": "0002",
        "availabilityId": availability_id(PREMIUM, "P1Y", START),
        "billingCycle": "monthly",
        "termDuration": "P1Y",
    },
    "quantity": 9,
}
HEAD_OFFICE = {"product": PREMIUM, "owner": PARTNER, "friendlyName": "Head office"}

JOINERS = Story(
    "two join and seats grow",
    {},
    USUAL,
    USUAL.replace(
        "    groups:",
        """
      joe@contoso.com: {displayName: Joe, usageLocation: GB, plans: [worker], manager: ada@contoso.com}
      jil@contoso.com: {displayName: Jil, plans: [worker], manager: joe@contoso.com}
    groups:""",
    ).replace("[ada@contoso.com]}", "[ada@contoso.com, joe@contoso.com, jil@contoso.com]}"),
)
LEAVER = Story(
    "one leaves, a new one takes the seat",
    {},
    USUAL,
    HEAD
    + """
    users:
      ada@contoso.com: {displayName: Ada, plans: [worker]}
      joe@contoso.com: {displayName: Joe, plans: [worker]}
    groups:
      sales: {displayName: Sales, members: [ada@contoso.com]}
    removed:
      - {user: bo@contoso.com, action: disable, reason: left}
""",
)
SWAP_USERS = {
    "ada@contoso.com": {"displayName": "Ada", "usageLocation": "DE", "licenses": {"SPB": {}}},
    "bo@contoso.com": {"displayName": "Bo", "usageLocation": "DE", "licenses": {"SPE_E3": {}}},
}
SWAP_HEAD = HEAD.replace("auto", "{min: 2}") + "      lab: {sku: SPE_E3, seats: auto, friendlyName: Lab}\n"
SWAP = Story(
    "two swap their licenses",
    {
        "users": SWAP_USERS,
        "subscriptions": {
            "lab": {"product": E3, "owner": PARTNER, "quantity": 1, "friendlyName": "Lab"},
        },
    },
    SWAP_HEAD
    + """
    users:
      ada@contoso.com: {displayName: Ada, plans: [worker]}
      bo@contoso.com: {displayName: Bo, licenses: {SPE_E3: {}}}
""",
    SWAP_HEAD
    + """
    users:
      ada@contoso.com: {displayName: Ada, licenses: {SPE_E3: {}}}
      bo@contoso.com: {displayName: Bo, plans: [worker]}
""",
)
RENAME = Story(
    "one marries",
    {},
    USUAL,
    USUAL.replace("bo@contoso.com: {displayName: Bo", "bo.smith@contoso.com: {displayName: Bo Smith").replace(
        "[ada@contoso.com]}", "[ada@contoso.com, bo.smith@contoso.com]}"
    )
    + "    moved:\n      - {user: {from: bo@contoso.com, to: bo.smith@contoso.com}}\n",
)
GROUPS = Story(
    "two groups are new",
    {},
    USUAL,
    USUAL
    + """
      support: {displayName: Support, type: security, members: [ada@contoso.com, bo@contoso.com]}
      board: {displayName: Board, type: security, members: [bo@contoso.com]}
""",
)
RESTORE = Story(
    "one was deleted and comes back",
    {"users": {"cy@contoso.com": {"displayName": "Cy", "usageLocation": "DE", "jobTitle": "Driver"}}},
    USUAL,
    USUAL.replace(
        "    groups:", "      cy@contoso.com: {displayName: Cy, jobTitle: Pilot, plans: [worker]}\n    groups:"
    ),
    portal=({"tenant": TENANT, "user": "cy@contoso.com", "delete": True},),
)
DECREASE = Story(
    "seats go back inside their window",
    {
        "subscriptions": {
            "head-office": {
                **HEAD_OFFICE,
                "quantity": 4,
                "lots": [
                    {"quantity": 2, "added": "2026-08-01T08:00:00Z"},
                    {"quantity": 2, "added": "2026-10-31T08:00:00Z"},
                ],
                "scheduled": SCHEDULED,
            }
        },
    },
    USUAL.replace("auto", "{min: 4}"),
    USUAL,
)
ADVISED = USUAL.replace(f"tenant: {TENANT}\n", f"tenant: {TENANT}\n    rightsizing: advice\n")  # the schedule stays
GROW_SCHEDULED = Story(
    "seats grow under a scheduled change",
    {"subscriptions": {"head-office": {**HEAD_OFFICE, "quantity": 2, "scheduled": SCHEDULED}}},
    ADVISED,
    ADVISED.replace("    groups:", "      joe@contoso.com: {displayName: Joe, plans: [worker]}\n    groups:"),
)
ENDING = Story(
    "seats grow, and the term is to end instead of being renewed",
    {"subscriptions": {"head-office": {**HEAD_OFFICE, "quantity": 2, "scheduled": SCHEDULED}}},
    ADVISED,
    ADVISED.replace("    groups:", "      joe@contoso.com: {displayName: Joe, plans: [worker]}\n    groups:").replace(
        "seats: auto,", "seats: auto, endOfTerm: cancel,"
    ),
)
REACTIVATED = Story(
    "a suspended subscription serves people again, and more of them",
    {"subscriptions": {"head-office": {**HEAD_OFFICE, "quantity": 2, "status": "suspended", "autoRenew": False}}},
    ADVISED,
    ADVISED.replace("    groups:", "      joe@contoso.com: {displayName: Joe, plans: [worker]}\n    groups:").replace(
        "seats: auto,", "seats: auto, endOfTerm: renew, state: active,"
    ),
)
PORTAL = Story(
    "the portal changes between plan and apply",
    {"users": {"cy@contoso.com": {"displayName": "Cy", "usageLocation": "DE"}}},
    USUAL,
    USUAL.replace("bo@contoso.com: {displayName: Bo", "bo@contoso.com: {displayName: Robert, jobTitle: Smith")
    .replace("    groups:", "      joe@contoso.com: {displayName: Joe, plans: [worker]}\n    groups:")
    .replace("[ada@contoso.com]}", "[ada@contoso.com, joe@contoso.com]}"),
    portal=(
        {"tenant": TENANT, "user": "bo@contoso.com", "set": {"displayName": "Bobby"}},
        {"tenant": TENANT, "group": "sales", "addMembers": ["cy@contoso.com"]},
        {"tenant": TENANT, "subscription": "head-office", "set": {"quantity": 3}},
    ),
    reviewed=True,
)
NEWCOMER = Story(
    "a customer is new",
    {},
    USUAL,
    USUAL
    + """
  tailspin:
    tenant: tailspin.onmicrosoft.com
    create:
      billingProfile:
        companyName: Tailspin Toys GmbH
        email: anna@tailspintoys.com
        culture: de-DE
        language: de
        defaultAddress:
          {firstName: Anna, lastName: Schmidt, addressLine1: Kai 1, city: Kiel, postalCode: "24103", country: DE}
    agreement:
      primaryContact: {firstName: Anna, lastName: Schmidt, email: anna@tailspintoys.com}
      dateAgreed: 2026-10-30
    users:
      joe@tailspin.onmicrosoft.com: {displayName: Joe}
    groups:
      staff: {displayName: Staff, type: security, members: [joe@tailspin.onmicrosoft.com]}
""",
    person=True,
)
ORDERED = Story(
    "a subscription is ordered",
    {},
    USUAL,
    USUAL.replace(
        "    users:", "      lab: {sku: SPE_E3, term: P1Y, billing: monthly, seats: auto}\n    users:"
    ).replace("    groups:", "      joe@contoso.com: {displayName: Joe, licenses: {SPE_E3: {}}}\n    groups:"),
)
MAILED: Json = {  # with the mailbox that their license has given them
    f"{name.lower()}@contoso.com": {
        "displayName": name,
        "usageLocation": "DE",
        "licenses": {"SPB": {}},
        "mail": f"{name.lower()}@contoso.com",
        "proxyAddresses": [f"SMTP:{name.lower()}@contoso.com"],
    }
    for name in ("Ada", "Bo")
}
UPGRADED = Story(
    "a subscription is upgraded under a scheduled change",
    {"users": MAILED, "subscriptions": {"head-office": {**HEAD_OFFICE, "quantity": 2, "scheduled": SCHEDULED}}},
    ADVISED,
    ADVISED.replace("worker", "expert"),
    may_remove=frozenset(f"unassign SPB /users/{name}@contoso.com/assignLicense" for name in ("ada", "bo")),
)
SPLIT_OFF = ADVISED.replace("Ada, plans: [worker]", "Ada, plans: [expert]").replace(
    "    users:", "      studio: {plan: expert, seats: auto, friendlyName: Studio, from: head-office}\n    users:"
)
SPLIT = Story(
    "some seats of a subscription under a scheduled change become another one",
    {"users": MAILED, "subscriptions": {"head-office": {**HEAD_OFFICE, "quantity": 2, "scheduled": SCHEDULED}}},
    ADVISED,
    SPLIT_OFF,
    may_remove=frozenset({"unassign SPB /users/ada@contoso.com/assignLicense"}),
)
STUDIO = "      studio: {plan: expert, seats: auto, friendlyName: Studio}\n    users:"
JOINED = ADVISED.replace("    users:", STUDIO).replace(
    "    users:", "    users:\n      eva@contoso.com: {displayName: Eva, plans: [expert]}", 1
)
INTO = {
    "users": {**MAILED, "eva@contoso.com": {"displayName": "Eva", "usageLocation": "DE", "licenses": {"SPE_E3": {}}}},
    "subscriptions": {
        "head-office": {**HEAD_OFFICE, "quantity": 2, "scheduled": SCHEDULED},
        "studio": {"product": E3, "owner": PARTNER, "friendlyName": "Studio", "quantity": 1},
    },
}
PART_INTO = Story(
    "some seats of a subscription under a scheduled change go into another one",
    INTO,
    JOINED,
    JOINED.replace("Ada, plans: [worker]", "Ada, plans: [expert]").replace(
        "Head office}", "Head office, into: studio}"
    ),
    may_remove=frozenset({"unassign SPB /users/ada@contoso.com/assignLicense"}),
)
ALL_INTO = Story(
    "all seats of a subscription under a scheduled change go into another one",
    INTO,
    JOINED,
    JOINED.replace("worker", "expert").replace("Head office}", "Head office, into: studio}"),
    may_remove=frozenset(f"unassign SPB /users/{name}@contoso.com/assignLicense" for name in ("ada", "bo")),
)
ALL = (
    ALL_INTO,
    PART_INTO,
    SPLIT,
    UPGRADED,
    ORDERED,
    NEWCOMER,
    JOINERS,
    LEAVER,
    SWAP,
    RENAME,
    GROUPS,
    RESTORE,
    DECREASE,
    GROW_SCHEDULED,
    ENDING,
    REACTIVATED,
    PORTAL,
)
