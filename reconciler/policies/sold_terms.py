"""A subscription has a term and a billing that its product is sold with.

Looked at where the file of a market, which `catalog sync` writes, says how the product is sold in the customer's
country; a plan is looked at through the subscriptions that supply it. What is not sold is refused, because Microsoft
would refuse the order. Where only people listed the terms of a product, a term that they do not list is a warning: the
list may be theirs alone.

Passes:

    market: {country: DE}
    catalog:
      CFQ7TTC0LCHC:0002:
        title: Business Premium
        sku: SPB
        terms: [{term: P1M, billing: monthly}, {term: P1Y, billing: annual}, {term: P1Y, billing: monthly}]
    customer: contoso
    subscriptions:
      head-office: {product: "CFQ7TTC0LCHC:0002", term: P1Y, billing: annual, seats: 5}

Refused:

    market: {country: DE}
    catalog:
      CFQ7TTC0LCHC:0002:
        title: Business Premium
        sku: SPB
        terms: [{term: P1M, billing: monthly}, {term: P1Y, billing: annual}, {term: P1Y, billing: monthly}]
    customer: contoso
    subscriptions:
      head-office: {product: "CFQ7TTC0LCHC:0002", term: P1M, billing: annual, seats: 5}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core import offers
from reconciler.model import codes
from reconciler.model.finding import Code, Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.policies.fleet import Fleet, Rule, said_by, text, told_once


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each subscription, or once for the plan that its term comes from."""
    return told_once(fleet, "subscription", _check_one)


def _check_one(fleet: Fleet, customer: DesiredCustomer, subscription: Desired[Spec]) -> Finding | None:
    product = text(subscription, "product")
    wanted = (text(subscription, "term"), text(subscription, "billing"))
    if not product or not all(wanted):
        return None
    found = offers.ways(fleet.files, product, customer.country)
    if found is not None:
        if not found.sold or wanted in found.sold or wanted in found.gone:
            return None  # what is sold no more is a rule of its own
        fix = (
            f"Write {_choice(found.words)}. If it runs already, run reconciler catalog sync: it also notes the terms "
            "that customers hold."
        )
        return _finding(fleet, customer, subscription, (codes.TERM_NOT_SOLD, "is sold with", found.words, fix))
    listed = offers.written(fleet.files, product, customer.country)
    if not listed or wanted in listed:
        return None
    words = offers.listed(listed)
    fix = f"Write {_choice(words)}, or add the term to the product under catalog:."
    return _finding(fleet, customer, subscription, (codes.TERM_NOT_LISTED, "is listed with", words, fix))


def _choice(words: str) -> str:
    return f"one of {words}" if "," in words else words


def _finding(
    fleet: Fleet, customer: DesiredCustomer, subscription: Desired[Spec], said: tuple[Code, str, str, str]
) -> Finding:
    code, verb, words, fix = said
    product = text(subscription, "product")
    entry = fleet.files.catalog[product]
    who, origin, address = said_by(fleet, subscription, "term")
    where = f" in {customer.country}" if customer.country else ""
    wanted = f"{text(subscription, 'term')} {text(subscription, 'billing')}"
    detail = f'{who} says {wanted}; "{entry.title}" ({product}) {verb} {words}{where}.'
    return Finding(code, detail, fix, address, origin)


RULE = Rule("sold_terms", (codes.TERM_NOT_SOLD, codes.TERM_NOT_LISTED), check, __doc__)
