"""Subscriptions that are ordered: how many seats each is bought with, what that costs, and what it promises the pool.

A row that creates a supplying resource is an order. Seats of subscriptions that run are changed first (`rightsize.py`);
what they cannot give is ordered, the cheapest first, at least as many seats as the product is sold with. What is bought
is counted as seats of the same plan: people wait for the order, and no other row buys seats for them.

Must not: decide whether it may be ordered at all (`sellable.py`), or what is paid: the end of the term is an estimate,
today's order runs through the day before its next year.

Questionable on purpose: `seats: auto` with nobody who needs one orders nothing, and says so. One cannot buy none, and a
seat for nobody is paid until the term ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from reconciler.core import price, proration, splitting, words
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Cost, FieldChange, Sale
from reconciler.model.finding import Finding
from reconciler.model.seats import SeatRule, Supply

QUANTITY = "quantity"
ENDS = "ends"
NO_RETURN = "it cannot be undone, and nothing of it can be given back"
BEGUN = "an earlier run began to order it: its cart is looked at first, and nothing is bought twice"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order without its seats: what it will supply, the files' rule, and the fewest seats it is sold with.

    What takes seats of another subscription over says of which, and how many at most.
    """

    supply: Supply
    rule: SeatRule
    least: int
    monthly: Decimal
    ends_with: Address | None = None
    natural_end: datetime | None = None
    giver: Supply | None = None
    most: int | None = None

    @property
    def is_cut(self) -> bool:
        """True where the first term ends with another subscription, before it would by itself."""
        return self.supply.term_end != self.natural_end

    @property
    def floor(self) -> int:
        """Seats that are bought whoever needs them."""
        if self.rule.fixed is not None:
            return self.rule.fixed
        return max(self.rule.min, self.least) if self.rule.min else 0


def is_order(inputs: Inputs, change: Change) -> bool:
    """True for a row that buys something which was not there."""
    return change.action is Action.CREATE and inputs.kind(change.address.kind).ordered


def wanted(inputs: Inputs, rows: Rows) -> list[Wanted]:
    """The orders of the plan that nothing stops, by address."""
    found = []
    for change in sorted(rows.changes, key=lambda change: change.address):
        if change.blocked or not is_order(inputs, change) or change.desired is None:
            continue
        kind = inputs.kind(change.address.kind)
        supply, rule = kind.promises(change.desired, inputs.snapshot.now), kind.seat_rule(change.desired)
        if supply is not None and rule is not None:
            giver = splitting.source(inputs, rows, change)
            if giver is not None:
                found.append(_split(inputs, supply, rule, giver))
                continue
            other = kind.ends_with(change.desired)
            one = _wanted(inputs, _ending(inputs, rows, supply, other), rule)
            found.append(replace(one, ends_with=other, natural_end=supply.term_end))
    return found


def promised(inputs: Inputs, rows: Rows) -> list[Supply]:
    """What the orders of the plan will supply, without any seats yet."""
    return [one.supply for one in wanted(inputs, rows)]


def floors(orders: Sequence[Wanted]) -> dict[Address, int]:
    """What is bought whoever needs it."""
    return {one.supply.address: one.floor for one in orders}


def grown(orders: Sequence[Wanted], spare: int, buffer: int, room: Mapping[str, int]) -> dict[Address, int]:
    """The seats of each order so that `buffer` are free in the end; `spare` are free with the floors alone.

    `room` says how many more of a product the tenant may have beside the floors.
    """
    seats, left = floors(orders), dict(room)
    flexible = [one for one in orders if one.rule.fixed is None]
    missing = max([buffer, *(one.rule.buffer for one in flexible)]) - spare
    for one in sorted(flexible, key=lambda one: (one.monthly, one.supply.address)):
        product, has = one.supply.product, seats[one.supply.address]
        limits = [left[product]] if product in left else []
        limits += [most - has for most in (one.rule.max, one.most) if most is not None]
        more = max(0, min([missing, *limits]))
        if more and has + more < one.least:
            more = one.least - has if all(one.least - has <= limit for limit in limits) else 0
        seats[one.supply.address] += more
        missing -= more
        if product in left:
            left[product] -= more
    return seats


def size(inputs: Inputs, rows: Rows, seats: Mapping[Address, int], demands: Mapping[str, Demand]) -> None:
    """Give each order its seats and its cost; what nobody needs is no row, and advice."""
    for one in wanted(inputs, rows):
        address = one.supply.address
        place = next(n for n, c in enumerate(rows.changes) if c.address == address and is_order(inputs, c))
        if not seats.get(address):
            rows.idle[address] = rows.changes.pop(place)
            rows.seat_findings.append(_idle(rows.idle[address], one))
            continue
        found = demands.get(one.supply.sku, Demand(one.supply.sku))
        rows.changes[place] = _sized(inputs, rows.changes[place], one, seats[address], found)
        if found.gains:
            rows.caused.add(address)


def unsized(change: Change) -> Change:
    """The row without its quantity: what of it is reviewed as it is, where quantities are reviewed as sums."""
    return replace(change, fields=tuple(part for part in change.fields if part.name not in (QUANTITY, ENDS)))


