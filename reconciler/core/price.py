"""What a seat costs: unit price per month, and what a change commits to until the end of the term.

Prices come from the catalog file as the vendor's list says them, for the whole term of one seat
(partner-center.md 4.2: the row of a P1Y term holds twelve months). The month in progress is charged by the day,
from today through its last day (partner-center.md 8.5); the sums are estimates for people, not invoices.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reconciler.model import money
from reconciler.model.change import Cost
from reconciler.model.money import Money
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku

MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The catalog's prices in one customer's currency."""

    catalog: Mapping[str, CatalogSku]
    currency: str

    def per_month(self, supply: Supply) -> Money | None:
        """The price of one seat a month, or None where the catalog has none in the customer's currency."""
        known = self.catalog.get(supply.product)
        for term in known.terms if known else ():
            if (term.term, term.billing) == (supply.term, supply.billing) and term.price is not None:
                price = money.parse(term.price)
                if price.currency == self.currency:
                    return Money(price.amount / MONTHS[term.term], price.currency)
        return None


def of(units: int, supply: Supply, prices: PriceBook, today: date) -> Cost | None:
    """What `units` more (or fewer, if negative) seats of a subscription change, or None without a price."""
    unit = prices.per_month(supply)
    if unit is None:
        return None
    monthly = unit.times(units)
    if supply.term_end is None:
        return Cost(monthly, monthly)
    end = supply.term_end.date()
    return Cost(monthly, monthly.times(months_until(today, end)), end.isoformat())


def months_until(today: date, end: date) -> Decimal:
    """Charge months from `today` through `end`, the last day of the term; the first one by the day."""
    if today > end:
        return Decimal(0)
    months, first = Decimal(0), end + timedelta(days=1)
    while True:
        start = _month_before(first, end.day)
        if start <= today:
            days = (first - start).days
            return months + Decimal((first - today).days) / Decimal(days)
        months, first = months + 1, start


def _month_before(first: date, anchor: int) -> date:
    """The first day of the charge month that ends the day before `first`."""
    year, month = (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
    last = calendar.monthrange(year, month)[1]
    wanted = first.day if first.day < anchor else max(first.day, anchor + 1)
    return date(year, month, min(wanted, last))
