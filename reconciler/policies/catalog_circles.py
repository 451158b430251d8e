"""Products of the catalog do not need each other in a circle.

What one needs is bought first, so of two that need each other neither can ever be bought. Such a line is a mistake in
what somebody wrote under `catalog:`, or in what a command read. Products that need each other or, besides, something
else are fine.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Phone, sku: PHONE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Phone, sku: PHONE, addOn: true, prerequisites: ["CFQ7TTC0LH0F:0001"]}
      CFQ7TTC0LH0F:0001: {title: Calls, sku: CALLS, addOn: true, prerequisites: ["CFQ7TTC0LH0D:0001"]}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.ancestors import Ancestors
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each circle, at its first product."""
    origins = fleet.files.catalog_origins
    for circle in Ancestors(fleet.files.catalog).circles():
        others = tuple(origins[product] for product in circle[1:-1] if product in origins)
        detail = f"{' needs '.join(circle)}: nobody can ever buy any of them."
        fix = "Correct prerequisites of one of them."
        yield Finding(codes.ENDLESS_NEEDS, detail, fix, origin=origins.get(circle[0]), related=others)


RULE = Rule("catalog_circles", (codes.ENDLESS_NEEDS,), check, __doc__)
