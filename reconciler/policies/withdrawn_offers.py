"""What plans and subscriptions name is still sold.

`catalog sync` marks a product, or one of its terms, with the day on which it found that Microsoft sells it no more in
a market. What runs goes on until its term ends, so this is a warning; new seats may be refused, and the term cannot be
bought again.

Passes:

    market: {country: DE}
    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, terms: [{term: P1Y, billing: monthly}]}
    customer: contoso
    subscriptions:
      head-office: {product: "CFQ7TTC0LCHC:0002", term: P1Y, billing: monthly, seats: 5}

Refused:

    market: {country: DE}
    catalog:
      CFQ7TTC0LCHC:0002:
        title: Business Premium
        sku: SPB
        terms: [{term: P1Y, billing: monthly}]
        withdrawn: 2026-11-01
    customer: contoso
    subscriptions:
      head-office: {product: "CFQ7TTC0LCHC:0002", term: P1Y, billing: monthly, seats: 5}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core import offers
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku
from reconciler.policies.fleet import Fleet, Rule, said_by, text, told_once


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each subscription, or once for the plan that says what it is."""
    return told_once(fleet, "subscription", _check_one)


def _check_one(fleet: Fleet, customer: DesiredCustomer, subscription: Desired[Spec]) -> Finding | None:
    product = text(subscription, "product")
    entry = fleet.files.catalog_of(customer.country).get(product)
    if entry is None:
        return None
    where = f" in {customer.country}" if customer.country else ""
    name = f'"{entry.title}" ({product})'
    if entry.withdrawn is not None:
        who, origin, address = said_by(fleet, subscription, "product")
        detail = f"{who} names {name}, which is sold no more{where}; this was found on {entry.withdrawn}."
        return Finding(codes.WITHDRAWN, detail, _instead(entry), address, origin)
    wanted = (text(subscription, "term"), text(subscription, "billing"))
    found = offers.ways(fleet.files, product, customer.country)
    if found is None:
        return None
    if wanted in found.gone:
        end = f"is sold no more{where}; this was found on {found.gone[wanted]}"
    elif wanted in found.only_renew:
        end = f"is renewed{where} and not sold anew"
    else:
        return None
    who, origin, address = said_by(fleet, subscription, "term")
    detail = f"{who} says {' '.join(wanted)}, with which {name} {end}."
    return Finding(codes.WITHDRAWN, detail, f"New seats are sold with {found.anew or 'nothing'}.", address, origin)


def _instead(entry: CatalogSku) -> str:
    for products, words in ((entry.renews_to, "At its end it becomes"), (entry.upgrades, "It can be upgraded to")):
        if products:
            return f"{words} {', '.join(products)}: name that, or another product."
    return "Choose another product before its term ends."


RULE = Rule("withdrawn_offers", (codes.WITHDRAWN,), check, __doc__)
