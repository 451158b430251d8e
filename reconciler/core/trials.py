"""Trials that end soon and of which nobody has decided what follows: told from fourteen days before on.

A trial ends by itself (`end_of_term` of what is declared as one is cancel) or is converted by changing its plan
(partner-center.md 11.6). Who uses it should not learn of its end by losing their license.

Must not: convert anything. Questionable on purpose: it is told by every plan of these days, more loudly in the last
week; a plan that is made once a fortnight would otherwise say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core import demand, supplies
from reconciler.core.demand import Demand
from reconciler.core.planning import Inputs, Rows
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.resource import Desired
from reconciler.model.seats import Supply
from reconciler.model.spec import Spec

FIRST_DAYS, LAST_DAYS = 14, 7


def expiring(inputs: Inputs, rows: Rows) -> Iterator[Finding]:
    """One finding for each declared trial of ours that ends within the days, and that the plan does not convert."""
    decided = {change.address for change, *_ in supplies.upgrades(inputs, rows)}
    for supply in supplies.there(inputs, rows):
        desired = inputs.customer.resources.get(supply.address)
        if desired is None or not (supply.own and supply.active and supply.trial) or supply.term_end is None:
            continue
        days = (supply.term_end.date() - inputs.snapshot.now.date()).days
        if supply.address not in decided and 0 <= days <= FIRST_DAYS:
            people = len(demand.of(inputs, rows).get(supply.sku, Demand(supply.sku)).after)
            yield _finding(desired, supply, days, people)


def _finding(desired: Desired[Spec], supply: Supply, days: int, people: int) -> Finding:
    assert supply.term_end is not None, "what has no end does not end soon"
    when = "today" if not days else "tomorrow" if days == 1 else f"in {days} days"
    holders = f"{people} {'person holds' if people == 1 else 'people hold'} {supply.sku}"
    target = getattr(desired.spec, "converts_to", None)
    change = f'change plan: to "{target}"' if target else "write convertTo: into its plan, and change plan: to that one"
    return Finding(
        codes.TRIAL_ENDS_SOON if days <= LAST_DAYS else codes.TRIAL_ENDS,
        f"{supply.address} is a trial of {supply.quantity} seats and ends on {supply.term_end.date().isoformat()}, "
        f"{when}; {holders}.",
        f"To keep its seats, {change}; otherwise it ends by itself.",
        address=supply.address,
        origin=desired.origin,
    )
