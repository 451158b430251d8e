"""A user who gets a license has a usage location.

Without one Microsoft refuses every license. It may stand with the user or as `usageLocation` in the defaults of the
customer, its reseller or the settings; the defaults fill in when the user is created.

Passes:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace, usageLocation: GB, licenses: {SPB: {}}}

Refused:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace, licenses: {SPB: {}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.policies.fleet import Fleet, Rule, of_kind, text


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each user with a license and without a location."""
    for customer in fleet.customers.values():
        if not customer.defaults.usage_location:
            yield from _check_customer(customer)


def _check_customer(customer: DesiredCustomer) -> Iterator[Finding]:
    licensed = dict.fromkeys(text(license_, "user") for license_ in of_kind(customer, "license"))
    for upn in licensed:
        user = customer.resources.get(Address(customer.key, "user", upn))
        if user is None or text(user, "usage_location"):
            continue
        detail = f"{user.address} gets licenses and has no usageLocation; Microsoft refuses licenses without one."
        fix = 'Add "usageLocation: DE" (the user\'s country), or defaults with it to the customer or the settings.'
        yield Finding(codes.USAGE_LOCATION_MISSING, detail, fix, user.address, user.origin)


RULE = Rule("usage_locations", (codes.USAGE_LOCATION_MISSING,), check, __doc__)
