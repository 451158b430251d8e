"""Where there are prices, every subscription that we sell has one today.

Without a price its revenue and margin are missing from all sums; it is never taken for 0. Looked at are subscriptions
whose product, term and billing the files say, of customers that have any price book. Trials have no price.

Passes:

    customer: contoso
    subscriptions:
      head-office: {plan: modern-worker, seats: auto}
    prices:
      SPB: [{perMonth: 24.90 EUR}]

Refused:

    customer: contoso
    subscriptions:
      head-office: {plan: modern-worker, seats: auto}
    prices:
      DEFENDER_ENDPOINT_P1: [{perMonth: 3.90 EUR}]
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core import retail
from reconciler.core.price import PriceBook
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec
from reconciler.policies.fleet import Fleet, Rule, of_kind, text, value


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each subscription without a price, or without one today."""
    for customer in fleet.customers.values():
        for subscription in of_kind(customer, "subscription") if customer.prices else ():
            yield from _gap(fleet, customer, subscription)


def _gap(fleet: Fleet, customer: DesiredCustomer, subscription: Desired[Spec]) -> Iterator[Finding]:
    sold = _sold(subscription)
    catalog = fleet.files.catalog_of(customer.country)
    known = catalog.get(sold.product)
    if not (sold.own and sold.product and sold.term and sold.billing) or (known and known.trial):
        return
    costs = PriceBook(catalog, customer.defaults.currency, fleet.today)
    if retail.quote(sold, customer.prices, costs, fleet.today):
        return
    code = codes.PRICE_NOT_TODAY if retail.quote(sold, customer.prices, costs, None) else codes.SOLD_WITHOUT_PRICE
    why = retail.lacking(sold, customer.prices, costs.currency, fleet.today)
    detail = f"{sold.address} ({sold.sku}, {sold.term} {sold.billing}) has no price in {costs.currency}: {why}."
    fix = f'Add it under prices:, for example "{sold.sku}: [{{perMonth: 24.90 {costs.currency}}}]".'
    yield Finding(code, detail, fix, sold.address, subscription.origin)


def _sold(subscription: Desired[Spec]) -> Supply:
    """The subscription as far as prices look at it."""
    own = value(subscription, "own") is not False
    product, term, billing = (text(subscription, name) for name in ("product", "term", "billing"))
    return Supply(subscription.address, text(subscription, "sku"), own, True, 1, product, term, billing)


RULE = Rule("price_gaps", (codes.SOLD_WITHOUT_PRICE, codes.PRICE_NOT_TODAY), check, __doc__)
