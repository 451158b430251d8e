"""A repository in a folder, for tests of the use cases' parts."""

from __future__ import annotations

from pathlib import Path

from reconciler.app.workspace import Workspace, open_workspace

SETTINGS = """
apiVersion: reconciler/v1
connections: {emea: {partnerTenant: p.onmicrosoft.com, environment: local, region: Europe, auth: {clientId: a}}}
"""
CONTOSO = "customers: {contoso: {tenant: c.onmicrosoft.com}}\n"
MOVED = """
customers:
  contoso-emea: {tenant: c.onmicrosoft.com, moved: [{customer: {from: contoso, to: contoso-emea}}]}
"""


def repository(root: Path, text: str = CONTOSO) -> Workspace:
    """The repository with these customers."""
    folder = root / "desired-state"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "customers.yaml").write_text(text, encoding="utf-8")
    return open_workspace(root, {})
