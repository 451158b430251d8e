"""Imported invoices, `invoices/NUMBER.json` beside the ledger: the lines as they were read, by their identity.

Lines are added and never changed: an invoice comes in several files, and a file may come twice. An invoice whose own
total is known with two values is an error, because one of the files is not what it seems.

Must not: know what a line means. Amounts are text with all their digits.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from reconciler.model.errors import StoreError
from reconciler.model.invoice import Charge, Invoice, Line
from reconciler.model.money import LARGEST
from reconciler.store import contention
from reconciler.store.objects import ObjectStore

FORMAT = "1.0"
FOLDER = "invoices/"
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*\Z")
NUMBERS = frozenset(
    {"unit_price", "effective_price", "quantity", "billable", "subtotal", "tax", "total", "rate"},
)
DAYS = frozenset({"first", "last"})
SOME_DAYS = frozenset({"term_start", "term_end"})
NAMES = tuple(one.name for one in fields(Line))


@dataclass(frozen=True, slots=True)
class Invoices:
    """The imported invoices of one repository."""

    store: ObjectStore
    pause: Callable[[float], None] = time.sleep

    def ids(self) -> tuple[str, ...]:
        """The numbers of all invoices of which something was imported, sorted."""
        keys = (key.removeprefix(FOLDER) for key in self.store.keys(FOLDER) if key.endswith(".json"))
        return tuple(key.removesuffix(".json") for key in keys)

    def of(self, number: str) -> Invoice:
        """What was imported of an invoice; no line of one that nobody knows. StoreError where it cannot be used."""
        return self._load(number)[0]

    def add(self, found: Invoice) -> int:
        """Add what is new; how many lines that was. Durable when it returns."""
        new = 0

        def attempt() -> bool | None:
            nonlocal new
            before, etag = self._load(found.id)
            after = _merged(before, found)
            new = len(after.lines) - len(before.lines)
            return (
                True if after == before else self.store.put(_key(found.id), _to_json(after), if_match=etag) is not None
            )

        contention.persevere(lambda: attempt() or None, self.pause, f"Invoice {found.id} is")
        return new

    def _load(self, number: str) -> tuple[Invoice, str | None]:
        stored = self.store.get(_key(number))
        if stored is None:
            return Invoice(number), None
        try:
            return _read(orjson.loads(stored.content), number), stored.etag
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            where = self.store.describe(_key(number))
            fix = "Delete it, and import the invoice again."
            raise StoreError(f"{where} is damaged ({type(error).__name__}: {error}). {fix}") from error


def _key(number: str) -> str:
    if not ID.match(number):
        raise StoreError(f'"{number}" cannot be the number of an invoice.')
    return f"{FOLDER}{number}.json"


def _merged(before: Invoice, found: Invoice) -> Invoice:
    totals = {one.total for one in (before, found) if one.total is not None}
    if len(totals) > 1:
        said = " and ".join(str(total) for total in sorted(totals))
        raise StoreError(f"Invoice {found.id} has two totals, {said}. Import the one that Partner Center shows.")
    currency = before.currency or found.currency
    return Invoice(found.id, {**before.lines, **found.lines}, next(iter(totals), None), currency)


def _to_json(invoice: Invoice) -> bytes:
    wire = {
        "format_version": FORMAT,
        "invoice": invoice.id,
        "total": None if invoice.total is None else str(invoice.total),
        "currency": invoice.currency,
        "lines": {key: _line_to_json(one) for key, one in invoice.lines.items()},
    }
    return orjson.dumps(wire, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _line_to_json(one: Line) -> dict[str, object]:
    values = {name: getattr(one, name) for name in NAMES if name != "invoice"}
    return {name: value if isinstance(value, bool) or value is None else str(value) for name, value in values.items()}


def _read(wire: Mapping[str, Any], number: str) -> Invoice:  # Any: JSON
    if str(wire["format_version"]).partition(".")[0] != FORMAT.partition(".")[0]:
        raise ValueError(f'it has format "{wire["format_version"]}", this version of reconciler reads 1.x')
    if wire["invoice"] != number:
        raise ValueError(f'it is invoice "{wire["invoice"]}"')
    total = None if wire["total"] is None else _number(wire["total"])
    lines = {key: _line(one, number) for key, one in wire["lines"].items()}
    return Invoice(number, lines, total, str(wire["currency"]))


def _line(wire: Mapping[str, Any], number: str) -> Line:  # Any: JSON
    values = {name: _value(name, wire[name]) for name in NAMES if name != "invoice"}
    return Line(invoice=number, **values)


def _value(name: str, value: Any) -> Any:  # Any: JSON, and whatever the field holds
    if name == "discounted":
        return bool(value)
    if name == "charge":
        return Charge(value)
    if name in NUMBERS:
        return _number(value)
    if name in DAYS or (name in SOME_DAYS and value is not None):
        return date.fromisoformat(value)
    if value is not None and not isinstance(value, str):
        raise TypeError(f"{name} is no text")
    return value


def _number(text: str) -> Decimal:
    found = Decimal(text)
    if not found.is_finite() or abs(found) >= LARGEST:
        raise ValueError(f'"{text}" is no amount')
    return found
