"""What the author of a change wrote: the files of two commits held against each other, without looking at any cloud.

Safe for what comes from a fork: no credential is read, no store is opened, nothing of either version is run. The result
has the form of a plan, so that everything that shows plans shows it, and is no plan: `scope.refresh` is False, it is
never applyable, and an apply refuses its file by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from reconciler import kinds
from reconciler.app import affected
from reconciler.app import workspace as workspaces
from reconciler.app.planning import Request, Result
from reconciler.core import comparing, touching
from reconciler.core import plan as plans
from reconciler.core.comparing import Side
from reconciler.core.expansion import at_hand
from reconciler.core.touching import Version
from reconciler.model.change import Change
from reconciler.model.errors import DesiredStateError, UsageError
from reconciler.model.plan import Plan, Scope, Touched

ONE_BASE = "--refresh=false shows what changed between two commits: say since which one, with --base REF, once."


def make(request: Request) -> Result:
    """The rows of everything that the files give and did not give at the base. DesiredStateError, UsageError."""
    if len(request.bases) != 1:
        raise UsageError(ONE_BASE)
    workspace = request.workspace()
    if workspace.errors:
        raise DesiredStateError(workspace.findings)
    commit, now = affected.common(workspace, request.bases[0]), request.clock.now()
    before = affected.version(workspace, commit)
    if isinstance(before, str):
        raise UsageError(f"What changed cannot be told: {before}.")
    after = Version(workspace.repository, workspace.planned)
    touched = _with_those_that_are_gone(touching.touched(commit, before, after), before, after)
    scope = replace(request.scope, refresh=False, touched=touched)
    _check_names(scope, before, after)
    keys = [key for key in sorted(before.customers.keys() | after.customers.keys()) if _is_meant(key, scope)]
    rows = [pair for key in keys for pair in customer_rows(key, before, after, now) if plans.in_scope(pair[0], scope)]
    changes = tuple(row for row, shown_only in rows if not shown_only)
    drift = tuple(row for row, shown_only in rows if shown_only)
    return Result(Plan(now, workspace.source(), scope, changes, drift), workspace, (), 0)


def _with_those_that_are_gone(touched: Touched, before: Version, after: Version) -> Touched:
    gone = dict.fromkeys(before.customers.keys() - after.customers.keys(), "no file has it any more")
    return (
        touched
        if touched.everybody
        else replace(touched, customers=tuple(sorted({**gone, **dict(touched.customers)}.items())))
    )


def _check_names(scope: Scope, before: Version, after: Version) -> None:
    unknown = [key for key in scope.customers if key not in before.customers and key not in after.customers]
    if unknown:
        raise UsageError(f'No customer "{unknown[0]}" in the files of either commit.')


def _is_meant(key: str, scope: Scope) -> bool:
    assert scope.touched is not None, "it was compared"
    named = not scope.customers or key in scope.customers
    return named and scope.touched.has(key) and (scope.shard is None or scope.shard.has(key))


def customer_rows(key: str, before: Version, after: Version, now: datetime) -> Iterator[tuple[Change, bool]]:
    """The rows of one customer, each with whether its mode lets nobody do it."""
    sides = [_side(key, version, now.date()) for version in (before, after)]
    customer = next(side.customer for side in reversed(sides) if side)
    for row in comparing.rows(sides[0], sides[1], kinds.ALL, now):
        yield row, comparing.reported(row, customer, kinds.ALL)


def _side(key: str, version: Version, day: date) -> Side | None:
    if key not in version.customers:
        return None
    customer = workspaces.on(version.repository, at_hand(version.customers[key]), day)
    return Side(customer, version.repository.catalog_of(customer.country))
