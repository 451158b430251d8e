"""The templates for Azure DevOps and GitLab: their scripts, in the order in which they stand, on the local clouds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.sandbox import server
from workflows.runner import ROOT

PLACE = ROOT / "docs/pipelines"
Json = Any


def load(name: str) -> Json:
    return yaml.safe_load((PLACE / name).read_text(encoding="utf-8"))


def azure(stage: str) -> list[str]:
    """The scripts of a stage of the Azure DevOps template."""
    (job,) = next(one for one in load("azure-pipelines.yml")["stages"] if one["stage"] == stage)["jobs"]
    steps = job["steps"] if "steps" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
    return [step["script"] for step in steps if "script" in step]


def gitlab(job: str) -> list[str]:
    """The scripts of a job of the GitLab template, what all jobs begin with first."""
    form = load("gitlab-ci.yml")
    return [*form["default"]["before_script"], *form[job]["script"]]


PIPELINES = {
    "azure": [azure("validate"), azure("plan"), azure("apply")],
    "gitlab": [gitlab("validate"), gitlab("replan"), gitlab("apply")],
}
NIGHTS = {"azure": azure("drift"), "gitlab": gitlab("drift")}


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with a new repository in it, and the environment that a runner gives its steps."""
    programs, work = tmp_path / "bin", tmp_path / "plan"
    programs.mkdir()
    work.mkdir()
    for name, line in {"reconciler": f'exec "{sys.executable}" -m reconciler "$@"', "python3": "exit 0"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    with server.running(server.default_world(), "--fast") as clouds:
        own = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
        environ = {**own, "PIPELINE_WORKSPACE": str(tmp_path), **clouds.env}
        subprocess.run([sys.executable, "-m", "reconciler", "init"], cwd=work, env=environ, check=True)
        yield work, environ


def run(script: str, work: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=work, env=environ, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("name", PIPELINES)
def test_what_was_planned_is_applied_and_nights_find_what_was_changed(
    name: str, machine: tuple[Path, dict[str, str]]
) -> None:
    work, environ = machine
    for script in (one for stage in PIPELINES[name] for one in stage):
        done = run(script, work, environ)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "nora.quist@contoso.com" in (work / "plan.md").read_text()
    assert "2 added, 1 changed" in (work / "report.md").read_text()

    ended = [run(script, work, environ).returncode for script in NIGHTS[name]]

    assert set(ended) == {0}


@pytest.mark.parametrize("name", PIPELINES)
def test_a_plan_that_cannot_be_made_stops_the_pipeline(name: str, machine: tuple[Path, dict[str, str]]) -> None:
    work, environ = machine
    (work / "desired-state/broken.yaml").write_text("users: [\n")

    ended = [run(script, work, environ).returncode for script in PIPELINES[name][1]]

    assert ended[-1] == 1


@pytest.mark.parametrize(
    ("script", "variable", "value"),
    [
        (gitlab("plan")[-1], "CI_MERGE_REQUEST_DIFF_BASE_SHA", "main"),
        (azure("plan")[-1], "SYSTEM_PULLREQUEST_TARGETBRANCHNAME", "main"),
    ],
    ids=PIPELINES,
)
def test_a_change_reads_the_customers_that_it_concerns(
    script: str, variable: str, value: str, machine: tuple[Path, dict[str, str]]
) -> None:
    work, environ = machine
    for words in (("init", "--quiet", "-b", "main"), ("add", "."), ("commit", "--quiet", "-m", "all")):
        who = ("-c", "user.name=Grace", "-c", "user.email=nobody@test.example")
        subprocess.run(["git", "-C", str(work), *who, *words], check=True, env=environ)
    subprocess.run(["git", "-C", str(work), "update-ref", "refs/remotes/origin/main", "HEAD"], check=True, env=environ)

    done = run(script, work, {**environ, variable: value})

    assert done.returncode == 0, done.stdout + done.stderr
    assert "concerns no customer" in done.stdout
