"""What the author of a change wrote, as rows: one customer's files in two versions, held against each other.

    rows(before, after, kinds, now) -> list[Change]

Either side may be missing: the customer is new, or gone. Nothing live takes part, so a row says what the files give now
and did not give before, and not what an apply would do: somebody may have done it already. Seats are those that the
files ask for, and what they cost is the catalog's price of them.

Must not: be given to an apply, or look like a plan. Questionable on purpose: of several subscriptions of one SKU that
follow demand, the first by name takes all of it. Which one a plan would choose depends on what is bought today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from reconciler.core import diff, price
from reconciler.core.price import PriceBook
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.kind import Kind
from reconciler.model.repository import DesiredCustomer, Placed, Tombstone
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import SeatRule, Supply
from reconciler.model.spec import Spec, owner, references
from reconciler.model.template import CatalogSku, Mode

LET_GO = "no longer in the files"
FOR_ALL = "it holds for the whole customer"
BURIED = {"delete": Action.DELETE, "cancel": Action.DELETE, "forget": Action.FORGET}
RULES = ("tenant", "connection", "rightsizing", "protect")


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a customer, and the catalog that holds for it."""

    customer: DesiredCustomer
    catalog: Mapping[str, CatalogSku] = field(default_factory=dict)


def rows(before: Side | None, after: Side | None, kinds: Sequence[Kind[Any, Any]], now: datetime) -> list[Change]:
    """Everything that differs, by kind and key; seats last of what causes them."""
    some = after or before
    if some is None:
        return []
    empty = Side(replace(some.customer, resources={}, tombstones={}, renames={}), some.catalog)
    comparison = _Comparison(before or empty, after or empty, kinds, now)
    found = [*comparison.rules(), *comparison.resources(), *comparison.buried()]
    rank = {kind.name: number for number, kind in enumerate(kinds)}
    return comparison.sized(sorted(found, key=lambda row: (rank[row.address.kind], row.address.key)))


def reported(change: Change, customer: DesiredCustomer, kinds: Sequence[Kind[Any, Any]]) -> bool:
    """True for a row that the customer's mode does not let anybody do."""
    group = next(kind.group for kind in kinds if kind.name == change.address.kind)
    mode = customer.mode(group)
    return mode is Mode.OBSERVE or (mode is Mode.CREATE_ONLY and change.action is not Action.CREATE)


