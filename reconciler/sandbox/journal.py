"""Every HTTP exchange with the clouds, one row each: what a test or a bench counts instead of time.

Control calls (`/_sandbox/`) are not in it. An item of a batch is a row nested in the batch's own.
It must not keep headers or bodies: tokens and passwords pass here.

The decision a reader would question: `writes` counts what was tried, not what succeeded, so that "the second apply
writes nothing" cannot hide behind refusals; `writesAccepted` counts those answered below 400.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# Login's POSTs change nothing that anybody manages.
_WRITING_SERVICES = frozenset({"graph", "partnerCenter"})


@dataclass(slots=True)
class Row:
    """One exchange; `tenant` is a domain where it is known, `route` the template or None for an unknown one."""

    n: int
    service: str
    method: str
    path: str
    request_bytes: int = 0
    route: str | None = None
    tenant: str | None = None
    status: int | None = None
    response_bytes: int = 0
    is_write: bool = False
    fault: str | None = None
    items: list[Row] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """The row as the control API shows it."""
        shown: dict[str, Any] = {
            "n": self.n,
            "service": self.service,
            "method": self.method,
            "route": self.route,
            "path": self.path,
            "tenant": self.tenant,
            "status": self.status,
            "requestBytes": self.request_bytes,
            "responseBytes": self.response_bytes,
            "write": self.is_write,
        }
        if self.fault is not None:
            shown["fault"] = self.fault
        if self.items:
            shown["items"] = [item.document() for item in self.items]
        return shown


class Journal:
    """All rows of a run since the last `clear`; numbers go on after it."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._last = 0

    def open(self, service: str, method: str, path: str, request_bytes: int, parent: Row | None = None) -> Row:
        """A new row; `status` stays None until the answer is known, and when the connection is dropped before it."""
        self._last += 1
        row = Row(self._last, service, method, path, request_bytes)
        (self._rows if parent is None else parent.items).append(row)
        return row

    def clear(self) -> None:
        self._rows.clear()

    def document(self) -> dict[str, Any]:
        """All rows and their counts: by service and method (batch items apart), and the writes to the clouds."""
        items = [item for row in self._rows for item in row.items]
        writes = [row for row in (*self._rows, *items) if row.is_write and row.service in _WRITING_SERVICES]
        return {
            "requests": [row.document() for row in self._rows],
            "counts": _counts(self._rows),
            "itemCounts": _counts(items),
            "writes": len(writes),
            "writesAccepted": sum(1 for row in writes if row.status is not None and row.status < 400),
        }


def _counts(rows: list[Row]) -> dict[str, dict[str, int]]:
    counted = Counter((row.service, row.method) for row in rows)
    shown: dict[str, dict[str, int]] = {}
    for (service, method), count in sorted(counted.items()):
        shown.setdefault(service, {})[method] = count
    return shown
