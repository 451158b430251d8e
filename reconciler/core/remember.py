"""What the ledger keeps after a run: ids and salted digests, of what is settled and of nothing else.

Settled is what was seen at the customer as the files want it, by reading or by a verified write. A difference that
is only reported keeps the digests of the last apply, so that it stays the same drift tomorrow. Nothing here decides
what is written to a cloud.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.core import attempts, classify, diff
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.event import Outcome
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.model.purchase import Purchase
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec, references

GONE = (Action.UNASSIGN, Action.DELETE, Action.FORGET)
OPEN = (LedgerStatus.CREATING, LedgerStatus.HANDOVER)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which run remembers: its id, the commit it applied, and when (ISO 8601, UTC)."""

    run: str
    commit: str
    at: str


def settled(inputs: Inputs, rows: Rows) -> CustomerLedger | None:
    """The memory with everything that is at the customer as the files want it, or None where that is nothing new."""
    open_rows = {c.address for c in (*rows.changes, *rows.reported, *rows.unreviewed)} | rows.outside
    found: dict[Address, LedgerEntry] = {}
    for desired, live in rows.pairing.pairs:
        if live is None or live.deleted or desired.address in open_rows:
            continue
        if inputs.kind(desired.address.kind).observed:
            continue
        kind = inputs.kind(desired.address.kind)
        supply = kind.supplies(live) if kind.seat_rule(desired) else None
        counted = kind.sized(desired, supply.quantity) if supply else desired
        values = {name: getattr(live.spec, name) for name in counted.managed}
        entry = _entry(inputs.ledger, counted, live.remote_id, values)
        known = inputs.ledger.resources.get(desired.address)
        if known is None or not _same(known, entry):
            found[desired.address] = entry
    found |= _unattributed(inputs, rows)
    stale = [*_renamed(inputs, found), *rows.orphans]
    if not found and not stale and inputs.ledger.known and not rows.recalled:
        return None
    return inputs.ledger.without(stale).remembering(found)


def _unattributed(inputs: Inputs, rows: Rows) -> dict[Address, LedgerEntry]:
    """Differences that are only reported because nobody can tell who made them: they stay that tomorrow.

    Without this the memory that any apply begins would make them look new in the files, and the next apply execute
    them: an account that somebody blocked would be unblocked.
    """
    doubles = [c for c in rows.changes if any(gate.code is codes.LOOKS_LIKE_A_RENAME for gate in c.blocked)]
    unmade = {c.address for c in doubles if c.action is Action.CREATE} - inputs.ledger.resources.keys()
    found = {address: LedgerEntry("", LedgerStatus.REPORTED) for address in sorted(unmade)}
    for change in rows.reported:
        known = found.get(change.address) or inputs.ledger.resources.get(change.address)
        if change.cause not in (Cause.ADOPT, Cause.UNKNOWN) or change.desired is None:
            continue
        if change.action in (Action.CREATE, Action.RESTORE):
            if known is None:
                found[change.address] = LedgerEntry("", LedgerStatus.REPORTED)
        elif change.live is not None:
            entry = known if known and known.id else _baseline(inputs, rows, change.desired, change.live)
            noted = _noted(inputs.ledger, entry, change)
            if noted != known:
                found[change.address] = noted
    return found


def _baseline(inputs: Inputs, rows: Rows, desired: Desired[Spec], live: Live[Spec]) -> LedgerEntry:
    """A first entry: everything managed as it is wanted and as it is, without what rows of this plan change."""
    entry = _entry(inputs.ledger, desired, live.remote_id, {name: getattr(live.spec, name) for name in desired.managed})
    changed = {
        classify.path_key(field.path, inputs.ledger)
        for change in rows.changes
        if change.address == desired.address
        for field in change.fields
    }
    wanted = {path: digest for path, digest in entry.desired.items() if path not in changed}
    return replace(entry, status=LedgerStatus.APPLIED, desired=wanted)


