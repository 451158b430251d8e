"""`reconciler force-unlock ID`: free a lock that a run left behind, after a look at whose it is."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.app import unlocking
from reconciler.app.unlocking import Freeing, Held
from reconciler.cli import lock, options, view
from reconciler.cli.exits import Exit

QUESTION = 'Do you want to free it? Only "yes" is accepted:'


@click.command(name="force-unlock", help="Free a lock that a run left behind; its id stands in the message about it.")
@click.argument("lock_id", metavar="ID")
@options.auto_approve
@options.may_ask
@options.as_json
@options.chdir
def command(lock_id: str, auto_approve: bool, may_ask: bool, as_json: bool, chdir: Path) -> int:
    """Show whose lock it is, ask, free it."""

    def approve(held: Held) -> bool:
        if not as_json:
            view.text(lock.line(held))
        return auto_approve or (may_ask and view.ask(QUESTION) == "yes")

    freed = unlocking.force_unlock(chdir, os.environ, Freeing(lock_id, options.holder(), approve), datetime.now(UTC))
    if freed is None:
        view.problem("Not freed: the answer was not yes.")
        return Exit.ERROR
    if as_json:
        view.data(
            {
                "freed": freed.id,
                "lock": freed.name,
                "customers": freed.customers,
                "holder": freed.holder,
                "since": freed.since.isoformat(),
            }
        )
    else:
        view.text(f'The lock "{freed.name}" is free.')
    return Exit.OK
