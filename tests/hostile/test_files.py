"""Files of a repository, damaged at random: an answer with places, whatever stands in them.

Three files: a customer with a bit of everything, the settings, the catalog. One of them is damaged, as bytes or as a
document; JSON is YAML, so that a twisted document needs no writer of YAML.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from scenarios.stage import BASE

from . import damage
from .ground import files, said, seeds, unclear

Json = Any  # a JSON document
FORMATS = ("text", "text", "json", "sarif", "junit", "github")
CUSTOMER = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    country: DE
    manage: {users: additive, licenses: authoritative}
    onDrift: {users: report}
    guardrails:
      removals: {count: 5, percent: 10}
      seatsAdded: 3
      monthlyCostAdded: "500.00 EUR"
      customersTouched: 3
    rightsizing: nightly
    domains: {contoso.com: {default: true}}
    subscriptions:
      office:
        {plan: modern-worker, seats: auto, friendlyName: Head, purchaseOrder: PO-1, endOfTerm: renew}
      two:
        product: "CFQ7TTC0LFLX:0001"
        seats: {min: 1, max: 5, buffer: 1}
        term: P1Y
        billing: monthly
      three: {sku: SPE_E5, owner: foreign}
    users:
      ada@contoso.com:
        displayName: Ada
        usageLocation: DE
        plans: [modern-worker]
        licenses: {SPE_E3: {disabledServicePlans: [A]}}
        manager: bo@contoso.com
        protect: true
        businessPhones: ["1"]
        otherMails: ["a@b.c"]
        employeeHireDate: "2026-01-01T00:00:00Z"
        state: active
        onPremisesExtensionAttributes: {extensionAttribute1: x}
        employeeOrgData: {division: d}
      bo@contoso.com: {displayName: Bo}
      eve.s@contoso.com: {displayName: Eve}
    groups:
      sales:
        displayName: Sales
        type: security
        members: [ada@contoso.com]
        owners: [bo@contoso.com]
        mode: additive
        visibility: Private
        description: d
    removed: [{user: cy@contoso.com, action: disable, reason: left}, {customer: fabrikam, subscriptions: keep}]
    moved: [{user: {from: eve@contoso.com, to: eve.s@contoso.com}}]
    prices:
      SPB:
        - {perMonth: 30 EUR, from: 2026-01-01, tiers: [{seats: 5, perMonth: 28 EUR}], term: P1Y, billing: monthly}
        - {markup: 20%, term: P1M}
  newco:
    tenant: newco.onmicrosoft.com
    country: DE
    create:
      billingProfile:
        companyName: Newco GmbH
        email: anna@newco.com
        culture: de-DE
        language: de
        defaultAddress:
          {firstName: Anna, lastName: B, addressLine1: Kai 1, city: Kiel, postalCode: "24103", country: DE}
    agreement:
      primaryContact: {firstName: Ada, lastName: L, email: ada@newco.com}
      dateAgreed: 2026-08-31
resellers:
  alpine:
    connection: emea
    mpnId: "1"
    defaults: {currency: CHF}
    manage: {users: observe}
    guardrails: {seatsAdded: 2}
plans:
  big:
    extends: modern-worker
    product: "CFQ7TTC0LFLX:0001"
    term: P1Y
    billing: monthly
    addOns: {SPE_E5: {disabledServicePlans: [B]}}
    disabledServicePlans: [C]
    groups: [sales]
    seats: {min: 1, max: 300, buffer: 0}
prices: {SPE_E3: [{markup: 5%, until: 2027-12-31}]}
"""
SETTINGS = (BASE / "desired-state" / "reconciler.yaml").read_bytes()
WHOLE = {
    "customer.yaml": CUSTOMER.encode(),
    "reconciler.yaml": SETTINGS.replace(b"111}", b"111, user: {refreshToken: {env: TOKEN}, store: {file: t.age}}}"),
    "catalog.yaml": (BASE / "desired-state" / "catalog.yaml").read_bytes(),
}


def document(content: bytes) -> Json:
    """A file as JSON has it; days and the like become text."""
    return json.loads(json.dumps(yaml.safe_load(content), default=str))


@pytest.mark.parametrize("seed", seeds(3))
def test_a_damaged_file_gets_an_answer_with_places(tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    name = dice.choice(sorted(WHOLE))
    damaged = damage.either(WHOLE[name], document(WHOLE[name]), dice)
    files(tmp_path, {**WHOLE, name: damaged})

    answer = said(tmp_path, "validate", "--format", dice.choice(FORMATS))

    assert unclear(answer) == []
    assert (tmp_path / "desired-state" / name).read_bytes() == damaged


def test_the_files_that_get_damaged_are_understood(tmp_path: Path) -> None:
    """Else all that is tried would end at the first mistake."""
    files(tmp_path, WHOLE)

    answer = said(tmp_path, "validate")

    assert (answer.code, unclear(answer)) == (0, [])
