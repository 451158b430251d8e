"""Which commits the files are compared with after a merge: back to the last completed apply, and those between."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge import stand_in
from forge.stand_in import TOKEN, GitHub
from reconciler.app import publishing
from reconciler.forge.rest import Repository
from reconciler.model.errors import UsageError


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with stand_in.running() as running:
        yield running


def history(folder: Path, count: int) -> list[str]:
    """The ids of so many commits, oldest first."""

    def git(*words: str) -> str:
        who = ["-c", "user.name=Grace", "-c", "user.email=nobody@test.example"]
        command = ["git", "-C", str(folder), *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    for number in range(count):
        git("commit", "--quiet", "--allow-empty", "-m", str(number))
    return git("rev-list", "--reverse", "HEAD").split()


def bases(hub: GitHub, folder: Path) -> list[str]:
    return publishing.bases(Repository(hub.address, stand_in.NAME, TOKEN), folder)


def applied(hub: GitHub, commit: str, state: str = "success") -> None:
    hub.statuses.append({"sha": commit, "context": "reconciler/apply", "state": state})


def test_what_is_merged_is_compared_with_the_last_completed_apply_and_with_what_came_since(
    hub: GitHub, tmp_path: Path
) -> None:
    first, second, third, _ = history(tmp_path, 4)
    applied(hub, first)
    applied(hub, third, "failure")

    assert bases(hub, tmp_path) == [first, second, third]


def test_a_commit_that_was_applied_is_compared_with_itself(hub: GitHub, tmp_path: Path) -> None:
    last = history(tmp_path, 2)[-1]
    applied(hub, last)

    assert bases(hub, tmp_path) == [last]


@pytest.mark.parametrize("done", [None, 0], ids=["nothing was ever applied", "too long ago"])
def test_where_comparing_is_of_no_use_everybody_is_looked_at(hub: GitHub, tmp_path: Path, done: int | None) -> None:
    commits = history(tmp_path, 12)
    if done is not None:
        applied(hub, commits[done])

    assert bases(hub, tmp_path) == []


def test_without_history_it_is_said_how_to_get_it(hub: GitHub, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        bases(hub, tmp_path)
