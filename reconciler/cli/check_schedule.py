"""`reconciler check-schedule`: is the nightly run alive; needs the ledger and no cloud."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import click

from reconciler.app import rightsizing
from reconciler.app.rightsizing import Age
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.engine import clock


@click.command(name="check-schedule", help="Exit 6 where a customer's seats were not looked after lately.")
@click.option("--max-age", default="26h", show_default=True, help="How old it may be: 90m, 26h, 2d.", metavar="DUR")
@options.customer
@options.as_json
@options.chdir
def command(max_age: str, customers: tuple[str, ...], as_json: bool, chdir: Path) -> int:
    """Say when the nightly run last settled each customer."""
    now = clock.system().now()
    oldest = timedelta(seconds=options.seconds(max_age, 0))
    ages = rightsizing.check(chdir, os.environ, now, oldest, customers)
    for age in ages:
        if as_json:
            settled = age.settled.isoformat(timespec="seconds") if age.settled else None
            view.data({"customer": age.customer, "settled": settled, "late": age.late, "left": age.left})
        elif age.late:
            view.text(f"{age.customer}: {_words(age, now)}; it may be {max_age} old.")
    late = sum(1 for age in ages if age.late)
    if not as_json:
        view.text(_summary(len(ages), late, max_age))
    return Exit.INCOMPLETE if late else Exit.OK


def _words(age: Age, now: datetime) -> str:
    left = f" ({age.left})" if age.left else ""
    if age.settled is None:
        return f"the nightly run has never settled it{left}"
    hours = int((now - age.settled).total_seconds() // 3600)
    return f"the nightly run settled it {hours} hours ago{left}"


def _summary(count: int, late: int, max_age: str) -> str:
    if not count:
        return "No customer leaves seats to a nightly run."
    if late:
        return f"{late} of {count} customers are too old. Run: reconciler rightsize --out FILE, then apply FILE."
    return f"The nightly run is alive: {count} of {count} customers within {max_age}."
