"""Runs a command and says what the operating system counted: processor time, wall time, largest resident memory.

A whole process is measured from outside, so that starting, importing and ending are part of the figures. It must not
judge them. The questionable decision: the command's output goes to a file, because a pipe that nobody empties would
stop the command, and emptying it would take processor time of our own beside it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took; `output` is what it printed."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    code: int
    output: str


def run(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Cost:
    """Run a command to its end and give what it took."""
    with tempfile.TemporaryFile() as printed:
        started = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, env=dict(environ), stdout=printed, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        text = printed.read().decode(errors="replace")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, process.returncode, text)
