"""`reconciler billing`: who held which license when, and what that comes to. Reads the record; needs no cloud."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click

from reconciler.app import billing
from reconciler.app.billing import Ask
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.engine import clock
from reconciler.reports.sheet import FORMATS

DAY = click.DateTime(["%Y-%m-%d"])
form = click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How it is written.")
first = click.option("--from", "first", type=DAY, metavar="DAY", help="The first day, like 2026-10-01 (UTC).")
last = click.option("--to", "last", type=DAY, metavar="DAY", help="The last day.")


def of_record(command: Callable[..., int]) -> Callable[..., int]:
    """The options of every command that reads the record."""
    for option in (form, options.customer, options.chdir):
        command = option(command)
    return command


@click.group(name="billing", help="Who held which license when, and what it came to. Needs no cloud.")
def command() -> None:
    """The commands about money that was or will be invoiced."""


@command.command(name="transactions", help="Each license that somebody began or stopped holding, and who did it.")
@first
@last
@of_record
def transactions(
    first: datetime | None, last: datetime | None, form: str, customers: tuple[str, ...], chdir: Path
) -> int:
    """List transactions."""
    view.sheet(billing.listed(_ask(chdir, customers, first, last)), form)
    return Exit.OK


@command.command(name="holders", help="Who holds which license, played back from the transactions.")
@click.option("--at", "at", type=DAY, metavar="DAY", help="At the end of this day; left out: now.")
@of_record
def holders(at: datetime | None, form: str, customers: tuple[str, ...], chdir: Path) -> int:
    """List holders."""
    view.sheet(billing.held(_ask(chdir, customers, None, at)), form)
    return Exit.OK


@command.command(name="seats", help="Seats bought beside seats assigned, for each SKU and day.")
@first
@last
@of_record
def seats(first: datetime | None, last: datetime | None, form: str, customers: tuple[str, ...], chdir: Path) -> int:
    """List gaps."""
    view.sheet(billing.seats(_ask(chdir, customers, first, last), clock.system().now().date()), form)
    return Exit.OK


def _ask(root: Path, customers: tuple[str, ...], first: datetime | None, last: datetime | None) -> Ask:
    return Ask(root, os.environ, customers, first.date() if first else None, last.date() if last else None)
