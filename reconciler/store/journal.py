"""What a run did, one JSON line each, written ahead: the intent before the request, the result after it.

`journal/<run>.jsonl` is only ever appended to. Each line carries the hash of the one before, the first that of the
run's id, so a line cannot be changed, moved or taken from the middle without being noticed (from the end it can;
nothing in a file can prevent that). An intent is on the disk before `record` returns; a result may be lost with the
machine, which costs one look at the cloud after the crash and nothing else, so results are not synced; other events
are if their writer asks for it.

Values must not be secret: that is the caller's duty, and a key with the name of one is an assertion. The questionable
decision: a line that is no JSON is taken as torn by a crash and skipped wherever it stands, if the next one continues
from the line before it: a writer that resumes cannot remove what a dying one left.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import orjson

from reconciler.model.errors import StoreError
from reconciler.store.objects import ObjectStore

JournalEvent: TypeAlias = Mapping[str, Any]  # JSON of the caller's events; this module reads only the keys below

INTENT = "intent"  # an event with this key announces a write; its value is an id of the caller
RESULT = "result"  # an event with this key answers the intent with the same id
FREED = "lock-freed"  # the type of the one event of a journal that tells of no run: a lock was freed by hand
ADOPTED, FORGOTTEN = "ledger-adopted", "ledger-forgotten"  # the same: the memory of one address was mended by hand
RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\Z")
NAMES_OF_SECRETS = frozenset(
    {"password", "passwordprofile", "clientsecret", "accesstoken", "refreshtoken", "assertion"}
)


def new_run_id(now: datetime, nonce: str) -> str:
    """An id that sorts by time: `20261122T041137-1a2b3c`. `now` in UTC; `nonce` tells runs of one second apart."""
    return f"{now:%Y%m%dT%H%M%S}-{nonce}"


@dataclass(frozen=True, slots=True)
class Entries:
    """The events of a run in order. `torn` counts lines that a crash cut short; `last` is the hash to go on from."""

    events: tuple[JournalEvent, ...]
    torn: int
    last: str
    ends_clean: bool = True

    @property
    def open_intents(self) -> tuple[JournalEvent, ...]:
        """Intents without a result: what they wrote is in doubt. In the order in which they were announced."""
        waiting: dict[str, JournalEvent] = {}
        for event in self.events:
            if INTENT in event:
                waiting[event[INTENT]] = event
            if RESULT in event:
                waiting.pop(event[RESULT], None)
        return tuple(waiting.values())


class Journal:
    """The one writer of a run's journal; one that exists is gone on with behind its last whole line."""

    def __init__(self, store: ObjectStore, run: str) -> None:
        self._store = store
        self._run = run
        self._key = _key(run)
        self._last = ""
        self._ends_clean = True

    def record(self, event: JournalEvent, *, durable: bool = False) -> None:
        """Append an event; one that announces an intent is durable when this returns, and so is what asks for it.

        StoreError where it cannot be written: it then is not, and the next one may be.
        """
        assert not (names := _names_of_secrets(event)), f"a secret would enter the journal: {names}"
        if not self._last:
            written = read(self._store, self._run)
            self._last, self._ends_clean = written.last, written.ends_clean
        line = orjson.dumps({"prev": self._last, "event": event})
        start = b"" if self._ends_clean else b"\n"
        self._store.append(self._key, start + line + b"\n", durable=durable or INTENT in event)
        self._last = _hash(line)
        self._ends_clean = True


def runs(store: ObjectStore) -> tuple[str, ...]:
    """The ids of all runs, newest first."""
    names = (key.removeprefix("journal/") for key in store.keys("journal/") if key.endswith(".jsonl"))
    return tuple(sorted((name.removesuffix(".jsonl") for name in names), reverse=True))


def read(store: ObjectStore, run: str) -> Entries:
    """All events of a run; none when it has no journal. StoreError when a line does not continue the one before it."""
    key = _key(run)
    stored = store.get(key)
    content = stored.content if stored else b""
    last = _hash(run.encode())
    events: list[JournalEvent] = []
    torn = 0
    for number, line in enumerate(content.split(b"\n"), 1):
        whole = _whole(line)
        if whole is None:
            torn += bool(line)
            continue
        if whole["prev"] != last:
            where = f"{store.describe(key)}:{number}"
            raise StoreError(
                f"{where} does not continue the line before it: the journal was changed by hand. Restore it from a "
                "backup or from git, or move it away: what that run left open is then not known."
            )
        events.append(whole["event"])
        last = _hash(line)
    return Entries(tuple(events), torn, last, ends_clean=content.endswith(b"\n") or not content)


def mentions(store: ObjectStore, run: str, words: Iterable[str]) -> bool:
    """Whether any of these words stands in a run's journal: cheaper than reading it, and never an error."""
    stored = store.get(_key(run))
    return stored is not None and any(word.encode() in stored.content for word in words)


def open_intents(store: ObjectStore, run: str) -> tuple[JournalEvent, ...]:
    """The intents of a run that have no result. StoreError as in `read`."""
    return read(store, run).open_intents


def _key(run: str) -> str:
    if not RUN.match(run):
        raise StoreError(f'"{run}" cannot be the id of a run.')
    return f"journal/{run}.jsonl"


def _whole(line: bytes) -> dict[str, Any] | None:  # Any: JSON
    """The line, if all of it was written. A prefix of a JSON object is never a JSON object, so nothing else counts."""
    try:
        wire = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if isinstance(wire, dict) and isinstance(wire.get("prev"), str) and isinstance(wire.get("event"), dict):
        return wire
    return None


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _names_of_secrets(value: object) -> list[str]:
    if isinstance(value, Mapping):
        named = [str(key) for key in value if str(key).replace("_", "").casefold() in NAMES_OF_SECRETS]
        return named + [name for inner in value.values() for name in _names_of_secrets(inner)]
    if isinstance(value, list | tuple):
        return [name for inner in value for name in _names_of_secrets(inner)]
    return []
