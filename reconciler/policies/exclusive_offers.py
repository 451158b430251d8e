"""A tenant does not have products together that exclude each other.

Microsoft's catalog has no list of these, so the files have their own: `excludes` of a product under `catalog:` names
the products that no tenant may have beside it. Saying it of one of the two is enough.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, excludes: ["CFQ7TTC0LFLX:0001"]}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
    customer: contoso
    subscriptions: {office: {sku: SPB, seats: 5}}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, excludes: ["CFQ7TTC0LFLX:0001"]}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
    customer: contoso
    subscriptions: {office: {sku: SPB, seats: 5}, plant: {sku: SPE_E3, seats: 5}}
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.policies.fleet import Fleet, Rule, of_kind, text


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each pair of a customer's subscriptions that cannot be, at the second one."""
    for customer in fleet.customers.values():
        yield from _check_customer(fleet, customer)


def _check_customer(fleet: Fleet, customer: DesiredCustomer) -> Iterator[Finding]:
    catalog = fleet.files.catalog_of(customer.country)
    bought = [one for one in of_kind(customer, "subscription") if text(one, "product") in catalog]
    for first, second in combinations(bought, 2):
        ours, theirs = text(first, "product"), text(second, "product")
        if theirs in catalog[ours].excludes or ours in catalog[theirs].excludes:
            titles = [f'"{catalog[product].title or product}"' for product in (theirs, ours)]
            yield _finding(first, second, titles)


def _finding(first: Desired[Spec], second: Desired[Spec], titles: list[str]) -> Finding:
    detail = f"{second.address} is {titles[0]}, and {first.address} is {titles[1]}: no tenant may have both."
    fix = "Take one of them out of the files, or correct excludes under catalog:."
    return Finding(codes.OFFERS_EXCLUDE, detail, fix, second.address, second.origin, (first.origin,))


RULE = Rule("exclusive_offers", (codes.OFFERS_EXCLUDE,), check, __doc__)