def _noted(ledger: CustomerLedger, entry: LedgerEntry, change: Change) -> LedgerEntry:
    """The entry with both sides of each difference of the row, unless it has them.

    Of seats nobody needs the wanted number is noted for both: until they are gone they count as bought outside.
    """
    desired, live = dict(entry.desired), dict(entry.live)
    for part in change.fields:
        path = classify.path_key(part.path, ledger)
        if len(part.path) == 2 and isinstance(part.after, bool):
            if part.after:
                desired.setdefault(path, "1")
        elif change.units:
            desired[path] = live[path] = ledger.digest(part.after)
        elif path not in desired:
            desired[path], live[path] = ledger.digest(part.after), ledger.digest(part.before)
    return replace(entry, desired=desired, live=live)


def after(ledger: CustomerLedger, outcomes: Iterable[Outcome], stamp: Stamp) -> CustomerLedger:
    """The memory once these rows have ended; only rows that ended well change it."""
    for outcome in outcomes:
        if outcome.status.settled:
            ledger = _applied(ledger, outcome, stamp)
    return ledger


def creating(ledger: CustomerLedger, change: Change, stamp: Stamp) -> CustomerLedger:
    """Written ahead of a create that makes a secret: if the run dies now, the secret is known to be open.

    The stamp's time is the services' own, as the create is sent: by it the object is told from somebody else's.
    """
    entry = LedgerEntry("", LedgerStatus.CREATING, stamp.commit, stamp.at, stamp.run)
    return ledger.remembering({change.address: entry})


def buying(ledger: CustomerLedger, address: Address, purchase: Purchase | None, stamp: Stamp) -> CustomerLedger:
    """Written ahead of an order, and when its id is known; None where it is known that the cart bought nothing.

    What is upgraded is there and stays remembered.
    """
    known = ledger.resources.get(address)
    if purchase is None:
        if known is None or not known.id:
            return ledger.without([address])
        return ledger.remembering({address: replace(known, status=LedgerStatus.APPLIED, cart="", order="")})
    entry = known if known and known.id else LedgerEntry("", commit=stamp.commit)
    entry = replace(entry, status=LedgerStatus.ORDERING, at=purchase.at, run=stamp.run)
    return ledger.remembering({address: replace(entry, cart=purchase.cart, order=purchase.order)})


def made(ledger: CustomerLedger, change: Change, remote_id: str, stamp: Stamp) -> CustomerLedger:
    """Written once the service has said which object the create made, before its secret is handed over."""
    known = ledger.resources.get(change.address, LedgerEntry("", LedgerStatus.CREATING, stamp.commit, stamp.at))
    entry = replace(known, id=remote_id, status=LedgerStatus.HANDOVER, run=stamp.run)
    return ledger.remembering({change.address: entry})


def resetting(ledger: CustomerLedger, change: Change, stamp: Stamp) -> CustomerLedger:
    """Written ahead of a reset that was asked for: if the run dies now, nobody knows the password."""
    known = ledger.resources.get(change.address, LedgerEntry(change.remote_id))
    entry = known if known.status in OPEN else replace(known, status=LedgerStatus.HANDOVER, run=stamp.run)
    return ledger.remembering({change.address: entry})


def refused(ledger: CustomerLedger, change: Change, stamp: Stamp) -> CustomerLedger:
    """Written once the service has said that the create, or the reset, of this run made nothing."""
    known = ledger.resources.get(change.address)
    if change.reason is Reason.ASKED and known and known.run == stamp.run:
        return ledger.remembering({change.address: replace(known, status=LedgerStatus.APPLIED)})
    mine = known is not None and attempts.is_open(known) and known.run == stamp.run
    return ledger.without([change.address]) if mine else ledger


