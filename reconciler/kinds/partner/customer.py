"""Customers: who a tenant is, as Partner Center and the tenant itself say it.

Observed only: read from `GET /customers/{t}` (https://learn.microsoft.com/partner-center/developer/get-a-customer-by-id,
partner-center.md 3.4) and `GET /organization` (graph.md 9). It tells whether the partner relationship stands, which
country the tenant has, and which domains are verified.

Must not: create a tenant, change a profile, or end a relationship; there is no code for it (interface.md 2.4).

Questionable on purpose: the country is that of the tenant itself and only then that of the company profile, because
the former fixes the market (partner-center.md 3.3) and the latter is an address that people edit.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.cloud.sessions import ORGANIZATION, CustomerSession
from reconciler.model.address import Address
from reconciler.model.kind import Interest, Kind
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

Row = Mapping[str, Any]  # Any: the vendor's JSON


class CustomerSpec(Spec):
    """One customer's tenant. `relationship` is Partner Center's word: reseller, advisor, none, ..."""

    tenant_id: str
    relationship: str | None = None
    country: str | None = None
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What else is known. `synced` says that an on-premises directory writes into the tenant."""

    display_name: str
    commerce_id: str
    default_domain: str
    initial_domain: str
    synced: bool


class CustomerKind(Kind[CustomerSpec, CustomerSession]):
    """The customer itself; declared by its own place in the files, never written."""

    name = "customer"
    spec = CustomerSpec
    group = "customers"
    observed = True

    def key(self, spec: CustomerSpec) -> str:
        return spec.tenant_id

    async def read(
        self,
        session: CustomerSession,
        customer: str,
        interest: Interest,  # noqa: ARG002
    ) -> AsyncIterator[Live[CustomerSpec]]:
        document, organizations = await asyncio.gather(_profile(session), session.graph.listing(ORGANIZATION))
        yield from_wire(customer, document, organizations[0] if organizations else {})


async def _profile(session: CustomerSession) -> Row:
    return await session.partner.get(f"/customers/{await session.tenant_id()}")


def from_wire(customer: str, document: Row, organization: Row) -> Live[CustomerSpec]:
    """Both documents of one customer as a live resource."""
    profile = document.get("companyProfile") or {}
    tenant_id = str(document.get("id") or profile.get("tenantId")).lower()
    domains = organization.get("verifiedDomains") or ()
    names = {str(domain["name"]).lower(): domain for domain in domains}
    country = organization.get("countryLetterCode") or (profile.get("address") or {}).get("country")
    spec = CustomerSpec(
        tenant_id=tenant_id,
        relationship=document.get("relationshipToPartner"),
        country=str(country).upper() if country else None,
        domains=frozenset(names) or frozenset(str(name).lower() for name in document.get("customDomains") or ()),
    )
    facts = CustomerFacts(
        display_name=str(organization.get("displayName") or profile.get("companyName") or ""),
        commerce_id=str(document.get("commerceId") or ""),
        default_domain=next((name for name, domain in names.items() if domain.get("isDefault")), ""),
        initial_domain=next((name for name, domain in names.items() if domain.get("isInitial")), ""),
        synced=organization.get("onPremisesSyncEnabled") is True,
    )
    return Live(Address(customer, KIND.name, customer), tenant_id, spec, facts=facts)


KIND = CustomerKind()
