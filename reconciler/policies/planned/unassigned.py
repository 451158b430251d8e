"""Few seats are paid that nobody holds.

Of each pool, our own seats after the plan are held against its holders; seats of others are used first. Trials do not
count. More than `percent` of our seats, and more than `seats`, is a finding.

    policies:
      unassignedSeats: {percent: 5, seats: 1}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.policy import Outlook, Owned, UnassignedSeats


def check(outlook: Outlook, policy: UnassignedSeats) -> Iterator[Finding]:
    """One finding for each pool with too many, at its first subscription."""
    pools: dict[str, list[Owned]] = {}
    for owned in outlook.owned:
        if not owned.supply.trial:
            pools.setdefault(owned.supply.sku, []).append(owned)
    for pool, ours in sorted(pools.items()):
        seats = sum(owned.supply.quantity for owned in ours)
        held = max(0, len(outlook.holders.get(pool, ())) - outlook.others.get(pool, 0))
        idle = seats - held
        if idle > max(policy.seats, seats * policy.percent // 100):
            detail = f"{idle} of {seats} seats of {pool} at {outlook.customer} are held by nobody after this plan"
            yield Finding(
                codes.POLICY_UNASSIGNED,
                f"{detail}; {policy.percent} % are allowed, or {policy.seats}.",
                "Give them back, leave them out of the renewal, or lower min and buffer.",
                address=ours[0].address,
                origin=ours[0].origin or outlook.origin,
            )
