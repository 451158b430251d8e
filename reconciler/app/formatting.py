"""Lay out the YAML files of a repository in their canonical form, or say which ones differ from it.

Any place may be named, files and folders; without one it is the desired state of the repository. A file that cannot be
laid out is said and left alone, and the others are laid out nevertheless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from reconciler.app.workspace import folder_of
from reconciler.model.errors import StoreError, UsageError
from reconciler.store import files, formatting, yaml


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file that is not in its form, or that has none."""

    name: str
    before: str = ""
    after: str = ""
    why_not: str = ""

    @property
    def diff(self) -> str:
        """What would change, as `diff -u` says it."""
        lines = unified_diff(self.before.splitlines(), self.after.splitlines(), self.name, self.name, lineterm="")
        return "\n".join(lines)


def run(root: Path, places: Sequence[Path], *, check: bool) -> list[Formatted]:
    """The files that differ from their form, written unless `check`; and those that stay as they are, with reasons."""
    found = [one for path in _paths(root, places) if (one := _formatted(path)) is not None]
    for one in found:
        if not one.why_not and not check:
            files.write(Path(one.name), one.after)
    return found


def _formatted(path: Path) -> Formatted | None:
    name = path.as_posix()
    data, findings = files.read(path, name, yaml.MOST_BYTES)
    if data is None:
        return Formatted(name, why_not=f"{name}: {findings[0].detail}")
    try:
        made = formatting.formatted(data, name)
    except StoreError as error:
        return Formatted(name, why_not=str(error))
    return Formatted(name, data.decode(), made.decode()) if made != data else None


def _paths(root: Path, places: Sequence[Path]) -> Iterator[Path]:
    if not places:
        places = [folder_of(root)]
    for place in places:
        if place.is_dir():
            found, findings = files.find(place)
            yield from found
            if findings:
                raise UsageError(f"{findings[0].origin}: {findings[0].detail}")
            if not found:
                raise UsageError(f"There are no YAML files in {place}: name the folder that has them.")
        elif place.suffix.lower() in files.SUFFIXES:
            yield place
        else:
            raise UsageError(f"{place} is no YAML file: expected {' or '.join(files.SUFFIXES)}, or a folder.")
