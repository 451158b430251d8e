"""Reading and planning a fleet, customer by customer: read, plan, drop, under a limit of customers at once.

Memory does not grow with the fleet: of a customer with nothing to do only its small plan is kept. What a later apply
needs of a customer (its session and its reading) is kept only where there is something to perform.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler import kinds, policies
from reconciler.app import arriving, bookkeeping, leftovers, memory, ordering, resuming, sign_ins, upgrading, vaults
from reconciler.app.workspace import Workspace
from reconciler.cloud.clock import Pace
from reconciler.cloud.sessions import CustomerSession, Seams, Sessions
from reconciler.core import plan
from reconciler.core.expansion import at_hand
from reconciler.core.plan import CustomerPlan, Run
from reconciler.core.planning import Inputs
from reconciler.engine import read as reading
from reconciler.engine.clock import Clock
from reconciler.model.address import Address
from reconciler.model.errors import CloudError, Forbidden, Unauthenticated, UsageError
from reconciler.model.finding import Finding
from reconciler.model.kind import Interest
from reconciler.model.ledger import CustomerLedger
from reconciler.model.plan import Plan, Scope
from reconciler.model.policy import Judge
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Coverage, CoverageState, Snapshot

AT_ONCE = 8
NOTHING_LEFT = resuming.Left()
GLOB = "*?["


@dataclass(frozen=True, slots=True)
class Clouds:
    """The open connections of one run, by name, and how patient it is."""

    connections: Mapping[str, Sessions]
    pace: Pace

    def of(self, customer: DesiredCustomer) -> Sessions:
        return self.connections[customer.connection]

    @property
    def exchanges(self) -> int:
        return sum(sum(sessions.exchanges.values()) for sessions in self.connections.values())


@dataclass(slots=True)
class Planned:
    """One customer's plan and, where there is something to perform, what it takes to perform it."""

    customer: DesiredCustomer
    plan: CustomerPlan
    ledger: CustomerLedger
    denied: bool = False
    session: CustomerSession | None = None
    interest: Interest = field(default_factory=Interest)


def pace(clock: Clock, deadline: float = math.inf) -> Pace:
    """How patient calls are; none goes on after `deadline`, a time of the clock's `monotonic`."""
    return Pace(deadline, monotonic=clock.monotonic, sleep=clock.sleep)


@asynccontextmanager
async def open_clouds(
    workspace: Workspace, customers: Sequence[DesiredCustomer], environ: Mapping[str, str], seams: Seams, pace: Pace
) -> AsyncIterator[Clouds]:
    """The connections that these customers need, open for the length of the block. No call outlasts the pace."""
    wanted = {customer.connection for customer in customers}
    async with open_connections(workspace, wanted, environ, seams, pace) as clouds:
        yield clouds


@asynccontextmanager
async def open_connections(
    workspace: Workspace, names: Iterable[str], environ: Mapping[str, str], seams: Seams, pace: Pace
) -> AsyncIterator[Clouds]:
    """The same for connections by name; one that nobody asks makes no request."""
    async with AsyncExitStack() as stack:
        opened = {}
        for name in sorted(names):
            connection = workspace.repository.settings.connections[name]
            sessions = Sessions(connection, environ, pace, seams, vaults.of(connection, workspace.root, environ))
            opened[name] = await stack.enter_async_context(sessions)
        yield Clouds(opened, pace)


def in_scope(workspace: Workspace, scope: Scope) -> list[DesiredCustomer]:
    """The customers that a run looks at. UsageError names one that the files do not have."""
    named = [pattern.split("/")[0] for pattern in scope.targets]
    exact = [key for key in named if not any(sign in key for sign in GLOB)]
    customers = workspace.planned
    unknown = [key for key in (*scope.customers, *exact) if key not in customers]
    if unknown:
        raise UsageError(f'No customer "{unknown[0]}" in the files. They have: {", ".join(customers)}.')
    by_target = exact if exact and len(exact) == len(named) else None
    return [
        customer
        for key, customer in sorted(customers.items())
        if (not scope.customers or key in scope.customers)
        and (by_target is None or key in by_target)
        and (scope.touched is None or scope.touched.has(key))
        and (scope.shard is None or scope.shard.has(key))
    ]


async def plan_fleet(
    workspace: Workspace,
    customers: Sequence[DesiredCustomer],
    clouds: Clouds,
    run: Run,
    at_once: int = AT_ONCE,
    left: resuming.Left = NOTHING_LEFT,
) -> list[Planned]:
    """Every customer's plan, in order of their keys. `left` is what earlier runs left open."""
    gate = asyncio.Semaphore(at_once)

    async def one(customer: DesiredCustomer) -> Planned:
        async with gate:
            return await plan_one(workspace, customer, clouds, run, left)

    return list(await asyncio.gather(*(one(customer) for customer in customers)))


