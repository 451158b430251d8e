"""What reviewed plans allow a run to do: the plan as a constraint, never as an authority (interface.md 4).

    of(planfile) -> Constraint          one reviewed plan
    union(constraints) -> Constraint    several plans, reviewed since the last completed apply
    constraint.allows(change) -> bool   a row of the plan that was just made anew
    constraint.is_stale(change) -> bool an allowed row whose values before are not those that were reviewed

Two rows are the same row if address, action and managed after-values are equal; what was there before is a
precondition and does not take part. A value that is as it shall be by now is no field of the new row any more: an
update may therefore show fewer fields than were reviewed, as long as the files still want the others.

Rows of a pool (`units` not 0) are never matched by absolute value, because two pull requests that each plan 10 -> 11
end at 12: they are kept apart, as the sum of units and monthly cost per resource; of an order everything else is
compared. Giving units back is bounded by the sum in the same way: nobody has reviewed a larger reduction. Units to
renew with may be more than was reviewed, because that is no more than there are, and never fewer.

This module must not decide whether the rows that cause a demand are allowed: the caller asks `allows` for those.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from reconciler.core import diff, digests, orders, references, splitting
from reconciler.core.codec import PlanFile
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, FieldChange, Reason, Value

Path: TypeAlias = tuple[str, ...]
Identity: TypeAlias = tuple[Address, Action, tuple[tuple[Path, Value], ...]]
# A resource of which units are bought or given back, and whether it is made by that.
Pooled: TypeAlias = tuple[Address, Action]
# One value of one resource that a reviewed plan would set.
Wanted: TypeAlias = tuple[Address, Action, Path, Value]


@dataclass(frozen=True, slots=True)
class SeatSum:
    """Units and monthly cost (per currency) that reviewed plans showed for one pooled resource."""

    units: int
    monthly: Mapping[str, Decimal]

    def plus(self, other: SeatSum) -> SeatSum:
        currencies = sorted(self.monthly.keys() | other.monthly.keys())
        zero = Decimal(0)
        sums = {name: self.monthly.get(name, zero) + other.monthly.get(name, zero) for name in currencies}
        return SeatSum(self.units + other.units, sums)

    def covers(self, change: Change) -> bool:
        """True when the row moves no more units than was shown, the same way, and adds no more monthly cost."""
        if not min(self.units, 0) <= change.units <= max(self.units, 0):
            return False
        if change.cost is None:
            return True
        cost = change.cost.monthly
        return cost.amount <= max(self.monthly.get(cost.currency, Decimal(0)), Decimal(0))


@dataclass(frozen=True, slots=True)
class Constraint:
    """What may run: rows by identity, what was there before each value, what pooled resources may grow by, the fewest
    units that they may be renewed with, and what upgrades may cost."""

    rows: frozenset[Identity]
    seats: Mapping[Pooled, SeatSum]
    before: Mapping[Wanted, frozenset[Value]] = field(default_factory=dict)
    renewing: Mapping[Address, int] = field(default_factory=dict)
    upgrades: Mapping[Address, SeatSum] = field(default_factory=dict)

    def allows(self, change: Change) -> bool:
        """True when a reviewed plan has this row; for a pooled row, when it stays within the sums shown."""
        if change.reason is Reason.RENEWAL:
            return self._changes(change.address)
        if change.reason is Reason.SCHEDULE:
            return _seats(change) >= self.renewing.get(change.address, math.inf)
        if change.units or change.reason is Reason.UPGRADE:
            return self._covers(change)
        known = identity(change)
        if known in self.rows:
            return True
        if change.action is Action.UPDATE:
            return self._has_rest_of(change, known)
        return change.action in references.MAKES and self._has_halves(known)

    def _covers(self, change: Change) -> bool:
        """True for seats within the sums shown, and for an upgrade of so many seats that costs no more."""
        if change.reason is Reason.UPGRADE:
            shown, is_same = self.upgrades.get(change.address), identity(change) in self.rows
        else:
            shown = self.seats.get((change.address, change.action))
            is_plain = change.action is Action.UPDATE and splitting.joined_from(change) is None
            is_same = is_plain or identity(orders.unsized(change)) in self.rows
        return is_same and shown is not None and shown.covers(change)

    def is_stale(self, change: Change) -> bool:
        """True when the row would change a value that somebody has changed since it was reviewed."""
        if change.units or change.reason in (Reason.RENEWAL, Reason.SCHEDULE):
            return False
        row = digests.masked(change)
        return any(part.before not in self._seen(row, part) for part in row.fields)

    def _seen(self, row: Change, part: FieldChange) -> frozenset[Value]:
        """What was there when the value was reviewed, also where it was to be set later than the rest of its row."""
        later = self.before.get((row.address, Action.UPDATE, part.path, part.after), frozenset())
        found = self.before.get(_wanted(row, part), frozenset())
        return found | later if row.action in references.MAKES else found

    def _changes(self, address: Address) -> bool:
        """True when a reviewed plan changes this resource: who reviewed that, reviewed that it keeps its renewal."""
        return (address, Action.UPDATE) in self.seats or any(row[0] == address for row in self.rows)

    def _has_halves(self, known: Identity) -> bool:
        """True for a row that makes something of which values were reviewed apart: those that were blocked then."""
        address, action, values = known
        later = {value for row in self.rows if row[:2] == (address, Action.UPDATE) for value in row[2]}
        made = [set(row[2]) for row in self.rows if row[:2] == (address, action)]
        return any(one < set(values) and set(values) - one <= later for one in made)

    def _has_rest_of(self, change: Change, known: Identity) -> bool:
        """True when every value was reviewed and the values reviewed with it are there already or in another row."""
        values = set(known[2])
        reviewed = [set(row[2]) for row in self.rows if row[:2] == known[:2] and values & set(row[2])]
        if not values or not values <= set().union(*reviewed):
            return False
        return all(_still_wanted(change, path, after) for row in reviewed for path, after in row - values)


def identity(change: Change) -> Identity:
    """`Change.identity` without secrets and in order of the paths, so that it survives a plan file."""
    address, action, values = digests.masked(change).identity
    return address, action, tuple(sorted(values, key=lambda pair: pair[0]))


def of(file: PlanFile) -> Constraint:
    """The constraint that one plan file is. Blocked rows take part: a consent may lift their gate later."""
    seats: dict[Pooled, SeatSum] = {}
    for change in file.plan.changes:
        if change.units:
            shown, where = _sum(change), (change.address, change.action)
            known = seats.get(where)
            seats[where] = known.plus(shown) if known else shown
    plain = [digests.masked(_plain(c)) for c in file.plan.changes if not _is_pooled(c)]
    before = {_wanted(row, part): frozenset({part.before}) for row in plain for part in row.fields}
    renewing = {c.address: _seats(c) for c in file.plan.changes if c.reason is Reason.SCHEDULE}
    upgrades = {c.address: _sum(c) for c in file.plan.changes if c.reason is Reason.UPGRADE}
    return Constraint(frozenset(map(identity, plain)), seats, before, renewing, upgrades)


def _is_pooled(change: Change) -> bool:
    """True for a row of which nothing is reviewed but sums; seats that are another's are reviewed by name."""
    return bool(change.units) and change.action is Action.UPDATE and splitting.joined_from(change) is None


