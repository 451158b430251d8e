"""`reconciler explain ADDRESS`: where each effective value of a resource came from."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from reconciler.app import explaining
from reconciler.app.planning import Request
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.engine import clock
from reconciler.model.plan import Scope


@click.command(name="explain", help="Show where each effective value comes from. Needs nothing.")
@click.argument("address")
@click.option("--live", is_flag=True, help="Show what is there now: values, licenses, their sources. Reads.")
@options.as_json
@options.chdir
def command(address: str, live: bool, as_json: bool, chdir: Path) -> int:
    """Explain one resource."""
    if live:
        return _live(Request(chdir, Scope(), os.environ), address, as_json=as_json)
    found = explaining.explain(chdir, os.environ, address, clock.system().now().date())
    if as_json:
        values = [{"field": v.field, "value": v.value, "source": v.source} for v in found.values]
        place = {"address": str(found.address), "mode": found.mode, "origin": found.origin}
        view.data({**place, "values": values, "leftAlone": list(found.left_alone)})
        return Exit.OK
    view.text(f"# {found.address} ({found.mode}), declared at {found.origin}")
    width = max((len(value.field) for value in found.values), default=0)
    for value in found.values:
        view.text(f"  {value.field:<{width}} = {value.value}  # {value.source}")
    view.text(f"Left alone, because no file mentions them: {', '.join(found.left_alone) or 'nothing'}.")
    return Exit.OK


def _live(request: Request, address: str, *, as_json: bool) -> int:
    for found in asyncio.run(explaining.seen(request, address)):
        if as_json:
            values = {value.field: value.value for value in found.values}
            view.data({"address": str(found.address), "values": values, "remarks": list(found.remarks)})
            continue
        view.text(f"# {found.address}")
        for value in found.values:
            kept = f"  # {value.source}" if value.source else ""
            view.text(f"  {value.field} = {value.value}{kept}")
        for remark in found.remarks:
            view.text(f"  # {remark}")
    return Exit.OK
