"""The memory on a branch of the repository: what one runner did, another knows, and nobody's commits are touched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from scenarios.stage import Stage

from hazards import crashes

BRANCH = "reconciler-state"


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=nobody@example.com"]
    return subprocess.run(
        ["git", "-C", str(folder), *who, *words], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def on_branch(on_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The stage as a clone of a bare repository, with its memory on a branch there."""
    hub = tmp_path_factory.mktemp("hub")
    settings = next(path for path in on_stage.root.rglob("*.yaml") if "connections:" in path.read_text())
    settings.write_text(f"{settings.read_text()}\nledger: git:{BRANCH}\n")
    git(hub, "init", "-q", "--bare")
    git(on_stage.root, "init", "-q", "-b", "main")
    git(on_stage.root, "add", "desired-state")
    git(on_stage.root, "commit", "-q", "-m", "begin")
    git(on_stage.root, "remote", "add", "origin", str(hub))
    return on_stage


def test_another_runner_knows_what_the_first_one_did(on_branch: Stage, tmp_path: Path) -> None:
    crashes.planned(on_branch)
    assert on_branch.reconciler("apply", "p.plan.json").code == 0
    git(on_branch.root, "add", "desired-state")
    git(on_branch.root, "commit", "-q", "-m", "a joiner")
    git(on_branch.root, "push", "-q", "origin", "main")
    git(tmp_path, "clone", "-q", "-b", "main", git(on_branch.root, "remote", "get-url", "origin"), "there")
    there = Stage(tmp_path / "there", on_branch.clouds, on_branch.env)

    again, told = there.reconciler("plan", "--detailed-exitcode"), there.reconciler("history")

    assert again.code == 0
    assert "4 done" in told.text
    assert not (on_branch.root / ".reconciler").exists()


def test_a_run_ends_with_its_lock_given_back_and_its_results_pushed(on_branch: Stage) -> None:
    crashes.planned(on_branch)

    assert on_branch.reconciler("apply", "p.plan.json").code == 0

    hub = Path(git(on_branch.root, "remote", "get-url", "origin"))
    kept = git(hub, "ls-tree", "-r", "--name-only", BRANCH).splitlines()
    run = next(key for key in kept if key.startswith("journal/"))
    assert "locks/leases.json" not in kept
    assert '"result"' in git(hub, "show", f"{BRANCH}:{run}")
    assert git(on_branch.root, "log", "--format=%s", "main") == "begin"


def test_a_remote_that_refuses_stops_before_anything_is_written(on_branch: Stage) -> None:
    crashes.planned(on_branch)
    on_branch.writes()
    git(on_branch.root, "remote", "set-url", "origin", str(on_branch.root / "nowhere.git"))

    ran = on_branch.reconciler("apply", "p.plan.json")

    assert ran.code == 1
    assert f"The branch {BRANCH}" in ran.text
    assert on_branch.writes() == 0
