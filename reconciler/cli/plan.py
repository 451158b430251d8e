"""`reconciler plan`: read live, compare, price, and show what an apply would do. Writes nothing but the plan file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from reconciler.app import authored, planning
from reconciler.cli import options
from reconciler.cli.options import Asked
from reconciler.cli.planned import Wanted
from reconciler.model.plan import Shard


@click.command(name="plan", help="Show what an apply would do. Writes nothing at the customers.")
@click.argument("customer", nargs=-1)
@click.option("--out", type=options.FILE, help="Save the plan for review and apply.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@click.option("--json-into", type=options.FILE, help="Also write JSON to this file.")
@options.bases
@click.option(
    "--refresh",
    type=bool,
    default=True,
    show_default=True,
    help="false, with --base: only what the files' author changed. Needs no cloud, and nothing can be applied from it.",
)
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
    json_into: Path | None,
    bases: tuple[str, ...],
    refresh: bool,
    as_json: bool,
    detailed: bool,
    no_color: bool,
) -> int:
    """Make and show the plan."""
    wanted = Wanted("json" if as_json else form, no_color, detailed, out, json_into)
    with asked.within(shard).request() as request:
        meant = replace(request, bases=bases)
        made = asyncio.run(planning.make(meant)) if refresh else authored.make(meant)
    return wanted.given(made)
