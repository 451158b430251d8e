"""`reconciler demo`: the whole story on the local clouds, told by the commands themselves.

It copies the example fleet to a folder of its own, starts the sandbox, and runs the same commands that a person would
type, each as a process of its own; what it prints between them is only the story. Every figure is printed by a command
or counted by the sandbox. The folder and the clouds are gone at the end.
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

import click
import pyrage

from reconciler.app.workspace import FOLDER
from reconciler.cli import options, view
from reconciler.cli.exits import Exit
from reconciler.model.errors import UsageError

RECIPIENT_LINE = "handover: {recipients: ["
PORTAL = (
    ("Ada's job title is cleared", {"user": "ada@contoso.com", "set": {"jobTitle": None}}),
    ("two seats are bought by hand", {"subscription": "head-office", "set": {"quantity": "+2"}}),
    ("somebody is taken out of a group", {"group": "all-staff", "removeMembers": ["ada@contoso.com"]}),
)


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
            _tell(_Stage(work, {**os.environ, **clouds.env, "NO_COLOR": "1"}, clouds.control, clouds.ca_file))
    return Exit.OK


@dataclass(frozen=True, slots=True)
class _Stage:
    work: Path
    env: Mapping[str, str]
    control: str
    ca_file: Path

    def run(self, *words: str, expect: Sequence[Exit] = (Exit.OK,), lines: int | None = None) -> None:
        """Run a command as a person would, show what it prints, and stop the story if it ends otherwise."""
        view.text(f"\n$ reconciler {' '.join(words)}")
        command = [sys.executable, "-m", "reconciler", *words]
        done = subprocess.run(command, cwd=self.work, env=self.env, capture_output=True, text=True, check=False)  # noqa: S603
        printed = (done.stdout + done.stderr).rstrip().splitlines()
        shown = printed if lines is None or len(printed) <= lines else [*printed[: lines - 12], "  ...", *printed[-11:]]
        view.text("\n".join(f"  {line}".rstrip() for line in shown))
        if done.returncode not in expect:
            raise UsageError(f"The story stopped: reconciler {' '.join(words)} ended with {done.returncode}.")

    def ask(self, path: str, body: object = None, *, method: str = "GET") -> dict[str, int]:
        """Ask the sandbox's control API."""
        request = urllib.request.Request(f"{self.control}/{path}", method=method)  # noqa: S310  loopback, our own server
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        context = ssl.create_default_context(cafile=str(self.ca_file))
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:  # noqa: S310
            found = answer.read()
        return dict(json.loads(found)) if found else {}


def _tell(stage: _Stage) -> None:
    _say("A provider's customers are YAML files. Are they in order? No cloud is asked for that.")
    stage.run("validate")
    identity = _add_recipient(stage.work)
    _say("What would change at the customers? Nothing is written; the plan is saved for review.")
    stage.run("plan", "--out", "reviewed.plan.json", expect=(Exit.OK,), lines=90)
    _say("Somebody has read it and agreed. Exactly this is applied, and every row is verified by reading.")
    stage.ask("requests", method="DELETE")
    stage.run("apply", "reviewed.plan.json", lines=60)
    _count(stage, "Writes that the clouds counted")
    _passwords(stage.work, identity)
    _say("Is anything left to do?")
    stage.run("plan", "--detailed-exitcode")
    _say("The same plan file again: it can only narrow what runs, and nothing is left.")
    stage.ask("requests", method="DELETE")
    stage.run("apply", "reviewed.plan.json")
    _count(stage, "Writes that the clouds counted")
    _portal(stage)
    _say("The nightly run sees what was changed behind the files' back.")
    stage.run("drift", "--detailed-exitcode", expect=(Exit.CHANGES,))
    _say("It is corrected by the next apply, as reviewed.")
    stage.run("plan", "--out", "correction.plan.json")
    stage.run("apply", "correction.plan.json")
    stage.run("plan", "--detailed-exitcode")
    _say("Who did what when? The journal knows.")
    stage.run("history")
    view.text("\nThe clouds are stopped and everything is cleaned up.")


def _portal(stage: _Stage) -> None:
    _say("Meanwhile, in the portal:")
    for what, change in PORTAL:
        stage.ask("change", {"tenant": "contoso.onmicrosoft.com", **change}, method="POST")
        view.text(f"  - {what}")


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
    _say(
        f"{len(files)} generated passwords lie encrypted in .reconciler/handover/. With its private key a recipient opens "
        f"them; the first is {len(opened[0][1]) if opened else 0} characters for {opened[0][0] if opened else 'nobody'}."
    )


def _count(stage: _Stage, what: str) -> None:
    counted = stage.ask("requests")
    view.text(f"\n  {what}: {counted['writesAccepted']}")


def _say(words: str) -> None:
    view.text("\n" + "\n".join(f"# {line}" for line in textwrap.wrap(words, 100)))
