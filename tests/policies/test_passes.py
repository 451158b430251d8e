"""What a rule must let pass: the cases beside its example in which a refusal would be wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from policies import fleets
from policies.test_refusals import FAMILY, INTO, MAILBOXES, MARKETS, PACK, SPLIT, TWO, VISIBLE
from reconciler import policies
from reconciler.model.template import Settings
from reconciler.policies import connections

LICENSED = "customer: contoso\nusers:\n  ada@contoso.com: {displayName: Ada, licenses: {SPB: {}}}\n"
ON_A_PLAN = (
    "customer: contoso\nusers:\n  ada@contoso.com: {displayName: A, usageLocation: DE, plans: [modern-worker]}\n"
)
ADD_ON = (
    "catalog:\n  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB}\n"
    "  CFQ7TTC0LH0D:0001: {title: Archive, sku: ARCHIVE, addOn: true, prerequisites: [CFQ7TTC0LCHC:0002]}\n"
)
ID = "11111111-1111-1111-1111-111111111111"

CASES = {
    "upgraded_seats: into one that runs": INTO.format("studio"),
    "upgraded_seats: all of it into one that it is like": INTO.format("studio").replace(
        "head-office: {plan: premium", "head-office: {plan: e3"
    ),
    "duplicate_subscriptions: all of it goes into one that it is like": INTO.format("studio").replace(
        "head-office: {plan: premium", "head-office: {plan: e3"
    ),
    "upgraded_seats: one that was upgraded itself since": SPLIT.format("head-office").replace(
        "head-office: {plan: premium", "head-office: {plan: e3"
    ),
    "upgraded_seats: one that is told by its id alone": SPLIT.format("head-office").replace(
        "head-office: {plan: premium, seats: auto}", "head-office: {id: 0af52192-4a2a-4364-d25b-c8ecab3a5697}"
    ),
    "connections: the reseller's": TWO + "resellers: {nordic: {connection: apac}}\n"
    "customers: {contoso: {tenant: c.onmicrosoft.com, reseller: nordic}}\n",
    "connections: the default": TWO + "defaults: {connection: apac}\n",
    "country: of a connection without region": TWO.replace("region: Europe, ", "")
    + "customers: {contoso: {tenant: c.onmicrosoft.com, connection: emea, country: JP}}\n",
    "country: whatever the letter case of the region": TWO.replace("Europe", "EUROPE")
    + "customers: {contoso: {tenant: c.onmicrosoft.com, connection: emea, country: NO}}\n",
    "country: of the reseller's connection": TWO + "resellers: {nordic: {connection: apac}}\n"
    "customers: {contoso: {tenant: c.onmicrosoft.com, reseller: nordic, country: JP}}\n",
    "user_domains: nothing is declared": LICENSED,
    "user_domains: a first domain that nobody knows": "customers:\n"
    f"  contoso: {{tenant: {ID}, domains: {{c.com: {{}}}}}}\n"
    "customer: contoso\nusers: {admin@something.onmicrosoft.com: {displayName: Admin}}\n",
    "user_domains: the tenant's own, whatever its letter case": "customers: {contoso: {tenant: C.onmicrosoft.com, "
    "domains: {c.com: {}}}}\ncustomer: contoso\nusers: {Admin@C.OnMicrosoft.com: {displayName: Admin}}\n",
    "usage_locations: in the customer's defaults": LICENSED
    + "customers: {contoso: {tenant: c.onmicrosoft.com, defaults: {usageLocation: DE}}}\n",
    "usage_locations: in the settings' defaults": LICENSED + "defaults: {usageLocation: DE}\n" + fleets.SETTINGS,
    "usage_locations: nobody gets a license": "customer: contoso\nusers: {ada@contoso.com: {displayName: Ada}}\n",
    "seat_sources: a license without a plan": LICENSED,
    "seat_sources: seats of somebody else": ON_A_PLAN + "subscriptions: {a: {sku: SPB, owner: foreign}}\n",
    "seat_sources: a subscription known by its id alone": ON_A_PLAN + "subscriptions: {a: {id: 0000-1}}\n",
    "seat_bounds: not more people than seats at once": "catalog:\n  CFQ7TTC0LCHC:0002: {title: A, sku: SPB, max: 2}\n"
    "customer: contoso\nusers:\n  a@contoso.com: {displayName: A, usageLocation: DE, licenses: {SPB: {}}}\n"
    "  b@contoso.com: {displayName: B, usageLocation: DE, licenses: {SPB: {until: 2027-03-31}}}\n"
    "  c@contoso.com: {displayName: C, usageLocation: DE, licenses: {SPB: {from: 2027-04-01}}}\n",
    "exclusive_plans: one after the other": MAILBOXES
    + "customer: contoso\nusers:\n  ada@contoso.com:\n    displayName: Ada\n    usageLocation: GB\n"
    "    licenses: {SPE_E3: {until: 2027-03-31}, SPB: {from: 2027-04-01}}\n",
    "days_over: the last day is today": "customer: contoso\n"
    "users: {a@contoso.com: {displayName: A, usageLocation: DE, licenses: {SPB: {until: 2026-11-20}}}}\n",
    "days_over: the first day has passed": "customer: contoso\n"
    "users: {a@contoso.com: {displayName: A, usageLocation: DE, from: 2026-01-01, licenses: {SPB: {}}}}\n",
    "seat_bounds: a product without bounds": "customer: contoso\n"
    "subscriptions: {a: {sku: DEFENDER_ENDPOINT_P1, seats: 100000}}\n",
    "seat_bounds: all that a tenant can have, in two": "customer: contoso\nsubscriptions:\n"
    "  a: {sku: SPB, seats: 200, friendlyName: A}\n  b: {sku: SPB, seats: 100, friendlyName: B}\n",
    "seat_bounds: as many as are needed": "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: auto}}\n",
    "seat_bounds: a min below the product's": "catalog:\n  CFQ7TTC0LCHC:0002: {title: Copilot, sku: SPB, min: 5}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: {min: 1}}}\n",
    "seat_bounds: seats that are not ours": "customer: contoso\nsubscriptions: {a: {sku: SPB}}\n",
    "sold_terms: nothing is known of the product": "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P3Y}}\n",
    "sold_terms: an import that says nothing of terms": "market: {country: DE}\ncatalog:\n"
    "  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P3Y, billing: annual}}\n",
    "sold_terms: a country without a market": MARKETS
    + "customers: {contoso: {tenant: c.onmicrosoft.com, country: AT}}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P3Y, billing: annual, seats: 1}}\n",
    "sold_terms: sold in one of the markets, and the country is not known": MARKETS
    + "customers: {contoso: {tenant: c.onmicrosoft.com}}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P1M, billing: monthly, seats: 1}}\n",
    "sold_terms: sold no more, which is another rule's": MARKETS
    + "customers: {contoso: {tenant: c.onmicrosoft.com, country: CH}}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P1Y, billing: monthly, seats: 1}}\n",
    "sold_terms: a product that is sold no more at all": "market: {country: DE}\ncatalog:\n  CFQ7TTC0LCHC:0002:\n"
    "    {title: Premium, sku: SPB, withdrawn: 2026-10-05, terms: [{term: P1M, billing: monthly}]}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P3Y, billing: annual, seats: 1}}\n",
    "sold_terms: of somebody else": MARKETS + "customer: contoso\nsubscriptions: {a: {sku: SPB, owner: foreign}}\n",
    "withdrawn_offers: sold in one of the markets, and the country is not known": MARKETS
    + "customers: {contoso: {tenant: c.onmicrosoft.com}}\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, term: P1Y, billing: annual, seats: 1}}\n",
    "catalog_age: as old as it may be": "market: {country: DE, synced: 2026-10-21}\n",
    "catalog_age: never synced": "market: {country: DE, priced: 2020-01-01}\n",
    "prerequisites: somebody else's": ADD_ON
    + "customer: contoso\nsubscriptions: {a: {sku: ARCHIVE, seats: 1}, b: {sku: SPB, owner: foreign}}\n",
    "prerequisites: another product with the part number": ADD_ON
    + "  CFQ7TTC0LCHC:0009: {title: Premium (nonprofit), sku: SPB}\n"
    "customer: contoso\n"
    "subscriptions: {a: {sku: ARCHIVE, seats: 1}, b: {product: CFQ7TTC0LCHC:0009, seats: 1}}\n",
    "prerequisites: one that is known by its id alone": ADD_ON
    + "customer: contoso\nsubscriptions: {a: {sku: ARCHIVE, seats: 1}, b: {id: 0000-1}}\n",
    "prerequisites: an add-on that somebody else sold": ADD_ON
    + "customer: contoso\nsubscriptions: {a: {sku: ARCHIVE, owner: foreign}}\n",
    "exclusive_plans: one of them is switched off": MAILBOXES + "customer: contoso\nusers:\n  ada@contoso.com:\n"
    "    {displayName: A, licenses: {SPE_E3: {}, SPB: {disabledServicePlans: [EXCHANGE_S_STANDARD]}}}\n",
    "exclusive_plans: two people": MAILBOXES + "customer: contoso\nusers:\n"
    "  ada@contoso.com: {displayName: A, licenses: {SPB: {}}}\n"
    "  bo@contoso.com: {displayName: B, licenses: {SPE_E3: {}}}\n",
    "service_plan_needs: in another product": MAILBOXES + "customer: contoso\nusers:\n"
    "  ada@contoso.com: {displayName: A, licenses: {SPB: {}, PHONE: {}}}\n",
    "service_plan_needs: perhaps in one of which nothing is known": MAILBOXES + "customer: contoso\nusers:\n"
    "  ada@contoso.com: {displayName: A, licenses: {UNKNOWN: {}, PHONE: {}}}\n",
    "exclusive_offers: two customers": "catalog:\n"
    "  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, excludes: [CFQ7TTC0LFLX:0001]}\n"
    "  CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}\n"
    "customers: {contoso: {tenant: c.onmicrosoft.com}, fabrikam: {tenant: f.onmicrosoft.com}}\n---\n"
    "customer: contoso\nsubscriptions: {a: {sku: SPB, seats: 5}}\n---\n"
    "customer: fabrikam\nsubscriptions: {a: {sku: SPE_E3, seats: 5}}\n",
    "plan_ancestors: an add-on as the base, with what it needs": FAMILY
    + "plans: {talker: {sku: CALLS, autoParents: true}}\n",
    "plan_ancestors: a kit that is only extended": FAMILY
    + "plans: {kit: {addOns: {PHONE: {}}}, talker: {extends: kit, sku: SPB}}\n",
    "catalog_circles: a way out": "catalog:\n"
    "  CFQ7TTC0LH0D:0001: {sku: PHONE, prerequisites: [CFQ7TTC0LH0D:0001, CFQ7TTC0LCHC:0002]}\n"
    "  CFQ7TTC0LCHC:0002: {sku: SPB}\n",
    "plan_visibility: everybody's": VISIBLE.replace(", visibleTo: [nordic]", "")
    + "customer: fabrikam\nsubscriptions: {office: {plan: shop, seats: 5}}\n",
    "plan_visibility: the child says otherwise": VISIBLE.replace("extends: shop", "extends: shop, visibleTo: [alpine]")
    + "customer: fabrikam\nsubscriptions: {office: {plan: corner-shop, seats: 5}}\n",
    "plan_bases: one base, named twice": "plans: {team: {product: CFQ7TTC0LCHC:0002, sku: SPB}}\n",
    "plan_bases: another base than that of the plan it extends": "plans:\n  team: {sku: SPE_E3}\n"
    "  other: {extends: team, product: CFQ7TTC0LCHC:0002}\n",
    "plan_items: one item of two plans": "plans:\n  desktop: {sku: SPB, items: {SPLA-RDS: {cost: 4.90 EUR}}}\n"
    "  other: {extends: desktop}\n  third: {sku: SPB, items: {SPLA-RDS: {cost: 4.90 EUR}}}\n",
    "price_products: of what is only counted": "plans: {desktop: {sku: SPB, items: {SPLA-RDS: {}}}}\n"
    "prices: {SPLA-RDS: [{perMonth: 6.90 EUR}]}\n",
    "ending_bases: another base goes on": FAMILY + "customer: contoso\nsubscriptions:\n"
    "  office: {sku: SPB, seats: 5, endOfTerm: cancel, friendlyName: A}\n"
    "  plant: {sku: SPB, seats: 5, friendlyName: B}\n  phone: {sku: PHONE, seats: 5}\n",
    "ending_bases: no base is declared": FAMILY + "customer: contoso\nsubscriptions: {phone: {sku: PHONE, seats: 5}}\n",
    "plan_packs: a pack that says all of it": PACK + "{plan: campus, seats: 5, endOfTerm: cancel, term: P1Y}}\n",
    "plan_packs: a pack of which the seats are not ours": PACK + "{plan: campus}}\n",
    "plan_seats: as many as are needed": "plans: {team: {sku: SPB, seats: {min: 5, included: 6, max: 9}}}\n"
    "customer: contoso\nsubscriptions: {office: {plan: team, seats: auto}}\n",
    "plan_seats: seats that are not ours": "plans: {team: {sku: SPB, seats: {min: 5}}}\n"
    "customer: contoso\nsubscriptions: {office: {plan: team}}\n",
    "protected: a customer that is gone": "removed: [{customer: fabrikam}]\n",
    "duplicate_subscriptions: other terms": "customer: contoso\nsubscriptions:\n"
    "  a: {sku: SPB, term: P1Y, seats: 1}\n  b: {sku: SPB, term: P1M, seats: 1}\n",
    "duplicate_subscriptions: own and foreign": "customer: contoso\nsubscriptions:\n"
    "  a: {sku: SPB, seats: 1}\n  b: {sku: SPB, owner: foreign}\n",
    "service_plans: the catalog does not list them": "customer: contoso\nusers:\n"
    "  ada@contoso.com: {displayName: A, licenses: {DEFENDER_ENDPOINT_P1: {disabledServicePlans: [ANY]}}}\n",
    "service_plans: one of several entries does not list them": "catalog:\n"
    "  CFQ7TTC0LCHC:0002: {title: A, sku: SPB, servicePlans: [ONE]}\n"
    "  CFQ7TTC0LCHC:0003: {title: A trial, sku: SPB, trial: true}\n"
    "customer: contoso\nusers:\n  ada@contoso.com: {displayName: A, licenses: {SPB: {disabledServicePlans: [ANY]}}}\n",
    "tombstones: a group that only a plan adds to": "plans: {modern-worker: {groups: [all-staff]}}\n"
    + ON_A_PLAN
    + "removed: [{group: all-staff}]\n",
    "tombstones: a customer that is gone": "removed: [{customer: fabrikam}]\n",
    "moves: several that do not meet": "customer: contoso\n"
    "users: {b@c.com: {displayName: B}, d@c.com: {displayName: D}}\n"
    "moved: [{user: {from: a@c.com, to: b@c.com}}, {user: {from: c@c.com, to: d@c.com}}]\n",
    "moves: one name in two kinds": "customer: contoso\nusers: {b@c.com: {displayName: B}}\n"
    "subscriptions: {b: {sku: SPB}}\n"
    "moved: [{user: {from: a@c.com, to: b@c.com}}, {subscription: {from: b@c.com, to: b}}]\n",
    "moves: a customer": "moved: [{customer: {from: fabrikam, to: contoso}}]\n",
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_right_passes(name: str, tmp_path: Path) -> None:
    rule = next(rule for rule in policies.ALL if rule.name == name.partition(":")[0])

    fleet = fleets.fleet(tmp_path, CASES[name])

    assert list(rule.check(fleet)) == []


def test_connections_are_not_asked_for_when_the_settings_are_lost(tmp_path: Path) -> None:
    """A mistake in the settings was told already; that no customer can be served then would only repeat it."""
    fleet = fleets.fleet(tmp_path, "customer: contoso\nusers: {}\n")
    lost = replace(fleet.files, settings=Settings())

    assert list(connections.check(replace(fleet, files=lost))) == []
