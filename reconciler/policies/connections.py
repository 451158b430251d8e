"""Each customer is served by exactly one connection that exists.

It is the one that the customer names, else the one of its reseller, else `defaults.connection` of the settings, else
the only connection there is. Where several could serve a customer, none is guessed.

Passes:

    connections:
      emea: {partnerTenant: emea.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
      apac: {partnerTenant: apac.onmicrosoft.com, auth: {clientId: b, client: {federated: github}}}
    customers:
      contoso: {tenant: contoso.onmicrosoft.com, connection: apac}

Refused:

    connections:
      emea: {partnerTenant: emea.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
      apac: {partnerTenant: apac.onmicrosoft.com, auth: {clientId: b, client: {federated: github}}}
    customers:
      contoso: {tenant: contoso.onmicrosoft.com}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.expand import connection_of
from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import CustomerFiles, Repository
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each customer whose reseller or connection is unknown. Nothing without any connection."""
    if not fleet.files.settings.connections:
        return  # the settings are missing or have a mistake, which was told
    for files in fleet.files.customers.values():
        yield from _check_customer(fleet.files, files)


def _check_customer(repository: Repository, files: CustomerFiles) -> Iterator[Finding]:
    reseller = files.entry.reseller
    if reseller and reseller not in repository.resellers:
        known = repository.resellers
        fix = did_you_mean(reseller, known) or f'Add "{reseller}" under "resellers:".'
        yield _finding(files, f'Customer "{files.key}" names reseller "{reseller}", which no file declares.', fix)
        return
    connections = repository.settings.connections
    found = connection_of(repository, files)
    if not found:
        names = ", ".join(connections)
        detail = f'Customer "{files.key}" could be served by {names}, and nothing says by which.'
        yield _finding(files, detail, 'Add "connection: NAME" to the customer, its reseller or the defaults.')
    elif found not in connections:
        fix = did_you_mean(found, connections) or f"Known connections: {', '.join(connections)}."
        yield _finding(files, f'Customer "{files.key}" is to be served by "{found}", which is no connection.', fix)


def _finding(files: CustomerFiles, detail: str, fix: str) -> Finding:
    return Finding(codes.NO_CONNECTION, detail, fix, origin=files.origin)


RULE = Rule("connections", (codes.NO_CONNECTION,), check, __doc__)
