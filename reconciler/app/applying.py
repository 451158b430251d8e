"""The apply use case: plan anew, keep what was reviewed, perform it, verify it, and account for every row.

A plan file is a constraint and never an authority: everything is recomputed from this checkout and fresh readings,
and only rows that the reviewed plans also have are performed. Without a file the plan is shown and somebody says yes.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial

from reconciler import kinds
from reconciler.app import bookkeeping, fleet, leasing, resuming, rightsizing, signals
from reconciler.app.fleet import Clouds, Planned
from reconciler.app.hooking import Hooking, Said
from reconciler.app.planning import Request
from reconciler.app.record import Books, Record
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.cloud import secrets as secret_values
from reconciler.core import codec, constraint, digests, gates, match, planscope
from reconciler.core.codec import PlanFile
from reconciler.core.gates import Allowance
from reconciler.core.plan import Run, allow, allowed_steps
from reconciler.core.remember import Stamp
from reconciler.engine import clock, execute
from reconciler.engine import read as reading
from reconciler.engine.stop import Stop, Why
from reconciler.engine.tools import Tools
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import PlanOutdated, StoreError
from reconciler.model.event import Event, Outcome, RunFinished, RunStarted
from reconciler.model.plan import Plan, Scope
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Snapshot
from reconciler.store.handover import AgeSafe
from reconciler.store.journal import Journal, new_run_id
from reconciler.store.locks import Locks, nobody_knows

LONGEST_S = 3600.0
NOT_COMPARED = (
    "The file says what changed in the files and was never compared with the live tenants (--refresh=false), "
    f"so nothing can be applied from it. {codec.AGAIN}"
)


@dataclass(frozen=True, slots=True)
class Orders:
    """How to apply: the reviewed plan files' content and names, what may be lifted, who says yes, and who listens.

    `holder` names the run for people, `process` for the next run on this machine (`leasing.this_process`);
    `redeliver` is whose password is asked for anew, and then nothing else is done. `frame` is the plan file whose scope
    is looked at; without one it is that of the reviewed plans together. With `hooks` those of the settings are started,
    and `tell` says which, before anything is asked.
    """

    files: tuple[bytes, ...] = ()
    expect_digest: str = ""
    allowances: tuple[Allowance, ...] = ()
    approve: Callable[[Plan], bool] = lambda _plan: True
    hear: Callable[[Event], None] = lambda _event: None
    holder: str = ""
    lock: bool = True
    lock_patience_s: float = 0.0
    timeout_s: float = LONGEST_S
    fail_fast: bool = False
    stop: Stop = field(default_factory=Stop)
    process: str = ""
    is_gone: Callable[[str], bool] = nobody_knows
    redeliver: Address | None = None
    names: tuple[str, ...] = ()
    frame: bytes = b""
    hooks: bool = False
    tell: Callable[[str], None] = lambda _words: None


@dataclass(frozen=True, slots=True, repr=False)  # as planning.Result
class Applied:
    """What an apply did: the plan it ran, one outcome for every row of it, and what it must not run.

    `vetoed` is the hook that said no, `hooks` are those that failed afterwards.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    unreviewed: tuple[Change, ...] = ()
    denied: tuple[str, ...] = ()
    declined: bool = False
    timed_out: bool = False
    troubles: tuple[str, ...] = ()
    run: str = ""
    exchanges: int = 0
    stopped: Why | None = None
    vetoed: Said | None = None
    hooks: tuple[Said, ...] = ()


async def apply(request: Request, orders: Orders) -> Applied:
    """Perform what is reviewed. DesiredStateError, PlanOutdated, Locked; clouds' errors end in outcomes.

    Stopped by a signal it ends within seconds, with an outcome for every row; stopped while it still reads, without
    any.
    """
    return await apply_in(open_workspace(request.root, request.environ).checked(), request, orders)


async def apply_in(workspace: Workspace, request: Request, orders: Orders) -> Applied:
    """The same where the files were read and are in order."""
    files = _reviewed(orders)
    now, stop = request.clock, orders.stop
    deadline = now.monotonic() + orders.timeout_s
    name = new_run_id(now.now(), secrets.token_hex(3))
    scope = _scope(request, orders, files)
    customers = fleet.in_scope(workspace, scope)
    troubles: list[str] = []
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(signals.asking(stop))
        if orders.lock and customers:
            locks = Locks(workspace.store, orders.holder, now.now, process=orders.process, is_gone=orders.is_gone)
            names = tuple(customer.key for customer in customers)
            wanted = leasing.Wanted(locks, names, orders.lock_patience_s, troubles.append)
            await stack.enter_async_context(leasing.held(wanted, now, stop))
        pace = fleet.pace(now, deadline)
        clouds = await stack.enter_async_context(
            fleet.open_clouds(workspace, customers, request.environ, request.seams, pace)
        )
        job = _Job(workspace, request, orders, clouds, name, deadline, listening)
        applied = await _planned(job, files, customers, scope)
    return replace(applied, troubles=(*applied.troubles, *troubles)) if troubles else applied


