"""A service plan stays on only beside one that it needs.

Office for the web needs SharePoint, audio conferencing needs Teams or Skype for Business, and so on. Who switches off
the one and leaves the other on, or gives an add-on without what it works with, is warned: Microsoft refuses the license
or switches the other one off as well. Microsoft publishes no complete list, so this is a warning about what is known of
a few. Looked at only where the catalog lists the `servicePlans` of all products that a person gets.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, servicePlans: [SHAREPOINTSTANDARD, SHAREPOINTWAC, TEAMS1]}
    plans:
      quiet: {sku: SPB, disabledServicePlans: [SHAREPOINTSTANDARD, SHAREPOINTWAC]}
    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace, usageLocation: GB, plans: [quiet]}
    subscriptions: {office: {plan: quiet, seats: auto}}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, servicePlans: [SHAREPOINTSTANDARD, SHAREPOINTWAC, TEAMS1]}
    plans:
      quiet: {sku: SPB, disabledServicePlans: [SHAREPOINTSTANDARD]}
    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace, usageLocation: GB, plans: [quiet]}
    subscriptions: {office: {plan: quiet, seats: auto}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core import service_plans
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Held, Rule, said_by, switched_off, text


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each service plan without what it needs: at the plan that says so, or at the person."""
    told: set[tuple[str, str]] = set()
    for held in fleet.people():
        if not held.known:
            continue  # what is needed may be in the product of which nothing is known
        for plan, needed in service_plans.gaps(held.on):
            found = _finding(fleet, held, plan, needed)
            if (key := (found.detail, str(found.origin))) not in told:
                told.add(key)
                yield found


def _finding(fleet: Fleet, held: Held, plan: str, needed: frozenset[str]) -> Finding:
    sku = held.on[plan]
    off = next((one for one in held.licenses if needed & switched_off(one)), None)
    cause = off or next(one for one in held.licenses if text(one, "sku") == sku)
    who, origin, address = said_by(fleet, cause, "disabled_service_plans" if off else "sku")
    if off is not None:
        named = " and ".join(sorted(needed & switched_off(off)))
        detail = f"{who} switches off {named} of {text(off, 'sku')}, which {plan} of {sku} needs."
        fix = f"Switch {plan} off as well, or leave {named} on: otherwise Microsoft refuses it, or does so by itself."
    else:
        detail = f"{who} gives {plan} of {sku} without any of {', '.join(sorted(needed))}, which it needs."
        fix = f"Give a product with one of these as well, or switch {plan} off."
    return Finding(codes.SERVICE_PLAN_NEEDED, detail, fix, address, origin)


RULE = Rule("service_plan_needs", (codes.SERVICE_PLAN_NEEDED,), check, __doc__)
