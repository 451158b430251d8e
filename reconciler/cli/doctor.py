"""`reconciler doctor`: is everything there that a run needs? One line a check, with what to do."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from reconciler.app import diagnosing, planning
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.model.plan import Scope
from reconciler.reports import escape


@click.command(name="doctor", help="Check reachability, clock, tokens, consent and the ledger.")
@click.argument("customer", nargs=-1)
@options.as_json
@options.trace
@options.chdir
def command(customer: tuple[str, ...], as_json: bool, trace_http: Path | None, chdir: Path) -> int:
    """Run every check."""
    with options.tracing(trace_http) as seams:
        request = planning.Request(chdir, Scope(customer), os.environ, seams=seams)
        found = asyncio.run(diagnosing.diagnose(request, options.holder()))
    for check in found:
        if as_json:
            view.data({"check": check.name, "passed": check.passed, "detail": check.detail, "fix": check.fix})
        else:
            words = escape.terminal(f"{check.name}: {check.detail}. {check.fix}".rstrip())
            view.text(f"{'ok  ' if check.passed else 'FAIL'}  {words}")
    return Exit.OK if all(check.passed for check in found) else Exit.ERROR
