"""Seats that a subscription is renewed with: one row per subscription whose renewal is to be another one, and advice.

What cannot be given back today is left out of the renewal (partner-center.md 6.8, 13.2). A renewal with fewer seats
than people will hold is raised in every plan, whoever arranged it; one with more is lowered as the customer's
`rightsizing` says. A subscription whose renewal is arranged as it should be has no row: it waits, and the plan is
clean. What stays paid until then is told, with what it costs.

Must not: end a term, change its product, term or billing, or touch what trials and other partners arranged.

Questionable on purpose: a renewal that needs no reduction any more is arranged with all its seats instead of being
cleared. Both renew the same; to clear would be one more thing that can be done wrongly by an empty field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reconciler.core import price, rightsize, words
from reconciler.core.planning import Inputs, Rows
from reconciler.core.rightsize import Adjustable
from reconciler.core.supplies import upgrades
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Later, Reason, Value
from reconciler.model.finding import Finding, Origin
from reconciler.model.money import Money
from reconciler.model.renewal import Owed, Renewal
from reconciler.model.resource import Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec
from reconciler.model.template import Mode, Rightsizing

FIELD = "scheduled"


@dataclass(frozen=True, slots=True)
class Sized:
    """A subscription with its quantity after this plan, the seats to renew with (None: nothing can be arranged now),
    seats that stay though nobody needs them, and why, in words."""

    item: Adjustable
    quantity: int
    renewed: int | None
    idle: int
    people: str


def settle(inputs: Inputs, rows: Rows, sized: Sized, pool: Sequence[Adjustable]) -> None:
    """Add the row that arranges the renewal, where it is to be another one, and say what stays paid until then."""
    supply = sized.item.supply
    live = rows.pairing.live_of[supply.address]
    now, wanted = _renewals(inputs, rows, live, sized)
    if now is None or wanted is None or sized.renewed is None:
        if sized.idle and not rows.deferred:
            rows.seat_findings.append(_idle(inputs, sized, scheduled=False))
        return
    rows.renewing[supply.address] = sized.renewed
    expected = sized.quantity if now.seats is None else now.seats
    agreed = expected == sized.renewed or _take(inputs, rows, _row(inputs, rows, sized, (now, wanted), pool), sized)
    if sized.idle and not rows.deferred and (agreed or not _is_left_to_others(inputs)):
        rows.seat_findings.append(_idle(inputs, sized, scheduled=agreed))


def _renewals(inputs: Inputs, rows: Rows, live: Live[Spec], sized: Sized) -> tuple[Renewal | None, Renewal | None]:
    """What is arranged, and what is to be: of the product that it has once the plan is carried out."""
    address, seats = sized.item.supply.address, sized.renewed
    kind, now = inputs.kind(address.kind), inputs.kind(address.kind).renewal(live)
    upgrade = next((change for change, *_ in upgrades(inputs, rows) if change.address == address), None)
    if now is None or seats is None:
        return now, None
    if upgrade is None or upgrade.desired is None:
        there = kind.supplies(live)
        if now.seats is not None and there and sized.item.supply.quantity < min(there.quantity, now.seats):
            left, gone = sized.item.supply.quantity, there.quantity - sized.item.supply.quantity
            now = kind.rescheduled(live, max(left, now.seats - gone)) or now  # those become another subscription
        return now, kind.rescheduled(live, seats)
    taken = kind.carried(now, upgrade.desired, live) or replace(now, text="", document={}, seats=None)
    wanted = kind.resized(taken, upgrade.desired, seats)
    return taken, replace(wanted, ends=sized.item.supply.term_end) if wanted else None


def lowers(change: Change) -> bool:
    """True for a row by which a subscription is renewed with fewer seats than it would be."""
    if change.reason is not Reason.SCHEDULE:
        return False
    (part,) = change.fields
    return part.before is None or _number(part.after) < _number(part.before)


def chosen(inputs: Inputs, ordered: Sequence[Adjustable], first: str) -> str:
    """Why this one of several: the order in which they were asked, with what a seat costs a month."""
    if len(ordered) < 2:
        return ""
    currency = inputs.customer.defaults.currency
    prices = (Money(item.monthly, currency) if item.monthly else "price not known" for item in ordered)
    names = (f"{item.address.key} ({cost})" for item, cost in zip(ordered, prices, strict=True))
    return f"; {first}: {', '.join(names)}"


def _row(
    inputs: Inputs, rows: Rows, sized: Sized, renewals: tuple[Renewal, Renewal], pool: Sequence[Adjustable]
) -> Change:
    now, wanted = renewals
    supply = sized.item.supply
    live, desired = rows.pairing.live_of[supply.address], inputs.customer.resources[supply.address]
    before = sized.quantity if now.seats is None else now.seats
    lowered = (wanted.seats or 0) < before
    unsure = lowered and now.seats is not None and not inputs.customer.corrects(inputs.kind(supply.address.kind).group)
    return Change(
        supply.address,
        Action.UPDATE,
        Reason.SCHEDULE,
        Cause.UNKNOWN if unsure else Cause.CONFIG,
        (FieldChange((FIELD,), now.seats, wanted.seats),),
        remote_id=live.remote_id,
        note=f"{_effect(inputs, supply, before, wanted.seats or 0)}; {sized.people}{_order(inputs, pool)}",
        origin=desired.origin,
        later=_later(inputs, supply, (wanted.seats or 0) - before),
        live=live,
        owed=Owed(
            supply.address,
            live.remote_id,
            wanted.text,
            wanted.document,
            (now.after({}),),
            wanted.ends,
            replaces=now.text,
        ),
    )


def _take(inputs: Inputs, rows: Rows, change: Change, sized: Sized) -> bool:
    """The row becomes part of the plan, advice, or a report; True where it is part of the plan."""
    how = inputs.customer.rightsizing
    if lowers(change) and rows.deferred:
        return False  # who waits for a complete reading may need them
    if lowers(change) and how is not Rightsizing.INLINE:
        rows.seat_findings.append(_spare(inputs, change, sized, how))
        return False
    mode = inputs.customer.mode(inputs.kind(change.address.kind).group)
    reported = mode in (Mode.OBSERVE, Mode.CREATE_ONLY) or change.cause is not Cause.CONFIG
    (rows.reported if reported else rows.changes).append(change)
    return not reported


def _is_left_to_others(inputs: Inputs) -> bool:
    """True where only the nightly run arranges renewals, or nobody: the advice was given already."""
    return inputs.customer.rightsizing is not Rightsizing.INLINE


def _effect(inputs: Inputs, supply: Supply, before: int, after: int) -> str:
    text = f"renewed on {_renewal_day(supply)} with {words.seats(after)} instead of {before}"
    unit = inputs.prices.per_month(supply)
    if after > before or unit is None:
        return text
    return f"{text}, which saves {unit.times(before - after)} a month from then on"


def _later(inputs: Inputs, supply: Supply, units: int) -> Later | None:
    unit = inputs.prices.per_month(supply)
    return Later(unit.times(units), _renewal_day(supply)) if unit else None


def _order(inputs: Inputs, pool: Iterable[Adjustable]) -> str:
    ordered = rightsize.leaving(pool, inputs.snapshot.now)
    return chosen(inputs, ordered, "what saves most first")


def _idle(inputs: Inputs, sized: Sized, *, scheduled: bool) -> Finding:
    """What nobody needs and is paid for, how long and how much."""
    supply = sized.item.supply
    detail = f"{words.seats_are(sized.idle, supply.address)} not needed and cannot be "
    detail += f"given back {_until(supply, inputs.snapshot.now)}{_worth(inputs, supply, sized.idle)}"
    ending = f"; the renewal leaves {'it' if sized.idle == 1 else 'them'} out." if scheduled else "."
    return Finding(
        codes.SEATS_STRANDED,
        detail + ending,
        "They are used first when somebody joins.",
        address=supply.address,
        origin=_origin(inputs, supply.address),
    )


def _worth(inputs: Inputs, supply: Supply, seats: int) -> str:
    unit = inputs.prices.per_month(supply)
    if unit is None:
        return ""
    monthly = unit.times(seats)
    if supply.term_end is None:
        return f" ({monthly} a month)"
    months = price.months_until(inputs.snapshot.now.date(), supply.term_end.date(), supply.billing)
    return f" ({monthly} a month, {monthly.over(months)} in all)"


def _until(supply: Supply, now: datetime) -> str:
    if supply.term_end is None:
        return "for now"
    if rightsize.is_locked(supply, now):
        return "before the renewal is over"
    return f"until the term ends on {supply.term_end.date().isoformat()}"


def _spare(inputs: Inputs, change: Change, sized: Sized, how: Rightsizing) -> Finding:
    supply, (field,) = sized.item.supply, change.fields
    seats = sized.idle if field.before is None else _number(field.before) - _number(field.after)
    when = "reconciler rightsize does that" if how is Rightsizing.NIGHTLY else "rightsizing is set to advice"
    unit = inputs.prices.per_month(supply)
    return Finding(
        codes.SEATS_SPARE,
        f"{words.seats_are(seats, supply.address)} not needed and could be left out of the "
        f"renewal on {_renewal_day(supply)}: {when}.",
        "Set rightsizing: inline to arrange it with every apply.",
        address=supply.address,
        origin=change.origin,
        saving=unit.times(seats) if unit else None,
    )


def _number(value: Value) -> int:
    assert isinstance(value, int), "units are whole numbers"
    return value


def _origin(inputs: Inputs, address: Address) -> Origin | None:
    desired = inputs.customer.resources.get(address)
    return desired.origin if desired else None


def _renewal_day(supply: Supply) -> str:
    assert supply.term_end is not None, "what has no end is not renewed"
    return (supply.term_end + timedelta(days=1)).date().isoformat()
