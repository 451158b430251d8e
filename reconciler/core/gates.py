"""What stops a row, a customer or a run: protection, missing consent, and limits (interface.md 2.6, 2.8).

A gate never makes the plan fail: the row stays in it, with the limit, where the limit is set and the exact words
that lift it for this plan only. There is no switch that lifts everything. `{digest}` in those words is filled in
once the plan's content digest is known.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.core import ending, moving, references, scheduling, shortage
from reconciler.core.planning import Inputs, Rows
from reconciler.core.shortage import Unlucky
from reconciler.model import codes, money
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.finding import Code, Finding
from reconciler.model.money import total
from reconciler.model.spec import targets
from reconciler.model.template import Guardrails

Stops = Callable[[Change], bool]
OVERRIDE = "If it is meant: --allow {what}={number}@{{digest}}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """A reviewed override: this many of one thing, for the plan whose content digest begins so."""

    what: str
    number: str
    digest: str


def block(rows: Rows, stops: Stops, gate: Callable[[Change], Finding]) -> None:
    """Add the gate to every row it stops."""
    rows.changes = [replace(c, blocked=(*c.blocked, gate(c))) if stops(c) else c for c in rows.changes]


def stop(rows: Rows, gate: Finding) -> None:
    """Stop everything that is not stopped yet: a customer's limit stops that customer."""
    block(rows, lambda change: not change.blocked, lambda _change: gate)


def protect(inputs: Inputs, rows: Rows) -> None:
    """Nothing is taken from a protected resource, nor from one that was protected at the last apply."""
    block(rows, lambda change: _takes(inputs, change) and _protected(inputs, change), _protection)


def protect_seats(inputs: Inputs, rows: Rows) -> None:
    """The same for seat rows, which are decided later than all others."""
    gives = (change for change in rows.changes if change.units < 0 or scheduling.lowers(change))
    rows_of_seats = {id(change) for change in gives if not change.blocked}
    block(rows, lambda change: id(change) in rows_of_seats and _protected(inputs, change), _protection)


def refuse(inputs: Inputs, rows: Rows) -> None:
    """What the kinds themselves refuse: the last global administrator, a license without a usage location.

    And what they foresee that a service would refuse, of which the rest of the row still runs.
    """
    for kind in inputs.kinds:
        for address, gate in kind.refusals(tuple(rows.changes), rows.pairing.live_of, inputs.customer.resources):
            _block_one(inputs, rows, address, gate)
    _foresee(inputs, rows)


def foresee_held(inputs: Inputs, rows: Rows) -> bool:
    """The same once more where something was held back for want of a seat: what was to go stays beside what comes."""
    held = any(gate.code is codes.NEEDS_BLOCKED for change in rows.changes for gate in change.blocked)
    return held and _foresee(inputs, rows)


def caution(inputs: Inputs, rows: Rows) -> None:
    """Tell what a person should know of the rows that run."""
    running = tuple(change for change in rows.changes if not change.blocked)
    for kind in inputs.kinds:
        rows.findings.extend(kind.cautions(running, rows.pairing.live_of))


def _foresee(inputs: Inputs, rows: Rows) -> bool:
    unlucky = Unlucky()
    for kind in inputs.kinds:
        for change, meant, gate in kind.foreseen(tuple(rows.changes), rows.pairing.known, inputs.customer.resources):
            unlucky.add(change, meant, _always(gate))
    return shortage.refuse(inputs, rows, unlucky)


def _always(gate: Finding) -> Callable[[Change], Finding]:
    return lambda _change: gate


def refuse_mistakes(inputs: Inputs, rows: Rows) -> None:
    """What only the live side can tell is wrong with a declared value: a service plan that the SKU does not have.

    What the reading itself found wrong stops the row that makes it; where there is no such row, it is a finding.
    """
    lives, found = rows.pairing.live_of, inputs.snapshot.findings
    stopped: set[Finding] = set()

    def marked(change: Change) -> Change:
        if change.desired is None or change.action.removes:
            return change
        mistakes = tuple(inputs.kind(change.address.kind).mistakes(change.desired, lives))
        if found and (change.action is Action.CREATE or change.reason is Reason.UPGRADE):
            mistakes += tuple(one for one in found if one.is_error and one.address == change.address)
            stopped.update(mistakes)
        return replace(change, blocked=(*change.blocked, *mistakes)) if mistakes else change

    rows.changes = [marked(change) for change in rows.changes]
    rows.findings.extend(one for one in found if one not in stopped)


