"""Files, reading and memory of one customer -> rows in order; all customers together -> the plan.

A pure function of its arguments: no clock, no log, no await. The parts are called in one order, and each says in
its own module what it adds: match, rows, removals, hand-overs, gates, seats, order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.core import (
    advice,
    afterwards,
    attempts,
    cancelling,
    dated,
    ending,
    gates,
    given,
    idle,
    ignoring,
    items,
    leaks,
    leftovers,
    likeness,
    margin,
    match,
    moving,
    order,
    outlook,
    passwords,
    recall,
    references,
    remember,
    removals,
    renewal,
    rows,
    sellable,
    shortage,
    sizing,
    splitting,
    stocktaking,
    transactions,
    transfers,
    trials,
)
from reconciler.core.constraint import Constraint
from reconciler.core.gates import Allowance
from reconciler.core.planning import Inputs, Rows
from reconciler.core.remember import Stamp
from reconciler.core.transactions import Found
from reconciler.model import address as addresses
from reconciler.model.address import Address
from reconciler.model.change import Change, Reason, Step
from reconciler.model.finding import Finding, Severity, sort_key
from reconciler.model.item import Counted
from reconciler.model.leak import Looked
from reconciler.model.ledger import CustomerLedger
from reconciler.model.margin import Margin
from reconciler.model.plan import Deferred, Plan, Reading, Scope, Source
from reconciler.model.policy import Judge, Waiver
from reconciler.model.renewal import Owed
from reconciler.model.resource import Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.model.stock import Stock
from reconciler.model.template import Guardrails, Rightsizing


@dataclass(frozen=True, slots=True)
class CustomerPlan:
    """What planning one customer gives; small, so that a fleet's readings need not be kept."""

    customer: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    reported: tuple[Change, ...]
    deferred: tuple[Deferred, ...]
    reads: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    unmanaged: Mapping[str, int]
    unreviewed: tuple[Change, ...] = ()
    settled: CustomerLedger | None = None
    live: Mapping[Address, Live[Spec]] = field(default_factory=dict)
    margin: Margin | None = None
    released: tuple[Owed, ...] = ()
    waived: frozenset[Waiver] = frozenset()
    found: Found | None = None
    items: tuple[Counted, ...] = ()
    leaks: Looked | None = None
    stock: tuple[Stock, ...] | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What holds for the whole run: its scope, who may read passwords, and what reviewed plans allow (None: all).

    `remembers` is False where nobody will write the ledger: digests of everything cost more than the plan itself.
    `redeliver` is whose password is asked for anew; nothing else is done then. `stamp` is what transactions are written
    down with; None in a run that writes down none. `leaks` asks for what is paid for and used by nobody, `listed` for
    all subscriptions.
    """

    scope: Scope = field(default_factory=Scope)
    recipients: tuple[str, ...] = ()
    constraint: Constraint | None = None
    remembers: bool = True
    judge: Judge | None = None
    redeliver: Address | None = None
    stamp: Stamp | None = None
    leaks: bool = False
    listed: bool = False


def plan_customer(inputs: Inputs, run: Run) -> CustomerPlan:
    """The rows of one customer, in order of execution."""
    if run.scope.seats and inputs.customer.rightsizing is Rightsizing.NIGHTLY:
        inputs = replace(inputs, customer=replace(inputs.customer, rightsizing=Rightsizing.INLINE))
    drawer = Rows(pairing=match.pair(inputs.customer, inputs.snapshot, inputs.ledger, inputs.kinds))
    ledger = recall.follow(inputs.ledger, drawer.pairing.known)
    if ledger is not inputs.ledger:
        inputs, drawer.recalled = replace(inputs, ledger=ledger), True
    inputs = attempts.disown(inputs, drawer)
    _draw(inputs, drawer, run)
    _gate(inputs, drawer, run)
    steps = _sized_and_ordered(inputs, drawer, run)
    afterwards.price(inputs, drawer)
    advice.settle(inputs, drawer)
    left = margin.settle(inputs, drawer)
    used = _judged(inputs, drawer, run.judge)
    gates.limit(inputs, drawer)
    gates.need_consent(inputs, drawer)
    _warn(inputs, drawer, run)
    return CustomerPlan(
        inputs.customer.key,
        tuple(drawer.changes),
        steps,
        tuple(sorted(drawer.reported, key=lambda c: (c.address, c.action, c.cause))),
        _deferred(inputs, drawer),
        readings(inputs.snapshot, inputs),
        (*drawer.findings, *drawer.seat_findings),
        drawer.unmanaged,
        tuple(drawer.unreviewed),
        remember.settled(inputs, drawer) if run.remembers else None,
        drawer.pairing.live_of if steps else {},
        left,
        tuple(drawer.released),
        used,
        transactions.settle(inputs, drawer, steps),
        () if run.scope.targets else items.counted(inputs),
        leaks.of(inputs, drawer) if run.leaks else None,
        stocktaking.of(inputs, drawer) if run.listed else None,
    )


def _draw(inputs: Inputs, drawer: Rows, run: Run) -> None:
    """Every row that the files ask for, without seats: within the scope, and as far as it was reviewed."""
    rows.declared(inputs, drawer)
    removals.undeclared(inputs, drawer)
    leftovers.settle(inputs, drawer)
    ignoring.settle(inputs, drawer)
    ending.settle(inputs, drawer)
    advice.set_apart(inputs, drawer)
    cancelling.settle(inputs, drawer)
    passwords.hand_over(inputs, drawer, run.recipients)
    renewal.pending(inputs, drawer)
    if run.redeliver:
        passwords.ask(drawer, run.redeliver, run.recipients)
    _keep_in_scope(drawer, run.scope)
    given.settle(inputs, drawer)
    references.settle(inputs, drawer)  # before rows are held against reviewed ones, which were settled too
    if _keep_reviewed(drawer, run.constraint):
        references.settle(inputs, drawer)


def _gate(inputs: Inputs, drawer: Rows, run: Run) -> None:
    """What may not run, and what that takes along."""
    gates.protect(inputs, drawer)
    given.ask_again(inputs, drawer)
    gates.refuse(inputs, drawer)
    gates.refuse_mistakes(inputs, drawer)
    gates.need_recipients(inputs, drawer, run.recipients)
    likeness.refuse(inputs, drawer)
    splitting.refuse(inputs, drawer)
    sellable.refuse(inputs, drawer)
    gates.follow(drawer)


def _warn(inputs: Inputs, drawer: Rows, run: Run) -> None:
    """What a reader should know besides the rows."""
    drawer.findings.extend(sizing.unpriced(drawer.changes))
    drawer.findings.extend(trials.expiring(inputs, drawer))
    drawer.findings.extend(afterwards.losing(inputs, drawer))
    drawer.findings.extend(splitting.without_effect(inputs, drawer))
    drawer.findings.extend(transfers.without_effect(inputs, drawer))
    gates.caution(inputs, drawer)
    drawer.findings.extend(() if run.scope.targets else idle.seats(inputs, drawer))
    drawer.findings.extend(dated.soon(inputs.customer, inputs.snapshot.now.date()))


def _judged(inputs: Inputs, drawer: Rows, judge: Judge | None) -> frozenset[Waiver]:
    """Say what policies say of the customer as the plan leaves it, and stop it where one says error.

    A plan that does nothing but give back is not stopped: it may be what mends it.
    """
    after = outlook.of(inputs, drawer) if judge else None
    if judge is None or after is None:
        return frozenset()
    found = judge(after)
    stops = any(c.units > 0 or c.reason not in OF_SEATS for c in drawer.changes if not c.blocked)
    for finding in found.findings:
        if finding.is_error and stops:
            gates.stop(drawer, finding)
        else:
            milder = Severity.WARNING if finding.is_error else finding.code.severity
            drawer.findings.append(replace(finding, code=replace(finding.code, severity=milder)))
    return found.used


def _deferred(inputs: Inputs, drawer: Rows) -> tuple[Deferred, ...]:
    """What waits for a complete reading; nothing where the customer waits for somebody else, which was told."""
    if inputs.snapshot.waits:
        return ()
    return tuple(Deferred(inputs.customer.key, k, w, tuple(a)) for k, (w, a) in sorted(drawer.deferred.items()))


def _sized_and_ordered(inputs: Inputs, drawer: Rows, run: Run) -> tuple[Step, ...]:
    """Seats and order, again and again until nothing more had to be blocked: each try blocks at least one row."""
    while True:
        sizing.size(inputs, drawer)
        if moving.refuse(inputs, drawer):
            continue
        if gates.foresee_held(inputs, drawer):
            shortage.try_again(drawer)
            gates.follow(drawer)
            continue
        _keep_in_scope(drawer, run.scope)
        _keep_reviewed(drawer, run.constraint)
        gates.protect_seats(inputs, drawer)
        renewal.beside(inputs, drawer)
        steps = order.arrange(inputs, drawer)
        if steps is not None:
            return steps
        gates.follow(drawer)


def combine(
    customers: Sequence[CustomerPlan], created_at: datetime, source: Source, scope: Scope, limits: Guardrails
) -> Plan:
    """The plan of a run: all customers by key, stopped as a whole where the run's limits say so."""
    by_key = {plan.customer: plan.changes for plan in sorted(customers, key=lambda plan: plan.customer)}
    met = gates.limit_run(by_key, limits)
    changes = tuple(change for found in by_key.values() for change in found)
    if met:
        changes = tuple(replace(c, blocked=(*c.blocked, *met)) if gates.is_asked(c) else c for c in changes)
    ordered = sorted(customers, key=lambda plan: plan.customer)
    return Plan(
        created_at,
        source,
        scope,
        changes,
        drift=tuple(change for plan in ordered for change in plan.reported),
        unmanaged={plan.customer: plan.unmanaged for plan in ordered if plan.unmanaged},
        deferred=tuple(deferred for plan in ordered for deferred in plan.deferred),
        reads=tuple(reading for plan in ordered for reading in plan.reads),
        findings=tuple(sorted((f for plan in ordered for f in plan.findings), key=sort_key)),
        margins=tuple(plan.margin for plan in ordered if plan.margin),
        items=tuple(item for plan in ordered for item in plan.items),
    )


