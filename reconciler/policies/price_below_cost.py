"""Nothing is sold for less than it costs.

The cost is what the catalog says a seat costs a month in the country and currency of those who pay the price. A
discount is on the cost, so it is always below. Prices that have ended are not looked at.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002:
        {title: Business Premium, sku: SPB, terms: [{term: P1Y, billing: monthly, price: 247.20 EUR}]}
    prices:
      SPB: [{term: P1Y, billing: monthly, perMonth: 24.90 EUR, tiers: [{seats: 100, perMonth: 22.90 EUR}]}]

Refused:

    catalog:
      CFQ7TTC0LCHC:0002:
        {title: Business Premium, sku: SPB, terms: [{term: P1Y, billing: monthly, price: 247.20 EUR}]}
    prices:
      SPB: [{term: P1Y, billing: monthly, perMonth: 24.90 EUR, tiers: [{seats: 100, perMonth: 19.90 EUR}]}]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.core import retail
from reconciler.core.expand import currency_of
from reconciler.core.price import PriceBook
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.money import Money
from reconciler.model.retail import Book, Listed, Price, Tier
from reconciler.model.seats import Supply
from reconciler.policies.fleet import Fleet, Rule, sold_to

ANY = Address("any", "subscription", "any")


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each price, and each tier of it, that is below a cost it is asked for."""
    files = fleet.files
    for book, buyers in sold_to(files):
        for country, currency in sorted({(one.entry.country or "", currency_of(files, one)) for one in buyers}):
            costs = PriceBook(files.catalog_of(country), currency, fleet.today)
            for listed in (one for lines in book.lines.values() for one in lines):
                if not (fleet.today and listed.line.until and listed.line.until < fleet.today):
                    yield from _losses(listed, book, costs)


def _losses(listed: Listed, book: Book, costs: PriceBook) -> Iterator[Finding]:
    for sold in _sold(listed, costs):
        for asked in (listed.line, *listed.line.tiers):
            seats = asked.seats if isinstance(asked, Tier) else 1
            cost = costs.per_month(replace(sold, quantity=seats))
            paid = retail.monthly(asked, cost, sold.term)
            if cost and paid and paid.amount < cost.amount:
                yield _finding(listed, book, asked, (sold, paid, cost))


def _sold(listed: Listed, costs: PriceBook) -> Iterator[Supply]:
    """The ways in which the catalog sells what the line is a price of."""
    line = listed.line
    for product, entry in costs.catalog.items() if line.currency in (None, costs.currency) else ():
        if listed.key in (product, entry.sku) and not entry.trial:
            for term, billing in dict.fromkeys((one.term, one.billing) for one in entry.terms):
                if line.term in (None, term) and line.billing in (None, billing):
                    yield Supply(ANY, entry.sku, True, True, 1, product, term, billing)


def _finding(listed: Listed, book: Book, asked: Price, found: tuple[Supply, Money, Money]) -> Finding:
    sold, paid, cost = found
    many = f" from {asked.seats} seats on" if isinstance(asked, Tier) else ""
    detail = f"{listed.key} ({sold.term} {sold.billing}) is sold for {paid} a month{many} by the prices of {book.owner}"
    loss = f"{detail}, and costs {cost}: {cost - paid} are lost with each seat."
    fix = "Raise the price, or write markup: instead, which follows the cost."
    return Finding(codes.PRICE_BELOW_COST, loss, fix, origin=listed.origin)


RULE = Rule("price_below_cost", (codes.PRICE_BELOW_COST,), check, __doc__)
