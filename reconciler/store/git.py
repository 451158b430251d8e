"""What git says about the folder: the commit that is checked out, its past, and the files of other commits. Reads only.

Where there is no git or no repository the answers are empty; who needs one says what is missing.

Must not: check anything out, or let what is committed run. The files of another commit are copied object by object, so
that no filter, attribute or hook of the repository takes part, and only plain YAML files are.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LIMIT_S = 10
YAML = ("*.yaml", "*.yml")
SUFFIXES = (".yaml", ".yml")
PLAIN = ("100644", "100755")  # git's modes of files that are no links
LARGEST = 32 * 1024 * 1024  # in the place of a larger file stand zeros: whoever reads them says that they are too many
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


def trailers(folder: Path, commits: Sequence[str], key: str) -> list[tuple[str, str]]:
    """The trailers of this key in the messages of these commits, each with its commit, in the order given."""
    if not commits:
        return []
    form = f"--format=%H%x00%(trailers:key={key},valueonly,unfold,separator=%x00)"
    answer = _ask(folder, "log", "--no-walk=unsorted", form, *commits)
    rows = [line.split("\0") for line in answer.splitlines()]
    return [(row[0], value.strip()) for row in rows for value in row[1:] if value.strip()]


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


def commit_of(folder: Path, name: str) -> str:
    """The id of the commit that a branch, tag or id names; "" if git knows none."""
    return "" if name.startswith("-") else _ask(folder, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")


def merge_base(folder: Path, one: str, other: str) -> str:
    """The last commit that is in the past of both; "" if git sees none."""
    return _ask(folder, "merge-base", one, other).partition("\n")[0]


def is_shallow(folder: Path) -> bool:
    """True for a clone that has only a part of the history."""
    return _ask(folder, "rev-parse", "--is-shallow-repository") == "true"


def top(folder: Path) -> Path | None:
    """The folder of the whole repository; None if there is none."""
    found = _bytes(folder, "rev-parse", "--show-toplevel")
    return Path(os.fsdecode(found.removesuffix(b"\n"))) if found else None


def changed(folder: Path, since: str) -> list[str] | None:
    """The files of the whole repository that differ from a commit, new ones too, by their names from its top folder;
    None if git cannot tell."""
    home = top(folder)
    if home is None:
        return None
    differing = _bytes(home, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-relative", "-z", since)
    new = _bytes(home, "ls-files", "--others", "--exclude-standard", "-z")
    if differing is None or new is None:
        return None
    return sorted({os.fsdecode(name) for name in (differing + new).split(b"\0") if name})


def says(folder: Path, commit: str, word: str) -> bool:
    """True where a YAML file of a commit, or nobody knows which, has this word."""
    found = _bytes(folder, "ls-tree", "-r", "--name-only", commit)
    return found is None or bool(_ask(folder, "grep", "-l", "-F", "-e", word, commit, "--", *YAML))


def contents(folder: Path, commit: str) -> dict[str, bytes] | None:
    """The YAML files below the folder as they were at a commit, by name; None if git cannot give them."""
    listed = _bytes(folder, "ls-tree", "-r", "-z", "-l", commit)
    if listed is None:
        return None
    wanted = list(_wanted(listed))
    asked = "".join(f"{blob}\n" for blob, size, _ in wanted if size <= LARGEST).encode()
    answer = _bytes(folder, "cat-file", "--batch", given=asked)
    if answer is None:
        return None
    found, start = {}, 0
    for _, size, name in wanted:
        if size > LARGEST:
            found[name] = bytes(LARGEST)
            continue
        start = answer.index(b"\n", start) + 1
        found[name] = answer[start : start + size]
        start += size + 1
    return found


def _wanted(listed: bytes) -> Iterator[tuple[str, int, str]]:
    """Id, size and name of each plain YAML file. Hidden ones are no part of a desired state."""
    for row in listed.split(b"\0"):
        facts, found, raw = row.partition(b"\t")
        name = PurePosixPath(os.fsdecode(raw))
        if not found or name.is_absolute() or any(part.startswith(".") for part in name.parts):
            continue
        mode, _, blob, size = facts.decode().split()
        if mode in PLAIN and name.suffix.lower() in SUFFIXES:
            yield blob, int(size), str(name)


def _ask(folder: Path, *arguments: str) -> str:
    answer = _bytes(folder, *arguments)
    return "" if answer is None else answer.decode(errors="replace").strip()


def _bytes(folder: Path, *arguments: str, given: bytes | None = None) -> bytes | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, input=given, capture_output=True, timeout=LIMIT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout if answer.returncode == 0 else None
