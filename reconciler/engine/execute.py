"""Perform the steps of one customer's plan: write ahead, do, write down, verify; a failure stops only what needs it.

Steps of one wave run side by side. Before every later wave the collections concerned are read again in bulk and each
row's precondition is looked at: as it was before -> perform; as it shall be -> already done; anything else -> stale,
skipped with what needs it. What this run wrote itself is exempt: a reading older than that is lag, never stale.

A generated secret is encrypted to its recipients and stored before its create counts as done; the ledger says so
ahead of the create, so that a run that dies between the two leaves an open hand-over and not a lost password. In the
same way what a change takes away and a row of the same step puts back is noted ahead of the change.

Asked to stop, it lets the steps that run finish for a moment (`stop.py`) and begins nothing new, no reading either:
what was accepted and not looked at again is unverified, what was cut short is in doubt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from reconciler.engine import opening, precondition, verify
from reconciler.engine.retry import Trying, persist
from reconciler.engine.stop import GRACE_S
from reconciler.engine.tools import Progress, Tools
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason, Step
from reconciler.model.errors import Accepted, CloudError, InDoubt, StoreError
from reconciler.model.event import HandedOver, Outcome, RowEnded, Status, StepRetrying, StepStarted
from reconciler.model.kind import Kind
from reconciler.model.performing import Performing
from reconciler.model.resource import CoverageState, Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec

STEP_LIMIT_S = 120.0
SEATS_LIMIT_S = 60.0
VERIFY_LIMIT_S = 90.0
LOOK_LIMIT_S = 15.0
AT_ONCE = 20


async def execute(steps: Sequence[Step], live: dict[Address, Live[Spec]], tools: Tools) -> list[Outcome]:
    """Perform the steps, wave by wave; one outcome for every row. `live` is the reading the plan was made from."""
    progress = Progress(ids={address: found.remote_id for address, found in live.items()}, live=dict(live))
    for wave, group in groupby(steps, key=lambda step: step.wave):
        together = list(group)
        if wave:
            await _unless_stopped(tools, _opened(together, tools, progress))
            await _unless_stopped(tools, _refresh(together, tools, progress))
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_step(step, tools, progress, gate) for step in together))
        await _unless_stopped(tools, _seats_visible(together, tools, progress))
    await _verify(tools, progress)
    return list(progress.outcomes.values())


async def _step(step: Step, tools: Tools, progress: Progress, gate: asyncio.Semaphore) -> None:
    """What changes a resource first, then what puts back what that took away, whether or not the first ended well."""
    async with gate:
        for puts_back in (False, True):
            part = [change for change in step.changes if (change.owed is not None) is puts_back]
            due = [change for change in part if _due(change, tools, progress)]
            if due:
                await _part(step, tuple(due), tools, progress)


async def _part(step: Step, due: tuple[Change, ...], tools: Tools, progress: Progress) -> None:
    try:
        tools.emit(StepStarted(tools.clock.now(), step.id, due))
        async with tools.stop.within(GRACE_S):
            made = await _perform(step, due, tools, progress)
    except TimeoutError:
        why = "the run was stopped while it was on its way"
        _end(tools, progress, [Outcome(change, Status.IN_DOUBT, _detail(change, why)) for change in due])
        return
    except Accepted as error:
        _end(tools, progress, [Outcome(change, Status.UNVERIFIED, str(error)) for change in due])
        return
    except (CloudError, StoreError) as error:
        status = Status.IN_DOUBT if isinstance(error, InDoubt) else Status.FAILED
        progress.failed = True
        _end(tools, progress, [Outcome(change, status, _detail(change, str(error))) for change in due])
        return
    progress.ids.update(made)
    done = [Outcome(c, Status.DONE, remote_id=made.get(c.address, c.remote_id)) for c in due]
    _end(tools, progress, done)


def _detail(change: Change, why: str) -> str:
    """Why a row did not end well; of what could not be put back also what it is, so that a person can type it in."""
    return f"{why.rstrip('.')}. The next run looks again; by hand: {change.owed.text}" if change.owed else why


def _due(change: Change, tools: Tools, progress: Progress) -> bool:
    """True when the row is to be performed now; otherwise its outcome has been written down."""
    ended = _without_request(change, tools, progress)
    if ended is not None:
        _end(tools, progress, [ended])
    return ended is None


def _without_request(change: Change, tools: Tools, progress: Progress) -> Outcome | None:
    """How a row ends that is not performed; None for one that is."""
    if change.owed and change.address in progress.written:
        return None  # the change that took it away has begun, and this is its other half
    skipped = _skipped(change, tools, progress)
    if skipped:
        return skipped
    if change.action is Action.HANDOVER and change.address in progress.handed:
        return Outcome(change, Status.DONE)
    if change.action is Action.HANDOVER and progress.found_made(change.address):
        return Outcome(change, Status.STALE, "somebody else made it meanwhile, and its password is theirs")
    verdict = precondition.check(change, progress.live.get(change.address))
    stale = verdict is not None and verdict.status is Status.STALE
    if verdict is None or change.address in progress.written or (stale and _came_along(change, progress)):
        return None
    return Outcome(change, verdict.status, verdict.detail, change.remote_id)


def _came_along(change: Change, progress: Progress) -> bool:
    """True for what an upgrade of this run may have brought already, with other values than the row gives it."""
    ended = {
        one.address for one, outcome in progress.ended() if one.reason is Reason.UPGRADE and outcome.status.settled
    }
    return change.action is Action.CREATE and not ended.isdisjoint(change.depends_on)


def _skipped(change: Change, tools: Tools, progress: Progress) -> Outcome | None:
    stopper = _stopper(change, progress)
    if stopper is not None:
        return Outcome(change, Status.SKIPPED, "what it needs did not happen", because_of=str(stopper))
    why = _hindrance(change, tools, progress)
    return Outcome(change, Status.SKIPPED, why) if why else None


def _stopper(change: Change, progress: Progress) -> Address | None:
    """A resource whose row did not end well and that this row needs. What is only put back needs nothing."""
    if change.action is Action.HANDOVER and progress.unmade(change.address):
        return change.address
    needed = () if change.reason is Reason.RENEWAL else change.depends_on
    return next((address for address in needed if progress.unsettled(address)), None)


def _hindrance(change: Change, tools: Tools, progress: Progress) -> str:
    """Why nothing can be begun now, whatever the row's own state; "" where something can."""
    if tools.stop.why or (tools.fail_fast and progress.failed):
        return "the run was stopped before it"
    if tools.clock.monotonic() >= tools.deadline:
        return "the deadline came first"
    return progress.shut if tools.kind(change.address.kind).entering else ""


