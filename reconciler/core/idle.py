"""Advice on seats that are held for nothing: by people who cannot sign in once the plan is carried out.

Must not: take a license away, or know what a person is. Their kind says who cannot use anything (`Kind.unused`), told
from a reading that is made anyway; who must lose a license stands in the files.

Questionable on purpose: told even where the license is meant to stay, as with somebody on leave or a shared mailbox
that needs one. Nothing in the directory tells those apart, and the sum is a reason to look once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core import demand, shortage
from reconciler.core.planning import Inputs, Rows
from reconciler.core.price import PriceBook
from reconciler.core.supplies import last_used, supplied
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.money import Money
from reconciler.model.seats import Supply

MOST_NAMED = 5
FIX = "Take the licenses away in the files, or delete who has left; a shared mailbox may need one."


def seats(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """One finding for each product of which somebody who cannot sign in holds one of our seats, by part number."""
    if shortage.unread(inputs):
        return
    supplies = supplied(inputs, rows)
    for pool, found in sorted(demand.of(inputs, rows).items()):
        people = [who for who in sorted(found.after) if cannot_use(inputs, rows, who)]
        ours = [s for s in supplies if s.sku == pool and s.own and s.active and not s.trial]
        used = len(found.after) - sum(s.quantity for s in supplies if s.sku == pool and s.active and s not in ours)
        count = min(len(people), used)
        if ours and count > 0:
            yield _finding(inputs, pool, people, (count, worth(inputs.prices, ours, used, count)))


def cannot_use(inputs: Inputs, rows: Rows, who: Address) -> bool:
    """True for somebody who can use nothing of what they hold, as they are or as the plan leaves them."""
    live, kind = rows.pairing.known.get(who), inputs.kind(who.kind)
    blocked = any(kind.blocks_sign_in(c) for c in rows.changes if c.address == who and not c.blocked)
    return blocked or bool(live and kind.unused(live))


def worth(prices: PriceBook, ours: Sequence[Supply], used: int, count: int) -> Money | None:
    """What the last `count` of the `used` seats cost a month, the cheapest being used first; None where not known."""
    found = [last_used(prices, ours, used - left) for left in range(count)]
    costs = [one[0] for one in found if one]
    return sum(costs[1:], costs[0]) if len(costs) == count else None


def _finding(inputs: Inputs, pool: str, people: Sequence[Address], seats: tuple[int, Money | None]) -> Finding:
    count, monthly = seats
    held = "1 seat of {} is held by somebody" if count == 1 else f"{count} seats of {{}} are held by people"
    detail = f"{held.format(pool)} who cannot sign in ({names(people)}){f': {monthly}/month' if monthly else ''}."
    return Finding(codes.SEATS_BLOCKED, detail, FIX, people[0], inputs.customer.origin)


def names(people: Sequence[Address]) -> str:
    """Some of them, and how many more."""
    more = f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
    return ", ".join(who.key for who in people[:MOST_NAMED]) + more
