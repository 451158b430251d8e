"""`make faults`: the whole matrix, on all processors; prints what failed and writes the table into the document.

python -m faults [--story WORDS] [--trouble WORDS] [--sample N] [--document FILE]
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from . import matrix, stories
from .play import Trouble, Verdict, judged, play, prepared
from .stories import Story
from .table import Line, render, write

Case = tuple[str, Trouble]


@cache
def _clean(name: str) -> Verdict:
    return play(prepared(_story(name)))


def _story(name: str) -> Story:
    return next(story for story in stories.ALL if story.name == name)


def attempt(case: Case) -> tuple[Case, int, list[str]]:
    """Play one case; how many runs it took and what was wrong."""
    name, trouble = case
    try:
        verdict = judged(prepared(_story(name)), trouble, _clean(name))
    except Exception:
        return case, 0, [traceback.format_exc()]
    return case, verdict.runs, verdict.wrong


@dataclass
class Tally:
    """What the cases of one kind came to."""

    runs: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def main(words: list[str]) -> int:
    """Play what is asked for; 1 if anything was wrong."""
    options = _options(words)
    os.environ["PATH"] = os.devnull  # no folder of a story is a git repository; asking git so costs a third of a case
    cases = list(_cases(options))
    tallies: dict[str, Tally] = {}
    failed = 0
    begun = time.monotonic()
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        for (name, trouble), runs, wrong in pool.imap_unordered(attempt, cases, chunksize=4):
            tally = tallies.setdefault(trouble.name.partition(" @")[0], Tally())
            tally.runs[runs] += 1
            for what in wrong:
                tally.wrong[what.partition(":")[0]] += 1
            if wrong:
                failed += 1
                print(f"{name} | {trouble.name}", *wrong, sep="\n    ", flush=True)  # noqa: T201
    lines = [Line(kind, dict(tally.runs), sum(tally.wrong.values())) for kind, tally in tallies.items()]
    took = f"{(time.monotonic() - begun) / 60:.1f} minutes in {os.cpu_count()} processes"
    print(render(lines), f"\n{len(cases)} cases, {failed} failed, {took}")  # noqa: T201
    if options.document:
        every = sum(len(list(matrix.troubles(_clean(story.name)))) for story in stories.ALL)
        write(options.document, lines, f"Played: {len(cases)} of {every} cases, {failed} failed.")
    return 1 if failed else 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults")
    parser.add_argument("--story", default="")
    parser.add_argument("--trouble", default="")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--document", type=Path)
    return parser.parse_args(words)


def _cases(options: argparse.Namespace) -> Iterator[Case]:
    for story in stories.ALL:
        if options.story in story.name:
            found = [trouble for trouble in matrix.troubles(_clean(story.name)) if options.trouble in trouble.name]
            chosen = matrix.sampled(found, options.sample, 1) if options.sample else found
            yield from ((story.name, trouble) for trouble in chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
