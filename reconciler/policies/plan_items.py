"""An item of a plan is one thing, and none that the catalog sells.

Items are for what has no API: licenses by report (SPLA, remote desktop), third parties. They are counted and never
bought. A part number of the catalog under `items` would be counted where somebody expects a license, so it is refused;
so is one name with two titles, costs or groups, because a customer's count of it has one.

Passes:

    plans:
      desktop: {sku: SPB, items: {SPLA-RDS: {title: Remote desktop, cost: 4.90 EUR}}}

Refused:

    plans:
      desktop: {sku: SPB, items: {DEFENDER_ENDPOINT_P1: {}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.item import Item
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each item that is a product, or that another plan says otherwise, at the plan that says so."""
    sold = {*fleet.files.catalog, *(entry.sku for entry in fleet.files.catalog.values())}
    first: dict[str, tuple[str, Item]] = {}
    for plan, template in fleet.files.plans.items():
        for name, item in template.items.items():
            other, same = first.setdefault(name, (plan, item))
            if name in sold:
                detail = f'Plan "{plan}" counts {name} as an item, and the catalog sells it.'
                yield _finding(fleet, plan, detail, "Put it into addOns, or give the item a name of its own.")
            elif item != same:
                detail = f'Plan "{plan}" says of item {name} something else than plan "{other}".'
                yield _finding(fleet, plan, detail, "Say the same in both, or let one plan extend the other.")


def _finding(fleet: Fleet, plan: str, detail: str, fix: str) -> Finding:
    return Finding(codes.ITEM_MISTAKEN, detail, fix, origin=fleet.files.plan_origins.get(plan))


RULE = Rule("plan_items", (codes.ITEM_MISTAKEN,), check, __doc__)
