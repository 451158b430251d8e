"""Entries of a large fleet, kept small: as bytes, made into entries again when somebody goes through them.

A validated user takes 2.5 kB as an object with its defaults and 0.3 kB as bytes. A fleet is worked on customer by
customer, so at any time a few customers are objects and all others wait here. The bytes never leave the process: they
are no format, and nothing is ever unpacked that was not packed by the same run.

The questionable decision: the first `MOST_UNPACKED` entries of a load stay objects. Packing and unpacking costs about
a third of validating, and a repository of ordinary size never needs it; the price is that two forms exist.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.finding import Origin
from reconciler.model.repository import Entry
from reconciler.model.spec import Document, filled

MOST_UNPACKED = 10_000
Said = tuple[type[Document], tuple[str, ...]]  # what sort of document, and which of its fields were written


@dataclass(frozen=True, slots=True)
class Packed(Sequence[Entry]):
    """Some entries, in their order. Each going through makes them anew."""

    chunks: tuple[bytes, ...]
    size: int

    def __iter__(self) -> Iterator[Entry]:
        for chunk in self.chunks:
            yield from _entries(chunk)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, rank: Any) -> Any:  # Any: an int gives an entry, a slice several
        return list(self)[rank]


@dataclass(slots=True)
class Packer:
    """Decides what of one load is packed: what comes after the first `most` entries."""

    most: int = MOST_UNPACKED
    seen: int = 0

    def pack(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """The same entries, small if there were many before."""
        self.seen += len(entries)
        if self.seen <= self.most:
            return entries
        return Packed((_bytes(entries),), len(entries))


def joined(parts: Sequence[Sequence[Entry]]) -> Sequence[Entry]:
    """Several collections as one, in their order."""
    packed = [part for part in parts if isinstance(part, Packed)]
    if not packed:
        return tuple(entry for part in parts for entry in part)
    if len(packed) == len(parts):
        return Packed(tuple(chunk for part in packed for chunk in part.chunks), sum(map(len, packed)))
    everything = [entry for part in parts for entry in part]
    return Packed((_bytes(everything),), len(everything))


def _bytes(entries: Sequence[Entry]) -> bytes:
    """As plain tuples of what was written, without defaults. Names are kept once for all who say the same things."""
    ranks: dict[Said, int] = {}
    plain = []
    for section, key, document, origin in entries:
        said = (type(document), tuple(document.model_fields_set))
        held = document.__dict__
        rank = ranks.setdefault(said, len(ranks))
        plain.append((section, key, rank, [held[name] for name in said[1]], tuple(origin)))
    return pickle.dumps((tuple(ranks), plain), pickle.HIGHEST_PROTOCOL)


def _entries(chunk: bytes) -> Iterator[Entry]:
    """What `_bytes` was given. Documents share their defaults, and the sets that say what was written."""
    forms, plain = pickle.loads(chunk)  # noqa: S301  made by `_bytes`
    patterns = [(sort.model_construct(), names, {*names}) for sort, names in forms]
    for section, key, rank, values, origin in plain:
        blank, names, said = patterns[rank]
        yield Entry(section, key, filled(blank, dict(zip(names, values, strict=True)), said), Origin(*origin))
