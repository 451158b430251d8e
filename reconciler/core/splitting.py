"""Subscriptions made of some seats of another one (a partial upgrade): what they take, leave, and what is against it.

An order with a `split_from` buys nothing: its seats are another's, which keeps the rest, its end, and its licenses
(partner-center.md 6.6). So the pool that gives them is sized with what is left, and never grows in the same plan.

    order_of(...)      pools in the order in which they are sized: who takes first, who gives with what is left
    rest(...)          a subscription without the seats that go
    taking(...)        what happens to the ones that give, as rows, for whoever must know what changes in mid-term
    refuse(...)        splits that cannot be; refuse_seats(...) those that would leave too few seats

Must not: ask Microsoft (`app/upgrading.py`).

Questionable on purpose: of one subscription one split at a time. Each changes what the next one was planned from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.core import rightsize
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Finding
from reconciler.model.seats import Supply

QUANTITY = "quantity"
TAKEN = "taken_from"  # the field by which seats arrive at one that is there
BEGUN = "an earlier run asked for it: that is looked at first, and nothing is asked for twice"


def source_of(inputs: Inputs, change: Change) -> Address | None:
    """Whose seats a row takes over; None for every row that takes none."""
    if change.desired is None:
        return None
    if change.action is Action.UPDATE:
        return joined_from(change)
    return inputs.kind(change.address.kind).split_from(change.desired)


def joined_from(change: Change) -> Address | None:
    """Whose seats arrive at one that is there (`transfers.py`); None for every other row."""
    name = next((part.after for part in change.fields if part.name == TAKEN), None)
    return change.address._replace(key=name) if isinstance(name, str) else None


def source(inputs: Inputs, rows: Rows, change: Change) -> Supply | None:
    """What gives the seats, as it is today."""
    address = source_of(inputs, change)
    live = rows.pairing.live_of.get(address) if address else None
    supply = inputs.kind(change.address.kind).supplies(live) if live else None
    return replace(supply, address=address) if supply and address else None


def pools(inputs: Inputs, rows: Rows) -> Iterator[tuple[str, str]]:
    """The pools that give and take, of every split that runs."""
    for change in rows.changes:
        before = source(inputs, rows, change)
        after = _supplied(inputs, change)
        if before and after and not change.blocked:
            yield before.sku, after.sku


def _supplied(inputs: Inputs, change: Change) -> Supply | None:
    kind = inputs.kind(change.address.kind)
    if change.live is not None:
        return kind.supplies(change.live)
    return kind.promises(change.desired, inputs.snapshot.now) if change.desired else None


def taken(inputs: Inputs, rows: Rows) -> dict[Address, int]:
    """How many seats the rows of the plan take from whom."""
    found = ((source_of(inputs, change), change) for change in rows.changes if not change.blocked)
    return {address: going(inputs, c.address, c.units) for address, c in found if address and c.units}


def waiting(inputs: Inputs, rows: Rows) -> set[Address]:
    """Subscriptions of which an earlier run asked for seats: nobody knows how many they have, so they are let be."""
    found = ((source_of(inputs, change), change) for change in rows.changes if not change.blocked)
    return {address for address, change in found if address and is_begun(inputs, change.address)}


def going(inputs: Inputs, address: Address, units: int) -> int:
    """How many seats go of those that were read; none where an earlier run asked for it, and they may be gone."""
    return 0 if is_begun(inputs, address) else units


def rest(supply: Supply, gone: Mapping[Address, int]) -> Supply:
    """What is left of it. Which of its seats go nobody says, so none can be given back today [inferred]."""
    if supply.address not in gone:
        return supply
    return replace(supply, quantity=max(0, supply.quantity - gone[supply.address]), lots=())


def order_of(pools: Iterable[str], pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The pools by name, each after those that take seats from it; `pairs` are who gives and who takes."""
    takers: dict[str, set[str]] = {}
    for giver, taker in pairs:
        takers.setdefault(giver, set()).add(taker)
    left, found = sorted(pools), list[str]()
    while left:
        ready = next((name for name in left if not takers.get(name, set()) & (set(left) - {name})), left[0])
        left.remove(ready)
        found.append(ready)
    return found


def taking(inputs: Inputs, rows: Rows) -> Iterator[Change]:
    """What the plan takes away in mid-term, as rows of the subscriptions that give."""
    for change in rows.changes:
        before = source(inputs, rows, change)
        if before is None or change.blocked or not change.units:
            continue
        if change.units >= before.quantity:
            continue  # they are gone already, or all of it goes
        live = rows.pairing.live_of[before.address]
        part = FieldChange((QUANTITY,), before.quantity, before.quantity - change.units)
        yield Change(
            before.address,
            Action.UPDATE,
            Reason.SEATS,
            Cause.CONFIG,
            (part,),
            remote_id=live.remote_id,
            live=live,
        )


