"""`from:` of a subscription names another one of the customer, whose plan allows the upgrade.

Seats go over only where Microsoft sells a way from one product to the other, and both are ours (https://learn.microsoft
.com/partner-center/developer/transition-a-new-commerce-subscription). A name that is mistyped would otherwise be found
when a plan is made, or never, once the subscription is there. Where the catalog does not say what a subscription is,
nothing is said of it.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
    plans:
      premium: {sku: SPB, allowedUpgrades: [e3]}
      e3: {sku: SPE_E3}
    customer: contoso
    subscriptions:
      head-office: {plan: premium, seats: auto}
      studio: {plan: e3, seats: auto, from: head-office}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
    plans:
      premium: {sku: SPB, allowedUpgrades: [e3]}
      e3: {sku: SPE_E3}
    customer: contoso
    subscriptions:
      head-office: {plan: premium, seats: auto}
      studio: {plan: e3, seats: auto, from: head-ofice}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule, of_kind, text, value

GONE = "Take from: out where the seats have gone over already"


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each `from:` that no seats can come from."""
    for customer in fleet.customers.values():
        files = fleet.files.customers.get(customer.key)
        if files and "subscriptions" in files.refused:
            continue  # the one that is meant may be what was refused
        for one in of_kind(customer, "subscription"):
            found = _against(customer, one) if text(one, "split_from") else None
            if found:
                detail = f"{one.address} says from: {text(one, 'split_from').strip()}, {found[0]}."
                yield Finding(codes.SEATS_LEAD_NOWHERE, detail, found[1], one.address, one.origin)


def _against(customer: DesiredCustomer, one: Desired[Spec]) -> tuple[str, str] | None:
    """What is wrong with it, and what to do."""
    name = text(one, "split_from").strip()
    others = {s.address.key: s for s in of_kind(customer, "subscription") if s.address != one.address}
    other = others.get(name)
    if name == one.address.key:
        return "which is the subscription itself", "Name the one that gives the seats."
    if other is None:
        known = did_you_mean(name, others) or f"Name one of {', '.join(sorted(others)) or 'none'}."
        return f"and {customer.key} has no subscription of this name", f"{known} {GONE}."
    if value(other, "own") is False:
        return "which somebody else has bought", f"Name one of yours. {GONE}."
    product, ours = text(other, "product"), text(one, "product")
    allowed = value(one, "comes_from")
    if product and product != ours and isinstance(allowed, frozenset) and product not in allowed:
        detail = f"whose plan does not list the plan of {one.address.key} under allowedUpgrades"
        return detail, f"Add it there, or name another subscription. {GONE}."
    return None


RULE = Rule("upgraded_seats", (codes.SEATS_LEAD_NOWHERE,), check, __doc__)
