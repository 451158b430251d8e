"""Orders that would be refused, as far as files and reading can tell: said in the plan, before anything is sent.

    refuse(inputs, rows)      once it is known which rows stay, and before seats are sized
    refuse_seats(...)         once seats are sized: more than the tenant may have, an add-on whose base nobody needs

What the catalog says of a product (withdrawn, only renewed, trial, attestation, segment, subscriptions and seats of one
tenant, what an add-on needs), and what the customer lacks (the agreement): partner-center.md 1.6, 4, 4.1, 11.6.

Must not: refuse what nobody knows. A catalog that does not say how a product is sold lets the order through, and the
service has the last word.

Questionable on purpose: an add-on is let through when anybody's active subscription of a base is there, also one that
ends before the add-on does. The service asks no more at the purchase (partner-center.md 4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from reconciler.core import orders
from reconciler.core.orders import Wanted
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import supplied
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.finding import Finding
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku

COMMERCIAL = (None, "commercial")
ATTESTATION = "attestation"
TRIAL_SEATS = 25  # partner-center.md 11.6


def refuse(inputs: Inputs, rows: Rows) -> None:
    """Block orders that cannot be, and note which order an add-on's order waits for."""
    rows.bases.clear()
    there = supplied(inputs, rows)
    while True:
        ordered = orders.wanted(inputs, rows)
        gates = {one.supply.address: why for one in ordered if (why := _why_not(inputs, rows, one, there, ordered))}
        if not gates:
            break
        rows.changes = [_blocked(inputs, change, gates) for change in rows.changes]
    for one in ordered:
        base = _base(inputs, one, there, ordered)
        if base is not None and base != one.supply.address:
            rows.bases[one.supply.address] = base


def refuse_seats(inputs: Inputs, rows: Rows, seats: Mapping[Address, int], room: Mapping[str, int]) -> bool:
    """Block orders of more seats than the tenant may have, and of add-ons to what is not ordered. True if any was."""
    gates: dict[Address, tuple[str, str]] = {}
    left = dict(room)
    without = set(rows.idle) | {c.address for c in rows.changes if c.blocked and orders.is_order(inputs, c)}
    for one in orders.wanted(inputs, rows):
        address, product = one.supply.address, one.supply.product
        wanted = seats.get(address, 0)
        if wanted > left.get(product, wanted):
            detail = f"a tenant can have {left[product]} more seats of it, whoever sold them, and {wanted} are wanted"
            gates[address] = detail, "Lower seats, or choose a product without this limit."
        elif wanted and rows.bases.get(address) in without:
            detail = f"it is an add-on to {rows.bases[address]}, of which nothing is ordered"
            gates[address] = detail, "Give seats of the base a number, or leave the add-on out."
        elif product in left:
            left[product] -= wanted
    rows.changes = [_blocked(inputs, change, gates) for change in rows.changes]
    return bool(gates)


def _why_not(
    inputs: Inputs, rows: Rows, one: Wanted, there: list[Supply], ordered: list[Wanted]
) -> tuple[str, str] | None:
    """Why it cannot be ordered, and what to do; None where nothing is known to be against it."""
    entry = inputs.catalog.get(one.supply.product, CatalogSku())
    others = [supply for supply in there if supply.product == one.supply.product]
    others += [o.supply for o in ordered if o.supply.product == one.supply.product and o is not one]
    found = next(_against_product(inputs, one, entry), None) or next(_against_number(one, entry, there, others), None)
    if found:
        return found
    if entry.prerequisites and _base(inputs, one, there, ordered) is None:
        names = ", ".join(_title(inputs, product) for product in entry.prerequisites[:5])
        return f"it is an add-on to one of {names}, and the customer has none of these", "Declare the base beside it."
    return (
        _may_be_there(inputs, rows, one) or _against_end(inputs, rows, one, ordered) or _not_agreed(inputs, rows, one)
    )


def _may_be_there(inputs: Inputs, rows: Rows, one: Wanted) -> tuple[str, str] | None:
    """Where nobody remembers a subscription, one that could be upgraded to this may be what is meant."""
    kind, desired = inputs.kind(one.supply.address.kind), inputs.customer.resources.get(one.supply.address)
    for live in rows.pairing.unclaimed.values() if one.giver is None else ():
        if desired and live.address.kind == kind.name and not live.deleted and kind.becomes(desired, live):
            detail = f"{live.remote_id} runs, could be upgraded to it, and stands in no file, so it may be the one"
            return detail, f"Write id: {live.remote_id} to upgrade it, or declare it beside this one to buy both."
    return None


