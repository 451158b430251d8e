"""What git says about the folder: the commit that is checked out, and the repository's name. Reads only.

Where there is no git or no repository the answers are empty, and nothing depends on them but provenance.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 10
NOT_COMMITTED = "0" * 40


@dataclass(frozen=True, slots=True)
class Authored:
    """Who wrote something, in which commit."""

    author: str
    commit: str


def commit(folder: Path) -> str:
    """The id of the commit that is checked out; "" if none is."""
    return _ask(folder, "rev-parse", "--verify", "--quiet", "HEAD")


def repository(folder: Path) -> str:
    """The repository's address without credentials; "" where it has none."""
    address = _ask(folder, "config", "--get", "remote.origin.url")
    scheme, found, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else address


def wrote_line(folder: Path, file: str, line: int) -> Authored | None:
    """Who wrote a line of a file; None if git does not know, or the line is not committed."""
    here = str(Path(file).resolve())
    answer = _ask(folder, "blame", "--porcelain", "-L", f"{line},{line}", "--", here)
    commit_id = answer.partition(" ")[0]
    authors = [text.removeprefix("author ") for text in answer.splitlines() if text.startswith("author ")]
    return Authored(authors[0], commit_id) if authors and commit_id != NOT_COMMITTED else None


def last_touched(folder: Path, words: str) -> Authored | None:
    """Who last changed how often these words stand in the YAML files; None if git does not know."""
    answer = _ask(folder, "log", "-1", "--format=%an%x00%H", "-i", f"-S{words}", "--", "*.yaml", "*.yml")
    author, found, commit_id = answer.partition("\0")
    return Authored(author, commit_id) if found else None


def _ask(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
