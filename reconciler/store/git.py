"""What git says about the folder: the commit that is checked out, and the repository's name. Reads only.

Where there is no git or no repository the answers are empty, and nothing depends on them but provenance.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

LIMIT_S = 10


def commit(folder: Path) -> str:
    """The id of the commit that is checked out; "" if none is."""
    return _ask(folder, "rev-parse", "--verify", "--quiet", "HEAD")


def repository(folder: Path) -> str:
    """The repository's address without credentials; "" where it has none."""
    address = _ask(folder, "config", "--get", "remote.origin.url")
    scheme, found, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if found else address


def _ask(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
