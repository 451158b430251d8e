"""What one customer's planning looks at, and the drawer that its parts put their results into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reconciler.core import match
from reconciler.core.holding import Holdings
from reconciler.core.price import PriceBook
from reconciler.model.address import Address
from reconciler.model.change import Cause, Change, Reason
from reconciler.model.finding import Finding
from reconciler.model.kind import Kind
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.purchase import Became
from reconciler.model.renewal import Owed
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Coverage, CoverageState, Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku
from reconciler.model.transaction import Tally

EMPTY_BUT_KNOWN = "the reading came back empty, although {count} are known from the last apply"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that planning one customer may look at. `debts` are what earlier runs still have to put back.

    `tally` is what the record of transactions comes to, where this run will write it; `seen` when people were there
    last, by remote id, where a policy asks; `orders` what became of those that were begun and have left the files.
    """

    customer: DesiredCustomer
    snapshot: Snapshot
    ledger: CustomerLedger
    kinds: Sequence[Kind[Any, Any]]  # Any: kinds of different specs stand side by side
    catalog: Mapping[str, CatalogSku] = field(default_factory=dict)
    debts: Sequence[Owed] = ()
    tally: Tally | None = None
    seen: Mapping[str, datetime] = field(default_factory=dict)
    orders: Mapping[Address, Became] = field(default_factory=dict)
    _by_name: Mapping[str, Kind[Any, Any]] = field(init=False, repr=False, compare=False)
    _former: Mapping[Address, Address] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look-ups that every row makes, made once."""
        object.__setattr__(self, "_by_name", {kind.name: kind for kind in self.kinds})
        object.__setattr__(self, "_former", {new: old for old, new in self.customer.renames.items()})

    def kind(self, name: str) -> Kind[Any, Any]:
        return self._by_name[name]

    @property
    def prices(self) -> PriceBook:
        """The catalog's prices in the customer's own currency, as they are today."""
        return PriceBook(self.catalog, self.customer.defaults.currency, self.snapshot.now.date())

    def is_moved(self, address: Address, live: Live[Spec]) -> bool:
        """True where a `moved:` entry gives the live resource this new name."""
        return self._former.get(address) == live.address

    def entry(self, address: Address, live: Live[Spec] | None = None) -> LedgerEntry | None:
        """What is remembered of an address, also under the name it had before a declared rename."""
        known = self.ledger.resources.get(address)
        if known is None and address in self._former:
            known = self.ledger.resources.get(self._former[address])
        if known is None or live is None or not known.id:
            was_there = live is not None and not live.deleted
            return None if known and known.status is LedgerStatus.REPORTED and was_there else known
        return known if known.id == live.remote_id else None

    def cause_without_memory(self, group: str) -> Cause:
        """The cause of a difference that nothing is remembered of: something new in the files.

        Where drift is only reported and there is no memory at all, that is not known: a lost ledger must not make
        again what somebody took away.
        """
        return Cause.CONFIG if self.ledger.known or self.customer.corrects(group) else Cause.UNKNOWN

    def coverage(self, kind: str) -> Coverage:
        """How much of a kind was seen; complete but empty counts as failed where the ledger knows objects."""
        covered = self.snapshot.covers(kind)
        if covered.state is not CoverageState.COMPLETE or self.snapshot.of_kind(kind):
            return covered
        if any(ref.owner and self.snapshot.of_kind(ref.kind) for ref in self.kind(kind).refs.values()):
            return covered  # part of others, and those were seen: none of them is left
        entries = self.ledger.of_kind(kind).values()
        known = sum(1 for entry in entries if entry.status not in (LedgerStatus.REPORTED, LedgerStatus.ORDERING))
        return Coverage(CoverageState.FAILED, EMPTY_BUT_KNOWN.format(count=known)) if known else covered


@dataclass(slots=True)
class Rows:
    """What planning one customer has found so far; later parts replace rows, never lose them.

    `outside` are addresses whose rows the scope leaves out; `recalled` says that the memory is under new names,
    `orphans` are remembered parts of something that is neither remembered nor there; `caused` are subscriptions
    that grow because somebody gains a license, `seat_findings` what sizing has to say besides rows. `missing` is what
    belongs to the customer itself and is to be made, `ground` which of it each kind stands on. `released` are debts of
    earlier runs that need no paying any more. `idle` are orders that nobody needs a seat of, `bases` what each order of
    an add-on waits for. `held` is who holds what today, once somebody has asked: rows do not change it. `later` are
    rows that another run will carry out, `renewing` the seats that subscriptions are to be renewed with. `advised` are
    orders that somebody else has to make. `lent` are the pools of circles of moves, with the seats that are asked for
    in addition. `apart` are
    subscriptions that no seats of another one can go into, and why.
    """

    changes: list[Change] = field(default_factory=list)
    reported: list[Change] = field(default_factory=list)
    unreviewed: list[Change] = field(default_factory=list)
    outside: set[Address] = field(default_factory=set)
    deferred: dict[str, tuple[str, list[Address]]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unmanaged: dict[str, int] = field(default_factory=dict)
    recalled: bool = False
    orphans: list[Address] = field(default_factory=list)
    caused: set[Address] = field(default_factory=set)
    seat_findings: list[Finding] = field(default_factory=list)
    missing: list[Address] = field(default_factory=list)
    ground: dict[str, tuple[Address, ...]] = field(default_factory=dict)
    released: list[Owed] = field(default_factory=list)
    held: Holdings | None = None
    idle: dict[Address, Change] = field(default_factory=dict)
    bases: dict[Address, Address] = field(default_factory=dict)
    later: list[Change] = field(default_factory=list)
    renewing: dict[Address, int] = field(default_factory=dict)
    advised: list[Change] = field(default_factory=list)
    lent: dict[str, int] = field(default_factory=dict)
    apart: dict[Address, str] = field(default_factory=dict)
    pairing: match.Pairing = field(default_factory=match.Pairing)

    def defer(self, kind: str, why: str, address: Address) -> None:
        self.deferred.setdefault(kind, (why, []))[1].append(address)

    def drop_seats(self) -> None:
        """Forget what sizing said before, because it will say it again."""
        for drawer in (self.changes, self.reported, self.unreviewed):
            drawer[:] = [change for change in drawer if change.reason not in (Reason.SEATS, Reason.SCHEDULE)]
        self.caused.clear()
        self.renewing.clear()
        self.seat_findings.clear()
