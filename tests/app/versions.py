"""A repository with three customers in git, for tests of what differs between two versions of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SETTINGS = """apiVersion: reconciler/v1
connections:
  emea: {partnerTenant: partner.onmicrosoft.com, environment: local, region: Europe, auth: {clientId: app}}
defaults: {usageLocation: DE}
rightsizing: inline
guardrails: {customersTouched: 5, catalogAgeDays: 30}
handover: {recipients: [age13p9fpkskgs5f5dnjdjgsgpc4mwdgmrptmucdenyx7qgv3ukxadtswh8czn]}
policies: {termsDecided: {days: 30}}
waivers:
  - {policy: termsDecided, at: fabrikam/subscription/*, reason: they are slow, until: 2030-01-01}
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    terms: [{term: P1Y, billing: monthly, price: 217.20 EUR}]
  CFQ7TTC0LFLX:0001:
    title: Microsoft 365 E3
    sku: SPE_E3
    terms: [{term: P1Y, billing: monthly, price: 444.00 EUR}]
resellers:
  alpine: {manage: {users: additive}}
prices:
  SPB: [{perMonth: 24.90 EUR}]
  SPE_E3: [{perMonth: 43.00 EUR}]
plans:
  worker: {sku: SPB}
  analyst: {extends: worker}
  expert: {sku: SPE_E3}
"""
CUSTOMERS = {
    "contoso": """customers:
  contoso: {tenant: contoso.onmicrosoft.com, reseller: alpine, rightsizing: nightly, defaults: {usageLocation: CH}}
customer: contoso
users:
  ada@contoso.com: {displayName: Ada, plans: [worker]}
  bob@contoso.com: {displayName: Bob}
subscriptions: {office: {plan: worker, seats: auto}}
""",
    "fabrikam": """customers: {fabrikam: {tenant: fabrikam.onmicrosoft.com, rightsizing: advice}}
customer: fabrikam
users: {eve@fabrikam.com: {displayName: Eve, plans: [{plan: analyst, until: 2031-01-01}]}}
subscriptions: {office: {plan: worker, seats: auto}}
""",
    "litware": """customers: {litware: {tenant: litware.onmicrosoft.com, defaults: {usageLocation: DE}}}
customer: litware
users: {joe@litware.com: {displayName: Joe, plans: [expert]}}
subscriptions: {office: {plan: expert, seats: auto}}
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "desired-state"
    folder.mkdir()
    (folder / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, text in CUSTOMERS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Grace", "-c", "user.email=nobody@test.example"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "more")
    return git(folder, "rev-parse", "HEAD")


def edit(root: Path, old: str, new: str) -> None:
    """Replace the text in the one file that has it first."""
    for path in sorted((root / "desired-state").iterdir()):
        text = path.read_text(encoding="utf-8")
        if old in text:
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            return
    raise AssertionError(f"{old} stands nowhere")
