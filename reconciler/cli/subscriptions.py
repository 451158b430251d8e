"""`reconciler subscriptions`: what customers have, what it costs, when it ends and what follows."""

from __future__ import annotations

import asyncio

import click

from reconciler.app import listing
from reconciler.cli import exits, options, view
from reconciler.cli.exits import Exit
from reconciler.cli.options import Asked
from reconciler.reports.sheet import FORMATS


@click.command(
    name="subscriptions", help="List subscriptions: seats, prices, term ends, and what is arranged for the renewal."
)
@click.argument("customer", nargs=-1)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="How it is written.")
@options.asking
def command(asked: Asked, form: str) -> int:
    """List them. Exit 6 where not everything could be read."""
    with asked.request() as request:
        found = asyncio.run(listing.look(request))
    view.sheet(found.sheet, form)
    codes = {Exit.OK}
    if found.denied:
        codes.add(Exit.DENIED)
    if found.unread:
        codes.add(Exit.INCOMPLETE)
    return exits.pick(codes)
