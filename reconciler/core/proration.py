"""What a change in the middle of a charge period is charged or given back, by the day, as Microsoft publishes it.

A period begins on the day of the month on which the term began. What changes within it is charged from that day through
the period's last one: unit price / days of the period x days left. A change of seats is two lines, the old quantity
back and the new one charged; what is given back within 24 hours is given back whole, later by the day
(partner-center.md 8.5, 11.2).

Must not: be taken for an invoice. Microsoft's own examples round in two ways (partner-center.md 8.5); both are kept as
published, each for its charge types, and everything here is shown as an estimate.

Questionable on purpose: that a reduction within 24 hours gives everything back is said of cancelling only, and when a
lot was bought follows from its deadline [inferred].
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from reconciler.core.price import PERIODS, period_before
from reconciler.model.invoice import Charge
from reconciler.model.money import CENT, Money
from reconciler.model.seats import Lot, Supply

WINDOW = timedelta(days=7)  # to give seats back (partner-center.md 11.2); of seats that are there, the lot says it
WHOLE = timedelta(hours=24)
FINEST = Decimal("0.000001")  # unit prices on invoices; a month's share of a year times twelve is the year again


@dataclass(frozen=True, slots=True)
class Period:
    """A charge period: its first day, and the first day of the next one."""

    start: date
    following: date

    @property
    def days(self) -> int:
        return (self.following - self.start).days

    def left(self, day: date) -> int:
        """Days that are charged from this one on; all of them before the period."""
        return (self.following - max(day, self.start)).days


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a change costs until the next charge (or, negative, gives back), and when that is."""

    amount: Money
    next_charge: date


def line(charge: Charge, unit: Decimal, seats: int, share: tuple[int, int]) -> Decimal:
    """One line of an invoice, cut to cents; `share` is how many days are charged, and how many a period has."""
    left, days = share
    if charge.rounds_unit:
        return (unit * left / days).quantize(CENT, ROUND_DOWN) * seats
    return (unit * left * seats / days).quantize(CENT, ROUND_DOWN)  # divided last: a third of a cent is no cent less


def period(billing: str, term_end: date, today: date) -> Period | None:
    """The charge period that a day lies in; None after the term, or where nothing is charged."""
    if billing not in PERIODS or today > term_end:
        return None
    following = term_end + timedelta(days=1)
    while True:
        start = period_before(following, term_end.day, PERIODS[billing])
        if start <= today:
            return Period(start, following)
        following = start


def estimate(units: int, supply: Supply, monthly: Money, now: datetime) -> Estimate | None:
    """What `units` more or fewer seats of a subscription change until the next charge; `monthly` is the cost of one."""
    if supply.term_end is None:
        return None
    found = period(supply.billing, supply.term_end.date(), now.date())
    if found is None:
        return None
    unit = (monthly.amount * PERIODS[supply.billing]).quantize(FINEST)
    charge = Charge.ADD_QUANTITY if units > 0 else Charge.REMOVE_QUANTITY
    amount, seats = Decimal(0), supply.quantity
    for part, day in _parts(units, supply, now):
        share = (found.left(day), found.days)
        amount += line(charge, unit, seats + part, share) - line(charge, unit, seats, share)
        seats += part
    return Estimate(Money(amount, monthly.currency), found.following)


def refund(supply: Supply, monthly: Money, now: datetime) -> Money | None:
    """What cancelling a whole subscription gives back: everything within 24 hours of its purchase, later by the day."""
    found = period(supply.billing, supply.term_end.date(), now.date()) if supply.term_end else None
    if found is None:
        return None
    unit = (monthly.amount * PERIODS[supply.billing]).quantize(FINEST)
    bought = supply.cancellable_until - WINDOW if supply.cancellable_until else None
    day = bought.date() if bought and now - bought < WHOLE else now.date()
    return Money(line(Charge.CANCEL, unit, supply.quantity, (found.left(day), found.days)), monthly.currency)


def refundable_until(units: int, supply: Supply, now: datetime) -> datetime:
    """Until when seats bought now can be given back, or until when those given back here still could be."""
    if units > 0:
        return now + WINDOW
    return min((lot.until for _, lot in _given_back(-units, supply, now)), default=now)


def _parts(units: int, supply: Supply, now: datetime) -> Iterator[tuple[int, date]]:
    """The change in parts, each with the day from which it is charged or given back."""
    if units > 0:
        yield units, now.date()
        return
    for seats, lot in _given_back(-units, supply, now):
        bought = lot.until - WINDOW
        yield -seats, bought.date() if now - bought < WHOLE else now.date()


def _given_back(seats: int, supply: Supply, now: datetime) -> Iterator[tuple[int, Lot]]:
    """The lots that so many seats are taken from, the newest first (partner-center.md 6.4)."""
    for lot in sorted(supply.lots, key=lambda lot: lot.until, reverse=True):
        taken = min(seats, lot.quantity) if lot.until > now else 0
        if taken:
            yield taken, lot
        seats -= taken
