"""`reconciler history`: which runs there were, when, and how their rows ended; newest first."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.app import remembering
from reconciler.cli import options, view
from reconciler.cli.exits import Exit


@click.command(name="history", help="Show earlier runs from the journal, newest first.")
@click.argument("address", required=False)
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most this many runs.")
@options.as_json
@options.chdir
def command(address: str | None, limit: int, as_json: bool, chdir: Path) -> int:
    """List runs, or what happened to one resource."""
    found = remembering.history(chdir, os.environ, address, limit)
    if as_json:
        for line in found:
            view.data({"run": line.run, "at": line.at, "what": line.what, "rows": line.rows})
        return Exit.OK
    for line in found:
        view.text(f"{line.at}  {line.run}  {line.what}")
    if not found:
        view.text("No run is on record here.")
    return Exit.OK
