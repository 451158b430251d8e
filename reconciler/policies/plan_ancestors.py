"""A plan gives what its add-ons need, up to a product that needs nothing.

An add-on is sold only beside one of its prerequisites, and some prerequisites are add-ons themselves. A plan that gives
one without the other leads to an order that is refused, or to a license that does nothing. The message names the whole
chain. With `autoParents: true` the plan gives what is missing, wherever only one product would do; `explain` and the
plan say which license came from there.

Passes:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Phone, sku: PHONE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}
      CFQ7TTC0LH0F:0001: {title: Calls, sku: CALLS, addOn: true, prerequisites: ["CFQ7TTC0LH0D:0001"]}
    plans:
      talker: {sku: SPB, addOns: {CALLS: {}}, autoParents: true}

Refused:

    catalog:
      CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}
      CFQ7TTC0LH0D:0001: {title: Phone, sku: PHONE, addOn: true, prerequisites: ["CFQ7TTC0LCHC:0002"]}
      CFQ7TTC0LH0F:0001: {title: Calls, sku: CALLS, addOn: true, prerequisites: ["CFQ7TTC0LH0D:0001"]}
    plans:
      talker: {sku: SPB, addOns: {CALLS: {}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.ancestors import Ancestors, Broken
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.template import PlanTemplate
from reconciler.policies.fleet import Fleet, Rule, templates

MOST_NAMED = 5  # Microsoft lists dozens for some add-ons; nobody reads more


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each chain that a plan does not end."""
    known = Ancestors(fleet.files.catalog)
    for name, template in templates(fleet).items():
        for chain in known.closure(template).broken:
            yield _finding(fleet, name, template, chain)


def _finding(fleet: Fleet, name: str, template: PlanTemplate, chain: Broken) -> Finding:
    choices = chain.lacking[:MOST_NAMED]
    more = f" or {len(chain.lacking) - MOST_NAMED} others" if len(chain.lacking) > MOST_NAMED else ""
    words = Broken((chain.links[0], choices, *chain.links[2:])).words
    add = f"Add {' or '.join(choices)} to its addOns"
    fix = f"{add}." if len(choices) > 1 or template.auto_parents else f"{add}, or write autoParents: true."
    lacks = "none of them" if len(choices) > 1 else f"no {choices[0]}"
    detail = f'In plan "{name}" {words}{more}; the plan has {lacks}.'
    return Finding(codes.PLAN_WITHOUT_ANCESTOR, detail, fix, origin=fleet.files.plan_origins.get(name))


RULE = Rule("plan_ancestors", (codes.PLAN_WITHOUT_ANCESTOR,), check, __doc__)
