"""Start a command of the settings, wait for it, and end it with all that it started when its time is over.

A command gets no shell, no input, and none of our environment but what every program needs and what its hook names: no
secret of a connection is in there unless somebody wrote its name. What it says goes into a file, so that neither a
flood nor a child that keeps its output open can hold us up.

Must not: judge; the caller knows what a failure means. Questionable on purpose: a child that a command leaves behind
when it ends in time is left alone, as a shell would. And this is no sandbox: a command runs as the same user, who can
read what we can read. Whoever may write `hooks:` is trusted with the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.engine.stop import Stop
from reconciler.model.hooks import Hook

PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT")
GRACE_S = 1.0  # between asking a command to end and ending it: less than what a stopped run has
TAIL_LINES, TAIL_BYTES = 10, 2000


@dataclass(frozen=True, slots=True)
class Call:
    """Where commands start, what they are told, our own environment, and for how long they may run at most.

    `output` is a file for what they say.
    """

    folder: Path
    told: Mapping[str, str]
    environ: Mapping[str, str]
    longest_s: float
    output: Path


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with a command, and the last lines that it said."""

    why: str
    lines: tuple[str, ...] = ()


async def run(hook: Hook, call: Call, stop: Stop) -> Failure | None:
    """None if the command ended with 0 in its time."""
    limit_s = min(float(hook.seconds), call.longest_s)
    if stop.why or limit_s <= 0:
        return Failure(
            f"was not started: {f'{stop.why} stopped the run' if stop.why else 'the time of the run is over'}"
        )
    with call.output.open("wb") as output:
        try:
            process = await asyncio.create_subprocess_exec(
                *hook.run,
                cwd=call.folder,
                env=_environment(hook, call),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        except OSError as error:
            return Failure(f"cannot be started: {(error.strerror or 'unknown reason').lower()}")
        ended = await _ended(process, limit_s, stop)
    if not ended:
        why = f"was ended, because {stop.why} stopped the run" if stop.why else f"took longer than {limit_s:g} s"
        return Failure(why, _tail(call.output))
    return Failure(_left(process.returncode or 0), _tail(call.output)) if process.returncode else None


async def _ended(process: asyncio.subprocess.Process, limit_s: float, stop: Stop) -> bool:
    """True if it ended by itself. Otherwise nothing of it is left."""
    try:
        async with asyncio.timeout(limit_s), stop.within(0):
            await process.wait()
            return True
    except TimeoutError:
        await _end(process)
        return False
    except asyncio.CancelledError:
        _signal(process.pid, signal.SIGKILL)
        raise


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the command and everything in its group."""
    _signal(process.pid, signal.SIGTERM)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            await process.wait()
    _signal(process.pid, signal.SIGKILL)  # also what did not end with it
    await process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _environment(hook: Hook, call: Call) -> dict[str, str]:
    names = dict.fromkeys((*PASSED, *hook.env))
    return {**{name: call.environ[name] for name in names if name in call.environ}, **call.told}


def _left(code: int) -> str:
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"


def _tail(output: Path) -> tuple[str, ...]:
    """The last lines that it said."""
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - TAIL_BYTES))
        text = file.read().decode(errors="replace")
    return tuple(line for line in text.splitlines() if line.strip())[-TAIL_LINES:]
