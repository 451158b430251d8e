"""`reconciler doctor`: is everything there that a run needs? One line a check, with what to do."""

from __future__ import annotations

import asyncio

import click

from reconciler.app import diagnosing
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked


@click.command(name="doctor", help="Check reachability, clock, tokens, consent and the ledger.")
@click.argument("customer", nargs=-1)
@options.as_json
@options.asking
def command(asked: Asked, as_json: bool) -> int:
    """Run every check."""
    with asked.request() as request:
        found = asyncio.run(diagnosing.diagnose(request, options.holder()))
    for check in found:
        if as_json:
            view.data({"check": check.name, "passed": check.passed, "detail": check.detail, "fix": check.fix})
        else:
            words = f"{check.name}: {check.detail}. {check.fix}".rstrip()
            view.text(f"{'ok  ' if check.passed else 'FAIL'}  {words}")
    return Exit.OK if all(check.passed for check in found) else Exit.ERROR
