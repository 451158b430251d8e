"""What groups hand out, held against what the files ask for: nothing is given twice, and nothing is left half given.

    settle(inputs, rows)       once all rows are drawn, and before any is held against reviewed plans
    ask_again(inputs, rows)    once it is known which rows stay, and before what cannot be is refused

A license that a group gives, or will give once the plan is carried out, is not assigned directly besides; one that a
group gives no more once the plan is carried out is. Joining and leaving one licensed group are two rows, because the
seats of those who leave may be what those who join are waiting for. Who is in a group and lacks nothing but a seat gets
a row: an error of count does not heal when seats are bought, somebody has to ask again (graph.md 7.5).

Must not: count seats. Questionable on purpose: whether the directory will really give it is not foreseen here; where it
has refused before, the direct license is assigned and the member is told of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from reconciler.core import demand, holding, parts
from reconciler.core.holding import OWN, Holdings
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.finding import Finding
from reconciler.model.resource import Live
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec
from reconciler.model.template import Mode

Unit: TypeAlias = tuple[str, Address]
AGAIN = "a member of the group without a seat until now; the directory is asked to give it again"


def settle(inputs: Inputs, rows: Rows) -> None:
    """Part the rows of licensed groups, and drop licenses that groups give anyway."""
    held = demand.today(inputs, rows)
    rows.changes = [half for change in rows.changes for half in _parted(held, change)]
    given = _given(held, rows)
    rows.changes = [change for change in rows.changes if not _is_given(held, change, given)]
    rows.reported = [change for change in rows.reported if not _is_given(held, change, given)]


def ask_again(inputs: Inputs, rows: Rows) -> None:
    """Add a row for every member who lacks nothing but a seat; tell of every one whom the directory refuses."""
    for change in list(_again(inputs, rows, demand.today(inputs, rows))):
        (rows.changes if change.cause is Cause.CONFIG else rows.reported).append(change)


def _parted(held: Holdings, change: Change) -> Iterator[Change]:
    """Who leaves, then who joins and everything else; the row itself where nobody leaves or nobody joins."""
    moving = [(part, bool(part.after)) for part in change.fields if holding.joined(held, change, part)]
    leaving = [part for part, joins in moving if not joins]
    if change.action is not Action.UPDATE or not leaving or len(leaving) == len(moving):
        yield change
        return
    rest, gone = parts.apart(change, leaving)
    yield from (half for half in (gone, rest) if half)


def _given(held: Holdings, rows: Rows) -> dict[Unit, frozenset[str]]:
    """From which groups whoever is moved by a row has a unit in the end."""
    found: dict[Unit, frozenset[str]] = {}
    moving = sorted(holding.shifts(held, rows.changes), key=lambda shift: shift.gains)  # who leaves and joins stays
    for shift in moving:
        known = (shift.pool, shift.holder)
        sources = found.get(known, held.of(*known) - {OWN})
        found[known] = sources | {shift.source} - {OWN} if shift.gains else sources - {shift.source}
    return found


def _is_given(held: Holdings, change: Change, given: dict[Unit, frozenset[str]]) -> bool:
    kind = held.kinds.get(change.address.kind)
    if kind is None or not kind.pooled or change.action is not Action.CREATE or change.desired is None:
        return False
    known = holding.unit(kind, change.address.customer, change.desired.spec)
    return known is not None and bool(given.get(known, held.of(*known) - {OWN}))


def _again(inputs: Inputs, rows: Rows, held: Holdings) -> Iterator[Change]:
    served = {(shift.pool, shift.holder) for shift in holding.shifts(held, rows.changes) if shift.gains}
    leaving = {(change.remote_id, who) for change in rows.changes for who in _leaving(held, change)}
    gone = {change.address for change in rows.changes if change.action is Action.DELETE}
    for (pool, holder), (live, given) in sorted(held.states.items()):
        if (pool, holder) in served or holder in gone or held.of(pool, holder):
            continue
        groups = [held.handing[source] for source in sorted(given) if source in held.handing]
        groups = [g for g in groups if g.gives(pool, holder) and (g.source, holder) not in leaving]
        standings = {given[group.source] for group in groups}
        if Standing.SHORT in standings:
            yield from _asked_again(inputs, live)
        elif groups:
            rows.findings.append(_refused(inputs, groups[0].address, holder, live))


def _leaving(held: Holdings, change: Change) -> Iterator[Address]:
    for part in change.fields:
        if not part.after and (holder := holding.joined(held, change, part)):
            yield holder


def _asked_again(inputs: Inputs, live: Live[Spec]) -> Iterator[Change]:
    kind = inputs.kind(live.address.kind)
    fields = kind.retried(live)
    if fields and inputs.customer.mode(kind.group) not in (Mode.OBSERVE, Mode.CREATE_ONLY):
        yield Change(
            live.address,
            Action.UPDATE,
            Reason.DECLARED,
            inputs.cause_without_memory(kind.group),
            fields,
            remote_id=live.remote_id,
            note=AGAIN,
            origin=inputs.customer.origin,
            live=live,
        )


def _refused(inputs: Inputs, group: Address, holder: Address, live: Live[Spec]) -> Finding:
    why = "; ".join(inputs.kind(live.address.kind).remarks(live))
    return Finding(
        codes.MEMBER_WITHOUT_LICENSE,
        f"{holder} is a member of {group} and does not get {live.address} from it: {why}.",
        "Mend that at the customer, then let the directory try again (reprocess the license assignment of the user).",
        address=live.address,
        origin=inputs.customer.origin,
    )
