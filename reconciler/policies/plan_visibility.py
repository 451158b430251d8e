"""A plan that is only for some resellers is used by their customers alone.

`visibleTo` names the resellers, by their keys under `resellers:`. A customer of another one, or of none, that puts
somebody on the plan, or buys it, is refused where its entry stands. An empty list shows the plan to nobody: it is kept
for what extends it.

Passes:

    resellers: {nordic: {}, alpine: {}}
    plans:
      shop: {sku: SPB, visibleTo: [nordic]}
    customers: {contoso: {tenant: contoso.onmicrosoft.com, reseller: nordic}}
    customer: contoso
    subscriptions: {office: {plan: shop, seats: 5}}

Refused:

    resellers: {nordic: {}, alpine: {}}
    plans:
      shop: {sku: SPB, visibleTo: [nordic]}
    customers: {contoso: {tenant: contoso.onmicrosoft.com, reseller: alpine}}
    customer: contoso
    subscriptions: {office: {plan: shop, seats: 5}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.expand import resolve_plans
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import PlanTemplate
from reconciler.policies.fleet import Fleet, Rule, Use, uses


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each reseller that nobody knows, and for each entry that uses what it may not see."""
    plans, _ = resolve_plans(fleet.files)
    yield from _unknown(fleet, plans)
    for use in uses(fleet) if any(template.visible_to is not None for template in plans.values()) else ():
        template = plans.get(use.plan)
        if template is None or template.visible_to is None:
            continue
        files = fleet.files.customers[use.customer.key]
        if files.entry.reseller not in template.visible_to:
            yield _not_visible(use, files.entry.reseller, template.visible_to)


def _unknown(fleet: Fleet, plans: Mapping[str, PlanTemplate]) -> Iterator[Finding]:
    known = fleet.files.resellers
    for name in fleet.files.plans.keys() & plans.keys():
        for reseller in sorted((fleet.files.plans[name].visible_to or frozenset()) - known.keys()):
            fix = did_you_mean(reseller, known) or "Name one that stands under resellers:."
            detail = f'Plan "{name}" is visible to reseller "{reseller}", which no file has.'
            yield Finding(codes.PLAN_NOT_VISIBLE, detail, fix, origin=fleet.files.plan_origins.get(name))


def _not_visible(use: Use, reseller: str | None, visible: frozenset[str]) -> Finding:
    whose = f'a customer of reseller "{reseller}"' if reseller else "a customer of no reseller"
    owners = f"to customers of {', '.join(sorted(visible))} only" if visible else "to nobody"
    detail = f'{use.customer.key}/{use.key} uses plan "{use.plan}", which is visible {owners}; this is {whose}.'
    fix = "Use another plan, or add the reseller to visibleTo of this one."
    return Finding(codes.PLAN_NOT_VISIBLE, detail, fix, origin=use.origin)


RULE = Rule("plan_visibility", (codes.PLAN_NOT_VISIBLE,), check, __doc__)
