"""`reconciler demo`: the whole story on the local clouds, told by the commands themselves.

It copies the example fleet to a folder of its own, starts the sandbox, and runs the same commands that a person would
type, each as a process of its own; what it prints between them is only the story. Every figure is printed by a command
or counted by the sandbox. The folder and the clouds are gone at the end.

It must not show what did not happen: a command that ends otherwise than the story says stops the story.

The decision a reader would question: long outputs are cut in the middle, by number of lines and not by content. What is
left out is counted, and the same command shows it to whoever runs it.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import textwrap
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pyrage

from reconciler.app.workspace import FOLDER
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.model.errors import UsageError

RECIPIENT_LINE = "handover: {recipients: ["
CONTOSO, GUIDES = "contoso.com", "adventure-works.com"


@click.command(name="demo", help="Tell the whole story on local clouds: plan, apply, drift, correction.")
@options.chdir
def command(chdir: Path) -> int:
    """Tell the story."""
    try:
        from reconciler.sandbox import server  # noqa: PLC0415  the extra "sandbox" may not be installed
    except ImportError as error:
        missing = f'The demo needs more packages ({error.name}): pip install "reconciler[sandbox]".'
        raise UsageError(missing) from error
    if not (chdir / FOLDER).is_dir():
        raise UsageError(f"There is no {FOLDER}/ in {chdir.resolve()}: run the demo at the root of this repository.")
    with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
        work = Path(folder)
        shutil.copytree(chdir / FOLDER, work / FOLDER)
        with server.running(server.default_world(), "--fast") as clouds:
            _tell(_Stage(work, {**_environment(), **clouds.env}, clouds.control, clouds.ca_file))
    return Exit.OK


def _environment() -> dict[str, str]:
    """Ours, without what would lead the commands away from the stage."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    return {**kept, "NO_COLOR": "1", "PYTHONUTF8": "1"}


@dataclass(frozen=True, slots=True)
class _Cut:
    """How much of an output is shown: so many lines from its start and its end."""

    first: int
    last: int = 0

    def shown(self, printed: Sequence[str]) -> list[str]:
        hidden = len(printed) - self.first - self.last
        if hidden <= 1:
            return list(printed)
        return [*printed[: self.first], f"... {hidden} lines ...", *printed[len(printed) - self.last :]]


ALL = _Cut(10_000)


@dataclass(frozen=True, slots=True)
class _Stage:
    work: Path
    env: Mapping[str, str]
    control: str
    ca_file: Path

    def run(self, *words: str, expect: Exit = Exit.OK, cut: _Cut = ALL) -> None:
        """Run a command as a person would, show what it prints, and stop the story if it ends otherwise."""
        view.block(f"\n$ reconciler {' '.join(words)}")
        command = [sys.executable, "-m", "reconciler", *words]
        done = subprocess.run(command, cwd=self.work, env=self.env, capture_output=True, text=True, check=False)  # noqa: S603
        as_told = done.returncode == expect
        printed = (done.stdout + done.stderr).rstrip().splitlines()
        view.block("\n".join(f"  {line}".rstrip() for line in (cut if as_told else ALL).shown(printed)))
        if "--detailed-exitcode" in words:
            view.block(f"  (exit code {done.returncode})")
        if not as_told:
            raise UsageError(f"The story stopped: reconciler {' '.join(words)} ended with {done.returncode}.")

    def ask(self, path: str, body: object = None, *, method: str = "GET") -> Any:  # Any: JSON
        """Ask the sandbox's control API."""
        request = urllib.request.Request(f"{self.control}/{path}", method=method)  # noqa: S310  loopback, our own server
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:  # noqa: S310
            found = answer.read()
        return json.loads(found) if found else None


def _tell(stage: _Stage) -> None:
    identity = _add_recipient(stage.work)
    _apply_reviewed(stage, identity)
    _repeat(stage)
    _drift(stage)
    _forget(stage)
    view.block("\nThat was all. The clouds are stopped, and nothing is left behind.")


def _apply_reviewed(stage: _Stage, identity: pyrage.x25519.Identity) -> None:
    _say(
        "A cloud provider looks after the Microsoft 365 tenants of its customers. What should be there stands in YAML "
        f"files, in {FOLDER}/. Microsoft's clouds are played by a local sandbox, so nothing here can do harm. "
        "First: are the files in order? No cloud is asked for that."
    )
    stage.run("validate")
    _say(
        "What would change at one customer? Contoso has a joiner (Sofia), a leaver (Bruno, whose license she takes), a "
        "promotion and a new project. Nothing is written, and nothing is bought."
    )
    stage.run("plan", "contoso")
    _say("And everywhere? This plan is saved, so that a colleague can review exactly what will be done.")
    stage.run("plan", "--out", "reviewed.plan.json", cut=_Cut(9, 24))
    _say("It was read and agreed to. Only what it contains is performed, and every row is verified by reading it back.")
    stage.ask("requests", method="DELETE")
    stage.run("apply", "reviewed.plan.json", cut=_Cut(6, 3))
    _count(stage)
    _passwords(stage.work, identity)


