"""One seat more for the time of a swap: what a circle of moves needs where every seat is taken.

Everybody in a circle waits for somebody else to let go. One seat more in any of its pools sets it going, and lies free
again in the end, within the seven days in which what was bought can be given back (partner-center.md 6.4). So it is
bought where an own subscription may grow, in the cheapest pool first, and the next run gives it back, as the customer's
`rightsizing` says.

Must not: exceed a limit, or a number that the files fix: a circle that nobody may buy a seat for is refused
(`handovers.py`).

Questionable on purpose: the seat goes back with the next run and not with this one. A plan has one row for each
subscription, and a run that stops half-way would otherwise have to remember that it owes a seat.
"""

from __future__ import annotations

from decimal import Decimal

from reconciler.core.dealing import Deal
from reconciler.core.planning import Inputs, Rows
from reconciler.core.supplies import supplied
from reconciler.model import codes
from reconciler.model.change import Change
from reconciler.model.finding import Finding

DEAREST = Decimal("Infinity")  # what has no price comes last


def ask(inputs: Inputs, rows: Rows, dealt: Deal) -> bool:
    """Ask for a seat more in a pool of the circle. True if one is asked for that was not before.

    What was asked for in vain is asked for no longer, so that seats which help nobody are not bought.
    """
    moves = [trade for trade in dealt.stuck if trade.takes and trade.frees]
    circle = {pool for trade in moves for pool in trade.takes} & {pool for trade in moves for pool in trade.frees}
    rows.lent |= dict.fromkeys(circle & rows.lent.keys(), 0)
    able = {pool: cost for pool, cost in _costs(inputs, rows).items() if pool in circle - rows.lent.keys()}
    for pool in sorted(able, key=lambda pool: (able[pool], pool))[:1]:
        rows.lent[pool] = 1
    return bool(able)


def told(change: Change, pool: str) -> Finding:
    """What is said of the row that buys the seat."""
    return Finding(
        codes.SEAT_LENT,
        f"Moves between full pools go in a circle, so {change.address} gets one seat of {pool} more than people will "
        "hold: it lies free afterwards and can be given back within seven days.",
        "The next run gives it back where rightsizing is inline; otherwise reconciler rightsize does.",
        address=change.address,
        origin=change.origin,
    )


def _costs(inputs: Inputs, rows: Rows) -> dict[str, Decimal]:
    """Pools with an own subscription, and what the cheapest seat of each costs a month."""
    costs: dict[str, Decimal] = {}
    for supply in supplied(inputs, rows):
        if supply.own and supply.active and not supply.trial:
            unit = inputs.prices.per_month(supply)
            costs[supply.sku] = min(costs.get(supply.sku, DEAREST), unit.amount if unit else DEAREST)
    return costs
