"""`reconciler plan`: read live, compare, price, and show what an apply would do. Writes nothing but the plan file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from reconciler.app import planning
from reconciler.cli import options
from reconciler.cli.options import Asked
from reconciler.cli.planned import Wanted


@click.command(name="plan", help="Show what an apply would do. Writes nothing at the customers.")
@click.argument("customer", nargs=-1)
@click.option("--out", type=options.FILE, help="Save the plan for review and apply.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@click.option("--json-into", type=options.FILE, help="Also write JSON to this file.")
@options.bases
@options.as_json
@options.detailed
@options.no_color
@options.asking
def command(
    asked: Asked,
    out: Path | None,
    form: str,
    json_into: Path | None,
    bases: tuple[str, ...],
    as_json: bool,
    detailed: bool,
    no_color: bool,
) -> int:
    """Make and show the plan."""
    wanted = Wanted("json" if as_json else form, no_color, detailed, out, json_into)
    with asked.request() as request:
        made = asyncio.run(planning.make(replace(request, bases=bases)))
    return wanted.given(made)
