"""`make bench`: what a plan with nothing to do costs, for fleets of several sizes, beside other tools.

For each size it writes files and a world, starts the sandbox as a process of its own, measures `validate` and `plan`
as whole processes, and then where the processor time goes. Only the client is measured. Each figure is of one run;
`--runs` takes the best of several. It must not change the repository but for the figures in the document.

The questionable decision: the world is made equal to the files instead of being applied to. Applying a hundred
thousand users would measure the sandbox.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import clouds, fleets, peers, phases, processes, table
from bench.clouds import Clouds
from bench.fleets import Size
from bench.processes import Cost

SIZES = "10x100,100x100,40x250,1000x100"
WITH_LIMITS = Size(10, 100)
PEERS = Size(40, 250)
PROGRAM = (sys.executable, "-m", "reconciler")
HEAD = ("customers x users", "validate CPU s", "plan CPU s", "wall s", "peak MB", "exchanges a customer")
PHASES = ("load", "read", "plan", "render")


def main() -> None:
    """Measure, print, and write the tables where `--document` says."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", default=SIZES, help="customers x users, with commas between")
    parser.add_argument("--runs", type=int, default=1, help="the best of so many runs")
    parser.add_argument("--document", type=Path, help="write the tables between the markers of this file")
    options = parser.parse_args()
    sizes = [Size(*map(int, text.split("x"))) for text in options.sizes.split(",") if text]
    parts = [_machine(options.runs), *_fleets(sizes, options.runs), _limits(options.runs), _peers()]
    text = "\n\n".join(part for part in parts if part)
    if options.document:
        table.put(options.document, text)


def _fleets(sizes: Sequence[Size], runs: int) -> Iterator[str]:
    rows, shares = [], []
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            with clouds.running(fleets.write(folder, size), "--fast") as running:
                rows.append(_row(size, folder, running, runs))
                shares.append(_shares(size, folder, running))
                sys.stdout.write(f"{' | '.join(rows[-1])}   (us a user: {', '.join(shares[-1][1:])})\n")
                sys.stdout.flush()
    yield table.table(HEAD, rows)
    yield "Client processor time per user, in microseconds, without starting Python:"
    yield table.table(("customers x users", *PHASES), shares)


def _row(size: Size, folder: Path, running: Clouds, runs: int) -> list[str]:
    checked = _best([*PROGRAM, "validate"], folder, running, runs)
    planned = _best([*PROGRAM, "plan", "--detailed-exitcode"], folder, running, runs)
    exchanges = running.counted().exchanges / size.customers / runs
    figures = (checked.cpu_s, planned.cpu_s, planned.wall_s)
    return [str(size), *(f"{figure:.1f}" for figure in figures), f"{planned.peak_mb:.0f}", f"{exchanges:.1f}"]


def _best(command: Sequence[str], folder: Path, running: Clouds, runs: int) -> Cost:
    """The run with the least processor time: others had more of the machine's other work in them."""
    running.forget()
    costs = [processes.run(command, folder, running.environ) for _ in range(runs)]
    wrong = [cost for cost in costs if cost.code != 0]
    assert not wrong, f"{' '.join(command)} ended with {wrong[0].code}: {wrong[0].output[-2000:]}"
    return min(costs, key=lambda cost: cost.cpu_s)


def _shares(size: Size, folder: Path, running: Clouds) -> list[str]:
    environ = {**running.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    cost = processes.run([sys.executable, "-m", phases.__name__, str(folder)], folder, environ)
    assert cost.code == 0, cost.output[-2000:]
    figures = json.loads(cost.output)
    assert figures["changes"] == 0, "the world is what the files say"
    assert figures["deferred"] == 0, "everything was read"
    return [str(size), *(f"{figures[name] / size.people * 1e6:.0f}" for name in PHASES)]


def _limits(runs: int) -> str:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with clouds.running(fleets.write(folder, WITH_LIMITS)) as running:
            cost = _best([*PROGRAM, "plan", "--detailed-exitcode"], folder, running, runs)
            counted = running.counted()
    rate = counted.exchanges / runs / cost.wall_s * 60
    words = (
        f"With the documented limits and lag, {WITH_LIMITS}: {cost.cpu_s:.1f} s CPU, {cost.wall_s:.1f} s "
        f"wall, {counted.exchanges / runs:.0f} exchanges ({rate:.0f} a minute), {counted.throttled} answered 429."
    )
    sys.stdout.write(words + "\n")
    return words


def _peers() -> str:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        found = [
            [tool, f"{cost.cpu_s:.1f}", f"{cost.wall_s:.1f}", f"{cost.peak_mb:.0f}"]
            for tool, cost in peers.measure(Path(name), PEERS)
        ]
    missing = "".join(f"{tool} is not installed: skipped.\n" for tool in peers.absent())
    text = table.table((f"{PEERS}, nothing to change", "CPU s", "wall s", "peak MB"), found) if found else ""
    sys.stdout.write(f"{text}\n{missing}")
    return "\n\n".join(filter(None, (text, missing.strip())))


def _machine(runs: int) -> str:
    return (
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} processors, "
        f"best of {runs} run{'s' if runs > 1 else ''}."
    )


if __name__ == "__main__":
    main()
