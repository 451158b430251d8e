"""What is removed is not declared at the same time.

A tombstone under `removed:` and an entry for the same thing contradict each other, and nobody can tell which of the two
is older. The same holds for a customer.

Passes:

    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace}
    removed:
      - {user: bo@contoso.com, action: disable, reason: left 2026-08-31}

Refused:

    customer: contoso
    users:
      bo@contoso.com: {displayName: Bo Diddley}
    removed:
      - {user: Bo@contoso.com, action: disable, reason: left 2026-08-31}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding at each tombstone whose target is declared. A protected target is told by `protected`."""
    for key, placed in fleet.files.customers_removed.items():
        files = fleet.files.customers.get(key)
        if files is not None and not files.entry.protect:
            detail = f'Customer "{key}" is removed here and declared at {files.origin}.'
            fix = "Remove the customer's files, or this line."
            yield Finding(codes.REMOVED_AND_DECLARED, detail, fix, None, placed.origin, (files.origin,))
    for customer in fleet.customers.values():
        for address, placed in customer.tombstones.items():
            declared = customer.resources.get(address)
            if declared is None or declared.exists or declared.protect or customer.protect:
                continue
            detail = f"{address} is removed here and declared at {declared.origin}."
            fix = "Remove the entry, or this line if it is to stay."
            yield Finding(codes.REMOVED_AND_DECLARED, detail, fix, address, placed.origin, (declared.origin,))


RULE = Rule("tombstones", (codes.REMOVED_AND_DECLARED,), check, __doc__)
