"""Accepting drift: what was changed outside, as a patch of the files that `git apply` takes.

    accepted = accept(found)      the patch, and the rows that a person has to write, each with why

A value, an element of a list or an entry is changed where it stands, and no other letter. The result is read again
before it is given out: a row counts as accepted only where the files then want just what is there, and where nothing
else in them became wrong.

Must not: write into the files. What a plan template or a reseller gives is no single customer's to change.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.drifting import Found
from reconciler.app.workspace import Workspace, folder_of, open_workspace
from reconciler.model.change import Action, Change, FieldChange
from reconciler.store import yaml_edit
from reconciler.store.yaml_edit import Entry

ELSEWHERE = "its value does not stand in the entry itself"
EXTRA = "it is not in the files; reconciler import CUSTOMER --only new, or write it"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A patch, the rows in it, and those that it cannot have, each with the reason."""

    patch: str
    rows: tuple[Change, ...]
    left: tuple[tuple[Change, str], ...]


def accept(found: Found, environ: Mapping[str, str]) -> Accepted:
    """All rows together; where the files would not be right then, each by itself."""
    workspace = found.result.workspace
    folder = folder_of(workspace.root)
    texts: dict[Path, str] = {}
    taken, left = _edited(found.rows, texts)
    if not _is_right(workspace, folder, environ, texts, taken):
        texts, taken, refused = _one_by_one(workspace, folder, environ, taken)
        left += refused
    if taken and left:
        read = _read(workspace, folder, environ, texts)
        along = [change for change, _ in left if _is_wanted(read, change)]  # a leaver's licenses go with the entry
        taken, left = [*taken, *along], [one for one in left if one[0] not in along]
    patch = "".join(_diff(path, _name(path, workspace.root), new) for path, new in sorted(texts.items()))
    return Accepted(patch, tuple(taken), tuple(left))


def _one_by_one(
    workspace: Workspace, folder: Path, environ: Mapping[str, str], changes: Sequence[Change]
) -> tuple[dict[Path, str], list[Change], list[tuple[Change, str]]]:
    texts: dict[Path, str] = {}
    taken: list[Change] = []
    left: list[tuple[Change, str]] = []
    for change in changes:
        tried = dict(texts)
        done, _ = _edited([change], tried)
        if done and _is_right(workspace, folder, environ, tried, [*taken, change]):
            texts, taken = tried, [*taken, change]
        else:
            left.append((change, "the files would not be right with it: something else refers to it"))
    return texts, taken, left


def _edited(changes: Sequence[Change], texts: dict[Path, str]) -> tuple[list[Change], list[tuple[Change, str]]]:
    """Change the texts, from the bottom of each file upwards so that places stay true. What was done, what not."""
    done: list[Change] = []
    left: list[tuple[Change, str]] = []
    for change in sorted(changes, key=_from_below):
        why = _edit(change, texts)
        if why:
            left.append((change, why))
        else:
            done.append(change)
    return done, left


def _edit(change: Change, texts: dict[Path, str]) -> str:
    """Why it cannot be done; "" where it was."""
    origin = change.desired.origin if change.desired else None
    if origin is None or not origin.line or change.action not in (Action.UPDATE, Action.CREATE, Action.RESTORE):
        return EXTRA
    if change.desired and change.desired.sources and change.action is not Action.UPDATE:
        return ELSEWHERE
    path = Path(origin.file)
    text = texts.get(path) or path.read_bytes().decode("utf-8")
    for part in change.fields if change.action is Action.UPDATE else (None,):
        entry = yaml_edit.at(text, origin.line, origin.column or 1)
        edited = None if entry is None else _part(text, entry, change, part)
        if edited is None:
            return ELSEWHERE
        text = edited
    texts[path] = text
    return ""


def _part(text: str, entry: Entry, change: Change, part: FieldChange | None) -> str | None:
    if part is None:
        return yaml_edit.without(text, entry)
    if part.secret or not change.desired:
        return None
    name = type(change.desired.spec).model_fields[part.name].alias or part.name
    if len(part.path) == 2 and isinstance(part.before, bool):
        return yaml_edit.with_element(text, entry, name, part.path[1], wanted=part.before)
    if len(part.path) == 1 and not isinstance(part.before, tuple):
        return yaml_edit.with_value(text, entry, name, part.before)
    return None


def _is_right(
    workspace: Workspace, folder: Path, environ: Mapping[str, str], texts: Mapping[Path, str], changes: Sequence[Change]
) -> bool:
    """Whether the files with these texts want just what is there, and nothing became wrong."""
    if not changes:
        return True
    read = _read(workspace, folder, environ, texts)
    return len(read.errors) <= len(workspace.errors) and all(_is_wanted(read, change) for change in changes)


def _read(workspace: Workspace, folder: Path, environ: Mapping[str, str], texts: Mapping[Path, str]) -> Workspace:
    overlay = {path.relative_to(folder).as_posix(): text.encode() for path, text in texts.items()}
    return open_workspace(workspace.root, environ, overlay=overlay)


def _is_wanted(read: Workspace, change: Change) -> bool:
    customer = read.customers.get(change.address.customer)
    desired = customer.resources.get(change.address) if customer else None
    if change.action is not Action.UPDATE:
        return desired is None
    return (
        desired is not None and change.live is not None and all(_agrees(desired.spec, change, p) for p in change.fields)
    )


def _agrees(spec: object, change: Change, part: FieldChange) -> bool:
    found = getattr(spec, part.name)
    if len(part.path) == 2:
        return (part.path[1] in found) is part.before if isinstance(found, frozenset) else False
    return bool(found == getattr(change.live.spec, part.name)) if change.live else False


def _from_below(change: Change) -> tuple[str, int]:
    origin = change.desired.origin if change.desired else None
    return (origin.file, -(origin.line or 0)) if origin else ("", 0)


def _name(path: Path, root: Path) -> Path:
    """As it is seen from where the command is typed, and `git apply` will be; else from the repository's folder."""
    return path.relative_to(root) if path.is_absolute() or ".." in path.parts else path


def _diff(path: Path, name: Path, new: str) -> str:
    """As `diff -u` writes it; the name ends in a tab where it holds a space."""
    before, after = _lines(path.read_bytes().decode("utf-8")), _lines(new)
    shown = name.as_posix() + ("\t" if " " in name.as_posix() else "")
    return "".join(_ended(difflib.unified_diff(before, after, f"a/{shown}", f"b/{shown}")))


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a line feed ends one."""
    *whole, rest = text.split("\n")
    return [*(f"{line}\n" for line in whole), *([rest] if rest else [])]


def _ended(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
