"""The catalog of a market was confirmed not long ago.

Prices change every month and offers without notice, so a plan made with an old catalog may be refused by Microsoft.
`guardrails: {catalogAgeDays: 30}` in the settings says how old it may be. A market that was never synced has no age.

Passes:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    guardrails: {catalogAgeDays: 60}
    market: {country: DE, synced: 2026-10-10}

Refused:

    market: {country: DE, synced: 2026-10-10}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each market that was confirmed longer ago than the settings allow."""
    most = fleet.files.settings.guardrails.catalog_age_days
    for file in fleet.files.markets:
        synced = file.market.synced
        if fleet.today is None or synced is None or (fleet.today - synced).days <= most:
            continue
        detail = f"The catalog of {file.market.name} was last confirmed on {synced}; it may be {most} days old."
        fix = f"Run reconciler catalog sync --market {file.market.country} --segment {file.market.segment}."
        yield Finding(codes.CATALOG_OLD, detail, fix, origin=file.origin)


RULE = Rule("catalog_age", (codes.CATALOG_OLD,), check, __doc__)
