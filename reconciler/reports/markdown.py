"""A document as GitHub markdown that fits a comment or a step summary, shortened by whole rows only.

    render(document) -> str                              60,000 characters, for a comment
    render(document, budget=SUMMARY_BUDGET) -> str       for a step summary (GitHub shows nothing above 1 MiB)

Limits: a comment takes 65,536 characters, a step summary 1 MiB (docs.github.com, "Workflow commands"; the first is
known from the API's error). The budgets stay below them because marker and wrapper are added by others.

Levels, the first that fits is taken: everything open; details collapsed per customer; the same without minor lines;
one line a row; counts per customer; totals. Vital rows (removals, blocked rows, conflicts, errors), the overrides,
cost and digest stand in every level. Only where those alone do not fit are whole rows left out, and counted.

Rows stand in `diff` fences with the symbol in column 0, where GitHub colors them and looks for no mentions; `~` becomes
`!`, the mark that GitHub colors for a change. A fence is one backtick longer than the longest run inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum

from reconciler.reports import escape
from reconciler.reports.document import Document, Group, Row, Section, Table, plural

COMMENT_BUDGET = 60_000
ISSUE_BUDGET = 59_000  # beside it stand a marker and the days on which it was seen
SUMMARY_BUDGET = 900 * 1024
OPEN_LINES = 120  # about two screens; more is collapsed even where it fits


class Level(IntEnum):
    """How much is shown."""

    OPEN = 0
    COLLAPSED = 1
    LEAN = 2
    LINES = 3
    COUNTS = 4
    TOTALS = 5


def render(document: Document, *, budget: int = COMMENT_BUDGET) -> str:
    """The report, not longer than `budget` characters as long as headline and summary fit."""
    first = Level.COLLAPSED if _lines(document) > OPEN_LINES else Level.OPEN
    for level in Level:
        if level >= first:
            text = _page(document, level)
            if len(text) <= budget:
                return text
    return _cut(document, budget)


def _lines(document: Document) -> int:
    return sum(1 + len(row.lines) for section in document.sections for row in section.rows)


def _page(document: Document, level: Level) -> str:
    parts = [*_head(document)]
    if level < Level.TOTALS:
        parts += _table(document.table)
    for section in _ordered(document):
        parts += _section(section, level)
    if level >= Level.LEAN:
        parts.append("_Shortened to fit; the plan's artifact and `reconciler show` have everything._")
    return "\n\n".join(parts) + "\n"


def _ordered(document: Document) -> list[Section]:
    """Sections of nothing but vital rows first: they are what a reviewer must not miss."""
    return sorted(document.sections, key=lambda section: not _is_vital(section))


def _is_vital(section: Section) -> bool:
    found = list(section.rows)
    return bool(found) and all(row.vital for row in found)


def _head(document: Document) -> Iterator[str]:
    yield f"## {escape.markdown(document.title)}"
    yield escape.markdown(document.headline)
    if document.summary:
        yield "\n".join(f"- {_summary_line(line)}" for line in document.summary)


def _summary_line(line: str) -> str:
    """The label in bold, a digest as code so that it can be copied."""
    label, separator, rest = line.partition(": ")
    if not separator:
        return escape.markdown(line)
    value = f"`{rest}`" if re.fullmatch(r"sha256:[0-9a-f]{64}", rest) else escape.markdown(rest)
    return f"**{escape.markdown(label)}:** {value}"


def _table(table: Table) -> list[str]:
    if not table.rows:
        return []
    head = "| " + " | ".join(table.columns) + " |"
    rule = "| :-- |" + " --: |" * (len(table.columns) - 1)
    body = ["| " + " | ".join(map(escape.markdown, cells)) + " |" for cells in table.rows]
    return ["\n".join([head, rule, *body])]


def _section(section: Section, level: Level) -> Iterator[str]:
    vital = _is_vital(section)
    count = sum(1 for _ in section.rows)
    number = f" ({count:,})" if count > 1 and level >= Level.LINES else ""
    yield f"### {escape.markdown(section.title)}{number}"
    if section.intro and (vital or not section.groups or level < Level.COUNTS):
        yield _fence(section.intro) if vital else _intro(section.intro)
    if level >= Level.COUNTS:
        yield from _counted(section, level)
        return
    for group in section.groups:
        yield from _group(group, level, collapsed=level >= Level.COLLAPSED and not vital)


def _intro(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escape.markdown(line.strip())}" for line in lines)


def _counted(section: Section, level: Level) -> Iterator[str]:
    if level is Level.COUNTS and not _is_vital(section):
        counts = [
            f"{escape.markdown(group.customer)}: {len(group.rows):,}" for group in section.groups if group.customer
        ]
        if counts:
            yield ", ".join(counts)
    vital = [row for row in section.rows if row.vital]
    if vital:
        yield _fence([_one_line(row) for row in vital])


def _group(group: Group, level: Level, *, collapsed: bool) -> Iterator[str]:
    if level >= Level.LINES:
        body = _fence([_one_line(row) for row in group.rows])
    else:
        body = _fence(_full(group.rows, lean=level >= Level.LEAN))
    if not collapsed:
        yield from [f"#### {escape.markdown(group.customer)}"] if group.customer else []
        yield body
        return
    label = plural(len(group.rows), "row")
    summary = f"{escape.markdown(group.customer)}: {label}" if group.customer else label
    yield f"<details><summary>{summary}</summary>"
    yield body
    yield "</details>"


def _full(rows: Iterable[Row], *, lean: bool) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number and (row.subject or row.lines):
            yield ""
        if row.subject:
            yield f"# {escape.plain(row.title)}"
            yield f"{_symbol(row.symbol)} {escape.plain(row.subject)}"
        else:
            yield _one_line(row)
        for line in row.lines:
            if not (lean and line.minor):
                yield f"{_symbol(line.symbol)}     {escape.plain(line.text)}"


def _one_line(row: Row) -> str:
    return f"{_symbol(row.symbol)} {escape.plain(row.title)}"


def _symbol(symbol: str) -> str:
    return {"~": "!", "": " "}.get(symbol, symbol)


def log(text: str) -> str:
    """What a command printed, as code."""
    return _fence((escape.plain(line) for line in text.splitlines()), "text")


def _fence(lines: Iterable[str], language: str = "diff") -> str:
    """Lines as code: GitHub changes nothing in it, so an override can be copied."""
    body = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _cut(document: Document, budget: int) -> str:
    """Totals with as many vital rows as fit; what is left out is counted, section by section."""
    head = "\n\n".join(_head(document))
    left = budget - len(head) - sum(len(section.title) + 200 for section in document.sections)
    parts = [head]
    for section in _ordered(document):
        vital = [*section.intro, *(_one_line(row) for row in section.rows if row.vital)]
        kept = list(_within(vital, left))
        left -= sum(len(line) + 1 for line in kept)
        count = sum(1 for _ in section.rows)
        parts.append(f"### {escape.markdown(section.title)}" + (f" ({count:,})" if count else ""))
        parts += [_fence(kept)] if kept else []
        if len(kept) < len(vital):
            parts.append(f"**{plural(len(vital) - len(kept), 'more line')} that must be read** in the plan's artifact.")
    return "\n\n".join(parts) + "\n"


def _within(lines: Iterable[str], room: int) -> Iterator[str]:
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return
        yield line
