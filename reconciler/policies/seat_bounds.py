"""Seats stay within what the product allows.

The catalog's `min` and `max` bound each product; Microsoft pools the maximum over the whole tenant, so several
subscriptions of one product share it, and so do all users who get it. A product without `max` has no upper bound here.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, max: 300}
    customer: contoso
    subscriptions:
      head-office: {product: "CFQ7TTC0LCHC:0002", seats: 300}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, max: 300}
    customer: contoso
    subscriptions:
      head-office: {product: "CFQ7TTC0LCHC:0002", seats: 301}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from reconciler.core.dated import most_at_once
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.seats import SeatRule
from reconciler.model.span import Span
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku
from reconciler.policies.fleet import Fleet, Rule, of_kind, spans_of, text, value

Catalog = Mapping[str, CatalogSku]


def check(fleet: Fleet) -> Iterator[Finding]:
    """Findings for single subscriptions, for those of one product together, and for the users of one SKU."""
    for customer in fleet.customers.values():
        catalog = fleet.files.catalog_of(customer.country)
        least: dict[str, int] = {}
        for subscription in of_kind(customer, "subscription"):
            rule, product = value(subscription, "seats"), text(subscription, "product")
            if not isinstance(rule, SeatRule) or product not in catalog:
                continue
            yield from _check_one(subscription, rule, catalog[product])
            wanted = rule.min if rule.fixed is None else rule.fixed
            yield from _check_together(subscription, least.get(product, 0), wanted, catalog[product])
            least[product] = least.get(product, 0) + wanted
        yield from _check_users(customer, catalog)


def _check_one(subscription: Desired[Spec], rule: SeatRule, entry: CatalogSku) -> Iterator[Finding]:
    for words, seats in _said(rule):
        if entry.max is not None and seats > entry.max:
            bound, fix = f"at most {entry.max}", f"Write {entry.max} or less, or choose another product."
        elif seats < entry.min and not words.startswith("min"):
            bound, fix = f"at least {entry.min}", f"Write {entry.min} or more, or choose another product."
        else:
            continue
        detail = f'{subscription.address} says seats {words}; "{entry.title}" ({entry.sku}) is sold with {bound}.'
        yield _finding(subscription, detail, fix)


def _said(rule: SeatRule) -> Iterator[tuple[str, int]]:
    """The numbers of a rule, in words. A min below the product's is no mistake: it never decides."""
    if rule.fixed is not None:
        yield str(rule.fixed), rule.fixed
        return
    if rule.min:
        yield f"min {rule.min}", rule.min
    if rule.max is not None:
        yield f"max {rule.max}", rule.max


def _check_together(subscription: Desired[Spec], before: int, wanted: int, entry: CatalogSku) -> Iterator[Finding]:
    together = before + wanted
    if before and entry.max is not None and wanted <= entry.max < together:
        detail = (
            f'{subscription.address} brings "{entry.title}" ({entry.sku}) to {together} seats over all subscriptions; '
            f"a tenant can have {entry.max}."
        )
        yield _finding(subscription, detail, "Lower the seats of one of them, or choose a product without this limit.")


def _check_users(customer: DesiredCustomer, catalog: Catalog) -> Iterator[Finding]:
    for sku, count in _users(customer).items():
        entries = [entry for entry in catalog.values() if entry.sku == sku and not entry.trial]
        bounds = [entry.max for entry in entries if entry.max is not None]
        if entries and len(bounds) == len(entries) and count > sum(bounds):
            detail = f"{count} users of {customer.key} get {sku}; a tenant can have {sum(bounds)} seats of it."
            fix = "Give some of them another product."
            yield Finding(codes.SEATS_OUT_OF_BOUNDS, detail, fix, origin=customer.origin)


def _users(customer: DesiredCustomer) -> Counter[str]:
    """How many people get each SKU, of those who get it for a time as many as do so at once."""
    spans = spans_of(customer)
    users: Counter[str] = Counter()
    some: dict[str, dict[Address, list[Span]]] = {}
    for license_ in of_kind(customer, "license"):
        sku = text(license_, "sku")
        if license_.address in spans:
            some.setdefault(sku, {})[license_.address] = spans[license_.address]
        else:
            users[sku] += 1
    for sku, held in some.items():
        users[sku] += most_at_once(held)
    return users


def _finding(subscription: Desired[Spec], detail: str, fix: str) -> Finding:
    return Finding(codes.SEATS_OUT_OF_BOUNDS, detail, fix, subscription.address, subscription.origin)


RULE = Rule("seat_bounds", (codes.SEATS_OUT_OF_BOUNDS,), check, __doc__)
