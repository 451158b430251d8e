"""Customers as Partner Center and the tenant itself say them (partner-center.md 3.4, graph.md 9)."""

from __future__ import annotations

from typing import Any

from cloud.clouds import TENANT

from kinds.vendor import Vendor, read, rows
from reconciler.kinds.partner.customer import KIND, CustomerFacts, CustomerSpec

DOCUMENT: dict[str, Any] = {
    "id": TENANT.upper(),
    "commerceId": "99e6a635-48e7-424d-9059-c9db944e3c54",
    "companyProfile": {"tenantId": TENANT, "companyName": "Contoso", "address": {"country": "AT"}},
    "relationshipToPartner": "reseller",
    "customDomains": ["Contoso.com"],
}
ORGANIZATION: dict[str, Any] = {
    "id": TENANT,
    "displayName": "Contoso AG",
    "countryLetterCode": "DE",
    "onPremisesSyncEnabled": True,
    "verifiedDomains": [
        {"name": "Contoso.com", "isDefault": True, "isInitial": False},
        {"name": "contoso.onmicrosoft.com", "isDefault": False, "isInitial": True},
    ],
}


def a_cloud(*organizations: dict[str, Any]) -> Vendor:
    return Vendor({f"GET /customers/{TENANT}": (200, DOCUMENT), "GET /organization": rows(*organizations)})


def test_a_customer_is_what_both_services_say() -> None:
    live = read(KIND, a_cloud(ORGANIZATION))["contoso"]

    assert live.remote_id == TENANT
    assert live.spec == CustomerSpec(
        tenant_id=TENANT,
        relationship="reseller",
        country="DE",
        domains=frozenset({"contoso.com", "contoso.onmicrosoft.com"}),
    )
    assert live.facts == CustomerFacts(
        display_name="Contoso AG",
        commerce_id="99e6a635-48e7-424d-9059-c9db944e3c54",
        default_domain="contoso.com",
        initial_domain="contoso.onmicrosoft.com",
        synced=True,
    )


def test_where_the_tenant_says_nothing_the_company_profile_is_taken() -> None:
    spec = read(KIND, a_cloud())["contoso"].spec

    assert (spec.country, spec.domains) == ("AT", {"contoso.com"})


def test_a_customer_is_only_observed() -> None:
    assert KIND.observed
    assert KIND.section is None
