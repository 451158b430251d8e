"""Which billing cycle a charge belongs to: a calendar month, or from the day after a reseller's closing day on.

A reseller whose cycle closes on the 15th gets a statement dated the 16th. Microsoft's own period is the calendar month
(partner-center.md 8.1); a charge belongs to the cycle in which it begins, whatever invoice it stands on.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Cycle:
    """From the first through the last day."""

    first: date
    last: date

    @property
    def dated(self) -> date:
        """The day of its statement."""
        return self.last + DAY

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def of_month(month: date, closes: int | None) -> Cycle:
    """The cycle that ends in the month of a day."""
    length = calendar.monthrange(month.year, month.month)[1]
    if closes is None:
        return Cycle(month.replace(day=1), month.replace(day=length))
    before = month.replace(day=1) - DAY
    began = calendar.monthrange(before.year, before.month)[1]
    return Cycle(before.replace(day=min(closes, began)) + DAY, month.replace(day=min(closes, length)))


def of_day(day: date, closes: int | None) -> Cycle:
    """The cycle that a day lies in."""
    found = of_month(day, closes)
    return found if found.has(day) else of_month(found.dated.replace(day=28) + timedelta(days=4), closes)