@dataclass(frozen=True, slots=True)
class _Job:
    workspace: Workspace
    request: Request
    orders: Orders
    clouds: Clouds
    run: str
    deadline: float
    listening: signals.Listening

    @property
    def now(self) -> clock.Clock:
        return self.request.clock

    @property
    def hooking(self) -> Hooking | None:
        """The hooks of the settings, where they are to be started."""
        if not self.orders.hooks:
            return None
        hooks, request = self.workspace.repository.settings.hooks, self.request
        left = partial(_left_s, self.now, self.deadline)
        return Hooking(hooks, request.root, request.environ, self.run, self.orders.stop, left)


async def _planned(job: _Job, files: Sequence[PlanFile], customers: Sequence[DesiredCustomer], scope: Scope) -> Applied:
    """Plan anew, ask, perform."""
    orders, stop = job.orders, job.orders.stop
    recipients = job.workspace.repository.settings.handover.recipients
    judge = fleet.judge(job.workspace)
    stamp = Stamp(job.run, job.workspace.source().commit, job.now.now().isoformat(timespec="seconds"))
    run = Run(scope, recipients, _constraint(files), redeliver=orders.redeliver, judge=judge, stamp=stamp)
    left = resuming.left_open(job.workspace, job.now.now())
    planned: list[Planned] = []
    with suppress(TimeoutError):
        async with stop.within(0):
            planned = await fleet.plan_fleet(job.workspace, customers, job.clouds, run, job.request.parallelism, left)
    plan = fleet.combined(job.workspace, planned, job.clouds, run, job.now.now())
    _check_age(files, plan)
    reviewed = _reviewed_digests(files, plan)
    for words in _useless(orders.allowances, plan, reviewed):
        orders.tell(words)
    plan = allow(plan, orders.allowances, reviewed)
    unreviewed = tuple(change for p in planned for change in p.plan.unreviewed)
    found = Applied(plan, (), unreviewed, tuple(fleet.denied_connections(planned)), run=job.run, stopped=stop.why)
    if stop.why:
        return found
    hooking = job.hooking if plan.executable else None
    if hooking and hooking.names:
        orders.tell(f"Hooks of the settings, {'; '.join(hooking.names)}")
    if plan.executable and not files and not _approved(job, plan):
        return replace(found, declined=True)
    if hooking and (vetoed := await hooking.before(plan)):
        return replace(found, stopped=stop.why) if stop.why else replace(found, vetoed=vetoed)
    outcomes, troubles = await _perform(job, plan, planned, left.doubts)
    try:
        rightsizing.performed(job.workspace, plan, outcomes, unreviewed, job.now.now())
    except StoreError as error:
        troubles = (*troubles, str(error))
    late = job.now.monotonic() >= job.deadline
    if hooking:
        found = replace(found, hooks=await hooking.after(plan, outcomes, unreviewed))
    found = replace(found, outcomes=outcomes, troubles=troubles, timed_out=late, stopped=stop.why)
    return replace(found, exchanges=job.clouds.exchanges)


def _left_s(now: clock.Clock, deadline: float) -> float:
    return deadline - now.monotonic()


def _approved(job: _Job, plan: Plan) -> bool:
    with job.listening.paused():
        return job.orders.approve(plan)


async def _perform(
    job: _Job, plan: Plan, planned: Sequence[Planned], doubts: frozenset[Address]
) -> tuple[tuple[Outcome, ...], tuple[str, ...]]:
    """One outcome for every row, and what could not be remembered."""
    store = job.workspace.store
    stamp = Stamp(job.run, plan.source.commit, job.now.now().isoformat(timespec="seconds"))
    books = Books(Journal(store, job.run), job.workspace.ledgers, job.workspace.renewals)
    record = Record(books, stamp, job.orders.hear, doubts)
    if plan.executable:
        record.emit(RunStarted(job.run, job.now.now(), len(plan.executable)))
    gate = asyncio.Semaphore(job.request.parallelism)

    async def one(found: Planned) -> list[Outcome]:
        async with gate:
            return await _customer(job, plan, found, record)

    ended = [outcome for outcomes in await asyncio.gather(*map(one, planned)) for outcome in outcomes]
    if plan.executable:
        record.emit(RunFinished(job.run, job.now.now(), tuple(ended)))
    return tuple(ended), tuple(sorted(set(record.troubles)))


