"""When drift was seen first, and whether somebody was told: `drift/<customer>.json`, written by `reconciler drift`.

Each row lies there as a keyed digest, without names or values. A row that is not seen any more is forgotten, unless not
everything could be read; one that comes back is new.

Must not: decide what drift is. Questionable on purpose: a file that cannot be read counts as empty and is written anew,
because all that is lost is since when.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from reconciler.model.address import CUSTOMER_KEY
from reconciler.model.errors import StoreError
from reconciler.store import contention
from reconciler.store.objects import ObjectStore

FORMAT = "1.0"
FOLDER = "drift/"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Since when a row is there, and whether somebody was told of it."""

    first: datetime
    told: bool = False


@dataclass(frozen=True, slots=True)
class Sighted:
    """What was seen of one customer, by digest."""

    salt: str
    rows: Mapping[str, Sighting] = field(default_factory=dict)
    etag: str | None = None

    def digest(self, row: str) -> str:
        """The row's name here."""
        return hashlib.blake2b(row.encode(), key=self.salt.encode()[:64], digest_size=12).hexdigest()

    def of(self, row: str) -> Sighting | None:
        return self.rows.get(self.digest(row))


@dataclass(frozen=True, slots=True)
class Sightings:
    """The sightings of one store."""

    store: ObjectStore
    pause: Callable[[float], None] = time.sleep

    def customers(self) -> frozenset[str]:
        """The customers of whom something was seen."""
        return frozenset(key.removeprefix(FOLDER).removesuffix(".json") for key in self.store.keys(FOLDER))

    def of(self, customer: str) -> Sighted:
        """What was seen by earlier runs."""
        stored = self.store.get(_key(customer))
        if stored is None:
            return Sighted(secrets.token_hex(16))
        try:
            wire = orjson.loads(stored.content)
            rows = {str(digest): _read(one) for digest, one in wire["rows"].items()}
            return Sighted(str(wire["salt"]), rows, stored.etag)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Sighted(secrets.token_hex(16), {}, stored.etag)

    def note(self, customer: str, seen: Iterable[str], told: Iterable[str], now: datetime, *, whole: bool) -> None:
        """Write down what is seen now, and of what somebody was told; `whole` where everything was read."""
        rows, heard = list(seen), set(told)

        def attempt() -> bool | None:
            before = self.of(customer)
            kept = {} if whole else dict(before.rows)
            for row in rows:
                known = before.of(row) or Sighting(now)
                kept[before.digest(row)] = Sighting(known.first, known.told or row in heard)
            if kept == before.rows:
                return True
            return self._save(customer, before, kept) or None

        contention.persevere(attempt, self.pause, f'The sightings of drift at "{customer}" are')

    def _save(self, customer: str, before: Sighted, rows: Mapping[str, Sighting]) -> bool:
        wire = {
            "format_version": FORMAT,
            "salt": before.salt,
            "rows": {
                digest: {"first": one.first.isoformat(), "told": one.told} for digest, one in sorted(rows.items())
            },
        }
        return self.store.put(_key(customer), orjson.dumps(wire), if_match=before.etag) is not None


def _key(customer: str) -> str:
    if not CUSTOMER_KEY.match(customer):
        raise StoreError(f'"{customer}" cannot be the key of a customer.')
    return f"{FOLDER}{customer}.json"


def _read(wire: Any) -> Sighting:  # Any: JSON
    """ValueError, KeyError or TypeError for what was not written here."""
    first = datetime.fromisoformat(wire["first"])
    if first.tzinfo is None:
        raise ValueError("a time has no zone")
    return Sighting(first, wire["told"] is True)
