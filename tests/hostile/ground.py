"""Where damaged things are looked at: a folder, the command line in it, and what holds of every answer.

    files(folder, contents)        a repository of these files, beside each other
    said(folder, *words) -> Said   a command as a person types it, in this process
    unclear(said) -> [...]         everything about the answer that nobody may be shown; empty where it is well
    harmful(text) -> [...]         characters that a terminal would act on or hide

Must not: know what was damaged, or how. Questionable on purpose: answers are held against rules, not against texts. Of
thousands of damaged files nobody reads the answers; the texts themselves are in `tests/store/golden`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from unicodedata import category

from reconciler import cli

CASES = int(os.environ.get("RECONCILER_HOSTILE", "20"))
FINDING = re.compile(r"  [!?] (?:error|warning|advice) (RC\d+): ")
PLACE = re.compile(r"      at \S.*\.yaml(:\d+:\d+)?$")
WHOLE_FILE = frozenset({"RC104", "RC119"})  # not UTF-8, further mistakes: of the file, not of a line of it
PLACELESS = frozenset({"RC142"})  # no settings file: there is no place where it is missing


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed, errors included."""

    code: int
    text: str


def seeds(times: float = 1) -> range:
    """The seeds of a table of cases; RECONCILER_HOSTILE=500 plays more than the suite does."""
    return range(int(CASES * times))


def files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write the files of a repository."""
    for name, content in contents.items():
        path = folder / "desired-state" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def said(folder: Path, *words: str) -> Said:
    """Run a command in the folder, without any cloud."""
    out = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = int(cli.run(words))
    return Said(code, out.getvalue())


def unclear(answer: Said) -> list[str]:
    """What is wrong with an answer about files: a bug told, letters that act, a finding that names no place."""
    wrong = [f"exit code {answer.code}"] if answer.code not in (0, 1, 10) else []
    wrong += ["a traceback"] if "Traceback" in answer.text else []
    wrong += harmful(answer.text)
    lines = answer.text.split("\n")
    for line, below in pairwise(lines):
        head = FINDING.match(line)
        place = PLACE.match(below)
        if head and head[1] not in PLACELESS and not (place and (place[1] or head[1] in WHOLE_FILE)):
            wrong.append(f"no place: {line[:200]}")
    return wrong


def harmful(text: str) -> list[str]:
    """Each sort of character that would not be seen as what it is."""
    found = {char for char in text if char != "\n" and not char.isprintable() and category(char) != "Zs"}
    return [f"U+{ord(char):04X} as it is" for char in sorted(found)]
