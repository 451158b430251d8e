"""What goes on costing after a resource is forgotten: seats that stay bought, licenses that stay assigned.

Forgetting writes nothing to a cloud, so the bill goes on; the row that lets go says how much, in the customer's own
currency where the catalog knows the price. Must not: change a row, or guess a price.

Questionable on purpose: a license costs what a seat of the dearest own subscription of its SKU costs. Nothing binds a
person to one subscription (partner-center.md 12), and too much frightens less than a bill that nobody announced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.core import proration, rightsize, words
from reconciler.core.planning import Inputs, Rows
from reconciler.model.money import Money, total
from reconciler.model.resource import Live
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec


@dataclass(frozen=True, slots=True)
class _Held:
    """One SKU that somebody holds, and what its seat costs a month if that is known."""

    sku: str
    monthly: Money | None


def costs(inputs: Inputs, rows: Rows, live: Live[Spec], parts: Sequence[Live[Spec]]) -> str:
    """What goes on costing once a live resource with these parts is let go, as words; "" where nothing does."""
    supply = inputs.kind(live.address.kind).supplies(live)
    if supply and supply.own and supply.active:
        unit = inputs.prices.per_month(supply)
        until = f" until {supply.term_end.date().isoformat()}" if supply.term_end else ""
        worth = f" {unit.times(supply.quantity)} a month" if unit else ""
        back = _back(inputs, live, supply)
        return f"its {words.seats(supply.quantity)} {_go(supply.quantity)} on costing{worth}{until}{back}"
    held = [one for part in parts if (one := _held(inputs, rows, part))]
    if not held:
        return ""
    sums = " and ".join(str(money) for money in total([one.monthly for one in held if one.monthly]).values())
    names = ", ".join(sorted(one.sku for one in held))
    return f"{names} {'goes' if len(held) == 1 else 'go'} on costing{f' {sums} a month' if sums else ''}"


def _back(inputs: Inputs, live: Live[Spec], supply: Supply) -> str:
    """Until when it can be given back instead, for how much, and by which line."""
    now, until, unit = inputs.snapshot.now, supply.cancellable_until, inputs.prices.per_month(supply)
    if until is None or until <= now + rightsize.MARGIN:
        return ""
    money = proration.refund(supply, unit, now) if unit else None
    about = f" for about {money}" if money else ""
    last = until.isoformat(timespec="minutes").replace("+00:00", "Z")
    line = f"removed: {{subscription: {live.remote_id}, action: cancel}}"
    return f"; it can be given back until {last}{about} instead ({line})"


def _held(inputs: Inputs, rows: Rows, part: Live[Spec]) -> _Held | None:
    kind = inputs.kind(part.address.kind)
    pool = kind.draws(part.spec)
    if pool is None or part.guard is not None or not kind.holds(part):
        return None
    supplies = (inputs.kind(live.address.kind).supplies(live) for live in rows.pairing.live_of.values())
    prices = [
        price
        for supply in supplies
        if supply and supply.own and supply.sku == pool and (price := inputs.prices.per_month(supply))
    ]
    return _Held(pool, max(prices, key=lambda price: price.amount, default=None))


def _go(quantity: int) -> str:
    return "goes" if quantity == 1 else "go"
