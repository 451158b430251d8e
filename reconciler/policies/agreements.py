"""Who accepted the Microsoft Customer Agreement can be confirmed.

The confirmation is the partner's word that a person of the customer accepted it on a day that is past. It is given on
behalf of a person of the partner, never by the app alone.
Source: https://learn.microsoft.com/partner-center/developer/confirm-customer-consent-customer-agreement
(partner-center.md 2.2, 3.7).

Passes:

    connections:
      emea:
        partnerTenant: partner.onmicrosoft.com
        region: Europe
        auth:
          clientId: a
          client: {federated: github}
          user: {refreshToken: {env: PC_REFRESH_TOKEN}}
    customers:
      contoso:
        tenant: contoso.onmicrosoft.com
        agreement:
          primaryContact: {firstName: Ada, lastName: Lovelace, email: ada@contoso.com}
          dateAgreed: 2026-08-31

Refused:

    customers:
      contoso:
        tenant: contoso.onmicrosoft.com
        agreement:
          primaryContact: {firstName: Ada, lastName: Lovelace, email: ada@contoso.com}
          dateAgreed: 2026-08-31
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each agreement that nobody can confirm, or nobody can have accepted yet."""
    for key, customer in fleet.customers.items():
        files = fleet.files.customers[key]
        if files.entry.agreement is None:
            continue
        connection = fleet.files.settings.connections.get(customer.connection)
        if connection is not None and connection.auth.user is None:
            name = f'connection "{customer.connection}"'
            detail = f'The agreement of customer "{key}" is confirmed on behalf of a person, and {name} has none.'
            fix = f"Add auth.user with a refresh token to {name}."
            yield Finding(codes.NOBODY_CONFIRMS, detail, fix, origin=files.origin)
        agreed = files.entry.agreement.date_agreed
        if fleet.today is not None and agreed > fleet.today:
            detail = f'The agreement of customer "{key}" is said to be accepted on {agreed}, which is a day to come.'
            yield Finding(codes.AGREED_LATER, detail, "Write the day of the acceptance.", origin=files.origin)


RULE = Rule("agreements", (codes.NOBODY_CONFIRMS, codes.AGREED_LATER), check, __doc__)
