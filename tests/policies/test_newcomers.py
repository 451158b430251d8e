"""What is said of customers that are to be made, and of agreements: one golden file per rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from golden import Golden
from kinds import newcomers

from policies import fleets
from policies.test_refusals import answers
from reconciler import policies

PERSON = "user: {refreshToken: {env: X}}"
TODAY = date(2026, 11, 22)


def connection(more: str = "", person: str = "") -> str:
    auth = f"{{clientId: a, client: {{federated: github}}, {person}}}"
    return f"connections:\n  emea: {{partnerTenant: partner.onmicrosoft.com, {more} auth: {auth}}}\n"


def customer(tenant: str = newcomers.DOMAIN, more: str = "", **billing: Any) -> str:
    """A customer to be made; `address` are parts of the default address, `company` of the company profile."""
    address, company = billing.pop("address", {}), billing.pop("company", {})
    create = newcomers.a_create(address, companyProfile=company)
    create["billingProfile"] |= billing
    said = json.dumps({key: value for key, value in create.items() if value})
    return f"customers:\n  contoso: {{tenant: {tenant}, create: {said}, {more}}}\n"


US = {"country": "US", "state": "WA", "postalCode": "98052"}
RESELLER = 'resellers: {first-up: {mpnId: "4847383"}}\n'
AGREED = f"agreement: {json.dumps(newcomers.AGREEMENT)}"
CASES: dict[str, dict[str, str]] = {
    "new_customers": {
        "a prefix with a hyphen": customer("tail-spin.onmicrosoft.com"),
        "a prefix that is too long": customer(f"{'t' * 28}.onmicrosoft.com"),
        "an id": customer("11111111-1111-1111-1111-111111111111"),
        "nothing but what a company is": customer(companyName="GmbH"),
        "nothing but signs": customer(companyName="&$^#"),
        "a web address": customer(companyName="tailspin.com"),
        "a letter three times": customer(companyName="AAA Movers"),
        "single letters": customer(companyName="T O Y S"),
        "a contact at Microsoft": customer(email="anna@microsoft.com"),
        "a contact at the partner": customer(email="anna@Partner.onmicrosoft.com"),
        "an indirect reseller": connection("model: indirectReseller,") + customer(),
        "a provider for nobody": connection("model: indirectProvider,", PERSON) + customer(),
    },
    "app_and_user": {
        "an agreement": connection() + f"customers:\n  contoso: {{tenant: c.onmicrosoft.com, {AGREED}}}\n",
        "a new customer": connection() + customer(),
        "a new customer of a reseller": connection("model: indirectProvider,")
        + RESELLER
        + customer(more=f"reseller: first-up, {AGREED}"),
    },
    "company_addresses": {
        "another country": customer(more="country: FR"),
        "a number that the country does not have": customer(company={"organizationRegistrationNumber": "1"}),
        "no telephone": customer(address={"country": "IN"}, company={"organizationRegistrationNumber": "1"}),
        "the United States": customer(address={**US, "state": "Washington", "postalCode": "9805", "phoneNumber": "+1"}),
    },
    "agreements": {
        "a day to come": connection(person=PERSON)
        + f"customers:\n  contoso: {{tenant: c.onmicrosoft.com, {AGREED.replace('2026-08-31', '2026-11-23')}}}\n",
    },
    "sandbox_limits": {
        "too many customers": connection("environment: sandbox,")
        + "customers:\n"
        + "".join(f"  c{n}: {{tenant: c{n}.onmicrosoft.com}}\n" for n in range(76)),
        "too many subscriptions": connection("environment: sandbox,")
        + "customer: contoso\nsubscriptions:\n"
        + "".join(f"  s{n}: {{sku: SPB, friendlyName: S{n}, seats: 1}}\n" for n in range(6)),
        "too many seats at least": connection("environment: sandbox,")
        + "customer: contoso\nsubscriptions: {s: {sku: SPB, seats: {min: 26}}}\n",
    },
}
PASSES = {
    "app_and_user: a connection with a person": connection("model: indirectProvider,", PERSON)
    + RESELLER
    + customer(more=f"reseller: first-up, {AGREED}"),
    "app_and_user: what the app may do alone": connection() + "customers: {contoso: {tenant: c.onmicrosoft.com}}\n",
    "app_and_user: a new tenant that is not to be entered": connection()
    + customer()
    .replace('"create": {', '"create": {"enableGDAPByDefault": false, ')
    .replace("create: {", 'create: {"enableGDAPByDefault": false, '),
    "new_customers: an indirect provider for a reseller": connection("model: indirectProvider,", PERSON)
    + RESELLER
    + customer(more="reseller: first-up"),
    "new_customers: a direct partner does not name the reseller": RESELLER + customer(more="reseller: first-up"),
    "new_customers: a suffix beside a name": customer(companyName="Toys GmbH & Co. KG"),
    "company_addresses: the United States": customer(
        address={**US, "phoneNumber": "425-555-0100"}, culture="EN-us", language="en"
    ),
    "company_addresses: the same country twice": customer(more="country: DE"),
    "agreements: today": connection(person=PERSON)
    + f"customers:\n  contoso: {{tenant: c.onmicrosoft.com, {AGREED.replace('2026-08-31', '2026-11-22')}}}\n",
    "sandbox_limits: production": "customer: contoso\nsubscriptions: {s: {sku: SPB, seats: 26}}\n",
    "sandbox_limits: foreign seats": connection("environment: sandbox,")
    + "customer: contoso\nsubscriptions:\n  s: {sku: SPB, owner: foreign}\n",
}
RULES = {rule.name: rule for rule in policies.ALL}


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_says_what_is_wrong_and_what_to_do(name: str, tmp_path: Path, golden: Golden) -> None:
    dated = replace(RULES[name], check=lambda fleet: RULES[name].check(replace(fleet, today=TODAY)))
    lines: list[str] = []
    for case, text in CASES[name].items():
        found = answers(dated, text, tmp_path / case.replace(" ", "-"))
        assert found, case
        lines.extend([f"# {case}", *found, ""])

    golden.check(f"{name}.txt", "\n".join(lines))


@pytest.mark.parametrize("case", PASSES)
def test_what_is_right_passes(case: str, tmp_path: Path) -> None:
    fleet = replace(fleets.fleet(tmp_path, PASSES[case]), today=TODAY)

    assert list(RULES[case.partition(":")[0]].check(fleet)) == []
