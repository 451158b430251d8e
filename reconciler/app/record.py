"""Writes down what happens: the journal before and after each request, the ledger ahead of secrets and at the end.

One object hears every event of a run, in order. What it keeps is what the next run needs: intents without results
are looked up again, what ended well is remembered, and what a change takes away is noted until it is back. It must not
decide anything about the run.

Questionable on purpose: what is to be put back is struck out only when every row of its resource ended well. A change
of which nobody knows whether it arrived may still arrive, and take it away after all.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.core import attempts, remember, resume
from reconciler.core.remember import Stamp
from reconciler.model import renewal
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.errors import StoreError
from reconciler.model.event import Event, Outcome, RowEnded, StepStarted
from reconciler.model.ledger import CustomerLedger
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Owed
from reconciler.reports import progress
from reconciler.store.journal import INTENT, RESULT, Journal
from reconciler.store.ledger import Ledgers
from reconciler.store.renewals import Renewals


@dataclass(frozen=True, slots=True)
class Books:
    """Where a run writes: its own journal, and the customers' ledgers and debts."""

    journal: Journal
    ledgers: Ledgers
    renewals: Renewals


_NAMESPACE = uuid.UUID("5b0e3c55-6f0a-5a53-9c39-0d5b6d0f6e2a")


@dataclass(slots=True)
class Record:
    """The memory of one run."""

    books: Books
    stamp: Stamp
    hear: Callable[[Event], None]
    doubts: frozenset[Address] = frozenset()
    outcomes: dict[Change, Outcome] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    intents: dict[Address, str] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    purchases: dict[Address, Purchase] = field(default_factory=dict)

    def emit(self, event: Event) -> None:
        """Write the event down, then pass it on to whoever shows it.

        StoreError where something would be made and nobody could tell after a crash; what else cannot be written down
        is a trouble to report.
        """
        if isinstance(event, RowEnded):
            self.outcomes[event.outcome.change] = event.outcome
        try:
            self.books.journal.record(to_json(event))
        except StoreError as error:
            if isinstance(event, StepStarted) and any(change.action is Action.CREATE for change in event.changes):
                raise
            self.troubles.append(str(error))
        self.hear(event)

    def begin(self, ledger: CustomerLedger) -> None:
        """Make the ledger that the plan was made with the one on disk, so that digests have one salt."""
        self.purchases |= {a: entry.purchase for a, entry in ledger.resources.items() if entry.purchase}
        if not ledger.known:
            self._update(ledger.customer, lambda found: found if found.known else replace(ledger, known=True))

    def ahead(self, change: Change, now: datetime) -> datetime | None:
        """Remember on disk that a secret is about to be made for this resource, or what is about to be taken away.

        When an earlier run was about to make it, if nobody knows what became of that.
        """
        if change.owed:
            self._note(change.address.customer, change.owed)
            return None
        if change.reason is Reason.ASKED:
            self.books.ledgers.update(
                change.address.customer, lambda ledger: remember.resetting(ledger, change, self.stamp)
            )
            return None
        return None if change.action is Action.HANDOVER else self._creating(change, now)

    def made(self, change: Change, remote_id: str) -> None:
        """Remember which object was made for this resource, while its secret is not handed over."""
        self.books.ledgers.update(
            change.address.customer, lambda ledger: remember.made(ledger, change, remote_id, self.stamp)
        )

    def purchase(self, address: Address) -> Purchase | None:
        """The order that was begun for a resource and is not known to be at its end."""
        return self.purchases.get(address)

    def buying(self, address: Address, purchase: Purchase | None) -> None:
        """Remember an order before it is paid, in the journal and on disk: either of the two is enough."""
        self.books.journal.record(self._ordering(address, purchase or Purchase("")), durable=True)
        self.books.ledgers.update(
            address.customer, lambda ledger: remember.buying(ledger, address, purchase, self.stamp)
        )
        if purchase is None:
            self.purchases.pop(address, None)
        else:
            self.purchases[address] = purchase

    def _ordering(self, address: Address, told: Purchase) -> dict[str, object]:
        event = {"type": resume.ORDERING, "at": self.stamp.at, "address": str(address)}
        return {**event, "cart": told.cart, "order": told.order, "since": told.at}

    def refused(self, change: Change) -> None:
        """Remember that nothing was made for this resource."""
        self.books.ledgers.update(change.address.customer, lambda ledger: remember.refused(ledger, change, self.stamp))

    def _creating(self, change: Change, now: datetime) -> datetime | None:
        sent: datetime | None = None

        def creating(ledger: CustomerLedger) -> CustomerLedger:
            nonlocal sent
            known = ledger.resources.get(change.address)
            sent = attempts.sent_at(known) if known else None
            stamp = replace(self.stamp, at=now.isoformat(timespec="seconds"))
            if known is None or known.status not in remember.OPEN or not (known.id or change.address in self.doubts):
                return remember.creating(ledger, change, stamp)
            # What an earlier run began stays its own as long as nobody knows how that ended.
            self.intents[change.address] = known.run
            return ledger if known.id else remember.creating(ledger, change, replace(stamp, run=known.run))

        self.books.ledgers.update(change.address.customer, creating)
        return sent

    def _note(self, customer: str, owed: Owed) -> None:
        """The journal first: a note in either of the two is enough."""
        if owed.remote_id in self.noted:
            return
        stamped = replace(owed, run=owed.run or self.stamp.run, at=owed.at or self.stamp.at)
        event = {"type": resume.OWED, "at": self.stamp.at, **renewal.to_json(stamped)}
        self.books.journal.record(event, durable=True)
        self.books.renewals.note(customer, stamped)
        self.noted.add(owed.remote_id)

    def release(self, debts: Iterable[Owed]) -> None:
        """Strike out what is owed no more."""
        for owed in debts:
            event = {"type": resume.RELEASED, "at": self.stamp.at, "address": str(owed.address), "id": owed.remote_id}
            self.books.journal.record(event)
            try:
                self.books.renewals.release(owed.address.customer, [owed.remote_id])
            except StoreError as error:
                self.troubles.append(str(error))

    def request_id(self, address: Address) -> str:
        """The idempotency key of making this resource: from the run whose intent it is, written down before."""
        return str(uuid.uuid5(_NAMESPACE, f"{self.intents.get(address, self.stamp.run)}/{address}"))

    def keep(self, customer: str, settled: CustomerLedger | None, outcomes: Iterable[Outcome]) -> None:
        """Remember what a customer's run settled: what was found as it should be, and what was made so."""
        ended = list(outcomes)

        def changed(ledger: CustomerLedger) -> CustomerLedger:
            if settled is not None and settled.salt == ledger.salt:
                gone = ledger.resources.keys() - settled.resources.keys()
                made = {a for a in gone if ledger.resources[a].run == self.stamp.run}
                newer = {a for a, entry in ledger.resources.items() if entry.purchase and entry.run == self.stamp.run}
                found = {a: entry for a, entry in settled.resources.items() if a not in newer}
                ledger = ledger.without(gone - made).remembering(found)
            return remember.after(ledger, ended, self.stamp)

        if settled is not None or any(outcome.status.settled for outcome in ended):
            self._update(customer, changed)
        let_go = {o.change.address for o in ended if o.change.action is Action.FORGET and o.status.settled}
        for address in sorted(let_go & self.purchases.keys()):
            self.books.journal.record(self._ordering(address, Purchase("")))  # no journal brings it back
        unsettled = {outcome.change.address for outcome in ended if not outcome.status.settled}
        paid = [o.change.owed for o in ended if o.change.owed and o.change.address not in unsettled]
        self.release(paid)

    def _update(self, customer: str, change: Callable[[CustomerLedger], CustomerLedger]) -> None:
        """A ledger that cannot be used is a trouble to report, and stops nobody: bookkeeping must not block repair."""
        try:
            self.books.ledgers.update(customer, change)
        except StoreError as error:
            self.troubles.append(str(error))


def to_json(event: Event) -> dict[str, object]:
    """An event for the journal: what programs are told, and which intents it announces or answers."""
    match event:
        case StepStarted():
            return {**progress.record(event), INTENT: _key(event.changes[0])}
        case RowEnded():
            return {**progress.record(event), RESULT: _key(event.outcome.change)}
        case _:
            return progress.record(event)


def _key(change: Change) -> str:
    return f"{change.action}:{change.address}:{change.cause}"
