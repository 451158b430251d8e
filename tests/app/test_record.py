"""What a run writes down: the journal as it happens, the ledger ahead of secrets and once rows are settled."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from core.scene import PLACE, customer, memory, person, reading

from reconciler.app.record import Books, Record
from reconciler.core.remember import Stamp
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.errors import StoreError
from reconciler.model.event import Outcome, RowEnded, RunStarted, Status, StepStarted
from reconciler.model.ledger import CustomerLedger, LedgerStatus
from reconciler.model.purchase import Purchase
from reconciler.store import journal
from reconciler.store.journal import Journal
from reconciler.store.ledger import Ledgers
from reconciler.store.objects import DirectoryStore
from reconciler.store.renewals import Renewals

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
STAMP = Stamp("20261005T120000-1a2b3c", "c0ffee", "2026-10-05T12:00:00+00:00")
WANTED = person("ada")
ADA = WANTED.address
ROW = Change(ADA, Action.CREATE, Reason.DECLARED, Cause.CONFIG, desired=WANTED, origin=PLACE)


def a_record(folder: Path) -> Record:
    store = DirectoryStore(folder)
    books = Books(Journal(store, STAMP.run), Ledgers(store, "owner"), Renewals(store))
    return Record(books, STAMP, lambda _event: None)


def remembered(folder: Path) -> CustomerLedger:
    return Ledgers(DirectoryStore(folder), "owner").load("contoso").ledger


@pytest.mark.parametrize(
    ("status", "is_remembered"),
    [(Status.DONE, True), (Status.ALREADY_DONE, True), (Status.UNVERIFIED, False), (Status.IN_DOUBT, False)],
    ids=str,
)
def test_the_ledger_learns_only_what_was_verified(tmp_path: Path, status: Status, is_remembered: bool) -> None:
    record = a_record(tmp_path)

    record.keep("contoso", None, [Outcome(ROW, status, remote_id="7")])

    assert (ADA in remembered(tmp_path).resources) is is_remembered


def test_a_secret_is_in_the_ledger_before_it_is_made(tmp_path: Path) -> None:
    a_record(tmp_path).ahead(ROW, NOW)

    assert remembered(tmp_path).resources[ADA].status is LedgerStatus.CREATING


def test_an_open_secret_stays_open_when_its_row_comes_again(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    record.ahead(ROW, NOW)
    before = remembered(tmp_path)

    record.ahead(ROW, NOW)

    assert remembered(tmp_path) == before


def test_what_was_found_as_it_should_be_is_remembered_beside_what_was_made(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    before = customer(person("bo"))
    settled = memory(before, reading())
    record.begin(CustomerLedger("contoso", "salt"))
    record.keep("contoso", settled, [Outcome(ROW, Status.DONE, remote_id="7")])

    assert remembered(tmp_path).resources.keys() == {ADA, *settled.resources}


def test_what_another_row_of_this_run_made_is_not_forgotten_by_an_older_reading(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    record.keep("contoso", None, [Outcome(ROW, Status.DONE, remote_id="7")])

    record.keep("contoso", CustomerLedger("contoso", "salt", known=True), [])

    assert ADA in remembered(tmp_path).resources


def test_a_ledger_that_cannot_be_written_is_told_and_stops_nobody(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "contoso.json").write_text("{torn", encoding="utf-8")

    record.keep("contoso", None, [Outcome(ROW, Status.DONE)])

    (trouble,) = record.troubles
    assert "contoso.json is damaged" in trouble


def test_the_journal_has_an_open_intent_until_its_row_has_ended(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    record.emit(RunStarted(STAMP.run, NOW, 1))
    record.emit(StepStarted(NOW, "user:ada", (ROW,)))

    (open_,) = journal.open_intents(DirectoryStore(tmp_path), STAMP.run)
    record.emit(RowEnded(NOW, Outcome(ROW, Status.DONE)))

    assert open_["type"] == "step-started"
    assert journal.open_intents(DirectoryStore(tmp_path), STAMP.run) == ()
    assert record.outcomes == {ROW: Outcome(ROW, Status.DONE)}


CART = Purchase("k-1", "", "2026-10-05T12:00:00+00:00")


def test_an_order_is_on_disk_and_in_the_journal_before_it_is_paid(tmp_path: Path) -> None:
    record = a_record(tmp_path)

    record.buying(ADA, CART)

    assert record.purchase(ADA) == CART
    assert remembered(tmp_path).resources[ADA].purchase == CART
    events = journal.read(DirectoryStore(tmp_path), STAMP.run).events
    assert [(event["type"], event["cart"]) for event in events] == [("ordering", "k-1")]


def test_an_order_that_cannot_be_written_down_is_no_order(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    (tmp_path / "ledger").write_text("a file where the folder of ledgers should be")

    with pytest.raises(StoreError):
        record.buying(ADA, CART)

    assert record.purchase(ADA) is None


def test_what_bought_nothing_is_forgotten(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    record.buying(ADA, CART)

    record.buying(ADA, None)

    assert record.purchase(ADA) is None
    assert ADA not in remembered(tmp_path).resources


def test_an_order_of_an_earlier_run_is_known_and_not_overwritten_by_what_the_plan_remembered(tmp_path: Path) -> None:
    a_record(tmp_path).buying(ADA, CART)
    record, planned = a_record(tmp_path), remembered(tmp_path)
    record.begin(planned)

    assert record.purchase(ADA) == CART
    later = Purchase("k-2", "o-2", CART.at)
    record.buying(ADA, later)
    record.keep("contoso", planned, [Outcome(ROW, Status.UNVERIFIED)])
    assert remembered(tmp_path).resources[ADA].purchase == later


def test_an_order_that_was_seen_is_remembered_as_any_other_row(tmp_path: Path) -> None:
    record = a_record(tmp_path)
    record.buying(ADA, CART)

    record.keep("contoso", None, [Outcome(ROW, Status.DONE, remote_id="s-1")])

    entry = remembered(tmp_path).resources[ADA]
    assert (entry.id, entry.status, entry.purchase) == ("s-1", LedgerStatus.APPLIED, None)