def _applied(ledger: CustomerLedger, outcome: Outcome, stamp: Stamp) -> CustomerLedger:
    change = outcome.change
    if change.action in GONE:
        return ledger.without([change.address])
    known = ledger.resources.get(change.address, LedgerEntry(""))
    if change.action is Action.HANDOVER:
        entry = replace(known, status=LedgerStatus.APPLIED)
        return ledger.remembering({change.address: entry}) if change.address in ledger.resources else ledger
    if change.desired is None:
        return ledger
    if change.desired.exists and change.reason is Reason.NOT_IN_FILES:
        return ledger.without([change.address])
    made = _digests(ledger, change.desired, _after_values(change))
    removed = {classify.path_key(f.path, ledger) for f in change.fields if f.after is False and len(f.path) == 2}
    entry = LedgerEntry(
        outcome.remote_id or known.id or change.remote_id,
        known.status if known.status in OPEN else LedgerStatus.APPLIED,
        stamp.commit,
        stamp.at,
        stamp.run,
        change.desired.protect,
        {path: digest for path, digest in {**known.desired, **made}.items() if path not in removed},
        {path: digest for path, digest in {**known.live, **made}.items() if path not in removed},
    )
    return ledger.remembering({change.address: entry})


def _after_values(change: Change) -> dict[str, object]:
    """The managed values as they are once the row is done: what the row changed, and what was equal before.

    Of a set, the elements: one that another row of this plan adds is not there because this row is done.
    """
    desired = change.desired
    assert desired is not None
    if change.action in (Action.CREATE, Action.RESTORE):
        return {name: getattr(desired.spec, name) for name in desired.managed}
    live = change.live.spec if change.live else None
    elementwise = references(type(desired.spec))
    changed = {field.name for field in change.fields}
    added = {field.path for field in change.fields if field.after is True}
    values: dict[str, object] = {}
    for name in desired.managed:
        value, there = getattr(desired.spec, name), getattr(live, name, None)
        if name in elementwise and isinstance(value, frozenset):
            values[name] = frozenset(key for key in value if key in (there or ()) or (name, key) in added)
        elif value == there or name in changed:
            values[name] = value
    return values


def _entry(ledger: CustomerLedger, desired: Desired[Spec], remote_id: str, live: Mapping[str, object]) -> LedgerEntry:
    known = ledger.resources.get(desired.address, LedgerEntry(""))
    status = LedgerStatus.APPLIED if known.purchase else known.status
    wanted = {name: getattr(desired.spec, name) for name in desired.managed}
    return LedgerEntry(
        remote_id,
        status,
        known.commit,
        known.at,
        known.run,
        desired.protect,
        _digests(ledger, desired, wanted),
        _digests(ledger, desired, _ours(desired, live)),
    )


def _ours(desired: Desired[Spec], live: Mapping[str, object]) -> dict[str, object]:
    """Live values without elements that nobody declared: those are not ours to remember."""
    return {
        name: value & getattr(desired.spec, name) if isinstance(value, frozenset) else value
        for name, value in live.items()
    }


def _digests(ledger: CustomerLedger, desired: Desired[Spec], values: Mapping[str, object]) -> dict[str, str]:
    elementwise = references(type(desired.spec))
    found: dict[str, str] = {}
    for name, value in values.items():
        if name in elementwise and isinstance(value, frozenset):
            found.update({classify.path_key((name, key), ledger): "1" for key in value})
        else:
            found[name] = ledger.digest(diff.plain(value))
    return found


def _same(known: LedgerEntry, entry: LedgerEntry) -> bool:
    if known.status is not entry.status:
        return False
    return (known.id, known.protect, known.desired, known.live) == (entry.id, entry.protect, entry.desired, entry.live)


def _renamed(inputs: Inputs, found: Mapping[Address, LedgerEntry]) -> list[Address]:
    """Old names of what is now remembered under a new one."""
    known = inputs.ledger.resources
    return [old for old, new in inputs.customer.renames.items() if old in known and (new in found or new in known)]
