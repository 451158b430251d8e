"""Exit codes: what a script may rely on. Documented, tested, never renumbered (interface.md section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from reconciler.model.event import Outcome, Status
from reconciler.model.plan import Plan


class Exit(IntEnum):
    """Every way a command can end."""

    OK = 0
    ERROR = 1
    CHANGES = 2
    DENIED = 3
    FAILED_ROWS = 4
    BLOCKED = 5
    INCOMPLETE = 6
    CANCELLED = 8
    DEADLINE = 9
    OUTDATED = 10
    LOCKED = 11
    BUG = 70


# If several hold, the first of these wins.
PRECEDENCE = (
    Exit.BUG,
    Exit.CANCELLED,
    Exit.DEADLINE,
    Exit.LOCKED,
    Exit.ERROR,
    Exit.FAILED_ROWS,
    Exit.OUTDATED,
    Exit.BLOCKED,
    Exit.DENIED,
    Exit.INCOMPLETE,
    Exit.CHANGES,
    Exit.OK,
)


def pick(holding: Iterable[Exit]) -> Exit:
    """The one exit code for all that is the case; OK if nothing is."""
    found = set(holding)
    return next((code for code in PRECEDENCE if code in found), Exit.OK)


def of_plan(plan: Plan, *, denied: bool, detailed: bool) -> Exit:
    """How a planning command ends."""
    found = {Exit.OK}
    if plan.errored:
        found.add(Exit.ERROR)
    if denied:
        found.add(Exit.DENIED)
    if plan.refused:
        found.add(Exit.BLOCKED)
    if len(plan.refused) < len(plan.blocked):
        found.add(Exit.INCOMPLETE)
    if not plan.complete:
        found.add(Exit.INCOMPLETE)
    if detailed and plan.executable:
        found.add(Exit.CHANGES)
    return pick(found)


OF_STATUS = {
    Status.FAILED: Exit.FAILED_ROWS,
    Status.IN_DOUBT: Exit.FAILED_ROWS,
    Status.SKIPPED: Exit.FAILED_ROWS,
    Status.STALE: Exit.OUTDATED,
    Status.UNVERIFIED: Exit.INCOMPLETE,
}


def of_outcomes(outcomes: Iterable[Outcome], *, unreviewed: bool, timed_out: bool) -> set[Exit]:
    """What the rows of an apply add to its exit code. A row skipped behind a stale one counts as stale."""
    ended = list(outcomes)
    failed = {o.status for o in ended} & {Status.FAILED, Status.IN_DOUBT}
    found = {OF_STATUS[o.status] for o in ended if o.status in OF_STATUS and o.status is not Status.SKIPPED}
    if any(o.status is Status.SKIPPED for o in ended) and not failed and Exit.OUTDATED not in found:
        found.add(Exit.INCOMPLETE)
    if unreviewed:
        found.add(Exit.OUTDATED)
    if timed_out:
        found.add(Exit.DEADLINE)
    return found
