"""A plan that sells something has one base.

Add-ons, service plans and seats of a plan belong to its base product: without one nobody can order them, and the seats
that the plan includes are those of the base, at least one. Two bases are two plans, of which a user may have both. A
plan of groups or items alone needs no base, because it sells nothing, and neither does one that others extend.

Passes:

    plans:
      modern-worker: {sku: SPB, seats: {included: 5}}
      all-doors: {groups: [all-staff]}

Refused:

    plans:
      modern-worker: {addOns: {DEFENDER_ENDPOINT_P1: {}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.template import PlanTemplate
from reconciler.policies.fleet import Fleet, Rule, templates


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each plan with no base, or two, or a base of which nothing is included."""
    for name, template in templates(fleet).items():
        found = _mistake(fleet, template)
        if found is not None:
            what, fix = found
            origin = fleet.files.plan_origins.get(name)
            yield Finding(codes.PLAN_WITHOUT_BASE, f'Plan "{name}" {what}.', fix, origin=origin)


def _mistake(fleet: Fleet, template: PlanTemplate) -> tuple[str, str] | None:
    if not template.product and not template.sku:
        parts = [*template.add_ons, *sorted(template.disabled_service_plans or ())]
        if template.seats.included is not None:
            parts.append("seats")
        words = f"has no base, and {', '.join(parts)} of one"
        return (words, "Give it sku: or product:, or put what it has into the plan of the base.") if parts else None
    known = fleet.files.catalog.get(template.product or "")
    if template.sku and known is not None and known.sku and known.sku != template.sku:
        words = f"has two bases: {template.product} is {known.sku}, and sku: says {template.sku}"
        return words, "Leave one of them out; a user can be on two plans."
    if template.seats.included == 0:
        return "includes 0 seats of its base", "Write included: 1 or more, or leave it out."
    return None


RULE = Rule("plan_bases", (codes.PLAN_WITHOUT_BASE,), check, __doc__)
