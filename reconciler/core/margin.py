"""What is left of a customer a month, before the plan and after it, and what each row changes of that.

People pay by the seat they hold: of a pool, seats of others first (we neither buy nor bill those), then ours, the
cheapest first, because the dearest are given back first (`rightsize.py`). Every seat of ours costs, held or not, and
also those of a suspended subscription. A pool of which one subscription has no cost or no price is left out whole:
nobody can tell which seats its people hold.

Each row gets what changes because of it alone, one after the other, so that the rows add up to the difference: first
quantities, which may reach another tier, then licenses. What is upgraded gives its seats away in one pool and gets them
in another one; what a trial costs and brings is nothing. Amounts are exact.

Must not: buy, or change which rows there are. What is planned later to be blocked by a limit counts as if it ran, as in
the cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from reconciler.core import demand, moving, orders, proration, retail, shortage, splitting, supplies
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.core.retail import Quote
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason, Sale
from reconciler.model.finding import Finding
from reconciler.model.margin import Balance, Margin, nothing
from reconciler.model.money import Money
from reconciler.model.seats import Supply

# A subscription as one product: what is upgraded is there twice, and one of both has no seats.
Part: TypeAlias = tuple[Address, str]
Quantities = Mapping[Part, int]
TRIAL = "none"  # the billing of a trial, whose price is 0 (partner-center.md 11.6)


@dataclass(frozen=True, slots=True)
class _Sold:
    """One subscription of ours, with what a seat costs a month and the price that holds."""

    supply: Supply
    cost: Money
    quote: Quote

    @property
    def part(self) -> Part:
        return part_of(self.supply)

    def balance(self, seats: int, held: int) -> Balance:
        if not seats and not held:
            return nothing(self.cost.currency)
        unassigned = max(0, seats - held)
        paid = self.quote.per_month(seats)
        assert paid is not None, "a subscription without a price is not sold"
        return Balance(paid.times(held), self.cost.times(seats), unassigned, self.cost.times(unassigned))


@dataclass(frozen=True, slots=True)
class _Pool:
    """One part number: our subscriptions in the order in which they are used, and those that nobody pays us for."""

    sold: Sequence[_Sold]
    others: Sequence[Supply]
    currency: str

    @property
    def seats(self) -> dict[Part, int]:
        """What is there, before anything of the plan."""
        return {part_of(supply): supply.quantity for supply in (*(one.supply for one in self.sold), *self.others)}

    def each(self, seats: Quantities, people: int) -> Iterator[tuple[Address, Balance]]:
        """The balance of each subscription; whoever finds no seat at all is counted with the last one in use."""
        left = max(0, people - sum(seats[part_of(other)] for other in self.others))
        usable = [one for one in self.sold if one.supply.active and seats[one.part]]
        for one in self.sold:
            quantity = seats[one.part]
            held = 0 if one not in usable else left if one is usable[-1] else min(left, quantity)
            left -= held
            yield one.supply.address, one.balance(quantity, held)

    def balance(self, seats: Quantities, people: int) -> Balance:
        return sum((found for _, found in self.each(seats, people)), nothing(self.currency))


@dataclass(slots=True)
class _Sums:
    """What is found, pool by pool: sums, what is missing from them, and the revenue of each row by its id."""

    before: Balance
    after: Balance
    unpriced: list[Address] = field(default_factory=list)
    revenue: dict[int, Money] = field(default_factory=dict)
    balances: dict[Address, tuple[Balance, Balance]] = field(default_factory=dict)

    def add(self, address: Address, before: Balance, after: Balance) -> None:
        """Count one subscription, as one of its products."""
        known = self.balances.get(address)
        self.balances[address] = (known[0] + before, known[1] + after) if known else (before, after)
        self.before, self.after = self.before + before, self.after + after

    def earn(self, change: Change, revenue: Money) -> None:
        """Add to what a row changes; deleting somebody gives back several licenses."""
        known = self.revenue.get(id(change))
        self.revenue[id(change)] = known + revenue if known else revenue


def settle(inputs: Inputs, rows: Rows) -> Margin | None:
    """The customer's margin, with its part on each row; None without prices, or where seats were not seen whole.

    Subscriptions without a price are told as findings.
    """
    if not inputs.customer.prices or shortage.unread(inputs):
        return None
    currency = inputs.customer.defaults.currency
    sums = _Sums(nothing(currency), nothing(currency))
    become = [replace(after, quantity=0) for _, _, after in supplies.upgrades(inputs, rows)]
    found = [*supplies.there(inputs, rows), *become, *orders.promised(inputs, rows)]
    demands, moves = demand.of(inputs, rows), list(_moves(inputs, rows))
    along = moving.riders(inputs, rows, demands)
    for name in sorted({supply.sku for supply in found if supply.own}):
        pool = _pool(inputs, rows, [supply for supply in found if supply.sku == name], sums)
        if pool:
            _count(pool, (demands.get(name, Demand(name)), along.get(name, 0)), moves, sums)
    by_address = {supply.address: supply for supply in found}
    rows.changes = [_sold_as(inputs, change, by_address.get(change.address), sums) for change in rows.changes]
    if not sums.balances and not sums.unpriced:
        return None
    return Margin(inputs.customer.key, sums.before, sums.after, tuple(sorted(sums.unpriced)))


def _pool(inputs: Inputs, rows: Rows, supplies: Sequence[Supply], sums: _Sums) -> _Pool | None:
    """The pool as it is sold; None, with what is missing noted, where one of its subscriptions has no cost or price."""
    ours = [s for s in supplies if s.own and (s.active or s.suspended) and s.billing != TRIAL and not s.once]
    sold: list[_Sold] = []
    for supply in ours:
        cost, quote = inputs.prices.per_month(supply), _quote(inputs, supply)
        if cost is None or quote is None or quote.per_month(supply.quantity) is None:
            sums.unpriced.append(supply.address)
            rows.findings.append(_unknown(inputs, supply, cost))
        else:
            sold.append(_Sold(supply, cost, quote))
    if not ours or len(sold) < len(ours):
        return None
    sold.sort(key=lambda one: (one.cost.amount, one.supply.address))
    others = [supply for supply in supplies if supply.active and supply not in ours]
    return _Pool(sold, others, inputs.customer.defaults.currency)


def _quote(inputs: Inputs, supply: Supply) -> Quote | None:
    return retail.quote(supply, inputs.customer.prices, inputs.prices, inputs.snapshot.now.date())


def part_of(supply: Supply) -> Part:
    return supply.address, supply.product


def _moves(inputs: Inputs, rows: Rows) -> Iterator[tuple[Change, Part, int]]:
    """Which rows change which quantities: upgrades, which take here and give there, and then all others."""
    become = {}
    for change, before, after in supplies.upgrades(inputs, rows):
        become[change.address] = after.product
        yield change, part_of(before), -before.quantity
        yield change, part_of(after), after.quantity
    product = {supply.address: supply.product for supply in supplies.there(inputs, rows)}
    product |= {supply.address: supply.product for supply in orders.promised(inputs, rows)} | become
    for change in sorted(rows.changes, key=lambda change: change.address):
        giver = splitting.source(inputs, rows, change)
        if giver and change.units and not change.blocked:
            yield change, part_of(giver), -change.units
        if change.units and not change.blocked:
            yield change, (change.address, product.get(change.address, "")), change.units


def _count(pool: _Pool, people_of: tuple[Demand, int], moves: Sequence[tuple[Change, Part, int]], sums: _Sums) -> None:
    """Add the pool to the sums, and to each row what changes with it; people whom no file mentions come along."""
    found, along = people_of
    seats, people = pool.seats, len(found.before)
    before = dict(pool.each(seats, people))
    revenue = pool.balance(seats, people).revenue
    for change, now_seats, now_people in _states(found, along, moves, seats):
        seats, people = now_seats, now_people
        now = pool.balance(seats, people).revenue
        sums.earn(change, now - revenue)
        revenue = now
    after = dict(pool.each(seats, people))
    for address, balance in before.items():
        sums.add(address, balance, after[address])


def _states(
    found: Demand, along: int, moves: Sequence[tuple[Change, Part, int]], seats: dict[Part, int]
) -> Iterator[tuple[Change, dict[Part, int], int]]:
    """The pool after each row: quantities first, then who leaves, then who comes."""
    people = len(found.before)
    for change, part, units in moves:
        if part in seats:
            seats = {**seats, part: seats[part] + units}
            people, along = (people + along, 0) if change.reason is Reason.UPGRADE and units > 0 else (people, along)
            yield change, seats, people
    for who in sorted(found.releases):
        people -= 1
        yield found.releases[who][-1].change, seats, people
    for who in sorted(found.gains):
        people += 1
        yield found.gains[who][0].change, seats, people


def _sold_as(inputs: Inputs, change: Change, supply: Supply | None, sums: _Sums) -> Change:
    """The row with what it means in money."""
    revenue = sums.revenue.get(id(change))
    if change.reason is Reason.UPGRADE and change.address in sums.balances:
        before, after = sums.balances[change.address]
        return replace(change, sale=Sale(revenue, (before.margin, after.margin)))
    if not change.units or supply is None:
        return replace(change, sale=Sale(revenue)) if revenue and revenue.amount else change
    now, cost = inputs.snapshot.now, inputs.prices.per_month(supply)
    balances = sums.balances.get(supply.address)
    if change.action is Action.DELETE:
        margins = (balances[0].margin, balances[1].margin) if balances else None
        return replace(change, sale=Sale(revenue, margins))  # what it gives back stands in its note
    charged = proration.estimate(change.units, supply, cost, now) if cost and not supply.once else None
    if splitting.source_of(inputs, change):
        return replace(change, sale=Sale(revenue, (balances[0].margin, balances[1].margin) if balances else None))
    sale = Sale(
        revenue,
        (balances[0].margin, balances[1].margin) if balances else None,
        charged.amount if charged else None,
        charged.next_charge.isoformat() if charged else "",
        proration.refundable_until(change.units, supply, now).isoformat(timespec="seconds").replace("+00:00", "Z"),
    )
    return replace(change, sale=sale)


def _unknown(inputs: Inputs, supply: Supply, cost: Money | None) -> Finding:
    """What is not known of a subscription, and what is missing for it."""
    currency = inputs.customer.defaults.currency
    called = f"{supply.address} ({supply.sku}, {supply.term} {supply.billing})"
    if cost is None:
        what, fix = (
            f"no cost in {currency} in the catalog",
            "Add its product, term and billing with a price to catalog:.",
        )
    else:
        why = retail.lacking(supply, inputs.customer.prices, currency, inputs.snapshot.now.date())
        what = f"no price in {currency}: {why}"
        fix = f'Add it under prices:, for example "{supply.sku}: [{{perMonth: 24.90 {currency}}}]".'
    desired = inputs.customer.resources.get(supply.address)
    return Finding(
        codes.MARGIN_UNKNOWN,
        f"{called} has {what}. {supply.sku} is missing from revenue and margin.",
        fix,
        address=supply.address,
        origin=desired.origin if desired else None,
    )
