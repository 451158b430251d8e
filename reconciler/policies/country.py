"""A customer's country lies in the region of the connection that serves it.

A partner tenant may sell inside its own region only: Partner Center answers 403 with code 2030 to everything else. The
rule looks at `country` of the customer and `region` of its connection; it says nothing where either is left out.

Passes:

    connections:
      emea: {partnerTenant: p.onmicrosoft.com, region: Europe, auth: {clientId: a, client: {federated: github}}}
    customers:
      contoso: {tenant: contoso.onmicrosoft.com, country: DE}

Refused:

    connections:
      emea: {partnerTenant: p.onmicrosoft.com, region: Europe, auth: {clientId: a, client: {federated: github}}}
    customers:
      contoso: {tenant: contoso.onmicrosoft.com, country: JP}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.suggest import did_you_mean
from reconciler.policies import regions
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each region that does not exist, and one for each customer outside its connection's region."""
    for name, connection in fleet.files.settings.connections.items():
        if connection.region and not regions.named(connection.region):
            fix = did_you_mean(connection.region, regions.COUNTRIES) or f"Known are: {'; '.join(regions.COUNTRIES)}."
            detail = f'Connection "{name}" is in region "{connection.region}", which does not exist.'
            yield Finding(codes.UNKNOWN_REGION, detail, fix, origin=fleet.files.settings_origin)
    for customer in fleet.customers.values():
        yield from _check_customer(fleet, customer)


def _check_customer(fleet: Fleet, customer: DesiredCustomer) -> Iterator[Finding]:
    connection = fleet.files.settings.connections.get(customer.connection)
    region = regions.named(connection.region) if connection else None
    if not region or not customer.country or customer.country in regions.COUNTRIES[region]:
        return
    yield Finding(
        codes.OUT_OF_REGION,
        f'Customer "{customer.key}" is in {customer.country}; connection "{customer.connection}" sells in {region}.',
        _who_could(fleet, customer.country),
        origin=customer.origin,
    )


def _who_could(fleet: Fleet, country: str) -> str:
    where = tuple(regions.of_country(country))
    if not where:
        return f"{country} is in no region of the program: correct the country."
    connections = fleet.files.settings.connections
    able = [name for name, connection in connections.items() if regions.named(connection.region) in where]
    if able:
        return f'Write "connection: {able[0]}", which sells in {where[0]}.'
    return f"Add a connection with region {where[0]}: no other can serve {country}."


RULE = Rule("country", (codes.UNKNOWN_REGION, codes.OUT_OF_REGION), check, __doc__)
