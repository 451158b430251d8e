"""How many seats each own subscription should have, and what the commercial rules allow of that today.

Pure arithmetic over one pool. Growth comes first and needs nobody's leave; shrinking is limited by the lots that
may still be given back. Around a renewal nothing is changed at all (partner-center.md 13.3: 24 hours on either side).
What cannot go today is said with the day it can. Seats of others count as supply and are never changed.

Questionable on purpose: a number in the files that is smaller than the number of holders is not reached. The seats
would be taken from people nobody chose; who has to go stands in the files, not in a quantity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.model.address import Address
from reconciler.model.seats import SeatRule, Supply

AROUND_RENEWAL = timedelta(hours=24)
MARGIN = timedelta(hours=2)  # a request may queue: what may go until noon is not asked for at noon


@dataclass(frozen=True, slots=True)
class Adjustable:
    """An own subscription that the files declare, with its price for choosing among several."""

    supply: Supply
    rule: SeatRule
    cap: int | None = None
    monthly: Decimal = Decimal(0)

    @property
    def floor(self) -> int:
        return self.rule.min if self.rule.fixed is None else self.rule.fixed


@dataclass(frozen=True, slots=True)
class Market:
    """What holds for a pool today: the time, seats that we do not change, and how many more of a product may be had.

    A product's maximum counts all seats of the tenant, whoever sold them (partner-center.md 4.1).
    """

    now: datetime
    others: int = 0
    room: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Decision:
    """Target quantities, what could be given back only later, and how many seats are missing in the end."""

    quantities: dict[Address, int] = field(default_factory=dict)
    stranded: dict[Address, int] = field(default_factory=dict)
    shortage: int = 0


def decide(adjustable: Sequence[Adjustable], need: int, market: Market) -> Decision:
    """The quantity of every adjustable subscription so that `need` seats are there.

    Cheapest grows first, dearest shrinks first; ties go by address. Never below a rule's minimum, never grown above a
    maximum, never shrunk below what is needed.
    """
    decision = Decision({item.supply.address: item.supply.quantity for item in adjustable})
    for item in adjustable:
        if not is_locked(item.supply, market.now):
            decision.quantities[item.supply.address] = max(item.supply.quantity, item.floor)
    spare = market.others + sum(decision.quantities.values()) - need
    buffer = max((item.rule.buffer for item in adjustable), default=0)
    if spare < buffer:
        spare += _grow(adjustable, decision, buffer - spare, market)
    else:
        spare -= _give_back([i for i in adjustable if i.rule.fixed is not None], decision, spare, market.now)
        spare += _grow(adjustable, decision, max(0, buffer - spare), market)  # a fixed number is no buffer
        _give_back([i for i in adjustable if i.rule.fixed is None], decision, spare - buffer, market.now)
    decision.shortage = max(0, -spare)
    return decision


def _grow(adjustable: Sequence[Adjustable], decision: Decision, wanted: int, market: Market) -> int:
    """Buy up to `wanted` seats, the cheapest first; how many were found."""
    room, left = dict(market.room), wanted
    for item in sorted(adjustable, key=lambda item: (item.monthly, item.supply.address)):
        if item.rule.fixed is not None or is_locked(item.supply, market.now):
            continue
        address, product = item.supply.address, item.supply.product
        limits = [left, room.get(product, left)]
        if item.cap is not None:
            limits.append(item.cap - decision.quantities[address])
        taken = max(0, min(limits))
        decision.quantities[address] += taken
        left -= taken
        room[product] = room.get(product, taken) - taken
    return wanted - left


def _give_back(items: Sequence[Adjustable], decision: Decision, surplus: int, now: datetime) -> int:
    """Give back what may go today, the dearest first, and say what may not; how many went."""
    ordered = sorted(items, key=lambda item: (-item.monthly, item.supply.address))
    left = surplus
    for item in ordered:
        address = item.supply.address
        gone = max(0, min(left, decision.quantities[address] - item.floor, removable(item.supply, now)))
        decision.quantities[address] -= gone
        left -= gone
    went = surplus - left
    for item in ordered:
        kept = max(0, min(left, decision.quantities[item.supply.address] - item.floor))
        if kept:
            decision.stranded[item.supply.address] = kept
            left -= kept
    return went


def is_locked(supply: Supply, now: datetime) -> bool:
    """True around a renewal, when the vendor takes no change (partner-center.md 13.3: code 900277)."""
    return supply.term_end is not None and abs(supply.term_end - now) < AROUND_RENEWAL


def removable(supply: Supply, now: datetime) -> int:
    """Seats that can be given back now, with a margin to the deadline and none around a renewal."""
    return 0 if is_locked(supply, now) else supply.removable(now + MARGIN)
