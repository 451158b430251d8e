"""Golden files: text that a person can review, compared as a whole, rewritten by `pytest --update-golden`.

A golden must not hold what changes by itself (times, ids, paths of a machine): the test puts names in their place.
A golden that is rewritten passes; the reviewer of the commit is the one who judges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Golden:
    """The golden files of one test module: the folder `golden` beside it."""

    folder: Path
    update: bool

    def check(self, name: str, actual: str) -> None:
        """Fail unless the golden file `name` holds exactly `actual`."""
        path = self.folder / name
        if self.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual.encode())
        assert path.is_file(), f"{path.name} does not exist: run pytest --update-golden and review it"
        expected = path.read_bytes().decode()
        assert expected == actual
