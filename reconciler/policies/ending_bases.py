"""An add-on does not go on when everything that it needs ends.

Microsoft asks for a base when an add-on is bought, and never again: nothing stops the base from ending first, and the
add-on is paid to the end of its own term, for nothing (partner-center.md 4.1, 11.7). So where the files end or suspend
every subscription that an add-on needs (`endOfTerm: cancel`, `state: suspended`) and not the add-on, they are warned.
End the add-on first, or with its base.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Archive, sku: ARCHIVE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}
    customer: contoso
    subscriptions:
      head-office: {sku: SPB, seats: 5, endOfTerm: cancel}
      archive: {sku: ARCHIVE, seats: 5, endOfTerm: cancel}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Archive, sku: ARCHIVE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}
    customer: contoso
    subscriptions:
      head-office: {sku: SPB, seats: 5, endOfTerm: cancel}
      archive: {sku: ARCHIVE, seats: 5}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku
from reconciler.policies.fleet import Fleet, Rule, of_kind, text


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each add-on of which every base ends, and which does not."""
    for customer in fleet.customers.values():
        yield from _check_customer(customer, fleet.files.catalog_of(customer.country))


def _check_customer(customer: DesiredCustomer, catalog: Mapping[str, CatalogSku]) -> Iterator[Finding]:
    subscriptions = list(of_kind(customer, "subscription"))
    for one in subscriptions:
        entry = catalog.get(text(one, "product"))
        if entry is None or not entry.prerequisites or _ends(one):
            continue
        skus = {catalog[product].sku for product in entry.prerequisites if product in catalog} - {""}
        bases = [base for base in subscriptions if base is not one and text(base, "sku") in skus]
        if bases and all(map(_ends, bases)):
            yield _finding(one, entry, bases)


def _ends(subscription: Desired[Spec]) -> bool:
    return text(subscription, "end_of_term") == "cancel" or text(subscription, "state") == "suspended"


def _finding(one: Desired[Spec], entry: CatalogSku, bases: list[Desired[Spec]]) -> Finding:
    named = " and ".join(str(base.address) for base in bases)
    detail = f'{one.address} is "{entry.title}" and goes on, and {named}, which it needs, will not.'
    fix = "Write endOfTerm: cancel for it as well, or leave it a base."
    return Finding(codes.BASE_ENDS_FIRST, detail, fix, one.address, one.origin, tuple(base.origin for base in bases))


RULE = Rule("ending_bases", (codes.BASE_ENDS_FIRST,), check, __doc__)
