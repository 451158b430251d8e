"""What an author reads who made a mistake: one golden file per mistake, with what was written and what is answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from golden import Golden

from store import folders

IN_CONTOSO = "customer: contoso\n"

CASES = {
    "unknown-top-level-key": "usres: {}\n",
    "unknown-top-level-key-like-nothing": "wine: {}\n",
    "policies-outside-the-settings": "policies: {}\n",
    "api-version": "apiVersion: reconciler/v2\n",
    "customer-key": "customers:\n  Fabrikam Inc: {tenant: fabrikam.onmicrosoft.com}\n",
    "customer-that-is-no-map": "customers:\n  fabrikam: fabrikam.onmicrosoft.com\n",
    "customer-named-by-a-list": "customer: [contoso]\nusers: {}\n",
    "missing-tenant": "customers:\n  fabrikam: {country: DE}\n",
    "unknown-customer": "customer: contosa\nusers: {}\n",
    "unknown-customer-like-nothing": "customer: wine\nusers: {}\n",
    "customers-in-a-list": "customers: [contoso]\n",
    "customer-removed-twice": "removed: [{customer: fabrikam}, {customer: fabrikam}]\n",
    "section-without-customer": "users:\n  ada@contoso.com: {displayName: Ada}\n",
    "tombstone-without-customer": "removed:\n  - {user: bo@contoso.com}\n",
    "section-of-the-wrong-type": IN_CONTOSO + "users: [ada@contoso.com]\nremoved: {user: bo@contoso.com}\n",
    "unknown-key": IN_CONTOSO + "users:\n  ada@contoso.com: {displayname: Ada}\n",
    "python-name-of-a-key": IN_CONTOSO + "users:\n  ada@contoso.com: {display_name: Ada}\n",
    "unknown-key-like-nothing": "plans:\n  a: {seats: {wine: 1}}\n",
    "section-beside-customer-keys": "customers:\n  fabrikam: {tenant: f.onmicrosoft.com, uesrs: {}}\n",
    "number-for-text": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: 5, postalCode: 01234}\n",
    "truth-for-text": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: true}\n",
    "text-for-truth": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, protect: yes}\n",
    "text-for-list": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, plans: worker}\n",
    "list-for-map-of-other-things": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, licenses: [1]}\n",
    "list-for-map": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, licenses: [SPB, EMS]}\n",
    "nothing-for-map": IN_CONTOSO + "users:\n  ada@contoso.com:\n",
    "country-in-small-letters": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, usageLocation: no}\n",
    "country-by-name": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, usageLocation: Norway}\n",
    "literal-password": IN_CONTOSO + "users:\n  ada@contoso.com: {displayName: Ada, password: hunter2}\n",
    "seats": IN_CONTOSO
    + "subscriptions:\n"
    + "".join(
        f"  s{n}: {{sku: SPB, seats: {seats}}}\n"
        for n, seats in enumerate(
            ["0", "-1", "1.5", '"10"', "true", "", "ten", "[1]", "{min: -1}", "{max: 1.0}", '"99999999999999999999"']
        )
    ),
    "days": IN_CONTOSO
    + "users:\n"
    + "".join(
        f"  u{n}@contoso.com: {{displayName: Ada, {written}}}\n"
        for n, written in enumerate(
            [
                "plans: [{plan: worker, until: NO}]",
                "plans: [{plan: worker, until: 20270331}]",
                "plans: [{plan: worker, until: 2027-02-30}]",
                "plans: [{plan: worker, from: 2027-04-01, until: 2027-03-31}]",
                "plans: [{until: 2027-03-31}]",
                "plans: [{plan: worker, til: 2027-03-31}]",
                "plans: [5]",
                "licenses: {SPB: {until: null, from: 31.3.2027}}",
                "until: 2027-03-31",
                "from: 2027-04-01, licenses: {SPB: {until: 2027-03-31}}",
            ]
        )
    ),
    "end-of-term": IN_CONTOSO + "subscriptions:\n  a: {sku: SPB, endOfTerm: expire}\n",
    "one-of-several-enumerated": "plans:\n  a: {term: p1y, billing: dayly}\n",
    "product": "plans:\n  a: {product: CFQ7TTC0LCHC}\n",
    "catalog-key": "catalog:\n  SPB: {title: Business Premium, sku: SPB}\n",
    "words-of-onDrift-of-a-reseller": "resellers:\n  nordic: {onDrift: {user: report}}\n",
    "words-of-manage": "customers:\n  fabrikam: {tenant: f.onmicrosoft.com, manage: {user: additive, users: all}}\n",
    "planned-tombstone": IN_CONTOSO + "removed:\n  - {user: a@contoso.com, action: offboard}\n",
    "tombstone-of-nothing": IN_CONTOSO + "removed:\n  - {action: forget}\n",
    "tombstone-of-two-things": IN_CONTOSO + "removed:\n  - {user: a@contoso.com, group: sales}\n",
    "customer-without-tenant": "removed:\n  - {customer: fabrikam, subscriptions: suspend}\n",
    "move-without-target": IN_CONTOSO + "moved:\n  - {user: {from: eve@contoso.com}}\n",
    "move-of-a-customer-to-nowhere": "moved:\n  - {customer: {from: fabrikam, to: contosso}}\n",
    "section-of-a-removed-customer": "removed:\n  - {customer: fabrikam}\n---\ncustomer: fabrikam\nusers: {}\n",
    "declared-twice": IN_CONTOSO
    + "users:\n  ada@contoso.com: {displayName: Ada}\n  ADA@contoso.com: {displayName: Ada}\n",
    "removed-twice": IN_CONTOSO + "removed:\n  - {user: a@contoso.com}\n  - {user: A@contoso.com, action: delete}\n",
    "customer-key-twice": "customers: {contoso: {tenant: other.onmicrosoft.com, country: DE}}\n",
    "prices-of-nobody": "customer: contosa\nprices: {SPB: [{perMonth: 20 EUR}]}\n",
    "prices-that-are-no-list": "prices:\n  SPB: {perMonth: 20 EUR}\n  SPE_E3: 30 EUR\n  spb: [{perMonth: 20 EUR}]\n",
    "prices-that-say-too-little-or-too-much": "prices:\n  SPB:\n"
    + "".join(
        f"    - {{{line}}}\n"
        for line in (
            "term: P1Y",
            "perMonth: 20 EUR, markup: 20%",
            "perTerm: 240 EUR",
            "perMonth: 20 EUR, from: 2027-02-01, until: 2027-01-31",
            "perMonth: 20 EUR, tiers: [{seats: 50, perMonth: 19 USD}]",
            "perMonth: 20 EUR, tiers: [{seats: 50, perMonth: 18 EUR}, {seats: 25, perMonth: 19 EUR}]",
            "perMonth: 20 EUR, tiers: [{seats: 1, perMonth: 18 EUR}, {seats: 25}]",
        )
    ),
    "price-values": "prices:\n  SPB:\n"
    + "".join(
        f"    - {{{line}}}\n"
        for line in (
            "perMonth: 20",
            "perMonth: 20.00",
            'perMonth: "-1 EUR"',
            "perMonth: 20 euros",
            "perMonth: 0.0000001 EUR",
            "perMonth: NaN EUR",
            "markup: 0.2",
            "markup: 20",
            "discount: 101%",
            "perMonth: 20 EUR, from: 2027-13-01",
            "perMonth: 20 EUR, until: 20270101",
            "permonth: 20 EUR",
            "perMonth: 20 EUR, term: P2Y",
        )
    ),
    "prices-of-a-reseller-and-a-customer": "resellers: {nordic: {prices: {SPB: [{perMonth: 5}]}}}\n"
    "---\ncustomers: {contoso: {prices: {SPB: [{markup: 5}]}}}\n---\ncustomer: contoso\nprices: {}\n",
    "setting-elsewhere": "guardrails: {seatsAdded: 100}\n",
    "second-settings": folders.SETTINGS,
    "hostile-key": IN_CONTOSO + 'users:\n  "a\\u202eb\\e[31m@contoso.com": {displayNme: Ada}\n'
    'plans:\n  "a\\nb": {seats: {"x\\nerror": 1}}\n',
}
SETTINGS_CASES = {
    "ledger-outside": "ledger: ../memory\n",
    "ledger-absolute": "ledger: /var/memory\n",
    "ledger-in-no-container": "ledger: az://Memory/prefix\n",
    "ledger-elsewhere": "ledger: https://memory/prefix\n",
    "ledger-on-no-branch": "ledger: git:--upload-pack=x\n",
    "literal-secrets": "connections:\n  emea:\n    partnerTenant: p.onmicrosoft.com\n"
    "    auth: {clientId: a, client: {secret: hunter2}, user: {refreshToken: hunter2}}\n",
    "secret-for-a-map": "connections:\n"
    "  emea: {partnerTenant: p.onmicrosoft.com, auth: {clientId: a, client: hunter2}}\n",
    "no-client": "connections:\n  emea: {partnerTenant: p.onmicrosoft.com, auth: {clientId: a}}\n",
    "settings-values": "rightsizing: weekly\nguardrails: {removals: {count: -1, percent: 101}, monthlyCostAdded: 500}\n"
    'defaults: {usageLocation: Germany}\nhandover: {recipients: age1}\nconnections: {emea: {region: "Europe"}}\n',
    "empty-connections": "connections: {}\n",
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_answered_in_words_that_help(name: str, tmp_path: Path, golden: Golden) -> None:
    repository = folders.load(tmp_path, {"file.yaml": CASES[name]})

    golden.check(f"{name}.txt", f"{CASES[name]}\n=== answer\n{folders.told(repository.findings, tmp_path)}")


@pytest.mark.parametrize("name", SETTINGS_CASES)
def test_a_mistake_in_the_settings_is_answered_in_words_that_help(name: str, tmp_path: Path, golden: Golden) -> None:
    text = SETTINGS_CASES[name]
    whole = text if "connections" in text else text + folders.SETTINGS

    repository = folders.load(tmp_path, {"reconciler.yaml": whole})

    golden.check(f"{name}.txt", f"{text}\n=== answer\n{folders.told(repository.findings, tmp_path)}")


def test_a_folder_without_settings_says_which_file_is_missing(tmp_path: Path, golden: Golden) -> None:
    repository = folders.load(tmp_path, {"customer.yaml": folders.CUSTOMER}, usual=False)

    golden.check("no-settings.txt", folders.told(repository.findings, tmp_path))


@pytest.mark.parametrize("name", [*CASES, *SETTINGS_CASES])
def test_no_answer_repeats_a_secret(name: str, tmp_path: Path) -> None:
    text = {**CASES, **SETTINGS_CASES}[name]

    repository = folders.load(tmp_path, {"reconciler.yaml" if name in SETTINGS_CASES else "file.yaml": text})

    assert "hunter2" not in folders.told(repository.findings, tmp_path)
