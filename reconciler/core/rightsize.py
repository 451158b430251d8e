"""How many seats each own subscription should have, today and from its renewal on.

Pure arithmetic over one pool. Growth comes first and needs nobody's leave; shrinking is limited by the lots that may
still be given back, and what cannot go today is left out of the renewal (partner-center.md 13.2). Around a renewal
nothing is changed at all (13.3: 24 hours on either side), and what neither goes nor can be scheduled is stranded. Seats
of others count as supply and are never changed; on those that may end soon nobody relies when something is given up.

Must not: suspend anything to save, which saves nothing (partner-center.md 6.5), or end a subscription.

Questionable on purpose: a number in the files that is smaller than the number of holders is not reached. The seats
would be taken from people nobody chose; who has to go stands in the files, not in a quantity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from reconciler.core.price import months_until
from reconciler.model.address import Address
from reconciler.model.seats import SeatRule, Supply

AROUND_RENEWAL = timedelta(hours=24)
MARGIN = timedelta(hours=2)  # a request may queue: what may go until noon is not asked for at noon
LONGEST_TERM = 36  # months: over so long a time savings of subscriptions are compared
SOON = timedelta(days=30)  # what others bought and what ends within it is not relied on


@dataclass(frozen=True, slots=True)
class Adjustable:
    """An own subscription that the files declare, with its price for choosing among several.

    Only what `renews` can be told to renew with another number of seats.
    """

    supply: Supply
    rule: SeatRule
    cap: int | None = None
    monthly: Decimal = Decimal(0)
    renews: bool = True

    @property
    def floor(self) -> int:
        return self.rule.min if self.rule.fixed is None else self.rule.fixed

    @property
    def address(self) -> Address:
        return self.supply.address

    def saved(self, now: datetime) -> Decimal:
        """What one seat less from the next renewal on saves within the longest term there is."""
        end = self.supply.term_end
        left = Decimal(LONGEST_TERM) - (months_until(now.date(), end.date()) if end else Decimal(0))
        return self.monthly * max(left, Decimal(0))


@dataclass(frozen=True, slots=True)
class Market:
    """What holds for a pool today: the time, seats that we do not change, and how many more of a product may be had.

    Of the seats of `others` only the `firm` ones are relied on when seats are given up. A product's maximum counts all
    seats of the tenant, whoever sold them (partner-center.md 4.1). `lent` are kept free for the time of a swap.
    """

    now: datetime
    others: int = 0
    room: Mapping[str, int] = field(default_factory=dict)
    firm: int | None = None
    lent: int = 0


@dataclass(slots=True)
class Decision:
    """Quantities of today, those to renew with, seats that do neither, and how many seats are missing in the end.

    `renewals` are only those that can be arranged now; `idle` are seats that nobody needs and that stay paid.
    """

    quantities: dict[Address, int] = field(default_factory=dict)
    renewals: dict[Address, int] = field(default_factory=dict)
    idle: dict[Address, int] = field(default_factory=dict)
    shortage: int = 0


@dataclass(slots=True)
class _Spare:
    """Seats that nobody needs: of all there are, and of those that one can rely on."""

    every: int
    firm: int

    def of(self, item: Adjustable, kept: int) -> int:
        """How many of them this one may give up where so many are to be kept free."""
        return max(0, min(self.every, self.firm if item.renews else self.every) - kept)

    def take(self, item: Adjustable, seats: int) -> None:
        self.every -= seats
        self.firm -= seats if item.renews else 0


def decide(adjustable: Sequence[Adjustable], need: int, market: Market, keep: int = 0) -> Decision:
    """Quantities of every adjustable subscription so that `need` seats are there, and no fewer than `keep` go on.

    Cheapest grows first, dearest shrinks first; ties go by the end of the term, then by address. Never below a rule's
    minimum, never grown above a maximum, never shrunk below what is needed.
    """
    decision = Decision({item.address: item.supply.quantity for item in adjustable})
    market = replace(market, room=_fill(adjustable, decision, market))
    buffer = max((item.rule.buffer for item in adjustable), default=0) + market.lent
    lasting = max(need, keep)
    fixed = [item for item in adjustable if item.rule.fixed is not None]
    if market.others + sum(decision.quantities.values()) - need >= buffer:
        _give_back(fixed, decision, _spare(adjustable, decision, lasting, market), 0, market.now)
    spare = market.others + sum(decision.quantities.values()) - need
    spare += _grow(adjustable, decision, max(0, buffer - spare), market)  # a fixed number is no buffer
    left = _spare(adjustable, decision, lasting, market)
    _give_back([item for item in adjustable if item.rule.fixed is None], decision, left, buffer, market.now)
    _leave_out(adjustable, decision, left, buffer, market.now)
    decision.shortage = max(0, -spare)
    return decision


def _fill(adjustable: Sequence[Adjustable], decision: Decision, market: Market) -> Mapping[str, int]:
    """Raise to what the files want at least, as far as the tenant may have it; the room that is left then."""
    room = dict(market.room)
    for item in growing(adjustable):
        if not is_locked(item.supply, market.now):
            lacking, product = max(0, item.floor - item.supply.quantity), item.supply.product
            taken = min(lacking, room.get(product, lacking))
            decision.quantities[item.address] += taken
            if product in room:
                room[product] -= taken
    return room


def _grow(adjustable: Sequence[Adjustable], decision: Decision, wanted: int, market: Market) -> int:
    """Buy up to `wanted` seats, the cheapest first; how many were found."""
    room, left = dict(market.room), wanted
    for item in growing(adjustable):
        if item.rule.fixed is not None or is_locked(item.supply, market.now):
            continue
        address, product = item.address, item.supply.product
        limits = [left, room.get(product, left)]
        if item.cap is not None:
            limits.append(item.cap - decision.quantities[address])
        taken = max(0, min(limits))
        decision.quantities[address] += taken
        left -= taken
        room[product] = room.get(product, taken) - taken
    return wanted - left


def _spare(adjustable: Sequence[Adjustable], decision: Decision, need: int, market: Market) -> _Spare:
    renewing = sum(decision.quantities[item.address] for item in adjustable if item.renews)
    firm = market.others if market.firm is None else market.firm
    return _Spare(market.others + sum(decision.quantities.values()) - need, firm + renewing - need)


def _give_back(items: Sequence[Adjustable], decision: Decision, spare: _Spare, kept: int, now: datetime) -> None:
    """Give back what may go today, so that `kept` seats stay free."""
    for item in shrinking(items):
        quantity = decision.quantities[item.address]
        gone = max(0, min(spare.of(item, kept), quantity - item.floor, removable(item.supply, now)))
        decision.quantities[item.address] -= gone
        spare.take(item, gone)


def _leave_out(items: Sequence[Adjustable], decision: Decision, spare: _Spare, buffer: int, now: datetime) -> None:
    """Leave the rest out of the renewals, and say what stays until then. A fixed number is no buffer."""
    for item in leaving(items, now):
        quantity = decision.quantities[item.address]
        idle = max(0, min(spare.of(item, 0 if item.rule.fixed is not None else buffer), quantity - item.floor))
        spare.take(item, idle)
        if idle:
            decision.idle[item.address] = idle
        if item.renews and item.supply.term_end and not is_locked(item.supply, now):
            decision.renewals[item.address] = quantity - idle


def growing(items: Iterable[Adjustable]) -> list[Adjustable]:
    """The order of buying: cheapest first; of equal ones the price that is locked longest (partner-center.md 13.2)."""
    return sorted(items, key=lambda item: (item.monthly, -_end(item), item.address))


def shrinking(items: Iterable[Adjustable]) -> list[Adjustable]:
    """The order of giving back: the dearest first; of equal ones what ends first."""
    return sorted(items, key=lambda item: (-item.monthly, _end(item), item.address))


def leaving(items: Iterable[Adjustable], now: datetime) -> list[Adjustable]:
    """The order of not renewing: what saves most, so that a term that ends next month goes before a dearer long one."""
    return sorted(items, key=lambda item: (item.rule.fixed is None, -item.saved(now), _end(item), item.address))


def _end(item: Adjustable) -> float:
    return item.supply.term_end.timestamp() if item.supply.term_end else 0.0


def is_firm(supply: Supply, now: datetime) -> bool:
    """Whether seats that we do not change can be relied on when others are given up (partner-center.md 13.1)."""
    ends_soon = supply.term_end is not None and supply.term_end - now < SOON
    return supply.renews if supply.own and not supply.trial else not (supply.trial or ends_soon)


def is_locked(supply: Supply, now: datetime) -> bool:
    """True around a renewal, when the vendor takes no change (partner-center.md 13.3: code 900277)."""
    return supply.term_end is not None and abs(supply.term_end - now) < AROUND_RENEWAL


def removable(supply: Supply, now: datetime) -> int:
    """Seats that can be given back now, with a margin to the deadline and none around a renewal."""
    return 0 if is_locked(supply, now) else supply.removable(now + MARGIN)
