"""A document as text for terminals and build logs, in the manner of Terraform.

    render(document) -> str           no color
    render(document, color=True)      ANSI colors; the words are the same

Lines are not wrapped: a terminal does that, and a line that is cut by us cannot be searched. Every line goes through
`escape.terminal`, and colors are added after that, so that no name can bring its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from reconciler.reports import escape
from reconciler.reports.document import Document, Group, Row, Section, Subject, Tone

# ANSI "select graphic rendition" codes (ECMA-48, 8.3.117).
BOLD = "1"
CODES: Mapping[str, str] = MappingProxyType(
    {"+": "32", "-": "31", "~": "33", ".": "33", "!": "31", "?": "33", ">": "36"}
)
TONES: Mapping[Tone, str] = MappingProxyType(
    {Tone.ERROR: "31", Tone.WARN: "33", Tone.REMOVE: "31", Tone.ADD: "32", Tone.CHANGE: "33", Tone.GOOD: "32"}
)


def render(document: Document, *, color: bool = False) -> str:
    """The whole report; ends with a newline."""
    return "\n".join(_Painter(color).document(document)) + "\n"


class _Painter:
    """Walks the tree; knows only whether there is color."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def document(self, document: Document) -> Iterator[str]:
        yield self._paint(document.headline, BOLD)
        named = document.has_several_customers
        for section in document.sections:
            yield ""
            yield from self._section(section, titled=section.name != "changes", named=named)
        if document.summary:
            yield ""
            for line in document.summary:
                yield self._paint(line, BOLD if document.subject is Subject.PLAN else "")

    def _section(self, section: Section, *, titled: bool, named: bool) -> Iterator[str]:
        if titled:
            yield self._paint(section.title, BOLD)
        for text in section.intro:
            yield f"  {escape.terminal(text)}"
        compact = not any(row.lines or row.subject for row in section.rows)
        spaced = (titled or bool(section.intro)) and (named or not compact)
        for number, group in enumerate(section.groups):
            if spaced or number:
                yield ""
            yield from self._group(group, named=named and bool(group.customer), compact=compact)

    def _group(self, group: Group, *, named: bool, compact: bool) -> Iterator[str]:
        if named:
            yield self._paint(f"  {group.customer}:", BOLD)
        for number, row in enumerate(group.rows):
            if not compact and (number or named):
                yield ""
            yield from self._row(row)

    def _row(self, row: Row) -> Iterator[str]:
        if row.subject:
            yield self._paint(f"  # {row.title}", TONES.get(row.tone, ""))
            yield f"  {self._symbol(row.symbol)} {escape.terminal(row.subject)}"
        else:
            yield f"  {self._symbol(row.symbol)} {escape.terminal(row.title)}"
        for line in row.lines:
            start = f"{self._symbol(line.symbol)} " if line.symbol else ""
            yield f"      {start}{escape.terminal(line.text)}"

    def _symbol(self, symbol: str) -> str:
        return self._paint(symbol, CODES.get(symbol, ""))

    def _paint(self, text: str, code: str) -> str:
        safe = escape.terminal(text)
        return f"\x1b[{code}m{safe}\x1b[0m" if self._color and code else safe
