"""One pool with what was decided about it, and what is said of that: who holds it, what is short, what is not reached.

Must not: decide anything (`rightsize.py`, `sizing.py`).

Questionable on purpose: a number of seats below the number of holders is advice and no error. Nothing is wrong with the
plan; the seats go as soon as somebody says whose they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.core import rightsize, words
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs
from reconciler.core.rightsize import Adjustable, Decision
from reconciler.core.transfers import Joint
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.seats import Supply

NAMED = 5


@dataclass(frozen=True, slots=True)
class Pool:
    """One pool with what was decided about it; `later` people get a seat by another run.

    `resting` are subscriptions of ours that nobody can use today and that may come to serve people, `joined` those that
    seats of another one go into.
    """

    found: Demand
    adjustable: Sequence[Adjustable]
    others: int
    decision: Decision
    ordered: Mapping[Address, int]
    room: Mapping[str, int]
    later: int
    advised: bool = False
    packs: int = 0
    resting: Sequence[Supply] = ()
    joined: Mapping[Address, Joint] = field(default_factory=dict)


def people(item: Adjustable, pool: Pool) -> str:
    """`3 people will hold SPB and 1 kept free (2 today, 2 seats here)`, and what the files ask for beyond that."""
    found, supply = pool.found, item.supply
    more = f", {pool.later} more by another run" if pool.later else ""
    count = len(found.after)
    seats = sum(pool.decision.quantities.values()) + sum(pool.ordered.values()) + pool.others
    free = min(item.rule.buffer, seats - count)
    buffer = f" and {free} kept free" if free > 0 else ""
    holders = f"{words.people(count)} will hold {supply.sku}{more}{buffer}"
    return f"{holders} ({len(found.before)} today, {words.seats(supply.quantity)} here){_by_rule(item, pool)}"


def _by_rule(item: Adjustable, pool: Pool) -> str:
    """That a number of the files, or of the product, and no person is why it grows so far."""
    if not item.supply.quantity < item.floor == pool.decision.quantities[item.address]:
        return ""
    return f"; {'seats' if item.rule.fixed is not None else 'the least that may be here'} is {item.floor}"


def seatless(inputs: Inputs, pool: Pool) -> Iterator[Finding]:
    """Who comes back with a license of which there is no seat; the last ones by name, as far as seats are short."""
    back = sorted(who for who, shifts in pool.found.gains.items() if shifts[0].returns)
    for who in back[-pool.decision.shortage :]:
        change = pool.found.gains[who][0].change
        yield Finding(
            codes.RETURNS_WITHOUT_SEAT,
            f"{who} comes back with {pool.found.pool}, of which no seat is free: {why_short(inputs, pool)}.",
            "Raise max or the number of seats, or release somebody's license; otherwise it may come back in error.",
            address=who,
            origin=change.origin,
        )


def unreached(inputs: Inputs, pool: Pool) -> Iterator[Finding]:
    """Subscriptions that keep more seats than their number in the files, because people hold them, or get fewer."""
    for item in pool.adjustable:
        yield from _too_many(inputs, item, pool)
        number, idle = item.rule.fixed, pool.decision.idle.get(item.address, 0)
        kept = pool.decision.quantities[item.address] - idle
        if number is None or kept <= number:
            continue
        why, fix = _needed(item, pool, kept - number)
        yield Finding(
            codes.NUMBER_NOT_REACHED,
            f"{item.address} says seats: {number} and keeps {kept}: {why}.",
            f"{fix}, or write seats: {kept}.",
            address=item.address,
            origin=inputs.customer.resources[item.address].origin,
        )


def _too_many(inputs: Inputs, item: Adjustable, pool: Pool) -> Iterator[Finding]:
    """More than a tenant may have of a product, whoever sold it (partner-center.md 4.1)."""
    known, seats = inputs.catalog.get(item.supply.product), pool.decision.quantities[item.address]
    is_capped = item.supply.product in pool.room and not rightsize.is_locked(item.supply, inputs.snapshot.now)
    if known is not None and is_capped and seats < item.floor:
        others = f", {pool.others} of others included" if pool.others else ""
        yield Finding(
            codes.NUMBER_NOT_REACHED,
            f"{item.address} says at least {item.floor} seats and gets {seats}: a tenant may have {known.max} of "
            f"{item.supply.product}{others}.",
            f"Write seats: {seats}, or another product.",
            address=item.address,
            origin=inputs.customer.resources[item.address].origin,
        )


def _needed(item: Adjustable, pool: Pool, seats: int) -> tuple[str, str]:
    """Why seats beyond the number do not go, and what makes them go."""
    held, idle = len(pool.found.after) + pool.later, sum(pool.decision.idle.values())
    free = pool.others + sum(pool.decision.quantities.values()) + sum(pool.ordered.values()) - idle - held
    if free >= seats:
        return "seats of others, which may end soon, are not relied on", "It is reached when nobody needs these"
    holders = f"{words.people(held)} will hold {item.supply.sku}, and nobody loses a license by a number"
    return holders, f"Take the license from {words.people(seats)} in the files"


def kept_by(pool: Pool) -> str:
    """`ada@contoso.com and 2 more keep SPB`: who needs a seat of a pool whose seats are to go."""
    people = sorted(who.key for who in pool.found.after)
    more = f" and {len(people) - NAMED} more" if len(people) > NAMED else ""
    return f"{', '.join(people[:NAMED])}{more} {'keeps' if len(people) == 1 else 'keep'} {pool.found.pool}"


def why_short(inputs: Inputs, pool: Pool) -> str:
    """Why there is no seat for everybody, and where one may come from."""
    return f"{_count_short(inputs, pool)}{_resting(pool)}"


def _count_short(inputs: Inputs, pool: Pool) -> str:
    need = words.people_need(len(pool.found.after))
    if pool.advised:
        return f"{need}, and {words.seats_are(pool.others)} there until your distributor adds some"
    if pool.packs and not pool.adjustable:
        seats, what = pool.others + sum(pool.ordered.values()), "a pack" if pool.packs == 1 else f"{pool.packs} packs"
        there = "there is 1" if seats == 1 else f"there are {seats}"
        return f"{need}, and with {what} {there}: another pack is an entry of its own"
    if not pool.adjustable:
        return f"{need}, {words.seats_are(pool.others)} there, and no subscription of the files may buy more"
    limits = ", ".join(_limit(inputs, pool, item.supply) for item in pool.adjustable)
    others = f" besides {words.seats(pool.others)} of others" if pool.others else ""
    return f"{need}, and {limits}{others}"


def _resting(pool: Pool) -> str:
    """What is paid for and serves nobody: why, and what brings its seats."""
    said = []
    for supply in pool.resting:
        seats = words.seats(supply.quantity)
        if supply.suspended:
            said.append(f"; {supply.address} has {seats} and is suspended (state: active brings them back)")
        else:
            said.append(f"; {supply.address} has {seats} that Microsoft is still setting up (plan again when it runs)")
    return "".join(said)


def _limit(inputs: Inputs, pool: Pool, supply: Supply) -> str:
    """How many seats a subscription may have, and that more wait for its renewal where that is why."""
    limit = f"{supply.address} may have {pool.decision.quantities[supply.address]}"
    joint = pool.joined.get(supply.address)
    if joint is not None and joint.held and joint.why:
        return f"{limit}, as nothing is bought while seats of {joint.giver.address} are to come and cannot (RC318)"
    if joint is not None and joint.held:
        return f"{limit}, as seats of {joint.giver.address} are to come first, and more by the next plan"
    if supply.term_end is None or not rightsize.is_locked(supply, inputs.snapshot.now):
        return limit
    return f"{limit}, as nothing is changed in the 24 hours around the end of its term on {supply.term_end:%Y-%m-%d}"