def wake(rows: Rows) -> None:
    """Put orders that nobody needed, and those that were too many for a review, back to be sized again."""
    rows.changes.extend(rows.idle.values())
    rows.idle.clear()
    again = [change for change in rows.unreviewed if change.action is Action.CREATE and change.units]
    rows.unreviewed = [change for change in rows.unreviewed if change not in again]
    rows.changes.extend(replace(unsized(change), units=0, cost=None, sale=None) for change in again)


def end_of(inputs: Inputs, rows: Rows, other: Address) -> datetime | None:
    """When the term of a subscription of ours ends; None where it is not there or nobody knows."""
    live = rows.pairing.live_of.get(other)
    supply = inputs.kind(other.kind).supplies(live) if live else None
    return supply.term_end if supply and supply.own and supply.active else None


def _ending(inputs: Inputs, rows: Rows, supply: Supply, other: Address | None) -> Supply:
    """What an order supplies, to the end of the other subscription where its first term is cut there."""
    end = end_of(inputs, rows, other) if other else None
    return replace(supply, term_end=end) if end and supply.term_end and end < supply.term_end else supply


def _wanted(inputs: Inputs, supply: Supply, rule: SeatRule) -> Wanted:
    known = inputs.catalog.get(supply.product)
    unit = inputs.prices.per_month(supply)
    return Wanted(supply, rule, max(1, known.min if known else 1), unit.amount if unit else Decimal(0))


def _split(inputs: Inputs, supply: Supply, rule: SeatRule, giver: Supply) -> Wanted:
    """Seats that become others keep the end of their term, and are as many as somebody wants."""
    one = _wanted(inputs, replace(supply, term_end=giver.term_end), rule)
    most = None if splitting.is_begun(inputs, supply.address) else splitting.most(inputs, giver)
    return replace(one, natural_end=giver.term_end, giver=giver, most=most)


def _sized(inputs: Inputs, change: Change, one: Wanted, seats: int, found: Demand) -> Change:
    assert change.desired is not None
    now, supply = inputs.snapshot.now, replace(one.supply, quantity=seats)
    parts = [*unsized(change).fields, FieldChange((QUANTITY,), None, seats)]
    if one.is_cut and supply.term_end:
        parts.append(FieldChange((ENDS,), None, supply.term_end.date().isoformat()))
    if one.giver:
        return _sized_split(inputs, replace(change, fields=tuple(parts)), one.giver, supply, found)
    until = proration.refundable_until(seats, supply, now)
    return replace(
        change,
        fields=tuple(sorted(parts, key=lambda part: part.path)),
        note="; ".join(_remarks(inputs, supply, found, change.note)),
        units=seats,
        cost=price.of(seats, supply, inputs.prices, now.date()),
        sale=Sale(refundable_until=until.isoformat(timespec="seconds").replace("+00:00", "Z")),
        desired=inputs.kind(change.address.kind).sized(change.desired, seats),
    )


def _sized_split(inputs: Inputs, change: Change, giver: Supply, supply: Supply, found: Demand) -> Change:
    """Seats that are nobody's new ones: they cost what they are dearer, and nothing of them can be given back."""
    assert change.desired is not None, "what is made is declared"
    seats, old, new = supply.quantity, inputs.prices.per_month(giver), inputs.prices.per_month(supply)
    cost = None
    if old is not None and new is not None:
        monthly, end = new.times(seats) - old.times(seats), supply.term_end
        months = price.months_until(inputs.snapshot.now.date(), end.date()) if end else Decimal(1)
        cost = Cost(monthly, monthly.times(months), end.date().isoformat() if end else "")
    worth = f" at {new} a month each instead of {old}" if cost else ""
    people = f"{words.people(len(found.after))} will hold {supply.sku}"
    begun = BEGUN in change.note or splitting.BEGUN in change.note
    become = f"{'becomes' if seats == 1 else 'become'} {supply.sku}{worth}"
    what = f"{seats} of the {giver.quantity} seats of {giver.address} {become}"
    return replace(
        change,
        fields=tuple(sorted(change.fields, key=lambda part: part.path)),
        note=f"{people} ({len(found.before)} today); {what}; {splitting.BEGUN if begun else NO_RETURN}",
        units=seats,
        cost=cost,
        desired=inputs.kind(change.address.kind).sized(change.desired, seats),
    )


def _remarks(inputs: Inputs, supply: Supply, found: Demand, said: str) -> Iterator[str]:
    unit = inputs.prices.per_month(supply)
    yield f"{words.people(len(found.after))} will hold {supply.sku} ({len(found.before)} today)"
    once = inputs.prices.per_term(supply) if supply.once else None
    if once is not None:
        yield f"{once} for each seat, paid once; nothing follows its term"
    elif unit is not None:
        yield f"{unit} a month for each seat"
    if said.startswith(BEGUN):
        yield BEGUN


def _idle(change: Change, one: Wanted) -> Finding:
    return Finding(
        codes.NOBODY_NEEDS,
        f"{change.address} is not there, and no more seats of {one.supply.sku} are needed: nothing is ordered.",
        "It is ordered when somebody needs a seat; seats: with a number orders it now.",
        address=change.address,
        origin=change.origin,
    )
