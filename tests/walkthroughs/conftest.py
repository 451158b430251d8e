"""A reader: an empty folder, the command on the path, a name in git, the local clouds, and a GitHub to push to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from forge import stand_in
from forge.stand_in import GitHub

from reconciler.sandbox import server
from walkthroughs.walk import Reader, Walk

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with stand_in.running() as found:
        yield found


@pytest.fixture
def reader(tmp_path: Path, hub: GitHub) -> Iterator[Reader]:
    origin, programs = tmp_path / "github", tmp_path / "bin"
    programs.mkdir()
    _program(programs / "reconciler", f'exec "{sys.executable}" -m reconciler "$@"')
    _program(programs / "python", "exit 0")  # what workflows install is there
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(origin)], check=True)
    place = f'[url "{origin}"]\n\tinsteadOf = https://github.com/provider/fleet.git\n'
    (tmp_path / ".gitconfig").write_text(f"[user]\n\tname = Reader\n\temail = reader@example.com\n{place}")
    with server.running(server.default_world(), "--fast") as clouds:
        environ = {
            **{name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ},
            **clouds.env,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PYTHONPATH": str(ROOT),
            "GITHUB_API_URL": hub.address,
        }
        desk = tmp_path / "desk"
        desk.mkdir()
        yield Reader(Walk(desk, environ), origin, hub, clouds)


def _program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
