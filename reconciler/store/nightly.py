"""When the nightly run last looked after each customer's seats: one object, `nightly.json`.

    note(found)      what one run found out about the customers that it looked at, all in one write
    all()            what is known, by customer

`settled` is the last time at which nothing was left to do: the run found nothing, or what it planned was performed.
`left` says why that was not so at the last look. A customer that no run looks at keeps its old times, which is how one
that was skipped is noticed.

Must not: know what a run does. Questionable on purpose: one object and not one for each customer. A fleet's run would
otherwise write a thousand times, on a branch with a commit each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from reconciler.model.errors import StoreError
from reconciler.store import contention
from reconciler.store.objects import ObjectStore

FORMAT = "1.0"
KEY = "nightly.json"


@dataclass(frozen=True, slots=True)
class Look:
    """The last look at one customer's seats. Times are aware, in UTC; None where it never was."""

    looked: datetime
    settled: datetime | None = None
    left: str = ""


@dataclass(frozen=True, slots=True)
class Nightly:
    """The looks of one repository."""

    store: ObjectStore
    pause: Callable[[float], None] = time.sleep

    def all(self) -> dict[str, Look]:
        """What is known, by customer. StoreError when it cannot be read."""
        return self._load()[0]

    def note(self, found: Mapping[str, Look]) -> None:
        """Write down these looks; who is not settled now keeps when it last was. Durable when it returns."""

        def attempt() -> bool | None:
            before, etag = self._load()
            after = before | {customer: _merged(before.get(customer), look) for customer, look in found.items()}
            return True if after == before or self._save(after, etag) else None

        contention.persevere(attempt, self.pause, "The times of the nightly run are")

    def _load(self) -> tuple[dict[str, Look], str | None]:
        stored = self.store.get(KEY)
        if stored is None:
            return {}, None
        try:
            return _read(orjson.loads(stored.content)), stored.etag
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            where = self.store.describe(KEY)
            fix = "Delete it: the next nightly run writes it anew."
            raise StoreError(f"{where} is damaged ({type(error).__name__}: {error}). {fix}") from error

    def _save(self, looks: Mapping[str, Look], etag: str | None) -> bool:
        wire = {"format_version": FORMAT, "customers": {key: _to_json(looks[key]) for key in sorted(looks)}}
        content = orjson.dumps(wire, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        return self.store.put(KEY, content, if_match=etag) is not None


def _merged(before: Look | None, now: Look) -> Look:
    if now.settled is not None or before is None:
        return now
    return Look(now.looked, before.settled, now.left)


def _to_json(look: Look) -> dict[str, str]:
    settled = look.settled.isoformat(timespec="seconds") if look.settled else ""
    return {"looked": look.looked.isoformat(timespec="seconds"), "settled": settled, "left": look.left}


def _read(wire: Any) -> dict[str, Look]:  # Any: JSON
    if str(wire["format_version"]).partition(".")[0] != FORMAT.partition(".")[0]:
        raise ValueError(f'it has format "{wire["format_version"]}", this version of reconciler reads 1.x')
    return {
        str(customer): Look(_instant(one["looked"]), _instant(one["settled"]) if one["settled"] else None, one["left"])
        for customer, one in wire["customers"].items()
    }


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f'"{text}" has no time zone')
    return moment
