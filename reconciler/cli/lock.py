"""`reconciler lock list`: who holds which lock of the repository, since when, and whether they still run."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.app import unlocking
from reconciler.app.unlocking import Held
from reconciler.cli import options, view
from reconciler.cli.exits import Exit


@click.command(name="lock", help="Show the locks that are held: `reconciler lock list`.")
@click.argument("what", metavar="list", type=click.Choice(["list"]))
@options.as_json
@options.chdir
def command(what: str, as_json: bool, chdir: Path) -> int:  # noqa: ARG001  there is one thing to do with locks
    """List them."""
    found = unlocking.held(chdir, os.environ, datetime.now(UTC))
    for held in found:
        lease = held.lease
        if as_json:
            times = {"since": lease.since.isoformat(), "expires": lease.expires.isoformat()}
            view.data(
                {
                    "lock": lease.name,
                    "customers": lease.customers,
                    "id": lease.id,
                    "holder": lease.holder,
                    **times,
                    "state": held.state,
                }
            )
        else:
            view.text(line(held))
    if not found and not as_json:
        view.text("No lock is held.")
    return Exit.OK


def line(held: Held) -> str:
    """A lock for a person."""
    lease = held.lease
    since, expires = (f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" for moment in (lease.since, lease.expires))
    return f'"{lease.name}" ({lease.id}) is held by {lease.holder} since {since}, until {expires}; {held.state}.'
