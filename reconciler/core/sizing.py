"""From demand to rows: one quantity change per subscription, whatever number of people caused it.

Seats are bought only when nobody's seat is free, given back as the customer's `rightsizing` says, and people for
whom no seat can be found are named on their own blocked rows (`shortage.py`). What cannot go today is left out of the
renewal (`scheduling.py`). Where holders or seats were not seen whole nothing is sized: a seat would be bought, or given
back, because a page was missing. Seats that a later run will need are not given back by this one.

`size` may be called again after later parts blocked rows: its own rows and findings are then made anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from reconciler.core import (
    demand,
    ending,
    lending,
    moving,
    orders,
    pools,
    price,
    rightsize,
    scheduling,
    sellable,
    shortage,
    splitting,
    transfers,
    words,
)
from reconciler.core.demand import Demand
from reconciler.core.orders import Wanted
from reconciler.core.planning import Inputs, Rows
from reconciler.core.pools import Pool
from reconciler.core.rightsize import Adjustable, Market
from reconciler.core.scheduling import Sized
from reconciler.core.supplies import supplied
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Finding
from reconciler.model.resource import Live
from reconciler.model.seats import SeatRule, Supply
from reconciler.model.spec import Spec
from reconciler.model.template import Mode, Rightsizing


def size(inputs: Inputs, rows: Rows) -> None:
    """Add the seat rows of every pool, advice on seats that cannot go, and block licenses without a seat."""
    rows.drop_seats()
    orders.wake(rows)
    unread = shortage.unread(inputs)
    if unread:
        shortage.wait(inputs, rows, unread)
        return
    sized, joints = _decided(inputs, rows)
    while any(
        shortage.block(inputs, rows, pool.found, pool.decision.shortage, pools.why_short(inputs, pool))
        for pool in sized
    ):
        sized, joints = _decided(inputs, rows)  # what was blocked takes no seat, and what it was to replace frees none
    if splitting.refuse_seats(inputs, rows, dict(_overdrawn(inputs, rows, sized))):
        size(inputs, rows)  # what does not go stays for those who have it
        return
    apart = dict(_kept_for_people(sized))
    if apart.keys() - rows.apart.keys():
        rows.apart |= apart
        size(inputs, rows)
        return
    seats = {address: count for pool in sized for address, count in pool.ordered.items()}
    waiting = splitting.waiting(inputs, rows) | {one.giver.address for one in joints.values() if one.is_begun}
    rows.seat_findings.extend(transfers.against(joints, inputs, rows))
    for pool in sized:
        rows.seat_findings.extend(pools.unreached(inputs, pool))
        if pool.decision.shortage:
            rows.seat_findings.extend(pools.seatless(inputs, pool))
        for item in pool.adjustable:
            if item.address not in waiting:
                _row(inputs, rows, item, pool)
    orders.size(inputs, rows, seats, {pool.found.pool: pool.found for pool in sized})
    room: dict[str, int] = {}
    for pool in sized:
        room |= pool.room
    if sellable.refuse_seats(inputs, rows, seats, room):
        size(inputs, rows)  # what cannot be ordered has no seats for anybody


def _blocked(inputs: Inputs, rows: Rows, pool: Pool) -> bool:
    return shortage.block(inputs, rows, pool.found, pool.decision.shortage, pools.why_short(inputs, pool))


def _decided(inputs: Inputs, rows: Rows) -> tuple[list[Pool], transfers.Joints]:
    demands, bought, new = demand.of(inputs, rows), supplied(inputs, rows), orders.wanted(inputs, rows)
    riders = moving.riders(inputs, rows, demands)
    gone: dict[Address, int] = {}
    later = [c for c in (*rows.later, *rows.unreviewed) if c.reason not in (Reason.SEATS, Reason.SCHEDULE)]
    kept = demand.of(inputs, rows, later) if later else demands
    found = []
    names = {*demands, *(supply.sku for supply in bought), *(one.supply.sku for one in new)}
    needs = {name: _needs(name, demands, kept, riders) for name in names}
    joints = transfers.of(inputs, rows, {name: max(need) for name, need in needs.items()})
    bought = [transfers.arrived(supply, joints) for supply in transfers.left(bought, joints)]
    for name in splitting.order_of(names, [*splitting.pools(inputs, rows), *transfers.pairs(joints)]):
        pool = [splitting.rest(supply, gone) for supply in bought if supply.sku == name]
        ordered = [one for one in new if one.supply.sku == name]
        people = demands.get(name, Demand(name))
        found.append(_decide(inputs, rows, people, needs[name], (pool, ordered), (gone, joints)))
        gone |= transfers.going(joints, found[-1].decision.quantities)
        for one in ordered:
            seats = found[-1].ordered[one.supply.address]
            if one.giver and seats:
                gone[one.giver.address] = splitting.going(inputs, one.supply.address, seats)
    return sorted(found, key=lambda pool: pool.found.pool), joints


def _needs(
    name: str, demands: Mapping[str, Demand], kept: Mapping[str, Demand], riders: Mapping[str, int]
) -> tuple[int, int]:
    """How many people need a seat, now and once other runs are done."""
    along = riders.get(name, 0)
    now, later = (len(each[name].after) if name in each else 0 for each in (demands, kept))
    return now + along, later + along


def _kept_for_people(sized: Sequence[Pool]) -> Iterator[tuple[Address, str]]:
    """Targets into which all seats of another one should go, of which somebody needs one, and why that is."""
    short = {pool.found.pool: pool for pool in sized if pool.decision.shortage}
    for pool in sized:
        for address, joint in pool.joined.items():
            if joint.whole and not joint.why and joint.giver.sku in short:
                held = pools.kept_by(short[joint.giver.sku])
                yield address, f"{held}, and all seats of it would go. Give people the new plan in the same merge."


def _overdrawn(inputs: Inputs, rows: Rows, sized: Sequence[Pool]) -> Iterator[tuple[Address, str]]:
    """Subscriptions that give seats which are needed there, and why that is."""
    givers = {one.giver.address: one.giver for one in orders.wanted(inputs, rows) if one.giver}
    for pool in sized:
        for item in pool.adjustable:
            if item.address in givers and item.floor > item.supply.quantity:
                why = f"it would keep {item.supply.quantity}, and the files want {item.floor} there. Lower that too."
                yield item.address, why
        if pool.decision.shortage:
            for address in (address for address, giver in givers.items() if giver.sku == pool.found.pool):
                yield address, f"{pools.why_short(inputs, pool)}. Give people the new plan in the same merge."


def _decide(
    inputs: Inputs,
    rows: Rows,
    found: Demand,
    needs: tuple[int, int],
    there: tuple[list[Supply], list[Wanted]],
    moving_seats: tuple[Mapping[Address, int], transfers.Joints],
) -> Pool:
    """`needs`: how many people need a seat, now and once other runs are done; `there`: what was bought and is to be.

    What seats are gone from buys none back, and what seats are to go into buys no others.
    """
    (supplies, new), (need, keep), now, (gone, joints) = there, needs, inputs.snapshot.now, moving_seats
    ours = [] if inputs.customer.advised else declared(inputs, supplies)
    adjustable = [transfers.bound(_giving(adjusting(inputs, rows, supply), gone), joints) for supply in ours]
    others = [supply for supply in supplies if supply.active and supply not in ours]
    count = sum(supply.quantity for supply in others)
    firm = sum(supply.quantity for supply in others if rightsize.is_firm(supply, now))
    room, bought = _room(inputs, [*supplies, *(one.supply for one in new)]), orders.floors(new)
    taken: Counter[str] = Counter()
    for one in new:
        taken[one.supply.product] += bought[one.supply.address]
    coming = sum(bought.values())
    market = Market(now, count + coming, _left(room, taken), firm + coming, rows.lent.get(found.pool, 0))
    decision = rightsize.decide(adjustable, need, market, keep)
    grown: Counter[str] = Counter()
    for item in adjustable:
        grown[item.supply.product] += decision.quantities[item.supply.address] - item.supply.quantity
    spare = market.others + sum(decision.quantities.values()) - need
    buffer = max((item.rule.buffer for item in adjustable), default=0)
    ordered = orders.grown(new, spare, buffer, _left(room, taken + grown))
    decision.shortage = max(0, decision.shortage - sum(ordered.values()) + coming)
    later, advised = max(0, keep - need), inputs.customer.advised
    packs = sum(1 for supply in (*supplies, *(one.supply for one in new)) if supply.once and supply.own)
    resting = [supply for supply in supplies if supply.own and not supply.active and _may_serve(rows, supply)]
    joined = {item.address: joints[item.address] for item in adjustable if item.address in joints}
    return Pool(found, adjustable, count, decision, ordered, _left(room, grown), later, advised, packs, resting, joined)


def _may_serve(rows: Rows, supply: Supply) -> bool:
    """True for what is suspended or being set up, and is not cancelled by the plan."""
    gone = any(c.address == supply.address and c.action is Action.DELETE and not c.blocked for c in rows.changes)
    return (supply.suspended or supply.pending) and not gone


def _giving(item: Adjustable, gone: Mapping[Address, int]) -> Adjustable:
    return replace(item, cap=item.supply.quantity) if item.address in gone else item


def _left(room: Mapping[str, int], taken: Mapping[str, int]) -> dict[str, int]:
    return {product: seats - taken.get(product, 0) for product, seats in room.items()}


def _room(inputs: Inputs, supplies: Sequence[Supply]) -> dict[str, int]:
    """How many more seats of each product the tenant may have; somebody else's seats may be of any of them."""
    room: dict[str, int] = {}
    for product in {supply.product for supply in supplies if supply.product}:
        known = inputs.catalog.get(product)
        if known is not None and known.max is not None:
            taken = sum(s.quantity for s in supplies if s.active and s.product in (product, ""))
            room[product] = max(0, known.max - taken)
    return room


