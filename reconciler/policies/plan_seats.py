"""The seats of a subscription are within what its plan has.

A plan's `seats` say at least how many a customer has (`min`), how many come with it (`included`), and at most how many
(`max`): `min` <= `included` <= `max`. A subscription that supplies the plan may ask for a number of its own within
these bounds.

Passes:

    plans:
      team: {sku: SPB, seats: {min: 5, included: 10, max: 50}}
    customer: contoso
    subscriptions:
      office: {plan: team, seats: 20}

Refused:

    plans:
      team: {sku: SPB, seats: {min: 5, included: 10, max: 50}}
    customer: contoso
    subscriptions:
      office: {plan: team, seats: 60}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding, Origin
from reconciler.model.resource import Desired
from reconciler.model.seats import SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import Seats
from reconciler.policies.fleet import PLAN, Fleet, Rule, of_kind, templates, value


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each plan whose bounds contradict each other, and each subscription outside of them."""
    plans = templates(fleet)
    for name, template in plans.items():
        yield from _contradictions(name, template.seats, fleet.files.plan_origins.get(name))
    for customer in fleet.customers.values():
        for subscription in of_kind(customer, "subscription"):
            plan = subscription.sources.get("product", "").removeprefix(PLAN)
            if plan in plans:
                yield from _outside(subscription, plan, plans[plan].seats)


def _contradictions(name: str, seats: Seats, origin: Origin | None) -> Iterator[Finding]:
    included = seats.min if seats.included is None else seats.included
    if included and (included < seats.min or (seats.max is not None and included > seats.max)):
        bounds = f"min {seats.min}" + (f", max {seats.max}" if seats.max is not None else "")
        detail = f'Plan "{name}" includes {included} seats, and its bounds are {bounds}.'
        if seats.included is None:
            detail = f'Plan "{name}" has at least {seats.min} seats and at most {seats.max}.'
        yield Finding(codes.PLAN_SEATS, detail, "Write min <= included <= max.", origin=origin)


def _outside(subscription: Desired[Spec], plan: str, bounds: Seats) -> Iterator[Finding]:
    rule = value(subscription, "seats")
    if not isinstance(rule, SeatRule):
        return
    least, most = (rule.min, rule.max) if rule.fixed is None else (rule.fixed, rule.fixed)
    if bounds.max is not None and max(least, most or 0) > bounds.max:
        said, bound = max(least, most or 0), f"at most {bounds.max}"
    elif (rule.fixed is not None or rule.min) and least < bounds.min:
        said, bound = least, f"at least {bounds.min}"
    else:
        return
    detail = f'{subscription.address} says {said} seats, and plan "{plan}" has {bound}.'
    fix = "Write a number within the plan's bounds, or use another plan."
    yield Finding(codes.PLAN_SEATS, detail, fix, subscription.address, subscription.origin)


RULE = Rule("plan_seats", (codes.PLAN_SEATS,), check, __doc__)
