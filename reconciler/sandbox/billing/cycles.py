"""Charge cycles, and what a part of one costs; pure.

A cycle is how often a subscription is charged: a month, a year or three, counted from the day of the purchase or
renewal; it is not the calendar month of an invoice. Its days are those of the month or year that begins with it (Learn
"Billing scenarios for one-time and select recurring purchases": June 18 to July 17 has 30). The first term of a
co-termed subscription ends within a cycle, which is then charged by its days.
It must not know why something is charged.

The decision a reader would question: amounts are cut, not rounded, in the two ways in which Microsoft's published
examples are, which contradict each other (fact sheet 8.5): seats added and removed cut the product, all else cuts the
price of the part first.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from reconciler.sandbox.partner.terms import CYCLE_MONTHS, add_months

_CENT = Decimal("0.01")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One charge cycle, both days inclusive; `days` are those of the whole cycle, also where the term ends before."""

    start: date
    end: date
    days: int

    def share(self, since: date) -> Decimal:
        """Which part of the cycle is left from a day on."""
        return Decimal((self.end - max(since, self.start)).days + 1) / Decimal(self.days)


def cycle_of(anchor: date, billing: str, day: date, last: date) -> Cycle:
    """The cycle that holds a day, of cycles that began at `anchor` and stop at `last`."""
    months = CYCLE_MONTHS.get(billing, 1)
    number = max(((day.year - anchor.year) * 12 + day.month - anchor.month) // months, 0)
    if add_months(anchor, months * number) > day and number:
        number -= 1
    start, following = add_months(anchor, months * number), add_months(anchor, months * (number + 1))
    return Cycle(start, min(following - _DAY, last), (following - start).days)


def months_left(cycle: Cycle, since: date) -> Decimal:
    """The part of a cycle that is left where a new billing plan begins with a month of it."""
    after = cycle.end + _DAY
    whole = (after.year - cycle.start.year) * 12 + after.month - cycle.start.month
    left = (after.year - since.year) * 12 + after.month - since.month
    return Decimal(left) / Decimal(whole)


def cut(amount: Decimal) -> Decimal:
    """To whole cents, toward zero."""
    return amount.quantize(_CENT, ROUND_DOWN)
