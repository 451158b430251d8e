"""Write the files of a new repository where nothing stands in their way.

A file that exists is left as it is, so running it twice, or in a repository that somebody began, loses nothing. The
key for passwords is made with the settings and only with them: another key would open nothing of what they name.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from reconciler import kinds
from reconciler.model.errors import UsageError
from reconciler.store import files, handover, starter

SETTINGS = "desired-state/reconciler.yaml"
KEY = "handover-key.txt"


@dataclass(frozen=True, slots=True)
class Started:
    """What was written and what was there before, by path."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def run(root: Path) -> Started:
    """Write what is missing. UsageError where a place cannot be written to."""
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file: name a folder.")
    recipient = _key(root / KEY) if not (root / SETTINGS).exists() else ""
    found = starter.contents(kinds.ALL, recipient)
    kept = tuple(name for name in found if os.path.lexists(root / name))
    written = tuple(name for name in found if name not in kept)
    for name in written:
        files.write(root / name, found[name])
    return Started((*written, *([KEY] if recipient else [])), kept)


def _key(place: Path) -> str:
    """A new key, written where only its owner reads it; its public half."""
    if place.exists():
        raise UsageError(f"{place} exists and its settings do not: move it away, it may open passwords.")
    secret, public = handover.new_key()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"# public key: {public}\n{secret}\n")
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {(error.strerror or 'unknown reason').lower()}.") from error
    return public