def _repeat(stage: _Stage) -> None:
    _say(
        "Is anything left to do? In a pipeline the exit code answers: 0 is no, 2 would be yes. The end of each plan is "
        "what is left of the customers a month: they pay for seats that people hold, the provider for all of them."
    )
    stage.run("plan", "--detailed-exitcode", cut=_Cut(1, 25))
    _say("And if somebody applies the same file once more? A plan can only narrow what runs; nothing is done twice.")
    stage.ask("requests", method="DELETE")
    stage.run("apply", "reviewed.plan.json")
    _count(stage)


def _drift(stage: _Stage) -> None:
    _say("Night falls, and people click in the portal:")
    for what, change in _portal(stage):
        stage.ask("change", change, method="POST")
        view.block(f"  - {what}")
    _say("The nightly run looks for what was changed behind the files' back. It cannot write.")
    stage.run("drift", "--detailed-exitcode", expect=Exit.CHANGES, cut=_Cut(36, 1))
    _say("In the morning it is corrected like anything else: planned, reviewed, applied.")
    stage.run("plan", "--out", "correction.plan.json", cut=_Cut(1, 6))
    stage.run("apply", "correction.plan.json", cut=_Cut(1, 3))
    stage.run("plan", "--detailed-exitcode", cut=_Cut(1))
    _say("Who did what, and when?")
    stage.run("history")


def _portal(stage: _Stage) -> list[tuple[str, dict[str, object]]]:
    """What people do, in words and as the sandbox's control API takes it."""
    seats = _seats(stage)
    return [
        (
            "Lena's job title at Contoso is cleared",
            {"tenant": CONTOSO, "user": f"lena.vogt@{CONTOSO}", "set": {"jobTitle": None}},
        ),
        (
            "she is taken out of a group",
            {"tenant": CONTOSO, "group": "all-staff", "removeMembers": [f"lena.vogt@{CONTOSO}"]},
        ),
        (
            f"Contoso's seats go from {seats} to {seats + 2}, to be on the safe side",
            {"tenant": CONTOSO, "subscription": "head-office", "set": {"quantity": seats + 2}},
        ),
        (
            "a guide of Adventure Works is deleted by mistake",
            {"tenant": GUIDES, "user": f"matilda.quan@{GUIDES}", "delete": True},
        ),
    ]


def _seats(stage: _Stage) -> int:
    (tenant,) = stage.ask(f"state?tenant={CONTOSO}")["tenants"].values()
    return int(tenant["subscriptions"]["head-office"]["quantity"])


def _forget(stage: _Stage) -> None:
    _say(
        "The tool keeps a small memory in .reconciler/: ids and digests, no values. If it is lost, the tool knows less "
        "and does no more: truth is in the files and in the clouds."
    )
    view.block("\n$ rm -r .reconciler")
    shutil.rmtree(stage.work / ".reconciler")
    stage.run("plan", "--detailed-exitcode", cut=_Cut(1))


def _add_recipient(work: Path) -> pyrage.x25519.Identity:
    """Give the copy a key that this demo can open, so that handing over can be shown without showing a password."""
    identity = pyrage.x25519.Identity.generate()
    settings = work / FOLDER / "reconciler.yaml"
    words = settings.read_text(encoding="utf-8")
    settings.write_text(words.replace(RECIPIENT_LINE, f"{RECIPIENT_LINE}{identity.to_public()}, "), encoding="utf-8")
    return identity


def _passwords(work: Path, identity: pyrage.x25519.Identity) -> None:
    files = sorted((work / ".reconciler" / "handover").rglob("*.age"))
    opened = [pyrage.decrypt(path.read_bytes(), [identity]).decode().splitlines() for path in files]
    whom = f" One of them has {len(opened[0][1])} characters and is for {opened[0][0]}." if opened else ""
    _say(
        f"{len(files)} new people have passwords that nobody has seen: encrypted in .reconciler/handover/, for the "
        f"recipients that the settings name.{whom}"
    )


def _count(stage: _Stage) -> None:
    view.block(f"\n  Writes that the clouds counted meanwhile: {stage.ask('requests')['writesAccepted']}")


def _say(words: str) -> None:
    view.block("\n" + "\n".join(f"# {line}" for line in textwrap.wrap(words, 100)))
