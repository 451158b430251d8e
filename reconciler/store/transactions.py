"""The record of who held which license when: `transactions/CUSTOMER.jsonl`, a line for each run that found something.

A line is written behind the others in one conditional write of the whole object: it is there or it is not, and who
was slower reads again and says what is left to say. Each line carries the hash of the one before, the first that of a
header, so that a line cannot be changed, moved or taken from the middle without being noticed (from the end it can).
Nothing is ever taken out, so one object grows with what happened and not with the number of runs.

Must not: know what a transaction means (`core/transactions.py`). Questionable on purpose: a damaged record is an error
and not an empty one. Begun anew, it would say that everybody was assigned everything today.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from reconciler.model.address import CUSTOMER_KEY
from reconciler.model.errors import StoreError
from reconciler.model.seats import MOST_LISTED
from reconciler.model.transaction import Action, Batch, Source, Transaction
from reconciler.store import contention, ownership
from reconciler.store.objects import ObjectStore

FORMAT = "1.0"
FOLDER = "transactions/"
ACTIONS: Mapping[str, Action] = {one.value: one for one in Action}
SOURCES: Mapping[str, Source] = {one.value: one for one in Source}
SAID = frozenset(Transaction._fields) - {"action", "source", "seats"}


@dataclass(frozen=True, slots=True)
class Record:
    """What is written down of a customer, and what a write behind it is conditional on."""

    batches: tuple[Batch, ...] = ()
    content: bytes = b""
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Transactions:
    """The records of one repository. `owner` is the repository's id: another one's records are refused."""

    store: ObjectStore
    owner: str
    pause: Callable[[float], None] = time.sleep

    def customers(self) -> tuple[str, ...]:
        """The customers of whom something is written down, sorted."""
        keys = (key.removeprefix(FOLDER) for key in self.store.keys(FOLDER) if key.endswith(".jsonl"))
        return tuple(key.removesuffix(".jsonl") for key in keys)

    def of(self, customer: str) -> Record:
        """Everything written down, oldest first. StoreError where it cannot be used."""
        key = _key(customer)
        stored = self.store.get(key)
        if stored is None:
            return Record()
        try:
            batches = tuple(_read(stored.content, _header(customer, self.owner)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                f"The record of transactions {self.store.describe(key)} cannot be used: {_words(error)}. Restore it "
                "from a backup or from git, or move it away: what was held before is then not known."
            ) from error
        return Record(batches, stored.content, stored.etag)

    def add(self, customer: str, say: Callable[[Record], Batch | None]) -> None:
        """Write behind the record what there is to say about it, if anything; again where somebody was faster."""

        def attempt() -> bool | None:
            before = self.of(customer)
            batch = say(before)
            if batch is None or not batch.transactions:
                return True
            content = before.content or _header(customer, self.owner) + b"\n"
            line = orjson.dumps({"prev": _hash(content.splitlines()[-1]), "batch": _to_json(batch)})
            return self.store.put(_key(customer), content + line + b"\n", if_match=before.etag) is not None or None

        contention.persevere(attempt, self.pause, f'The record of transactions of "{customer}" is')


def _words(error: Exception) -> str:
    return f"{error} is missing or unknown" if isinstance(error, KeyError) else str(error)


def _key(customer: str) -> str:
    if not CUSTOMER_KEY.match(customer):
        raise StoreError(f'"{customer}" cannot be the key of a customer.')
    return f"{FOLDER}{customer}.jsonl"


def _header(customer: str, owner: str) -> bytes:
    return orjson.dumps({"format_version": FORMAT, "owner": owner, "customer": customer})


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _to_json(batch: Batch) -> dict[str, object]:
    """What a transaction does not say is left out."""
    made = [{k: v for k, v in one._asdict().items() if v != "" and not _is_idle(one, k)} for one in batch.transactions]
    return {"run": batch.run, "at": batch.at, "commit": batch.commit, "transactions": made}


def _is_idle(one: Transaction, name: str) -> bool:
    return name == "seats" and one.action is not Action.SEATS


def _read(content: bytes, header: bytes) -> Iterator[Batch]:
    """ValueError, KeyError or TypeError where a line is not what was written."""
    lines = content.splitlines()
    _check_header(orjson.loads(lines[0] if lines else b""), orjson.loads(header))
    last = _hash(lines[0])
    for number, line in enumerate(lines[1:], 2):
        wire = orjson.loads(line)
        if not isinstance(wire, dict) or wire.get("prev") != last:
            raise ValueError(f"line {number} does not continue the one before it, it was changed by hand")
        last = _hash(line)
        batch = wire["batch"]
        made = tuple(_from_json(one) for one in batch["transactions"])
        yield Batch(str(batch["run"]), _instant(batch["at"]), str(batch["commit"]), made)


def _instant(text: str) -> str:
    """The time of a batch. ValueError or TypeError where it is none, or has no zone."""
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f'"{text}" has no time zone')
    return text


def _check_header(found: Any, wanted: Mapping[str, str]) -> None:  # Any: JSON
    if not isinstance(found, dict) or str(found.get("format_version")).partition(".")[0] != FORMAT.partition(".")[0]:
        raise ValueError("its first line is no header that this version of reconciler reads")
    if not ownership.is_same(str(found.get("owner")), wanted["owner"]):
        raise ValueError(f'its owner is "{found.get("owner")}", not "{wanted["owner"]}"')
    if found.get("customer") != wanted["customer"]:
        raise ValueError(f'its customer is "{found.get("customer")}", not "{wanted["customer"]}"')


def _from_json(wire: dict[str, Any]) -> Transaction:  # Any: JSON
    """A newer minor format may say more."""
    action, source, seats = ACTIONS[wire.pop("action")], SOURCES[wire.pop("source")], wire.pop("seats", 0)
    if not wire.keys() <= SAID:
        wire = {name: value for name, value in wire.items() if name in SAID}
    if type(seats) is not int or not set(map(type, wire.values())) <= {str}:
        raise TypeError("a transaction has a value of the wrong type")
    if not 0 <= seats <= MOST_LISTED:
        raise ValueError(f'"{seats}" is no number of seats')
    return Transaction(action, source, seats=seats, **wire)
