"""Every product of a plan that a user is on has a subscription to take seats from.

Nothing is ordered that stands under no `subscriptions:`, so a plan alone would assign seats that nobody has. The
message prints the lines to add. A subscription of another partner counts, once it is declared. A license written with
the user, without a plan, is not looked at: its seats may come from anywhere.

Passes:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace, usageLocation: GB, plans: [modern-worker]}
    subscriptions:
      head-office: {plan: modern-worker, seats: auto}

Refused:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace, usageLocation: GB, plans: [modern-worker]}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import NEEDED_BY
from reconciler.policies.fleet import PLAN, Fleet, Rule, of_kind, text


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each customer and SKU that plans give and no subscription of the customer has."""
    for customer in fleet.customers.values():
        yield from _check_customer(fleet, customer)


def _check_customer(fleet: Fleet, customer: DesiredCustomer) -> Iterator[Finding]:
    have = {text(subscription, "sku") for subscription in of_kind(customer, "subscription")}
    if "" in have:
        return  # one is told by its id alone: it may be what supplies any of them
    files = fleet.files.customers.get(customer.key)
    if files and "subscriptions" in files.refused:
        return  # somebody wrote one, and is told what is wrong with it
    lacking: dict[str, list[tuple[str, Origin]]] = {}
    needed: set[str] = set()  # what a plan gives because one of its add-ons cannot be without it
    for license_ in of_kind(customer, "license"):
        source, sku = license_.sources.get("sku", ""), text(license_, "sku")
        if source.startswith(PLAN) and sku not in have:
            lacking.setdefault(sku, []).append((source.removeprefix(PLAN), license_.origin))
            needed |= {sku} if NEEDED_BY in license_.sources else set()
    for sku, users in lacking.items():
        plan, first = users[0]
        people = "1 user" if len(users) == 1 else f"{len(users)} users"
        yield Finding(
            codes.NO_SEAT_SOURCE,
            f'Plan "{plan}" gives {sku} to {people} of {customer.key}, and no subscription there has seats of it.',
            f'Add "{_entry(fleet, plan, sku, needed=sku in needed)}" to subscriptions of customer "{customer.key}".',
            origin=customer.origin,
            related=(first,),
        )


def _entry(fleet: Fleet, plan: str, sku: str, *, needed: bool) -> str:
    template = fleet.files.plans.get(plan)
    add_on = template is not None and (sku in template.add_ons or needed)
    name, what = (sku.lower().replace("_", "-"), f"sku: {sku}") if add_on else (plan, f"plan: {plan}")
    return f"{name}: {{{what}, seats: auto}}"


RULE = Rule("seat_sources", (codes.NO_SEAT_SOURCE,), check, __doc__)
