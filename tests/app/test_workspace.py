"""Opening a repository: where the files are, and customers that may not simply vanish."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.app import fleet
from reconciler.app.workspace import open_workspace
from reconciler.model.errors import DesiredStateError, UsageError
from reconciler.model.plan import Scope

SETTINGS = """
apiVersion: reconciler/v1
connections: {emea: {partnerTenant: p.onmicrosoft.com, environment: local, region: Europe, auth: {clientId: a}}}
"""
TWO = "customers: {contoso: {tenant: c.onmicrosoft.com}, fabrikam: {tenant: f.onmicrosoft.com}}\n"


def repository(root: Path, text: str = TWO, folder: str = "desired-state") -> Path:
    """A folder with settings and the given customers."""
    (root / folder).mkdir(parents=True, exist_ok=True)
    (root / folder / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")
    (root / folder / "customers.yaml").write_text(text, encoding="utf-8")
    return root


def remember(root: Path, customer: str) -> None:
    """A ledger of that customer."""
    workspace = open_workspace(root, {})
    workspace.ledgers.update(customer, lambda ledger: ledger)


def scoped(root: Path, scope: Scope) -> list[str]:
    """The customers that a run with that scope looks at."""
    return [customer.key for customer in fleet.in_scope(open_workspace(root, {}), scope)]


@pytest.mark.parametrize("folder", ["desired-state", "."])
def test_the_files_are_in_desired_state_or_in_the_folder_itself(tmp_path: Path, folder: str) -> None:
    workspace = open_workspace(repository(tmp_path, folder=folder), {})

    assert sorted(workspace.customers) == ["contoso", "fabrikam"]


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder"):
        open_workspace(tmp_path / "nowhere", {})


def test_the_environment_says_where_the_memory_lies(tmp_path: Path) -> None:
    assert open_workspace(repository(tmp_path), {"RECONCILER_LEDGER": "./memory"}).ledger_location == "./memory"


def test_a_customer_that_vanished_is_refused_by_name(tmp_path: Path) -> None:
    remember(repository(tmp_path), "fabrikam")
    repository(tmp_path, "customers: {contoso: {tenant: c.onmicrosoft.com}}\n")

    with pytest.raises(DesiredStateError) as refused:
        open_workspace(tmp_path, {}).checked()

    finding = refused.value.findings[0]
    assert finding.code.id == "RC224"
    assert '"fabrikam"' in finding.detail
    assert "removed: [{customer: fabrikam, subscriptions: keep}]" in finding.fix


@pytest.mark.parametrize(
    "text",
    [
        "customers: {contoso: {tenant: c.onmicrosoft.com}}\nremoved: [{customer: fabrikam, subscriptions: keep}]\n",
        "customers: {contoso: {tenant: c.onmicrosoft.com, moved: [{customer: {from: fabrikam, to: contoso}}]}}\n",
    ],
    ids=["by a tombstone", "by a new name"],
)
def test_a_customer_may_go(tmp_path: Path, text: str) -> None:
    remember(repository(tmp_path), "fabrikam")

    workspace = open_workspace(repository(tmp_path, text), {})

    assert workspace.checked() is workspace


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), ["contoso", "fabrikam"]),
        (Scope(customers=("fabrikam",)), ["fabrikam"]),
        (Scope(targets=("fabrikam/user/a@f.com",)), ["fabrikam"]),
        (Scope(targets=("fabrikam",)), ["fabrikam"]),
        (Scope(targets=("*/user/*",)), ["contoso", "fabrikam"]),
        (Scope(targets=("contoso/user/*", "fab*")), ["contoso", "fabrikam"]),
        (Scope(excludes=("contoso/user/*",)), ["contoso", "fabrikam"]),
    ],
    ids=["everything", "a customer", "an address", "a prefix", "a glob", "an address and a glob", "an exclusion"],
)
def test_a_scope_chooses_customers(tmp_path: Path, scope: Scope, expected: list[str]) -> None:
    assert scoped(repository(tmp_path), scope) == expected


@pytest.mark.parametrize(
    "scope", [Scope(customers=("fab",)), Scope(targets=("fab/user/a@f.com",))], ids=["name", "target"]
)
def test_a_scope_that_names_nobody_is_a_mistake(tmp_path: Path, scope: Scope) -> None:
    with pytest.raises(UsageError, match=r'No customer "fab" in the files\. They have: contoso, fabrikam\.'):
        scoped(repository(tmp_path), scope)