def _against_product(inputs: Inputs, one: Wanted, entry: CatalogSku) -> Iterator[tuple[str, str]]:
    supply = one.supply
    country = inputs.customer.country
    lines = [line for line in entry.terms if (line.term, line.billing) == (supply.term, supply.billing)]
    lines = [line for line in lines if line.market in (None, country) or not country]
    if entry.withdrawn:
        yield f"it is sold no more; this was found on {entry.withdrawn}", "Choose another product."
    if lines and all(line.withdrawn for line in lines):
        yield f"{supply.term} {supply.billing} is sold no more", "Choose another term or billing."
    if lines and all(line.only_renews or line.withdrawn for line in lines):
        yield f"{supply.term} {supply.billing} is only renewed, not sold anew", "Choose another term or billing."
    if lines and all(line.segment not in COMMERCIAL for line in lines):
        kinds = ", ".join(sorted({str(line.segment) for line in lines}))
        yield f"it is sold to {kinds} customers only, and orders are commercial ones", "Choose a commercial product."
    desired = inputs.customer.resources.get(supply.address)
    if entry.attestation and one.giver is None and not getattr(desired.spec if desired else None, ATTESTATION, None):
        detail = "Microsoft sells it only where somebody attests that the customer may have it"
        yield detail, f"A person who knows writes {attesting(inputs.snapshot.now)} into its entry or its plan."


def attesting(now: datetime) -> str:
    """The line that attests it, but for who does and why."""
    return f"{ATTESTATION}: {{acceptedBy: NAME, on: {now.date().isoformat()}, reason: WHY}}"


def _against_number(
    one: Wanted, entry: CatalogSku, there: list[Supply], others: list[Supply]
) -> Iterator[tuple[str, str]]:
    most = entry.most_subscriptions or (1 if entry.trial else None)
    if most is not None and len(others) >= most:
        few = "one subscription" if most == 1 else f"{most} subscriptions"
        yield f"a tenant can have {few} of it, and has {len(others)}", "Take the seats from the one that is there."
    if entry.trial and any(supply.sku == one.supply.sku and supply.active for supply in there):
        yield f"it is a trial, and the customer has {one.supply.sku} already", "Take the trial out of the files."
    if entry.trial and one.rule.fixed not in (None, TRIAL_SEATS):
        yield f"a trial has {TRIAL_SEATS} seats, not {one.rule.fixed}", f"Write seats: {TRIAL_SEATS}."


def _against_end(inputs: Inputs, rows: Rows, one: Wanted, ordered: list[Wanted]) -> tuple[str, str] | None:
    """The first term of an order can be cut where another one of ours ends, and not made longer (5.4)."""
    other = one.ends_with
    if other is None or any(o.supply.address == other for o in ordered):
        return None
    end, own = orders.end_of(inputs, rows, other), one.natural_end
    if end is None:
        return f"it is to end with {other}, which is not there in force", "Leave endsWith out, or name one that is."
    if own and end > own:
        detail = f"it is to end with {other} on {end.date()}, and its first term ends on {own.date()}"
        return detail, "Leave endsWith out, or choose a longer term."
    return None


def _not_agreed(inputs: Inputs, rows: Rows, one: Wanted) -> tuple[str, str] | None:
    """A tenant that is made in this plan has accepted nothing, unless the files say that somebody did."""
    stands_on = inputs.kind(one.supply.address.kind).stands_on
    made = {address.kind for address in rows.missing}
    declared = {address.kind for address in inputs.customer.resources}
    lacking = sorted(stands_on - declared) if made else []
    if not lacking:
        return None
    detail = f"the tenant is new, and the files have no {', '.join(lacking)} of it"
    return detail, "Write agreement: with the person who accepted the Microsoft Customer Agreement, and when."


def _base(inputs: Inputs, one: Wanted, there: list[Supply], ordered: list[Wanted]) -> Address | None:
    """What makes an add-on possible: the order of a base, or itself where a base is there; None where nothing does."""
    needed = set(inputs.catalog.get(one.supply.product, CatalogSku()).prerequisites)
    skus = {inputs.catalog[product].sku for product in needed if product in inputs.catalog} - {""}
    if not needed or any(s.active and (s.product in needed or s.sku in skus) for s in there):
        return one.supply.address
    bases = [o.supply.address for o in ordered if o is not one and (o.supply.product in needed or o.supply.sku in skus)]
    return min(bases, default=None)


def _blocked(inputs: Inputs, change: Change, gates: Mapping[Address, tuple[str, str]]) -> Change:
    if change.address not in gates or change.blocked or not orders.is_order(inputs, change):
        return change
    why, fix = gates[change.address]
    detail = f"{change.address} cannot be ordered: {why}."
    gate = Finding(codes.CANNOT_BE_ORDERED, detail, fix, change.address, change.origin)
    return replace(change, blocked=(*change.blocked, gate))


def _title(inputs: Inputs, product: str) -> str:
    known = inputs.catalog.get(product)
    return f'"{known.title}"' if known and known.title else product
