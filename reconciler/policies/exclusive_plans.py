"""Nobody gets service plans that exclude each other.

Microsoft refuses a second Exchange plan, a second SharePoint plan and the like for one person. Looked at only where the
catalog lists the products' `servicePlans`, over all plans and licenses of the person's entry together; what groups give
is told in the plan. One finding for all who get the same.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, servicePlans: [EXCHANGE_S_STANDARD, TEAMS1]}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3, servicePlans: [EXCHANGE_S_ENTERPRISE, TEAMS1]}
    customer: contoso
    users:
      ada@contoso.com:
        displayName: Ada Lovelace
        usageLocation: GB
        licenses: {SPE_E3: {}, SPB: {disabledServicePlans: [EXCHANGE_S_STANDARD]}}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, servicePlans: [EXCHANGE_S_STANDARD, TEAMS1]}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3, servicePlans: [EXCHANGE_S_ENTERPRISE, TEAMS1]}
    customer: contoso
    users:
      ada@contoso.com:
        displayName: Ada Lovelace
        usageLocation: GB
        licenses: {SPE_E3: {}, SPB: {}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core import service_plans
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Held, Rule, text


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each set of plans that exclude each other, at the first person who gets them."""
    for held in fleet.people():
        for clash in service_plans.clashes(held.on):
            if len({held.on[plan] for plan in clash}) > 1:
                yield _finding(held, clash)


def _finding(held: Held, clash: frozenset[str]) -> Finding:
    first = held.licenses[0]
    sources = {text(one, "sku"): one.sources.get("sku") for one in held.licenses}
    given = [
        f"{plan} of {sku}" + (f" ({sources[sku]})" if sources[sku] else "")
        for plan, sku in sorted((plan, held.on[plan]) for plan in clash)
    ]
    detail = f"{first.address.customer}/user/{held.user} gets {' and '.join(given)}, which exclude each other."
    fix = "Take one of the products away, or switch one of these service plans off (disabledServicePlans)."
    return Finding(codes.PLANS_EXCLUDE, detail, fix, first.address, first.origin)


RULE = Rule("exclusive_plans", (codes.PLANS_EXCLUDE,), check, __doc__)
