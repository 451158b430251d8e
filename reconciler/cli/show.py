"""`reconciler show FILE...`: draw a saved plan again, or the plans of several parts as one, offline, in any format."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler import reports
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.core import codec, joining
from reconciler.model.errors import UsageError


@click.command(name="show", help="Draw a saved plan, or the plans of the parts of a fleet as one. Needs nothing.")
@click.argument("files", type=options.EXISTING, nargs=-1, required=True)
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@options.as_json
@options.no_color
def command(files: tuple[Path, ...], form: str, as_json: bool, no_color: bool) -> int:
    """Show plan files."""
    plans = [codec.loads(file.read_bytes(), str(file)).plan for file in files]
    try:
        plan = joining.joined(plans)
    except ValueError as error:
        raise UsageError(f"These plans cannot be shown as one: {error}.") from error
    view.document(reports.plan_document(plan), "json" if as_json else form, no_color=no_color)
    return Exit.OK
