"""What was changed outside is left alone for a time only, and at a customer that there is.

An entry of `drift: {ignore}` that has expired no longer holds: the next plan corrects what it left alone.

Passes:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    drift:
      ignore: [{at: contoso, fields: [jobTitle], reason: HR writes it, owner: ada@example.com, until: 2027-03-31}]

Refused:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
    drift:
      ignore: [{at: contoso, fields: [jobTitle], reason: HR writes it, owner: ada@example.com, until: 2025-03-31}]
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each entry that leaves nothing alone."""
    settings, origin = fleet.files.settings, fleet.files.settings_origin
    for ignore in settings.drift.ignore:
        called = f"Ignoring drift at {ignore.at} ({ignore.owner}: {ignore.reason})"
        if fleet.today is not None and ignore.until < fleet.today:
            detail = f"{called} ended on {ignore.until.isoformat()}: the next plan corrects it."
            yield Finding(codes.IGNORE_EXPIRED, detail, "Remove it, or give it another day.", origin=origin)
        elif not any(ignore.concerns(customer) for customer in fleet.files.customers):
            detail = f"{called} is at no customer of the files."
            yield Finding(codes.IGNORE_UNUSED, detail, "Remove it, or mend the customer's key.", origin=origin)


RULE = Rule("drift_ignores", (codes.IGNORE_EXPIRED, codes.IGNORE_UNUSED), check, __doc__)
