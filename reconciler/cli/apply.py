"""`reconciler apply [FILE]...`: perform what was reviewed; without a file show the plan and ask for a literal yes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import click

from reconciler import reports
from reconciler.app import applying, leasing
from reconciler.app.applying import Applied, Orders
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.core import gates
from reconciler.core.gates import Allowance
from reconciler.engine.stop import Why
from reconciler.model.change import Change
from reconciler.model.errors import UsageError
from reconciler.model.event import Event, RowEnded, StepStarted
from reconciler.model.plan import Plan

QUESTION = 'Do you want to perform these actions? Only "yes" is accepted:'


@click.command(name="apply", help="Perform the reviewed plans, or plan anew and ask.")
@click.argument("files", nargs=-1, type=options.EXISTING)
@click.option("--auto-approve", is_flag=True, help="Do not ask. Lifts no gate.")
@click.option("--input", "may_ask", type=bool, default=True, envvar="RECONCILER_INPUT", help="May somebody be asked?")
@click.option("--allow", multiple=True, help="Lift one limit for this plan: KIND=N@DIGEST.", metavar="KIND=N@DIGEST")
@click.option("--expect-digest", default="", help="Apply only the plan with this digest.")
@click.option("--fail-fast", is_flag=True, help="Start nothing new after the first failed row.")
@click.option("--lock", type=bool, default=True, help="Hold the repository's lock.")
@click.option("--report", type=options.FILE, help="Write the report of the run to this file (JSON).")
@options.as_json
@options.no_color
@options.timeout
@options.asking
def command(
    asked: Asked,
    files: tuple[Path, ...],
    auto_approve: bool,
    may_ask: bool,
    allow: tuple[str, ...],
    expect_digest: str,
    fail_fast: bool,
    lock: bool,
    report: Path | None,
    as_json: bool,
    no_color: bool,
    timeout: str | None,
) -> int:
    """Apply."""

    def approve(plan: Plan) -> bool:
        shown = reports.plan_document(plan)
        if as_json:
            view.record("plan", shown)
        else:
            view.document(shown, no_color=no_color)
        return auto_approve or (may_ask and view.ask(QUESTION) == "yes")

    orders = Orders(
        tuple(path.read_bytes() for path in files),
        expect_digest,
        _allowances(allow),
        approve,
        _Listener(as_json=as_json),
        options.holder(),
        lock,
        options.seconds(timeout, applying.LONGEST_S),
        fail_fast,
        process=leasing.this_process(),
        is_gone=leasing.is_gone,
    )
    with asked.request() as request:
        applied = asyncio.run(applying.apply(request, orders))
    if applied.stopped:
        view.problem(f"Stopped by {applied.stopped}. What was begun is written down; the next run goes on from there.")
    if applied.declined:
        view.problem("Not applied: the answer was not yes.")
        return Exit.ERROR
    document = reports.apply_document(applied.plan, applied.outcomes, applied.unreviewed)
    if as_json:
        view.record("report", document)
    else:
        view.document(document, no_color=no_color)
    if report:
        view.save(report, reports.named("json").render(document).encode())
    for trouble in applied.troubles:
        view.problem(trouble)
    return _exit(applied)


@dataclass(slots=True)
class _Listener:
    """Shows events as they happen, and remembers when a row's step began."""

    as_json: bool
    began: dict[Change, datetime] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        since = self.began.get(event.outcome.change) if isinstance(event, RowEnded) else None
        if isinstance(event, StepStarted):
            self.began.update(dict.fromkeys(event.changes, event.at))
        view.event(event, since, as_json=self.as_json)


def _exit(applied: Applied) -> Exit:
    found = {exits.of_plan(applied.plan, denied=bool(applied.denied), detailed=False)}
    if applied.stopped:
        found.add(Exit.CANCELLED if applied.stopped is Why.SIGNAL else Exit.LOCKED)
    return exits.pick(
        found | exits.of_outcomes(applied.outcomes, unreviewed=bool(applied.unreviewed), timed_out=applied.timed_out)
    )


def _allowances(words: tuple[str, ...]) -> tuple[Allowance, ...]:
    try:
        return tuple(gates.parse_allowance(word) for word in words)
    except ValueError as error:
        raise UsageError(str(error)) from error
