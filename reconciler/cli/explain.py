"""`reconciler explain ADDRESS`: where each effective value of a resource came from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.app import explaining
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.reports import escape


@click.command(name="explain", help="Show where each effective value of a resource comes from. Needs nothing.")
@click.argument("address")
@options.as_json
@options.chdir
def command(address: str, as_json: bool, chdir: Path) -> int:
    """Explain one resource."""
    found = explaining.explain(chdir, os.environ, address)
    if as_json:
        values = [{"field": v.field, "value": v.value, "source": v.source} for v in found.values]
        place = {"address": str(found.address), "mode": found.mode, "origin": found.origin}
        view.data({**place, "values": values, "leftAlone": list(found.left_alone)})
        return Exit.OK
    view.text(f"# {escape.terminal(str(found.address))} ({found.mode}), declared at {found.origin}")
    width = max((len(value.field) for value in found.values), default=0)
    for value in found.values:
        view.text(f"  {value.field:<{width}} = {escape.terminal(value.value)}  # {value.source}")
    view.text(f"Left alone, because no file mentions them: {', '.join(found.left_alone) or 'nothing'}.")
    return Exit.OK
