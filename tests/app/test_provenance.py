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

    told = provenance.explained(a_plan(a_row(Action.UPDATE, Reason.TOMBSTONE, place)), repository)

    assert told.changes[0].note == f"gone (by Grace in commit {git(repository, 'rev-parse', 'HEAD')[:12]})"


def test_what_is_forgotten_names_the_commit_that_took_it_out(repository: Path) -> None:
    commit(repository, "Linus", "forget Bo")

    told = provenance.explained(a_plan(a_row(Action.FORGET, Reason.NOT_IN_FILES)), repository)

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
    assert provenance.explained(a_plan(row), repository).changes[0].note == "gone"


def test_without_git_a_row_says_what_it_said(tmp_path: Path) -> None:
    place = Origin(str(tmp_path / "users.yaml"), 3, 5)

    told = provenance.explained(a_plan(a_row(Action.UPDATE, Reason.TOMBSTONE, place)), tmp_path)

    assert told.changes[0].note == "gone"


def test_a_line_that_is_not_committed_has_no_author(repository: Path) -> None:
    (repository / "users.yaml").write_text("a: 1\nb: 2\nc: 3\n", encoding="utf-8")
    place = Origin(str(repository / "users.yaml"), 3, 1)

    told = provenance.explained(a_plan(a_row(Action.DELETE, Reason.TOMBSTONE, place)), repository)

    assert told.changes[0].note == "gone"
