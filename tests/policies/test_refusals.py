"""What each rule answers beyond its own example: one golden file per rule with all its refusals."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import Golden

from policies import fleets
from reconciler import policies
from reconciler.policies import Rule

TWO = """\
connections:
  emea: {partnerTenant: emea.onmicrosoft.com, region: Europe, auth: {clientId: a, client: {federated: github}}}
  apac: {partnerTenant: apac.onmicrosoft.com, region: Japan, auth: {clientId: b, client: {federated: github}}}
"""
EVERYBODY = "".join(
    f"  u{n}@contoso.com: {{displayName: U, usageLocation: DE, licenses: {{SPB: {{}}}}}}\n" for n in range(301)
)

PLANS_OF_TWO = """\
catalog:
  CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
  CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
"""
MARKETS = """\
market: {country: DE, synced: 2026-11-01}
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    terms: [{term: P1M, billing: monthly}, {term: P1Y, billing: annual, onlyRenews: true}]
---
market: {country: CH, synced: 2026-11-01}
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    max: 25
    terms: [{term: P1Y, billing: monthly, withdrawn: 2026-10-05}, {term: P1Y, billing: annual}]
---
"""
TWO_COUNTRIES = """\
customers:
  contoso: {tenant: c.onmicrosoft.com, country: DE}
  fabrikam: {tenant: f.onmicrosoft.com, country: CH}
"""


def on_a_plan(term: str, billing: str) -> str:
    """A customer in each of two countries, both with a subscription of one plan."""
    plan = f"plans:\n  worker: {{product: CFQ7TTC0LCHC:0002, term: {term}, billing: {billing}}}\n"
    offices = "".join(
        f"---\ncustomer: {key}\nsubscriptions: {{office: {{plan: worker, seats: 1}}}}\n"
        for key in ("contoso", "fabrikam")
    )
    return MARKETS + plan + TWO_COUNTRIES + offices


FAMILY = """\
catalog:
  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB}
  CFQ7TTC0LH0D:0001: {title: Phone, sku: PHONE, prerequisites: [CFQ7TTC0LCHC:0002]}
  CFQ7TTC0LH0F:0001: {title: Calls, sku: CALLS, prerequisites: [CFQ7TTC0LH0D:0001]}
  CFQ7TTC0LH0G:0001:
    title: Archive
    sku: ARCHIVE
    prerequisites: [CFQ7TTC0LCHC:0002, CFQ7TTC0LCH1:0001, CFQ7TTC0LCH2:0001, CFQ7TTC0LCH3:0001, CFQ7TTC0LCH4:0001,
      CFQ7TTC0LCH5:0001, CFQ7TTC0LCH6:0001]
  CFQ7TTC0LH0H:0001: {title: Nothing, sku: NO_BASE}
"""
MAILBOXES = """\
catalog:
  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, servicePlans: [EXCHANGE_S_STANDARD, TEAMS1]}
  CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3, servicePlans: [EXCHANGE_S_ENTERPRISE, TEAMS1]}
  CFQ7TTC0LH0D:0001: {title: Phone, sku: PHONE, servicePlans: [MCOEV]}
  CFQ7TTC0LH0E:0001: {title: Nobody knows, sku: UNKNOWN}
"""
VISIBLE = """\
resellers: {nordic: {}, alpine: {}}
plans: {shop: {sku: SPB, visibleTo: [nordic]}, corner-shop: {extends: shop}}
customers:
  contoso: {tenant: c.onmicrosoft.com, reseller: nordic}
  fabrikam: {tenant: f.onmicrosoft.com, reseller: alpine}
