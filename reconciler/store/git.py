"""What git says about the folder: the commit that is checked out, and the repository's name. Reads only.

Where there is no git or no repository the answers are empty, and nothing depends on them but provenance.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 10
YAML = ("*.yaml", "*.yml")
NOT_COMMITTED = "0" * 40


@dataclass(frozen=True, slots=True)
class Authored:
    """Who wrote something, in which commit."""

    author: str
    commit: str


def commit(folder: Path) -> str:
    """The id of the commit that is checked out; "" if none is."""
    return _ask(folder, "rev-parse", "--verify", "--quiet", "HEAD")


def commits(folder: Path, most: int) -> list[str]:
    """The ids of the last commits that were made on this branch itself, newest first."""
    return _ask(folder, "rev-list", "--first-parent", f"--max-count={most}", "HEAD").split()


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
    answer = _ask(folder, "log", "-1", "--format=%an%x00%H", "-i", f"-S{words}", "--", *YAML)
    author, found, commit_id = answer.partition("\0")
    return Authored(author, commit_id) if found else None


def versions(folder: Path, after: str) -> list[Authored]:
    """The commits after this one that changed YAML files below the folder, oldest first; none if git does not know."""
    answer = _ask(folder, "log", "--topo-order", "--reverse", "--format=%an%x00%H", f"{after}..HEAD", "--", *YAML)
    return [Authored(*line.split("\0")) for line in answer.splitlines() if "\0" in line]


def unpack(folder: Path, commit: str, into: Path) -> bool:
    """Write the folder as it was at a commit; False if git cannot give it."""
    archive = _bytes(folder, "archive", "--format=tar", commit, ".")
    if archive is None:
        return False
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(into, filter="data")
    return True


def _ask(folder: Path, *arguments: str) -> str:
    answer = _bytes(folder, *arguments)
    return "" if answer is None else answer.decode(errors="replace").strip()


def _bytes(folder: Path, *arguments: str) -> bytes | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, timeout=LIMIT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
