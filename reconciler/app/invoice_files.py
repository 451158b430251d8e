"""Files of Partner Center's invoices, taken apart: CSV, JSON of the API, JSON lines, each also packed with gzip.

    read(path)              what the file has: lines by their columns, and invoices with their totals
    taken_apart(name, raw)  the same of a part that was fetched

The API answers a page `{"items": [...]}` (v1), the asynchronous export gives gzip with one JSON object a line (v2)
(partner-center.md 8.2, 8.3), downloads of the portal are CSV. Numbers are taken as they are written, never as floats.

Must not: know what a column means, or unpack without end.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from reconciler.core import invoicing
from reconciler.model.errors import UsageError

MOST_BYTES = 500_000_000  # a hundred times the lines of a thousand customers [inferred]; gzip can grow without end
DELIMITERS = ",;\t"


@dataclass(slots=True)
class Content:
    """Lines with their number in the file, and documents of invoices."""

    lines: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    invoices: list[dict[str, str]] = field(default_factory=list)


def read(path: Path) -> Content:
    """What stands in a file. UsageError where it is none of Partner Center's."""
    with path.open("rb") as raw:
        return taken_apart(str(path), raw)


def taken_apart(path: str, raw: BinaryIO) -> Content:
    """What stands in a part that is called so. UsageError where it is none of Partner Center's."""
    try:
        text = _unpacked(path, raw).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: import it as it was downloaded.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise UsageError(f"{path} cannot be read ({error}): download it again.") from error
    content = Content()
    try:
        for number, names in _json(text) if text.lstrip()[:1] in ("{", "[") else _csv(text):
            _take(content, number, names)
    except (ValueError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read ({error}): download it again.") from error
    if not content.lines and not content.invoices:
        raise UsageError(f"{path} has neither lines of an invoice nor an invoice.")
    return content


def _unpacked(path: str, raw: BinaryIO) -> bytes:
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    content = (gzip.GzipFile(fileobj=raw) if packed else raw).read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UsageError(f"{path} has more than {MOST_BYTES:,} bytes.")
    return bytes(content)


def _take(content: Content, number: int, names: Mapping[str, object]) -> None:
    found = {invoicing.column(name): _word(value) for name, value in names.items()}
    if "chargetype" in found:
        content.lines.append((number, found))
    elif {"id", "totalcharges"} <= found.keys():
        content.invoices.append(found)


def _csv(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    lines = text.splitlines(keepends=True)
    delimiter = max(DELIMITERS, key=(lines or [""])[0].count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    columns = next(reader, [])
    if not invoicing.is_line(map(invoicing.column, columns)):
        return
    for cells in reader:
        if any(cells):
            if len(cells) != len(columns):
                raise ValueError(f"line {reader.line_num} has {len(cells)} columns, the first one {len(columns)}")
            yield reader.line_num, dict(zip(columns, cells, strict=True))


def _json(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    """One document, or one a line; of a page its items. The number is that of the line, or of the item."""
    try:
        whole = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield number, _object(json.loads(line, parse_float=str, parse_int=str))
        return
    items = whole.get("items", [whole]) if isinstance(whole, dict) else whole
    for number, item in enumerate(items, 1):
        yield number, _object(item)


def _object(value: Any) -> Mapping[str, object]:  # Any: JSON
    if not isinstance(value, dict):
        raise ValueError("a line of it is no JSON object")
    return value


def _word(value: object) -> str:
    """The text of a value; lists and objects say nothing that is looked at. ValueError for half a letter."""
    if not isinstance(value, str):
        return ""
    value.encode()
    return value.strip()
