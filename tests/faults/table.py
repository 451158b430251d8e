"""The figures of a matrix as a table, and its place in a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- faults: begin -->", "<!-- faults: end -->"


@dataclass(frozen=True)
class Line:
    """All cases of one kind: how many took how many runs, and how many things were wrong."""

    kind: str
    runs: Mapping[int, int]
    wrong: int


def render(lines: Sequence[Line]) -> str:
    """A markdown table with a line for each kind, and their sum."""
    rows = [_row(line.kind, line.runs, line.wrong) for line in sorted(lines, key=lambda line: line.kind)]
    total = {runs: sum(line.runs.get(runs, 0) for line in lines) for runs in (1, 2, 3)}
    rows.append(_row("**all**", total, sum(line.wrong for line in lines)))
    head = "| trouble | cases | 1 run | 2 runs | 3 runs | wrong |\n|---|---:|---:|---:|---:|---:|\n"
    return head + "\n".join(rows) + "\n"


def write(document: Path, lines: Sequence[Line], caption: str) -> None:
    """Put the table, and what it is a table of, between the document's markers."""
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n{caption}\n\n{render(lines)}{END}{after}", encoding="utf-8")


def _row(kind: str, runs: Mapping[int, int], wrong: int) -> str:
    counts = [runs.get(number, 0) for number in (1, 2, 3)]
    return f"| {kind} | {sum(runs.values())} | {counts[0]} | {counts[1]} | {counts[2]} | {wrong} |"
