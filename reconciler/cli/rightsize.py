"""`reconciler rightsize`: the nightly run, a plan of nothing but seats and renewals, with what it saves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from reconciler import __version__, reports
from reconciler.app import rightsizing
from reconciler.cli import exits, options, view
from reconciler.cli.options import Asked


@click.command(
    name="rightsize", help="Plan nothing but seats and renewals, also what rightsizing: nightly leaves to this run."
)
@click.argument("customer", nargs=-1)
@click.option("--out", type=options.FILE, help="Save the plan for apply.")
@click.option("--format", "form", type=click.Choice(["text", "markdown", "html", "json"]), default="text")
@options.as_json
@options.detailed
@options.no_color
@options.asking
def command(asked: Asked, out: Path | None, form: str, as_json: bool, detailed: bool, no_color: bool) -> int:
    """Make and show the plan of seats."""
    with asked.request() as request:
        made = asyncio.run(rightsizing.make(request))
    if out:
        view.save(out, made.file(__version__))
    form = "json" if as_json else form
    view.document(reports.plan_document(made.plan), form, no_color=no_color)
    if out and form == "text":
        view.text(f"\nSaved to {out}. Apply exactly this with: reconciler apply {out}")
    return exits.of_plan(made.plan, denied=bool(made.denied), detailed=detailed)