def _block_one(inputs: Inputs, rows: Rows, address: Address, gate: Finding) -> None:
    def stops(change: Change) -> bool:
        return change.address == address and (_takes(inputs, change) or change.action is Action.CREATE)

    block(rows, stops, lambda _change: gate)


def need_recipients(inputs: Inputs, rows: Rows, recipients: Sequence[str]) -> None:
    """A password that nobody could read is not made."""
    if not recipients:
        block(rows, lambda change: inputs.kind(change.address.kind).makes_secret(change), _nobody_reads)


def limit(inputs: Inputs, rows: Rows) -> None:
    """What one customer's plan may take away, add, spend and give back; more stops the customer.

    Every limit that is met stands on the rows, so that lifting one does not lift another.
    """
    guardrails, where = inputs.customer.guardrails, f"at {inputs.customer.key}"
    found = (*_removal_gates(inputs, rows), *growth_gates(rows.changes, guardrails, where))
    if found:
        rows.changes = [c if c.blocked else replace(c, blocked=found) for c in rows.changes]


def _removal_gates(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """At most min(count, max(1, ceil(percent of what is there))) removals of one kind.

    What is taken out of sets (members) is held against all elements there are, not against the number of sets. One
    allowance lifts it all, so it names the removals of all kinds.
    """
    limits = inputs.customer.guardrails.removals
    over, total_removed = [], 0
    for tally in _tallies(inputs, rows):
        allowed = min(limits.count, max(1, math.ceil(limits.percent * tally.there / 100)))
        total_removed += tally.removed
        if tally.removed > allowed:
            over.append(f"{tally.removed} removals of {tally.there} {tally.what} at {inputs.customer.key}; ")
            over[-1] += f"{allowed} are allowed"
    if over:
        where = f"guardrails: removals: count {limits.count}, percent {limits.percent}"
        detail = f"{'; '.join(over)} ({where})."
        yield Finding(codes.TOO_MANY_REMOVALS, detail, _lift("removals", str(total_removed)))


@dataclass(frozen=True, slots=True)
class _Tally:
    what: str
    there: int
    removed: int


def _tallies(inputs: Inputs, rows: Rows) -> Iterator[_Tally]:
    along = moving.moved(inputs, rows)
    for kind in inputs.kinds:
        lives = [live for live in rows.pairing.live_of.values() if live.address.kind == kind.name and not live.deleted]
        changes = [c for c in rows.changes if c.address.kind == kind.name and not c.blocked]
        yield _Tally(kind.group, len(lives), sum(1 for c in changes if c.action.removes and id(c) not in along))
        gone = Counter(f.name for c in changes for f in c.fields if len(f.path) == 2 and f.after is False)
        for name, removed in sorted(gone.items()):
            there = sum(len(getattr(live.spec, name) or ()) for live in lives)
            yield _Tally(f"{name} of {kind.group}", there, removed)


def growth_gates(changes: Sequence[Change], limits: Guardrails, where: str) -> Iterator[Finding]:
    """The gates that seats and money of these rows meet."""
    growing = [change for change in changes if _grows(change) and not change.blocked]
    seats = sum(change.units for change in growing)
    if seats > limits.seats_added:
        detail = f"{seats} seats are added {where}; {limits.seats_added} are allowed (guardrails: seatsAdded)."
        yield Finding(codes.TOO_MANY_SEATS, detail, _lift("seats", str(seats)))
    allowed = money.parse(limits.monthly_cost_added) if limits.monthly_cost_added else None
    added = total([change.cost.monthly for change in growing if change.cost])
    over = [m for m in added.values() if allowed and m.currency == allowed.currency and m.amount > allowed.amount]
    if allowed and over:
        detail = f"{over[0]} a month are added {where}; {allowed} are allowed (guardrails: monthlyCostAdded)."
        yield Finding(codes.TOO_COSTLY, detail, _lift("cost", str(over[0].rounded)))
    given = -sum(change.units for change in changes if change.units < 0 and not change.blocked)
    if limits.seats_removed is not None and given > limits.seats_removed:
        detail = f"{given} seats are given back {where}; {limits.seats_removed} are allowed (guardrails: seatsRemoved)."
        yield Finding(codes.TOO_MANY_SEATS_REMOVED, detail, _lift("seatsRemoved", str(given)))


def _grows(change: Change) -> bool:
    """True for what adds seats, and for an upgrade, which adds cost."""
    is_dearer = change.cost is not None and change.cost.monthly.amount > 0
    return change.units > 0 or (change.reason is Reason.UPGRADE and is_dearer)


def need_consent(inputs: Inputs, rows: Rows) -> None:
    """Whoever takes service away at once is asked for it by name, and what is bought in its place waits for that."""
    asked = [change for change in rows.changes if ending.interrupts(change)]
    pools = {pool for change in asked if (pool := _pool(inputs, change))}

    def stops(change: Change) -> bool:
        return change in asked or (change.units > 0 and _pool(inputs, change) in pools)

    block(rows, stops, lambda change: _consent(change, asked))


def _pool(inputs: Inputs, change: Change) -> str:
    """The pool that a row takes seats from, or adds some to; "" where it does neither."""
    kind = inputs.kind(change.address.kind)
    supply = kind.supplies(change.live) if kind.supplying and change.live else None
    if supply is None and kind.supplying and change.desired:
        supply = kind.promises(change.desired, inputs.snapshot.now)
    return supply.sku if supply else ""


def _consent(change: Change, asked: Sequence[Change]) -> Finding:
    names = ", ".join(str(one.address) for one in asked)
    detail = f"{change.address} would serve nobody any more, at once."
    if change not in asked:
        detail = f"{change.address} grows because of what waits for your consent ({names})."
    return Finding(
        codes.DISRUPTIVE, detail, _lift("disruptive", str(len(asked))), address=change.address, origin=change.origin
    )


def limit_run(plans: Mapping[str, Sequence[Change]], limits: Guardrails) -> tuple[Finding, ...]:
    """The gates that stop the whole run: too many customers touched, or too many seats and too much cost in all."""
    touched = [customer for customer, changes in plans.items() if any(not change.blocked for change in changes)]
    together = [change for changes in plans.values() for change in changes]
    found = list(growth_gates(together, limits, "by one run"))
    if len(touched) > limits.customers_touched:
        detail = f"{len(touched)} customers are touched by one run; {limits.customers_touched} are allowed"
        gate = f"{detail} (guardrails: customersTouched)."
        found.insert(0, Finding(codes.TOO_MANY_CUSTOMERS, gate, _lift("customers", str(len(touched)))))
    return tuple(found)


def follow(rows: Rows) -> None:
    """Block what cannot happen because the row that makes what it refers to is blocked, and what needs that.

    Of a row that stands on several others (the members of a group) only the values that cannot be set are blocked,
    in a row of their own.
    """
    while True:
        blocked = {c.address for c in rows.changes if c.blocked and c.action in references.MAKES}
        found, rows.changes = rows.changes, []
        for change in found:
            rows.changes.extend((change,) if change.blocked else _parted(rows, change, blocked))
        if len(rows.changes) == len(found) and all(a is b for a, b in zip(found, rows.changes, strict=True)):
            return


def _parted(rows: Rows, change: Change, blocked: set[Address]) -> Iterator[Change]:
    """The row as far as it needs nothing that is blocked, and the rest of it, which does."""
    lost = blocked.intersection(references.whole(rows, change))
    if lost:
        yield replace(change, blocked=(_because(change, lost),))
        return
    missing = {part: t for part in change.fields if (t := references.pointed_at(change, part)) in blocked and t}
    if not missing:
        yield change
        return
    kept = tuple(part for part in change.fields if part not in missing)
    if kept or change.action in references.MAKES:
        yield replace(change, fields=kept)
    because = _because(change, missing.values())
    yield replace(change, fields=tuple(missing), action=_later(change.action), blocked=(because,))


def _later(action: Action) -> Action:
    """What sets a value of something that is made without it."""
    return Action.UPDATE if action in references.MAKES else action


def is_asked(change: Change) -> bool:
    """True for a row that nothing stops, or that waits for nothing but a consent."""
    return all(gate.code is codes.DISRUPTIVE for gate in change.blocked)


def lifted(change: Change, allowances: Sequence[Allowance], digests: Sequence[str]) -> Change:
    """The row without the gates that an allowance for one of these very plans lifts."""
    kept = tuple(gate for gate in change.blocked if not any(lifts(a, gate, digests) for a in allowances))
    return change if kept == change.blocked else replace(change, blocked=kept)


def parse_allowance(text: str) -> Allowance:
    """`removals=7@3f2a…` as an allowance. ValueError says what was expected."""
    what, _, rest = text.partition("=")
    number, _, digest = rest.partition("@")
    if what not in LIFTED_BY.values() or not number or len(digest) < 6:
        words = ", ".join(sorted(LIFTED_BY.values()))
        raise ValueError(f'"{text}" is not an allowance: expected KIND=N@DIGEST with KIND one of {words}')
    return Allowance(what, number, digest.removeprefix("sha256:"))


LIFTED_BY: Mapping[Code, str] = {
    codes.DISRUPTIVE: "disruptive",
    codes.TOO_MANY_REMOVALS: "removals",
    codes.TOO_MANY_SEATS: "seats",
    codes.TOO_MANY_SEATS_REMOVED: "seatsRemoved",
    codes.TOO_COSTLY: "cost",
    codes.TOO_MANY_CUSTOMERS: "customers",
}


def lifts(allowance: Allowance, gate: Finding, digests: Sequence[str]) -> bool:
    """True where the allowance is for this gate, with its number, and for one of these plans."""
    return (
        LIFTED_BY.get(gate.code) == allowance.what
        and any(digest.removeprefix("sha256:").startswith(allowance.digest) for digest in digests)
        and gate.fix.startswith(OVERRIDE.format(what=allowance.what, number=allowance.number).partition("@")[0] + "@")
    )


def _lift(what: str, number: str) -> str:
    return OVERRIDE.format(what=what, number=number)


def _takes(inputs: Inputs, change: Change) -> bool:
    blocks = inputs.kind(change.address.kind).blocks_sign_in(change)
    asked = change.reason is Reason.ASKED
    takes = change.action.removes or ending.is_service_taken(change)
    return takes or change.action is Action.FORGET or blocks or change.units < 0 or asked


def _protected(inputs: Inputs, change: Change) -> bool:
    addresses = [change.address]
    resource = change.desired or change.live
    if resource is not None:
        owners = [(ref, key) for _, ref, key in targets(resource.spec) if ref.owner]
        addresses.extend(change.address._replace(kind=ref.kind, key=key) for ref, key in owners)
    for address in addresses:
        desired, entry = inputs.customer.resources.get(address), inputs.ledger.resources.get(address)
        if (desired and desired.protect) or (entry and entry.protect) or inputs.customer.protect:
            return True
    return False


def _protection(change: Change) -> Finding:
    return Finding(
        codes.PROTECTED,
        f"{change.address} is protected, or was at the last apply: it cannot lose anything.",
        "Take protect: true out of its entry and merge that first; the removal may follow in the next merge.",
        address=change.address,
        origin=change.origin,
    )


def _nobody_reads(change: Change) -> Finding:
    return Finding(
        codes.NO_RECIPIENTS,
        f"{change.address} gets a generated password, and handover: recipients: names nobody who could read it.",
        "Add an age public key (age-keygen makes one) under handover: recipients: in the settings.",
        address=change.address,
        origin=change.origin,
    )


def _because(change: Change, needs: Iterable[Address]) -> Finding:
    return Finding(
        codes.NEEDS_BLOCKED,
        f"{change.address} needs a row that is blocked ({', '.join(sorted(map(str, needs)))}).",
        address=change.address,
        origin=change.origin,
    )
