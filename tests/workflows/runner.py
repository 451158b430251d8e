"""Runs the jobs of a workflow file as GitHub does, as far as ours need it: every `run:` step in a real shell.

Evaluated: `${{ }}` with contexts, comparisons and the status functions; `if:`, `needs:`, outputs of steps and jobs,
GITHUB_OUTPUT and GITHUB_STEP_SUMMARY; a matrix of one name, one job after the other. Of actions: checkout clones,
upload and download copy folders, our own composite action is run step by step, and setting up Python is left out. What
a token may do is not checked here: the workflows' `permissions` are, by name, in the tests.

Must not: know what the steps are for.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
CONTEXT = re.compile(r"\b(?:github|needs|steps|inputs|secrets|matrix|strategy)(?:\.[A-Za-z_][\w-]*)+")
Json = Any


@dataclass
class Run:
    """One run of one workflow: the repository it is about, the event, and what jobs leave behind."""

    origin: Path
    folder: Path
    github: Mapping[str, Json]
    environ: Mapping[str, str]
    artifacts: dict[str, Path] = field(default_factory=dict)
    needs: dict[str, Json] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    summaries: list[str] = field(default_factory=list)
    shards: list[str] = field(default_factory=list)

    def play(self, name: str) -> dict[str, str]:
        """All jobs of a workflow, in order of what they need; how each ended."""
        jobs = yaml.safe_load((ROOT / ".github/workflows" / name).read_text(encoding="utf-8"))["jobs"]
        for key, job in jobs.items():
            self._job(key, job)
        return {key: self.needs[key]["result"] for key in jobs}

    def _job(self, key: str, job: Json) -> None:
        needed = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        failed = any(self.needs[one]["result"] != "success" for one in needed)
        scope: dict[str, Json] = {"github": self.github, "needs": {one: self.needs[one] for one in needed}, "steps": {}}
        scope["secrets"] = {}
        condition = str(job.get("if", "success()"))
        asks = any(word in condition for word in ("always()", "cancelled()", "failure()"))
        if (failed and not asks) or not _true(condition, scope, failed=failed):
            self.needs[key] = {"result": "skipped", "outputs": {}}
            return
        results: set[str] = set()
        outputs: dict[str, str] = {}
        for index, values in enumerate(self._matrix(job)):
            one = {**scope, "steps": {}, "matrix": values, "strategy": {"job-index": str(index)}}
            workspace = self.folder / f"{key}{index or ''}"
            workspace.mkdir()
            results.add(self._steps(job["steps"], one, workspace, {}))
            outputs |= {name: _filled(text, one) for name, text in job.get("outputs", {}).items()}
        self.needs[key] = {"result": "success" if results == {"success"} else "failure", "outputs": outputs}

    def _matrix(self, job: Json) -> list[dict[str, str]]:
        """The values of each job that a matrix makes of one; the test's own where it has any."""
        form = job.get("strategy", {}).get("matrix", {})
        assert len(form) < 2, "one name is enough here"
        return [{name: value} for name, values in form.items() for value in self.shards or values] or [{}]

    def _steps(self, steps: list[Json], scope: dict[str, Json], workspace: Path, environ: Mapping[str, str]) -> str:
        failed = False
        for number, step in enumerate(steps):
            condition = str(step.get("if", "success()"))
            if not _true(condition, scope, failed=failed) or (failed and "()" not in condition):
                continue
            given = {**environ, **{name: _filled(text, scope) for name, text in step.get("env", {}).items()}}
            outputs: dict[str, str] = {}
            if "run" in step:
                assert "${{" not in step["run"], "text moves by the environment, never by the script itself"
                good = self._shell(step["run"], workspace, given, outputs)
            else:
                good = self._use(step, scope, workspace, given, outputs)
            scope["steps"][step.get("id", str(number))] = {"outputs": outputs}
            failed = failed or not good
        return "failure" if failed else "success"

    def _use(
        self, step: Json, scope: Json, workspace: Path, environ: Mapping[str, str], outputs: dict[str, str]
    ) -> bool:
        name = step["uses"].partition("@")[0]
        given = {key: _filled(str(value), scope) for key, value in step.get("with", {}).items()}
        match name:
            case "actions/checkout":
                _git("clone", "--quiet", str(self.origin), str(workspace))
                _git("-C", str(workspace), "checkout", "--quiet", given.get("ref") or self.github["sha"])
            case "actions/upload-artifact":
                if (workspace / given["path"]).exists():
                    self.artifacts[given["name"]] = self.folder / f"artifact-{given['name']}"
                    shutil.copytree(workspace / given["path"], self.artifacts[given["name"]])
            case "actions/download-artifact":
                wanted = given.get("name") or given["pattern"]
                for found in [one for one in self.artifacts if Path(one).match(wanted)]:
                    into = workspace / given.get("path", "") / ("" if given.get("name") else found)
                    shutil.copytree(self.artifacts[found], into, dirs_exist_ok=True)
            case "actions/setup-python":
                pass
            case "./.github/actions/reconciler":
                return self._composite(workspace / name, given, workspace, environ, outputs)
            case _:
                raise AssertionError(f"{name} is not played here")
        return True

    def _composite(
        self,
        action: Path,
        given: Mapping[str, str],
        workspace: Path,
        environ: Mapping[str, str],
        outputs: dict[str, str],
    ) -> bool:
        form = yaml.safe_load((action / "action.yml").read_text(encoding="utf-8"))
        unknown = given.keys() - form["inputs"].keys()
        assert not unknown, f"{unknown} are no inputs of the action"
        inputs = {name: given.get(name, str(row.get("default", ""))) for name, row in form["inputs"].items()}
        scope: dict[str, Json] = {"github": self.github, "inputs": inputs, "steps": {}}
        own = {**environ, "GITHUB_ACTION_PATH": str(action)}
        ended = self._steps(form["runs"]["steps"], scope, workspace, own)
        outputs |= {name: _filled(row["value"], scope) for name, row in form["outputs"].items()}
        return ended == "success"

    def _shell(self, script: str, workspace: Path, environ: Mapping[str, str], outputs: dict[str, str]) -> bool:
        output, summary = workspace / ".output", workspace / ".summary"
        output.write_text("", encoding="utf-8")
        summary.write_text("", encoding="utf-8")
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(workspace)}
        known = {
            f"GITHUB_{name.upper()}": str(self.github[name]) for name in ("repository", "sha", "run_id", "server_url")
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=workspace,
            env={**self.environ, **known, **files, **environ},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.log.append(f"$ {script}\n{done.stdout}{done.stderr}")
        self.summaries.append(summary.read_text(encoding="utf-8"))
        outputs |= _outputs(output.read_text(encoding="utf-8"))
        output.unlink()
        summary.unlink()
        return done.returncode == 0


def _outputs(text: str) -> dict[str, str]:
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, several, end = line.partition("<<")
        if several and "=" not in name:
            rows = []
            for row in lines:
                if row == end:
                    break
                rows.append(row)
            found[name] = "\n".join(rows)
        else:
            key, _, value = line.partition("=")
            found[key] = value
    return found


def _filled(text: str, scope: Mapping[str, Json]) -> str:
    return EXPRESSION.sub(lambda found: str(_value(found[1], scope, failed=False)), str(text))


def _true(condition: str, scope: Mapping[str, Json], *, failed: bool) -> bool:
    inner = EXPRESSION.fullmatch(condition.strip())
    return bool(_value(inner[1] if inner else condition, scope, failed=failed))


def _value(expression: str, scope: Mapping[str, Json], *, failed: bool) -> Json:
    def looked_up(found: re.Match[str]) -> str:
        value: Json = scope
        for part in found[0].split("."):
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return repr(value if not isinstance(value, Mapping) else "")

    text = CONTEXT.sub(looked_up, expression.strip())
    text = text.replace("&&", " and ").replace("||", " or ")
    text = re.sub(r"!(?!=)", " not ", text)
    words = {
        "always": lambda: True,
        "success": lambda: not failed,
        "failure": lambda: failed,
        "cancelled": lambda: False,
    }
    return eval(text, {"__builtins__": {}}, words)


def _git(*arguments: str) -> None:
    subprocess.run(
        ["git", *arguments], check=True, capture_output=True, env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
    )
