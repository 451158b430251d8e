"""Where a story or a test happens: a folder, a sandbox over TLS, and the command line as a person types it.

`Clouds` is one running sandbox process, used again by `PUT state` so that a test costs no start. `Stage` is one test's
folder with its files; `reconciler(...)` runs a command in this process, through the same function as the installed
command, with real sockets between it and the clouds.
Must not look inside the product: a test sees what a user sees, and what the clouds counted.

Questionable on purpose: in this process and not one process per command. The command line keeps nothing between runs,
and a start of Python for each of some three hundred commands would be most of the time of this suite.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler import cli, constants
from reconciler.sandbox import server
from reconciler.sandbox.yamlfile import read_document

BASE = Path(__file__).parent / "base"
TENANT = "contoso.onmicrosoft.com"
SECRET = "a-secret-for-the-clouds-of-this-test"
# What changes by itself: ids, digests, run names, durations, instants of the journal.
VOLATILE = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"sha256:[0-9a-f]+"), "sha256:<digest>"),
    (re.compile(r"@[0-9a-f]{8,64}\b"), "@<digest>"),
    (re.compile(r"\b\d{8}T\d{6}Z?-[0-9a-f]{6}\b"), "<run>"),
    (re.compile(r"after \d+(\.\d)? s\b"), "after <time>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)"), "<instant>"),
)
Wire = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True)
class Clouds:
    """A running sandbox and its control API."""

    handle: server.Handle

    def ask(self, path: str, body: object = None, *, method: str = "GET") -> Wire:
        request = urllib.request.Request(f"{self.handle.control}/{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
        context = ssl.create_default_context(cafile=str(self.handle.ca_file))
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return dict(json.loads(answer.read()))

    def play(self, world: Wire) -> None:
        """Another world, with nothing counted and nothing failing."""
        played = copy.deepcopy(world)
        for partner in played["partners"].values():
            for app in partner["apps"].values():
                app.setdefault("secret", SECRET)
        self.ask("state", played, method="PUT")
        self.ask("faults", method="DELETE")
        self.ask("requests", method="DELETE")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it printed, errors included."""

    code: int
    text: str


@dataclass(slots=True)
class Stage:
    """One test's folder and clouds."""

    root: Path
    clouds: Clouds
    env: dict[str, str] = field(default_factory=dict)

    def reconciler(self, *words: str) -> Ran:
        """Run a command as a person would, in the folder."""
        out = io.StringIO()
        with self._inside(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = cli.run(words)
        return Ran(int(code), out.getvalue())

    def process(self, *words: str, answer: str = "") -> Ran:
        """The same as a process of its own, for what only a process shows: logging, and somebody who answers."""
        env = {**os.environ, **self.environment}
        command = [sys.executable, "-m", "reconciler", *words]
        done = subprocess.run(
            command, cwd=self.root, env=env, input=answer, capture_output=True, text=True, check=False
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    def started(self, *words: str) -> subprocess.Popen[str]:
        """The same, without waiting for its end; what it prints can be read meanwhile."""
        env = {**os.environ, **self.environment}
        command = [sys.executable, "-m", "reconciler", *words]
        pipe, joined = subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(
            command, cwd=self.root, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=joined, text=True
        )

    @property
    def environment(self) -> dict[str, str]:
        """What leads the command line to the clouds, and what the test adds."""
        return {**self.clouds.handle.env, constants.ENV_CLIENT_SECRET: SECRET, **self.env}

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def delete(self, name: str) -> None:
        """Take a file, or a folder with everything in it, away."""
        path = self.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def play(self, world: str = "") -> None:
        """The base world with what the test's own file says laid over it."""
        own = self.root / "sandbox.yaml"
        own.write_text(world, encoding="utf-8")
        self.clouds.play(merged(read_document(BASE / "world.yaml"), read_document(own) or {}))

    def portal(self, change: Wire) -> None:
        """Somebody changes something outside the files."""
        self.clouds.ask("change", {"tenant": TENANT, **change}, method="POST")

    def faults(self, *rules: Wire) -> None:
        self.clouds.ask("faults", method="DELETE")
        self.clouds.ask("faults", list(rules), method="POST")

    def clock(self, change: Wire) -> None:
        self.clouds.ask("clock", change, method="POST")

    def live(self, tenant: str = TENANT) -> Wire:
        """What is there, in the form of a world file."""
        return dict(self.clouds.ask(f"state?tenant={tenant}")["tenants"][tenant])

    def requests(self) -> Wire:
        return self.clouds.ask("requests")

    def writes(self) -> int:
        """Writes that the clouds accepted since this was asked before."""
        counted = int(self.requests()["writesAccepted"])
        self.clouds.ask("requests", method="DELETE")
        return counted

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as here:
            here.chdir(self.root)
            for name, value in self.environment.items():
                here.setenv(name, value)
            yield


def prepared(root: Path, clouds: Clouds) -> Stage:
    """A stage with the files that every story starts from."""
    shutil.copytree(BASE / "desired-state", root / "desired-state", dirs_exist_ok=True)
    return Stage(root, clouds)


def merged(base: Wire, over: Wire) -> Wire:
    """`over` laid on `base`: maps merge, everything else replaces."""
    found = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = merged(found[key], value) if both else value
    return found


def differences(wanted: object, found: object, place: str = "") -> list[str]:
    """What of a wanted part is not so; null stands for what must not be there."""
    if not isinstance(wanted, dict):
        return [] if wanted == found else [f"{place}: expected {wanted!r}, found {found!r}"]
    if not isinstance(found, dict):
        return [f"{place}: expected a map, found {found!r}"]
    lines = []
    for key, value in wanted.items():
        lines += differences(value, found.get(key), f"{place}/{key}" if place else str(key))
    return lines


def steady(text: str) -> str:
    """The text with names in the place of what changes by itself."""
    for pattern, name in VOLATILE:
        text = pattern.sub(name, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


@contextlib.contextmanager
def started() -> Iterator[Clouds]:
    """A sandbox process of its own, without lag and limits."""
    with server.running(BASE / "world.yaml", "--fast") as handle:
        yield Clouds(handle)