def _row(inputs: Inputs, rows: Rows, item: Adjustable, pool: Pool) -> None:
    joint = pool.joined.get(item.address)
    if joint is not None:
        item = replace(item, supply=replace(item.supply, quantity=joint.target.quantity))
    supply, decision = item.supply, pool.decision
    target = decision.quantities[supply.address]
    units = target - supply.quantity
    runs = bool(units) and _take(inputs, rows, _change(inputs, rows, item, pool), supply)
    if units > 0 and pool.found.gains:
        rows.caused.add(supply.address)
    if runs and units > 0 and rows.lent.get(supply.sku):
        rows.seat_findings.append(lending.told(rows.changes[-1], supply.sku))
    after = target if runs else supply.quantity
    renewed = None if units > 0 and not runs else decision.renewals.get(supply.address)
    idle = decision.idle.get(supply.address, 0)
    sized = Sized(item, after, renewed, idle, pools.people(item, pool))
    scheduling.settle(inputs, rows, sized, pool.adjustable)


def _change(inputs: Inputs, rows: Rows, item: Adjustable, pool: Pool) -> Change:
    supply = item.supply
    target = pool.decision.quantities[supply.address]
    units = target - supply.quantity
    desired, live = inputs.customer.resources[supply.address], rows.pairing.live_of[supply.address]
    ordered = rightsize.growing(pool.adjustable) if units > 0 else rightsize.shrinking(pool.adjustable)
    first = "cheapest first" if units > 0 else "dearest first"
    joint = pool.joined.get(supply.address)
    change = Change(
        supply.address,
        Action.UPDATE,
        Reason.SEATS,
        _cause(inputs, supply, live, growing=units > 0),
        (FieldChange(("quantity",), supply.quantity, target),),
        remote_id=live.remote_id,
        note=f"{pools.people(item, pool)}{scheduling.chosen(inputs, ordered, first)}",
        origin=desired.origin,
        units=units,
        cost=price.of(units, supply, inputs.prices, inputs.snapshot.now.date()),
        disruptive=units < 0,
        desired=inputs.kind(supply.address.kind).sized(desired, target),
        live=live,
    )
    takes = units > 0 and joint is not None and joint.held and not joint.why
    return transfers.row(inputs, change, joint, pools.people(item, pool)) if joint and takes else change


