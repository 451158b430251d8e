"""The tutorial, walked through as it stands; GitHub is played where it is pushed to."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from forge import stand_in
from forge.stand_in import NAME, GitHub
from workflows.runner import Run

from reconciler.sandbox import server
from walkthroughs.walk import Walk, blocks

ROOT = Path(__file__).parents[2]
PULL = 1


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with stand_in.running() as found:
        yield found


def test_the_tutorial_goes_as_it_is_written(tmp_path: Path, hub: GitHub) -> None:
    origin, programs = tmp_path / "github", tmp_path / "bin"
    programs.mkdir()
    _program(programs / "reconciler", f'exec "{sys.executable}" -m reconciler "$@"')
    _program(programs / "python", "exit 0")
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin)], check=True)
    with server.running(server.default_world(), "--fast") as clouds:
        environ = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            **clouds.env,
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "GITHUB_API_URL": hub.address,
        }
        environ["PATH"] = f"{programs}:{environ['PATH']}"
        _configure(tmp_path, origin)
        walk = Walk(tmp_path, environ)
        for block in blocks((ROOT / "docs/tutorial.md").read_text(encoding="utf-8")):
            walk.take(block)
            if "git push" in block.text and block.language == "sh":
                _pushed(tmp_path, origin, hub, environ, block.heading)
        _drifted(clouds)
        run = _run(tmp_path, origin, environ, {}, "main")
        assert run.play("drift.yml") == {"look": "success", "tell": "success"}, run.log
    (issue,) = hub.issues.values()
    assert issue["title"] == "Drift: contoso"


def _pushed(folder: Path, origin: Path, hub: GitHub, environ: dict[str, str], heading: str) -> None:
    """What GitHub does when it is pushed to: main is applied; of a branch a pull request is opened, and merged."""
    if heading.endswith("GitHub"):
        run = _run(folder, origin, environ, {}, "main")
        assert run.play("apply.yml")["replan"] == "success", run.log
        return
    head, base = _commit(origin, "new-colleague"), _commit(origin, "main")
    repository = {"full_name": NAME}
    event = {"pull_request": {"number": PULL, "head": {"sha": head, "repo": repository}, "base": {"sha": base}}}
    run = _run(folder, origin, environ, event, "new-colleague")
    assert run.play("plan.yml")["comment"] == "success", run.log
    (comment,) = hub.said(PULL)
    assert "ivo.brandt@contoso.com" in comment
    hub.upload(head, "reconciler.plan.json", (run.artifacts["reconciler-plan"] / "reconciler.plan.json").read_bytes())
    subprocess.run(["git", "-C", str(origin), "update-ref", "refs/heads/main", head], check=True)
    hub.merge(PULL, head, head)
    merged = _run(folder, origin, environ, {}, "main")
    assert merged.play("apply.yml") == {"replan": "success", "apply": "success", "report": "success"}, merged.log


def _run(folder: Path, origin: Path, environ: dict[str, str], event: dict[str, object], branch: str) -> Run:
    number = len(list(folder.glob("run*"))) + 1
    place = folder / f"run{number}"
    place.mkdir()
    facts = {"sha": _commit(origin, branch), "event": event, "repository": NAME, "run_id": str(number)}
    facts |= {"event_name": "push", "server_url": "https://github.test", "token": stand_in.TOKEN}
    return Run(origin, place, facts, environ)


def _commit(origin: Path, branch: str) -> str:
    found = subprocess.run(["git", "-C", str(origin), "rev-parse", branch], check=True, capture_output=True, text=True)
    return found.stdout.strip()


def _configure(home: Path, origin: Path) -> None:
    """Whoever follows the tutorial has a name in git, and pushes to what is played here."""
    place = f'[url "{origin}"]\n\tinsteadOf = https://github.com/provider/fleet.git\n'
    (home / ".gitconfig").write_text(f"[user]\n\tname = Reader\n\temail = reader@example.com\n{place}")


def _drifted(clouds: server.Handle) -> None:
    change = {"tenant": "contoso.com", "user": "nora.quist@contoso.com", "set": {"jobTitle": "Elsewhere"}}
    context = ssl.create_default_context(cafile=str(clouds.ca_file))
    request = urllib.request.Request(
        f"{clouds.control}/change", json.dumps(change).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        assert answer.status == 200


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
