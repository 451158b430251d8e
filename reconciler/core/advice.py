"""What to ask the distributor for, where a customer's seats are bought by somebody else.

    set_apart(inputs, rows)    orders are no rows: nobody here can place them
    settle(inputs, rows)       once the rows are in order: seats to ask for, and seats to give back, with their price

Seats that are there are dealt out as always; whoever finds none waits (`shortage.py`), and is counted here as somebody
who needs one. Must not: plan a row, or change one.

Questionable on purpose: what may be given back when is the distributor's business, of whom no service tells us. So
seats that nobody needs are told whenever there are some, with the end of the term where the directory knows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.core import demand, orders, rightsize, shortage, sizing, words
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.core.rightsize import Adjustable
from reconciler.core.supplies import supplied
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Code, Finding
from reconciler.model.seats import SeatRule, Supply

WAITING = frozenset({codes.WAITS_FOR_SEATS})


@dataclass(frozen=True, slots=True)
class _Part:
    """A declared subscription of a pool, as it should be; one that is to be ordered has no seats yet."""

    item: Adjustable
    wanted: int

    @property
    def is_new(self) -> bool:
        return not self.item.supply.quantity

    @property
    def units(self) -> int:
        return self.wanted - self.item.supply.quantity


def set_apart(inputs: Inputs, rows: Rows) -> None:
    """Take orders out of the rows where somebody else has to make them."""
    if not inputs.customer.advised:
        return
    for drawer in (rows.changes, rows.reported):
        rows.advised.extend(change for change in drawer if orders.is_order(inputs, change))
        drawer[:] = [change for change in drawer if not orders.is_order(inputs, change)]


def settle(inputs: Inputs, rows: Rows) -> None:
    """Say what to ask for, pool by pool; nothing where holders or seats were not seen whole."""
    if not inputs.customer.advised or shortage.unread(inputs):
        return
    waiting = [replace(c, blocked=()) for c in rows.changes if c.blocked and {g.code for g in c.blocked} <= WAITING]
    demands, there = demand.of(inputs, rows, waiting), supplied(inputs, rows)
    ours = [*sizing.declared(inputs, there), *_ordered(inputs, rows)]
    for pool in sorted({supply.sku for supply in ours}):
        items = [sizing.adjusting(inputs, rows, supply) for supply in ours if supply.sku == pool]
        others = sum(s.quantity for s in there if s.sku == pool and s.active and s not in ours)
        found = demands.get(pool, Demand(pool))
        for part in _sized(inputs, items, len(found.after) - others):
            rows.seat_findings.extend(_advice(inputs, part, found))


def _ordered(inputs: Inputs, rows: Rows) -> Iterator[Supply]:
    for change in rows.advised:
        kind = inputs.kind(change.address.kind)
        supply = kind.promises(change.desired, inputs.snapshot.now) if change.desired else None
        if supply is not None and change.desired is not None and kind.seat_rule(change.desired):
            yield supply


def _sized(inputs: Inputs, items: Sequence[Adjustable], need: int) -> list[_Part]:
    """The pool's subscriptions with as many seats as are needed: the cheapest grow first, the dearest shrink first."""
    wanted = {item.address: _least(inputs, item) for item in items}
    flexible = [item for item in items if item.rule.fixed is None]
    spare = sum(wanted.values()) - need - max((item.rule.buffer for item in items), default=0)
    for item in rightsize.growing(flexible):
        most = item.cap if item.cap is not None else wanted[item.address] + max(0, -spare)
        more = min(max(0, -spare), max(0, most - wanted[item.address]))
        if more and wanted[item.address] + more < item.rule.min:
            more = item.rule.min - wanted[item.address]
        wanted[item.address] += more
        spare += more
    for item in rightsize.shrinking(flexible):
        fewer = min(max(0, spare), max(0, wanted[item.address] - item.floor))
        wanted[item.address] -= fewer
        spare -= fewer
    return [_Part(item, wanted[item.address]) for item in items]


def _least(inputs: Inputs, item: Adjustable) -> int:
    """Seats before anybody's need is looked at: what there is, and what the files want in any case."""
    if item.rule.fixed is not None:
        return item.rule.fixed
    said = inputs.kind(item.address.kind).seat_rule(inputs.customer.resources[item.address]) or SeatRule()
    return max(item.supply.quantity, item.floor if item.supply.quantity or said.min else 0)


def _advice(inputs: Inputs, part: _Part, found: Demand) -> Iterator[Finding]:
    if not part.units:
        return
    supply, address = part.item.supply, part.item.address
    unit = inputs.prices.per_month(supply)
    cost = unit.times(abs(part.units)) if unit else None
    seats = "seat" if abs(part.units) == 1 else "seats"
    people = f"{words.people(len(found.after))} will hold it"
    asked = f"Ask your distributor: {part.units:+d} {seats} {supply.sku} for {address}"
    if part.units > 0:
        what = _order(inputs, supply) if part.is_new else f"{supply.quantity} -> {part.wanted}"
        price = f"; +{cost} a month" if cost else ""
        detail, fix = f"{asked} ({what}): {people}{price}.", "The plan gives them out once the directory shows them."
        yield _finding(inputs, codes.ASK_FOR_SEATS, address, detail, fix)
        return
    end = f"; its term ends on {supply.term_end.date()}" if supply.term_end else ""
    detail = f"{asked} ({supply.quantity} -> {part.wanted}): {people}{end}."
    fix = "Whether they go at once or with the renewal is up to your distributor."
    yield replace(_finding(inputs, codes.ASK_TO_TAKE_BACK, address, detail, fix), saving=cost)


def _order(inputs: Inputs, supply: Supply) -> str:
    known = inputs.catalog.get(supply.product)
    title = f'"{known.title}", ' if known and known.title else ""
    return f"a new subscription: {title}{supply.product} {supply.term} {supply.billing}"


def _finding(inputs: Inputs, code: Code, address: Address, detail: str, fix: str) -> Finding:
    return Finding(code, detail, fix, address, inputs.customer.resources[address].origin)
