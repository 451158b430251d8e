"""The charges that follow from the history of a subscription: one for each line of an invoice; pure.

A purchase, a renewal and each cycle of a longer term are charged in whole; a change of seats takes the old number back
and charges the new one for the rest of the cycle; an upgrade takes back what was and charges what is, in one reference;
a cancellation takes back the rest, and everything within 24 hours (Learn "Billing scenarios for one-time and select
recurring purchases"; fact sheet 8.4, 8.5).
It must not know tenants or invoices.

Decisions a reader would question [inferred]: seats that move into another subscription are charged there until the end
of its own cycle, like a partial upgrade; another term in the middle of one is a `changeBillingPlan` that takes back the
rest of the old cycle.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

from reconciler.sandbox.billing.cycles import Cycle, cut, cycle_of, months_left
from reconciler.sandbox.billing.history import Version
from reconciler.sandbox.partner.terms import FULL_REFUND, renewal_instant

_BY_SEATS = ("addQuantity", "removeQuantity")
# What takes the place of the charge of a cycle that begins with it.
_AT_A_CYCLE = ("renew", "changeBillingPlan")


@dataclass(frozen=True, slots=True)
class Charge:
    """One line: so many seats of a version for a part of a cycle; negative prices give back."""

    version: Version
    why: str
    ordered: datetime
    reference: str
    first: date
    last: date
    unit: Decimal
    quantity: int
    subtotal: Decimal


def charges(history: tuple[Version, ...], now: datetime) -> Iterator[Charge]:
    """All charges up to `now`, oldest first."""
    before: Version | None = None
    for version, following in pairwise((*history, None)):
        assert version is not None
        if version.at > now:
            return
        yield from _of_change(before, version, history)
        yield from _of_cycles(version, following, now)
        before = version


def _of_cycles(version: Version, following: Version | None, now: datetime) -> Iterator[Charge]:
    """The cycles that begin while a version holds, but for the one that it began with."""
    if not version.is_running or version.is_trial:
        return
    until = now if following is None else min(now, following.at)
    is_replaced = following is not None and following.why in _AT_A_CYCLE
    cycle = _cycle(version, version.at.date())
    while cycle.end < version.end:
        begins = renewal_instant(cycle.end)
        if begins > until or (is_replaced and following is not None and begins == following.at):
            return
        cycle = _cycle(version, begins.date())
        if begins > version.at:
            yield _whole(replace(version, at=begins, why="cycleCharge"), cycle)


def _of_change(before: Version | None, version: Version, history: tuple[Version, ...]) -> Iterator[Charge]:
    match version.why:
        case "new" | "renew":
            yield _whole(version, _cycle(version, version.at.date()))
        case "addQuantity" | "removeQuantity" if before is not None:
            yield _rest(version, before, -before.quantity)
            yield _rest(version, version, version.quantity)
        case "cancelImmediate" if before is not None:
            yield _refund(version, before, history)
        case "moveQuantity" if before is not None:
            kept = version.quantity if version.is_running else 0
            yield _rest(version, before, kept - before.quantity)
        case "convert" | "changeBillingPlan":
            yield from _of_conversion(before, version)


def _of_conversion(before: Version | None, version: Version) -> Iterator[Charge]:
    if before is None:
        yield _rest(version, version, version.quantity)
        return
    if version.why == "changeBillingPlan" and before.term == version.term:
        yield _replanned(version)
        return
    if (before.product, before.term) == (version.product, version.term):
        yield _rest(version, before, version.quantity - before.quantity)
        return
    if before.end >= version.at.date():
        yield _rest(version, before, -before.quantity)
    if version.anchor == version.start:
        yield _whole(version, _cycle(version, version.start))
    else:
        yield _rest(version, version, version.quantity)


def _refund(version: Version, before: Version, history: tuple[Version, ...]) -> Charge:
    """What a cancellation gives back: all of the cycle within a day of the purchase or renewal, else what is left."""
    begun = next(one for one in reversed(history[: history.index(version)]) if one.why not in _BY_SEATS)
    charge = _rest(version, before, -before.quantity)
    if version.at - begun.at > FULL_REFUND:
        return charge
    return replace(_rest(replace(version, at=begun.at), before, -before.quantity), ordered=version.at)


def _whole(version: Version, cycle: Cycle) -> Charge:
    part = _part(version.price, cycle, cycle.start)
    return _charge(version, version, (cycle.start, cycle.end), part, version.quantity)


def _rest(version: Version, charged: Version, quantity: int) -> Charge:
    """So many seats of what is charged, from the day of the change to the end of its cycle; negative gives back."""
    day = version.at.date()
    cycle = _cycle(charged, day)
    part = _part(charged.price, cycle, day, exact=version.why in _BY_SEATS)
    return _charge(
        version, charged, (max(day, cycle.start), cycle.end), part if quantity >= 0 else -part, abs(quantity)
    )


def _replanned(version: Version) -> Charge:
    """The first cycle of another billing frequency, which may begin with any month of a year."""
    day = version.at.date()
    cycle = _cycle(version, day)
    part = cut(version.price * months_left(cycle, day)) if cycle.start != day else version.price
    return _charge(version, version, (day, cycle.end), part, version.quantity)


def _part(price: Decimal, cycle: Cycle, since: date, *, exact: bool = False) -> Decimal:
    share = cycle.share(since)
    part = price if share == 1 else price * share
    return part if exact or share == 1 else cut(part)


def _charge(version: Version, charged: Version, days: tuple[date, date], unit: Decimal, quantity: int) -> Charge:
    return Charge(
        version=charged,
        why=version.why,
        ordered=version.at,
        reference=version.reference,
        first=days[0],
        last=days[1],
        unit=unit,
        quantity=quantity,
        subtotal=cut(unit * quantity),
    )


def _cycle(version: Version, day: date) -> Cycle:
    """The cycle of a day within the term; a day after it counts as its last one."""
    return cycle_of(version.anchor, version.billing, min(day, version.end), version.end)
