"""Each subscription is declared by one entry.

A subscription is found by its id, else by its friendly name, else as the only one of its product, term and billing. Two
entries that would be found by the same of these mean one subscription, and its seats would be decided twice.

Passes:

    customer: contoso
    subscriptions:
      head-office: {plan: modern-worker, seats: auto, friendlyName: Head office}
      branch: {plan: modern-worker, seats: 5, friendlyName: Branch}

Refused:

    customer: contoso
    subscriptions:
      head-office: {plan: modern-worker, seats: auto}
      branch: {plan: modern-worker, seats: 5}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.policies.fleet import Fleet, Rule, of_kind, text, value


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each entry that means the same subscription as an earlier one of its customer."""
    for customer in fleet.customers.values():
        seen: dict[tuple[str, ...], Desired[Spec]] = {}
        for subscription in of_kind(customer, "subscription"):
            if value(subscription, "is_whole") and not text(subscription, "id"):
                continue  # it goes into the one that it is like, and is found by memory or name
            meant, words = _meaning(subscription)
            first = seen.setdefault(meant, subscription)
            if first is not subscription:
                yield Finding(
                    codes.DUPLICATE_SUBSCRIPTION,
                    f"{subscription.address} and {first.address} mean the same subscription: both {words}.",
                    "Keep one of the two, or tell them apart by friendlyName or id.",
                    subscription.address,
                    subscription.origin,
                    (first.origin,),
                )


def _meaning(subscription: Desired[Spec]) -> tuple[tuple[str, ...], str]:
    """By what the subscription will be found, and the same in words."""
    if found := text(subscription, "id"):
        return ("id", found.lower()), f"have id {found}"
    owner = "foreign" if value(subscription, "own") is False else "own"
    if found := text(subscription, "friendly_name"):
        return (owner, "name", found), f'are called "{found}"'
    product = text(subscription, "product") or text(subscription, "sku")
    parts = [part for part in (product, text(subscription, "term"), text(subscription, "billing")) if part]
    return (owner, "product", *parts), f"are the only one of {', '.join(parts)}"


RULE = Rule("duplicate_subscriptions", (codes.DUPLICATE_SUBSCRIPTION,), check, __doc__)