def allow(plan: Plan, allowances: Sequence[Allowance], digests: Sequence[str]) -> Plan:
    """The plan without the gates that these allowances lift; they are given for plans of these content digests."""
    return replace(plan, changes=tuple(gates.lifted(change, allowances, digests) for change in plan.changes))


def allowed_steps(plan: Plan, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps with only those rows that the plan lets run."""
    runs = {(c.identity, c.cause): c for c in plan.executable}
    kept = []
    for step in steps:
        changes = tuple(runs[key] for c in step.changes if (key := (c.identity, c.cause)) in runs)
        if changes:
            kept.append(replace(step, changes=changes))
    return tuple(kept)


def readings(snapshot: Snapshot, inputs: Inputs) -> tuple[Reading, ...]:
    """How each collection was read: coverage, count, and a fingerprint over the ids that were seen."""
    found = []
    for kind in inputs.kinds:
        ids = sorted(live.remote_id for live in snapshot.of_kind(kind.name))
        digest = hashlib.blake2b("\n".join(ids).encode(), digest_size=8).hexdigest()
        found.append(Reading(snapshot.customer, kind.name, inputs.coverage(kind.name), len(ids), digest))
    return tuple(found)


SIZED = (Reason.SEATS, Reason.SCHEDULE)
OF_SEATS = (*SIZED, Reason.RENEWAL)


def _keep_in_scope(drawer: Rows, scope: Scope) -> None:
    """Keep the rows that the scope names, and the seats that they need."""
    found, reported = drawer.changes, drawer.reported
    drawer.changes = [c for c in found if in_scope(c, scope, caused=c.address in drawer.caused)]
    drawer.reported = [c for c in reported if in_scope(c, scope, caused=c.address in drawer.caused)]
    kept = {id(change) for change in drawer.changes}
    drawer.later.extend(c for c in found if id(c) not in kept and c.reason not in SIZED)
    drawer.outside |= {c.address for c in (*found, *reported)} - {
        c.address for c in (*drawer.changes, *drawer.reported)
    }


def _keep_reviewed(drawer: Rows, constraint: Constraint | None) -> bool:
    """Keep what reviewed plans allow; what is new or other since the review is told apart. True if there was any."""
    if constraint is None:
        return False
    found, drawer.changes = drawer.changes, []
    for change in found:
        reviewed = constraint.allows(change) and not constraint.is_stale(change)
        (drawer.changes if reviewed else drawer.unreviewed).append(change)
    return len(drawer.changes) < len(found)


def in_scope(change: Change, scope: Scope, *, caused: bool = False) -> bool:
    """True for rows that the targets name and the exclusions do not, and for seats that such a row needs."""
    if any(addresses.matches(pattern, change.address) for pattern in scope.excludes):
        return False
    if scope.seats and change.reason not in OF_SEATS:
        return False
    needed = change.reason in SIZED and caused
    return needed or not scope.targets or any(addresses.matches(pattern, change.address) for pattern in scope.targets)