async def plan_one(
    workspace: Workspace,
    customer: DesiredCustomer,
    clouds: Clouds,
    run: Run,
    left: resuming.Left = NOTHING_LEFT,
) -> Planned:
    """Read one customer and plan it. What cannot be read or remembered is said in the plan, never raised."""
    named, customer = customer, at_hand(customer)
    known = memory.of(workspace, customer.key, left)
    ledger = known.ledger
    sessions = clouds.of(customer)
    wanted = reading.interest(customer, ledger, workspace.on(customer, sessions.now.date()))
    session: CustomerSession | None = None
    denied = False
    try:
        session = await sessions.customer(customer.tenant)
        visit = _Visit(customer, ledger, wanted, sessions, session, clouds.pace)
        # Only who writes may wait for minutes: a plan says what is not there yet.
        snapshot = await visit.snapshot(left.at(customer.key) & customer.resources.keys(), patient=run.remembers)
        asked = [covered for covered in snapshot.coverage.values() if covered.state is not CoverageState.NOT_READ]
        denied = bool(asked) and all(covered.denied for covered in asked)
    except CloudError as error:
        denied = isinstance(error, Unauthenticated | Forbidden)
        snapshot = _unread(customer, sessions, str(error))
    customer = workspace.on(customer, snapshot.now.date())
    catalog = workspace.repository.catalog_of(customer.country)
    tally, lost = bookkeeping.known(workspace, customer.key, run)
    seen, unread = await sign_ins.read(workspace, snapshot, session, run)
    orders = await leftovers.read(customer, ledger, session)
    inputs = Inputs(customer, snapshot, ledger, kinds.ALL, catalog, known.debts, tally, seen, orders)
    planned = bookkeeping.noted(workspace, await _planned(inputs, run, session), run)
    kept = ledger if planned.steps or planned.settled else CustomerLedger(customer.key, "not kept")
    found = Planned(
        named, replace(planned, findings=(*planned.findings, *known.findings, *lost, *unread)), kept, denied
    )
    if planned.steps:
        found.session, found.interest = session, wanted
    return found


async def _planned(inputs: Inputs, run: Run, session: CustomerSession | None) -> CustomerPlan:
    """The plan, made once more with what Microsoft says against it, if anything."""
    planned = plan.plan_customer(inputs, run)
    against = await _objections(planned, inputs, session) if session else ()
    if not against:
        return planned
    snapshot = replace(inputs.snapshot, findings=(*inputs.snapshot.findings, *against))
    return plan.plan_customer(replace(inputs, snapshot=snapshot), run)


async def _objections(planned: CustomerPlan, inputs: Inputs, session: CustomerSession) -> tuple[Finding, ...]:
    """What Microsoft says against what the plan would buy and upgrade; nothing is asked where it does neither."""
    ordered, upgraded = await asyncio.gather(
        ordering.objections(planned, inputs.customer, session), upgrading.objections(planned, inputs.ledger, session)
    )
    return (*ordered, *upgraded)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One customer being looked at, through one session."""

    customer: DesiredCustomer
    ledger: CustomerLedger
    wanted: Interest
    sessions: Sessions
    session: CustomerSession
    pace: Pace

    async def snapshot(self, doubts: frozenset[Address], *, patient: bool) -> Snapshot:
        """What is there, or why nothing is; what is in `doubts` is looked for again and again."""
        in_doubt = arriving.of(self.customer) in doubts
        looked = await arriving.before(self.customer, self.ledger, self.sessions, self.pace, in_doubt=in_doubt)
        if looked.snapshot is not None:
            return looked.snapshot
        found = await resuming.patiently(self._read, doubts, self.pace)
        if patient and await arriving.let_in(found, self.customer, self.session, self.pace):
            found = await self._read()
        found = await arriving.after(found, self.customer, self.sessions)
        return replace(found, findings=(*found.findings, *looked.findings))

    async def _read(self) -> Snapshot:
        """Everything, read anew."""
        self.session.graph.forget_reads()
        self.session.partner.forget_reads()
        return await reading.read(kinds.ALL, self.session, self.customer.key, self.wanted, lambda: self.sessions.now)


def combined(workspace: Workspace, planned: Sequence[Planned], sessions: Clouds, run: Run, local: datetime) -> Plan:
    """The plan of the run. Its time is the services' own, or `local` where there is no customer to ask about."""
    now = max((s.now for s in sessions.connections.values()), default=local)
    limits = workspace.repository.settings.guardrails
    made = plan.combine([p.plan for p in planned], now, workspace.source(), run.scope, limits)
    return replace(made, findings=(*made.findings, *_useless_waivers(workspace, planned, made)))


def judge(workspace: Workspace) -> Judge | None:
    """What the repository's policies say of a customer."""
    settings = workspace.repository.settings
    return policies.planned.judge(settings.policies, settings.waivers)


def _useless_waivers(workspace: Workspace, planned: Sequence[Planned], made: Plan) -> Iterator[Finding]:
    """Told by a run over everything that saw everything: a part of it cannot tell."""
    settings = workspace.repository.settings
    if settings.waivers and settings.policies.asked and made.scope == Scope() and made.complete:
        used = [waiver for found in planned for waiver in found.plan.waived]
        origin = workspace.repository.settings_origin
        yield from policies.planned.unused(settings.waivers, used, made.created_at.date(), origin)


def denied_connections(planned: Sequence[Planned]) -> list[str]:
    """Connections of which no customer could be read for want of authentication or permission."""
    names = sorted({p.customer.connection for p in planned})
    return [n for n in names if all(p.denied for p in planned if p.customer.connection == n)]


def _unread(customer: DesiredCustomer, sessions: Sessions, why: str) -> Snapshot:
    failed = Coverage(CoverageState.FAILED, why)
    return Snapshot(customer.key, sessions.now, {}, {kind.name: failed for kind in kinds.ALL})
