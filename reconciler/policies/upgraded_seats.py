"""`from:` and `into:` of a subscription name another one of the customer, with an upgrade between their plans.

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

from collections.abc import Iterable, Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule, of_kind, text, value

GONE = "Take the line out where the seats have gone over already"


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each `from:` and `into:` between which no seats can go."""
    for customer in fleet.customers.values():
        files = fleet.files.customers.get(customer.key)
        if files and "subscriptions" in files.refused:
            continue  # the one that is meant may be what was refused
        for one in of_kind(customer, "subscription"):
            for word, name in (("from", text(one, "split_from").strip()), ("into", text(one, "into").strip())):
                found = _against(customer, one, word, name) if name else None
                if found:
                    detail = f"{one.address} says {word}: {name}, {found[0]}."
                    yield Finding(codes.SEATS_LEAD_NOWHERE, detail, found[1], one.address, one.origin)


def _against(customer: DesiredCustomer, one: Desired[Spec], word: str, name: str) -> tuple[str, str] | None:
    """What is wrong with it, and what to do."""
    others = {s.address.key: s for s in of_kind(customer, "subscription") if s.address != one.address}
    other = others.get(name)
    if name == one.address.key:
        return (
            "which is the subscription itself",
            f"Name the one that {'gives' if word == 'from' else 'takes'} the seats.",
        )
    if other is None:
        known = did_you_mean(name, others) or _others(others)
        return f"and {customer.key} has no subscription of this name", f"{known} {GONE}."
    if value(other, "own") is False:
        return "which somebody else has bought", f"Name one of yours. {GONE}."
    if word == "into" and text(other, "into"):
        return f"whose own seats go into {text(other, 'into')}", "Let them go one after the other, in two merges."
    return _against_plans(one, other, word)


def _others(names: Iterable[str]) -> str:
    known = ", ".join(sorted(names))
    return f"Name one of {known}." if known else "There is no other one to name."


def _against_plans(one: Desired[Spec], other: Desired[Spec], word: str) -> tuple[str, str] | None:
    """What is wrong with the upgrade; where both have one product, they have it already, or all of it goes."""
    giver, taker = (other, one) if word == "from" else (one, other)
    product, allowed = text(giver, "product"), value(taker, "comes_from")
    if not product or not isinstance(allowed, frozenset) or product == text(taker, "product") or product in allowed:
        return None
    whose = "whose plan" if word == "from" else "and its own plan"
    detail = f"{whose} does not list the plan of {taker.address.key} under allowedUpgrades"
    return detail, f"Add it there, or name another subscription. {GONE}."


RULE = Rule("upgraded_seats", (codes.SEATS_LEAD_NOWHERE,), check, __doc__)
