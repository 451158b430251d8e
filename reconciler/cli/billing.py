"""`reconciler billing`: who held which license when, and what was invoiced, and where margin leaks.

All but `leaks` and `sync` read what earlier runs and imports have written down, and need no cloud.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import click

from reconciler import reports
from reconciler.app import billing, invoice_import, invoice_sync, invoices, leaking
from reconciler.app.billing import Ask
from reconciler.app.invoice_sync import Synced
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.engine import clock
from reconciler.model.errors import UsageError
from reconciler.model.plan import Scope
from reconciler.reports.document import plural
from reconciler.reports.sheet import FORMATS

DAY = click.DateTime(["%Y-%m-%d"])
form = click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How it is written.")
first = click.option("--from", "first", type=DAY, metavar="DAY", help="The first day, like 2026-10-01 (UTC).")
month = click.option(
    "--month", type=click.DateTime(["%Y-%m"]), metavar="MONTH", help="Like 2026-10; left out: the last one."
)
last = click.option("--to", "last", type=DAY, metavar="DAY", help="The last day.")


def of_record(command: Callable[..., int]) -> Callable[..., int]:
    """The options of every command that reads the record."""
    for option in (form, options.customer, options.chdir):
        command = option(command)
    return command


@click.group(name="billing", help="Who held which license when, whether that was invoiced, and where margin leaks.")
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


@command.command(name="import", help="Check lines of invoices and keep them: CSV, JSON, JSON lines, also gzip.")
@click.argument("files", nargs=-1, required=True, type=options.EXISTING)
@options.as_json
@options.chdir
def import_(files: tuple[Path, ...], as_json: bool, chdir: Path) -> int:
    """Import invoices."""
    done = invoice_import.import_(chdir, os.environ, files)
    if as_json:
        view.data({"invoices": list(done.invoices), "lines": done.lines, "errors": list(done.errors)})
    else:
        for words in (*done.invoices, *(f"! {error}" for error in done.errors)):
            view.text(words)
        if done.errors:
            view.text("Nothing was written: mend these lines, or download the file again.")
    return Exit.ERROR if done.errors else Exit.OK


@command.command(name="sync", help="Fetch a month's invoices and their lines from Microsoft, and keep them.")
@month
@click.option("--check", is_flag=True, help="Fetch and write nothing; exit 2 if something is missing.")
@options.as_json
@options.trace
@options.chdir
def sync(month: datetime | None, check: bool, as_json: bool, trace_http: Path | None, chdir: Path) -> int:
    """Fetch invoices."""
    ask = invoice_sync.Ask(_month(month), check)
    with Asked(chdir, Scope(), 1, trace_http).request() as request:
        done = asyncio.run(invoice_sync.sync(request, ask))
    if as_json:
        view.data(_synced_data(done))
    else:
        for words in _synced_lines(done, ask):
            view.text(words)
    missing = check and any(not one.is_whole for one in done.invoices)
    partly = any(not one.is_whole for one in done.invoices) and not check
    found = {Exit.OK, *([Exit.CHANGES] if missing else []), *([Exit.DENIED] if done.denied else [])}
    found |= (
        {Exit.INCOMPLETE} if done.troubles or partly or not (done.invoices or done.denied or done.remarks) else set()
    )
    return exits.pick(found | ({Exit.ERROR} if done.errors else set()))


def _synced_lines(done: Synced, ask: invoice_sync.Ask) -> Iterator[str]:
    for one in done.invoices:
        state = "adds up to its total" if one.is_whole else "does not add up to its total yet"
        if ask.check:
            state = "whole" if one.is_whole else "missing or in part"
        new = "" if ask.check else f", {one.new} of them new"
        yield f"{one.number} ({one.connection}): {plural(one.lines, 'line')}{new}; {state}."
    yield from done.remarks
    yield from (f"! {words}" for words in (*done.errors, *done.troubles, *done.denied))
    if done.errors:
        yield "Nothing was written of these invoices."
    if not any((done.invoices, done.remarks, done.errors, done.troubles, done.denied)):
        yield f"No invoice of {ask.month:%Y-%m}: they appear between the 6th and the 8th of the month after."


def _synced_data(done: Synced) -> dict[str, object]:
    kept = [
        {"connection": one.connection, "invoice": one.number, "lines": one.lines, "new": one.new, "whole": one.is_whole}
        for one in done.invoices
    ]
    words = {name: list(getattr(done, name)) for name in ("remarks", "errors", "troubles", "denied")}
    return {"invoices": kept, **words}


@command.command(name="report", help="What was invoiced, by billing cycle, customer, subscription and line.")
@month
@first
@last
@click.option("--reseller", default="", help="Only customers of this reseller.")
@click.option("--by", "level", type=click.Choice(list(invoices.LEVELS)), default="line", help="What is added up.")
@of_record
def report(
    month: datetime | None,
    first: datetime | None,
    last: datetime | None,
    reseller: str,
    level: str,
    form: str,
    customers: tuple[str, ...],
    chdir: Path,
) -> int:
    """Show a statement."""
    if month and (first or last):
        raise UsageError("Name a month or days, not both.")
    whole = None if first or last else _month(month)
    ask = _ask(chdir, customers, first, last)
    view.sheet(invoices.statement_of(ask, whole, level, reseller).sheet, form)
    return Exit.OK


@command.command(name="reconcile", help="Hold a month's invoices against record, catalog and days.")
@month
@options.detailed
@of_record
def reconcile(month: datetime | None, detailed: bool, form: str, customers: tuple[str, ...], chdir: Path) -> int:
    """Show what differs. Exit 2 with --detailed-exitcode if anything does, 6 where nothing was imported."""
    done = invoices.reconcile(_ask(chdir, customers, None, None), _month(month))
    view.sheet(done.sheet, form)
    if form in ("text", "markdown"):
        view.document(reports.findings_document(done.findings), form)
    found = {Exit.INCOMPLETE} if not done.lines else {Exit.OK}
    if detailed and any(finding.is_error for finding in done.findings):
        found.add(Exit.CHANGES)
    return exits.pick(found)


@command.command(name="leaks", help="What is paid for and used by nobody, or used and paid by nobody, with its money.")
@click.argument("customer", nargs=-1)
@click.option(
    "--inactive-days",
    type=click.IntRange(1, 3650),
    help="Also who has not signed in for so many days; needs AuditLog.Read.All and Entra ID P1 at the customer.",
)
@form
@options.detailed
@options.asking
def leaks(asked: Asked, inactive_days: int | None, form: str, detailed: bool) -> int:
    """Look for leaks. Exit 2 with --detailed-exitcode if there are any, 6 where not everything could be read."""
    with asked.request() as request:
        found = asyncio.run(leaking.look(request, leaking.Ask(clock.system().now().date(), inactive_days)))
    view.sheet(found.sheet, form)
    codes = {Exit.OK}
    if found.denied:
        codes.add(Exit.DENIED)
    if found.incomplete:
        codes.add(Exit.INCOMPLETE)
    if detailed and found.count:
        codes.add(Exit.CHANGES)
    return exits.pick(codes)


def _month(named: datetime | None) -> date:
    """A day of the month that is meant; of the last one, unless one is named."""
    return named.date() if named else clock.system().now().date().replace(day=1) - timedelta(days=1)


def _ask(root: Path, customers: tuple[str, ...], first: datetime | None, last: datetime | None) -> Ask:
    return Ask(root, os.environ, customers, first.date() if first else None, last.date() if last else None)
