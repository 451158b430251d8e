"""`reconciler rightsize`: the nightly run, a plan of nothing but seats and renewals, with what it saves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from reconciler.app import rightsizing
from reconciler.cli import options
from reconciler.cli.options import Asked
from reconciler.cli.planned import Wanted
from reconciler.model.plan import Shard


@click.command(
    name="rightsize", help="Plan nothing but seats and renewals, also what rightsizing: nightly leaves to this run."
)
@click.argument("customer", nargs=-1)
@click.option("--out", type=options.FILE, help="Save the plan for apply.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@options.shard
@options.as_json
@options.detailed
@options.no_color
@options.asking
def command(
    asked: Asked,
    shard: Shard | None,
    out: Path | None,
    form: str,
    as_json: bool,
    detailed: bool,
    no_color: bool,
) -> int:
    """Make and show the plan of seats."""
    wanted = Wanted("json" if as_json else form, no_color, detailed, out)
    with asked.within(shard).request() as request:
        made = asyncio.run(rightsizing.make(request))
    return wanted.given(made)
