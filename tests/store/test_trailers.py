"""Trailers of commit messages, read as git reads them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.store import git

KEY = "Reconciler-Allow"


def committed(folder: Path, message: str) -> str:
    def run(*words: str) -> str:
        who = ["-c", "user.name=Grace", "-c", "user.email=nobody@test.example"]
        command = ["git", "-C", str(folder), *who, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    run("init", "--quiet")
    run("commit", "--quiet", "--allow-empty", "-m", message)
    return run("rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("message", "values"),
    [
        pytest.param(f"Title\n\n{KEY}: a=1@x", ["a=1@x"], id="one"),
        pytest.param(f"Title\n\n{KEY}: a=1@x\nSigned-off-by: A\n{KEY}: b=2@y", ["a=1@x", "b=2@y"], id="two"),
        pytest.param(f"Title\n\n{KEY.lower()}: a=1@x", ["a=1@x"], id="lower case"),
        pytest.param(f"Title\n\n{KEY}: a=1@x\n\nMore words.", [], id="not at the end"),
        pytest.param(f"{KEY}: a=1@x", [], id="a title"),
        pytest.param("Title", [], id="none"),
    ],
)
def test_trailers_stand_at_the_end_of_a_message(tmp_path: Path, message: str, values: list[str]) -> None:
    commit = committed(tmp_path, message)

    assert git.trailers(tmp_path, [commit], KEY) == [(commit, value) for value in values]


def test_no_commits_have_no_trailers(tmp_path: Path) -> None:
    assert git.trailers(tmp_path, [], KEY) == []
