"""Each tenant is one customer.

Two customers with one tenant would plan against each other: what one adds, the other takes away.

Passes:

    customers:
      contoso: {tenant: contoso.onmicrosoft.com}
      fabrikam: {tenant: fabrikam.onmicrosoft.com}

Refused:

    customers:
      contoso: {tenant: contoso.onmicrosoft.com}
      fabrikam: {tenant: Contoso.onmicrosoft.com}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import CustomerFiles
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each customer whose tenant, or one of whose domains, an earlier customer has."""
    seen: dict[str, CustomerFiles] = {}
    for files in fleet.files.customers.values():
        told: set[str] = set()
        for name in dict.fromkeys(
            (files.entry.tenant.strip().casefold(), *(d.casefold() for d in files.entry.domains))
        ):
            first = seen.setdefault(name, files)
            if first is not files and first.key not in told:
                told.add(first.key)
                yield Finding(
                    codes.SAME_TENANT,
                    f'Customers "{first.key}" and "{files.key}" both have {name}, which only one tenant can have.',
                    "Keep one of the two customers, or correct the tenant or domain of the other.",
                    origin=files.origin,
                    related=(first.origin,),
                )


RULE = Rule("tenants", (codes.SAME_TENANT,), check, __doc__)
