"""A snapshot of commerce as a file: JSON, every answer with its question and its time.

    dumps(kept) -> bytes
    loads(data, name) -> kept       UsageError says what is wrong with the file

A snapshot is made by a run that is trusted and read by one that is not. It decides nothing that an apply does: an apply
reads anew, so a forged one changes what is shown, and what is done only to less.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import orjson

from reconciler.cloud.commerce import Kept, Key
from reconciler.cloud.exchange import Json
from reconciler.model.errors import UsageError

KIND = "reconciler/commerce-snapshot"
VERSION = "1.0"
MAJOR = VERSION.partition(".")[0]


def dumps(kept: Mapping[Key, Kept]) -> bytes:
    """The file, in order of the questions."""
    answers = [
        {"partner": key.partner, "path": key.path, "at": one.at.isoformat(), "document": one.document}
        for key, one in sorted(kept.items())
    ]
    return orjson.dumps({"kind": KIND, "format_version": VERSION, "answers": answers}, default=str)


def loads(data: bytes, name: str) -> dict[Key, Kept]:
    """What a file has."""
    try:
        document = orjson.loads(data)
        if document["kind"] != KIND or str(document["format_version"]).partition(".")[0] != MAJOR:
            raise UsageError(f"{name} is no snapshot of commerce that this version reads: --snapshot-into writes one.")
        return dict(_answer(one) for one in document["answers"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{name} is no snapshot of commerce, or damaged: --snapshot-into writes one.") from error


def _answer(one: Mapping[str, Json]) -> tuple[Key, Kept]:
    at = datetime.fromisoformat(str(one["at"]))
    if at.tzinfo is None or not isinstance(one["document"], list | dict):
        raise ValueError("an answer has a time with its zone, and a document")
    return Key(str(one["partner"]), str(one["path"])), Kept(at, one["document"])
