"""What commands that perform have in common: show the plan and ask, show what happens, and choose the exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from reconciler import reports
from reconciler.app import applying, leasing
from reconciler.app.applying import Applied, Orders
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.engine.stop import Why
from reconciler.model.change import Change
from reconciler.model.event import Event, RowEnded, StepStarted
from reconciler.model.plan import Plan
from reconciler.reports.document import Document

QUESTION = 'Do you want to perform these actions? Only "yes" is accepted:'


@dataclass(frozen=True, slots=True)
class Manner:
    """Whether somebody is asked, and how everything is shown."""

    auto_approve: bool
    may_ask: bool
    as_json: bool
    no_color: bool

    def orders(self, *, lock: bool, lock_timeout: str | None, timeout: str | None) -> Orders:
        """To perform, in this manner, what is planned; UsageError for a time that is none."""
        return Orders(
            approve=self._approver(),
            hear=Listener(self.as_json),
            holder=options.holder(),
            lock=lock,
            lock_patience_s=options.seconds(lock_timeout, 0.0),
            timeout_s=options.seconds(timeout, applying.LONGEST_S),
            process=leasing.this_process(),
            is_gone=leasing.is_gone,
            tell=view.note,
        )

    def _approver(self) -> Callable[[Plan], bool]:
        """Shows a plan; True if it may be performed."""

        def approve(plan: Plan) -> bool:
            self.show("plan", reports.plan_document(plan))
            return self.auto_approve or (self.may_ask and view.ask(QUESTION) == "yes")

        return approve

    def show(self, name: str, document: Document) -> None:
        """A document for a person, or for a script under its name."""
        if self.as_json:
            view.record(name, document)
        else:
            view.document(document, no_color=self.no_color)


@dataclass(slots=True)
class Listener:
    """Shows events as they happen, and remembers when a row's step began."""

    as_json: bool
    began: dict[Change, datetime] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        since = self.began.get(event.outcome.change) if isinstance(event, RowEnded) else None
        if isinstance(event, StepStarted):
            self.began.update(dict.fromkeys(event.changes, event.at))
        view.event(event, since, as_json=self.as_json)


def ended(applied: Applied, manner: Manner) -> Document | None:
    """Show how it ended; the report, or None where nobody said yes."""
    if applied.stopped:
        view.problem(f"Stopped by {applied.stopped}. What was begun is written down; the next run goes on from there.")
    if applied.declined:
        view.problem("Not applied: the answer was not yes.")
        return None
    if applied.vetoed:
        view.problem(applied.vetoed.words)
        view.quote(applied.vetoed.lines)
        return None
    document = reports.apply_document(applied.plan, applied.outcomes, applied.unreviewed)
    manner.show("report", document)
    for said in applied.hooks:
        view.note(f"Warning: {said.words}")
        view.quote(said.lines)
    return document


def exit_of(applied: Applied) -> Exit:
    """How the command ends."""
    if applied.declined:
        return Exit.ERROR
    if applied.vetoed:
        return Exit.BLOCKED
    found = {exits.of_plan(applied.plan, denied=bool(applied.denied), detailed=False)}
    if applied.stopped:
        found.add(Exit.CANCELLED if applied.stopped is Why.SIGNAL else Exit.LOCKED)
    return exits.pick(
        found | exits.of_outcomes(applied.outcomes, unreviewed=bool(applied.unreviewed), timed_out=applied.timed_out)
    )
