"""Which line of which price book holds for a subscription, and what that makes a seat cost the customer a month.

The nearest book with a line that fits decides: the customer's, its reseller's, everybody's. In a book the more exact
line wins (product before part number before "*"; term, billing and currency said before left out), and of those that
cover a day the one that started last, as in Microsoft's own price sheets (partner-center.md 4.2).

A price that is not known stays not known: it is never 0, and never that of another currency, term or day. `lacking`
says what there is instead. Amounts are exact; they are rounded where they are shown.

Questionable on purpose: today's price counts also for a term that began under another one. What a customer was
promised a year ago stands in no file; who keeps such promises writes them as that customer's own prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reconciler.core.price import MONTHS, PriceBook
from reconciler.model.money import Money
from reconciler.model.retail import EVERYTHING, Book, Listed, Price, PriceLine
from reconciler.model.seats import Supply


@dataclass(frozen=True, slots=True)
class Quote:
    """The line that holds for a subscription, and what a seat costs us, which mark-ups count from."""

    owner: str
    listed: Listed
    cost: Money | None
    term: str

    def per_month(self, seats: int) -> Money | None:
        """What one seat of so many is sold for a month; None for a share of a cost that is not known."""
        return monthly(self.listed.line.at(seats), self.cost, self.term)


def monthly(price: Price, cost: Money | None, term: str) -> Money | None:
    """A price as that of one seat a month; `cost` is what the seat costs a month."""
    if price.fixed is None:
        return cost.times(price.factor) if cost else None
    return price.fixed if price.per_month else price.fixed.shared(MONTHS[term])


def quote(supply: Supply, books: Sequence[Book], costs: PriceBook, day: date | None) -> Quote | None:
    """The line that holds for a subscription on a day; without a day, any line that ever does."""
    for book in books:
        lines = [one for one in _of_product(supply, book) if _fits(one.line, supply, costs.currency)]
        held = [one for one in lines if day is None or covers(one.line, day)]
        if held:
            best = max(held, key=lambda one: _exactness(one, supply))
            return Quote(book.owner, best, costs.per_month(supply), supply.term)
    return None


def covers(line: PriceLine, day: date) -> bool:
    """True from the line's first day through its last."""
    return (line.from_ is None or line.from_ <= day) and (line.until is None or day <= line.until)


def lacking(supply: Supply, books: Sequence[Book], currency: str, day: date | None) -> str:
    """Why there is no price, as the end of a sentence about the subscription: what the books have instead."""
    lines = [one for book in books for one in _of_product(supply, book)]
    fitting = [one for one in lines if _fits(one.line, supply, currency)]
    if fitting and day is not None:
        return _other_days(fitting, day)
    terms = [one for one in lines if one.line.currency in (None, currency)]
    if terms:
        sold = sorted({f"{one.line.term or 'any term'} {one.line.billing or 'any billing'}" for one in terms})
        return f"there is one for {' and '.join(sold)} only ({terms[0].origin})"
    if lines:
        others = sorted({one.line.currency for one in lines if one.line.currency})
        return f"there is one in {' and '.join(others)} only ({lines[0].origin})"
    return "no price book has it"


def _other_days(lines: Sequence[Listed], day: date) -> str:
    ended = [one for one in lines if one.line.until and one.line.until < day]
    if ended:
        last = max(ended, key=lambda one: one.line.until or day)
        return f"its last price ended on {last.line.until} ({last.origin})"
    first = min(lines, key=lambda one: one.line.from_ or day)
    return f"its first price starts on {first.line.from_} ({first.origin})"


def _of_product(supply: Supply, book: Book) -> Iterator[Listed]:
    for key in (supply.product, supply.sku, EVERYTHING):
        yield from book.lines.get(key, ())


def _fits(line: PriceLine, supply: Supply, currency: str) -> bool:
    said = ((line.term, supply.term), (line.billing, supply.billing), (line.currency, currency))
    return all(wanted in (None, there) for wanted, there in said)


def _exactness(one: Listed, supply: Supply) -> tuple[int, bool, bool, bool, date]:
    keys: Mapping[str, int] = {EVERYTHING: 0, supply.sku: 1, supply.product: 2}
    line = one.line
    said = (line.term is not None, line.billing is not None, line.currency is not None)
    return keys[one.key], *said, line.from_ or date.min
