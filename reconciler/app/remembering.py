"""The history use case: the journals of earlier runs, told in lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reconciler.app import recorded
from reconciler.app.workspace import open_workspace
from reconciler.reports.document import plural
from reconciler.store import journal

MENDED: Mapping[str, str] = MappingProxyType({journal.ADOPTED: "adopt", journal.FORGOTTEN: "forget"})


@dataclass(frozen=True, slots=True)
class Line:
    """One run, or one thing that a run did to a resource. `at` is ISO 8601 in UTC."""

    run: str
    at: str
    what: str
    rows: int = 0


def history(root: Path, environ: Mapping[str, str], address: str | None, limit: int) -> list[Line]:
    """The newest runs first; with an address only what happened to it."""
    store = open_workspace(root, environ).store
    lines: list[Line] = []
    for run in journal.runs(store)[:limit]:
        written = recorded.read(store, run)
        lines.extend(_of_address(run, written.events, address) if address else [_of_run(run, written)])
    return lines


def _of_run(run: str, written: journal.Entries) -> Line:
    freed = next((event for event in written.events if event["type"] == journal.FREED), None)
    if freed:
        what = f'{freed["by"]} freed the lock "{freed["lock"]}" of {freed["holder"]}'
        return Line(run, str(freed["at"]), what)
    mended = next((event for event in written.events if event["type"] in MENDED), None)
    if mended:
        return Line(run, str(mended["at"]), f"{mended['by']} {_mending(mended)}")
    ended = [event for event in written.events if event["type"] == "row-ended"]
    last = {event["result"]: event["status"] for event in ended}
    counts = ", ".join(f"{number} {status}" for status, number in sorted(Counter(last.values()).items()))
    open_rows = len(written.open_intents)
    broken = f"; stopped with {open_rows} without an answer" if open_rows else ""
    broken += f"; {plural(written.torn, 'line')} of its journal cannot be read" if written.torn else ""
    at = str(written.events[0]["at"]) if written.events else ""
    return Line(run, at, (counts or "nothing was done") + broken, len(last))


def _mending(event: Mapping[str, Any]) -> str:  # Any: JSON of events
    as_what = f" as {event['id']}" if event["type"] == journal.ADOPTED else ""
    return f"made the ledger {MENDED[event['type']]} {event['address']}{as_what}: {event['reason']}"


def _of_address(run: str, events: tuple[Mapping[str, Any], ...], address: str) -> list[Line]:  # Any: JSON of events
    return [
        Line(run, str(event["at"]), _told(event), int(event["type"] == "row-ended"))
        for event in reversed(events)
        if event["type"] in ("row-ended", *MENDED) and event["address"] == address
    ]


def _told(event: Mapping[str, Any]) -> str:  # Any: JSON of events
    if event["type"] in MENDED:
        return f"{event['by']} {_mending(event)}"
    return f"{', '.join(event['actions'])}: {event['status']}"
