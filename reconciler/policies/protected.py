"""What is protected is not removed.

`protect: true` on a user, group or subscription forbids every removal of it, and on a customer of everything there. To
remove it after all, drop `protect` first, in a change of its own that somebody reviews.

Passes:

    customer: contoso
    users:
      admin@contoso.com: {displayName: Admin, protect: true}
    removed:
      - {user: bo@contoso.com, action: disable}

Refused:

    customer: contoso
    users:
      admin@contoso.com: {displayName: Admin, protect: true}
    removed:
      - {user: admin@contoso.com, action: delete}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import DesiredCustomer
from reconciler.policies.fleet import Fleet, Rule

FIX = 'Remove this line, or drop "protect" in an earlier change of its own.'


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding at each tombstone whose target, or whose target's customer, is protected."""
    for key, placed in fleet.files.customers_removed.items():
        files = fleet.files.customers.get(key)
        if files is not None and files.entry.protect:
            detail = f'Customer "{key}" is protected at {files.origin} and removed here.'
            yield Finding(codes.PROTECTED_AND_REMOVED, detail, FIX, None, placed.origin, (files.origin,))
    for customer in fleet.customers.values():
        yield from _check_customer(customer)


def _check_customer(customer: DesiredCustomer) -> Iterator[Finding]:
    for address, placed in customer.tombstones.items():
        declared = customer.resources.get(address)
        by: Origin | None = declared.origin if declared and declared.protect else None
        if by is None and customer.protect:
            by = customer.origin
        if by is not None:
            detail = f"{address} is protected at {by} and removed here."
            yield Finding(codes.PROTECTED_AND_REMOVED, detail, FIX, address, placed.origin, (by,))


RULE = Rule("protected", (codes.PROTECTED_AND_REMOVED,), check, __doc__)
