"""People for whom there is no seat, and people of whom it is not known: their rows are blocked, or wait.

Who loses one license and gains another in the same step keeps the old one when the new one cannot be given: nobody is
left without service by half a move. Must not: choose seats or subscriptions (`sizing.py`).

Questionable on purpose: all releases of that step are held back, also of a license that the blocked one would not have
replaced. Which license stands in for which is known to nobody but the person who wrote the plans.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding

Fold = tuple[str, Address]


def unread(inputs: Inputs) -> str:
    """Why nobody knows how many seats there are or who holds them; "" where that is known."""
    for kind in inputs.kinds:
        coverage = inputs.coverage(kind.name)
        if (kind.pooled or kind.supplying) and not coverage.permits_create:
            return coverage.reason
    return ""


def wait(inputs: Inputs, rows: Rows, why: str) -> None:
    """Put off whoever would take a seat, and what they would give up for it."""
    held = {_fold(inputs, change) for change in rows.changes if _gains(inputs, change)}
    found, rows.changes = rows.changes, []
    for change in found:
        if _gains(inputs, change) or _is_given_up(inputs, change, held):
            rows.defer(change.address.kind, why, change.address)
        else:
            rows.changes.append(change)
    for address, desired in sorted(inputs.customer.resources.items()):
        if address in rows.pairing.live_of and inputs.kind(address.kind).seat_rule(desired):
            rows.defer(address.kind, why, address)


def block(inputs: Inputs, rows: Rows, found: Demand, short: int, why: str) -> bool:
    """Block the last `short` licenses, by address: the same people whatever the order of files and answers.

    True if rows were blocked, so that the demand is another one.
    """
    unlucky = sorted(found.gains.values(), key=lambda change: change.address)[-short:] if short else []
    return refuse(inputs, rows, unlucky, lambda change: no_seat(inputs, change, why))


def refuse(inputs: Inputs, rows: Rows, unlucky: list[Change], gate: Callable[[Change], Finding]) -> bool:
    """Block these rows, and hold back what they were to replace. True if there are any."""
    if not unlucky:
        return False
    names = {id(change) for change in unlucky}
    held = {_fold(inputs, change): change for change in unlucky if _gains(inputs, change)}
    for number, change in enumerate(rows.changes):
        if id(change) in names:
            rows.changes[number] = replace(change, blocked=(*change.blocked, gate(change)))
        elif not change.blocked and _is_given_up(inputs, change, set(held)):
            gained = held[_fold(inputs, change)]
            rows.changes[number] = replace(change, blocked=(_kept(change, gained),))
    return True


def no_seat(inputs: Inputs, change: Change, why: str) -> Finding:
    """The gate of a license that nobody has a seat for."""
    pool = inputs.kind(change.address.kind).draws(change.desired.spec) if change.desired else ""
    return Finding(
        codes.NO_SEATS,
        f"{change.address} needs a seat of {pool} and there is none: {why}.",
        "Raise max or the number of seats, release somebody's license, or declare a subscription for it.",
        address=change.address,
        origin=change.origin,
    )


def _gains(inputs: Inputs, change: Change) -> bool:
    pooled = inputs.kind(change.address.kind).pooled
    return pooled and change.action is Action.CREATE and not change.blocked


def _is_given_up(inputs: Inputs, change: Change, folds: set[Fold]) -> bool:
    return change.action is Action.UNASSIGN and _fold(inputs, change) in folds


def _fold(inputs: Inputs, change: Change) -> Fold:
    return change.address.kind, inputs.kind(change.address.kind).fold(change)


def _kept(change: Change, gained: Change) -> Finding:
    return Finding(
        codes.NEEDS_BLOCKED,
        f"{change.address} stays as long as {gained.address}, which takes its place, cannot be given.",
        address=change.address,
        origin=change.origin,
    )
