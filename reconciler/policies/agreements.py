"""Who accepted the Microsoft Customer Agreement is confirmed for a day that is past.

The confirmation is the partner's word that a person of the customer accepted it; nobody can have done so tomorrow.
Source: https://learn.microsoft.com/partner-center/developer/confirm-customer-consent-customer-agreement
(partner-center.md 3.7).

Passes:

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
          dateAgreed: 2999-01-01
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each agreement that nobody can have accepted yet."""
    for key in fleet.customers:
        files = fleet.files.customers[key]
        agreed = files.entry.agreement.date_agreed if files.entry.agreement else None
        if agreed is not None and fleet.today is not None and agreed > fleet.today:
            detail = f'The agreement of customer "{key}" is said to be accepted on {agreed}, which is a day to come.'
            yield Finding(codes.AGREED_LATER, detail, "Write the day of the acceptance.", origin=files.origin)


RULE = Rule("agreements", (codes.AGREED_LATER,), check, __doc__)
