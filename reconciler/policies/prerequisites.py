"""An add-on stands beside one of the products that it needs.

Microsoft sells an add-on only to a tenant that has one of its prerequisites, bought from whomever. The files may not
say everything that a tenant has, so this is a warning; declaring a subscription of another partner answers it.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Extra Archive, sku: ARCHIVE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}
    customer: contoso
    subscriptions:
      head-office: {sku: SPB, seats: 5}
      archive: {sku: ARCHIVE, seats: 5}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Extra Archive, sku: ARCHIVE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}
    customer: contoso
    subscriptions:
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
from reconciler.policies.fleet import Fleet, Rule, of_kind, text, value

MOST_NAMED = 5  # Microsoft lists dozens for some add-ons; nobody reads more


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each subscription of an add-on at a customer that declares nothing it goes with."""
    for customer in fleet.customers.values():
        yield from _check_customer(customer, fleet.files.catalog_of(customer.country))


def _check_customer(customer: DesiredCustomer, catalog: Mapping[str, CatalogSku]) -> Iterator[Finding]:
    subscriptions = list(of_kind(customer, "subscription"))
    if any(not text(one, "sku") for one in subscriptions):
        return  # one is told by its id alone: it may be what the others need
    skus = {text(one, "sku") for one in subscriptions}
    for subscription in subscriptions:
        entry = catalog.get(text(subscription, "product"))
        if entry is None or not entry.prerequisites or value(subscription, "own") is False:
            continue
        known = [catalog[product] for product in entry.prerequisites if product in catalog]
        if not skus & {base.sku for base in known if base.sku}:
            yield _finding(customer, subscription, entry, known)


def _finding(
    customer: DesiredCustomer, subscription: Desired[Spec], entry: CatalogSku, known: list[CatalogSku]
) -> Finding:
    names = [f'"{base.title}"' for base in known] or list(entry.prerequisites)
    some = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
    detail = (
        f'{subscription.address} is "{entry.title}", which needs one of these at the tenant: {some}. '
        f"{customer.key} declares a subscription of none."
    )
    fix = "Declare the one it goes with; if somebody else sold it, with owner: foreign."
    return Finding(codes.PREREQUISITE_MISSING, detail, fix, subscription.address, subscription.origin)


RULE = Rule("prerequisites", (codes.PREREQUISITE_MISSING,), check, __doc__)