class _Comparison:
    """Two versions of a customer."""

    def __init__(self, before: Side, after: Side, kinds: Sequence[Kind[Any, Any]], now: datetime) -> None:
        self._before, self._after, self._now = before, after, now
        self._kinds = {kind.name: kind for kind in kinds}
        self._old = _renamed(before.customer.resources, after.customer.renames, self._kinds)
        self._new = after.customer.resources

    def rules(self) -> Iterator[Change]:
        """The row of what holds for the whole customer."""
        old, new = self._before.customer, self._after.customer
        fields = [
            FieldChange((name,), diff.plain(getattr(old, name)), diff.plain(getattr(new, name)))
            for name in RULES
            if getattr(old, name) != getattr(new, name)
        ]
        for word, was, now in (("manage", old.modes, new.modes), ("on_drift", old.on_drift, new.on_drift)):
            names = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
            fields += [FieldChange((word, name), was.get(name), now.get(name)) for name in names]
        if fields:
            address = Address(new.key, "customer", new.key)
            yield Change(
                address, Action.UPDATE, Reason.DECLARED, Cause.CONFIG, tuple(fields), origin=new.origin, note=FOR_ALL
            )

    def resources(self) -> Iterator[Change]:
        """The rows of what is new, differs, or is not given any more."""
        for address in sorted(self._old.keys() | self._new.keys()):
            old, new = self._old.get(address), self._new.get(address)
            if new is None:
                assert old is not None, "it is in one of both"
                yield from self._dropped(old)
            elif old is None and not new.exists:
                yield self._made(new)
            else:
                yield from self._changed(old, new)

    def buried(self) -> Iterator[Change]:
        """The rows of what a new tombstone asks for."""
        old, new = self._before.customer, self._after.customer
        for address, placed in sorted(new.tombstones.items(), key=lambda pair: pair[0]):
            known = old.tombstones.get(address)
            if known is None or known.document != placed.document:
                yield self._asked(_buried(address, placed), placed)
        if new.gone and (old.gone is None or old.gone.document != new.gone.document):
            yield _buried(Address(new.key, "customer", new.key), new.gone)

    def _asked(self, row: Change, placed: Placed) -> Change:
        """The row with the values that the tombstone asks for, where the files said what it buries."""
        old = self._old.get(row.address)
        if old is None or row.action is not Action.UPDATE:
            return row
        kind = self._kinds[row.address.kind]
        wanted = kind.tombstone(Live(row.address, "", old.spec), _tombstone(placed).asked)
        return replace(row, fields=diff.creation(wanted.spec, wanted.managed)) if wanted else row

    def sized(self, found: list[Change]) -> list[Change]:
        """The rows with the seats that the files ask for, and rows of their own where nothing else changes."""
        kept = [self._old[row.address] for row in found if row.action is Action.FORGET and row.address in self._old]
        old = self._seats(self._before, self._old.values())
        new = self._seats(self._after, (*self._new.values(), *kept))  # who is let go of keeps the license
        by_address = {row.address: index for index, row in enumerate(found)}
        extra = []
        for address in sorted(new.keys() & self._new.keys()):
            units = new[address] - old.get(address, 0)
            if not units:
                continue
            known = found[by_address[address]] if address in by_address else None
            row = self._priced(known or self._of_seats(self._new[address]), old.get(address, 0), new[address])
            if known:
                found[by_address[address]] = row
            else:
                extra.append(row)
        return [*found, *extra]

    def _made(self, new: Desired[Spec]) -> Change:
        kind = self._kinds[new.address.kind]
        defaults = self._after.customer.defaults
        spec = kind.on_create(new, defaults)
        fields = diff.creation(spec, (new.managed | spec.model_fields_set) - kind.key_fields)
        note = kind.note_on_create(new, defaults)
        return Change(
            new.address, Action.CREATE, Reason.DECLARED, Cause.CONFIG, fields, note=note, origin=new.origin, desired=new
        )

    def _changed(self, old: Desired[Spec] | None, new: Desired[Spec]) -> Iterator[Change]:
        spec = old.spec if old else type(new.spec).model_construct(**dict.fromkeys(references(type(new.spec))))
        fields = diff.compare(new, Live(new.address, "", spec), lambda _name, _element: True)
        protected = bool(old and old.protect) != new.protect
        if old and protected:
            fields = (*fields, FieldChange(("protect",), old.protect, new.protect))
        moved = self._former.get(new.address)
        if fields or moved:
            note = f"moved: it was {moved.key}" if moved else ""
            reason = Reason.RENAME if moved else Reason.DECLARED
            yield Change(new.address, Action.UPDATE, reason, Cause.CONFIG, fields, note=note, origin=new.origin)

    @property
    def _former(self) -> dict[Address, Address]:
        renames = self._after.customer.renames
        return {new: old for old, new in renames.items() if old in self._before.customer.resources}

    def _dropped(self, old: Desired[Spec]) -> Iterator[Change]:
        """What the files do not give any more: unassigned from who stays, else let go; a tombstone has its own row."""
        customer, kind = self._after.customer, self._kinds[old.address.kind]
        part_of = owner(old.spec)
        holder = Address(customer.key, *part_of) if part_of else None
        grave = customer.tombstones.get(holder) if holder else None
        asked = _tombstone(grave).asked if grave else ""
        if old.address in customer.tombstones or asked == "delete":
            return
        row = Change(old.address, Action.FORGET, Reason.NOT_IN_FILES, Cause.CONFIG, note=LET_GO, origin=customer.origin)
        removal = kind.on_removal(Live(old.address, "", old.spec))
        if old.exists:
            values = diff.creation(old.spec, old.managed)
            fields = tuple(FieldChange(one.path, one.after, False) for one in values if len(one.path) == 2)
            yield replace(row, action=Action.UPDATE, fields=fields)
        elif grave and asked == "disable":
            yield replace(_buried(old.address, grave), action=removal)
        elif holder and holder in self._new:
            yield replace(row, action=removal)
        else:
            yield row

    def _seats(self, side: Side, resources: Collection[Desired[Spec]]) -> dict[Address, int]:
        """How many seats the files ask for of each subscription that they size."""
        needed: dict[str, int] = {}
        for one in resources:
            pool = self._kinds[one.address.kind].draws(one.spec)
            if pool:
                needed[pool] = needed.get(pool, 0) + 1
        ruled = [(one, rule) for one in resources if (rule := self._kinds[one.address.kind].seat_rule(one))]
        found: dict[Address, int] = {}
        for one, rule in sorted(ruled, key=lambda pair: (pair[1].fixed is None, pair[0].address)):
            supply = self._supply(one)
            if supply is not None:
                found[one.address] = seats = _wanted(rule, needed.get(supply.sku, 0), side.catalog.get(supply.product))
                needed[supply.sku] = max(0, needed.get(supply.sku, 0) - seats)
        return found

    def _supply(self, desired: Desired[Spec]) -> Supply | None:
        return self._kinds[desired.address.kind].promises(desired, self._now)

    def _of_seats(self, new: Desired[Spec]) -> Change:
        return Change(new.address, Action.UPDATE, Reason.SEATS, Cause.CONFIG, origin=new.origin)

    def _priced(self, row: Change, before: int, after: int) -> Change:
        supply = self._supply(self._new[row.address])
        assert supply is not None, "only what supplies seats is sized"
        prices = PriceBook(self._after.catalog, self._after.customer.defaults.currency, self._now.date())
        cost = price.of(after - before, replace(supply, quantity=after), prices, self._now.date())
        if cost and row.action is not Action.CREATE:  # how long the term still runs, only Microsoft knows
            cost = replace(cost, commitment=cost.commitment.times(0), until="")
        seats = FieldChange(("quantity",), before if row.action is not Action.CREATE else None, after)
        fields = (*(one for one in row.fields if one.name != "quantity"), seats)
        return replace(row, fields=fields, units=after - before, cost=cost)


