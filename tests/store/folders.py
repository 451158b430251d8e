"""Folders of YAML files for tests, and findings as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from reconciler import kinds
from reconciler.model.finding import Finding
from reconciler.model.repository import Repository
from reconciler.store import desired

SETTINGS = """\
connections:
  emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {federated: github}}}
"""
CUSTOMER = "customers: {contoso: {tenant: contoso.onmicrosoft.com}}\n"
USUAL = {"reconciler.yaml": SETTINGS, "customer.yaml": CUSTOMER}


def load(folder: Path, files: Mapping[str, str | bytes], *, usual: bool = True) -> Repository:
    """The repository of a folder with these files, completed by settings and one customer "contoso"."""
    for name, content in {**(USUAL if usual else {}), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return desired.load(folder, kinds.ALL)


def told(findings: Iterable[Finding], folder: Path) -> str:
    """Findings as a person reads them, without the folder of the test."""
    lines: list[str] = []
    for finding in findings:
        place = f" ({finding.origin})" if finding.origin else ""
        lines.append(f"{finding.code.severity} {finding.code.id}: {finding.code.title}{place}")
        lines.append(f"  {finding.detail}")
        lines.extend(f"  {line}" for line in finding.fix.splitlines())
        lines.extend(f"  see {place}" for place in finding.related)
    return "\n".join(lines).replace(f"{folder.as_posix()}/", "") + "\n"


def ids(repository: Repository) -> list[str]:
    """The ids of all findings, in order."""
    return [finding.code.id for finding in repository.findings]


def patterns(schema: object) -> set[str]:
    """Every regular expression in a JSON Schema."""
    if isinstance(schema, list):
        return {found for part in schema for found in patterns(part)}
    if not isinstance(schema, dict):
        return set()
    own = {value for key, value in schema.items() if key == "pattern" and isinstance(value, str)}
    own |= set(schema.get("patternProperties", ()))
    return own | {found for part in schema.values() for found in patterns(part)}
