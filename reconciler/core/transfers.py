"""Seats of one subscription that go into another one which is there: an upgrade into an existing subscription.

`into:` stands with the one that gives. Where it keeps its plan, as many go as the other one needs more and nobody needs
here; where its plan has become that of the other one, all of them go, and it ends. The seats arrive with a row of the
other one, whose quantity they raise instead of seats that are bought. Microsoft's rules (partner-center.md 6.6; errors
900236, 900258-900261): the target is active, not to be cancelled any more, ends no sooner and has no shorter term.

    of(inputs, rows, needs)      every `into:`, with how many seats can go, or why none can
    row(...)                     the row by which they arrive
    without_effect(inputs)       entries whose subscription has gone into another one: nothing is ordered

Must not: ask Microsoft (`app/upgrading.py`), or buy what the other one needs beyond these seats: that waits for the
next plan, which knows how this one came out.

Questionable on purpose: where no seat can be spared the other one grows as ever, by buying. Who wants nothing to be
bought gives it a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core import price, rightsize, splitting, supplies, words
from reconciler.core.planning import Inputs, Rows
from reconciler.core.rightsize import Adjustable
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Cost, FieldChange
from reconciler.model.finding import Finding, Severity
from reconciler.model.seats import MOST_SEATS, Supply

# A warning: what waits for the seats is blocked by itself, and everything else of the plan may run.
REFUSED = replace(codes.CANNOT_BE_UPGRADED, severity=Severity.WARNING)
FINAL = "it cannot be undone, and nothing of it can be given back"


@dataclass(frozen=True, slots=True)
class Joint:
    """One `into:`: who gives how many seats at most, and what is against it."""

    giver: Supply
    target: Supply
    whole: bool
    seats: int
    why: str = ""
    is_begun: bool = False
    others: tuple[Joint, ...] = ()

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """Which of several goes first: what can go before what cannot, and all seats of one before some of another."""
        return (bool(self.why), not self.seats, not self.whole)

    @property
    def held(self) -> bool:
        """True where the target may not grow by buying, because seats are to come from there."""
        return self.seats > 0

    @property
    def most(self) -> int:
        return self.target.quantity + (0 if self.why else self.seats)


Joints = Mapping[Address, Joint]


def of(inputs: Inputs, rows: Rows, needs: Mapping[str, int]) -> Joints:
    """Every `into:` of what is there, by the one that takes; `needs` are people by pool once the plan is done.

    Of several that give to one, one does in a plan, and the others wait for the next.
    """
    found: dict[Address, list[Joint]] = {}
    there = {supply.address: supply for supply in supplies.there(inputs, rows)}
    for giver, target, whole in _declared(inputs, rows):
        one, other = there.get(giver), there.get(target)
        if one is None or other is None or not one.quantity:
            continue
        seats = one.quantity if whole else _spare(inputs, rows, one, needs)
        found.setdefault(target, []).append(Joint(one, other, whole, seats, _why_not(inputs, rows, one, other)))
    return {target: _first(inputs, joints) for target, joints in found.items()}


def _first(inputs: Inputs, joints: Sequence[Joint]) -> Joint:
    """The one that gives, as it is where an earlier run asked for it already."""
    first, *others = sorted(joints, key=lambda joint: joint.rank)
    if splitting.is_begun(inputs, first.target.address):
        seats = first.seats if first.whole else MOST_SEATS
        first = replace(first, seats=seats, why="", is_begun=True)
    return replace(first, others=tuple(others))


def pairs(joints: Joints) -> Iterator[tuple[str, str]]:
    """The pools that give and take."""
    yield from ((one.giver.sku, one.target.sku) for one in joints.values() if not one.why)


def arrived(supply: Supply, joints: Joints) -> Supply:
    """The one that takes all seats of another, with them. None of them can be given back (partner-center.md 6.6)."""
    joint = joints.get(supply.address)
    if joint is None or joint.why or not joint.whole:
        return supply
    return replace(supply, quantity=supply.quantity + joint.giver.quantity, lots=())


def left(supplies: Sequence[Supply], joints: Joints) -> list[Supply]:
    """Without those that go as a whole."""
    gone = {one.giver.address for one in joints.values() if one.whole and not one.why}
    return [supply for supply in supplies if supply.address not in gone]


def bound(item: Adjustable, joints: Joints) -> Adjustable:
    """It grows by the seats that come, and by no other."""
    joint = joints.get(item.address)
    if joint is None or not joint.held or joint.is_begun:
        return item
    cap, rule = min(joint.most, item.cap if item.cap is not None else joint.most), item.rule
    fixed = None if rule.fixed is None else min(rule.fixed, max(cap, item.supply.quantity))
    return replace(item, cap=cap, rule=replace(rule, min=min(rule.min, max(cap, item.supply.quantity)), fixed=fixed))


def going(joints: Joints, quantities: Mapping[Address, int]) -> dict[Address, int]:
    """How many seats go of each that gives, once it is decided how many the others have."""
    found = {}
    for address, joint in joints.items():
        units = quantities.get(address, 0) - joint.target.quantity
        if units > 0 and not joint.why and not joint.whole:
            found[joint.giver.address] = 0 if joint.is_begun else units
    return found


def against(joints: Joints, inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """What is said of seats that cannot go."""
    told = {finding.address for finding in inputs.snapshot.findings if finding.code.id == REFUSED.id}
    for address, first in joints.items():
        for joint in (first, *first.others):
            why = joint.why or (_waits_for(first) if joint is not first and joint.whole else "")
            if why and address not in told and (joint.held or _is_kept(inputs, rows, joint)):
                desired = inputs.customer.resources.get(joint.giver.address)
                yield Finding(
                    REFUSED,
                    f"Seats of {joint.giver.address} cannot go into {address}: {why}",
                    "See to that, or take into: out of the files.",
                    address=address,
                    origin=desired.origin if desired else None,
                )
    yield from _not_there(inputs, rows)


def _not_there(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """Of each `into:` whose subscription is yet to be ordered: its seats are bought, which nobody asked for by that."""
    for giver, target, _ in _declared(inputs, rows):
        if target in inputs.customer.resources and rows.pairing.live_of.get(target) is None:
            yield Finding(
                REFUSED,
                f"Seats of {giver} cannot go into {target}: it is not there, so its seats are bought.",
                f"To make it of seats of {giver.key}, write from: {giver.key} at it, instead of into: here.",
                address=target,
                origin=inputs.customer.resources[giver].origin,
            )


def _waits_for(first: Joint) -> str:
    return f"seats of {first.giver.address} go there first. Apply again."


def _is_kept(inputs: Inputs, rows: Rows, joint: Joint) -> bool:
    """True where somebody keeps a license of it for want of a seat of the other one, so that none can be spared."""
    return any(_waits(inputs, change, joint.giver.sku) for change in rows.changes)


def row(inputs: Inputs, change: Change, joint: Joint, people: str) -> Change:
    """The row of a subscription that grows, as one that takes these seats over."""
    seats, giver, target = change.units, joint.giver, joint.target
    old, new = inputs.prices.per_month(giver), inputs.prices.per_month(target)
    worth = f" at {new} a month each instead of {old}" if old is not None and new is not None else ""
    which = f"all {words.seats(seats)}" if joint.whole else f"{seats} of the {words.seats(giver.quantity)}"
    become = f"{'becomes' if seats == 1 else 'become'} {target.sku}{worth}"
    what = f"{which} of {giver.address} {become}{', and it ends' if joint.whole else ''}"
    key = giver.address.key
    return replace(
        change,
        fields=(*change.fields, FieldChange((splitting.TAKEN,), None, key)),
        note=f"{people}; {what}; {splitting.BEGUN if joint.is_begun else FINAL}",
        cost=_cost(inputs, joint, seats),
    )


def without_effect(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """One finding for each entry whose subscription has gone into another one."""
    for desired, live in rows.pairing.pairs:
        target = inputs.kind(desired.address.kind).goes_into(desired)
        if live is None and target is not None:
            yield Finding(
                codes.WITHOUT_EFFECT,
                f"{desired.address} is not there and says into: {target.key}: nothing is ordered for it.",
                "Take the entry out where its seats have gone over.",
                address=desired.address,
                origin=desired.origin,
            )


def _declared(inputs: Inputs, rows: Rows) -> Iterator[tuple[Address, Address, bool]]:
    for desired, live in sorted(rows.pairing.pairs, key=lambda pair: pair[0].address):
        kind = inputs.kind(desired.address.kind)
        target = kind.goes_into(desired)
        if target is not None and live is not None and not live.deleted:
            yield desired.address, target, bool(kind.becomes(desired, live))


def _spare(inputs: Inputs, rows: Rows, giver: Supply, needs: Mapping[str, int]) -> int:
    """Seats of it that nobody needs, and that leave what the product and the files want here.

    Who keeps a license of it only as long as there is no seat of the other one is counted, and has no buffer.
    """
    pool = [supply for supply in supplies.there(inputs, rows) if supply.sku == giver.sku and supply.active]
    desired = inputs.customer.resources[giver.address]
    rule = inputs.kind(giver.address.kind).seat_rule(desired)
    known = inputs.catalog.get(giver.product)
    floor = max(1, known.min if known else 1, (rule.fixed or rule.min) if rule else 0)
    free, buffer = sum(s.quantity for s in pool) - needs.get(giver.sku, 0), rule.buffer if rule else 0
    leaving = sum(1 for change in rows.changes if _waits(inputs, change, giver.sku))
    return max(0, min(free, free + leaving - buffer, giver.quantity - floor))


def _waits(inputs: Inputs, change: Change, pool: str) -> bool:
    """True for a license of the pool that is kept because what takes its place cannot be given."""
    if change.action is not Action.UNASSIGN or change.live is None:
        return False
    keeps = any(gate.code is codes.NEEDS_BLOCKED for gate in change.blocked)
    return keeps and inputs.kind(change.address.kind).draws(change.live.spec) == pool


def _why_not(inputs: Inputs, rows: Rows, giver: Supply, target: Supply) -> str:
    """What is against it, as a sentence; "" where nothing is known to be."""
    refused = next(
        (
            finding.detail
            for finding in inputs.snapshot.findings
            if finding.address == target.address and finding.code.id == REFUSED.id
        ),
        "",
    )
    desired, live = inputs.customer.resources.get(target.address), rows.pairing.live_of[giver.address]
    if desired is None or not (target.own and target.active and giver.own and giver.active):
        return "both must stand in the files, be yours, and run."
    rule = inputs.kind(target.address.kind).seat_rule(desired)
    if rule is None or rule.pack:
        return f"seats of {target.address} are not said in the files, or a pack, so nobody may change them."
    if not inputs.kind(giver.address.kind).becomes(desired, live):
        return f"its plan does not list the plan of {target.address} under allowedUpgrades."
    if giver.trial or target.trial:
        return "of a trial all seats are converted, by changing its plan."
    apart = rows.apart.get(target.address, "")
    return refused or apart or splitting.beside(rows, giver.address) or _against_terms(inputs, giver, target)


def _against_terms(inputs: Inputs, giver: Supply, target: Supply) -> str:
    now = inputs.snapshot.now
    if target.cancellable_until and target.cancellable_until > now:
        until = target.cancellable_until.isoformat(timespec="minutes").replace("+00:00", "Z")
        return f"it can be cancelled until {until}, and Microsoft takes seats into it after that."
    if giver.term_end and target.term_end and target.term_end < giver.term_end:
        return f"it ends on {target.term_end.date()}, before the seats would on {giver.term_end.date()}."
    if price.MONTHS.get(target.term, 0) < price.MONTHS.get(giver.term, 0):
        return f"its term ({target.term}) is shorter than theirs ({giver.term})."
    locked = next((one for one in (giver, target) if rightsize.is_locked(one, now)), None)
    if locked:
        return f"the term of {locked.address} ends or began within a day. Try again when the renewal is over."
    return ""


def _cost(inputs: Inputs, joint: Joint, seats: int) -> Cost | None:
    """What the seats are dearer a month, and what that commits to."""
    old, new, today = inputs.prices.per_month(joint.giver), inputs.prices.per_month(joint.target), inputs.snapshot.now
    if old is None or new is None:
        return None
    monthly, end = new.times(seats) - old.times(seats), joint.target.term_end
    if end is None:
        return Cost(monthly, monthly)
    owed = new.times(seats).over(price.months_until(today.date(), end.date(), joint.target.billing))
    if joint.giver.term_end:
        months = price.months_until(today.date(), joint.giver.term_end.date(), joint.giver.billing)
        owed = owed - old.times(seats).over(months)
    return Cost(monthly, owed, end.date().isoformat())
