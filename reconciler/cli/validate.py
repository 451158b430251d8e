"""`reconciler validate`: everything that can be said about the files without credentials and without a network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.app import planning
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.reports.document import plural


@click.command(name="validate", help="Check the files: schema, references, business rules. Needs nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit", "github"]),
    default="text",
    show_default=True,
)
@options.chdir
def command(form: str, chdir: Path) -> int:
    """Check the files."""
    workspace = planning.check(chdir, os.environ)
    if workspace.findings or form != "text":
        view.findings(workspace.findings, form)
    if workspace.errors:
        return Exit.ERROR
    if form == "text":
        resources = sum(len(customer.resources) for customer in workspace.customers.values())
        customers = plural(len(workspace.customers), "customer")
        view.text(f"The files are valid: {customers}, {plural(resources, 'resource')}.")
    return Exit.OK
