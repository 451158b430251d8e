"""The billing use cases that read the record: transactions of a time, who holds what on a day, seats by the day.

Nothing here asks a cloud or writes anything. What the record says is as old as the last apply, drift or rightsize; the
day of a transaction is that of its run, by the services' own time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from reconciler.app.workspace import open_workspace
from reconciler.core import gaps, transactions
from reconciler.core.gaps import day_of
from reconciler.model import money
from reconciler.model.errors import StoreError, UsageError
from reconciler.model.transaction import Batch
from reconciler.reports.document import plural
from reconciler.reports.sheet import Cell, Sheet
from reconciler.store.transactions import Transactions

TRANSACTIONS = (
    *("time", "customer", "action", "source", "subject", "id", "sku", "plan", "seats"),
    *("retail", "cost", "currency", "run", "commit"),
)
HOLDERS = ("customer", "user", "id", "sku")
SEATS = ("day", "customer", "sku", "bought", "assigned", "unassigned")


@dataclass(frozen=True, slots=True)
class Ask:
    """Where the files are, and which customers and days are meant (None: all)."""

    root: Path
    environ: Mapping[str, str]
    customers: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None

    def has(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def listed(ask: Ask) -> Sheet:
    """Every transaction of these days, oldest first for each customer."""
    rows = [
        row for key, batches in records(ask) for batch in batches if ask.has(day_of(batch)) for row in _of(key, batch)
    ]
    return Sheet(TRANSACTIONS, tuple(rows), (f"{plural(len(rows), 'transaction')}.",))


def held(ask: Ask) -> Sheet:
    """Who held what at the end of the last day, or holds it now."""
    rows: list[tuple[Cell, ...]] = []
    for customer, batches in records(ask):
        found = transactions.replay(b for b in batches if ask.last is None or day_of(b) <= ask.last)
        rows += sorted((customer, key, id_, sku) for (id_, sku), key in found.holders.items())
    return Sheet(HOLDERS, tuple(rows), (f"{plural(len(rows), 'license')}.",))


def seats(ask: Ask, today: date) -> Sheet:
    """Seats bought beside seats assigned, by day and SKU; today alone unless days are named."""
    first, last = ask.first or ask.last or today, min(ask.last or today, today)
    if first > last:
        raise UsageError(f"There is no day from {first} to {last}.")
    found = [(customer, gap) for customer, batches in records(ask) for gap in gaps.days(batches, first, last)]
    rows = [(str(g.day), customer, g.sku, g.bought, g.held, g.unassigned) for customer, g in found]
    idle = sum(max(0, gap.unassigned) for _, gap in found if gap.day == last)
    return Sheet(SEATS, tuple(rows), (f"{plural(idle, 'unassigned seat')} on {last}.",))


def records(ask: Ask) -> Iterator[tuple[str, tuple[Batch, ...]]]:
    """The record of each customer that is meant. UsageError names one of whom nothing is known."""
    workspace = open_workspace(ask.root, ask.environ)
    kept = workspace.transactions
    for customer in _named(kept, ask.customers, workspace.customers, workspace.former_keys):
        yield customer, workspace.record(customer)


def _named(
    kept: Transactions, customers: Sequence[str], in_files: Collection[str], former: Mapping[str, str]
) -> Sequence[str]:
    """The customers that are named, or all; one that has another key now is told under that."""
    known = kept.customers()
    unknown = [key for key in customers if key not in known and key not in in_files]
    if unknown:
        raise UsageError(f'Nothing is on record of a customer "{unknown[0]}", and no file has one.')
    return customers or sorted({former.get(key, key) for key in known})


def _of(customer: str, batch: Batch) -> Iterator[tuple[Cell, ...]]:
    for one in batch.transactions:
        sold, cost = _money(one.retail), _money(one.cost)
        currency = cost[1] or sold[1]
        count = one.seats if one.action == "seats" else None
        said = (batch.at, customer, str(one.action), str(one.source), one.key, one.id, one.sku, one.plan, count)
        yield (*said, sold[0], cost[0], currency, batch.run, batch.commit)


def _money(text: str) -> tuple[Decimal | None, str]:
    try:
        found = money.parse(text) if text else None
    except ValueError as error:
        raise StoreError(f"A price on record cannot be used: {error}. The record was changed by hand.") from error
    return (found.amount, found.currency) if found else (None, "")
