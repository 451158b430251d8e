"""What runs write into the record of transactions: who was seen to hold what, and what their own rows changed.

    known(...)     what a customer's record comes to, before it is planned
    noted(...)     the plan; what was seen beside the record is written down where nothing is performed
    finish(...)    at the end of a customer's apply: what was seen, and what was done

`apply`, `drift` and `rightsize` write; `plan` and everything else does not. No request is made for it. A record that
cannot be used or written stops nobody: it is told, and the next run that can writes what is missing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.app.workspace import Workspace
from reconciler.core import transactions
from reconciler.core.plan import CustomerPlan, Run
from reconciler.core.remember import Stamp
from reconciler.core.transactions import Found
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.event import Outcome
from reconciler.model.finding import Finding
from reconciler.model.plan import Scope
from reconciler.model.transaction import Batch, Source, Tally
from reconciler.store.journal import new_run_id
from reconciler.store.transactions import Record


def stamp(workspace: Workspace, now: datetime) -> Stamp:
    """That of a run that has no journal."""
    return Stamp(new_run_id(now, secrets.token_hex(3)), workspace.source().commit, now.isoformat(timespec="seconds"))


def known(workspace: Workspace, customer: str, run: Run) -> tuple[Tally | None, tuple[Finding, ...]]:
    """What the record comes to, and why it cannot be used; None in a run that writes none."""
    if run.stamp is None:
        return None, ()
    try:
        return transactions.replay(workspace.record(customer)), ()
    except StoreError as error:
        return None, (_unusable(customer, error),)


def noted(workspace: Workspace, planned: CustomerPlan, run: Run) -> CustomerPlan:
    """The plan without what was seen, which is written down; as it is where its rows are to be performed first."""
    if planned.found is None or run.stamp is None or (planned.steps and run.remembers):
        return planned
    trouble: tuple[Finding, ...] = ()
    try:
        _write(workspace, planned.customer, planned.found, run.stamp)
    except StoreError as error:
        trouble = (_unusable(planned.customer, error),)
    return replace(planned, found=None, findings=(*planned.findings, *trouble))


def finish(
    workspace: Workspace, planned: CustomerPlan, stamp: Stamp, outcomes: Sequence[Outcome], scope: Scope
) -> tuple[str, ...]:
    """Write down what was seen and done at a customer; what went wrong with that."""
    if planned.found is None:
        return ()
    source = Source.RIGHTSIZE if scope.seats else Source.APPLY
    try:
        _write(workspace, planned.customer, planned.found, stamp, source, outcomes)
    except StoreError as error:
        return (str(error),)
    return ()


def _write(
    workspace: Workspace,
    customer: str,
    found: Found,
    stamp: Stamp,
    source: Source = Source.OBSERVED,
    outcomes: Sequence[Outcome] = (),
) -> None:
    former = workspace.former_record(customer)

    def say(record: Record) -> Batch:
        """What is left to say of the record as it is now."""
        known = transactions.replay([*former, *record.batches])
        made = transactions.finished(found, known, source, outcomes)
        return Batch(stamp.run, found.at, stamp.commit, made)

    workspace.transactions.add(customer, say)


def _unusable(customer: str, error: StoreError) -> Finding:
    return Finding(codes.RECORD_UNUSABLE, str(error), address=Address(customer, "customer", customer))
