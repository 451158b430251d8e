"""The world and the files that make the client send every request it can send to Graph and Partner Center.

Three rounds: people come, change and go, and a password cannot be handed over; the second day takes back, and hands
over; then everything is accepted and the answer lost. Test modules look only at the wire.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.driven import SECRET, Cloud, Product, Wire
from reconciler.cloud.sessions import Seams

Json = Any  # world documents
APP = "11111111-1111-1111-1111-111111111111"
PARTNER = "partner.onmicrosoft.com"
SPB, E3 = "CFQ7TTC0LCHC:0002", "CFQ7TTC0LFLX:0001"

SETTINGS = f"""
apiVersion: reconciler/v1
connections:
  emea: {{partnerTenant: {PARTNER}, environment: local, auth: {{clientId: {APP}}}}}
defaults: {{connection: emea, usageLocation: DE, currency: EUR}}
guardrails: {{removals: {{count: 50, percent: 100}}, seatsAdded: 100}}
handover: {{recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}
catalog:
  {SPB}: {{title: Business Premium, sku: SPB, max: 300, terms: [{{term: P1Y, billing: monthly, price: 217.20 EUR}}]}}
  {E3}: {{title: Microsoft 365 E3, sku: SPE_E3, terms: [{{term: P1Y, billing: monthly, price: 444.00 EUR}}]}}
plans:
  modern-worker: {{product: {SPB}}}
"""
HEAD = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {users: additive, licenses: authoritative, groups: authoritative, subscriptions: additive}
    subscriptions:
      head-office: {plan: modern-worker, seats: auto, friendlyName: Main}
      enterprise: {product: "CFQ7TTC0LFLX:0001", seats: 5}
"""
FIRST = (
    HEAD
    + """
    users:
      ada@contoso.com:
        {displayName: Ada Lovelace, jobTitle: Countess, manager: null, plans: [modern-worker], city: null,
         businessPhones: ["+49 30 1"], otherMails: [ada@home.example], employeeHireDate: 2026-01-05,
         onPremisesExtensionAttributes: {extensionAttribute1: gold}, employeeOrgData: {costCenter: "42"}}
      grace@contoso.com: {displayName: Grace Hopper, manager: ada@contoso.com, state: disabled, licenses: {SPE_E3: {}}}
      dora@contoso.com: {displayName: Dora Back, usageLocation: DE}
      new0@contoso.com:
        {displayName: New Zero, givenName: New, surname: Zero, mailNickname: new0, usageLocation: GB,
         manager: ada@contoso.com, preferredLanguage: en-GB,
         licenses: {SPB: {disabledServicePlans: [YAMMER_ENTERPRISE]}}}
      new1@contoso.com: {displayName: New One, usageLocation: DE}
    groups:
      sales: {displayName: Sales, members: [ada@contoso.com, new0@contoso.com, new1@contoso.com],
              owners: [grace@contoso.com]}
      made: {displayName: Made, description: of today, members: [ada@contoso.com], owners: [grace@contoso.com]}
      team: {displayName: Team, type: microsoft365, visibility: Private, owners: [ada@contoso.com]}
      lost: {displayName: Lost, members: [ada@contoso.com]}
    removed:
      - {user: leaver@contoso.com, action: delete, reason: left}
"""
)
SECOND = (
    HEAD
    + """
    users:
      ada@contoso.com: {displayName: Ada King, manager: grace@contoso.com, licenses: {SPE_E3: {}}}
      grace@contoso.com: {displayName: Grace Hopper, manager: null, state: active}
      dora@contoso.com: {displayName: Dora Back, usageLocation: DE}
      new0@contoso.com: {displayName: New Zero}
      new1@contoso.com: {displayName: New One}
    groups:
      sales: {displayName: Sales, members: [ada@contoso.com], owners: [ada@contoso.com]}
      made: {displayName: Made anew, description: null, members: [], owners: [grace@contoso.com]}
    removed:
      - {group: team, action: delete, reason: over}
"""
)
THIRD = (
    HEAD
    + """
    users:
      ada@contoso.com: {displayName: Ada King}
      leaver@contoso.com: {displayName: Leaver Again}
      doubt@contoso.com: {displayName: Doubt Ful, usageLocation: DE}
    groups:
      doubt: {displayName: Doubt, members: [ada@contoso.com]}
"""
)


def a_world() -> Json:
    """One customer with something of everything."""
    calm = {"lag": "PT0S", "indexLag": "PT0S", "groupLicensing": "PT0S", "throttling": False, "pageSize": 3}
    terms = [{"term": "P1Y", "billing": "monthly", "price": "217.20"}]
    own = {"owner": PARTNER, "term": "P1Y", "billing": "monthly"}
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "clock": {"now": "2026-11-02T08:00:00Z"},
        "behavior": calm,
        "partners": {PARTNER: {"name": "Partner", "country": "DE", "apps": {APP: {"secret": SECRET}}}},
        "catalog": {
            SPB: {"title": "Business Premium", "sku": "SPB", "max": 300, "terms": terms},
            E3: {"title": "Microsoft 365 E3", "sku": "SPE_E3", "terms": terms},
        },
        "tenants": {
            "contoso.onmicrosoft.com": {
                "displayName": "Contoso",
                "country": "DE",
                "partners": [PARTNER],
                "domains": {"contoso.com": {"default": True}},
                "users": {
                    "admin@contoso.com": {"usageLocation": "DE", "roles": ["Global Administrator"]},
                    "ada@contoso.com": {
                        "usageLocation": "DE",
                        "manager": "grace@contoso.com",
                        "city": "Bonn",
                        "licenses": {"SPE_E3": {}},
                    },
                    "grace@contoso.com": {"usageLocation": "DE", "licenses": {"SPB": {}}},
                    "leaver@contoso.com": {"usageLocation": "DE"},
                    "dora@contoso.com": {"deleted": {"at": "2026-10-30T08:00:00Z"}},
                    "guest_example.com#EXT#@contoso.onmicrosoft.com": {},
                },
                "groups": {
                    "sales": {"members": ["leaver@contoso.com"]},
                    "all": {"members": ["grace@contoso.com"], "licenses": {"SPE_E3": {}}},
                    "lost": {"deleted": {"at": "2026-10-30T08:00:00Z"}},
                },
                "subscriptions": {
                    "head-office": {**own, "product": SPB, "quantity": 1, "friendlyName": "Main"},
                    "enterprise": {**own, "product": E3, "quantity": 3},
                    "foreign": {"product": E3, "owner": None, "quantity": 2, "term": "P1Y"},
                },
            }
        },
    }


def told(root: Path) -> Wire:
    """Everything that went over the wire while the stories were told."""
    wire = Wire()
    cloud = Cloud(a_world())
    product = Product(root, Seams(recorder=wire, transport_for=cloud.transport_for))
    product.write(SETTINGS, "reconciler.yaml")
    product.write(FIRST)
    with _nothing_can_be_handed_over(root):
        product.apply()
    product.apply()
    product.write(SECOND)
    _lose(cloud, "/users/{user}/assignLicense")
    product.apply()
    product.write(THIRD)
    _lose(cloud, "/users", "/groups", "/directory/deletedItems/{item}/restore")
    product.apply()
    product.apply()
    return wire


def _lose(cloud: Cloud, *routes: str) -> None:
    """The next POST of each is carried out and answered as if it had failed."""
    cloud.heal()
    for route in routes:
        cloud.fail(service="graph", method="POST", route=route, action="status", status=503, acts=True, times=1)


@contextlib.contextmanager
def _nothing_can_be_handed_over(root: Path) -> Iterator[None]:
    """The place where passwords are put is taken by a file."""
    place = root / ".reconciler" / "handover"
    place.parent.mkdir()
    place.touch()
    yield
    place.unlink()
