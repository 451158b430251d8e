"""Nobody holds two base products.

Who holds two of the part numbers pays twice for most of what is in them. Each way to a license counts, also groups.

    policies:
      oneBaseLicense: {products: [SPB, SPE_E3, SPE_E5]}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.policy import OneBaseLicense, Outlook


def check(outlook: Outlook, policy: OneBaseLicense) -> Iterator[Finding]:
    """One finding for each person with more than one."""
    held: dict[Address, list[str]] = {}
    for product in sorted(policy.products):
        for who in outlook.holders.get(product, ()):
            held.setdefault(who, []).append(product)
    for who, products in sorted(held.items()):
        if len(products) > 1:
            yield Finding(
                codes.POLICY_BASE,
                f"{who} holds {' and '.join(products)} after this plan.",
                "Take one of them away, in a plan template, in its entry, or in a group.",
                address=who,
                origin=outlook.origin,
            )
