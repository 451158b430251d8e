"""An integration sandbox has room for what it is given.

Microsoft's sandbox of a partner (`environment: sandbox`) takes 75 customers, five subscriptions of each, and 25 seats
of each subscription, so a product whose smallest number of seats is larger cannot be tried there. Source:
https://learn.microsoft.com/partner-center/developer/test-and-debug (partner-center.md 2.6).

Passes:

    connections:
      trial:
        partnerTenant: partner.onmicrosoft.com
        environment: sandbox
        auth: {clientId: a, client: {federated: github}}
    customer: contoso
    subscriptions: {office: {plan: modern-worker, seats: 25}}

Refused:

    connections:
      trial:
        partnerTenant: partner.onmicrosoft.com
        environment: sandbox
        auth: {clientId: a, client: {federated: github}}
    customer: contoso
    subscriptions: {office: {plan: modern-worker, seats: 26}}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.core.expand import connection_of
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.seats import SeatRule
from reconciler.policies.fleet import Fleet, Rule, of_kind, value

CUSTOMERS, SUBSCRIPTIONS, SEATS = 75, 5, 25


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each connection, customer and subscription that is too large."""
    settings = fleet.files.settings
    small = {name for name, one in settings.connections.items() if one.environment == "sandbox"}
    if not small:
        return
    counted = Counter(connection_of(fleet.files, files) for files in fleet.files.customers.values())
    for name in sorted(small):
        if counted[name] > CUSTOMERS:
            detail = f'Connection "{name}" is an integration sandbox and serves {counted[name]} customers; '
            yield Finding(
                codes.NO_ROOM, f"{detail}it has room for {CUSTOMERS}.", FEWER, origin=fleet.files.settings_origin
            )
    for customer in fleet.customers.values():
        if customer.connection in small:
            yield from _of_customer(customer)


FEWER = "Try with fewer."


def _of_customer(customer: DesiredCustomer) -> Iterator[Finding]:
    own = [one for one in of_kind(customer, "subscription") if value(one, "own") is not False]
    if len(own) > SUBSCRIPTIONS:
        detail = f'Customer "{customer.key}" has {len(own)} subscriptions in an integration sandbox; '
        yield Finding(codes.NO_ROOM, f"{detail}it takes {SUBSCRIPTIONS}.", FEWER, origin=customer.origin)
    for one in own:
        seats = value(one, "seats")
        wanted = (seats.fixed or seats.min) if isinstance(seats, SeatRule) else 0
        if wanted > SEATS:
            detail = f"{one.address} asks for {wanted} seats in an integration sandbox; it takes {SEATS}."
            yield Finding(codes.NO_ROOM, detail, FEWER, one.address, one.origin)


RULE = Rule("sandbox_limits", (codes.NO_ROOM,), check, __doc__)
