"""CSV files of people, as spreadsheets write them: which letters, what stands between the cells, and the rows.

    read(path)      the head, and every row with the number of its line

Taken are UTF-8 with and without its mark, UTF-16 with one (what spreadsheets call Unicode text), and, where it is none
of these, Windows-1252, which is said. Between cells stands what stands most often in the head: a comma, a semicolon or
a tab; a first line `sep=;` says it outright.

Must not: know what a column means. Questionable on purpose: Windows-1252 takes every byte, so a file in another old
encoding is read with wrong letters instead of refused. The preview shows them before anything is written.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reconciler.model.errors import UsageError
from reconciler.reports import escape

MOST_BYTES = 50_000_000  # a hundred thousand people
LONGEST_CELL = 100_000
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
FALLBACK = "cp1252"
NAMES = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16", FALLBACK: "Windows-1252"}


@dataclass(frozen=True, slots=True)
class Table:
    """What stands in a file: its head, its rows by the number of their first line, and how it was read, in words."""

    head: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    words: str


def read(path: Path) -> Table:
    """The table of a file, without empty rows. UsageError where it is none."""
    text, encoding = _decoded(path)
    lines = list(io.StringIO(text, newline=""))
    skipped = 0
    delimiter = ""
    if lines and lines[0].lower().startswith("sep=") and lines[0][4:5] in DELIMITERS:
        delimiter, skipped = lines[0][4], 1
    first = next((line for line in lines[skipped:] if line.strip()), "")
    delimiter = delimiter or max(DELIMITERS, key=first.count)
    try:
        rows = list(_rows(lines[skipped:], delimiter, skipped))
    except csv.Error as error:
        raise UsageError(f"{path} cannot be read as CSV: {error}.") from error
    if not rows:
        raise UsageError(f"{path} is empty: a line of column titles was expected, and one line a person.")
    words = f"{NAMES[encoding]}, {DELIMITERS[delimiter]} between the cells"
    return Table(rows[0][1], tuple(rows[1:]), words)


def _decoded(path: Path) -> tuple[str, str]:
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or 'unknown reason').lower()}.") from error
    if len(data) > MOST_BYTES:
        raise UsageError(f"{path} has more than {MOST_BYTES:,} bytes: split it.")
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    for name in (encoding, FALLBACK):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise UsageError(f"{path} is no text: save it as CSV (UTF-8).")
        return text, name
    raise UsageError(f"{path} is neither UTF-8 nor Windows-1252: save it as CSV (UTF-8).")


def _rows(lines: list[str], delimiter: str, skipped: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows with the number of the line that each begins on; what spreadsheets were kept from calculating is text."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = skipped + 1
    while (row := _next(reader, begins)) is not None:
        if any(cell.strip() for cell in row):
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise csv.Error(f"line {begins} has a cell of more than {LONGEST_CELL:,} letters; is a quote missing?")
            yield begins, tuple(escape.uncell(cell) for cell in row)
        begins = skipped + reader.line_num + 1


def _next(reader: Iterator[list[str]], begins: int) -> list[str] | None:
    """One row more, None after the last. csv.Error names the line that it begins on."""
    try:
        return next(reader, None)
    except csv.Error as error:
        raise csv.Error(f"the row that begins in line {begins}: {error}; is a quote missing?") from error
