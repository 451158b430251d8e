"""Counts what plans give and nobody sells through an API: who has it at a customer, and what that costs and earns.

    claims(files, plans, kinds)     while a customer is expanded: who has what, by which plan
    counted(inputs)                 with the prices of the day

Must not: make a row. Nothing of it can be written.

Questionable on purpose: whoever is on the plan counts, also who may not sign in. Such licenses are owed for everybody
who has access, and taking somebody's access away is taking them off the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from reconciler.core import retail
from reconciler.core.planning import Inputs
from reconciler.core.price import PriceBook
from reconciler.model.address import Address
from reconciler.model.item import Claim, Counted
from reconciler.model.kind import Kind
from reconciler.model.repository import CustomerFiles
from reconciler.model.seats import Supply
from reconciler.model.template import CatalogSku, PlanTemplate, TermPrice


def claims(
    files: CustomerFiles, plans: Mapping[str, PlanTemplate], kinds: Sequence[Kind[Any, Any]], day: date | None = None
) -> dict[str, Claim]:
    """Who has which item on a day (None: on any), by its name; of several plans with one item the first counts."""
    giving = {name: template.items for name, template in plans.items() if template.items}
    people: dict[str, dict[str, str]] = {}
    by_section = {kind.section: kind for kind in kinds if kind.section}
    for entry in files.entries if giving else ():
        for plan, span in getattr(entry.document, "uses", ()):
            for name in giving.get(plan, ()) if day is None or span.holds(day) else ():
                people.setdefault(name, {}).setdefault(by_section[entry.section].normalize(entry.key), plan)
    return {name: Claim(giving[next(iter(who.values()))][name], who) for name, who in sorted(people.items())}


def counted(inputs: Inputs) -> tuple[Counted, ...]:
    """The customer's items with their prices."""
    return tuple(_priced(inputs, name, claim) for name, claim in inputs.customer.items.items())


def _priced(inputs: Inputs, name: str, claim: Claim) -> Counted:
    customer, today = inputs.customer, inputs.snapshot.now.date()
    line = TermPrice(term="P1M", billing="monthly", price=claim.item.cost)
    costs = PriceBook({name: CatalogSku(sku=name, terms=(line,))}, customer.defaults.currency, today)
    count = len(claim.people)
    sold = Supply(Address(customer.key, "item", name), name, True, True, count, name, line.term, line.billing)
    found = retail.quote(sold, customer.prices, costs, today)
    people = tuple(sorted(claim.people))
    price = found.per_month(count) if found else None
    return Counted(customer.key, name, claim.item.title, people, costs.per_month(sold), price)
