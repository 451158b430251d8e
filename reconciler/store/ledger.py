"""The memory of each customer as one JSON object, `ledger/<customer>.json`, saved with a condition.

A missing object is a customer that nothing is known about, and never an error: losing the ledger makes the tool do
less, not more. One that is torn, of another repository or of a format this tool does not know is a StoreError that
says what to do, because taking it for empty would hide the loss. It must not hold values or secrets: see
`reconciler/model/ledger.py` for what is remembered.

The questionable decision: a file is read whole and checked by hand instead of by a schema, so that what a
newer minor format adds is ignored, and what is wrong is named by address.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from reconciler.model import address
from reconciler.model.address import CUSTOMER_KEY, Address
from reconciler.model.errors import StoreError
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.store import contention, ownership
from reconciler.store.objects import ObjectStore

FORMAT_MAJOR = 1
FORMAT = f"{FORMAT_MAJOR}.0"
STATUSES = frozenset(known.value for known in LedgerStatus)


def random_salt() -> str:
    """128 bits, enough that nobody makes a table of hashed country codes."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Remembered:
    """A ledger as it was loaded. `etag` is what a save is conditional on; None when there was no object."""

    ledger: CustomerLedger
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The ledgers of one repository. `owner` is the repository's id: another one's ledgers are refused."""

    store: ObjectStore
    owner: str
    new_salt: Callable[[], str] = random_salt
    pause: Callable[[float], None] = time.sleep

    def customers(self) -> tuple[str, ...]:
        """The customers that something is remembered of, sorted."""
        names = (key.removeprefix("ledger/") for key in self.store.keys("ledger/") if key.endswith(".json"))
        return tuple(name.removesuffix(".json") for name in names)

    def load(self, customer: str) -> Remembered:
        """What is remembered of a customer; an empty ledger with a new salt when there is nothing.

        StoreError when there is something that cannot be used.
        """
        key = _key(customer)
        stored = self.store.get(key)
        if stored is None:
            return Remembered(CustomerLedger(customer, self.new_salt()))
        try:
            ledger = _from_json(stored.content, customer, self.owner)
        except _UnusableError as error:
            raise StoreError(f"The ledger {self.store.describe(key)} {error}") from error
        return Remembered(ledger, stored.etag)

    def save(self, remembered: Remembered) -> Remembered | None:
        """Write a ledger over the one it was loaded as. None when somebody else has saved meanwhile: load again."""
        ledger = remembered.ledger
        etag = self.store.put(_key(ledger.customer), _to_json(ledger, self.owner), if_match=remembered.etag)
        return None if etag is None else Remembered(ledger, etag)

    def update(self, customer: str, change: Callable[[CustomerLedger], CustomerLedger]) -> CustomerLedger:
        """Load, change and save, again from the start when somebody else saved in between. The ledger as saved."""

        def attempt() -> Remembered | None:
            before = self.load(customer)
            return self.save(Remembered(change(before.ledger), before.etag))

        return contention.persevere(attempt, self.pause, f'The ledger of "{customer}" is').ledger


class _UnusableError(Exception):
    """Why a ledger cannot be used, and what to do; continues the sentence "The ledger X"."""


def _damaged(what: str) -> _UnusableError:
    return _UnusableError(
        f"is damaged: {what}. Restore it from a backup or from git. Without it (delete it) nothing is removed that "
        "only the ledger remembers, and drift cannot be told from change."
    )


def _key(customer: str) -> str:
    if not CUSTOMER_KEY.match(customer):
        raise StoreError(f'"{customer}" cannot be the key of a customer.')
    return f"ledger/{customer}.json"


def _to_json(ledger: CustomerLedger, owner: str) -> bytes:
    wire = {
        "format_version": FORMAT,
        "owner": owner,
        "customer": ledger.customer,
        "salt": ledger.salt,
        "resources": {str(place): _entry_to_wire(entry) for place, entry in ledger.resources.items()},
    }
    return orjson.dumps(wire, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _entry_to_wire(entry: LedgerEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "status": entry.status.value,
        "commit": entry.commit,
        "at": entry.at,
        "run": entry.run,
        "protect": entry.protect,
        "desired": dict(entry.desired),
        "live": dict(entry.live),
        **({"cart": entry.cart, "order": entry.order} if entry.cart else {}),
    }


def _from_json(content: bytes, customer: str, owner: str) -> CustomerLedger:
    try:
        wire = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _damaged("it is empty" if not content.strip() else f"it is not JSON ({error})") from error
    if not isinstance(wire, dict):
        raise _damaged("it is not a JSON object")
    _check_header(wire, customer, owner)
    resources = wire.get("resources")
    if not isinstance(resources, dict):
        raise _damaged('"resources" is missing')
    salt = _text(wire, "salt", "the header")
    if not salt:
        raise _damaged('"salt" is empty')
    entries = dict(_entry(text, entry, customer) for text, entry in resources.items())
    return CustomerLedger(customer, salt, known=True, resources=entries)


def _check_header(wire: Mapping[str, Any], customer: str, owner: str) -> None:  # Any: JSON
    version = _text(wire, "format_version", "the header")
    if version.partition(".")[0] != str(FORMAT_MAJOR):
        raise _UnusableError(
            f'has format "{version}", this version of reconciler reads {FORMAT_MAJOR}.x. Use the version that wrote it.'
        )
    if not ownership.is_same(found := _text(wire, "owner", "the header"), owner):
        raise _UnusableError(
            f'belongs to the repository "{found}", this one is "{owner}". Point ledger: of the settings elsewhere: two '
            "repositories that manage one customer would undo each other's work."
        )
    if (found := _text(wire, "customer", "the header")) != customer:
        raise _UnusableError(f'is that of "{found}", not of "{customer}". Rename it back.')


def _entry(text: str, wire: object, customer: str) -> tuple[Address, LedgerEntry]:
    try:
        place = address.parse(text)
    except ValueError as error:
        raise _damaged(str(error)) from error
    if place.customer != customer:
        raise _damaged(f"{text} is not a resource of this customer")
    if not isinstance(wire, dict):
        raise _damaged(f"{text} is not a JSON object")
    status = _text(wire, "status", text)
    if status not in STATUSES:
        raise _damaged(f'{text} has the status "{status}", which is unknown')
    protect = wire.get("protect", False)
    if not isinstance(protect, bool):
        raise _damaged(f'"protect" of {text} is not true or false')
    return place, LedgerEntry(
        id=_text(wire, "id", text),
        status=LedgerStatus(status),
        commit=_text(wire, "commit", text),
        at=_text(wire, "at", text),
        run=_text(wire, "run", text),
        protect=protect,
        desired=_digests(wire, "desired", text),
        live=_digests(wire, "live", text),
        cart=_text({"cart": "", **wire}, "cart", text),
        order=_text({"order": "", **wire}, "order", text),
    )


def _text(wire: Mapping[str, Any], name: str, where: str) -> str:  # Any: JSON
    value = wire.get(name)
    if not isinstance(value, str):
        raise _damaged(f'"{name}" of {where} is not a text')
    return value


def _digests(wire: Mapping[str, Any], name: str, where: str) -> dict[str, str]:  # Any: JSON
    value = wire.get(name)
    if not isinstance(value, dict) or not all(isinstance(digest, str) for digest in value.values()):
        raise _damaged(f'"{name}" of {where} is not a map of texts')
    return value
