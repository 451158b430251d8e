"""The YAML files of a folder, and their bytes, without ever leaving the folder.

A repository is written by many hands, and a pull request from a fork is read before anybody has looked at it: links
that leave the folder, pipes and devices, names that cannot be printed and files beyond the bound are findings, and the
walk goes on. Hidden files and folders (.git, .reconciler) are not desired state and are skipped without a word.

The questionable decision: a link that stays inside the folder is skipped, because its target is read where it stands
and reading it twice would declare everything twice; one to something that is not read there is a finding, so nothing
is lost in silence.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from reconciler.model import codes
from reconciler.model.errors import UsageError
from reconciler.model.finding import Code, Finding, Origin
from reconciler.store.yaml_findings import quoted

SUFFIXES = (".yaml", ".yml")


def find(root: Path) -> tuple[list[Path], list[Finding]]:
    """The YAML files below a folder, ordered by path, and what could not be used. Never raises for what is there."""
    files: list[Path] = []
    findings: list[Finding] = []
    folders = [root]
    while folders:
        try:
            names = sorted(path.name for path in folders[-1].iterdir())
        except OSError as error:
            findings.append(
                _finding(codes.UNREADABLE_FILE, folders.pop(), f"The folder cannot be read: {_why(error)}.")
            )
            continue
        folder = folders.pop()
        for path in _visible(folder, names, findings):
            if path.is_symlink():
                findings.extend(_check_link(path, root))
            elif path.is_dir():
                folders.append(path)
            elif path.suffix.lower() in SUFFIXES:
                files.append(path)
    files.sort(key=lambda path: path.relative_to(root).parts)
    return files, findings


def _visible(folder: Path, names: list[str], findings: list[Finding]) -> Iterator[Path]:
    for name in names:
        if name.startswith("."):
            continue
        if name.isprintable():
            yield folder / name
            continue
        detail = f"The name {quoted(name)} holds characters that cannot be shown."
        findings.append(_finding(codes.UNREADABLE_FILE, folder, detail, "Rename it."))


def _check_link(link: Path, root: Path) -> Iterator[Finding]:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, up to Python 3.12
        if link.suffix.lower() in SUFFIXES:
            yield _finding(codes.UNREADABLE_FILE, link, "The link leads nowhere.", "Remove it or mend its target.")
        return
    if not target.is_dir() and link.suffix.lower() not in SUFFIXES:
        return
    home = root.resolve()
    if not target.is_relative_to(home):
        yield _finding(codes.OUTSIDE_FOLDER, link, "The link leads out of the folder.", "Copy the file into it.")
    elif any(part.startswith(".") for part in target.relative_to(home).parts) or not _is_read(target):
        yield _finding(codes.OUTSIDE_FOLDER, link, "The link leads to what is not read.", "Copy the file here.")


def _is_read(target: Path) -> bool:
    return target.is_dir() or target.suffix.lower() in SUFFIXES


def read(path: Path, file: str, most_bytes: int) -> tuple[bytes | None, list[Finding]]:
    """The bytes of a file that `find` returned, or why not: gone, special, a link by now, or beyond `most_bytes`.

    `file` is the name to show. Never waits for a pipe, and never reads a file that is too large.
    """
    try:
        # O_NONBLOCK: opening a pipe would wait for a writer. It changes nothing for a regular file.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        return None, [_finding(codes.UNREADABLE_FILE, file, f"The file cannot be read: {_why(error)}.")]
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None, [
                _finding(codes.SPECIAL_FILE, file, "A file was expected, here is a pipe or device.", "Remove it.")
            ]
        data = stream.read(most_bytes + 1) if status.st_size <= most_bytes else b""
    if max(status.st_size, len(data)) > most_bytes:
        return None, [_finding(codes.FILE_TOO_LARGE, file, too_large(status.st_size, most_bytes), "Split the file.")]
    return data, []


def write(target: Path, text: str) -> None:
    """Write a file as a whole or not at all. UsageError if that cannot be done."""
    part = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            part.chmod(stat.S_IMODE(target.stat().st_mode))
        part.replace(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {(error.strerror or 'unknown reason').lower()}.") from error


def too_large(size: int, most_bytes: int) -> str:
    """The sentence for a file beyond the bound."""
    return f"The file has {size:,} bytes; up to {most_bytes:,} are read."


def _finding(code: Code, path: Path | str, detail: str, fix: str = "") -> Finding:
    return Finding(code, detail, fix, origin=Origin(str(path)))


def _why(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
