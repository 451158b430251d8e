"""A trial is one of its product, has 25 seats, ends by itself, and is converted to a plan that is paid.

Microsoft gives one trial of an offer to a customer, with 25 seats for 30 days (partner-center.md 11.6). It would turn
into a paid subscription by itself, which is switched off; `convertTo` of its plan names the plan that a subscription's
`plan:` may be changed to.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LCHC:0009: {title: Business Premium Trial, sku: SPB, trial: true}
    plans:
      try-premium: {product: "CFQ7TTC0LCHC:0009", term: P1M, billing: none, convertTo: premium}
      premium: {sku: SPB}
    customer: contoso
    subscriptions:
      trial: {plan: try-premium, seats: 25}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LCHC:0009: {title: Business Premium Trial, sku: SPB, trial: true}
    plans:
      try-premium: {product: "CFQ7TTC0LCHC:0009", term: P1M, billing: none, convertTo: premium}
      premium: {sku: SPB}
    customer: contoso
    subscriptions:
      trial: {plan: try-premium, seats: 25, friendlyName: Trial}
      another: {plan: try-premium, seats: 25, friendlyName: Another}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.expand import resolve_plans
from reconciler.core.sellable import TRIAL_SEATS
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.seats import SeatRule
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku
from reconciler.policies.fleet import Fleet, Rule, of_kind, text, value
from reconciler.policies.upgrade_paths import Catalog, Plans, product_of


def check(fleet: Fleet) -> Iterator[Finding]:
    """Findings for plans that convert, and for trials of customers."""
    plans, _ = resolve_plans(fleet.files)
    for name, plan in plans.items():
        found = _against_plan(name, plan.convert_to, plans, fleet.files.catalog) if plan.convert_to else None
        if found:
            detail = f'Plan "{name}" converts to "{plan.convert_to}", {found[0]}.'
            yield Finding(codes.TRIAL_MISTAKEN, detail, found[1], origin=fleet.files.plan_origins.get(name))
    for customer in fleet.customers.values():
        yield from _of_customer(customer, fleet.files.catalog_of(customer.country))


def _against_plan(name: str, other: str, plans: Plans, catalog: Catalog) -> tuple[str, str] | None:
    target, product = plans.get(other), product_of(plans[name], catalog)
    if target is None:
        return "which is not defined", did_you_mean(other, plans) or "Name a plan of the files."
    if product in catalog and not catalog[product].trial:
        detail = f"and its product ({product}) is no trial"
        return detail, "Write allowedUpgrades, or trial: true at the product under catalog:."
    if target.billing == "none" or catalog.get(product_of(target, catalog), CatalogSku()).trial:
        return "which is a trial itself", "Name the plan that is paid."
    return None


def _of_customer(customer: DesiredCustomer, catalog: Catalog) -> Iterator[Finding]:
    seen: dict[str, Desired[Spec]] = {}
    for one in of_kind(customer, "subscription"):
        product = text(one, "product")
        if value(one, "own") is False or not catalog.get(product, CatalogSku()).trial:
            continue
        first = seen.setdefault(product, one)
        if first is not one:
            detail = f"{one.address} and {first.address} are trials of one product; a customer gets one."
            yield _finding(one, detail, "Keep one of the two.")
        rule = value(one, "seats")
        if isinstance(rule, SeatRule) and rule.fixed not in (None, TRIAL_SEATS):
            detail = f"{one.address} says seats {rule.fixed}; a trial has {TRIAL_SEATS}."
            yield _finding(one, detail, f"Write seats: {TRIAL_SEATS}.")
        if value(one, "auto_renew") is True or text(one, "end_of_term") == "renew":
            detail = f"{one.address} is a trial and says endOfTerm: renew, which makes {TRIAL_SEATS} paid seats of it."
            yield _finding(one, detail, "Leave endOfTerm out, and change plan: to the plan that it converts to.")


def _finding(one: Desired[Spec], detail: str, fix: str) -> Finding:
    return Finding(codes.TRIAL_MISTAKEN, detail, fix, one.address, one.origin)


RULE = Rule("trials", (codes.TRIAL_MISTAKEN,), check, __doc__)