def _take(inputs: Inputs, rows: Rows, change: Change, supply: Supply) -> bool:
    """The row becomes part of the plan, advice, or a report, as rightsizing, the mode and onDrift say.

    True where it is part of the plan.
    """
    group = inputs.kind(change.address.kind).group
    if change.units < 0 and rows.deferred:
        return False  # who waits for a complete reading may need them
    if change.units < 0 and inputs.customer.rightsizing is not Rightsizing.INLINE:
        rows.seat_findings.append(_spare(change, supply, inputs.customer.rightsizing))
        return False
    shown_only = inputs.customer.mode(group) in (Mode.OBSERVE, Mode.CREATE_ONLY)
    unsure = change.cause is not Cause.CONFIG and not inputs.customer.corrects(group)
    (rows.reported if shown_only or unsure else rows.changes).append(change)
    return not (shown_only or unsure)


def _cause(inputs: Inputs, supply: Supply, live: Live[Spec], *, growing: bool) -> Cause:
    """More seats follow from the files; fewer follow from them too, unless somebody bought some outside."""
    entry = inputs.entry(supply.address, live)
    known = entry.live.get("quantity") if entry else None
    if growing or known == inputs.ledger.digest(supply.quantity):
        return Cause.CONFIG
    if known is not None:
        return Cause.DRIFT
    return inputs.cause_without_memory(inputs.kind(supply.address.kind).group)


