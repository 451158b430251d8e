"""One neutral tree for everything a person sees; made once from a plan, outcomes or findings, drawn by renderers.

`from_plan`, `from_outcomes` and `from_findings` build it; a renderer walks it and nothing else, so that all formats
say the same. Strings are finished sentences in which names are already quoted and plain (`escape.quoted`, `bare`);
each renderer escapes whole strings once more for its target.

`vital` marks rows that survive every shortening: removals, blocked rows, conflicts, errors.
`minor` marks lines that go first when there is little space.

The decision a reader would question: the tree has no nesting beyond section, customer, row, line. A deeper tree would
let a renderer be cleverer, and would make whole-row shortening harder to get right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.finding import Finding


class Subject(StrEnum):
    """What a document is about; formats say which of these they take."""

    PLAN = "plan"
    APPLY = "apply"
    FINDINGS = "findings"


class Tone(StrEnum):
    """How something feels; renderers map it to colors."""

    ADD = "add"
    CHANGE = "change"
    REMOVE = "remove"
    QUIET = "quiet"
    WARN = "warn"
    ERROR = "error"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Line:
    """One line below a row; the symbol is `+ - ~` for a value, `#` for a remark."""

    symbol: str
    text: str
    minor: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One resource or finding: a sentence, what it is about, and the details."""

    symbol: str
    title: str
    tone: Tone
    subject: str = ""
    lines: tuple[Line, ...] = ()
    vital: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one customer; "" where rows belong to none."""

    customer: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that answer one question. `intro` stands before them, once."""

    name: str
    title: str
    groups: tuple[Group, ...] = ()
    intro: tuple[str, ...] = ()

    @property
    def rows(self) -> Iterator[Row]:
        for group in self.groups:
            yield from group.rows


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the summary, for cards."""

    label: str
    value: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Table:
    """Counts per customer."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. `machine` gives the JSON form when asked; `findings` are for tools that show places."""

    subject: Subject
    title: str
    headline: str
    sections: tuple[Section, ...]
    summary: tuple[str, ...]
    machine: Callable[[], Mapping[str, object]] = field(compare=False, repr=False)
    figures: tuple[Figure, ...] = ()
    table: Table = Table()
    findings: tuple[Finding, ...] = ()

    @property
    def has_several_customers(self) -> bool:
        seen = {group.customer for section in self.sections for group in section.groups if group.customer}
        return len(seen) > 1


def grouped(rows: list[tuple[str, Row]]) -> tuple[Group, ...]:
    """Rows by customer: customers in order of their names, rows in the order given."""
    by_customer: dict[str, list[Row]] = {}
    for customer, row in rows:
        by_customer.setdefault(customer, []).append(row)
    return tuple(Group(customer, tuple(by_customer[customer])) for customer in sorted(by_customer))


def plural(count: int, noun: str, nouns: str = "") -> str:
    """`1 seat`, `2 seats`; large numbers with separators so that they can be read."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
