"""The `billing sync` use case: invoices and their lines from Microsoft into the store that `billing import` fills.

    result = await sync(request, Ask(month))     what was kept of each invoice, and what could not be read

Partner Center lists the invoices with their totals (partner-center.md 8.1); the lines come from Graph's export (8.3),
because the old listing of lines is frozen since 2025-04-21. An invoice is fetched until its lines come to its total,
and never again after that: what a run that died has kept is kept, and the next one goes on with the others.

Must not: keep a line of an invoice of which one cannot be believed, or read legacy invoices (`D...`).

Questionable on purpose: notes that void or adjust an invoice are named and not read. What their lines mean is published
nowhere, and a sum that is wrong is worse than one that is missing.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from reconciler.app import fleet, invoice_files, invoice_import
from reconciler.app.planning import Request
from reconciler.app.workspace import open_workspace
from reconciler.cloud.exchange import Json
from reconciler.cloud.sessions import Sessions
from reconciler.core import invoicing, reconciliation
from reconciler.core.invoicing import BadLine
from reconciler.model import halves
from reconciler.model.errors import CloudError, Forbidden, Unauthenticated, UsageError
from reconciler.model.invoice import Invoice, Line
from reconciler.store.invoices import Invoices

PAGE = 200  # partner-center.md 8.1
MODERN, INVOICE = "g", "invoice"
PERMISSION = "the app needs PartnerBilling.Read.All at the partner's own tenant, with consent"


@dataclass(frozen=True, slots=True)
class Ask:
    """A day of the month that is meant; `check` fetches and writes nothing."""

    month: date
    check: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One invoice: of which connection, its lines in the store, and how many of them are new."""

    connection: str
    number: str
    lines: int
    new: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Synced:
    """What is in the store of each invoice of the month; sentences about what was left alone, and what went wrong."""

    invoices: tuple[Kept, ...] = ()
    remarks: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Listed:
    """An invoice as Partner Center lists it."""

    number: str
    kind: str
    total: Decimal | None
    currency: str
    begins: date | None


async def sync(request: Request, ask: Ask) -> Synced:
    """Fetch what is missing of a month. UsageError, StoreError; what clouds refuse is in the result."""
    workspace = open_workspace(request.root, request.environ)
    known = workspace.repository.settings.connections
    open_to_us = [name for name, one in known.items() if halves.allows(one.model)]
    closed = [f"{name}: {halves.CLOSED}; its provider invoices you." for name in sorted(known.keys() - set(open_to_us))]
    found = [Synced(remarks=tuple(closed))]
    async with fleet.open_connections(
        workspace, open_to_us, request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:
        for name, sessions in clouds.connections.items():
            found.append(await _of_connection(name, sessions, workspace.invoices, ask))
    return Synced(*(tuple(x for one in found for x in getattr(one, part)) for part in Synced.__slots__))


async def _of_connection(name: str, sessions: Sessions, store: Invoices, ask: Ask) -> Synced:
    try:
        listed = [_listed(row) for row in await _rows(sessions)]
    except (Forbidden, Unauthenticated) as error:
        return Synced(denied=(f"{name}: {error}",))
    except CloudError as error:
        return Synced(troubles=(f"{name}: {error}",))
    here = [one for one in listed if _is_of(one, ask.month)]
    notes = tuple(f"{one.number} is a {one.kind}, which is not read." for one in here if one.kind != INVOICE)
    kept, errors, troubles, denied = list[Kept](), list[str](), list[str](), list[str]()
    for one in (one for one in here if one.kind == INVOICE):
        try:
            kept.append(await _kept(name, sessions, store, one, check=ask.check))
        except UsageError as wrong:
            errors.append(str(wrong))
        except (Forbidden, Unauthenticated) as error:
            denied.append(f"{name}: {one.number}: {error} ({PERMISSION})")
        except CloudError as error:
            troubles.append(f"{name}: {one.number}: {error}")
    return Synced(tuple(kept), notes, tuple(errors), tuple(troubles), tuple(denied))


async def _rows(sessions: Sessions) -> list[dict[str, Json]]:
    """Every invoice; the list is read by offsets (partner-center.md 1.4)."""
    found: list[dict[str, Json]] = []
    while True:
        page = await sessions.partner().get(f"/invoices?size={PAGE}&offset={len(found)}")
        items = [row for row in page.get("items") or () if isinstance(row, dict)]
        found += items
        if len(items) < PAGE or len(found) >= int(page.get("totalCount") or 0):
            return found


def _listed(row: dict[str, Json]) -> _Listed:
    try:
        total = Decimal(str(row["totalCharges"]))
    except (KeyError, InvalidOperation):
        total = None
    kind = str(row.get("documentType") or INVOICE).lower()
    return _Listed(str(row.get("id") or ""), kind, total, str(row.get("currencyCode") or "").upper(), _begins(row))


def _begins(row: dict[str, Json]) -> date | None:
    """The first day of its period; where that is not said, that of the month before it was written (8.1)."""
    for name, back in (("billingPeriodStartDate", 0), ("invoiceDate", 1)):
        try:
            day = date.fromisoformat(str(row.get(name) or "")[:10]).replace(day=1)
        except ValueError:
            continue
        return (day - timedelta(days=1)).replace(day=1) if back else day
    return None


def _is_of(one: _Listed, month: date) -> bool:
    return one.number.lower().startswith(MODERN) and one.begins == month.replace(day=1)


async def _kept(name: str, sessions: Sessions, store: Invoices, one: _Listed, *, check: bool) -> Kept:
    there = store.of(one.number)
    if check or _is_whole(there):
        return Kept(name, one.number, len(there.lines), 0, _is_whole(there))
    lines = list(_lines(one.number, await sessions.exports().lines_of(one.number)))
    new = store.add(Invoice(one.number, invoicing.identities(lines), one.total, one.currency))
    after = store.of(one.number)
    return Kept(name, one.number, len(after.lines), new, _is_whole(after))


def _lines(number: str, parts: Sequence[bytes]) -> Iterator[Line]:
    """The lines of all parts. UsageError names what cannot be believed; then nothing of the invoice is kept."""
    wrong = []
    for place, part in enumerate(parts, 1):
        for row, fields in invoice_files.taken_apart(f"part {place} of {number}", io.BytesIO(part)).lines:
            try:
                line = invoicing.line(fields)
            except BadLine as problem:
                wrong.append(f"part {place} of {number}, line {row}: {problem}.")
                continue
            if line.invoice != number:
                wrong.append(f"part {place} of {number}, line {row}: it is of invoice {line.invoice}.")
            yield line
    if wrong:
        more = f" {len(wrong) - invoice_import.MOST_ERRORS} more." if len(wrong) > invoice_import.MOST_ERRORS else ""
        raise UsageError(" ".join(wrong[: invoice_import.MOST_ERRORS]) + more)


def _is_whole(invoice: Invoice) -> bool:
    """True once its lines come to its own total."""
    return bool(invoice.lines) and invoice.total is not None and reconciliation.adds_up(invoice) is None
