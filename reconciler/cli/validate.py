"""`reconciler validate`: everything that can be said about the files without credentials and without a network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.app import delegating, planning
from reconciler.app.delegating import Verdict
from reconciler.app.workspace import Workspace
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.engine import clock
from reconciler.model.errors import UsageError
from reconciler.reports.document import plural


@click.command(name="validate", help="Check the files: schema, references, business rules. Needs nothing.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit", "github"]),
    default="text",
    show_default=True,
)
@click.option(
    "--base",
    help="Also say what the author may not change of what differs from this commit, by its policies.delegation.",
    metavar="REF",
)
@click.option(
    "--author",
    "authors",
    multiple=True,
    help="Whose change it is: @user, @org/team or an e-mail address; may be repeated.",
    metavar="WHO",
)
@options.chdir
def command(form: str, base: str | None, authors: tuple[str, ...], chdir: Path) -> int:
    """Check the files."""
    workspace = planning.check(chdir, os.environ)
    verdict = Verdict((), "")
    if base is None and authors:
        raise UsageError("--author says whose change it is: say since which commit, with --base REF.")
    if base is not None and not workspace.errors:
        verdict = delegating.judge(workspace, base, authors, clock.system().now())
    found = (*workspace.findings, *verdict.findings)
    if found or form != "text":
        view.findings(found, form)
    if workspace.errors:
        return Exit.ERROR
    if verdict.findings:
        return Exit.BLOCKED
    if form == "text":
        _say(workspace, verdict)
    return Exit.OK


def _say(workspace: Workspace, verdict: Verdict) -> None:
    resources = sum(len(customer.resources) for customer in workspace.customers.values())
    customers = plural(len(workspace.customers), "customer")
    view.text(f"The files are valid: {customers}, {plural(resources, 'resource')}.")
    if verdict.words:
        view.text(verdict.words)
