"""Cancelling a subscription: only by a tombstone, only while it can be given back, with what that gives back.

A row that a tombstone's `action: cancel` asks for takes all seats at once, and nothing brings them back
(partner-center.md 6.5). It is refused once its days are over, with what can be done instead, and as long as add-ons
that need it are there: those go first, by a plan of their own. An Extended Service Term can be ended any day (11.5).

Must not: cancel anything that no tombstone names.

Questionable on purpose: add-ons are refused by name and not cancelled along. A cascade would turn one line of a file
into several things that cannot be undone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from reconciler.core import price, proration, rightsize, words
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import add_ons, supplied
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Finding
from reconciler.model.money import Money
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku


def settle(inputs: Inputs, rows: Rows) -> None:
    """Give each cancellation its seats and its money; block what cannot be cancelled, or not yet."""
    places = [n for n, c in enumerate(rows.changes) if c.action is Action.DELETE and _supply(inputs, c)]
    going = {rows.changes[n].address for n in places}
    there = [s for s in supplied(inputs, rows) if s.active or s.address in going]
    for place in places:
        change = rows.changes[place]
        supply = _supply(inputs, change)
        assert supply is not None, "what supplies nothing is not cancelled"
        ours = replace(supply, address=change.address)
        parts = {one.address for one in add_ons(inputs, rows, change.address)}
        rows.changes[place] = _cancelling(inputs, change, ours, there, parts)


def _supply(inputs: Inputs, change: Change) -> Supply | None:
    kind = inputs.kind(change.address.kind)
    return kind.supplies(change.live) if kind.supplying and change.live else None


def _cancelling(
    inputs: Inputs, change: Change, supply: Supply, there: Sequence[Supply], parts: Collection[Address]
) -> Change:
    now = inputs.snapshot.now
    why = _why_not(inputs, supply, there, parts)
    if why:
        gate = Finding(codes.CANNOT_BE_CANCELLED, *why, address=change.address, origin=change.origin)
        return replace(change, blocked=(*change.blocked, gate))
    unit = inputs.prices.per_month(supply)
    back = proration.refund(supply, unit, now) if unit else None
    return replace(
        change,
        note=f"{change.note}; {_words(supply, back)}",
        units=-supply.quantity,
        cost=price.of(-supply.quantity, supply, inputs.prices, now.date()),
    )


def _words(supply: Supply, back: Money | None) -> str:
    seats = words.seats(supply.quantity)
    refund = f"about {back} are given back" if back else "what is given back is not known, because its price is not"
    until = f"; it could be cancelled until {_minute(supply.cancellable_until)}" if supply.cancellable_until else ""
    return f"nobody can use its {seats} from now on, and nothing brings them back; {refund}{until}"


def _why_not(
    inputs: Inputs, supply: Supply, there: Sequence[Supply], parts: Collection[Address]
) -> tuple[str, str] | None:
    """Why it cannot be cancelled, and what to do; None where it can. `parts` are its legacy add-ons."""
    until, ends = supply.cancellable_until, supply.term_end
    if not supply.extended and (until is None or until <= inputs.snapshot.now + rightsize.MARGIN):
        since = f" since {_minute(until)}" if until else ""
        paid = f", and it is paid until {ends.date()} in any case" if ends else ""
        last = f" on {ends.date()}" if ends else ""
        return (
            f"{supply.address} cannot be cancelled any more{since}: the days to give it back are over{paid}.",
            f"Write action: endOfTerm, and it ends{last}.",
        )
    left = [one for one in there if one.address != supply.address]
    needing = {str(one.address) for one in left if one.own and _needs(inputs, one, supply, left)}
    needing |= set(map(str, parts))
    if needing:
        return (
            f"{supply.address} cannot be cancelled while add-ons need it: {', '.join(sorted(needing))}.",
            "Cancel these first, and apply that; or leave it.",
        )
    return None


def _needs(inputs: Inputs, addon: Supply, base: Supply, left: Sequence[Supply]) -> bool:
    """True where this is what makes an add-on possible, and nothing else that stays does."""
    needed = set(inputs.catalog.get(addon.product, CatalogSku()).prerequisites)
    skus = {inputs.catalog[product].sku for product in needed if product in inputs.catalog} - {""}

    def serves(one: Supply) -> bool:
        return one.product in needed or one.sku in skus

    return serves(base) and not any(serves(one) for one in left if one.address != addon.address)


def _minute(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes").replace("+00:00", "Z")
