"""What a customer's own subscriptions cost for nothing, as it was read and before any row of the plan.

A seat is used by whoever holds one, the cheapest subscription first, seats of others before ours, as in the margin
(`margin.py`); what is left of ours is unassigned. What a blocked account holds, and what is assigned twice, is told by
person. A trial costs nothing yet: told is what it turns into (partner-center.md 11.6). What was paid once is no leak.

Must not: know what a person is. Their kind says who cannot use anything (`Kind.unused`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from reconciler.core import demand, retail, shortage
from reconciler.core.holding import OWN, Sources
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import as_read, last_used
from reconciler.model.address import Address
from reconciler.model.leak import Held, Leak, Looked, Sort
from reconciler.model.money import Money
from reconciler.model.resource import Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec


def of(inputs: Inputs, rows: Rows) -> Looked | None:
    """Every leak, by address, and who holds our seats; None where seats or holders were not seen whole."""
    if shortage.unread(inputs):
        return None
    held = demand.today(inputs, rows).sources
    supplies = as_read(inputs, rows)
    found: list[Leak] = []
    used: list[Held] = []
    for sku in sorted({supply.sku for supply in supplies if supply.own and (supply.active or supply.suspended)}):
        pool = [supply for supply in supplies if supply.sku == sku]
        holders = held.get(sku, {})
        found += _of_seats(inputs, pool, len(holders))
        found += _blocked(inputs, rows, pool, holders)
        used += _paid(inputs, rows, pool, holders)
        found += _twice(sku, holders)
    return Looked(tuple(sorted(found, key=lambda leak: (leak.address, leak.sort))), tuple(used))


def inactive(held: Iterable[Held], seen: Mapping[str, datetime], since: datetime) -> Iterator[Leak]:
    """Seats of whoever was there last before a moment; of whom nothing is known nothing is said."""
    for one in held:
        last = seen.get(one.id)
        if last is not None and last < since:
            fix = f"Last seen on {last:%Y-%m-%d}: ask, block the sign-in, or take the license back."
            yield Leak(Sort.INACTIVE, one.address, one.sku, 1, one.monthly, fix)


def _of_seats(inputs: Inputs, pool: Sequence[Supply], people: int) -> Iterator[Leak]:
    ours = [supply for supply in pool if supply.own]
    left = max(0, people - sum(supply.quantity for supply in pool if supply.active and not supply.own))
    for cost, supply in sorted(_priced(inputs, ours), key=_dearness):
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
            if taken < supply.quantity and not supply.once:
                yield _leak(
                    Sort.UNASSIGNED, supply, supply.quantity - taken, cost, "Give them back: reconciler rightsize."
                )
        if inputs.customer.prices and not supply.once and not _is_sold(inputs, supply):
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


def _blocked(inputs: Inputs, rows: Rows, pool: Sequence[Supply], holders: Mapping[Address, Sources]) -> Iterator[Leak]:
    """Who can use nothing; each gives back the dearest seat that is left, and seats of others cost nothing."""
    ours, used = _used(pool, len(holders))
    for who, unused in _people(inputs, rows, holders):
        if unused and used > 0:
            last = last_used(inputs.prices, ours, used)
            fix = f"{unused}: take the license back."
            yield Leak(Sort.BLOCKED, who.address, pool[0].sku, 1, last[0] if last else None, fix)
            used -= 1


def _paid(inputs: Inputs, rows: Rows, pool: Sequence[Supply], holders: Mapping[Address, Sources]) -> Iterator[Held]:
    """Who could use a seat that we pay for."""
    ours, used = _used(pool, len(holders))
    last = last_used(inputs.prices, ours, used)
    for who, unused in _people(inputs, rows, holders):
        if used > 0 and not unused:
            yield Held(who.address, who.remote_id, pool[0].sku, last[0] if last else None)


def _used(pool: Sequence[Supply], people: int) -> tuple[list[Supply], int]:
    """The subscriptions that we pay for, and how many of their seats so many people use: others' and trials' first."""
    ours = [supply for supply in pool if supply.own and supply.active and not supply.trial]
    return ours, min(
        sum(s.quantity for s in ours), people - sum(s.quantity for s in pool if s.active and s not in ours)
    )


def _people(inputs: Inputs, rows: Rows, holders: Iterable[Address]) -> Iterator[tuple[Live[Spec], str]]:
    """Everybody who holds a seat, under the name of the files, and why they can use nothing, if they cannot."""
    for who in sorted(holders):
        live = rows.pairing.known.get(who)
        if live:
            yield live._replace(address=who), inputs.kind(who.kind).unused(live)


def _twice(sku: str, holders: Mapping[Address, Sources]) -> Iterator[Leak]:
    for who, sources in holders.items():
        if OWN in sources and len(sources) > 1:
            yield Leak(Sort.TWICE, who, sku, 0, None, "One of the two is enough: the direct one outlives the group.")


def _priced(inputs: Inputs, supplies: Sequence[Supply]) -> Iterator[tuple[Money | None, Supply]]:
    for supply in supplies:
        if supply.active or supply.suspended:
            yield inputs.prices.per_month(supply), supply


def _dearness(one: tuple[Money | None, Supply]) -> tuple[bool, bool, Decimal, Address]:
    """Trials cost nothing and are used first."""
    cost, supply = one
    return (not supply.trial, cost is None, cost.amount if cost else Decimal(0), supply.address)


def _is_sold(inputs: Inputs, supply: Supply) -> bool:
    quote = retail.quote(supply, inputs.customer.prices, inputs.prices, inputs.snapshot.now.date())
    return quote is not None and quote.per_month(supply.quantity) is not None


def _leak(sort: Sort, supply: Supply, seats: int, cost: Money | None, fix: str) -> Leak:
    return Leak(sort, supply.address, supply.sku, seats, cost.times(seats) if cost else None, fix)