---
"""

PACK = """\
plans: {campus: {sku: SPB, term: P1Y, billing: annual, pricing: oneTime, seats: {included: 5}}}
customer: contoso
subscriptions: {office: """

SPLIT = """\
catalog:
  CFQ7TTC0LCHC:0002: {{title: Premium, sku: SPB}}
  CFQ7TTC0LFLX:0001: {{title: E3, sku: SPE_E3}}
  CFQ7TTC0LH0D:0001: {{title: Phone, sku: PHONE}}
plans: {{premium: {{sku: SPB, allowedUpgrades: [e3]}}, e3: {{sku: SPE_E3}}, phone: {{sku: PHONE}}}}
customer: contoso
subscriptions:
  head-office: {{plan: premium, seats: auto}}
  phones: {{plan: phone, seats: auto}}
  theirs: {{plan: premium, owner: foreign}}
  studio: {{plan: e3, seats: auto, from: {}}}
"""

INTO = SPLIT.replace(", from: {}", "").replace(
    "head-office: {{plan: premium, seats: auto}}", "head-office: {{plan: premium, seats: auto, into: {}}}"
)

CASES: dict[str, dict[str, str]] = {
    "waivers": {
        "policy that is not asked": f"{fleets.SETTINGS}waivers:\n"
        "  - {policy: trialsEnd, at: contoso, reason: merger, until: 2027-03-31}\n",
        "customer that nobody has": f"{fleets.SETTINGS}policies: {{trialsEnd: {{}}}}\nwaivers:\n"
        "  - {policy: trialsEnd, at: contoos, reason: merger, until: 2027-03-31}\n",
    },
    "drift_ignores": {
        "customer that nobody has": f"{fleets.SETTINGS}drift:\n"
        "  ignore: [{at: contoos/user/*, reason: merger, owner: grace@example.com, until: 2999-03-31}]\n",
    },
    "connections": {
        "unknown reseller": "resellers: {nordic: {}}\n"
        "customers: {contoso: {tenant: c.onmicrosoft.com, reseller: nordik}}\n",
        "unknown connection": TWO + "customers: {contoso: {tenant: c.onmicrosoft.com, connection: apec}}\n",
        "unknown connection of the reseller": "resellers: {nordic: {connection: wine}}\n"
        "customers: {contoso: {tenant: c.onmicrosoft.com, reseller: nordic}}\n",
    },
    "country": {
        "another connection could serve it": TWO
        + "customers: {contoso: {tenant: c.onmicrosoft.com, connection: emea, country: JP}}\n",
        "no connection could serve it": TWO
        + "customers: {contoso: {tenant: c.onmicrosoft.com, connection: emea, country: BR}}\n",
        "nobody may serve it": "customers: {contoso: {tenant: c.onmicrosoft.com, country: RU}}\n",
        "unknown region": TWO.replace("Japan", "Japaan") + "defaults: {connection: emea}\n",
        "unknown region like nothing": TWO.replace("Japan", "Mars") + "defaults: {connection: emea}\n",
    },
    "tenants": {
        "a domain of another customer": "customers:\n"
        "  contoso: {tenant: c.onmicrosoft.com, domains: {contoso.com: {}}}\n"
        "  fabrikam: {tenant: f.onmicrosoft.com, domains: {Contoso.com: {}}}\n",
        "everything of another customer once": "customers:\n"
        "  contoso: {tenant: c.onmicrosoft.com, domains: {c.com: {}}}\n"
        "  fabrikam: {tenant: c.onmicrosoft.com, domains: {c.com: {}}}\n",
    },
    "user_domains": {
        "another first domain": "customers: {contoso: {tenant: contoso.onmicrosoft.com, domains: {contoso.com: {}}}}\n"
        "customer: contoso\nusers:\n  ada@fabrikam.onmicrosoft.com: {displayName: Ada}\n",
    },
    "usage_locations": {
        "a license from a plan": "customer: contoso\n"
        "users: {ada@contoso.com: {displayName: Ada, plans: [modern-worker]}}\n",
    },
    "seat_sources": {
        "what an add-on needs": FAMILY + "plans: {talker: {sku: SPB, addOns: {CALLS: {}}, autoParents: true}}\n"
        "customer: contoso\nsubscriptions: {a: {plan: talker, seats: auto}, b: {sku: CALLS, seats: auto}}\n"
        "users: {ada@contoso.com: {displayName: Ada, usageLocation: DE, plans: [talker]}}\n",
        "an add-on for two users": "plans:\n  modern-worker:\n    product: CFQ7TTC0LCHC:0002\n"
        "    addOns: {DEFENDER_ENDPOINT_P1: {}}\n"
        "customer: contoso\nsubscriptions: {a: {plan: modern-worker, seats: auto}}\nusers:\n"
        "  ada@contoso.com: {displayName: Ada, usageLocation: DE, plans: [modern-worker]}\n"
        "  bo@contoso.com: {displayName: Bo, usageLocation: DE, plans: [modern-worker]}\n",
    },
    "plan_ancestors": {
        "of an add-on's add-on": FAMILY + "plans: {talker: {sku: SPB, addOns: {CALLS: {}}}}\n",
        "an add-on as the base": FAMILY + "plans: {talker: {sku: PHONE}}\n",
        "several would do, and more than anybody reads": FAMILY
        + "plans: {archive: {sku: NO_BASE, addOns: {ARCHIVE: {}}, autoParents: true}}\n",
        "by a plan that extends the one with the base": FAMILY
        + "plans: {base: {sku: SPB}, talker: {extends: base, addOns: {CALLS: {}}}}\n",
    },
    "exclusive_plans": {
        "on one day": MAILBOXES + "customer: contoso\nusers:\n  ada@contoso.com:\n    displayName: Ada\n"
        "    usageLocation: GB\n    licenses: {SPE_E3: {until: 2027-03-31}, SPB: {from: 2027-03-31}}\n",
        "by two plans": MAILBOXES + "plans: {worker: {sku: SPB}, boss: {sku: SPE_E3}}\ncustomer: contoso\n"
        "subscriptions: {a: {plan: worker, seats: auto}, b: {plan: boss, seats: auto}}\nusers:\n"
        "  ada@contoso.com: {displayName: A, usageLocation: DE, plans: [worker, boss]}\n"
        "  bo@contoso.com: {displayName: B, usageLocation: DE, plans: [worker, boss]}\n",
    },
    "days_over": {
        "a plan": "customer: contoso\nsubscriptions: {a: {plan: modern-worker, seats: auto}}\nusers:\n"
        "  Ada@contoso.com: {displayName: A, usageLocation: DE, plans: [{plan: modern-worker, until: 2026-11-19}]}\n",
        "a license that a plan gives for good": "customer: contoso\n"
        "subscriptions: {a: {plan: modern-worker, seats: auto}}\nusers:\n  ada@contoso.com:\n    displayName: A\n"
        "    usageLocation: DE\n    plans: [modern-worker]\n    licenses: {SPB: {until: 2026-11-19}}\n",
    },
    "exclusive_offers": {
        "said of the other one": "catalog:\n  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB}\n"
        "  CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3, excludes: [CFQ7TTC0LCHC:0002]}\ncustomer: contoso\n"
        "subscriptions: {office: {sku: SPB, seats: 5}, plant: {sku: SPE_E3, seats: 5}}\n",
    },
    "service_plan_needs": {
        "of an add-on": MAILBOXES + "customer: contoso\nusers:\n"
        "  ada@contoso.com: {displayName: A, usageLocation: DE, licenses: {PHONE: {}}}\n",
        "switched off in another product": MAILBOXES + "customer: contoso\nusers:\n  ada@contoso.com:\n"
        "    {displayName: A, usageLocation: DE, licenses: {PHONE: {}, SPB: {disabledServicePlans: [TEAMS1]}}}\n",
    },
    "closed_to_resellers": {
        "what only Partner Center could be told of a subscription": "connections:\n  emea:\n"
        "    {partnerTenant: p.onmicrosoft.com, model: indirectReseller, auth: {clientId: a, "
        "client: {federated: github}}}\ncustomer: contoso\nsubscriptions:\n"
        "  office: {sku: SPB, seats: auto, friendlyName: Office, endOfTerm: renew}\n",
    },
    "catalog_circles": {
        "one that needs itself": "catalog:\n  CFQ7TTC0LH0D:0001: {sku: PHONE, prerequisites: [CFQ7TTC0LH0D:0001]}\n",
    },
    "plan_visibility": {
        "somebody on the plan": VISIBLE + "customer: fabrikam\nusers:\n"
        "  ada@f.onmicrosoft.com: {displayName: Ada, plans: [shop]}\n",
        "inherited from what it extends": VISIBLE + "customer: fabrikam\n"
        "subscriptions: {office: {plan: corner-shop, seats: 5}}\n",
        "a customer of nobody": VISIBLE.replace(", reseller: alpine", "")
        + "customer: fabrikam\nsubscriptions: {office: {plan: shop, seats: 5}}\n",
        "to nobody": VISIBLE.replace("[nordic]", "[]")
        + "customer: contoso\nsubscriptions: {office: {plan: shop, seats: 5}}\n",
        "a reseller that nobody knows": VISIBLE.replace("visibleTo: [nordic]", "visibleTo: [nordik]"),
    },
    "plan_bases": {
        "seats of nothing": "plans: {team: {groups: [staff], seats: {included: 5}}}\n",
        "two bases": "plans: {team: {product: CFQ7TTC0LCHC:0002, sku: SPE_E3}}\n",
        "nothing is included": "plans: {team: {sku: SPB, seats: {included: 0}}}\n",
        "an extended one that somebody is on": "plans: {kit: {addOns: {DEFENDER_ENDPOINT_P1: {}}}, "
        "team: {extends: kit, sku: SPB}}\ncustomer: contoso\n"
        "users: {ada@contoso.com: {displayName: A, usageLocation: DE, plans: [kit]}}\n",
    },
    "ending_bases": {
        "suspended, by a plan": FAMILY + "plans: {worker: {sku: SPB}}\ncustomer: contoso\nsubscriptions:\n"
        "  office: {plan: worker, seats: 5, state: suspended}\n  phone: {sku: PHONE, seats: 5}\n",
    },
    "plan_packs": {
        "of no size": "plans: {campus: {sku: SPB, term: P1Y, billing: annual, pricing: oneTime}}\n",
        "with bounds": "plans: {campus: {sku: SPB, term: P1Y, billing: annual, pricing: oneTime, "
        "seats: {included: 5, buffer: 1}}}\n",
        "paid by the month": "plans: {campus: {sku: SPB, pricing: oneTime, seats: {included: 5}}}\n",
        "bounds of its own, another billing, and a renewal": PACK + "{plan: campus, seats: {min: 3}, billing: monthly, "
        "endOfTerm: renew}}\n",
    },
    "plan_items": {
        "two things with one name": "plans:\n  desktop: {sku: SPB, items: {SPLA-RDS: {cost: 4.90 EUR}}}\n"
        "  other: {sku: SPB, items: {SPLA-RDS: {cost: 5.90 EUR}}}\n",
    },
    "plan_seats": {
        "less than the plan has": "plans: {team: {sku: SPB, seats: {min: 5}}}\n"
        "customer: contoso\nsubscriptions: {office: {plan: team, seats: 4}}\n",
        "a max above the plan's": "plans: {team: {sku: SPB, seats: {max: 5}}}\n"
        "customer: contoso\nsubscriptions: {office: {plan: team, seats: {max: 6}}}\n",
        "more included than there may be": "plans: {team: {sku: SPB, seats: {included: 6, max: 5}}}\n",
        "at least more than at most": "plans: {team: {sku: SPB, seats: {min: 6, max: 5}}}\n",
    },
    "upgraded_seats": {
        "the subscription itself": SPLIT.format("studio"),
        "one that nobody has": SPLIT.format("office"),
        "one of somebody else": SPLIT.format("theirs"),
        "one without a way": SPLIT.format("phones"),
        "into one where there is no other": "catalog: {CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB}}\n"
        "plans: {premium: {sku: SPB}}\ncustomer: contoso\n"
        "subscriptions: {office: {plan: premium, seats: 1, into: studio}}\n",
        "into the subscription itself": INTO.format("head-office"),
        "into one that nobody has": INTO.format("studdio"),
        "into one without a way": INTO.format("phones"),
        "into one whose seats go elsewhere": INTO.format("studio").replace(
            "studio: {plan: e3", "studio: {into: phones, plan: e3"
        ),
    },
    "upgrade_paths": {
        "plans that lead nowhere": PLANS_OF_TWO + "plans:\n"
        "  premium: {sku: SPB, allowedUpgrades: [premium, e33, same, again]}\n"
        "  same: {product: CFQ7TTC0LCHC:0002}\n"
        "  again: {sku: SPE_E3, allowedUpgrades: [premium]}\n"
        "  e3: {sku: SPE_E3}\n",
        "a product that the catalog does not list": PLANS_OF_TWO.replace(
            "sku: SPB", 'sku: SPB, upgrades: ["CFQ7TTC0LFLZ:0002"]'
        )
        + "plans:\n  premium: {sku: SPB, allowedUpgrades: [e3]}\n  e3: {sku: SPE_E3}\n",
        "a trial": PLANS_OF_TWO.replace("sku: SPB", "sku: SPB, trial: true")
        + "plans:\n  premium: {sku: SPB, allowedUpgrades: [e3]}\n  e3: {sku: SPE_E3}\n",
        "another term": PLANS_OF_TWO
        + "plans:\n  premium: {sku: SPB, term: P1M, allowedUpgrades: [e3]}\n  e3: {sku: SPE_E3}\n",
    },
    "trials": {
        "conversions that lead nowhere": PLANS_OF_TWO.replace("sku: SPB", "sku: SPB, trial: true") + "plans:\n"
        "  try: {sku: SPB, billing: none, convertTo: e33}\n"
        "  again: {sku: SPB, billing: none, convertTo: try}\n"
        "  paid: {sku: SPE_E3, convertTo: again}\n",
        "a trial of ten seats that renews": PLANS_OF_TWO.replace("sku: SPB", "sku: SPB, trial: true")
        + "plans: {try: {sku: SPB, term: P1M, billing: none}}\n"
        "customer: contoso\nsubscriptions: {a: {plan: try, seats: 10, endOfTerm: renew}}\n",
    },
    "seat_bounds": {
        "more people at once than seats": "catalog:\n  CFQ7TTC0LCHC:0002: {title: A, sku: SPB, max: 2}\n"
        "customer: contoso\nusers:\n  a@contoso.com: {displayName: A, usageLocation: DE, licenses: {SPB: {}}}\n"
        "  b@contoso.com: {displayName: B, usageLocation: DE, licenses: {SPB: {until: 2027-03-31}}}\n"
        "  c@contoso.com: {displayName: C, usageLocation: DE, licenses: {SPB: {from: 2027-03-31}}}\n",
        "bounds of its own": "customer: contoso\nsubscriptions:\n  a: {sku: SPB, seats: {min: 301, max: 500}}\n",
        "less than the product is sold with": "catalog:\n  CFQ7TTC0LCHC:0002: {title: Copilot, sku: SPB, min: 5}\n"
        "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: 3}}\n",
        "more than the product is sold with in the customer's country": MARKETS
        + TWO_COUNTRIES
        + "customer: fabrikam\nsubscriptions: {a: {sku: SPB, seats: 26}}\n",
        "too many together": "customer: contoso\nsubscriptions:\n"
        "  a: {sku: SPB, seats: 200, friendlyName: A}\n  b: {sku: SPB, seats: {min: 101}, friendlyName: B}\n",
        "more users than seats": "customer: contoso\nusers:\n" + EVERYBODY,
    },
    "sold_terms": {
        "by a plan, in one of two countries": on_a_plan("P1M", "monthly"),
        "by a plan, in no country, said for each": on_a_plan("P3Y", "annual"),
        "a term that a person did not list": "catalog:\n  CFQ7TTC0LCHC:0002:\n    {title: Business Premium, sku: SPB, "
        "terms: [{term: P1Y, billing: monthly}, {term: P1M, billing: monthly, market: CH}]}\n"
        "customers: {contoso: {tenant: c.onmicrosoft.com, country: DE}}\n"
        "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P1M, billing: monthly, seats: 1}}\n",
    },
    "withdrawn_offers": {
        "a term, in one of two countries": on_a_plan("P1Y", "monthly"),
        "a term that is only renewed": on_a_plan("P1Y", "annual"),
        "a product with a successor": "market: {country: DE}\ncatalog:\n"
        "  CFQ7TTC0LCHC:0002:\n    {title: Premium, sku: SPB, withdrawn: 2026-10-05, upgrades: [CFQ7TTC0LFLX:0001]}\n"
        "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: 1}}\n",
        "a product that becomes another": "market: {country: DE}\ncatalog:\n"
        "  CFQ7TTC0LCHC:0002:\n    {title: Premium, sku: SPB, withdrawn: 2026-10-05, renewsTo: [CFQ7TTC0LFLX:0001]}\n"
        "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: 1}}\n",
        "what a person says is sold no more": "catalog:\n  CFQ7TTC0LCHC:0002: {sku: SPB, withdrawn: 2026-10-05}\n"
        "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: 1}}\n",
    },
    "prerequisites": {
        "products that nobody knows": "catalog:\n  CFQ7TTC0LH0D:0001:\n    {title: Archive, sku: ARCHIVE, addOn: true, "
        "prerequisites: [CFQ7TTC00000:0001, CFQ7TTC00000:0002, CFQ7TTC00000:0003, CFQ7TTC00000:0004, "
        "CFQ7TTC00000:0005, CFQ7TTC00000:0006]}\n"
        "customer: contoso\nsubscriptions: {archive: {sku: ARCHIVE, seats: 1}}\n",
    },
    "duplicate_subscriptions": {
        "one id": "customer: contoso\nsubscriptions:\n"
        "  a: {sku: SPB, id: 0000-1, seats: 1}\n  b: {sku: DEFENDER_ENDPOINT_P1, id: 0000-1, seats: 1}\n",
        "one name": "customer: contoso\nsubscriptions:\n"
        "  a: {sku: SPB, friendlyName: Main, seats: 1}\n  b: {sku: SPB, term: P3Y, friendlyName: Main, seats: 1}\n",
        "two foreign ones": "customer: contoso\nsubscriptions:\n"
        "  a: {sku: SPB, owner: foreign}\n  b: {sku: SPB, owner: foreign}\n",
    },
    "service_plans": {
        "at a plan, once for all its users": "plans:\n"
        "  modern-worker: {product: CFQ7TTC0LCHC:0002, disabledServicePlans: [TEAMS]}\n"
        "customer: contoso\nusers:\n  ada@contoso.com: {displayName: A, usageLocation: DE, plans: [modern-worker]}\n"
        "  bo@contoso.com: {displayName: B, usageLocation: DE, plans: [modern-worker]}\n",
    },
    "tombstones": {
        "a customer": "removed: [{customer: contoso}]\n",
        "a subscription": "customer: contoso\nsubscriptions: {a: {sku: SPB}}\nremoved: [{subscription: a}]\n",
    },
    "protected": {
        "a protected customer": "customers: {contoso: {tenant: c.onmicrosoft.com, protect: true}}\n"
        "removed: [{customer: contoso}]\n",
        "anything of a protected customer": "customers: {contoso: {tenant: c.onmicrosoft.com, protect: true}}\n"
        "customer: contoso\nremoved: [{user: bo@contoso.com}]\n",
    },
    "moves": {
        "a circle": "customer: contoso\nmoved:\n  - {user: {from: a@contoso.com, to: b@contoso.com}}\n"
        "  - {user: {from: b@contoso.com, to: a@contoso.com}}\n",
        "to itself": "customer: contoso\nmoved: [{user: {from: a@contoso.com, to: A@contoso.com}}]\n",
        "twice": "customer: contoso\n"
        "users: {b@contoso.com: {displayName: B}, c@contoso.com: {displayName: C}}\nmoved:\n"
        "  - {user: {from: a@contoso.com, to: b@contoso.com}}\n  - {user: {from: a@contoso.com, to: c@contoso.com}}\n",
        "still declared": "customer: contoso\n"
        "users: {a@contoso.com: {displayName: A}, b@contoso.com: {displayName: B}}\n"
        "moved: [{user: {from: a@contoso.com, to: b@contoso.com}}]\n",
        "not declared": "customer: contoso\nusers: {bo@contoso.com: {displayName: B}}\n"
        "moved: [{user: {from: a@contoso.com, to: boo@contoso.com}}]\n",
        "to a group that only a plan adds to": "plans: {modern-worker: {groups: [all-staff]}}\ncustomer: contoso\n"
        "users: {ada@contoso.com: {displayName: Ada, plans: [modern-worker]}}\n"
        "moved: [{group: {from: everybody, to: all-staff}}]\n",
        "a customer that is still there": "customers:\n  contoso: {tenant: c.onmicrosoft.com}\n"
        "  fabrikam: {tenant: f.onmicrosoft.com}\nmoved: [{customer: {from: fabrikam, to: contoso}}]\n",
    },
}
RULES = {rule.name: rule for rule in policies.ALL}


def answers(rule: Rule, text: str, folder: Path) -> list[str]:
    """What the rule finds in the text, as lines for a person."""
    folder.mkdir()
    lines: list[str] = []
    for finding in rule.check(fleets.fleet(folder, text)):
        lines.append(f"{finding.code.severity} {finding.code.id}: {finding.code.title} ({finding.origin})")
        lines.extend(f"  {line}" for line in (finding.detail, *finding.fix.splitlines()))
        lines.extend(f"  see {place}" for place in finding.related)
    return [line.replace(f"{folder.as_posix()}/", "") for line in lines]


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_says_what_is_wrong_and_what_to_do(name: str, tmp_path: Path, golden: Golden) -> None:
    lines: list[str] = []
    for case, text in CASES[name].items():
        found = answers(RULES[name], text, tmp_path / case.replace(" ", "-"))
        assert found, case
        lines.extend([f"# {case}", *found, ""])

    golden.check(f"{name}.txt", "\n".join(lines))


def test_all_rules_are_asked(tmp_path: Path) -> None:
    text = TWO + "customer: contoso\nusers: {ada@contoso.com: {displayName: Ada, licenses: {SPB: {}}}}\n"

    found = policies.check(fleets.fleet(tmp_path, text))

    assert [finding.code.id for finding in found] == ["RC211", "RC215"]
