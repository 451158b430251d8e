"""Rows that put back what changes in mid-term take away: what is arranged for the end of a subscription's term.

    beside(inputs, rows)     for what this plan changes: the service deletes the arrangement, the same step restores it,
                             unless a row of `scheduling.py` makes a new one, or it has too few seats by now
    pending(inputs, rows)    for what an earlier run took and did not put back: killed in between, or refused

Debts of earlier runs are settled three ways: put back where the arrangement is absent and everything else is as our own
write left it; let go, with a finding, where somebody else has changed the resource since or the term has ended; settled
silently where there is an arrangement. Must not: invent an arrangement, or overwrite somebody's.

Questionable on purpose: an arrangement that is there settles a debt only if the resource is as our write left it, or
the debt is older than `LAG`. A replica that has not seen the write shows the arrangement too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.core import ending, splitting
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Finding
from reconciler.model.renewal import Facts, Owed, Renewal
from reconciler.model.resource import Live
from reconciler.model.spec import Spec
from reconciler.model.template import Mode

FIELD = "renewal"
LAG = timedelta(minutes=90)  # longer than a run and the replication of what it wrote last
TAKEN_HERE = "a change in mid-term takes away what is arranged for the renewal: it is put back in the same step"
TAKEN_BEFORE = "put back the renewal schedule that run {run} removed"


def pending(inputs: Inputs, rows: Rows) -> None:
    """Add the rows that pay debts of earlier runs; what needs no paying any more goes to `rows.released`."""
    for owed in inputs.debts:
        address, live = _live(rows, owed)
        if any(change.address == address and change.reason is Reason.UPGRADE for change in rows.changes):
            continue  # it goes with the upgrade, which may be under way and have taken it
        if live is None:
            if inputs.coverage(owed.address.kind).permits_removal:
                rows.released.append(owed)
            continue
        renewal = inputs.kind(address.kind).renewal(live)
        why = _why_not(renewal, owed, inputs.snapshot.now)
        if renewal is None or (renewal.text and _is_settled(renewal, owed, inputs.snapshot.now)):
            rows.released.append(owed)
        elif renewal.text:
            continue  # it may be the view of a replica that has not seen our write
        elif why:
            rows.released.append(owed)
            rows.findings.append(_let_go(inputs, address, owed, why))
        else:
            _take(inputs, rows, _row(inputs, live, replace(owed, address=address)))


def beside(inputs: Inputs, rows: Rows) -> None:
    """Add, for every resource that rows of the plan change, the row that puts back what they take away.

    Made anew at each call, because what changes may have been sized anew.
    """
    planned = (Reason.SCHEDULE,)
    rows.changes = [c for c in rows.changes if c.owed is None or c.owed.run or c.reason in planned]
    _leave_to_schedules(inputs, rows)
    changing: dict[Address, list[Change]] = {}
    for change in (*rows.changes, *splitting.taking(inputs, rows)):
        if change.action is Action.UPDATE and change.owed is None and not change.blocked and change.live:
            changing.setdefault(change.address, []).append(change)
    for address, changes in changing.items():
        live = rows.pairing.live_of[address]
        now = inputs.kind(address.kind).renewal(live)
        names = {field.name for change in changes for field in change.fields}
        if now is None or _scheduled(rows, address, now, changes) or names & now.contrary:
            continue
        renewal = _carried(inputs, _cut(inputs, live, now, changes), changes)
        if renewal is None or _is_too_small(rows, address, renewal.seats):
            continue
        taken = Owed(
            address, live.remote_id, renewal.text, renewal.document, tuple(_states(renewal, changes)), renewal.ends
        )
        owed = _owed(inputs, renewal, taken, changes)
        if owed.text:
            for drawer in (rows.changes, rows.reported, rows.unreviewed):
                drawer[:] = [c for c in drawer if c.owed is None or c.address != address]
            rows.changes.append(_row(inputs, live, owed))


def _leave_to_schedules(inputs: Inputs, rows: Rows) -> None:
    """Drop what would put back an arrangement where a row makes a new one or wants another end of the term, or where it
    has too few seats by now."""
    planned = {change.address for change in rows.changes if change.reason is Reason.SCHEDULE and not change.blocked}
    decided = {change.address for change in rows.changes if not change.blocked and _is_contrary(inputs, change)}
    asked = {change.address for change in rows.changes if ending.interrupts(change)}  # nobody has consented yet
    for drawer in (rows.changes, rows.reported, rows.unreviewed):
        for change in [c for c in drawer if c.owed and c.reason is Reason.RENEWAL]:
            assert change.owed is not None
            seats = inputs.kind(change.address.kind).seats_of(change.owed.document)
            small = _is_too_small(rows, change.address, seats)
            if small or change.address in planned | decided:
                drawer.remove(change)
            if (small or change.address in decided - asked) and change.owed not in rows.released:
                rows.released.append(change.owed)


def _is_contrary(inputs: Inputs, change: Change) -> bool:
    """True for a row that wants another end of the term than whatever was arranged."""
    renewal = inputs.kind(change.address.kind).renewal(change.live) if change.live and not change.owed else None
    if renewal is None:
        return False
    return change.action is Action.DELETE or any(part.name in renewal.contrary for part in change.fields)


def _is_too_small(rows: Rows, address: Address, seats: int | None) -> bool:
    return seats is not None and seats < rows.renewing.get(address, seats)


def _scheduled(rows: Rows, address: Address, renewal: Renewal, changes: Sequence[Change]) -> bool:
    """True where a row of the plan arranges the renewal: it then also knows what the changes of the plan leave."""
    for place, change in enumerate(rows.changes):
        if change.address == address and change.reason is Reason.SCHEDULE and change.owed:
            before = () if _upgrade(changes) else (renewal.after({}),)  # what is arranged is of another product
            left = (*before, *_states(renewal, changes))
            rows.changes[place] = replace(change, owed=replace(change.owed, left=left))
            return not change.blocked
    return False


def _owed(inputs: Inputs, renewal: Renewal, taken: Owed, changes: Sequence[Change]) -> Owed:
    """What the changes of this plan will owe: what they take, or what an earlier run took and still owes."""
    debt = next((owed for owed in inputs.debts if _is_of(taken.address, taken.remote_id, owed)), None)
    if debt is None or (renewal.text or debt.text) != debt.text:
        return taken
    upgraded = _carried(inputs, Renewal(debt.text, debt.document, {}), changes) if _upgrade(changes) else None
    if upgraded:  # begun by an earlier run, it has taken the arrangement already
        debt = replace(debt, text=upgraded.text, document=upgraded.document)
    elif not renewal.text and _why_not(renewal, debt, inputs.snapshot.now):
        return taken
    states = tuple(state for state in taken.left if state not in debt.left)
    return replace(debt, address=taken.address, left=(*debt.left, *states))


def _upgrade(changes: Sequence[Change]) -> Change | None:
    return next((change for change in changes if change.reason is Reason.UPGRADE), None)


def _cut(inputs: Inputs, live: Live[Spec], renewal: Renewal, changes: Sequence[Change]) -> Renewal:
    """Without the seats that go where some of them become another subscription."""
    kind = inputs.kind(live.address.kind)
    supply, left = kind.supplies(live), _plain(changes).get("quantity")
    if renewal.seats is None or supply is None or not isinstance(left, int) or left >= supply.quantity:
        return renewal
    if renewal.seats <= left:
        return renewal
    return kind.rescheduled(live, max(left, renewal.seats - (supply.quantity - left))) or renewal


def _carried(inputs: Inputs, renewal: Renewal | None, changes: Sequence[Change]) -> Renewal | None:
    """What is put back: the same, or what it is once the resource has become another product."""
    change = _upgrade(changes)
    if renewal is None or change is None or change.desired is None or change.live is None:
        return renewal
    return inputs.kind(change.address.kind).carried(renewal, change.desired, change.live)


def _states(renewal: Renewal, changes: Sequence[Change]) -> Iterator[Facts]:
    """How the resource may be found if the run dies: after any one of the writes, and after all of them.

    An upgrade changes all that it changes at once, and comes first.
    """
    upgrade = _upgrade(changes)
    first = _plain([upgrade]) if upgrade else {}
    plain = {**first, **_plain([change for change in changes if change is not upgrade])}
    for name, value in plain.items() if len(plain) > 1 else ():
        yield renewal.after({**first, name: value})
    yield renewal.after(plain)


def _plain(changes: Sequence[Change]) -> dict[str, str | int | bool | None]:
    values = {field.name: field.after for change in changes for field in change.fields}
    return {name: value for name, value in values.items() if not isinstance(value, tuple)}


def _is_settled(renewal: Renewal, owed: Owed, now: datetime) -> bool:
    if renewal.text != owed.text or owed.is_as_left(renewal.facts):
        return True
    return now - datetime.fromisoformat(owed.at) > LAG


def _why_not(renewal: Renewal | None, owed: Owed, now: datetime) -> str:
    """Why an arrangement that is gone is not put back, as the end of a sentence; "" where it is."""
    if owed.ends and (now > owed.ends or (renewal and renewal.ends and renewal.ends > owed.ends)):
        return f"the term that it was arranged for ended on {owed.ends.date().isoformat()}"
    if renewal and not owed.is_as_left(renewal.facts):
        return "somebody has changed the subscription since"
    return ""


def _row(inputs: Inputs, live: Live[Spec], owed: Owed) -> Change:
    desired = inputs.customer.resources.get(owed.address)
    return Change(
        owed.address,
        Action.UPDATE,
        Reason.RENEWAL,
        Cause.CONFIG,
        (FieldChange((FIELD,), None, owed.text),),
        remote_id=live.remote_id,
        note=TAKEN_BEFORE.format(run=owed.run) if owed.run and not getattr(live.spec, FIELD) else TAKEN_HERE,
        origin=desired.origin if desired else inputs.customer.origin,
        live=live,
        owed=owed,
    )


def _take(inputs: Inputs, rows: Rows, change: Change) -> None:
    mode = inputs.customer.mode(inputs.kind(change.address.kind).group)
    (rows.reported if mode in (Mode.OBSERVE, Mode.CREATE_ONLY) else rows.changes).append(change)


def _let_go(inputs: Inputs, address: Address, owed: Owed, why: str) -> Finding:
    desired = inputs.customer.resources.get(address)
    return Finding(
        codes.RENEWAL_LET_GO,
        f"Run {owed.run} took away what was arranged for the renewal of {address} ({owed.text}); it is not put back, "
        f"because {why}.",
        "If it is still wanted, arrange it again at Partner Center.",
        address=address,
        origin=desired.origin if desired else inputs.customer.origin,
    )


def _live(rows: Rows, owed: Owed) -> tuple[Address, Live[Spec] | None]:
    """The resource that something is owed to, with the address that it has in this plan."""
    found = ((a, live) for a, live in rows.pairing.live_of.items() if _is_of(a, live.remote_id, owed))
    return next(found, (owed.address, None))


def _is_of(address: Address, remote_id: str, owed: Owed) -> bool:
    return address.kind == owed.address.kind and remote_id == owed.remote_id
