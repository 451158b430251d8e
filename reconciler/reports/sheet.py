"""A table for people and for spreadsheets: columns, rows, and words below it; drawn as text, markdown, CSV or JSON.

For what is a list and no plan: transactions, invoice lines, seats by the day. Numbers stay numbers and money is written
with all its digits, so that what a spreadsheet adds up is what we added up.

Names come from tenants. In CSV a cell that a spreadsheet would take for a formula begins with an apostrophe
(`escape.cell`); that holds for text only, a negative number is one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reconciler.reports import escape

Cell = str | int | Decimal | None
FORMATS = ("text", "markdown", "csv", "json")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. `notes` stand below it where people read, `machine` beside the rows in JSON."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    machine: Mapping[str, object] = field(default_factory=dict)


def text(sheet: Sheet) -> str:
    """Columns below each other, numbers to the right; columns in which nothing stands are left out."""
    filled = [
        number for number in range(len(sheet.columns)) if any(row[number] not in (None, "") for row in sheet.rows)
    ]
    lines = [[sheet.columns[number] for number in filled]]
    lines += [[escape.plain(_word(row[number])) for number in filled] for row in sheet.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)] if filled else []
    right = [all(not isinstance(row[number], str) for row in sheet.rows) for number in filled]
    drawn = [
        "  ".join(
            word.rjust(width) if is_right else word.ljust(width)
            for word, width, is_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
        if sheet.rows
    ]
    return "\n".join([*drawn, *([""] if drawn and sheet.notes else []), *map(escape.plain, sheet.notes)])


def markdown(sheet: Sheet) -> str:
    """A table as GitHub reads it, and the notes as a list."""
    head = [f"| {' | '.join(sheet.columns)} |", "|---" * len(sheet.columns) + "|"] if sheet.rows else []
    rows = [f"| {' | '.join(escape.markdown(_word(cell)) for cell in row)} |" for row in sheet.rows]
    notes = [f"- {escape.markdown(note)}" for note in sheet.notes]
    return "\n".join([*head, *rows, *([""] if rows and notes else []), *notes])


def comma_separated(sheet: Sheet) -> str:
    """CSV as RFC 4180 has it, with lines that end as in Unix. The notes are left out."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\n")
    writer.writerow(sheet.columns)
    writer.writerows(
        [escape.cell(cell) if isinstance(cell, str) else _word(cell) for cell in row] for row in sheet.rows
    )
    return page.getvalue().removesuffix("\n")


def data(sheet: Sheet) -> dict[str, object]:
    """For scripts: each row by its columns' names, money as text."""
    return {"rows": [dict(zip(sheet.columns, map(_plain, row), strict=True)) for row in sheet.rows], **sheet.machine}


def _plain(cell: Cell) -> str | int | None:
    return _word(cell) if isinstance(cell, Decimal) else cell


def _word(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return "" if cell is None else str(cell)
