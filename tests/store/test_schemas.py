"""The JSON Schemas for editors and other tools: what is generated is what is kept, and fits what the loader takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import reconciler
from reconciler import kinds
from reconciler.store import schemas
from reconciler.store.documents import TOP_LEVEL

KEPT = Path(reconciler.__file__).parent.parent / "schemas"

RIGHT = {
    "settings": "apiVersion: reconciler/v1\nledger: ./.reconciler\nrightsizing: nightly\nconnections:\n"
    "  emea: {partnerTenant: p.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}\n",
    "a customer with its sections": "customers:\n  contoso:\n    tenant: contoso.onmicrosoft.com\n"
    "    manage: {users: authoritative}\n    users: {ada@contoso.com: {displayName: Ada, plans: [worker]}}\n",
    "a file of a customer": "customer: contoso\nusers:\nsubscriptions: {a: {sku: SPB, seats: auto}}\n"
    "removed: [{user: bo@contoso.com, action: disable}]\nmoved: [{user: {from: a@contoso.com, to: b@contoso.com}}]\n",
    "a market": "market: {country: DE, synced: '2026-11-20'}\ncatalog: {CFQ7TTC0LCHC:0002: {title: Premium}}\n",
    "prices of everybody, of a reseller and of a customer": "prices: {'*': [{markup: 20%}]}\n"
    "resellers: {nordic: {prices: {SPB: [{term: P1Y, perTerm: 240 EUR, from: '2027-01-01'}]}}}\n"
    "customers: {contoso: {tenant: c.onmicrosoft.com, prices: {SPB: [{perMonth: 20 EUR, until: '2027-01-01'}]}}}\n",
    "a catalog": "catalog:\n  CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB}\n",
}
WRONG = {
    "an unknown top-level key": "usres: {}\n",
    "a policy that nobody knows": "policies: {wine: {}}\n",
    "a waiver without an end": "waivers: [{policy: trialsEnd, at: contoso, reason: merger}]\n",
    "a price without a currency": "prices: {SPB: [{perMonth: 20}]}\n",
    "an unknown key": "customer: contoso\nusers: {ada@contoso.com: {displayname: Ada}}\n",
    "a key of the customer that cannot be": "customers: {Contoso Ltd: {tenant: c.onmicrosoft.com}}\n",
    "a word of manage": "customers: {contoso: {tenant: c.onmicrosoft.com, manage: {wine: observe}}}\n",
    "text for a number": 'plans: {a: {seats: {min: "10"}}}\n',
    "a market without a country": "market: {segment: commercial}\n",
    "a product that cannot be": "catalog: {SPB: {title: A, sku: SPB}}\n",
}


def errors(text: str) -> list[str]:
    validator = jsonschema.Draft202012Validator(schemas.desired_state(kinds.ALL))
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("name", [schemas.DESIRED_STATE, schemas.PLAN])
def test_the_kept_schema_is_the_generated_one(name: str) -> None:
    """If this fails, the models have changed: write the schemas anew and review the difference."""
    assert (KEPT / name).read_text(encoding="utf-8") == schemas.text(schemas.all_of(kinds.ALL)[name])


@pytest.mark.parametrize("name", [schemas.DESIRED_STATE, schemas.PLAN])
def test_a_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas.all_of(kinds.ALL)[name])


@pytest.mark.parametrize("name", RIGHT)
def test_the_schema_takes_what_is_right(name: str) -> None:
    assert errors(RIGHT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses_what_is_wrong(name: str) -> None:
    assert errors(WRONG[name]) != []


def test_the_schema_has_every_key_that_a_file_can_start_with() -> None:
    assert set(schemas.desired_state(kinds.ALL)["properties"]) == set(TOP_LEVEL)


def test_a_property_that_is_called_title_keeps_its_schema() -> None:
    properties: dict[str, Any] = schemas.desired_state(kinds.ALL)["$defs"]["CatalogSku"]["properties"]

    assert properties["title"]["type"] == "string"


def test_schemas_made_elsewhere_are_written_beside(tmp_path: Path) -> None:
    schemas.write(tmp_path, kinds.ALL, {"world.schema.json": {"type": "object"}})

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        schemas.DESIRED_STATE,
        schemas.PLAN,
        "world.schema.json",
    ]
    assert (tmp_path / schemas.PLAN).read_text() == (KEPT / schemas.PLAN).read_text()
