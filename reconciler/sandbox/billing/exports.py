"""Exports of invoice lines: when one is ready, which files it has, what is in them, and who may fetch them.

An export is a record in `Partner.commerce["exports"]`; files are made anew from the log of charges whenever they are
asked for, as of the moment of the export, so nothing big is kept. A file holds gzipped JSON lines, at most
`behavior.pageSize` of them (Learn "manifest resource type": partitioned by number of line items).
It must not know HTTP.

Decisions a reader would question [inferred]: the token of a manifest is good for twelve hours, as in the published
sample, from each reading of the manifest; an export that has no lines fails with "No data available" (Learn "Get
operation", example 2).
"""

from __future__ import annotations

import gzip
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import orjson

from reconciler.sandbox.billing import invoices, wire
from reconciler.sandbox.billing.invoices import Line
from reconciler.sandbox.partner.terms import stamp
from reconciler.sandbox.world import Json, Partner, World

_NAMESPACE = uuid.UUID("2b8f7f0e-9f0d-5b34-9d4d-0b1a4f2f7c10")
_TOKEN_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Export:
    """One export that somebody asked for; `invoice` of a billed one, `is_current` of an unbilled one."""

    id: str
    asked: datetime
    ready: datetime
    invoice: str | None
    is_current: bool
    currency: str
    is_basic: bool

    @property
    def manifest(self) -> str:
        return str(uuid.uuid5(_NAMESPACE, self.id))


def order(world: World, partner: Partner, now: datetime, wish: Json) -> Export:
    """Note the wish for an export."""
    kept: list[Json] = partner.commerce.setdefault("exports", [])
    export_id = str(uuid.uuid5(_NAMESPACE, f"{partner.id}/{len(kept)}"))
    ready = now + world.behavior.export_delay
    kept.append({"id": export_id, "asked": now.isoformat(), "ready": ready.isoformat(), **wish})
    return _export(kept[-1])


def find(partner: Partner, key: str) -> Export | None:
    """The export with that id, or with that manifest."""
    found = (_export(row) for row in partner.commerce.get("exports", ()))
    return next((one for one in found if key.casefold() in (one.id, one.manifest)), None)


def files(world: World, partner: Partner, export: Export) -> dict[str, bytes]:
    """The files by name; none where there are no lines."""
    rows = [
        wire.row(world, partner, line, export.invoice or "", basic=export.is_basic)
        for line in _lines(world, partner, export)
    ]
    size = world.behavior.page_size
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]
    return {f"part-{number:05d}-{export.manifest}.json.gz": _packed(part) for number, part in enumerate(parts)}


def token(world: World, export: Export, now: datetime) -> str:
    """What opens the files of a manifest, as a query string without its question mark."""
    return _signed(world, export, stamp(now + _TOKEN_LIFE))


def opens(world: World, export: Export, given: dict[str, str], now: datetime) -> bool:
    """Whether the query of a request is a token of this manifest that still holds."""
    until = given.get("se", "")
    return _signed(world, export, until).endswith(f"sig={given.get('sig')}") and until > stamp(now)


def version(names: Iterable[str]) -> str:
    """`eTag`: another one for other data."""
    return hashlib.sha256("".join(names).encode()).hexdigest()[:17]


def _lines(world: World, partner: Partner, export: Export) -> tuple[Line, ...]:
    if export.invoice is None:
        is_known = export.currency.upper() == partner.currency
        return invoices.unbilled(world, partner, export.asked, is_current=export.is_current) if is_known else ()
    found = invoices.issued(world, partner, export.asked)
    wanted = export.invoice.casefold()
    return next((one.lines for one in found if one.number.casefold() == wanted), ())


def _packed(rows: list[Json]) -> bytes:
    return gzip.compress(b"\n".join(orjson.dumps(row) for row in rows) + b"\n", mtime=0)


def _signed(world: World, export: Export, until: str) -> str:
    signature = hashlib.sha256(f"{world.seed}/{export.manifest}/{until}".encode()).hexdigest()
    return f"sv=2021-08-06&sr=d&sp=rl&se={quote(until, safe='')}&sig={signature}"


def _export(row: Json) -> Export:
    return Export(
        id=row["id"],
        asked=datetime.fromisoformat(row["asked"]),
        ready=datetime.fromisoformat(row["ready"]),
        invoice=row.get("invoice"),
        is_current=row.get("isCurrent", True),
        currency=row.get("currency", ""),
        is_basic=row.get("isBasic", False),
    )