def declared(inputs: Inputs, supplies: Sequence[Supply]) -> list[Supply]:
    """Subscriptions of ours in force that the files declare and say the seats of."""
    return [s for s in supplies if s.own and s.active and not s.trial and _declared(inputs, s.address)]


def adjusting(inputs: Inputs, rows: Rows, supply: Supply) -> Adjustable:
    """A declared subscription with the files' bounds, the product's, and its price."""
    rule = inputs.kind(supply.address.kind).seat_rule(inputs.customer.resources[supply.address]) or SeatRule()
    known = inputs.catalog.get(supply.product)
    unit = inputs.prices.per_month(supply)
    minimum = max(rule.min, known.min if known else 1)
    renews = ending.renews(inputs, rows, supply)
    return Adjustable(supply, replace(rule, min=minimum), rule.max, unit.amount if unit else Decimal(0), renews)


def _declared(inputs: Inputs, address: Address) -> bool:
    """True for a subscription that the files declare and say the seats of; those of a pack stay as they are."""
    desired = inputs.customer.resources.get(address)
    rule = inputs.kind(address.kind).seat_rule(desired) if desired else None
    return rule is not None and not rule.pack


def _spare(change: Change, supply: Supply, how: Rightsizing) -> Finding:
    when = "reconciler rightsize gives them back" if how is Rightsizing.NIGHTLY else "rightsizing is set to advice"
    return Finding(
        codes.SEATS_SPARE,
        f"{words.seats_are(-change.units, supply.address)} not needed and could be given back today: {when}.",
        "Set rightsizing: inline to give them back with every apply.",
        address=supply.address,
        origin=change.origin,
        saving=-change.cost.monthly if change.cost else None,
    )


def unpriced(changes: list[Change]) -> Iterator[Finding]:
    """A warning for every row that buys, returns or upgrades seats without a known price."""
    for change in changes:
        if (change.units or change.reason is Reason.UPGRADE) and change.cost is None:
            yield Finding(
                codes.PRICE_MISSING,
                f"The price of {change.address} is not in the catalog: its cost is missing from the sums.",
                "Add its product, term and billing with a price to catalog:.",
                address=change.address,
                origin=change.origin,
            )
