"""`reconciler graph FILE`: in which order a saved plan is carried out, as mermaid or dot."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.core import codec
from reconciler.reports import order


@click.command(name="graph", help="Draw the order in which a saved plan is carried out. Needs nothing.")
@click.argument("file", type=options.EXISTING)
@click.option("--format", "form", type=click.Choice(["mermaid", "dot"]), default="mermaid")
def command(file: Path, form: str) -> int:
    """Draw the graph."""
    plan = codec.loads(file.read_bytes(), str(file)).plan
    view.block(order.mermaid(plan) if form == "mermaid" else order.dot(plan))
    return Exit.OK
