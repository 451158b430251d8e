"""A customer whose cloud answers in pages of two, with something on a later page of every listing.

`begun` is the moment before a change: the first files are applied, the second ones wait. They create, restore, add and
take away, and much of what they name lies where a page can get lost. `listings` are what the clouds were asked for
while the change was planned and applied, by the clouds' own log.
"""

from __future__ import annotations

import functools
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.driven import SECRET, Cloud, Product, Wire

from reconciler.cloud.sessions import Seams
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.sandbox import worlddump

Json = Any  # world documents and logs
Rows = Mapping[tuple[Action, Address], frozenset[tuple[str, ...]]]
PARTNER, TENANT = "partner.onmicrosoft.com", "contoso.onmicrosoft.com"
APP = "11111111-1111-1111-1111-111111111111"
SPB = "CFQ7TTC0LCHC:0002"
SMALL = {"pageSize": 2, "largestPage": 2, "lag": "PT0S", "indexLag": "PT0S", "groupLicensing": "PT0S"}
STAFF = ["ada@contoso.com", "bo@contoso.com", "cy@contoso.com"]
SETTINGS = f"""
apiVersion: reconciler/v1
connections:
  emea: {{partnerTenant: {PARTNER}, environment: local, auth: {{clientId: {APP}}}}}
defaults: {{connection: emea, usageLocation: DE, currency: EUR}}
guardrails: {{removals: {{count: 20, percent: 100}}, seatsAdded: 100}}
handover: {{recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}
catalog:
  {SPB}: {{title: Premium, sku: SPB, max: 300, terms: [{{term: P1Y, billing: monthly, price: 9 EUR}}]}}
plans:
  worker: {{product: "{SPB}"}}
---
"""
FIRST = f"""
customers:
  contoso:
    tenant: {TENANT}
    manage: {{users: additive, licenses: authoritative, groups: authoritative, subscriptions: additive}}
    subscriptions:
      office: {{plan: worker, seats: auto, friendlyName: office}}
      second: {{plan: worker, friendlyName: second}}
    users:
      ada@contoso.com: {{displayName: Ada, plans: [worker]}}
      bo@contoso.com: {{displayName: Bo, plans: [worker]}}
      cy@contoso.com: {{displayName: Cy, plans: [worker]}}
      di@contoso.com: {{displayName: Di, plans: [worker]}}
    groups:
      sales: {{displayName: Sales, members: [{", ".join(STAFF)}], owners: [{", ".join(STAFF)}]}}
      ops: {{displayName: Ops, members: [di@contoso.com]}}
      dev: {{displayName: Dev, members: []}}
"""
MORE_PEOPLE = """
      back1@contoso.com: {displayName: Back1}
      back2@contoso.com: {displayName: Back2}
      back3@contoso.com: {displayName: Back3}
      new@contoso.com: {displayName: New, plans: [worker]}
"""
MORE_GROUPS = """
      was1: {displayName: Was1, type: microsoft365}
      was2: {displayName: Was2, type: microsoft365}
      was3: {displayName: Was3, type: microsoft365}
      made: {displayName: Made, members: [ada@contoso.com]}
"""
FAREWELL = """
    removed:
      - {user: leaver@contoso.com, action: delete, reason: left}
"""
SECOND = (
    FIRST.replace(
        "cy@contoso.com: {displayName: Cy, plans: [worker]}", "cy@contoso.com: {displayName: Cy, mailbox: expire}"
    )
    .replace("    groups:\n", f"{MORE_PEOPLE.lstrip(chr(10))}    groups:\n")
    .replace("members: [di@contoso.com]", "members: [di@contoso.com, new@contoso.com]")
    .rstrip()
    + MORE_GROUPS.rstrip()
    + FAREWELL
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One route that is read, as the clouds name it. `is_paged`: a later page of it was asked for."""

    service: str
    route: str
    is_paged: bool

    def __str__(self) -> str:
        return f"{self.service} {self.route}"


@dataclass(frozen=True, slots=True)
class Begun:
    """The customer and the folder before the change, and how it goes where nothing is lost."""

    world: Json
    folder: Path
    rows: Rows
    end: Json

    def again(self, root: Path, **behavior: str) -> tuple[Cloud, Product]:
        """A copy to play on."""
        shutil.copytree(self.folder, root, dirs_exist_ok=True)
        return _played({**self.world, "behavior": {**self.world["behavior"], **behavior}}, root)


@functools.cache
def begun(*, remembered: bool) -> Begun:
    """The moment before the change; `remembered`: with the ledger of what was applied."""
    folder = Path(tempfile.mkdtemp())
    cloud, product = _played(_world(), folder)
    product.write(SETTINGS + FIRST)
    _settled(product)
    if not remembered:
        shutil.rmtree(folder / ".reconciler")
    product.write(SETTINGS + SECOND)
    before = Begun(worlddump.dump(cloud.sandbox.world), folder, rows(product.plan()), None)
    cloud, product = before.again(Path(tempfile.mkdtemp()))
    _settled(product)
    return Begun(before.world, folder, before.rows, end(cloud))


@functools.cache
def listings() -> tuple[Listing, ...]:
    """Everything that is read while the change is planned and applied, from the clouds' log."""
    cloud, product = begun(remembered=True).again(Path(tempfile.mkdtemp()))
    wire = Wire()
    product.seams = Seams(recorder=wire, transport_for=cloud.transport_for)
    cloud.sandbox.journal.clear()
    product.plan()
    product.apply()
    in_pages = {one.url.partition("?")[0] for one in wire.of("graph") if "skiptoken" in one.url}
    asked: dict[tuple[str, str], bool] = {}
    for entry in _log(cloud):
        if entry["method"] == "GET" and entry["service"] != "login":
            key = entry["service"], entry["route"]
            asked[key] = asked.get(key, False) or entry["path"].removeprefix("/graph/v1.0") in in_pages
    return tuple(Listing(*key, is_paged) for key, is_paged in sorted(asked.items()))


def rows(plan: Plan) -> Rows:
    """What a plan would do, blocked or not: the fields of each row."""
    found: dict[tuple[Action, Address], frozenset[tuple[str, ...]]] = {}
    for change in plan.changes:
        key = change.action, change.address
        found[key] = found.get(key, frozenset()) | {field.path for field in change.fields}
    return found


def beyond(found: Rows, allowed: Rows) -> list[str]:
    """Rows, and fields of rows, that are not allowed."""
    return [
        f"{action.value} {address} {sorted(paths - allowed.get((action, address), frozenset()))}"
        for (action, address), paths in found.items()
        if (action, address) not in allowed or not paths <= allowed[action, address]
    ]


def end(cloud: Cloud) -> Json:
    """The customer as it is, without what every run makes anew."""
    document = worlddump.dump(cloud.sandbox.world)["tenants"][TENANT]
    people = {name: (one.get("licenses"), "deleted" in one) for name, one in document["users"].items()}
    groups = {
        name: (one.get("members"), one.get("owners"), "deleted" in one) for name, one in document["groups"].items()
    }
    return people, groups, {name: one["quantity"] for name, one in document["subscriptions"].items()}


def _settled(product: Product) -> None:
    for _ in range(3):
        product.apply()
    left = product.plan()
    assert left.complete, left.deferred
    assert not left.changes, rows(left)


def _played(world: Json, root: Path) -> tuple[Cloud, Product]:
    cloud = Cloud(world)
    return cloud, Product(root, Seams(transport_for=cloud.transport_for))


def _log(cloud: Cloud) -> Iterator[Json]:
    """Requests, and the items of batches."""
    for entry in cloud.sandbox.journal.document()["requests"]:
        yield entry
        yield from entry.get("items", ())


def _world() -> Json:
    terms = [{"term": "P1Y", "billing": "monthly", "price": "108.00"}]
    person = {"usageLocation": "DE"}
    bin_ = {"deleted": {"at": "2026-10-30T08:00:00Z"}}
    seats = {"product": SPB, "quantity": 1, "term": "P1Y"}
    return {
        "apiVersion": "reconciler-sandbox/v1",
        "clock": {"now": "2026-11-02T08:00:00Z"},
        "behavior": {**SMALL, "throttling": False},
        "partners": {PARTNER: {"apps": {APP: {"secret": SECRET}}}},
        "catalog": {SPB: {"title": "Premium", "sku": "SPB", "max": 300, "terms": terms}},
        "tenants": {
            TENANT: {
                "partners": [PARTNER],
                "domains": {"contoso.com": {"default": True}},
                "users": {
                    "admin@contoso.com": {**person, "roles": ["Global Administrator"]},
                    "leaver@contoso.com": person,
                    **{name: {**person, "licenses": {"SPB": {}}} for name in (*STAFF, "di@contoso.com")},
                    **{f"back{number}@contoso.com": {**person, **bin_} for number in (1, 2, 3)},
                },
                "groups": {
                    "sales": {"displayName": "Sales", "members": STAFF, "owners": STAFF},
                    "ops": {"displayName": "Ops", "members": ["di@contoso.com"]},
                    "dev": {"displayName": "Dev"},
                    **{f"was{number}": {"type": "microsoft365", **bin_} for number in (1, 2, 3)},
                },
                "subscriptions": {
                    "office": {**seats, "owner": PARTNER, "quantity": 2, "friendlyName": "office"},
                    "second": {**seats, "owner": PARTNER, "friendlyName": "second"},
                    "third": {**seats, "owner": None},
                },
            }
        },
    }
