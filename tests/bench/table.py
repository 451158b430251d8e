"""The figures as Markdown tables, and their place in the document.

It must not measure. The questionable decision: the tables replace what stands between two markers of the document,
so that the figures can be made anew and the words around them stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

BEGIN = "<!-- make bench: begin -->"
END = "<!-- make bench: end -->"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; the first column is text, all others are figures."""
    aligned = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in aligned)


def put(document: Path, text: str) -> None:
    """Replace what stands between the markers. ValueError if the document has none."""
    words = document.read_text(encoding="utf-8")
    before, begin, rest = words.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{document} has no place for the figures: {BEGIN} and {END}")
    document.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
