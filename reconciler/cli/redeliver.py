"""`reconciler redeliver USER`: a new password for somebody who never got the first one, or lost it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import click

from reconciler.app import redelivering
from reconciler.app.planning import Request
from reconciler.cli import options, performing, view
from reconciler.cli.performing import Manner
from reconciler.model.plan import Scope


@click.command(name="redeliver", help="Reset the password of one person, and hand the new one over.")
@click.argument("user")
@options.auto_approve
@options.may_ask
@options.lock
@options.lock_timeout
@options.as_json
@options.no_color
@options.timeout
@options.chdir
def command(
    user: str,
    auto_approve: bool,
    may_ask: bool,
    lock: bool,
    lock_timeout: str | None,
    as_json: bool,
    no_color: bool,
    timeout: str | None,
    chdir: Path,
) -> int:
    """Reset, and hand over."""
    manner = Manner(auto_approve, may_ask, as_json, no_color)
    orders = manner.orders(lock=lock, lock_timeout=lock_timeout, timeout=timeout)
    applied = asyncio.run(redelivering.redeliver(Request(chdir, Scope(), os.environ), orders, user))
    performing.ended(applied, manner)
    for trouble in applied.troubles:
        view.problem(trouble)
    return performing.exit_of(applied)
