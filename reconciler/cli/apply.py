"""`reconciler apply [FILE]...`: perform what was reviewed; without a file show the plan and ask for a literal yes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from reconciler import reports
from reconciler.app import applying
from reconciler.app.applying import Applied
from reconciler.cli import options, performing, view
from reconciler.cli.options import Asked
from reconciler.cli.performing import Manner
from reconciler.cloud import commerce_file
from reconciler.cloud.commerce import Tape
from reconciler.core import gates
from reconciler.core.gates import Allowance
from reconciler.model.errors import UsageError


@click.command(name="apply", help="Perform the reviewed plans, or plan anew and ask.")
@click.argument("files", nargs=-1, type=options.EXISTING)
@options.auto_approve
@options.may_ask
@click.option("--allow", multiple=True, help="Lift one limit for this plan: KIND=N@DIGEST.", metavar="KIND=N@DIGEST")
@click.option("--expect-digest", default="", help="Apply only the plan with this digest.")
@click.option(
    "--scope-of", "frame", type=options.EXISTING, help="Look at whom this plan looked at, and at all of them."
)
@click.option("--hooks/--no-hooks", "hooks", default=True, help="Start the hooks of the settings.", show_default=True)
@click.option("--fail-fast", is_flag=True, help="Start nothing new after the first failed row.")
@options.snapshot_into
@options.lock
@options.lock_timeout
@click.option("--report", type=options.FILE, help="Write the report here: .json, .md, .html or .txt.")
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
    frame: Path | None,
    hooks: bool,
    snapshot_into: Path | None,
    fail_fast: bool,
    lock: bool,
    lock_timeout: str | None,
    report: Path | None,
    as_json: bool,
    no_color: bool,
    timeout: str | None,
) -> int:
    """Apply."""
    manner = Manner(auto_approve, may_ask, as_json, no_color)
    orders = replace(
        manner.orders(lock=lock, lock_timeout=lock_timeout, timeout=timeout),
        files=tuple(path.read_bytes() for path in files),
        names=tuple(str(path) for path in files),
        expect_digest=expect_digest,
        allowances=_allowances(allow),
        fail_fast=fail_fast,
        hooks=hooks,
        frame=frame.read_bytes() if frame else b"",
    )
    view.check_places(report, snapshot_into)
    tape = Tape() if snapshot_into else None
    with asked.request() as request:
        applied = asyncio.run(applying.apply(replace(request, seams=replace(request.seams, tape=tape)), orders))
    if snapshot_into and tape:
        view.save(snapshot_into, commerce_file.dumps(tape.kept))
    return _ended(applied, manner, report)


def _ended(applied: Applied, manner: Manner, report: Path | None) -> int:
    """Show and save how it ended; the exit code."""
    document = performing.ended(applied, manner)
    if document and report:
        view.save(report, reports.of_suffix(report.suffix).render(document).encode())
    for trouble in applied.troubles:
        view.problem(trouble)
    return performing.exit_of(applied)


def _allowances(words: tuple[str, ...]) -> tuple[Allowance, ...]:
    try:
        return tuple(gates.parse_allowance(word) for word in words)
    except ValueError as error:
        raise UsageError(str(error)) from error
