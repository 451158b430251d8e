"""An upgrade leads to another plan, upwards, with the same term and billing.

`allowedUpgrades` of a plan names plans that a subscription may become; where a subscription's `plan:` changes to one of
these, Microsoft is asked for an upgrade (https://learn.microsoft.com/partner-center/developer/
transition-a-new-commerce-subscription). There is no way back, and term and billing stay as they are. Where the catalog
lists what a product can be upgraded to, the plan's product is among that; where it lists nothing, Microsoft is asked
when a plan is made.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, upgrades: ["CFQ7TTC0LFLX:0001"]}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
    plans:
      premium: {sku: SPB, allowedUpgrades: [e3]}
      e3: {sku: SPE_E3}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LFLX:0001: {title: E3, sku: SPE_E3}
    plans:
      premium: {sku: SPB, billing: annual, allowedUpgrades: [e3]}
      e3: {sku: SPE_E3, billing: monthly}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.expand import resolve_plans
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.suggest import did_you_mean
from reconciler.model.template import CatalogSku, PlanTemplate
from reconciler.policies.fleet import Fleet, Rule

Plans = Mapping[str, PlanTemplate]
Catalog = Mapping[str, CatalogSku]
TWO_STEPS = (
    "An upgrade keeps both. Two steps instead: upgrade to a plan with the term and billing of the first one, and "
    "change them when the term is renewed."
)


def check(fleet: Fleet) -> Iterator[Finding]:
    """Findings for each plan and each upgrade that it allows."""
    plans, _ = resolve_plans(fleet.files)
    for name, plan in plans.items():
        for other in plan.allowed_upgrades:
            found = _against(name, other, plans, fleet.files.catalog)
            if found:
                detail = f'Plan "{name}" allows an upgrade to "{other}", {found[0]}.'
                yield Finding(codes.UPGRADE_LEADS_NOWHERE, detail, found[1], origin=fleet.files.plan_origins.get(name))


def _against(name: str, other: str, plans: Plans, catalog: Catalog) -> tuple[str, str] | None:
    """What is wrong with one upgrade, and what to do."""
    target, plan = plans.get(other), plans[name]
    if target is None:
        return "which is not defined", did_you_mean(other, plans) or "Name a plan of the files."
    if other == name or name in _reached(other, plans):
        back = "which is the plan itself" if other == name else f'from which "{name}" can be reached again'
        return back, "There is no downgrade: leave the way out that leads back."
    before, after = product_of(plan, catalog), product_of(target, catalog)
    if before and before == after:
        return f"which is the same product ({before})", "Name a plan of another product."
    return _against_product(before, after, catalog) or _against_term(plan, target)


def _against_product(before: str, after: str, catalog: Catalog) -> tuple[str, str] | None:
    known = catalog.get(before, CatalogSku())
    if known.trial:
        return "and its product is a trial", "Write convertTo: a trial is converted, not upgraded."
    if known.upgrades and after and after not in known.upgrades:
        detail = f"and the catalog does not list {after} among what {before} can be upgraded to"
        return detail, f"Name a plan of {', '.join(known.upgrades)}, or run reconciler catalog sync."
    return None


def _against_term(plan: PlanTemplate, target: PlanTemplate) -> tuple[str, str] | None:
    before, after = (plan.term, plan.billing), (target.term, target.billing)
    if before == after:
        return None
    return f"whose term and billing are {' '.join(after)} instead of {' '.join(before)}", TWO_STEPS


def _reached(name: str, plans: Plans) -> set[str]:
    """Every plan that a subscription of this one may become, by any number of upgrades."""
    found: set[str] = set()
    open_ends = [name]
    while open_ends:
        plan = plans.get(open_ends.pop())
        new = set(plan.allowed_upgrades if plan else ()) - found
        found |= new
        open_ends.extend(sorted(new))
    return found


def product_of(plan: PlanTemplate, catalog: Catalog) -> str:
    """The product of a plan; "" where it has none, or several could be meant."""
    if plan.product:
        return plan.product
    found = [product for product, entry in catalog.items() if plan.sku and entry.sku == plan.sku]
    meant = [product for product in found if not catalog[product].trial] or found
    return meant[0] if len(meant) == 1 else ""


RULE = Rule("upgrade_paths", (codes.UPGRADE_LEADS_NOWHERE,), check, __doc__)
