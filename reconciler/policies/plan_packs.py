"""A plan that is paid once is sold in packs.

`pricing: oneTime` makes a subscription of the plan a pack: the seats that the plan includes, paid when it is bought,
and not renewed (`endOfTerm: cancel` is its plan's). Its seats never change: who needs more buys another pack, as an
entry of its own. It needs a term that is paid at once: P1M monthly, P1Y annual, P3Y triennial, or one without a bill.

Passes:

    plans:
      campus: {sku: SPB, term: P3Y, billing: triennial, pricing: oneTime, seats: {included: 25}}
    customer: contoso
    subscriptions:
      first-pack: {plan: campus, seats: auto, friendlyName: First}
      second-pack: {plan: campus, seats: 25, friendlyName: Second}

Refused:

    plans:
      campus: {sku: SPB, term: P3Y, billing: triennial, pricing: oneTime, seats: {included: 25}}
    customer: contoso
    subscriptions:
      first-pack: {plan: campus, seats: 30}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.resource import Desired
from reconciler.model.seats import SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import PlanTemplate
from reconciler.policies.fleet import PLAN, Fleet, Rule, of_kind, templates, text, value

AT_ONCE = {("P1M", "monthly"), ("P1Y", "annual"), ("P3Y", "triennial")}


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each thing that a plan, or a subscription of one, says and no pack can have."""
    packs = {name: template for name, template in templates(fleet).items() if template.pack is not None}
    for name, template in packs.items():
        for detail, fix in _of_plan(template):
            origin = fleet.files.plan_origins.get(name)
            yield Finding(codes.NOT_A_PACK, f'Plan "{name}" is paid once{detail}.', fix, origin=origin)
    for customer in fleet.customers.values() if packs else ():
        for one in of_kind(customer, "subscription"):
            plan = one.sources.get("product", "").removeprefix(PLAN)
            for said, fix in _of_subscription(one, packs[plan]) if plan in packs else ():
                detail = f'{one.address} {said}, and plan "{plan}" is sold in packs of {packs[plan].pack}.'
                yield Finding(codes.NOT_A_PACK, detail, fix, one.address, one.origin)


def _of_plan(template: PlanTemplate) -> Iterator[tuple[str, str]]:
    seats = template.seats
    if not template.pack:
        yield " and does not say how many seats a pack has", "Write seats: {included: 25}, or another number."
    elif seats.min not in (0, template.pack) or seats.max not in (None, template.pack) or seats.buffer:
        said = f"includes {template.pack} seats, and says min, max or buffer besides"
        yield f", {said}", "Leave them out: a pack has the seats that are included."
    if not _paid_at_once(template.term, template.billing):
        yield f", and {template.term} {template.billing} is not", "Write P1M monthly, P1Y annual or P3Y triennial."


def _of_subscription(one: Desired[Spec], template: PlanTemplate) -> Iterator[tuple[str, str]]:
    rule, end = value(one, "seats"), text(one, "end_of_term")
    if isinstance(rule, SeatRule) and rule.fixed != template.pack:
        said = f"{rule.fixed} seats" if rule.fixed is not None else "bounds of its own"
        yield f"says {said}", "Buy another pack: a second entry of the plan. Here, write seats: auto."
    if end not in ("", "cancel"):
        yield f"says endOfTerm: {end}", "Leave it out: a pack ends with its term, and another one is bought."
    if not _paid_at_once(text(one, "term"), text(one, "billing")):
        said = f"{text(one, 'term')} {text(one, 'billing')}"
        yield f"says {said}, which is not paid at once", "Leave term and billing to the plan."


def _paid_at_once(term: str, billing: str) -> bool:
    return billing == "none" or (term, billing) in AT_ONCE


RULE = Rule("plan_packs", (codes.NOT_A_PACK,), check, __doc__)
