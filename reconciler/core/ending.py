"""Rows that decide what follows a term, or suspend and reactivate: apart from all others, refused, or told to wait.

    settle(inputs, rows)     gives each such value a row of its own, and holds back what the service would not take now
    renews(inputs, rows, s)  whether a subscription, as `supplied` gives it, goes on after its term

While a subscription is suspended nothing is taken but its reactivation, and around a renewal nothing is arranged
(partner-center.md 6.3, 13.3). What is held back for such a reason is advice and no row: there is nothing to do today.

Must not: suspend or end anything by itself, least of all to save: a suspended subscription is paid for (6.5).

Questionable on purpose: what is declared of the end of a suspended subscription is not told to wait where the files
suspend it. Suspending takes every arrangement away; a line in every plan until it is reactivated would say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.core import rightsize
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import ACTIVE, END, STATE, SUSPENDED, base_of
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason, Value
from reconciler.model.finding import Finding
from reconciler.model.renewal import Follows, Renewal
from reconciler.model.repository import Tombstone
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec


def settle(inputs: Inputs, rows: Rows) -> None:
    """Part the rows of subscriptions by what they decide; what waits becomes advice, what cannot be is blocked."""
    _bring_back(rows)
    for drawer in (rows.changes, rows.reported):
        drawer[:] = [part for change in drawer for part in _parted(inputs, rows, change)]
    supplying = {kind.name for kind in inputs.kinds if kind.supplying}
    for desired, live in rows.pairing.pairs:
        if desired.address.kind not in supplying or live is None:
            continue
        if _is_suspended(live) and STATE not in desired.managed:
            rows.findings.append(_found_suspended(desired))


def _bring_back(rows: Rows) -> None:
    """What suspending took away is no drift: whoever reactivates in the files gets the declared end with it."""
    back = {c.address for c in rows.changes if set_to(rows, c.address, STATE) == ACTIVE}
    told = [c for c in rows.reported if c.address in back and c.desired and END in {part.name for part in c.fields}]
    rows.reported = [change for change in rows.reported if change not in told]
    rows.changes = [_as_config(c) if c.address in back else c for c in (*rows.changes, *told)]


def _as_config(change: Change) -> Change:
    return replace(change, cause=Cause.CONFIG) if any(part.name == END for part in change.fields) else change


def set_to(rows: Rows, address: Address, name: str) -> Value:
    """What a row that runs sets a value to; None where none does."""
    return next(
        (
            part.after
            for change in rows.changes
            if change.address == address and change.action is Action.UPDATE and not change.blocked
            for part in change.fields
            if part.name == name
        ),
        None,
    )


def wanted(inputs: Inputs, rows: Rows, address: Address) -> str | None:
    """What the files want to follow the term, declared or by a tombstone; None where they say nothing of it."""
    desired = inputs.customer.resources.get(address)
    if desired is not None and END in desired.managed:
        return str(getattr(desired.spec, END))
    placed, found = inputs.customer.buried(address), set_to(rows, address, END)
    if placed and isinstance(placed.document, Tombstone) and placed.document.asked == "endOfTerm":
        return Follows.CANCEL
    return None if found is None else str(found)


def renews(inputs: Inputs, rows: Rows, supply: Supply) -> bool:
    """Whether it goes on in a term of its kind; what the files end never does, even where its row does not run."""
    if set_to(rows, supply.address, STATE) == SUSPENDED:
        return False
    if wanted(inputs, rows, supply.address) in (Follows.CANCEL, Follows.EXTEND):
        return False
    return supply.renews


def is_service_taken(change: Change) -> bool:
    """True for a row after which nobody is served, at once or from the end of the term on."""
    return any((part.name, part.after) in ((STATE, SUSPENDED), (END, Follows.CANCEL)) for part in change.fields)


def interrupts(change: Change) -> bool:
    """True for a row after which nobody is served by a subscription, at once."""
    if change.action is Action.DELETE:
        return change.units < 0
    return change.action is Action.UPDATE and any((p.name, p.after) == (STATE, SUSPENDED) for p in change.fields)


def _parted(inputs: Inputs, rows: Rows, change: Change) -> Iterator[Change]:
    live = rows.pairing.live_of.get(change.address)
    renewal = inputs.kind(change.address.kind).renewal(live) if live and change.action is Action.UPDATE else None
    if live is None or renewal is None or change.owed or change.reason is Reason.UPGRADE:
        yield change
        return
    supply = inputs.kind(change.address.kind).supplies(live)
    if _is_over(live):
        rows.findings.append(_over(change, str(getattr(live.spec, STATE))))
        return
    waits: list[FieldChange] = []
    for group in _groups(change.fields):
        if _is_suspended(live) and group[0].name != STATE and set_to(rows, change.address, STATE) != ACTIVE:
            waits.extend(group)
        elif group[0].name == END and set_to(rows, change.address, STATE) == SUSPENDED:
            continue  # suspending takes it away
        elif group[0].name in (END, STATE) and _is_turning(inputs, renewal):
            rows.findings.append(_turning(change, group[0], renewal))
        else:
            part = replace(change, fields=group)
            part = replace(part, disruptive=part.disruptive or interrupts(part))
            why = _why_not(group[0], renewal, supply) or _sleeping_base(inputs, rows, group[0], supply)
            yield _refused(part, why) if why else part
    desired = inputs.customer.resources.get(change.address)
    is_ours = desired is not None and STATE in desired.managed
    waits = [part for part in waits if part.name != END or not is_ours]
    if waits:
        rows.findings.append(_waiting(change, waits))


def _groups(fields: tuple[FieldChange, ...]) -> Iterator[tuple[FieldChange, ...]]:
    apart = [(part,) for part in fields if part.name in (END, STATE)]
    rest = tuple(part for part in fields if part.name not in (END, STATE))
    yield from apart
    if rest:
        yield rest


def _is_turning(inputs: Inputs, renewal: Renewal) -> bool:
    return renewal.ends is not None and abs(renewal.ends - inputs.snapshot.now) < rightsize.AROUND_RENEWAL


def _why_not(part: FieldChange, renewal: Renewal, supply: Supply | None) -> tuple[str, str] | None:
    """What a service is known to refuse, and what to do; None where nothing is known against it."""
    is_trial = supply is not None and supply.trial
    if (part.name, part.after) == (STATE, SUSPENDED) and is_trial:
        return "cannot be suspended: it is a trial", "Let it end, by endOfTerm: cancel."
    if (part.name, part.after) != (END, Follows.EXTEND) or (renewal.extends and not is_trial):
        return None
    ends = f" on {renewal.ends.date().isoformat()}" if renewal.ends else ""
    who = "only what was bought or renewed in the new commerce since 2025-04-01, and ends after 2026-05-03"
    why = "of trials nobody knows that" if is_trial else f"{who}, goes on in an Extended Service Term"
    return f"cannot be extended when its term ends{ends}: {why}", "Write endOfTerm: renew or cancel."


def _sleeping_base(inputs: Inputs, rows: Rows, part: FieldChange, supply: Supply | None) -> tuple[str, str] | None:
    """A legacy add-on runs only with its base (partner-center.md 1.6: 409/27009)."""
    if (part.name, part.after) != (STATE, ACTIVE) or supply is None:
        return None
    base = base_of(inputs, rows, supply)
    back = base is not None and set_to(rows, base.address, STATE) == ACTIVE
    if base is None or (base.active and not back):
        return None
    why = f"cannot be reactivated before its base {base.address}, which {'comes back with this plan' if back else 'is'}"
    return (why if back else f"{why} suspended"), f"Reactivate {base.address} first, and apply that."


def _refused(change: Change, why: tuple[str, str]) -> Change:
    detail, fix = f"{change.address} {why[0]}.", why[1]
    gate = Finding(codes.CANNOT_END_SO, detail, fix, address=change.address, origin=change.origin)
    return replace(change, blocked=(*change.blocked, gate))


def _turning(change: Change, part: FieldChange, renewal: Renewal) -> Finding:
    assert renewal.ends is not None, "what has no end does not turn"
    until = (renewal.ends + rightsize.AROUND_RENEWAL).isoformat(timespec="minutes").replace("+00:00", "Z")
    name = "endOfTerm" if part.name == END else part.name
    return Finding(
        codes.TERM_TURNS,
        f"{name} of {change.address} is to be {part.after} and waits: its term ends on {renewal.ends.date()}, and "
        f"nothing is arranged within 24 hours of that. It is done from {until} on.",
        "What was renewed meanwhile can be given back for seven days." if part.after == Follows.CANCEL else "",
        address=change.address,
        origin=change.origin,
    )


def _waiting(change: Change, parts: list[FieldChange]) -> Finding:
    names = sorted(_name(change, part) for part in parts)
    return Finding(
        codes.WAITS_FOR_ACTIVE,
        f"{', '.join(names)} of {change.address} {'waits' if len(names) == 1 else 'wait'}: it is suspended, and only "
        "its reactivation is taken.",
        "Write state: active to reactivate it, or wait until somebody does.",
        address=change.address,
        origin=change.origin,
    )


def _name(change: Change, part: FieldChange) -> str:
    spec = change.desired.spec if change.desired else None
    return (type(spec).model_fields[part.name].alias if spec else None) or part.name


def _is_suspended(live: Live[Spec]) -> bool:
    return getattr(live.spec, STATE, None) == SUSPENDED


def _is_over(live: Live[Spec]) -> bool:
    """True for what neither runs nor is suspended, of which nothing can be changed."""
    return getattr(live.spec, STATE, None) not in (None, ACTIVE, SUSPENDED)


def _over(change: Change, state: str) -> Finding:
    names = ", ".join(sorted(_name(change, part) for part in change.fields))
    return Finding(
        codes.WAITS_FOR_ACTIVE,
        f"{names} of {change.address} cannot be changed: it is {state}.",
        "Take it out of the files where its term is over, and declare a new one under another name.",
        address=change.address,
        origin=change.origin,
    )


def _found_suspended(desired: Desired[Spec]) -> Finding:
    return Finding(
        codes.FOUND_SUSPENDED,
        f"{desired.address} is suspended: nobody can use it, and it is paid for. The files do not say that.",
        "Write state: active to reactivate it, or state: suspended if it shall stay so.",
        address=desired.address,
        origin=desired.origin,
    )
