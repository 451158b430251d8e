"""`reconciler show FILE`: draw a saved plan again, offline, in any format."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import reports
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.core import codec


@click.command(name="show", help="Draw a saved plan. Needs nothing.")
@click.argument("file", type=options.EXISTING)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@options.as_json
@options.no_color
def command(file: Path, form: str, as_json: bool, no_color: bool) -> int:
    """Show a plan file."""
    plan = codec.loads(file.read_bytes(), str(file)).plan
    view.document(reports.plan_document(plan), "json" if as_json else form, no_color=no_color)
    return Exit.OK
