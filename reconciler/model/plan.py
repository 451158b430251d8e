"""What a run would do, what it would not do and why, and what it knows about how much it saw.

`complete` (nothing deferred), `applyable` (something to do, no error) and `errored` are three separate answers.
Everything a person sees of a plan is drawn from here; the file form and both digests are in `core/codec.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change
from reconciler.model.finding import Finding
from reconciler.model.item import Counted
from reconciler.model.margin import Margin
from reconciler.model.money import Money, total
from reconciler.model.resource import Coverage


@dataclass(frozen=True, slots=True)
class Source:
    """What the plan was made from. `config_digest` covers the files' content, whatever the commit."""

    repository: str = ""
    commit: str = ""
    config_digest: str = ""


@dataclass(frozen=True, slots=True)
class Touched:
    """The customers that a change of the files concerns, each with why; `bases` are the commits it is a change from.

    `everybody` says why it concerns all of them, "" where it does not: `customers` says nothing then.
    """

    bases: tuple[str, ...]
    customers: tuple[tuple[str, str], ...] = ()
    everybody: str = ""

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(key for key, _ in self.customers)

    def has(self, customer: str) -> bool:
        return bool(self.everybody) or customer in self.keys


@dataclass(frozen=True, slots=True)
class Shard:
    """A part of a fleet: of `count` parts those with these numbers, from 1.

    Whose part a customer is follows from its key alone, so that it stays there whoever else comes and goes.
    """

    count: int
    numbers: tuple[int, ...]

    def has(self, customer: str) -> bool:
        digest = hashlib.blake2b(customer.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % self.count + 1 in self.numbers

    def __str__(self) -> str:
        return ", ".join(f"{number}/{self.count}" for number in self.numbers)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which resources a run looks at: everything, unless customers, targets or exclusions narrow it.

    A run for `seats` only changes quantities and what is arranged for renewals, and gives back what only the nightly
    run may. Without `refresh` no cloud was looked at: the rows are what the files say more or less than they did, and
    nobody can apply them. With `touched` it looks at those customers alone that a change of the files concerns, which
    may be none.
    """

    customers: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    refresh: bool = True
    seats: bool = False
    touched: Touched | None = None
    shard: Shard | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How one collection of one customer was read."""

    customer: str
    kind: str
    coverage: Coverage
    count: int = 0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Rows of one kind of one customer that wait for a complete reading."""

    customer: str
    kind: str
    why: str
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of the summary line."""

    add: int = 0
    change: int = 0
    unassign: int = 0
    delete: int = 0
    forget: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole answer of one planning run. `changes` are in order of execution.

    `margins` are those of customers that have prices and whose seats were seen whole, by customer; `items` what plans
    give that is only counted. `commerce` is when Partner Center gave the oldest of the answers that were used, where it
    was not asked itself.
    """

    created_at: datetime
    source: Source
    scope: Scope
    changes: tuple[Change, ...] = ()
    drift: tuple[Change, ...] = ()
    unmanaged: Mapping[str, Mapping[str, int]] | None = None
    deferred: tuple[Deferred, ...] = ()
    reads: tuple[Reading, ...] = ()
    findings: tuple[Finding, ...] = ()
    margins: tuple[Margin, ...] = ()
    items: tuple[Counted, ...] = ()
    commerce: datetime | None = None

    @property
    def blocked(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.blocked)

    @property
    def refused(self) -> tuple[Change, ...]:
        """The blocked rows that do not only wait for somebody else."""
        return tuple(change for change in self.blocked if any(gate.is_error for gate in change.blocked))

    @property
    def executable(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if not change.blocked)

    @property
    def complete(self) -> bool:
        return not self.deferred

    @property
    def errored(self) -> bool:
        return any(finding.is_error for finding in self.findings)

    @property
    def applyable(self) -> bool:
        return bool(self.executable) and not self.errored and self.scope.refresh

    @property
    def counts(self) -> Counts:
        return count(self.changes)

    @property
    def corrections(self) -> tuple[Change, ...]:
        """The rows that undo what somebody changed outside."""
        return tuple(change for change in self.changes if change.cause in (Cause.DRIFT, Cause.CONFLICT))

    @property
    def units(self) -> int:
        return sum(change.units for change in self.changes)

    @property
    def monthly(self) -> dict[str, Money]:
        return total([change.cost.monthly for change in self.changes if change.cost])

    @property
    def commitment(self) -> dict[str, Money]:
        return total([change.cost.commitment for change in self.changes if change.cost])


def count(changes: tuple[Change, ...]) -> Counts:
    """How many rows add, change, unassign, delete and forget; blocked rows count, they are part of the plan."""
    by_action = dict.fromkeys(Action, 0)
    for change in changes:
        by_action[change.action] += 1
    return Counts(
        add=by_action[Action.CREATE] + by_action[Action.RESTORE],
        change=by_action[Action.UPDATE],
        unassign=by_action[Action.UNASSIGN],
        delete=by_action[Action.DELETE],
        forget=by_action[Action.FORGET],
    )
