"""Nobody holds a seat who has not been there for long.

Of people who can sign in, the last sign-in counts, their own or that of a program, tried or done; who never did counts
from the day on which the account was made. Seats of others are used first. It is told once a product, as advice unless
the policy says otherwise, and nothing is taken from anybody; who cannot sign in at all is told in every plan (RC516).

Who signs in is read only where this policy is asked: one more listing a customer, with the permission
`AuditLog.Read.All`, and Entra ID P1 at the customer. Where it cannot be read a plan says so (RC518), and goes on.

    policies:
      idleSeats: {days: 90}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.policy import IdleSeats, Outlook

MOST_NAMED = 5


def check(outlook: Outlook, policy: IdleSeats) -> Iterator[Finding]:
    """One finding for each pool of which somebody holds one of our seats who was not there for so many days."""
    since = outlook.now - timedelta(days=policy.days)
    gone = {who for who, last in outlook.seen.items() if last < since}
    for pool, holders in sorted(outlook.holders.items()):
        ours = [owned for owned in outlook.owned if owned.supply.sku == pool and not owned.supply.trial]
        people = sorted(gone & holders)
        count = min(len(people), len(holders) - outlook.others.get(pool, 0))
        if not ours or count < 1:
            continue
        names = ", ".join(who.key for who in people[:MOST_NAMED])
        more = f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else ""
        cost = f": {outlook.costs[pool].times(count)}/month" if pool in outlook.costs else ""
        held = f"{count} seats of {pool} are held by people" if count > 1 else f"1 seat of {pool} is held by somebody"
        yield Finding(
            codes.POLICY_IDLE,
            f"{held} who did not sign in for {policy.days} days ({names}{more}){cost}.",
            "Ask them, block their sign-in, or take the licenses away in the files.",
            address=ours[0].address,
            origin=ours[0].origin or outlook.origin,
        )
