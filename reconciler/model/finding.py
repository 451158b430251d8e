"""What is worth telling a person: loading errors, business rules, gates and rightsizing advice in one currency.

A finding says what, where, why and what to do (style.md 24). Mistakes of users are findings, collected and shown
together; exceptions are for what stops the work. The codes stand in `codes.py`, one line each, never reused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reconciler.model.address import Address
from reconciler.model.money import Money


class Severity(StrEnum):
    """`error` stops validate and apply, `warning` does not, `advice` never changes an exit code."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Origin(NamedTuple):
    """A place in a file. Lines and columns count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of finding: its stable id, severity and title (a noun phrase without full stop)."""

    id: str
    severity: Severity
    title: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one place or resource.

    `detail` says what is and what was expected; `fix` what to do, if anything can be done; `related` are other
    places that take part (the first of two duplicates); `saving` is what following the advice saves per month.
    """

    code: Code
    detail: str
    fix: str = ""
    address: Address | None = None
    origin: Origin | None = None
    related: tuple[Origin, ...] = ()
    saving: Money | None = None

    @property
    def is_error(self) -> bool:
        return self.code.severity is Severity.ERROR


def sort_key(finding: Finding) -> tuple[str, int, int, str, str, str]:
    """Findings are shown by place, then by code: the order of the files, whatever found them first."""
    place = finding.origin or Origin("")
    return (place.file, place.line, place.column, finding.code.id, str(finding.address or ""), finding.detail)
