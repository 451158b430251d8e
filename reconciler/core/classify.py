"""Who made a difference: base (the ledger's digests), head (the files) and live, three ways (interface.md 2.11).

The base is compared by digest only, so that the ledger needs no values. Without a base nothing can be told apart:
where the customer's ledger is lost the cause is `unknown`, where only this resource is new to it, `adopt`. A
difference that was there when the base was written stays `adopt` until somebody moves.
"""

from __future__ import annotations

from reconciler.model.change import Cause, FieldChange
from reconciler.model.ledger import CustomerLedger, LedgerEntry


def path_key(path: tuple[str, ...], ledger: CustomerLedger) -> str:
    """How a field path is remembered: the element of a set as a digest, since it may be a person's name."""
    return path[0] if len(path) == 1 else f"{path[0]}/{ledger.digest(path[1])}"


def cause(change: FieldChange, entry: LedgerEntry | None, ledger: CustomerLedger) -> Cause:
    """Who made the difference that `change` removes."""
    if entry is None:
        return Cause.ADOPT if ledger.known else Cause.UNKNOWN
    key = path_key(change.path, ledger)
    elementwise = len(change.path) == 2 and isinstance(change.after, bool)
    if elementwise:
        return _cause_of_element(wanted_before=key in entry.desired, had_before=key in entry.live, change=change)
    if key not in entry.desired:
        return Cause.CONFIG if key not in entry.live else Cause.ADOPT
    head_moved = entry.desired[key] != ledger.digest(change.after)
    live_moved = entry.live.get(key) != ledger.digest(change.before)
    if head_moved and live_moved:
        return Cause.CONFLICT
    if not head_moved and not live_moved:
        return Cause.ADOPT
    return Cause.DRIFT if live_moved else Cause.CONFIG


def _cause_of_element(*, wanted_before: bool, had_before: bool, change: FieldChange) -> Cause:
    """An element is wanted or not, there or not: no conflict is possible, only who moved."""
    if change.after and wanted_before:
        return Cause.DRIFT if had_before else Cause.ADOPT
    if change.after:
        return Cause.CONFIG
    return Cause.CONFIG if wanted_before else Cause.DRIFT