async def _customer(job: _Job, plan: Plan, found: Planned, record: Record) -> list[Outcome]:
    steps = allowed_steps(plan, found.plan.steps)
    outcomes: list[Outcome] = []
    if steps or found.plan.settled:
        record.begin(found.ledger)
    record.release(found.plan.released)
    if steps and found.session:
        recipients = job.workspace.repository.settings.handover.recipients
        tools = Tools(
            kinds.ALL,
            found.session,
            _reader(job, found),
            record.emit,
            record,
            AgeSafe(job.workspace.store, recipients, job.run, lambda s: secret_values.reveal(s, job.request.environ)),
            job.now,
            job.deadline,
            job.orders.fail_fast,
            job.orders.stop,
            lambda: job.clouds.of(found.customer).now,
            record.request_id,
        )
        outcomes = await execute.execute(steps, dict(found.plan.live), tools)
    record.keep(found.customer.key, found.plan.settled, outcomes)
    record.troubles += bookkeeping.finish(job.workspace, found.plan, record.stamp, outcomes, plan.scope)
    return outcomes


def _reader(job: _Job, found: Planned) -> Callable[[frozenset[str]], Awaitable[Snapshot]]:
    session = found.session
    assert session is not None, "only customers with a session have steps"
    sessions = job.clouds.of(found.customer)
    always = match.called_otherwise(found.plan.live, kinds.ALL)

    async def read(names: frozenset[str]) -> Snapshot:
        session.graph.forget_reads()
        session.partner.forget_reads()
        some = [kind for kind in kinds.ALL if kind.name in names | always]
        snapshot = await reading.read(some, session, found.customer.key, found.interest, lambda: sessions.now)
        return match.spoken(snapshot, found.plan.live, kinds.ALL)

    return read


def _reviewed(orders: Orders) -> list[PlanFile]:
    names = orders.names or ("",) * len(orders.files)
    return [_usable(content, name, orders) for content, name in zip(orders.files, names, strict=True)]


def _usable(content: bytes, name: str, orders: Orders) -> PlanFile:
    file = codec.loads(content, name)
    if not file.plan.scope.refresh:
        raise PlanOutdated(codec.named(name, NOT_COMPARED))
    expected = orders.expect_digest
    if expected and not any(
        d.removeprefix("sha256:").startswith(expected.removeprefix("sha256:")) for d in _both(file)
    ):
        why = (
            f"The plan file's digest is {digests.short(file.content_digest)}, and {expected} was approved. "
            "Apply the file that was approved, or have this one reviewed."
        )
        raise PlanOutdated(codec.named(name, why))
    return file


def _scope(request: Request, orders: Orders, files: Sequence[PlanFile]) -> Scope:
    """What is looked at; only what is reviewed is done there."""
    if orders.frame:
        return codec.loads(orders.frame, "--scope-of").plan.scope
    return planscope.union([file.plan.scope for file in files]) if files else request.scope


def _both(file: PlanFile) -> tuple[str, str]:
    return file.content_digest, file.digest


def _constraint(files: Sequence[PlanFile]) -> constraint.Constraint | None:
    return constraint.union(constraint.of(file) for file in files) if files else None


def _check_age(files: Sequence[PlanFile], plan: Plan) -> None:
    for file in files:
        codec.check_age(file, plan.created_at)


def _reviewed_digests(files: Sequence[PlanFile], plan: Plan) -> list[str]:
    """What an allowance may be given for: a reviewed plan, or without one the plan that was just made."""
    return [file.content_digest for file in files] if files else [digests.content_digest(plan)]


def _useless(allowances: Sequence[Allowance], plan: Plan, reviewed: Sequence[str]) -> Iterator[str]:
    """What each allowance that lifts nothing is, in words."""
    met = {gate for change in plan.blocked for gate in change.blocked}
    for one in allowances:
        if any(gates.lifts(one, gate, reviewed) for gate in met):
            continue
        known = any(digest.removeprefix("sha256:").startswith(one.digest) for digest in reviewed)
        why = "no limit is met with this number" if known else "it was given for another plan"
        yield f"The allowance {one.what}={one.number}@{one.digest[: digests.SHORT]} lifts nothing: {why}."
