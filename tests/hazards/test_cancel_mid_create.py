"""The process is killed while a create is on its way: the next run finishes, with one user and a known password."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from scenarios.stage import Stage

from hazards import crashes


def started(on_stage: Stage) -> subprocess.Popen[bytes]:
    """An apply as a process of its own."""
    env = {**os.environ, **on_stage.environment}
    command = [sys.executable, "-m", "reconciler", "apply", "p.plan.json"]
    return subprocess.Popen(command, cwd=on_stage.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def wait_for_the_create(on_stage: Stage) -> None:
    """Until the clouds have the request; readings are batches that are posted too."""
    for _ in range(600):
        seen = [one for row in on_stage.requests()["requests"] for one in (row, *row.get("items", ()))]
        if any(one["method"] == "POST" and one["path"].endswith("/users") for one in seen):
            return
        time.sleep(0.05)
    raise AssertionError("the create was never sent")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "asked to stop"])
def test_a_run_that_dies_in_a_create_is_finished_by_the_next(on_stage: Stage, how: signal.Signals) -> None:
    identity = crashes.planned(on_stage)
    on_stage.clouds.ask("requests", method="DELETE")
    on_stage.faults({**crashes.CREATE, "action": "delay", "delay": 5.0, "nth": [1]})

    with started(on_stage) as process:
        wait_for_the_create(on_stage)
        process.send_signal(how)
        process.communicate(timeout=60)
    on_stage.faults()

    assert process.returncode == (8 if how is signal.SIGTERM else -how)
    crashes.converge(on_stage, "p.plan.json")
    crashes.assert_served_once(on_stage, identity)