async def _perform(step: Step, due: tuple[Change, ...], tools: Tools, progress: Progress) -> dict[Address, str]:
    if due[0].action is Action.FORGET:
        return {}
    kind = tools.kind(step.kind)
    secret = any(kind.makes_secret(change) or change.action is Action.HANDOVER for change in due)
    memory = tools.memory
    context = Performing(
        tools.now,
        progress.ids,
        tools.safe,
        progress.live,
        tools.request_id,
        purchase=memory.purchase,
        buying=memory.buying,
    )
    for change in step.changes:
        if (secret and change in due) or (change.owed and change not in progress.outcomes):
            sent = memory.ahead(change, context.now)
            context.sent.update({change.address: [sent]} if sent else {})
    progress.written.update(change.address for change in (*due, *(one for one in step.changes if one.owed)))
    limit = min(tools.deadline, tools.clock.monotonic() + STEP_LIMIT_S)
    told = Trying(tools.clock, limit, lambda s, why: tools.emit(StepRetrying(tools.clock.now(), step.id, s, why)))
    try:
        made = await _sent(kind, due, tools, context, told)
    except CloudError as error:
        for change in due if secret and not isinstance(error, InDoubt) else ():
            if change.address not in context.sent:
                memory.refused(change)
        raise
    if secret:
        _hand_over(due, made, tools, progress)
    return made


async def _sent(
    kind: Kind[Any, Any], due: tuple[Change, ...], tools: Tools, context: Performing, told: Trying
) -> dict[Address, str]:
    try:
        return await persist(lambda: kind.perform(tools.session, due, context), told)
    except InDoubt as doubt:
        return await _look(kind, due, tools, context, told, doubt)


async def _look(
    kind: Kind[Any, Any], due: tuple[Change, ...], tools: Tools, context: Performing, told: Trying, doubt: InDoubt
) -> dict[Address, str]:
    """After a lost answer: what the reading shows was done; updates are sent again, creations are not.

    One that makes a secret and may be repeated is sent again in any case: its name is taken then, and the driver knows
    by whom. An order is found again by what was noted of it.
    """
    if kind.ordered and due[0].action is Action.CREATE:
        return await persist(lambda: kind.perform(tools.session, due, context), told)
    verdict = await verify.verify(
        due, tools.read, tools.clock, min(told.deadline, tools.clock.monotonic() + LOOK_LIMIT_S)
    )
    if not verdict.unverified and not (kind.repeatable and any(map(kind.makes_secret, due))):
        snapshot = await tools.read(frozenset(change.address.kind for change in due))
        return {c.address: snapshot.resources[c.address].remote_id for c in due if c.address in snapshot.resources}
    if any(change.action is Action.CREATE and not kind.repeatable for change in verdict.unverified):
        raise doubt
    return await persist(lambda: kind.perform(tools.session, due, context), told)


def _hand_over(due: tuple[Change, ...], made: dict[Address, str], tools: Tools, progress: Progress) -> None:
    """Store the secrets of these rows; the planned hand-over rows of the same resources are done with it."""
    for change in due:
        if change.address in made:
            tools.memory.made(change, made[change.address])
        if not tools.safe.holds(change.address):
            continue  # the service made one and nobody heard it: the planned hand-over makes another
        place = tools.safe.hand_over(change.address)
        progress.handed.add(change.address)
        tools.emit(HandedOver(tools.clock.now(), change, place))


