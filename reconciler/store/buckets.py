"""The memory in a cloud's object storage: one store over anything that can read, write on a condition, and list.

    store = BucketStore(bucket)      a `Bucket` is `azure_bucket` or `s3_bucket`; the store is an `ObjectStore`

Two things are done here once for all of them. A write whose answer was lost may have happened, and is then refused
when it is sent again: each write carries a mark, and a refusal is held against the mark that lies there. And no such
storage can add to an object cheaply, so what is appended lies in pieces (`run.jsonl`, `run.jsonl.0001`, ...): the last
piece is written anew until it is full, each time on the condition that nobody else has.

Must not: know of any vendor, or wait for anything but the bucket.

Questionable on purpose: what need not be durable (results in the journal) waits for the next write, as on a branch: an
exchange costs tens of milliseconds. A machine that dies loses what waited, which the journal allows.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from reconciler.model.errors import StoreError
from reconciler.store.objects import KEY, Stored

PIECE = 64 * 1024  # a piece that has grown beyond is closed; each durable line costs one write of at most this
AWAY_S = 45.0  # shorter than the minute after which a lease is renewed
APPENDED = ".jsonl"
LATER_PIECE = re.compile(re.escape(APPENDED) + r"\.\d{4}\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """What lies under a name: content, the version to name in a condition, and the mark of the write that made it."""

    content: bytes
    etag: str
    mark: str


class Away(StoreError):
    """The bucket cannot be reached, has no time, or takes nobody from here: the next request would hear the same."""


class Bucket(Protocol):
    """Named blobs, each read and written whole. What cannot be done for another reason is a StoreError with advice."""

    def read(self, name: str) -> Found | None:
        """What lies there, or None."""

    def write(self, name: str, content: bytes, if_match: str | None, mark: str) -> str | None:
        """Write if this version lies there (None: nothing). The new version, or None if it is another."""

    def names(self, prefix: str) -> Iterable[str]:
        """The names that start with `prefix`."""

    def remove(self, name: str, if_match: str) -> bool:
        """Remove if this version lies there. False if it is another, or nothing."""

    def where(self, name: str) -> str:
        """The address of a blob, for a person."""


@dataclass(slots=True)
class _Tail:
    """The last piece of an object that is appended to, and what waits to be written behind it."""

    number: int = 0
    content: bytes = b""
    etag: str | None = None
    waiting: bytes = b""


class BucketStore:
    """Objects in a bucket. Safe for concurrent use of threads and of runners.

    One that is away is left alone for a while: a fleet asks for each customer, and each time would wait for nothing.
    """

    def __init__(self, bucket: Bucket, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._bucket = bucket
        self._monotonic = monotonic
        self._away: Away | None = None
        self._away_until = 0.0
        self._tails: dict[str, _Tail] = {}
        self._turn = threading.Lock()

    def get(self, key: str) -> Stored | None:
        with self._turn, self._asking():
            pieces = self._pieces(_checked(key))
            tail = self._tails.get(key)
            waiting = tail.waiting if tail else b""
            if not pieces:
                return Stored(waiting, "waiting") if waiting else None
            return Stored(b"".join(piece.content for piece in pieces) + waiting, pieces[0].etag)

    def put(self, key: str, content: bytes, *, if_match: str | None) -> str | None:
        with self._turn, self._asking():
            self._flush_all()
            return self._write(_checked(key), content, if_match)

    def append(self, key: str, content: bytes, *, durable: bool) -> None:
        if not _checked(key).endswith(APPENDED):
            raise StoreError(f'"{key}" cannot be appended to.')
        with self._turn, self._asking():
            if key not in self._tails:
                self._tails[key] = self._tail(key)
            self._tails[key].waiting += content
            if durable:
                self._flush(key)

    def keys(self, prefix: str) -> tuple[str, ...]:
        with self._turn, self._asking():
            waiting = (key for key, tail in self._tails.items() if tail.waiting and key.startswith(prefix))
            found = {LATER_PIECE.sub(APPENDED, name) for name in self._bucket.names(prefix)} | set(waiting)
            return tuple(sorted(key for key in found if KEY.match(key)))

    def delete(self, key: str, *, if_match: str) -> bool:
        with self._turn, self._asking():
            self._flush_all()
            return self._bucket.remove(_checked(key), if_match)

    def describe(self, key: str) -> str:
        return self._bucket.where(key)

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask the bucket, unless it was away a moment ago."""
        if self._away and self._monotonic() < self._away_until:
            raise Away(str(self._away))
        try:
            yield
        except Away as error:
            self._away, self._away_until = error, self._monotonic() + AWAY_S
            raise

    def _write(self, name: str, content: bytes, if_match: str | None) -> str | None:
        mark = secrets.token_hex(8)
        etag = self._bucket.write(name, content, if_match, mark)
        if etag is not None:
            return etag
        found = self._bucket.read(name)
        return found.etag if found and found.mark == mark else None

    def _pieces(self, key: str) -> list[Found]:
        """All that is written of an object, in order. Only a full piece can have another behind it."""
        pieces: list[Found] = []
        while not pieces or (key.endswith(APPENDED) and len(pieces[-1].content) >= PIECE):
            found = self._bucket.read(_piece(key, len(pieces)))
            if found is None:
                break
            pieces.append(found)
        return pieces

    def _tail(self, key: str) -> _Tail:
        pieces = self._pieces(key)
        if not pieces:
            return _Tail()
        last = pieces[-1]
        if len(last.content) >= PIECE:
            return _Tail(len(pieces))
        return _Tail(len(pieces) - 1, last.content, last.etag)

    def _flush_all(self) -> None:
        for key in self._tails:
            self._flush(key)

    def _flush(self, key: str) -> None:
        """Write down what waits. StoreError where somebody else has written behind the object meanwhile."""
        tail = self._tails[key]
        if not tail.waiting:
            return
        content = tail.content + tail.waiting
        etag = self._write(_piece(key, tail.number), content, tail.etag)
        if etag is None:
            raise StoreError(f"{self.describe(key)} was written by somebody else while this run wrote it. Run again.")
        full = len(content) >= PIECE
        self._tails[key] = _Tail(tail.number + 1) if full else _Tail(tail.number, content, etag)


def _piece(key: str, number: int) -> str:
    return f"{key}.{number:04}" if number else key


def _checked(key: str) -> str:
    if not KEY.match(key):
        raise StoreError(f'"{key}" cannot name an object of the store.')
    return key
