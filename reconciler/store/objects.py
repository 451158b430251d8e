"""One small seam to where the memory lies: named objects with conditional writes.

Ledger, journal and locks are written against `ObjectStore`; a folder is the first of them, a git branch the second
(`git_objects`), and `location` tells which one is meant. A condition that does not hold is an answer (None, False),
not an error, because every caller reacts to it; what cannot be read or written is a StoreError that says what to do.

`DirectoryStore` never shows half an object: content goes to a temporary file, is synced and renamed. A condition is
checked and the write made under one flock for the whole store, held for milliseconds and let go by the kernel when a
process dies. The questionable decision: etags are content hashes, so A -> B -> A counts as unchanged; every object of
ours carries a nonce, a time or a growing set, and a reader of A loses nothing. POSIX only, because of flock.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reconciler.model.errors import StoreError

KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+=-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.@+=-]*)*\Z")
LOCK_FILE = ".lock"  # starts with a dot, like temporary files: never a key
FIX = "Check the ledger: setting, the rights on the folder and the space on the disk."


@dataclass(frozen=True, slots=True)
class Stored:
    """An object's content, and the etag to name in a condition."""

    content: bytes
    etag: str


class ObjectStore(Protocol):
    """Keys are relative paths of letters, digits and `_.@+=-`; none starts with a dot. Blocking: call in a thread."""

    def get(self, key: str) -> Stored | None:
        """The object, or None when there is none."""

    def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
        """Write if the object still has this etag (None: does not exist yet). The new etag, or None if it differs.

        Durable when it returns.
        """

    def append(self, key: str, content: bytes, *, durable: bool) -> None:
        """Add to the end, creating the object if need be. One writer at a time is the caller's duty."""

    def keys(self, prefix: str) -> tuple[str, ...]:
        """The keys that start with `prefix`, sorted."""

    def delete(self, key: str, *, if_match: str) -> bool:
        """Delete if the object still has this etag. False if it differs or is gone."""

    def describe(self, key: str) -> str:
        """Where the object lies, for a person."""


class DirectoryStore:
    """Objects as files below a folder, readable by their owner only. The folder is made by the first write.

    `fix` is what an error tells a person to do.
    """

    def __init__(self, root: Path, fix: str = FIX) -> None:
        self._root = root
        self._fix = fix

    def get(self, key: str) -> Stored | None:
        path = self._path(key)
        with self._explained("read", key):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                return None
        return Stored(content, _etag(content))

    def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
        path = self._path(key)
        with self._explained("written", key), self._locked():
            found = self.get(key)
            if (found.etag if found else None) != if_match:
                return None
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, content)
        return _etag(content)

    def append(self, key: str, content: bytes, *, durable: bool) -> None:
        path = self._path(key)
        with self._explained("written", key):
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                if durable:
                    os.fsync(descriptor)
            if durable and is_new:
                _sync_folder(path.parent)

    def keys(self, prefix: str) -> tuple[str, ...]:
        # Only the folder that the prefix names can hold matches: a journal of years is not walked to list locks.
        folder = self._root / prefix.rpartition("/")[0]
        found: list[str] = []
        with self._explained("read", prefix):
            if self._root.exists():
                os.scandir(self._root).close()  # a file, or a folder that may not be read, is not an empty store
            for here, folders, names in os.walk(folder, onerror=_unless_missing):
                folders[:] = [name for name in folders if not name.startswith(".")]
                found.extend((Path(here) / name).relative_to(self._root).as_posix() for name in names)
        return tuple(sorted(key for key in found if key.startswith(prefix) and KEY.match(key)))

    def delete(self, key: str, *, if_match: str) -> bool:
        path = self._path(key)
        with self._explained("deleted", key), self._locked():
            found = self.get(key)
            if found is None or found.etag != if_match:
                return False
            path.unlink()
            _sync_folder(path.parent)
        return True

    def describe(self, key: str) -> str:
        return str(self._root / key)

    def _path(self, key: str) -> Path:
        """Where the object lies. A link in the folder that leads out of it is refused: the folder may be in git."""
        if not KEY.match(key):
            raise StoreError(f'"{key}" cannot name an object of the store.')
        path = self._root / key
        try:
            is_inside = path.resolve().is_relative_to(self._root.resolve())
        except RuntimeError:  # a loop of links, up to Python 3.12
            is_inside = False
        if not is_inside:
            raise StoreError(f"{path} is a link that leaves {self._root}. Remove the link.")
        return path

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._root / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _explained(self, verb: str, key: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise StoreError(f"{self.describe(key)} cannot be {verb}: {reason}. {self._fix}") from error


def _unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _etag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=".tmp-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a name durable: without it a crash of the machine can lose the rename, though not the content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
