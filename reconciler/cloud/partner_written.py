"""What a run has written into documents of Partner Center, so that an older reading of one is known as such.

A reading may come from a replica that has not seen the last write: graph.md 1.3 says so of the directory, of Partner
Center it is [inferred]. A document is changed by sending all of it (partner-center.md 6.3), so one that was read too
old and sent back undoes what was written: seats that were given back are bought again. partner-center.md 13.3 asks
for a look before every change and to stop at any difference.

Must not: take for old what somebody else wrote. Only a value that this run itself has replaced is.

Questionable on purpose: whoever puts such a value back in the portal while the run lasts looks like a late replica.
The row is unverified then, and the next run sees what is there.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.cloud.exchange import Json
from reconciler.cloud.partner_settle import same

Document = Mapping[str, Json]
KEPT = ("quantity", "status", "friendlyName")  # what the service shows as it was sent; flags and dates it may settle


class Written:
    """What is kept of documents, by path: as they were read or written last, and the values that writes replaced."""

    def __init__(self) -> None:
        self._last: dict[str, Document] = {}
        self._replaced: dict[str, dict[str, list[Json]]] = {}

    def too_old(self, path: str, document: Document) -> str:
        """What shows that the reading is older than a write; "" where nothing does, and it counts as the last one."""
        key = path.lower()
        for name, values in self._replaced.get(key, {}).items():
            shown = document.get(name)
            if any(same(shown, value) for value in values):
                return f"{name} is {shown}, not {self._last[key].get(name)} yet"
        self._last[key] = _kept(document)
        return ""

    def patched(self, path: str, sent: Document) -> None:
        """The service took this document in the place of the last one."""
        key = path.lower()
        before, now = self._last.get(key, {}), _kept(sent)
        self._last[key] = {**before, **now}
        for name in now:
            if name not in before or same(before[name], now[name]):
                continue
            values = self._replaced.setdefault(key, {}).setdefault(name, [])
            values[:] = [value for value in (*values, before[name]) if not same(value, now[name])]

    def forget(self, path: str) -> None:
        """Something was done below these documents that may change them by itself, like an upgrade."""
        for key in [key for key in self._last if path.lower().startswith(f"{key}/")]:
            del self._last[key]
            self._replaced.pop(key, None)


def _kept(document: Document) -> Document:
    """A copy: who read the document may change it in place."""
    return {name: document[name] for name in KEPT if name in document}
