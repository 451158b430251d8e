"""What Partner Center does on a person's behalf only is asked of connections that have one.

Confirming who accepted the Microsoft Customer Agreement, making a customer for a reseller, and consenting to the app in
a new tenant need app+user (partner-center.md 2.2, 2.5, 3.7, 3.8). A connection gets a person by `auth.user`, and its
refresh token by `reconciler auth renew`. Source:
https://learn.microsoft.com/partner-center/developer/partner-center-authentication.

Passes:

    connections:
      emea:
        partnerTenant: partner.onmicrosoft.com
        region: Europe
        auth:
          clientId: a
          client: {federated: github}
          user: {refreshToken: {env: PC_REFRESH_TOKEN}, store: {file: keys/emea.age}}
    customers:
      contoso:
        tenant: contoso.onmicrosoft.com
        agreement:
          primaryContact: {firstName: Ada, lastName: Lovelace, email: ada@contoso.com}
          dateAgreed: 2026-08-31

Refused:

    connections:
      emea:
        partnerTenant: partner.onmicrosoft.com
        region: Europe
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
from reconciler.model.connection import Connection
from reconciler.model.finding import Finding
from reconciler.model.halves import Operation
from reconciler.model.repository import CustomerFiles
from reconciler.policies.fleet import Fleet, Rule

ENTER = "Nobody of ours can enter the tenant until somebody there consents."


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each operation that a customer's files ask for and its connection cannot do."""
    for key, customer in fleet.customers.items():
        files = fleet.files.customers[key]
        connection = fleet.files.settings.connections.get(customer.connection)
        if connection is None or connection.auth.user is not None or not halves.allows(connection.model):
            continue
        for operation in _asked(fleet, files, connection):
            yield _finding(files, customer.connection, operation)


def _asked(fleet: Fleet, files: CustomerFiles, connection: Connection) -> Iterator[Operation]:
    """The operations with a person that these files ask for."""
    create, reseller = files.entry.create, fleet.files.resellers.get(files.entry.reseller or "")
    if create is not None and connection.model == "indirectProvider" and reseller is not None and reseller.mpn_id:
        yield halves.CREATE_FOR_RESELLER
    if create is not None and create.enable_gdap_by_default:
        yield halves.CONSENT
    if files.entry.agreement is not None:
        yield halves.CONFIRM_AGREEMENT


def _finding(files: CustomerFiles, name: str, operation: Operation) -> Finding:
    route = f"{operation.method} /v1{operation.route}"
    what = f'The files of customer "{files.key}" ask to {operation.words} ({route})'
    detail = f'{what}, which is done on behalf of a person only, and connection "{name}" has none.'
    user = f"user: {{refreshToken: {{env: PC_REFRESH_TOKEN}}, store: {{file: keys/{name}.age}}}}"
    fix = f"Write connections: {{{name}: {{auth: {{{user}}}}}}}, and sign in with: reconciler auth renew {name}"
    if operation is halves.CONSENT:
        return Finding(codes.STAYS_SHUT, f"{detail} {ENTER}", fix, origin=files.origin)
    return Finding(codes.NEEDS_PERSON, detail, fix, origin=files.origin)


RULE = Rule("app_and_user", (codes.NEEDS_PERSON, codes.STAYS_SHUT), check, __doc__)
