"""Who removed it, in which commit: git's answer in the words of a removal row."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.app import provenance
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.finding import Origin
from reconciler.model.plan import Plan, Scope, Source


def a_plan(*changes: Change) -> Plan:
    return Plan(datetime(2026, 10, 5, tzinfo=UTC), Source(), Scope(), changes)


def a_row(action: Action, reason: Reason, origin: Origin | None = None) -> Change:
    address = Address("contoso", "user", "bo@contoso.com")
    return Change(address, action, reason, Cause.CONFIG, note="gone", origin=origin)


def never(_address: Address) -> str:
    return ""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    users = tmp_path / "users.yaml"
    users.write_text("customer: contoso\nusers:\n  bo@contoso.com: {}\n", encoding="utf-8")
    commit(tmp_path, "Ada", "add Bo")
    users.write_text("customer: contoso\nremoved:\n  - {user: bo@contoso.com, action: disable}\n", encoding="utf-8")
    commit(tmp_path, "Grace", "Bo leaves")
    users.write_text("customer: contoso\nremoved: []\n", encoding="utf-8")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, author: str, message: str) -> None:
    git(folder, "add", "-A")
    who = ["-c", f"user.name={author}", "-c", "user.email=nobody@example.com"]
    git(folder, *who, "commit", "-q", "-m", message)


def test_a_tombstone_names_who_wrote_its_line(repository: Path) -> None:
    git(repository, "checkout", "-q", ".")
    place = Origin(str(repository / "users.yaml"), 3, 5)

    told = provenance.explained(a_plan(a_row(Action.UPDATE, Reason.TOMBSTONE, place)), repository, never)

    assert told.changes[0].note == f"gone (by Grace in commit {git(repository, 'rev-parse', 'HEAD')[:12]})"


def test_what_is_forgotten_names_the_commit_that_took_it_out(repository: Path) -> None:
    commit(repository, "Linus", "forget Bo")

    told = provenance.explained(a_plan(a_row(Action.FORGET, Reason.NOT_IN_FILES)), repository, never)

    assert told.changes[0].note.startswith("gone (by Linus in commit ")


@pytest.mark.parametrize(
    "row",
    [
        a_row(Action.UPDATE, Reason.DECLARED),
        a_row(Action.UNASSIGN, Reason.SWEEP),
        a_row(Action.CREATE, Reason.DECLARED),
    ],
    ids=["an update", "a sweep", "a create"],
)
def test_other_rows_keep_their_words(repository: Path, row: Change) -> None:
    assert provenance.explained(a_plan(row), repository, never).changes[0].note == "gone"


def test_without_git_a_row_says_what_it_said(tmp_path: Path) -> None:
    place = Origin(str(tmp_path / "users.yaml"), 3, 5)

    told = provenance.explained(a_plan(a_row(Action.UPDATE, Reason.TOMBSTONE, place)), tmp_path, never)

    assert told.changes[0].note == "gone"


def test_a_line_that_is_not_committed_has_no_author(repository: Path) -> None:
    (repository / "users.yaml").write_text("a: 1\nb: 2\nc: 3\n", encoding="utf-8")
    place = Origin(str(repository / "users.yaml"), 3, 1)

    told = provenance.explained(a_plan(a_row(Action.DELETE, Reason.TOMBSTONE, place)), repository, never)

    assert told.changes[0].note == "gone"


SETTINGS = """apiVersion: reconciler/v1
connections: {emea: {partnerTenant: partner.onmicrosoft.com, environment: local, auth: {clientId: app}}}
defaults: {connection: emea, usageLocation: DE}
catalog:
  "CFQ7TTC0LCHC:0002": {title: Business Premium, sku: SPB}
  "CFQ7TTC0H6LN:0001": {title: Power BI Pro, sku: POWER_BI_PRO}
plans:
  worker: {sku: SPB}
  analyst: {extends: worker, addOns: {POWER_BI_PRO: {}}}
"""
PEOPLE = """apiVersion: reconciler/v1
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    users:
      bo@contoso.com: {displayName: Bo, plans: [analyst]}
"""
LICENSE = Address("contoso", "license", "bo@contoso.com:POWER_BI_PRO")
TAKEN = {
    "from the person": ("people.yaml", PEOPLE.replace("analyst", "worker")),
    "from the plan": ("settings.yaml", SETTINGS.replace("addOns: {POWER_BI_PRO: {}}", "addOns: {}")),
}


@pytest.mark.parametrize(("file", "text"), TAKEN.values(), ids=TAKEN)
def test_a_license_names_who_made_the_files_stop_giving_it(tmp_path: Path, file: str, text: str) -> None:
    applied = told_in_commits(tmp_path, file, text)
    row = Change(LICENSE, Action.UNASSIGN, Reason.NOT_IN_FILES, Cause.CONFIG, note="gone")

    told = provenance.explained(a_plan(row), tmp_path, lambda _address: applied)

    assert told.changes[0].note.startswith("gone (by Grace in commit ")


def test_a_license_whose_versions_cannot_be_read_names_nobody(tmp_path: Path) -> None:
    applied = told_in_commits(tmp_path, "people.yaml", "customers: [")
    row = Change(LICENSE, Action.UNASSIGN, Reason.NOT_IN_FILES, Cause.CONFIG, note="gone")

    told = provenance.explained(a_plan(row), tmp_path, lambda _address: applied)

    assert told.changes[0].note == "gone"


def test_a_license_that_is_taken_out_in_no_commit_yet_names_nobody(tmp_path: Path) -> None:
    applied = told_in_commits(tmp_path, "people.yaml", PEOPLE + "      cy@contoso.com: {displayName: Cy}\n")
    row = Change(LICENSE, Action.UNASSIGN, Reason.NOT_IN_FILES, Cause.CONFIG, note="gone")

    told = provenance.explained(a_plan(row), tmp_path, lambda _address: applied)

    assert told.changes[0].note == "gone"


def told_in_commits(folder: Path, file: str, text: str) -> str:
    """Five commits: Ada's is applied, Linus and Ken change other things around Grace's. The applied one's id."""
    git(folder, "init", "-q")
    (folder / "settings.yaml").write_text(SETTINGS, encoding="utf-8")
    (folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    commit(folder, "Ada", "begin")
    applied = git(folder, "rev-parse", "HEAD")
    for author, name, content in (
        ("Linus", "linus.yaml", "# one\n"),
        ("Grace", file, text),
        ("Ken", "ken.yaml", "# two\n"),
        ("Linus", "linus.yaml", "# three\n"),
    ):
        (folder / name).write_text(content, encoding="utf-8")
        commit(folder, author, name)
    return applied