def _tombstone(placed: Placed) -> Tombstone:
    assert isinstance(placed.document, Tombstone)
    return placed.document


def _buried(address: Address, placed: Placed) -> Change:
    tombstone = _tombstone(placed)
    action = tombstone.asked
    reason = f": {tombstone.reason}" if tombstone.reason else ""
    note = f"{action}, by the tombstone at {placed.origin.file}:{placed.origin.line}{reason}"
    kind = BURIED.get(action, Action.UPDATE)
    return Change(
        address, kind, Reason.TOMBSTONE, Cause.CONFIG, note=note, origin=placed.origin, disruptive=action != "forget"
    )


def _renamed(
    resources: Mapping[Address, Desired[Spec]], renames: Mapping[Address, Address], kinds: Mapping[str, Kind[Any, Any]]
) -> dict[Address, Desired[Spec]]:
    """The resources under the names that they have after the renames, references and parts of them included."""
    if not renames:
        return dict(resources)
    new = {(old.kind, old.key): to.key for old, to in renames.items()}
    found = {}
    for address, one in resources.items():
        values: dict[str, object] = {}
        for name, ref in references(type(one.spec)).items():
            value = getattr(one.spec, name)
            if isinstance(value, str):
                values[name] = new.get((ref.kind, value), value)
            elif value:
                values[name] = frozenset(new.get((ref.kind, key), key) for key in value)
        spec = one.spec.model_copy(update=values)
        kind = kinds[address.kind]
        to = renames.get(address) or (address._replace(key=kind.key(spec)) if kind.owned else address)
        found[to] = one._replace(address=to, spec=spec)
    return found


def _wanted(rule: SeatRule, needed: int, line: CatalogSku | None) -> int:
    """The seats that a rule asks for where so many people need one."""
    if rule.fixed is not None:
        return rule.fixed
    least = max(rule.min, line.min if line else 1)
    wanted = max(least, needed + rule.buffer)
    return wanted if rule.max is None else min(wanted, rule.max)
