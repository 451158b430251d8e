"""The `billing import` use case: lines of invoices, checked one by one and laid beside the ledger. No network.

Everything given in one call belongs together: an invoice's parts, and the document with its total. The same content
twice is taken once, and what was imported before is not imported again.

Must not: write anything where a line cannot be believed. Half an invoice reconciles with nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from reconciler.app import invoice_files
from reconciler.app.workspace import open_workspace
from reconciler.core import invoicing
from reconciler.core.invoicing import BadLine
from reconciler.model.invoice import Invoice, Line
from reconciler.reports.document import plural

MOST_ERRORS = 20  # more are counted, and read by nobody


@dataclass(frozen=True, slots=True)
class Imported:
    """A sentence for each invoice, and what is wrong with any line. With errors nothing was written."""

    invoices: tuple[str, ...]
    errors: tuple[str, ...]
    lines: int = 0


def import_(root: Path, environ: Mapping[str, str], files: Sequence[Path]) -> Imported:
    """Import files. UsageError, StoreError; mistakes of lines are in the result."""
    lines: list[Line] = []
    totals: dict[str, tuple[Decimal, str]] = {}
    errors: list[str] = []
    for path in _once(files):
        content = invoice_files.read(path)
        for number, fields in content.lines:
            try:
                lines.append(invoicing.line(fields))
            except BadLine as wrong:
                errors.append(f"{path}:{number}: {wrong}.")
        for fields in content.invoices:
            try:
                totals[fields["id"]] = Decimal(fields["totalcharges"]), fields.get("currencycode", "").upper()
            except InvalidOperation:
                errors.append(f'{path}: invoice {fields["id"]} has no total: "{fields["totalcharges"]}".')
    if errors:
        more = [f"{len(errors) - MOST_ERRORS} more lines cannot be believed."] if len(errors) > MOST_ERRORS else []
        return Imported((), (*errors[:MOST_ERRORS], *more))
    kept = open_workspace(root, environ).invoices
    told, count = [], 0
    for invoice in _invoices(lines, totals):
        new = kept.add(invoice)
        count += new
        told.append(f"{invoice.id}: {plural(len(invoice.lines), 'line')}, {new} of them new.")
    return Imported(tuple(told), (), count)


def _once(files: Sequence[Path]) -> Iterator[Path]:
    """Each content once, however often it was named."""
    seen: set[bytes] = set()
    for path in files:
        digest = hashlib.sha256(path.read_bytes()).digest()
        if digest not in seen:
            seen.add(digest)
            yield path


def _invoices(lines: Sequence[Line], totals: Mapping[str, tuple[Decimal, str]]) -> Iterator[Invoice]:
    by_number: dict[str, dict[str, Line]] = {number: {} for number in totals}
    for key, line in invoicing.identities(lines).items():
        by_number.setdefault(line.invoice, {})[key] = line
    for number in sorted(by_number):
        total, currency = totals.get(number, (None, ""))
        yield Invoice(number, by_number[number], total, currency)
