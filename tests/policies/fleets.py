"""Fleets for tests: YAML text, loaded and expanded with the real kinds, completed by what every fleet needs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from reconciler import kinds
from reconciler.core import expand
from reconciler.policies import Fleet
from reconciler.store import desired

TODAY = date(2026, 11, 20)
AUTH = "{clientId: a, client: {federated: github}, user: {refreshToken: {env: PC_REFRESH_TOKEN}}}"
SETTINGS = f"""
connections:
  emea: {{partnerTenant: partner.onmicrosoft.com, region: Europe, auth: {AUTH}}}
"""
CATALOG = """
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    max: 300
    servicePlans: [YAMMER_ENTERPRISE, EXCHANGE_S_STANDARD]
  CFQ7TTC0LH0D:0001: {title: Defender, sku: DEFENDER_ENDPOINT_P1}
"""
PLANS = """
plans:
  modern-worker: {product: "CFQ7TTC0LCHC:0002"}
"""
CUSTOMERS = """
customers:
  contoso: {tenant: contoso.onmicrosoft.com}
"""
ALWAYS = {"connections": SETTINGS, "catalog": CATALOG, "plans": PLANS, "customers": CUSTOMERS}


def fleet(folder: Path, text: str, *, name: str = "files.yaml") -> Fleet:
    """The fleet that the text describes; top-level keys it does not say are completed from `ALWAYS`.

    Fails if loading or expanding finds a mistake: a rule is tested on files that are otherwise right.
    """
    (folder / name).write_text(text)
    for key, usual in ALWAYS.items():
        if f"\n{key}:" not in f"\n{text}":
            (folder / f"always-{key}.yaml").write_text(usual)
    repository = desired.load(folder, kinds.ALL)
    expanded = expand.expand(repository, kinds.ALL)
    mistakes = [finding.detail for finding in (*repository.findings, *expanded.findings) if finding.is_error]
    assert mistakes == [], mistakes
    return Fleet(repository, expanded.customers, TODAY)
