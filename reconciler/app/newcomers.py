"""Customers of a connection that no file has, each with the key that an import would give it.

Must not: read anything of them; a customer that files name by another domain is found out when it is read.

Questionable on purpose: the key is the first part of the tenant's initial domain, because it never changes and people
know their customers by it; a company's name has spaces, forms of law, and a twin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.app import fleet
from reconciler.app.importing import serving
from reconciler.app.planning import Request
from reconciler.app.workspace import open_workspace
from reconciler.cloud.sessions import CUSTOMERS_PAGE
from reconciler.drafts.inferring import named, slug
from reconciler.model import halves
from reconciler.model.errors import UsageError


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A customer that no file has."""

    key: str
    tenant: str
    name: str


async def look(request: Request, connection: str | None) -> list[Newcomer]:
    """All of them, by key. UsageError, DesiredStateError, CloudError."""
    workspace = open_workspace(request.root, request.environ).checked()
    through = serving(workspace, connection)
    if not halves.allows(workspace.repository.settings.connections[through].model):
        raise UsageError(f"Connection {through} cannot list its customers: an indirect reseller imports them by name.")
    pace = fleet.pace(request.clock)
    async with fleet.open_connections(workspace, [through], request.environ, request.seams, pace) as clouds:
        rows = await clouds.connections[through].partner().listing(f"/customers?size={CUSTOMERS_PAGE}")
    declared = {customer.tenant.strip().lower() for customer in workspace.customers.values()}
    taken, found = set(workspace.customers), []
    for row in sorted(rows, key=lambda row: (_domain(row), str(row.get("id")))):
        profile, domain = row.get("companyProfile") or {}, _domain(row)
        tenant = domain or str(row.get("id") or "").lower()
        if declared & {domain, str(row.get("id") or "").lower()} or not tenant:
            continue
        key = named(slug(domain.partition(".")[0]) or "customer", taken)
        taken.add(key)
        found.append(Newcomer(key, tenant, str(profile.get("companyName") or "")))
    return found


def _domain(row: Mapping[str, object]) -> str:
    profile = row.get("companyProfile")
    return str(profile.get("domain") or "").lower() if isinstance(profile, Mapping) else ""
