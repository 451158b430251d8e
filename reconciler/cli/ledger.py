"""`reconciler ledger`: what is remembered of each resource, whether it is sound, and mending it for one address."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click

from reconciler.app import mending, verifying
from reconciler.app.mending import Mending, Remembered
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.reports.document import plural

QUESTION = 'Do you want that? Only "yes" is accepted:'
reason = click.option("--reason", required=True, help="Why; it is kept in the journal.")


@click.group(name="ledger", help="The memory of what was applied: list, show, verify, and mend it for one address.")
def command() -> None:
    """The commands about the ledger. None of them asks a cloud."""


@command.command(name="list", help="Which customers are remembered, and how many resources of each.")
@options.as_json
@options.chdir
def listed(as_json: bool, chdir: Path) -> int:
    """A line a customer."""
    found = mending.remembered(chdir, os.environ)
    for customer, group in groupby(found, lambda one: one.address.customer):
        mine = list(group)
        kinds, last = Counter(one.address.kind for one in mine), max(one.entry.at for one in mine)
        if as_json:
            view.data({"customer": customer, "resources": dict(kinds), "last": last})
        else:
            counts = ", ".join(plural(number, kind) for kind, number in sorted(kinds.items()))
            view.text(f"{customer}: {counts}; last at {last}")
    if not found and not as_json:
        view.text("Nothing is remembered.")
    return Exit.OK


@command.command(name="show", help="What is remembered of an address, or of everything below a prefix or glob.")
@click.argument("address")
@options.as_json
@options.chdir
def shown(address: str, as_json: bool, chdir: Path) -> int:
    """A block an address."""
    for one in mending.remembered(chdir, os.environ, address):
        if as_json:
            view.data(_wire(one))
        else:
            view.block("\n".join(_lines(one)))
    return Exit.OK


@command.command(name="verify", help="Read every object of the store and say what is wrong with it.")
@options.as_json
@options.chdir
def verified(as_json: bool, chdir: Path) -> int:
    """A line an object."""
    found = verifying.verify(chdir, os.environ)
    for one in found:
        if as_json:
            view.data({"object": one.key, "passed": one.passed, "detail": one.detail})
        else:
            view.text(f"ok    {one.key}: {one.detail}" if one.passed else f"FAIL  {one.detail}")
    if not found and not as_json:
        view.text("Nothing is remembered.")
    return Exit.OK if all(one.passed for one in found) else Exit.ERROR


@command.command(name="adopt", help="Remember that the object with this id is the address's.")
@click.argument("address")
@click.argument("remote_id", metavar="ID")
@reason
@options.auto_approve
@options.may_ask
@options.chdir
def adopted(address: str, remote_id: str, reason: str, auto_approve: bool, may_ask: bool, chdir: Path) -> int:
    """Show what is remembered now, ask, adopt."""
    wanted = Mending(address, reason, options.holder(), _approver(auto_approve=auto_approve, may_ask=may_ask))
    return _ended(mending.adopt(chdir, os.environ, wanted, remote_id, datetime.now(UTC)), f"{address} is {remote_id}.")


@command.command(name="forget", help="Remember nothing of the address any more. Nothing changes at the customer.")
@click.argument("address")
@reason
@options.auto_approve
@options.may_ask
@options.chdir
def forgotten(address: str, reason: str, auto_approve: bool, may_ask: bool, chdir: Path) -> int:
    """Show what is remembered, ask, forget."""
    wanted = Mending(address, reason, options.holder(), _approver(auto_approve=auto_approve, may_ask=may_ask))
    return _ended(mending.forget(chdir, os.environ, wanted, datetime.now(UTC)), f"{address} is forgotten.")


def _approver(*, auto_approve: bool, may_ask: bool) -> Callable[[str], bool]:
    def approve(what: str) -> bool:
        view.text(what)
        return auto_approve or (may_ask and view.ask(QUESTION) == "yes")

    return approve


def _ended(done: bool, words: str) -> int:
    if not done:
        view.problem("Nothing was changed: the answer was not yes.")
        return Exit.ERROR
    view.text(words)
    return Exit.OK


def _wire(one: Remembered) -> dict[str, object]:
    entry = one.entry
    order = {"cart": entry.cart, "order": entry.order} if entry.cart else {}
    return {
        "address": str(one.address),
        "id": entry.id,
        "status": entry.status.value,
        "at": entry.at,
        "run": entry.run,
        "commit": entry.commit,
        "protect": entry.protect,
        "desired": sorted(entry.desired),
        "live": sorted(entry.live),
        **order,
    }


def _lines(one: Remembered) -> list[str]:
    entry = one.entry
    said = {"id": entry.id or "none yet", "status": entry.status.value, "at": entry.at, "run": entry.run}
    said |= {"commit": entry.commit, "protect": "yes" if entry.protect else "", "cart": entry.cart}
    said |= {"fields": ", ".join(sorted({path.partition("/")[0] for path in (*entry.desired, *entry.live)}))}
    return [str(one.address), *(f"  {name}: {value}" for name, value in said.items() if value)]
