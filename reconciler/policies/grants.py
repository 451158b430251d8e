"""A grant is of somebody: each customer and reseller that it names is one of the files.

One that names nobody gives nothing, and what it was meant to give is the owners' alone. Globs may be for customers to
come, and say nothing wrong.

Passes:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    policies:
      delegation:
        owners: ["@northwind/licensing"]
        grants: [{to: ["@contoso/it"], customers: [contoso], change: [users]}]

Refused:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    policies:
      delegation:
        owners: ["@northwind/licensing"]
        grants: [{to: ["@contoso/it"], customers: [contosso], change: [users]}]
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each customer and reseller that a grant names and no file has."""
    delegation = fleet.files.settings.policies.delegation
    for grant in delegation.grants if delegation else ():
        to = ", ".join(grant.to)
        for word, names, known in (
            ("customer", sorted(grant.named), fleet.files.customers),
            ("reseller", grant.resellers, fleet.files.resellers),
        ):
            for name in names:
                if name not in known:
                    detail = f'The grant to {to} names {word} "{name}", which is no {word} of the files.'
                    fix = did_you_mean(name, known) or f"Mend its key, or remove it from the grant's {word}s."
                    yield Finding(codes.GRANT_UNUSED, detail, fix, origin=fleet.files.settings_origin)


RULE = Rule("grants", (codes.GRANT_UNUSED,), check, __doc__)
