"""Orders that an earlier run began and the files no longer want: what became of them, and how to give them back.

What the service says of cart and order comes with the inputs (`app/leftovers.py`). A cart is no purchase and expires by
itself; an order that has brought a subscription is paid, and can be given back for seven days (partner-center.md 5.2,
6.5, 11.2). As long as that runs and stands in no file it stays remembered, and every plan says so.

Must not: cancel anything. Who wants that writes a tombstone, and consents to it.

Questionable on purpose: a subscription that runs is told with the line that ends it, and not ended. The entry may be
gone from the files by mistake, and nothing brings a cancelled subscription back.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.core import price, proration, rightsize, words
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.finding import Finding
from reconciler.model.ledger import LedgerEntry
from reconciler.model.purchase import Became, Fate
from reconciler.model.seats import Supply


def settle(inputs: Inputs, rows: Rows) -> None:
    """Say what became of each, and forget those of which nothing is left."""
    for address, became in sorted(inputs.orders.items()):
        entry = inputs.ledger.resources.get(address)
        if entry is None or address in inputs.customer.resources:
            continue
        place = _place(rows, became)
        supply = inputs.kind(address.kind).supplies(rows.pairing.live_of[place]) if place else None
        finding, note = _told(inputs, rows, address, entry, (became, place, supply))
        if finding is not None:
            rows.findings.append(finding)
        if note:
            rows.changes = [
                replace(c, note=note) if _lets_go(c.address, c.action, address) else c for c in rows.changes
            ]
        else:
            rows.changes = [c for c in rows.changes if not _lets_go(c.address, c.action, address)]


def _lets_go(where: Address, action: Action, address: Address) -> bool:
    return where == address and action is Action.FORGET


def _place(rows: Rows, became: Became) -> Address | None:
    """The address of the subscription that the order has brought, where it is there."""
    found = (a for a, live in rows.pairing.live_of.items() if live.remote_id == became.subscription)
    return next(found, None) if became.subscription else None


def _told(
    inputs: Inputs, rows: Rows, address: Address, entry: LedgerEntry, what: tuple[Became, Address | None, Supply | None]
) -> tuple[Finding | None, str]:
    """What to say, and why the order may be forgotten; "" where it may not yet."""
    became, place, supply = what
    run = f"Run {entry.run}" if entry.run else "An earlier run"
    begun = f"{run} began to order {address} on {entry.at[:10]}, and the files no longer have it"
    match became.fate:
        case Fate.CART:
            until = f" on {became.until}" if became.until else ""
            detail = (
                f"{begun}. It made a cart and did not order it: a cart is no purchase, and expires by itself{until}."
            )
            return _advice(address, detail), "its cart was not ordered, and expires by itself"
        case Fate.NOTHING:
            return _advice(address, f"{begun}. Nothing was bought: {became.why}."), f"nothing was bought: {became.why}"
        case Fate.UNKNOWN:
            return _advice(address, f"{begun}. What became of it could not be asked: {became.why}."), ""
        case Fate.PENDING:
            detail = f"{begun}. Order {became.order} is on its way and has no subscription yet: plan again later."
            return Finding(codes.ORDER_UNWANTED, detail, "", address, inputs.customer.origin), ""
        case Fate.ORDERED:
            if place in rows.pairing.unclaimed and supply and supply.active:
                return _running(inputs, address, supply, f"{begun}. Order {became.order} has brought", became), ""
            stays = f"stands in the files as {place.key}" if place and supply and supply.active else "runs no more"
            return None, f"order {became.order} has brought {became.subscription}, which {stays}"


def _running(inputs: Inputs, address: Address, supply: Supply, begun: str, became: Became) -> Finding:
    now, unit, until = inputs.snapshot.now, inputs.prices.per_month(supply), supply.cancellable_until
    worth = f" at {unit} a month each" if unit else ""
    paid = ""
    if supply.term_end:
        months = price.months_until(now.date(), supply.term_end.date(), supply.billing)
        whole = f" ({unit.times(supply.quantity).over(months)} in all)" if unit else ""
        paid = f", paid to {supply.term_end.date()}{whole}"
    detail = f"{begun} {became.subscription} with {words.seats(supply.quantity)} of {supply.sku}{worth}{paid}."
    keep = "to keep it, put its entry back"
    if until is None or until <= now + rightsize.MARGIN:
        end = f"{{subscription: {became.subscription}, action: endOfTerm}}"
        fix = f"It cannot be given back any more. Write {end} under removed: to end it with its term; {keep}."
        return Finding(codes.ORDER_UNWANTED, detail, fix, address, inputs.customer.origin)
    back = proration.refund(supply, unit, now) if unit else None
    about = f", for about {back}" if back else ""
    last = until.isoformat(timespec="minutes").replace("+00:00", "Z")
    fix = f"Write {{subscription: {became.subscription}, action: cancel}} under removed: to give it back until {last}"
    return Finding(codes.ORDER_UNWANTED, detail, f"{fix}{about}; {keep}.", address, inputs.customer.origin)


def _advice(address: Address, detail: str) -> Finding:
    return Finding(codes.ORDER_LEFT, detail, "", address)
