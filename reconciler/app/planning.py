"""The plan use case: open, read, plan, and what a caller needs to show it, save it and choose an exit code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from reconciler.app import affected, bookkeeping, fleet, provenance, resuming
from reconciler.app.workspace import Workspace, open_committed, open_workspace
from reconciler.cloud.sessions import Seams
from reconciler.core import codec, digests
from reconciler.core.plan import Run
from reconciler.engine import clock
from reconciler.model.address import Address
from reconciler.model.ledger import CustomerLedger
from reconciler.model.plan import Plan, Scope

LIFE = timedelta(hours=72)
Meanwhile = Callable[[Sequence[fleet.Planned], Plan], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Request:
    """Where the files are, which part of them is meant, the process's environment, and what tells the time.

    With a `ref` the files are those of that commit, read as data. With `bases` only those customers are meant that the
    change of the files since these commits concerns.
    """

    root: Path
    scope: Scope
    environ: Mapping[str, str]
    parallelism: int = fleet.AT_ONCE
    seams: Seams = Seams()  # noqa: RUF009  frozen, and the same for everybody
    clock: clock.Clock = clock.system()  # noqa: RUF009  the same
    bases: tuple[str, ...] = ()
    ref: str = ""

    def workspace(self) -> Workspace:
        """The files that are meant, opened."""
        if self.ref:
            return open_committed(self.root, self.environ, self.ref)
        return open_workspace(self.root, self.environ)


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """A plan, the files it was made from, and the connections nobody could be read through.

    It has no text of its own: asyncio.run makes one of whatever it returns (in signal.getsignal), and that of a fleet's
    files is as large as all of them.
    """

    plan: Plan
    workspace: Workspace
    denied: tuple[str, ...]
    exchanges: int

    @property
    def content_digest(self) -> str:
        return digests.content_digest(self.plan)

    def file(self, tool_version: str) -> bytes:
        """The plan file's content."""
        return codec.dumps(self.plan, tool_version, self.plan.created_at + LIFE)


async def make(request: Request, *, noting: bool = False, meanwhile: Meanwhile | None = None) -> Result:
    """The plan of everything in scope. DesiredStateError if the files are wrong; clouds' errors are in the plan.

    `meanwhile` is given each customer's part while the clouds are open.
    With `noting`, who was seen to hold which license is written down (`bookkeeping`).
    """
    workspace = request.workspace().checked()
    scope = affected.narrowed(workspace, request.scope, request.bases)
    customers = fleet.in_scope(workspace, scope)
    recipients = workspace.repository.settings.handover.recipients
    stamp = bookkeeping.stamp(workspace, request.clock.now()) if noting else None
    run = Run(scope, recipients, remembers=False, judge=fleet.judge(workspace), stamp=stamp)
    async with fleet.open_clouds(
        workspace, customers, request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:
        left = resuming.left_open(workspace, request.clock.now())
        planned = await fleet.plan_fleet(workspace, customers, clouds, run, request.parallelism, left)
        combined = fleet.combined(workspace, planned, clouds, run, request.clock.now())
        playback = request.seams.playback
        combined = replace(combined, commerce=playback.oldest if playback else None)
        if meanwhile:
            await meanwhile(planned, combined)
        plan = combined
        if not request.ref:  # git is asked who wrote what is checked out
            plan = provenance.explained(combined, workspace.root, _applied(workspace))
        return Result(plan, workspace, tuple(fleet.denied_connections(planned)), clouds.exchanges)


def _applied(workspace: Workspace) -> provenance.Applied:
    """Looks up the commit that a resource was last applied in; each customer's memory is loaded once."""
    ledgers: dict[str, CustomerLedger] = {}

    def applied(address: Address) -> str:
        if address.customer not in ledgers:
            ledgers[address.customer] = workspace.ledgers.load(address.customer).ledger
        entry = ledgers[address.customer].resources.get(address)
        return entry.commit if entry else ""

    return applied


def check(root: Path, environ: Mapping[str, str]) -> Workspace:
    """The validate use case: everything that can be said about the files without looking at a cloud."""
    return open_workspace(root, environ, clock.system().now().date())