def refuse(inputs: Inputs, rows: Rows) -> None:
    """Block the splits that cannot be, as far as files and reading can tell."""
    seen: set[Address] = set()
    gates: dict[Address, str] = {}
    for change in sorted(rows.changes, key=lambda change: change.address):
        address = source_of(inputs, change)
        if address is None or change.blocked or change.action is not Action.CREATE:
            continue
        why = _why_not(inputs, rows, change, address)
        if not why and address in seen:
            why = f"other seats of {address} go in the same plan, and they go one after the other. Apply again."
        seen.add(address)
        if why:
            gates[change.address] = why
    _block(inputs, rows, gates)


def refuse_seats(inputs: Inputs, rows: Rows, short: Mapping[Address, str]) -> bool:
    """Block the splits after which these would have too few seats. True if there was any."""
    gates = {}
    for change in rows.changes:
        address = source_of(inputs, change)
        if address is not None and address in short and not change.blocked and not is_begun(inputs, change.address):
            gates[change.address] = short[address]
    _block(inputs, rows, gates)
    return bool(gates)


def without_effect(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """One finding for each `from:` of what is there: where it came from is no rule for what it needs."""
    for desired, live in rows.pairing.pairs:
        giver = inputs.kind(desired.address.kind).split_from(desired) if live is not None else None
        if giver is not None:
            yield Finding(
                codes.WITHOUT_EFFECT,
                f"{desired.address} is there, so from: {giver.key} has no effect: seats that it needs are bought.",
                "Take the line out, or leave it to say where it came from.",
                address=desired.address,
                origin=desired.origin,
            )


def most(inputs: Inputs, supply: Supply) -> int:
    """How many seats may go: what all of them would be is an upgrade of the whole."""
    known = inputs.catalog.get(supply.product)
    return max(0, supply.quantity - max(1, known.min if known else 1))


def _why_not(inputs: Inputs, rows: Rows, change: Change, address: Address) -> str:
    assert change.desired is not None, "what is made is declared"
    kind = inputs.kind(address.kind)
    live, supply = rows.pairing.live_of.get(address), source(inputs, rows, change)
    if address not in inputs.customer.resources or live is None or supply is None or not supply.own:
        return f"{address} is not there, or not ours. from: names a subscription of the files that runs."
    if is_begun(inputs, change.address):
        return ""
    if not kind.becomes(change.desired, live):
        return f"the plan of {address} does not list its plan under allowedUpgrades."
    if supply.trial:
        return f"{address} is a trial, which is converted as a whole."
    why = kind.refuses_upgrade(change.desired, live) or beside(rows, address)
    if not why and rightsize.is_locked(supply, inputs.snapshot.now):
        why = f"the term of {address} ends or began within a day. Try again when the renewal is over."
    rule = kind.seat_rule(change.desired)
    wanted = max(rule.fixed or rule.min, 1) if rule else 1
    if not why and wanted > most(inputs, supply):
        why = f"of the {supply.quantity} seats of {address} at most {most(inputs, supply)} can go. "
        why += "All of them go where plan: of that subscription is changed."
    return why


def is_begun(inputs: Inputs, address: Address) -> bool:
    """True where an earlier run asked for it: it may be done already, and the seats gone."""
    entry = inputs.entry(address)
    return entry is not None and entry.purchase is not None


def beside(rows: Rows, address: Address) -> str:
    """What else of the same plan is against taking seats of it; "" where nothing is."""
    for other in rows.changes:
        if other.address == address and (other.reason is Reason.UPGRADE or other.action is Action.DELETE):
            return f"{address} is upgraded or ended by the same plan."
        if other.address == address and any(part.name == "state" for part in other.fields):
            return f"{address} is suspended or reactivated by the same plan."
    return ""


def _block(inputs: Inputs, rows: Rows, gates: Mapping[Address, str]) -> None:
    def blocked(change: Change) -> Change:
        if change.address not in gates or change.blocked or source_of(inputs, change) is None:
            return change
        detail = f"{change.address} cannot be made of seats of {source_of(inputs, change)}: {gates[change.address]}"
        gate = Finding(codes.CANNOT_BE_UPGRADED, detail, "", change.address, change.origin)
        return replace(change, blocked=(*change.blocked, gate))

    rows.changes = [blocked(change) for change in rows.changes]
