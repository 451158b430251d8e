"""Nothing is asked of Partner Center for the customers of an indirect reseller's connection.

An indirect reseller has no access to Partner Center's API (partner-center.md 1.1): its indirect provider makes
customers, confirms agreements, buys and changes subscriptions. People, groups and licenses are done as anywhere, and
seats become advice. What the files ask for beyond that is refused here; `create:` has its own rule (new_customers).

Passes:

    connections:
      emea:
        partnerTenant: partner.onmicrosoft.com
        model: indirectReseller
        auth: {clientId: a, client: {federated: github}}
    customers:
      contoso: {tenant: contoso.onmicrosoft.com}
    customer: contoso
    subscriptions: {head-office: {plan: modern-worker, seats: auto}}

Refused:

    connections:
      emea:
        partnerTenant: partner.onmicrosoft.com
        model: indirectReseller
        auth: {clientId: a, client: {federated: github}}
    customers:
      contoso:
        tenant: contoso.onmicrosoft.com
        agreement:
          primaryContact: {firstName: Ada, lastName: Lovelace, email: ada@contoso.com}
          dateAgreed: 2026-08-31
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes, halves
from reconciler.model.finding import Finding
from reconciler.model.repository import Entry
from reconciler.policies.fleet import Fleet, Rule

# What an entry of a subscription says to Partner Center, by our names and by those of the files.
SENT = {
    "friendly_name": "friendlyName",
    "end_of_term": "endOfTerm",
    "state": "state",
    "ends_with": "endsWith",
    "split_from": "from",
    "attestation": "attestation",
    "into": "into",
}


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each thing that only the provider can do, where the files ask for it."""
    for key, customer in fleet.customers.items():
        connection = fleet.files.settings.connections.get(customer.connection)
        if connection is None or halves.allows(connection.model):
            continue
        files = fleet.files.customers[key]
        if files.entry.agreement is not None:
            what = f'The files of customer "{key}" ask to {halves.CONFIRM_AGREEMENT.words}'
            fix = "Ask your provider to confirm it, and take agreement: out of the files."
            yield Finding(codes.CLOSED_TO_RESELLER, f"{what}; {halves.CLOSED}.", fix, origin=files.origin)
        for entry in files.entries:
            yield from _check_subscription(key, entry)


def _check_subscription(key: str, entry: Entry) -> Iterator[Finding]:
    said = [theirs for ours, theirs in SENT.items() if getattr(entry.document, ours, None)]
    if entry.section == "subscriptions" and said:
        detail = f"{key}/subscription/{entry.key} says {', '.join(said)}; {halves.CLOSED}."
        fix = "Arrange it with your provider, and take it out of the files."
        yield Finding(codes.CLOSED_TO_RESELLER, detail, fix, origin=entry.origin)


RULE = Rule("closed_to_resellers", (codes.CLOSED_TO_RESELLER,), check, __doc__)