async def _opened(steps: list[Step], tools: Tools, progress: Progress) -> None:
    """Before the first steps that enter a tenant which this run made: wait until it lets them in."""
    made = {c.address.kind for c, o in progress.ended() if c.action is Action.CREATE and o.status.settled}
    doors = [kind for kind in tools.kinds if kind.opening and kind.name in made - progress.opened]
    entering = next((step for step in steps if tools.kind(step.kind).entering), None)
    if not doors or entering is None:
        return
    limit = min(tools.deadline, tools.clock.monotonic() + opening.LIMIT_S)
    progress.shut = await opening.wait(
        doors,
        tools.session,
        tools.clock,
        limit,
        lambda s, why: tools.emit(StepRetrying(tools.clock.now(), entering.id, s, why)),
    )
    progress.opened |= {kind.name for kind in doors}


async def _refresh(steps: list[Step], tools: Tools, progress: Progress) -> None:
    """Read the collections of a wave again, except what nothing but this run could have changed."""
    kinds = frozenset(step.kind for step in steps if any(verify.visible(c) for c in step.changes))
    if not kinds:
        return
    snapshot = await tools.read(kinds)
    by_id = {live.remote_id: live for live in snapshot.resources.values()}
    for step in steps:
        for change in step.changes:
            if snapshot.covers(step.kind).state is not CoverageState.COMPLETE or change.address in progress.written:
                continue
            found = by_id.get(change.remote_id) if change.remote_id else snapshot.resources.get(change.address)
            if found is None:
                progress.live.pop(change.address, None)
            else:
                progress.live[change.address] = found


async def _seats_visible(steps: list[Step], tools: Tools, progress: Progress) -> None:
    """After seats were bought, wait until the directory counts them: a license cannot be given before."""
    grown = [c for step in steps for c in step.changes if _brings_seats(c) and _settled(c, progress)]
    if not grown:
        return
    counting = frozenset(kind.name for kind in tools.kinds if kind.observed)
    before = _usable(progress.live.values(), tools)
    wanted: dict[str, int] = {}
    for change in grown:
        supply = _supply(change, tools)
        if supply:
            seats = change.units if change.units or not _comes_anew(change, supply, tools) else supply.quantity
            wanted[supply.sku] = wanted.get(supply.sku, before.get(supply.sku, 0)) + seats
    limit = min(tools.deadline, tools.clock.monotonic() + SEATS_LIMIT_S)
    pause = 0.2
    while tools.clock.monotonic() < limit:
        snapshot = await tools.read(counting)
        counted = _usable(snapshot.resources.values(), tools)
        if all(counted.get(sku, 0) >= seats for sku, seats in wanted.items()):
            progress.live.update(snapshot.resources)
            return
        await tools.clock.sleep(pause)
        pause = min(pause * 2, 5.0)


def _supply(change: Change, tools: Tools) -> Supply | None:
    """What a row that buys seats supplies them to."""
    kind = tools.kind(change.address.kind)
    if change.action is Action.CREATE:
        return kind.promises(change.desired, tools.now) if change.desired else None
    become = kind.becomes(change.desired, change.live) if change.desired and change.live else None
    if become and change.desired and change.live:
        return kind.upgraded(change.desired, change.live, tools.now)
    return kind.supplies(change.live) if change.live else None


def _brings_seats(change: Change) -> bool:
    """True for a row after which a pool has more seats than before."""
    return change.units > 0 or change.reason is Reason.UPGRADE


def _comes_anew(change: Change, supply: Supply, tools: Tools) -> bool:
    """True where the seats are of another pool by now; those that a trial leaves are of the same."""
    before = tools.kind(change.address.kind).supplies(change.live) if change.live else None
    return before is None or before.sku != supply.sku


def _usable(lives: Any, tools: Tools) -> dict[str, int]:  # Any: values of a mapping or a tuple, both are iterated
    pools = [tools.kind(live.address.kind).pool(live) for live in lives]
    return {pool.sku: pool.usable for pool in pools if pool}


def _settled(change: Change, progress: Progress) -> bool:
    outcome = progress.outcomes.get(change)
    return outcome is not None and outcome.status.settled


async def _verify(tools: Tools, progress: Progress) -> None:
    done = [change for change, outcome in progress.outcomes.items() if outcome.status is Status.DONE]
    limit = min(tools.deadline, tools.clock.monotonic() + VERIFY_LIMIT_S)
    verdict = verify.Verdict(frozenset(), frozenset(change for change in done if verify.visible(change)))
    with suppress(TimeoutError):
        async with tools.stop.within(0):
            verdict = await verify.verify(done, tools.read, tools.clock, limit, progress.ids)
    late = [
        Outcome(change, Status.UNVERIFIED, "accepted, but not seen in two readings in a row before the deadline")
        for change in sorted(verdict.unverified, key=lambda change: change.address)
    ]
    _end(tools, progress, late)


async def _unless_stopped(tools: Tools, work: Awaitable[None]) -> None:
    """Do what is only of use for later steps; given up at once when the run is stopped."""
    with suppress(TimeoutError):
        async with tools.stop.within(0):
            await work


def _end(tools: Tools, progress: Progress, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        progress.outcomes[outcome.change] = outcome
        tools.emit(RowEnded(tools.clock.now(), outcome))
