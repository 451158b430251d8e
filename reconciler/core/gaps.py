"""Seats that are paid for beside seats that somebody holds, for each SKU and day, played back from the record.

A day counts as it ended (UTC). Where a SKU is bought by others too, more people than our seats may hold it: then the
gap is negative, and no loss of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from reconciler.core import transactions
from reconciler.model.transaction import Batch, Tally


@dataclass(frozen=True, slots=True)
class Gap:
    """One SKU at the end of one day."""

    day: date
    sku: str
    bought: int
    held: int

    @property
    def unassigned(self) -> int:
        return self.bought - self.held


def days(batches: Sequence[Batch], first: date, last: date) -> Iterator[Gap]:
    """Each day from the first to the last on which something is on record, and each SKU of it by name."""
    opened = min((day_of(batch) for batch in batches), default=None)
    day = max(first, opened) if opened else last + timedelta(days=1)
    while day <= last:
        yield from _day(day, transactions.replay(batch for batch in batches if day_of(batch) <= day))
        day += timedelta(days=1)


def day_of(batch: Batch) -> date:
    """The day on which a batch was written down."""
    return date.fromisoformat(batch.at[:10])


def _day(day: date, tally: Tally) -> Iterator[Gap]:
    held: dict[str, int] = {}
    for _, sku in tally.holders:
        held[sku] = held.get(sku, 0) + 1
    bought: dict[str, int] = {}
    for one in tally.bought.values():
        bought[one.sku] = bought.get(one.sku, 0) + one.seats
    for sku in sorted(held.keys() | bought.keys()):
        yield Gap(day, sku, bought.get(sku, 0), held.get(sku, 0))