def _plain(change: Change) -> Change:
    return orders.unsized(change) if change.units else change


def union(constraints: Iterable[Constraint]) -> Constraint:
    """What several reviewed plans allow together: the rows of any, and the sums of all."""
    rows: frozenset[Identity] = frozenset()
    seats: dict[Pooled, SeatSum] = {}
    before: dict[Wanted, frozenset[Value]] = {}
    renewing: dict[Address, int] = {}
    upgrades: dict[Address, SeatSum] = {}
    for constraint in constraints:
        rows |= constraint.rows
        upgrades.update(constraint.upgrades)
        renewing.update({a: min(n, renewing.get(a, n)) for a, n in constraint.renewing.items()})
        before.update({key: before.get(key, frozenset()) | values for key, values in constraint.before.items()})
        for where, shown in constraint.seats.items():
            seats[where] = seats[where].plus(shown) if where in seats else shown
    return Constraint(rows, seats, before, renewing, upgrades)


def _wanted(change: Change, part: FieldChange) -> Wanted:
    return change.address, change.action, part.path, part.after


def _still_wanted(change: Change, path: Path, after: Value) -> bool:
    """True when the files want that value of a resource, although this row does not change it."""
    desired = change.desired
    return desired is not None and path[0] in desired.managed and diff.value_at(desired.spec, path) == after


def _seats(change: Change) -> int:
    """The units that a row renews a resource with."""
    return next(part.after for part in change.fields if isinstance(part.after, int))


def _sum(change: Change) -> SeatSum:
    cost = change.cost.monthly if change.cost else None
    return SeatSum(change.units, {cost.currency: cost.amount} if cost else {})
