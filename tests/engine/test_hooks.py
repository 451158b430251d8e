"""Commands of the settings: what they are given, and that nothing of them is left when their time is over."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.engine import hooks
from reconciler.engine.hooks import Call, Failure
from reconciler.engine.stop import Stop, Why
from reconciler.model.hooks import Hook

ENVIRON = {"PATH": os.environ["PATH"], "SECRET": "hunter2", "TOKEN": "t"}
SOON_S = 20.0


def script(*lines: str, **facts: object) -> Hook:
    """A command that runs these lines of Python."""
    return Hook.model_validate({"run": [sys.executable, "-c", "\n".join(lines)], **facts})


def ran(
    folder: Path, hook: Hook, stop: Stop | None = None, told: Mapping[str, str] | None = None, longest_s: float = 60
) -> Failure | None:
    call = Call(folder, told or {}, ENVIRON, longest_s, folder / "output")
    return asyncio.run(hooks.run(hook, call, stop or Stop()))


def is_there(process: int) -> bool:
    """True while a process runs; one that only waits to be buried by its parent does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_that_ends_with_0_is_no_failure(tmp_path: Path) -> None:
    assert ran(tmp_path, script("pass")) is None


def test_a_failure_has_the_exit_code_and_the_last_lines_of_both_outputs(tmp_path: Path) -> None:
    lines = ("import sys", "for n in range(50): print(n, flush=True)", "sys.exit('no: frozen')")

    found = ran(tmp_path, script(*lines))

    assert found is not None
    assert found.why == "ended with exit code 1"
    assert found.lines == (*map(str, range(41, 50)), "no: frozen")


def test_no_shell_takes_the_words_apart(tmp_path: Path) -> None:
    hook = script("import sys, pathlib", "pathlib.Path('said').write_text(repr(sys.argv[1:]))")
    words = Hook(run=(*hook.run, "$HOME; rm -rf .", "a b"))

    assert ran(tmp_path, words) is None
    assert (tmp_path / "said").read_text() == repr(["$HOME; rm -rf .", "a b"])


def test_a_command_gets_no_variable_but_the_usual_ones_what_it_names_and_what_it_is_told(tmp_path: Path) -> None:
    lines = ("import os, pathlib", "pathlib.Path('said').write_text(' '.join(sorted(os.environ)))")

    ran(tmp_path, script(*lines, env=["TOKEN", "NOT_SET"]), told={"RECONCILER_EVENT": "beforeApply"})

    names = set((tmp_path / "said").read_text().split()) - {"LC_CTYPE"}  # Python's own
    assert names == {"PATH", "TOKEN", "RECONCILER_EVENT"}


@pytest.mark.parametrize("program", ["./nowhere", "no-such-program"])
def test_a_program_that_is_not_there_is_said(tmp_path: Path, program: str) -> None:
    assert ran(tmp_path, Hook(run=(program,))) == Failure("cannot be started: no such file or directory")


def test_a_program_is_looked_for_from_the_repositorys_folder(tmp_path: Path) -> None:
    (tmp_path / "check.sh").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "check.sh").chmod(0o755)

    assert ran(tmp_path, Hook(run=("./check.sh",))) == Failure("ended with exit code 3")


@pytest.mark.parametrize("deaf", [False, True], ids=["that listens", "that does not listen"])
def test_a_command_that_takes_too_long_is_ended_with_what_it_started(tmp_path: Path, deaf: bool) -> None:
    ignore = "signal.signal(signal.SIGTERM, signal.SIG_IGN)" if deaf else ""
    child = f"import signal, time; {ignore or 'pass'}; time.sleep(600)"
    lines = (
        "import subprocess, sys, time, pathlib, signal",
        ignore,
        f"child = subprocess.Popen([sys.executable, '-c', {child!r}])",
        "pathlib.Path('child').write_text(str(child.pid))",
        "print('waiting', flush=True)",
        "time.sleep(600)",
    )

    found = ran(tmp_path, script(*lines, seconds=2))

    assert found == Failure("took longer than 2 s", ("waiting",))
    process, until = int((tmp_path / "child").read_text()), time.monotonic() + SOON_S
    while is_there(process) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_there(process)


def test_the_time_of_the_run_is_the_most_that_a_command_has(tmp_path: Path) -> None:
    assert ran(tmp_path, script("import time", "time.sleep(600)"), longest_s=0.5) == Failure("took longer than 0.5 s")
    assert ran(tmp_path, script("pass"), longest_s=0) == Failure("was not started: the time of the run is over")


def test_a_run_that_is_stopped_ends_its_command(tmp_path: Path) -> None:
    stop = Stop()

    async def stopped() -> Failure | None:
        call = Call(tmp_path, {}, ENVIRON, 60, tmp_path / "output")
        async with asyncio.TaskGroup() as group:
            task = group.create_task(hooks.run(script("import time", "time.sleep(600)"), call, stop))
            await asyncio.sleep(0.5)
            stop.ask(Why.SIGNAL)
        return task.result()

    assert asyncio.run(stopped()) == Failure("was ended, because a signal stopped the run")
    assert ran(tmp_path, script("pass"), stop) == Failure("was not started: a signal stopped the run")


def test_a_child_that_keeps_the_output_open_holds_nobody_up(tmp_path: Path) -> None:
    lines = (
        "import subprocess, sys, pathlib",
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        "pathlib.Path('child').write_text(str(child.pid))",
    )

    assert ran(tmp_path, script(*lines, seconds=60)) is None

    os.kill(int((tmp_path / "child").read_text()), 9)


def test_a_flood_of_words_is_told_by_its_end(tmp_path: Path) -> None:
    found = ran(tmp_path, script("import sys", "sys.stdout.write('x' * 5_000_000 + '\\nlast\\n')", "sys.exit(1)"))

    assert found is not None
    assert found.lines[-1] == "last"
    assert sum(map(len, found.lines)) <= hooks.TAIL_BYTES
