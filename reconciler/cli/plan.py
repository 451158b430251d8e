"""`reconciler plan`: read live, compare, price, and show what an apply would do. Writes nothing but the plan file."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from reconciler import __version__, reports
from reconciler.app import planning
from reconciler.cli import exits, options, view
from reconciler.cli.options import Asked


@click.command(name="plan", help="Show what an apply would do. Writes nothing at the customers.")
@click.argument("customer", nargs=-1)
@click.option("--out", type=options.FILE, help="Save the plan for review and apply.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@click.option("--json-into", type=options.FILE, help="Also write JSON to this file.")
@options.as_json
@options.detailed
@options.no_color
@options.asking
def command(
    asked: Asked,
    out: Path | None,
    form: str,
    json_into: Path | None,
    as_json: bool,
    detailed: bool,
    no_color: bool,
) -> int:
    """Make and show the plan."""
    view.check_places(out, json_into)
    with asked.request() as request:
        made = asyncio.run(planning.make(request))
    for path in filter(None, (out, json_into)):
        view.save(path, made.file(__version__))
    form = "json" if as_json else form
    view.document(reports.plan_document(made.plan), form, no_color=no_color)
    if out and form == "text":
        view.text("")
        view.text(f"Saved to {out}. Apply exactly this with: reconciler apply {out}")
    return exits.of_plan(made.plan, denied=bool(made.denied), detailed=detailed)
