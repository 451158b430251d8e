"""Each partner tenant is reached by one connection.

Two connections to one partner tenant would share its limits without knowing of each other, and a customer could be
written from both sides at once.

Passes:

    defaults: {connection: emea}
    connections:
      emea: {partnerTenant: emea.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
      apac: {partnerTenant: apac.onmicrosoft.com, auth: {clientId: b, client: {federated: github}}}

Refused:

    defaults: {connection: emea}
    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
      apac: {partnerTenant: Partner.onmicrosoft.com, auth: {clientId: b, client: {federated: github}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each connection whose partner tenant an earlier one has."""
    seen: dict[str, str] = {}
    for name, connection in fleet.files.settings.connections.items():
        first = seen.setdefault(connection.partner_tenant.strip().casefold(), name)
        if first != name:
            yield Finding(
                codes.SAME_PARTNER_TENANT,
                f'Connections "{first}" and "{name}" both lead to partner tenant {connection.partner_tenant}.',
                "Keep one of the two, or correct the partnerTenant of the other.",
                origin=fleet.files.settings_origin,
            )


RULE = Rule("partner_tenants", (codes.SAME_PARTNER_TENANT,), check, __doc__)
