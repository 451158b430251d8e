"""From demand to rows: one quantity change per subscription, whatever number of people caused it.

Seats are bought only when nobody's seat is free, given back as the customer's `rightsizing` says, and people for
whom no seat can be found are named on their own blocked rows: a license that cannot be given is not tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from reconciler.core import demand, price, rightsize
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Finding
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import SeatRule, Supply
from reconciler.model.spec import Spec
from reconciler.model.template import Mode, Rightsizing


def size(inputs: Inputs, rows: Rows) -> None:
    """Add the seat rows of every pool, advice on seats that cannot go, and block licenses without a seat."""
    demands = demand.of(inputs, rows)
    supplies = _supplies(inputs, rows)
    for pool in sorted({*demands, *(supply.sku for _, supply in supplies)}):
        mine = [(live, supply) for live, supply in supplies if supply.sku == pool]
        _size_pool(inputs, rows, demands.get(pool, Demand(pool)), mine)


def _size_pool(inputs: Inputs, rows: Rows, found: Demand, supplies: list[tuple[Live[Spec], Supply]]) -> None:
    adjustable, others = [], 0
    for _, supply in supplies:
        desired = _declared(inputs, supply.address)
        if desired is not None and supply.own and supply.active:
            adjustable.append(_adjustable(inputs, desired, supply))
        elif supply.active:
            others += supply.quantity
    now = inputs.snapshot.now
    decision = rightsize.decide(adjustable, others, len(found.after), now)
    for item in adjustable:
        _row(inputs, rows, item, decision, found)
    if decision.shortage and found.gains:
        _block(rows, found, decision.shortage, _why_short(adjustable, others, len(found.after)))


def _row(inputs: Inputs, rows: Rows, item: rightsize.Adjustable, decision: rightsize.Decision, found: Demand) -> None:
    supply = item.supply
    target, units = decision.quantities[supply.address], decision.quantities[supply.address] - supply.quantity
    desired = inputs.customer.resources[supply.address]
    live = rows.pairing.live_of[supply.address]
    stranded = decision.stranded.get(supply.address, 0)
    if stranded:
        rows.findings.append(_stranded(inputs, supply, stranded, desired))
    if not units:
        return
    growing, shrinking = units > 0, units < 0
    change = Change(
        supply.address,
        Action.UPDATE,
        Reason.SEATS,
        _cause(inputs, supply, live, growing=growing),
        (FieldChange(("quantity",), supply.quantity, target),),
        remote_id=live.remote_id,
        note=_arithmetic(item, found, supply),
        origin=desired.origin,
        units=units,
        cost=price.of(units, supply, inputs.prices, inputs.snapshot.now.date()),
        disruptive=shrinking,
        desired=inputs.kind(supply.address.kind).sized(desired, target),
        live=live,
    )
    if shrinking and inputs.customer.rightsizing is not Rightsizing.INLINE:
        rows.findings.append(_spare(change, supply, inputs.customer.rightsizing))
    elif inputs.customer.mode(inputs.kind(supply.address.kind).group) in (Mode.OBSERVE, Mode.CREATE_ONLY):
        rows.reported.append(change)
    else:
        rows.changes.append(change)


def _cause(inputs: Inputs, supply: Supply, live: Live[Spec], *, growing: bool) -> Cause:
    """More seats follow from the files; fewer follow from them too, unless somebody bought some outside."""
    entry = inputs.entry(supply.address, live)
    known = entry.live.get("quantity") if entry else None
    if growing or known is None or known == inputs.ledger.digest(supply.quantity):
        return Cause.CONFIG
    return Cause.DRIFT


def _arithmetic(item: rightsize.Adjustable, found: Demand, supply: Supply) -> str:
    buffer = f" and {item.rule.buffer} kept free" if item.rule.buffer else ""
    people = len(found.after)
    return f"{people} {'person' if people == 1 else 'people'} will hold {supply.sku}{buffer}"


def _adjustable(inputs: Inputs, desired: Desired[Spec], supply: Supply) -> rightsize.Adjustable:
    rule = inputs.kind(desired.address.kind).seat_rule(desired) or SeatRule()
    known = inputs.catalog.get(supply.product)
    caps = [cap for cap in (rule.max, known.max if known else None) if cap is not None]
    unit = inputs.prices.per_month(supply)
    amount = unit.amount if unit else Decimal(0)
    minimum = max(rule.min, known.min if known else 1)
    return rightsize.Adjustable(supply, replace(rule, min=minimum), min(caps) if caps else None, amount)


def _supplies(inputs: Inputs, rows: Rows) -> list[tuple[Live[Spec], Supply]]:
    found = []
    for address, live in rows.pairing.live_of.items():
        supply = inputs.kind(address.kind).supplies(live)
        if supply:
            found.append((live, replace(supply, address=address)))
    return sorted(found, key=lambda pair: pair[1].address)


def _declared(inputs: Inputs, address: Address) -> Desired[Spec] | None:
    """The declared subscription that a supplying one was matched with, if the files say how many seats it has."""
    desired = inputs.customer.resources.get(address)
    return desired if desired and inputs.kind(address.kind).seat_rule(desired) else None


def _block(rows: Rows, found: Demand, short: int, why: str) -> None:
    """Block the last `short` licenses, by address: the same people whatever the order of files and answers."""
    unlucky = sorted(found.gains.values(), key=lambda change: change.address)[-short:]
    for change in unlucky:
        gate = Finding(
            codes.NO_SEATS,
            f"{change.address} needs a seat of {found.pool} and there is none: {why}.",
            "Raise max or the number of seats, release somebody's license, or declare a subscription for it.",
            address=change.address,
            origin=change.origin,
        )
        rows.changes[rows.changes.index(change)] = replace(change, blocked=(*change.blocked, gate))


def _why_short(adjustable: list[rightsize.Adjustable], others: int, need: int) -> str:
    if not adjustable:
        return f"{need} people need one, {others} seats are there, and no subscription of the files may buy more"
    limits = ", ".join(f"{item.supply.address} may have {item.cap or item.floor}" for item in adjustable)
    return f"{need} people need one, and {limits}"


def _stranded(inputs: Inputs, supply: Supply, seats: int, desired: Desired[Spec]) -> Finding:
    unit = inputs.prices.per_month(supply)
    worth = f", {unit.times(seats)} a month" if unit else ""
    until = f"until the term ends on {_day(supply.term_end)}" if supply.term_end else "for now"
    return Finding(
        codes.SEATS_STRANDED,
        f"{seats} seats of {supply.address} are not needed and cannot be given back {until}{worth}.",
        "They are used first when somebody joins.",
        address=supply.address,
        origin=desired.origin,
    )


def _spare(change: Change, supply: Supply, how: Rightsizing) -> Finding:
    when = "reconciler rightsize gives them back" if how is Rightsizing.NIGHTLY else "rightsizing is set to advice"
    return Finding(
        codes.SEATS_SPARE,
        f"{-change.units} seats of {supply.address} are not needed and could be given back today: {when}.",
        "Set rightsizing: inline to give them back with every apply.",
        address=supply.address,
        origin=change.origin,
        saving=-change.cost.monthly if change.cost else None,
    )


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def unpriced(changes: list[Change]) -> Iterator[Finding]:
    """A warning for every row that buys or returns seats without a known price."""
    for change in changes:
        if change.units and change.cost is None:
            yield Finding(
                codes.PRICE_MISSING,
                f"The price of {change.address} is not in the catalog: its cost is missing from the sums.",
                "Add its product, term and billing with a price to catalog:.",
                address=change.address,
                origin=change.origin,
            )
