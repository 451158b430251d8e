"""What the files give until a day is taken out of them after it.

A plan or a license of somebody whose `until` has passed is given to nobody any more, and everybody who reads the entry
has to look at the calendar. It is a warning: nothing is wrong with the customer.

Passes:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada, usageLocation: GB, licenses: {VISIO_PLAN2_DEPT: {until: 2099-03-31}}}

Refused:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada, usageLocation: GB, licenses: {VISIO_PLAN2_DEPT: {until: 2025-03-31}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each plan or license of a person that is over."""
    if fleet.today is None:
        return
    for customer in fleet.customers.values():
        files = fleet.files.customers.get(customer.key)
        for entry in files.entries if files else ():
            for what, span in getattr(entry.document, "dated", ()):
                if span.until and span.until < fleet.today:
                    address = Address(customer.key, "user", entry.key.lower())
                    detail = f"{what} of {address} was until {span.until.isoformat()}, which has passed."
                    fix = "Take it out of the entry, or give it another day."
                    yield Finding(codes.DAYS_OVER, detail, fix, address, entry.origin)


RULE = Rule("days_over", (codes.DAYS_OVER,), check, __doc__)
