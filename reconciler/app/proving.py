"""Proof that a draft is right: the files with it are valid, and the plan after it is empty. Made before it is written.

    prove(ground, known, draft, overlay, tried)    what of the draft is refused, and why; nothing where it stands

The draft's text is read as if it stood in the files, checked by every rule, expanded, and planned against the same
reading that it was made from. Whatever would be a mistake, or a row, becomes a doubt about the part that it comes from
(`drafts/blaming.py`); whoever drafts leaves that out and asks again.

Must not: write, or read a cloud. Questionable on purpose: rows and findings that were there without the draft count for
nothing, so that a customer with work left to do can be added to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler import kinds
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core import plan
from reconciler.core.expansion import at_hand
from reconciler.core.plan import CustomerPlan, Run
from reconciler.core.planning import Inputs
from reconciler.drafts.blaming import Blame
from reconciler.model import codes
from reconciler.model.change import Change
from reconciler.model.draft import Doubt, Draft
from reconciler.model.errors import DesiredStateError
from reconciler.model.finding import Finding
from reconciler.model.ledger import CustomerLedger
from reconciler.model.resource import Snapshot


@dataclass(frozen=True, slots=True)
class Ground:
    """What a draft is proved on: where the files are, and one customer's reading and memory."""

    root: Path
    environ: Mapping[str, str]
    snapshot: Snapshot
    ledger: CustomerLedger

    def opened(self, overlay: Mapping[str, bytes]) -> Workspace:
        """The files with the draft's."""
        return open_workspace(self.root, self.environ, self.snapshot.now.date(), overlay)

    def planned(self, workspace: Workspace, key: str) -> CustomerPlan:
        """The plan of the customer, from the same reading."""
        customer = workspace.on(at_hand(workspace.customers[key]), self.snapshot.now.date())
        catalog = workspace.repository.catalog_of(customer.country)
        return plan.plan_customer(
            Inputs(customer, self.snapshot, self.ledger, kinds.ALL, catalog), Run(remembers=False)
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What is refused, and the findings of files and plan that are no mistakes; those of before are not in it."""

    doubts: tuple[Doubt, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What the files said without the draft, and the rows that they wanted then."""

    findings: frozenset[str] = frozenset()
    rows: frozenset[object] = field(default_factory=frozenset)


def before(ground: Ground, workspace: Workspace, key: str) -> Before:
    """How things are without a draft."""
    details = [finding.detail for finding in workspace.findings]
    rows: frozenset[object] = frozenset()
    if key in workspace.customers:
        found = ground.planned(workspace, key)
        details += [finding.detail for finding in found.findings]
        rows = frozenset(_row(change) for change in (*found.changes, *found.reported))
    return Before(frozenset(details), rows)


def prove(ground: Ground, known: Before, draft: Draft, overlay: Mapping[str, bytes], tried: Iterable[Doubt]) -> Proof:
    """What is wrong with a draft. DesiredStateError where that comes from no part of it that could be left out."""
    workspace = ground.opened(overlay)
    if draft.customer not in workspace.customers:
        raise DesiredStateError(workspace.errors)
    customer = at_hand(workspace.customers[draft.customer])
    before = frozenset((doubt.address, doubt.part) for doubt in tried)
    blame = Blame(draft, customer, workspace.repository.plan_origins, before)
    if workspace.errors:
        doubts = [doubt for finding in workspace.errors for doubt in blame.of_finding(finding)]
        if not doubts:
            raise DesiredStateError(workspace.errors)
        return Proof(tuple(dict.fromkeys(doubts)))
    found = ground.planned(workspace, draft.customer)
    rows = [change for change in (*found.changes, *found.reported) if _row(change) not in known.rows]
    findings = [one for one in (*workspace.findings, *found.findings) if one.detail not in known.findings]
    mistakes = [finding for finding in findings if finding.is_error]
    doubts = [doubt for row in rows for doubt in blame.of_row(row)]
    doubts += [doubt for finding in mistakes for doubt in blame.of_finding(finding)]
    if (rows or mistakes) and not doubts:
        raise DesiredStateError((*(_unproved(draft, str(row.address)) for row in rows), *mistakes))
    return Proof(tuple(dict.fromkeys(doubts)), tuple(dict.fromkeys(findings)))


def _row(change: Change) -> object:
    """What a row would do; one that is not blocked any more is another one."""
    return change.identity, not change.blocked


def _unproved(draft: Draft, what: str) -> Finding:
    return Finding(
        codes.IMPORT_UNPROVED,
        f"The plan after the import of {draft.customer} would have a row for {what}, and no part of it is the reason.",
        "Nothing was written. Apply what the plan has to do first, or please report this.",
    )
