"""A real client process, a real socket: killed in the middle of a write, asked to stop, and what is left behind."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pyrage
import pytest

from reconciler.sandbox import server

from . import stories

Json = Any  # the control API's
USER = {"service": "graph", "method": "POST", "route": "/users"}
GROUP = {"service": "graph", "method": "POST", "route": "/groups"}
STORY = stories.Story(
    "all at once", {}, stories.USUAL, stories.JOINERS.after + stories.GROUPS.after.removeprefix(stories.USUAL)
)


@dataclass(frozen=True)
class Place:
    """A repository before running clouds."""

    root: Path
    clouds: server.Handle

    def control(self, method: str, path: str, body: Json = None) -> Json:
        request = urllib.request.Request(f"{self.clouds.control}/{path}", method=method)
        request.data = None if body is None else orjson.dumps(body)
        context = ssl.create_default_context(cafile=str(self.clouds.ca_file))
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            return orjson.loads(answer.read())

    def start(self) -> subprocess.Popen[str]:
        """An apply that nobody waits for yet."""
        command = [sys.executable, "-m", "reconciler", "apply", "--auto-approve"]
        env = {**os.environ, **self.clouds.env}
        return subprocess.Popen(
            command, cwd=self.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def apply(self) -> tuple[int, str]:
        """An apply to its end: exit code and output."""
        with self.start() as process:
            said, _ = process.communicate(timeout=120)
        return process.returncode, said

    def until(self, route: str) -> None:
        """Wait until the clouds have got a write on this route."""
        for _ in range(600):
            rows = self.control("GET", "requests")["requests"]
            if any(row["route"] == route for top in rows for row in (top, *top.get("items", ()))):
                return
            time.sleep(0.05)
        raise AssertionError(f"nobody wrote to {route}")

    def names(self, what: str) -> list[str]:
        """The display names of a tenant's users or groups."""
        tenant = self.control("GET", "state")["tenants"][stories.TENANT]
        return sorted(one["displayName"] for one in tenant[what].values())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    world = tmp_path / "world.json"
    document = stories.world(STORY)
    world.write_bytes(orjson.dumps(document))
    recipient = str(pyrage.x25519.Identity.generate().to_public())
    (tmp_path / "desired-state").mkdir()
    text = f"{stories.SETTINGS.replace('RECIPIENT', recipient)}---{STORY.after}"
    (tmp_path / "desired-state" / "all.yaml").write_text(text, encoding="utf-8")
    with server.running(world) as clouds:
        secret = document["partners"][stories.PARTNER]["apps"][stories.APP]["secret"]
        clouds.env["RECONCILER_SANDBOX_CLIENT_SECRET"] = secret
        yield Place(tmp_path, clouds)


@pytest.mark.parametrize("rule", [USER, GROUP], ids=["user", "group"])
def test_a_process_killed_while_it_waits_for_a_create_is_mended_by_the_next(place: Place, rule: Json) -> None:
    place.control("POST", "faults", {**rule, "action": "delay", "delay": 20, "times": 4})
    with place.start() as process:
        place.until(rule["route"])
        process.send_signal(signal.SIGKILL)
    place.control("DELETE", "faults")

    code, said = place.apply()

    assert (code, place.names("groups")) == (0, ["Board", "Sales", "Support"]), said
    assert place.names("users") == ["Ada", "Admin", "Bo", "Jil", "Joe"]
    handed_over = {path.name.partition("@")[0] for path in (place.root / ".reconciler/handover").rglob("*.age")}
    assert handed_over == {"jil", "joe"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_cleanly_frees_the_lock_and_exits_with_8(place: Place, number: signal.Signals) -> None:
    place.control("POST", "faults", {**USER, "action": "delay", "delay": 2, "times": 4})
    with place.start() as process:
        place.until("/users")
        process.send_signal(number)
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 8, said
    assert list((place.root / ".reconciler" / "locks").glob("*.json")) == []
    assert place.apply()[0] == 0
