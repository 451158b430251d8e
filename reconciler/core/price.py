"""What a seat costs: unit price per month, and what a change commits to until the end of the term.

Prices come from the catalog file as the vendor's list says them, for the whole term of one seat
(partner-center.md 4.2: the row of a P1Y term holds twelve months). The charge period in progress, a month or what is
paid at once, is charged by the day, from today through its last day (partner-center.md 8.5); the sums are estimates
for people, not invoices.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from reconciler.model import money
from reconciler.model.change import Cost
from reconciler.model.money import Money
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku, TermPrice

FREE = "none"
MONTHS = {"P1M": 1, "P1Y": 12, "P3Y": 36}
PERIODS = {"monthly": 1, "annual": 12, "triennial": 36}  # months of a charge period, by billing


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The catalog's prices in one customer's currency, on one day (None: whatever day it is)."""

    catalog: Mapping[str, CatalogSku]
    currency: str
    today: date | None = None

    def per_month(self, supply: Supply) -> Money | None:
        """The price of one seat a month; None where the catalog has none in the customer's currency, or several.

        Several there are where the customer's country is not known, and prices differ between markets. What is paid
        once costs nothing a month.
        """
        price = self.per_term(supply)
        if price is None:
            return None
        return price.times(0) if supply.once else price.shared(MONTHS[supply.term])

    def per_term(self, supply: Supply) -> Money | None:
        """The same for the whole term; a trial, which is billed never, costs nothing (partner-center.md 11.6)."""
        if supply.billing == FREE and not supply.once:
            return Money(Decimal(0), self.currency)
        known = self.catalog.get(supply.product)
        lines = [line for line in known.terms if self._is_about(line, supply)] if known else []
        usual = [line for line in lines if line.segment in (None, "commercial")]
        found = {money.parse(line.price or "") for line in _newest(usual or lines)}
        if len(found) != 1:
            return None
        return found.pop()

    def _is_about(self, line: TermPrice, supply: Supply) -> bool:
        return (
            (line.term, line.billing) == (supply.term, supply.billing)
            and line.price is not None
            and money.parse(line.price).currency == self.currency
            and (self.today is None or line.since is None or line.since <= self.today)
            and (line.from_seats or 0) <= supply.quantity
            and (line.to_seats is None or supply.quantity <= line.to_seats)
        )


def _newest(lines: Iterable[TermPrice]) -> list[TermPrice]:
    """Of the lines of each market the one that holds since last; the first of several."""
    newest: dict[tuple[str | None, str | None], TermPrice] = {}
    for line in lines:
        before = newest.setdefault((line.market, line.segment), line)
        if (line.since or date.min) > (before.since or date.min):
            newest[line.market, line.segment] = line
    return list(newest.values())


def of(units: int, supply: Supply, prices: PriceBook, today: date) -> Cost | None:
    """What `units` more (or fewer, if negative) seats of a subscription change, or None without a price."""
    unit, whole = prices.per_month(supply), prices.per_term(supply)
    if unit is None or whole is None:
        return None
    monthly = unit.times(units)
    if supply.once:
        return Cost(monthly, whole.times(units), supply.term_end.date().isoformat() if supply.term_end else "")
    if supply.term_end is None:
        return Cost(monthly, monthly)
    end = supply.term_end.date()
    return Cost(monthly, monthly.over(months_until(today, end, supply.billing)), end.isoformat())


def months_until(today: date, end: date, billing: str = "monthly") -> Decimal:
    """Months that are charged from `today` through `end`, the last day of the term; the first period by the day.

    What is paid for a year at once is charged by the days of the year, of which a month is not a twelfth.
    """
    if today > end:
        return Decimal(0)
    months, first, length = Decimal(0), end + timedelta(days=1), PERIODS.get(billing, 1)
    while True:
        start = period_before(first, end.day, length)
        if start <= today:
            return months + Decimal((first - today).days * length) / Decimal((first - start).days)
        months, first = months + length, start


def last_day(begins: date, term: str) -> date:
    """The last day of a term that begins on a day; of one that begins on the 31st, the day before a month's last."""
    months = begins.year * 12 + begins.month - 1 + MONTHS[term]
    year, month = months // 12, months % 12 + 1
    following = date(year, month, min(begins.day, calendar.monthrange(year, month)[1]))
    return following - timedelta(days=1)


def period_before(first: date, anchor: int, months: int) -> date:
    """The first day of the charge period of so many months that ends the day before `first`."""
    start = first
    for _ in range(months):
        start = month_before(start, anchor)
    return start


def month_before(first: date, anchor: int) -> date:
    """The first day of the charge month that ends the day before `first`."""
    year, month = (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
    last = calendar.monthrange(year, month)[1]
    wanted = first.day if first.day < anchor else max(first.day, anchor + 1)
    return date(year, month, min(wanted, last))
