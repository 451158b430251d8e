"""Seat lots: which seats of a subscription may still be given back, and until when.

Each purchase, renewal and seat add opens a lot of exactly those seats with its own seven days; `refundableQuantity`
is the sum of the open ones (Learn "Change the quantity of a subscription", "New commerce cancellation policy").
Pure: the instant comes in, new lots come out. It must not know minimums, statuses or the tenant's pool.

The decision a reader would question [inferred, fact sheet 6.4]: a reduction consumes the newest lots first, and what
is left of a lot keeps its deadline. Microsoft shows only that a removal does not reset the time (10 seats to 1 leaves
a lot of 1 with the old deadline).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from reconciler.sandbox.partner.terms import WINDOW
from reconciler.sandbox.world import Lot


def deadline(lot: Lot) -> datetime:
    return lot.added + WINDOW


def open_lots(lots: Iterable[Lot], now: datetime) -> tuple[Lot, ...]:
    """The lots that still may shrink, oldest first."""
    return tuple(sorted((lot for lot in lots if lot.quantity > 0 and now < deadline(lot)), key=lambda lot: lot.added))


def refundable(lots: Iterable[Lot], now: datetime) -> int:
    return sum(lot.quantity for lot in open_lots(lots, now))


def without(lots: Iterable[Lot], quantity: int, now: datetime) -> tuple[Lot, ...]:
    """The lots after `quantity` seats left. The caller has checked that so many are refundable."""
    remaining = quantity
    kept: list[Lot] = []
    for lot in reversed(open_lots(lots, now)):
        taken = min(lot.quantity, remaining)
        remaining -= taken
        if lot.quantity > taken:
            kept.append(replace(lot, quantity=lot.quantity - taken))
    assert remaining == 0, "more seats were taken than the open lots hold"
    return tuple(reversed(kept))
