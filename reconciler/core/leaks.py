"""What a customer's own subscriptions cost for nothing, as it was read and before any row of the plan.

A seat is used by whoever holds one, the cheapest subscription first, seats of others before ours, as in the margin
(`margin.py`); what is left of ours is unassigned. What a blocked account holds, and what is assigned twice, is told by
person. A trial costs nothing yet: told is what it turns into (partner-center.md 11.6).

Must not: know what a person is. Their kind says who cannot use anything (`Kind.unused`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from reconciler.core import demand, retail, shortage
from reconciler.core.holding import OWN, Sources
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import as_read, last_used
from reconciler.model.address import Address
from reconciler.model.leak import Leak, Sort
from reconciler.model.money import Money
from reconciler.model.seats import Supply


def of(inputs: Inputs, rows: Rows) -> tuple[Leak, ...] | None:
    """Every leak, by address; None where seats or holders were not seen whole."""
    if shortage.unread(inputs):
        return None
    held = demand.today(inputs, rows).sources
    supplies = as_read(inputs, rows)
    found: list[Leak] = []
    for sku in sorted({supply.sku for supply in supplies if supply.own and (supply.active or supply.suspended)}):
        pool = [supply for supply in supplies if supply.sku == sku]
        holders = held.get(sku, {})
        found += _of_seats(inputs, pool, len(holders))
        found += _of_people(inputs, rows, pool, holders)
    return tuple(sorted(found, key=lambda leak: (leak.address, leak.sort)))


def _of_seats(inputs: Inputs, pool: Sequence[Supply], people: int) -> Iterator[Leak]:
    ours = [supply for supply in pool if supply.own]
    left = max(0, people - sum(supply.quantity for supply in pool if supply.active and not supply.own))
    for cost, supply in sorted(_priced(inputs, ours), key=lambda one: (_dearness(one[0]), one[1].address)):
        if supply.trial:
            left -= min(left, supply.quantity)
            yield from _of_trial(inputs, supply)
            continue
        if supply.suspended:
            fix = "Resume it, or end it with its term: a suspended subscription is billed."
            yield _leak(Sort.SUSPENDED, supply, supply.quantity, cost, fix)
        elif supply.active:
            taken = min(left, supply.quantity)
            left -= taken
            if taken < supply.quantity:
                yield _leak(
                    Sort.UNASSIGNED, supply, supply.quantity - taken, cost, "Give them back: reconciler rightsize."
                )
        if inputs.customer.prices and not _is_sold(inputs, supply):
            fix = f'Add a price under prices:, for example "{supply.sku}: [{{markup: 20%}}]".'
            yield _leak(Sort.UNPRICED, supply, supply.quantity, cost, fix)


def _of_trial(inputs: Inputs, supply: Supply) -> Iterator[Leak]:
    """It is paid for a year from its end on, billed monthly."""
    if supply.active and supply.renews:
        end = f" on {supply.term_end:%Y-%m-%d}" if supply.term_end else ""
        cost = inputs.prices.per_month(replace(supply, term="P1Y", billing="monthly"))
        yield _leak(
            Sort.TRIAL, supply, supply.quantity, cost, f"Decide before it is paid{end}: endOfTerm, or give it up."
        )


def _of_people(
    inputs: Inputs, rows: Rows, pool: Sequence[Supply], holders: Mapping[Address, Sources]
) -> Iterator[Leak]:
    sku, paid = pool[0].sku, [s for s in pool if s.own and s.active and not s.trial]
    last = last_used(inputs.prices, paid, len(holders))
    for who, sources in sorted(holders.items()):
        live = rows.pairing.known.get(who)
        unused = inputs.kind(who.kind).unused(live) if live else ""
        if unused and paid:
            yield Leak(Sort.BLOCKED, who, sku, 1, last[0] if last else None, f"{unused}: take the license back.")
        if OWN in sources and len(sources) > 1:
            yield Leak(Sort.TWICE, who, sku, 0, None, "One of the two is enough: the direct one outlives the group.")


def _priced(inputs: Inputs, supplies: Sequence[Supply]) -> Iterator[tuple[Money | None, Supply]]:
    for supply in supplies:
        if supply.active or supply.suspended:
            yield inputs.prices.per_month(supply), supply


def _dearness(cost: Money | None) -> tuple[bool, Decimal]:
    return (cost is None, cost.amount if cost else Decimal(0))


def _is_sold(inputs: Inputs, supply: Supply) -> bool:
    quote = retail.quote(supply, inputs.customer.prices, inputs.prices, inputs.snapshot.now.date())
    return quote is not None and quote.per_month(supply.quantity) is not None


def _leak(sort: Sort, supply: Supply, seats: int, cost: Money | None, fix: str) -> Leak:
    return Leak(sort, supply.address, supply.sku, seats, cost.times(seats) if cost else None, fix)
