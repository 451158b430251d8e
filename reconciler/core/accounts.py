"""One customer's account: what we know of its subscriptions, and what a line of an invoice should be by that.

Seats are those on record around the day on which a charge begins, prices those of the catalog on the day on which the
term began (a price is locked for its term, partner-center.md 11.1), days those of the charge cycle (8.5). Where nothing
is on record yet, where the catalog has no price and where a promotion or credit names another one, nothing is known.

Must not: say what is wrong (`reconciliation.py`). Questionable on purpose: the record counts from the day before a
charge through the day after it, because what somebody changes in the portal is on record only when a run has looked.
Who runs drift less than daily sees false differences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from reconciler.core import gaps, price, proration, retail
from reconciler.core.price import PriceBook
from reconciler.core.statement import DAY
from reconciler.model.address import Address
from reconciler.model.invoice import Charge, Line
from reconciler.model.money import Money
from reconciler.model.retail import Book
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku
from reconciler.model.transaction import Action, Batch, Bought

UNCHECKED = (Charge.CREDIT, Charge.CHANGE_BILLING, Charge.EXTEND)
LONGEST_TERM = 1200  # days; a term is three years at most
TRIAL = "none"
History = Sequence[tuple[date, Bought]]


@dataclass(frozen=True, slots=True)
class Account:
    """One customer as we know it. `known` are the keys of subscriptions by id that files and ledger have.

    `history` is every change on record of each subscription, oldest first, by its id.
    """

    customer: str
    currency: str = "EUR"
    batches: Sequence[Batch] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    catalog: Mapping[str, CatalogSku] = field(default_factory=dict)
    books: Sequence[Book] = ()
    history: Mapping[str, History] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """What every line asks, found out once."""
        found: dict[str, list[tuple[date, Bought]]] = {}
        for batch in self.batches:
            for one in batch.transactions:
                if one.action is Action.SEATS:
                    bought = Bought(one.key, one.sku, one.seats, one.product, one.term, one.billing)
                    found.setdefault(one.id.lower(), []).append((gaps.day_of(batch), bought))
        object.__setattr__(self, "history", found)

    @property
    def opened(self) -> date | None:
        """The day from which on something is on record."""
        return gaps.day_of(self.batches[0]) if self.batches else None

    def recorded(self, id_: str) -> Bought:
        """A subscription as it was on record last; without seats where it never was."""
        found = self.history.get(id_)
        return found[-1][1] if found else Bought(self.known.get(id_, ""), "", 0)

    def is_stranger(self, line: Line) -> bool:
        """True for a subscription that neither files nor ledger nor record have, though it should be on record."""
        on_record = line.subscription in self.history or line.subscription in self.known
        return not on_record and (self.opened is None or self.opened <= line.last)

    def is_exempt(self, line: Line) -> bool:
        """True for lines whose price follows from nothing that we have."""
        is_free = line.discounted or self.billing(line) == TRIAL
        return is_free or line.charge in UNCHECKED or not (is_whole(line.quantity) and is_whole(line.billable))

    def seats(self, line: Line) -> set[int]:
        """Every number of seats on record around the day on which a charge begins; none where nobody looked then."""
        history = self.history.get(line.subscription, ())
        before = [bought.seats for day, bought in history if day < line.first][-1:]
        return {*before, *(bought.seats for day, bought in history if line.first <= day <= line.first + DAY)}

    def share(self, line: Line) -> tuple[int, int] | None:
        """How many days are charged, and how many the charge cycle has."""
        if line.term_end is None or not 0 <= (line.term_end - line.first).days <= LONGEST_TERM:
            return None
        found = proration.period(self.billing(line), line.term_end, line.first)
        return ((line.last - line.first).days + 1, found.days) if found else None

    def billing(self, line: Line) -> str:
        """How it is billed, as the line says or the record."""
        return line.billing or self.recorded(line.subscription).billing

    def unit(self, line: Line) -> Decimal | None:
        """What one seat should cost for a whole charge cycle; None where nobody knows."""
        if self.is_exempt(line):
            return None
        costs = PriceBook(self.catalog, line.pricing_currency, line.term_start or line.first)
        return _of_cycle(costs.per_month(self._supply(line)), self.billing(line))

    def amount(self, line: Line, unit: Decimal | None) -> Decimal | None:
        """What so much a seat comes to for the days and seats of a line, in its currency."""
        share = self.share(line)
        if unit is None or share is None or not is_whole(line.billable):
            return None
        return proration.line(line.charge, unit, int(line.signed), share) * line.rate

    def sold(self, line: Line) -> Money | None:
        """What the customer pays for the same seats and days, by the price books."""
        day, supply, share = line.term_start or line.first, self._supply(line), self.share(line)
        if share is None or line.charge in UNCHECKED or supply.term not in price.MONTHS:
            return None
        quote = retail.quote(supply, self.books, PriceBook(self.catalog, self.currency, day), day)
        unit = _of_cycle(quote.per_month(supply.quantity) if quote else None, self.billing(line))
        if unit is None or not is_whole(line.billable):
            return None
        return Money(proration.line(line.charge, unit, int(line.signed), share), self.currency)

    def _supply(self, line: Line) -> Supply:
        known, listed = self.recorded(line.subscription), self.catalog.get(line.product)
        return Supply(
            Address(self.customer, "subscription", known.key or line.subscription),
            known.sku or (listed.sku if listed else ""),
            own=True,
            active=True,
            quantity=abs(int(line.quantity)),
            product=line.product,
            term=line.term or known.term,
            billing=self.billing(line),
        )


def is_whole(number: Decimal) -> bool:
    """True for a number of seats; what is measured is charged in parts."""
    return number == number.to_integral_value()


def _of_cycle(monthly: Money | None, billing: str) -> Decimal | None:
    if monthly is None or billing not in price.PERIODS:
        return None
    return (monthly.amount * price.PERIODS[billing]).quantize(proration.FINEST)
