"""Multi-Geo has seats for enough of the people whose products it goes with.

Microsoft sells Multi-Geo only for at least 5 % of the eligible seats (partner-center.md 4.1: errors 10018 and 10019),
and asks when it is bought; seats that are added to the base later can bring it below. Of the pools after the plan,
orders included, its seats are held against those of what the catalog lists as its `prerequisites`, whoever sold them.
`products` names other eligible ones, for a catalog that lists none.

    policies:
      multiGeo: {percent: 5, addOn: OFFICE365_MULTIGEO}
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.policy import MultiGeo, Outlook


def check(outlook: Outlook, policy: MultiGeo) -> Iterator[Finding]:
    """One finding where the customer has the add-on, and too few seats of it."""
    bases = policy.products or outlook.bases.get(policy.add_on, frozenset())
    have, eligible = _seats(outlook, policy.add_on), sum(_seats(outlook, base) for base in bases)
    least = math.ceil(eligible * policy.percent / 100)
    if not have or have >= least:
        return
    ours = next((one for one in outlook.owned if one.supply.sku == policy.add_on), None)
    detail = f"{outlook.customer} has {have} seats of {policy.add_on} after this plan, for {eligible} eligible seats"
    yield Finding(
        codes.POLICY_MULTI_GEO,
        f"{detail} ({', '.join(sorted(bases))}); at least {policy.percent} % of them, {least}, are sold.",
        f"Give it seats: {{min: {least}}}, or give back seats of its base that nobody holds.",
        address=ours.address if ours else outlook.place,
        origin=(ours.origin if ours else None) or outlook.origin,
    )


def _seats(outlook: Outlook, pool: str) -> int:
    """Seats of a pool once the plan is carried out: ours, those of others, and what is ordered."""
    owned = sum(one.supply.quantity for one in outlook.owned if one.supply.sku == pool and not one.supply.trial)
    return owned + outlook.others.get(pool, 0) + outlook.ordered.get(pool, 0)
