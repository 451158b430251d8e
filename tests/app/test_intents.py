"""What a run writes down ahead of a secret, and the idempotency key that follows from it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.app.record import Books, Record
from reconciler.core.remember import Stamp
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.ledger import LedgerStatus
from reconciler.store.journal import Journal
from reconciler.store.ledger import Ledgers
from reconciler.store.objects import DirectoryStore
from reconciler.store.renewals import Renewals

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TENANT = Address("contoso", "customer", "contoso")
ROW = Change(TENANT, Action.CREATE, Reason.DECLARED, Cause.CONFIG)


def a_run(folder: Path, name: str, *doubts: Address) -> Record:
    """The record of one run in that folder."""
    store = DirectoryStore(folder)
    stamp = Stamp(name, "c0ffee", "2026-11-22T08:00:00+00:00")
    books = Books(Journal(store, name), Ledgers(store, "owner"), Renewals(store))
    return Record(books, stamp, lambda _event: None, frozenset(doubts))


def key(run: Record) -> str:
    """The key of making the tenant in that run, after its intent was written down."""
    run.ahead(ROW, NOW)
    return run.request_id(TENANT)


def test_the_intent_is_in_the_memory_before_anything_is_sent(tmp_path: Path) -> None:
    run = a_run(tmp_path, "run-1")

    run.ahead(ROW, NOW)

    entry = Ledgers(DirectoryStore(tmp_path), "owner").load("contoso").ledger.resources[TENANT]
    assert (entry.status, entry.run, entry.id) == (LedgerStatus.CREATING, "run-1", "")


@pytest.mark.parametrize(
    ("doubts", "same"), [((TENANT,), True), ((), False)], ids=["nobody-knows-how-it-ended", "it-was-answered"]
)
def test_a_run_that_goes_on_has_the_key_of_the_one_that_died(
    tmp_path: Path, doubts: tuple[Address, ...], *, same: bool
) -> None:
    first, second = key(a_run(tmp_path, "run-1")), key(a_run(tmp_path, "run-2", *doubts))

    assert (first == second) is same


def test_a_third_run_still_has_the_key_of_the_first(tmp_path: Path) -> None:
    first = key(a_run(tmp_path, "run-1"))
    key(a_run(tmp_path, "run-2", TENANT))

    assert key(a_run(tmp_path, "run-3", TENANT)) == first


def test_two_resources_of_one_run_have_two_keys(tmp_path: Path) -> None:
    run = a_run(tmp_path, "run-1")

    assert run.request_id(TENANT) != run.request_id(Address("fabrikam", "customer", "fabrikam"))
