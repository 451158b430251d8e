"""A price is of something that is sold: a product of the catalog, in a term and billing that it has.

A misspelled part number has a price that is never found, and its subscription has none. The key "*" is any product.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, terms: [{term: P1Y, billing: monthly}]}
    prices:
      "*": [{markup: 20%}]
      SPB: [{term: P1Y, billing: monthly, perMonth: 24.90 EUR}]

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, terms: [{term: P1Y, billing: monthly}]}
    prices:
      SPBX: [{perMonth: 24.90 EUR}]
      SPB: [{term: P1M, billing: monthly, perMonth: 29.90 EUR}]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.retail import EVERYTHING, Listed, PriceLine
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku, TermPrice
from reconciler.policies.fleet import Fleet, Rule, books, described


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each key that is no product, and for each price of a term and billing that is not sold."""
    catalog = fleet.files.catalog
    counted = {name for template in fleet.files.plans.values() for name in template.items}
    known = {*catalog, *(entry.sku for entry in catalog.values()), *counted}
    for book in books(fleet.files):
        for key, lines in book.lines.items():
            if key not in known and key != EVERYTHING:
                detail = f'"{key}" in the prices of {book.owner} is no product of the catalog.'
                fix = did_you_mean(key, known) or "Correct the part number, or add the product under catalog:."
                yield Finding(codes.PRICE_OF_NOTHING, detail, fix, origin=lines[0].origin)
                continue
            for listed in lines:
                yield from _unsold(listed, book.owner, catalog)


def _unsold(listed: Listed, owner: str, catalog: Mapping[str, CatalogSku]) -> Iterator[Finding]:
    entries = [entry for product, entry in catalog.items() if listed.key in (product, entry.sku)]
    terms = [term for entry in entries for term in entry.terms]
    if terms and not any(_is_for(listed.line, term) for term in terms):
        sold = " and ".join(sorted({f"{term.term} {term.billing}" for term in terms}))
        detail = (
            f"A price of {described(listed)} of {owner} is for a term that the catalog does not sell: it has {sold}."
        )
        fix = "Correct term and billing, or remove the price."
        yield Finding(codes.PRICE_OF_NOTHING, detail, fix, origin=listed.origin)


def _is_for(line: PriceLine, term: TermPrice) -> bool:
    return line.term in (None, term.term) and line.billing in (None, term.billing)


RULE = Rule("price_products", (codes.PRICE_OF_NOTHING,), check, __doc__)
