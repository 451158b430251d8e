"""How many seats each own subscription should have, and what the commercial rules allow of that today.

Pure arithmetic over one pool. Growth comes first and needs nobody's leave; shrinking is limited by the lots that
may still be given back, and never near a renewal (partner-center.md 13.3: 24 hours on either side). What cannot go
today is said with the day it can. Seats of others count as supply and are never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(slots=True)
class Decision:
    """Target quantities, what could be given back only later, and how many seats are missing in the end."""

    quantities: dict[Address, int] = field(default_factory=dict)
    stranded: dict[Address, int] = field(default_factory=dict)
    shortage: int = 0


def decide(adjustable: Sequence[Adjustable], others: int, need: int, now: datetime) -> Decision:
    """The quantity of every adjustable subscription so that `need` seats are there, `others` supplying the rest.

    Cheapest grows first, dearest shrinks first; ties go by address. Never below a rule's minimum, never above its
    maximum, never below what is needed.
    """
    decision = Decision({item.supply.address: item.supply.quantity for item in adjustable})
    for item in adjustable:
        _keep_floor(item, decision, now)
    spare = others + sum(decision.quantities.values()) - need
    buffer = max((item.rule.buffer for item in adjustable), default=0)
    if spare < buffer:
        spare = _grow(adjustable, decision, spare, buffer - spare)
    elif spare > buffer:
        _shrink(adjustable, decision, spare - buffer, now)
    decision.shortage = max(0, -spare)
    return decision


def _keep_floor(item: Adjustable, decision: Decision, now: datetime) -> None:
    """At least the minimum; exactly the number where the files give one, as far as it can go down today."""
    address, quantity = item.supply.address, item.supply.quantity
    if quantity < item.floor:
        decision.quantities[address] = item.floor
    elif item.rule.fixed is not None and quantity > item.floor:
        gone = min(quantity - item.floor, removable(item.supply, now))
        decision.quantities[address] = quantity - gone
        decision.stranded[address] = quantity - gone - item.floor


def _grow(adjustable: Sequence[Adjustable], decision: Decision, spare: int, wanted: int) -> int:
    for item in sorted(adjustable, key=lambda item: (item.monthly, item.supply.address)):
        if item.rule.fixed is not None:
            continue
        address = item.supply.address
        room = wanted if item.cap is None else max(0, item.cap - decision.quantities[address])
        taken = min(wanted, room)
        decision.quantities[address] += taken
        spare, wanted = spare + taken, wanted - taken
    return spare


def _shrink(adjustable: Sequence[Adjustable], decision: Decision, surplus: int, now: datetime) -> None:
    for item in sorted(adjustable, key=lambda item: (-item.monthly, item.supply.address)):
        if item.rule.fixed is not None:
            continue
        address = item.supply.address
        wanted = min(surplus, decision.quantities[address] - item.floor)
        gone = max(0, min(wanted, removable(item.supply, now)))
        decision.quantities[address] -= gone
        decision.stranded[address] = max(0, wanted - gone)
        surplus -= wanted


def removable(supply: Supply, now: datetime) -> int:
    """Seats that can be given back now, with a margin to the deadline and none around a renewal."""
    if supply.term_end and abs(supply.term_end - now) < AROUND_RENEWAL:
        return 0
    return supply.removable(now + MARGIN)
