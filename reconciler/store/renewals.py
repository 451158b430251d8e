"""What runs still have to put back, as one JSON object for each customer, `renewals/<customer>.json`.

It is there exactly as long as something is owed: noted before the first request of the change that takes it away,
removed once it is back or let go. The journal has the same notes, so that either alone is enough (`core/resume.py`).

Must not: hold anything else; the ledger promises to keep no values, and this file is not it.

Questionable on purpose: an object that cannot be read is an error and not an empty one, and an error stops the change
that would have been noted in it. Seats can wait for a person; a schedule that is gone cannot be read anywhere.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from reconciler.model.address import CUSTOMER_KEY
from reconciler.model.errors import StoreError
from reconciler.model.renewal import Owed, from_json, to_json
from reconciler.store import contention
from reconciler.store.objects import ObjectStore

FORMAT = "1.0"

Debts = dict[str, Owed]  # by the resource's id


@dataclass(frozen=True, slots=True)
class Renewals:
    """The debts of one repository."""

    store: ObjectStore
    pause: Callable[[float], None] = time.sleep

    def customers(self) -> tuple[str, ...]:
        """The customers that something is owed to, sorted."""
        names = (key.removeprefix("renewals/") for key in self.store.keys("renewals/") if key.endswith(".json"))
        return tuple(name.removesuffix(".json") for name in names)

    def of(self, customer: str) -> tuple[Owed, ...]:
        """What is owed to a customer, by id. StoreError when it cannot be read."""
        debts, _ = self._load(customer)
        return tuple(debts[key] for key in sorted(debts))

    def note(self, customer: str, owed: Owed) -> None:
        """Write down one debt, in place of an older note of the same resource. Durable when it returns."""
        self._update(customer, lambda debts: {**debts, owed.remote_id: owed})

    def release(self, customer: str, ids: Iterable[str]) -> None:
        """Strike out what is owed no more."""
        gone = set(ids)
        self._update(customer, lambda debts: {key: owed for key, owed in debts.items() if key not in gone})

    def _update(self, customer: str, change: Callable[[Debts], Debts]) -> None:
        def attempt() -> bool | None:
            before, etag = self._load(customer)
            after = change(before)
            return True if after == before or self._save(customer, after, etag) else None

        contention.persevere(attempt, self.pause, f'The renewals of "{customer}" are')

    def _load(self, customer: str) -> tuple[Debts, str | None]:
        key = _key(customer)
        stored = self.store.get(key)
        if stored is None:
            return {}, None
        try:
            return _read(orjson.loads(stored.content), customer), stored.etag
        except ValueError as error:
            where = self.store.describe(key)
            fix = "Restore it from a backup or from git; if nothing is to be put back, delete it."
            raise StoreError(f"{where} is damaged: {error}. {fix}") from error
        except _OtherFormatError as error:
            raise StoreError(f"{self.store.describe(key)} {error}") from error

    def _save(self, customer: str, debts: Debts, etag: str | None) -> bool:
        key = _key(customer)
        if not debts:
            return etag is None or self.store.delete(key, if_match=etag)
        wire = {"format_version": FORMAT, "owed": [to_json(debts[one]) for one in sorted(debts)]}
        content = orjson.dumps(wire, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        return self.store.put(key, content, if_match=etag) is not None


class _OtherFormatError(Exception):
    """What format a note has and what to do; continues a sentence that begins with its place."""


def _read(wire: Any, customer: str) -> Debts:  # Any: JSON
    if not isinstance(wire, dict) or not isinstance(wire.get("format_version"), str):
        raise ValueError('"format_version" is missing')
    if wire["format_version"].partition(".")[0] != FORMAT.partition(".")[0]:
        raise _OtherFormatError(
            f'has format "{wire["format_version"]}", this version of reconciler reads 1.x. Use the version that wrote '
            "it."
        )
    if not isinstance(wire.get("owed"), list):
        raise ValueError('"owed" is missing')
    debts = [from_json(one) for one in wire["owed"]]
    strangers = [str(owed.address) for owed in debts if owed.address.customer != customer]
    if strangers:
        raise ValueError(f"{strangers[0]} is not a resource of this customer")
    return {owed.remote_id: owed for owed in debts}


def _key(customer: str) -> str:
    if not CUSTOMER_KEY.match(customer):
        raise StoreError(f'"{customer}" cannot be the key of a customer.')
    return f"renewals/{customer}.json"
