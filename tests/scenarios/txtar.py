"""Text archives: a comment, then files, each after a line `-- NAME --`. The form of Go's txtar, which diffs well.

Must not interpret anything: what the comment means is story.py's. Names are kept in order; a file's text ends with the
line before the next marker. Questionable on purpose: no escape for a marker inside a file, exactly as in the original.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

MARKER = re.compile(r"^-- (\S.*\S|\S) --$")


@dataclass(frozen=True, slots=True)
class Archive:
    """A comment and named texts."""

    comment: str
    files: Mapping[str, str]


def parse(text: str) -> Archive:
    """The archive that a text is; every text is one."""
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines(keepends=True):
        found = MARKER.match(line.rstrip("\n"))
        if found:
            parts.append((found[1], []))
        else:
            parts[-1][1].append(line)
    return Archive("".join(parts[0][1]), {name: "".join(lines) for name, lines in parts[1:]})


def format_(archive: Archive) -> str:
    """The text of an archive; `parse` gives it back."""
    files = "".join(f"-- {name} --\n{_ended(text)}" for name, text in archive.files.items())
    return _ended(archive.comment) + files


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else f"{text}\n"
