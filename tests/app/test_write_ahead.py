"""What a run writes down so that another one can go on, and what happens where it cannot be written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.app.record import Books, Record
from reconciler.core import resume
from reconciler.core.remember import Stamp
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.errors import StoreError
from reconciler.model.event import Outcome, RowEnded, Status, StepStarted
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.renewal import Owed
from reconciler.store import journal
from reconciler.store.journal import Journal
from reconciler.store.ledger import Ledgers
from reconciler.store.objects import DirectoryStore
from reconciler.store.renewals import Renewals

NOW = datetime(2026, 11, 22, 4, 11, 37, tzinfo=UTC)
STAMP = Stamp("run-2", "c0ffee", NOW.isoformat(timespec="seconds"))
OFFICE = Address("contoso", "subscription", "office")
ADA = Address("contoso", "user", "ada@contoso.com")
OWED = Owed(OFFICE, "id-1", "8 seats", {"quantity": 8}, ({"quantity": 3},))
SEATS = Change(OFFICE, Action.UPDATE, Reason.SEATS, Cause.CONFIG, (FieldChange(("quantity",), 2, 3),), "id-1", units=1)
BACK = replace(SEATS, reason=Reason.RENEWAL, fields=(FieldChange(("renewal",), None, "8 seats"),), units=0, owed=OWED)
CREATE = Change(ADA, Action.CREATE, Reason.DECLARED, Cause.CONFIG)


@dataclass
class Desk:
    """A record over a folder, and everything that lies there."""

    store: DirectoryStore

    def record(self, stamp: Stamp = STAMP) -> Record:
        books = Books(Journal(self.store, stamp.run), Ledgers(self.store, "repo", lambda: "salt"), self.renewals)
        return Record(books, stamp, lambda _event: None)

    @property
    def renewals(self) -> Renewals:
        return Renewals(self.store)

    @property
    def owed(self) -> tuple[Owed, ...]:
        return self.renewals.of("contoso")

    @property
    def journaled(self) -> tuple[Owed, ...]:
        return resume.owed([journal.read(self.store, run).events for run in journal.runs(self.store)])

    @property
    def ledger(self) -> CustomerLedger:
        return Ledgers(self.store, "repo").load("contoso").ledger


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(DirectoryStore(tmp_path))


def tear(desk: Desk, key: str) -> None:
    """Let an object be there that nobody can read."""
    path = Path(desk.store.describe(key))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{", encoding="utf-8")


class TestDebts:
    def test_either_of_journal_and_note_is_enough_to_know_what_is_owed(self, desk: Desk) -> None:
        desk.record().ahead(BACK, NOW)

        expected = (replace(OWED, run="run-2", at=STAMP.at),)
        assert desk.owed == expected
        assert desk.journaled == expected

    def test_the_first_run_and_its_time_stay_when_a_later_one_notes_it_again(self, desk: Desk) -> None:
        known = replace(OWED, run="run-1", at="2026-11-21T00:00:00+00:00")

        desk.record().ahead(replace(BACK, owed=known), NOW)

        assert desk.owed == (known,)

    def test_one_debt_is_noted_once_a_run(self, desk: Desk) -> None:
        record = desk.record()

        record.ahead(BACK, NOW)
        record.ahead(BACK, NOW)

        assert [event["type"] for event in journal.read(desk.store, "run-2").events] == [resume.OWED]

    @pytest.mark.parametrize(
        ("seats", "back", "paid"),
        [
            (Status.DONE, Status.DONE, True),
            (Status.ALREADY_DONE, Status.ALREADY_DONE, True),
            (Status.DONE, Status.FAILED, False),
            (Status.DONE, Status.UNVERIFIED, False),
            (Status.IN_DOUBT, Status.DONE, False),
            (Status.FAILED, Status.DONE, False),
        ],
    )
    def test_a_debt_is_struck_out_once_every_row_of_its_resource_ended_well(
        self, desk: Desk, seats: Status, back: Status, *, paid: bool
    ) -> None:
        record = desk.record()
        record.ahead(BACK, NOW)

        record.keep("contoso", None, [Outcome(SEATS, seats), Outcome(BACK, back)])

        assert (desk.owed == (), desk.journaled == ()) == (paid, paid)

    def test_nothing_is_changed_that_could_not_be_noted(self, desk: Desk) -> None:
        tear(desk, "renewals/contoso.json")

        with pytest.raises(StoreError, match="is damaged"):
            desk.record().ahead(BACK, NOW)

    def test_a_debt_that_cannot_be_struck_out_is_told(self, desk: Desk) -> None:
        tear(desk, "renewals/contoso.json")
        record = desk.record()

        record.release([OWED])

        assert len(record.troubles) == 1
        assert "is damaged" in record.troubles[0]


class TestWithoutAStore:
    def test_what_would_be_made_is_not_begun(self, desk: Desk) -> None:
        tear(desk, "journal")

        with pytest.raises(StoreError, match="cannot be"):
            desk.record().emit(StepStarted(NOW, "s1", (CREATE,)))

    def test_what_is_there_is_changed_and_the_trouble_is_told_once(self, desk: Desk) -> None:
        tear(desk, "journal")
        record = desk.record()

        record.emit(StepStarted(NOW, "s1", (SEATS,)))
        record.emit(RowEnded(NOW, Outcome(SEATS, Status.DONE)))

        assert record.outcomes[SEATS].status is Status.DONE
        assert len(set(record.troubles)) == 1


class TestSecrets:
    def test_a_create_is_noted_with_the_services_time(self, desk: Desk) -> None:
        assert desk.record().ahead(CREATE, NOW + timedelta(minutes=7)) is None

        entry = desk.ledger.resources[ADA]
        assert (entry.status, entry.at, entry.run) == (LedgerStatus.CREATING, "2026-11-22T04:18:37+00:00", "run-2")

    def test_the_time_of_an_earlier_sending_is_told_and_replaced(self, desk: Desk) -> None:
        desk.record(replace(STAMP, run="run-1")).ahead(CREATE, NOW)

        later = desk.record().ahead(CREATE, NOW + timedelta(minutes=7))

        assert later == NOW
        assert desk.ledger.resources[ADA].at == "2026-11-22T04:18:37+00:00"

    def test_a_hand_over_alone_leaves_the_memory_as_it_is(self, desk: Desk) -> None:
        assert desk.record().ahead(replace(CREATE, action=Action.HANDOVER), NOW) is None
        assert desk.ledger.resources == {}

    def test_a_reset_that_was_asked_for_is_noted_before_it_is_sent(self, desk: Desk) -> None:
        row = replace(CREATE, action=Action.HANDOVER, reason=Reason.ASKED, remote_id="id-ada")

        desk.record().ahead(row, NOW)
        noted = desk.ledger.resources[ADA]
        desk.record().refused(row)

        assert (noted.id, noted.status) == ("id-ada", LedgerStatus.HANDOVER)
        assert desk.ledger.resources[ADA].status is LedgerStatus.APPLIED

    def test_a_reset_of_another_run_stays_open_when_this_one_is_refused(self, desk: Desk) -> None:
        row = replace(CREATE, action=Action.HANDOVER, reason=Reason.ASKED, remote_id="id-ada")
        desk.record(replace(STAMP, run="run-1")).ahead(row, NOW)

        desk.record().ahead(row, NOW)
        desk.record().refused(row)

        assert desk.ledger.resources[ADA].status is LedgerStatus.HANDOVER

    def test_what_was_made_is_remembered_at_once(self, desk: Desk) -> None:
        record = desk.record()
        record.ahead(CREATE, NOW)

        record.made(CREATE, "id-ada")

        assert desk.ledger.resources[ADA].id == "id-ada"

    def test_what_was_refused_is_forgotten_at_once(self, desk: Desk) -> None:
        record = desk.record()
        record.ahead(CREATE, NOW)

        record.refused(CREATE)

        assert desk.ledger.resources == {}

    @pytest.mark.parametrize("is_doubtful", [True, False])
    def test_a_create_in_doubt_stays_that_of_its_run_and_keeps_its_request_id(
        self, desk: Desk, *, is_doubtful: bool
    ) -> None:
        first = desk.record(replace(STAMP, run="run-1"))
        first.ahead(CREATE, NOW)
        second = desk.record()
        second.doubts = frozenset({ADA}) if is_doubtful else frozenset()

        second.ahead(CREATE, NOW + timedelta(minutes=7))

        assert (second.request_id(ADA) == first.request_id(ADA)) is is_doubtful
        assert desk.ledger.resources[ADA].run == ("run-1" if is_doubtful else "run-2")
        assert desk.ledger.resources[ADA].at == "2026-11-22T04:18:37+00:00"


class TestKeeping:
    def test_a_begun_memory_has_the_salt_that_the_plan_was_made_with(self, desk: Desk) -> None:
        desk.record().begin(CustomerLedger("contoso", "plan's"))

        assert desk.ledger.known
        assert desk.ledger.salt == "plan's"

    def test_a_memory_that_is_there_is_not_begun_again(self, desk: Desk) -> None:
        desk.record().begin(CustomerLedger("contoso", "salt", known=True))

        assert not desk.ledger.known

    def test_what_was_settled_is_kept_unless_it_was_made_with_another_salt(self, desk: Desk) -> None:
        record, entries = desk.record(), {ADA: LedgerEntry("id-ada")}
        record.begin(CustomerLedger("contoso", "salt"))

        record.keep("contoso", CustomerLedger("contoso", "other", known=True, resources=entries), [])
        assert desk.ledger.resources == {}
        record.keep("contoso", CustomerLedger("contoso", "salt", known=True, resources=entries), [])
        assert desk.ledger.resources == entries

    def test_a_ledger_that_cannot_be_used_is_told_and_stops_nobody(self, desk: Desk) -> None:
        tear(desk, "ledger/contoso.json")
        record = desk.record()

        record.keep("contoso", CustomerLedger("contoso", "salt", known=True), [])

        assert "is damaged" in record.troubles[0]

    def test_intents_and_results_are_paired_in_the_journal(self, desk: Desk) -> None:
        record = desk.record()

        record.emit(StepStarted(NOW, "office", (SEATS,)))
        assert len(journal.open_intents(desk.store, "run-2")) == 1
        record.emit(RowEnded(NOW, Outcome(SEATS, Status.DONE)))

        assert journal.open_intents(desk.store, "run-2") == ()
        assert record.outcomes == {SEATS: Outcome(SEATS, Status.DONE)}
