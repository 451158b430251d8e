"""Everything that is printed goes through here: documents, progress, problems. The only caller of `click.echo`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
import orjson

from reconciler import reports
from reconciler.model.event import Event
from reconciler.model.finding import Finding
from reconciler.reports import Document, progress
from reconciler.reports import text as text_report


def document(found: Document, form: str = "text", *, no_color: bool = False) -> None:
    """Print a document in one of the formats."""
    click.echo(_drawn(found, form, color=colors(no_color=no_color)), nl=False)


def findings(found: Sequence[Finding], form: str = "text") -> None:
    """Print findings; as text they go where errors go."""
    click.echo(_drawn(reports.findings_document(tuple(found)), form, color=colors()), nl=False, err=form == "text")


def _drawn(found: Document, form: str, *, color: bool) -> str:
    drawn = text_report.render(found, color=color) if form == "text" else reports.named(form).render(found)
    return drawn if drawn.endswith("\n") else f"{drawn}\n"


def record(kind: str, found: Document) -> None:
    """Print a document as one line of JSON among others; `kind` is the line's type."""
    data({"type": kind, **orjson.loads(reports.named("json").render(found))})


def text(words: str) -> None:
    """Print a line."""
    click.echo(words)


def data(value: object) -> None:
    """Print a value as one line of JSON."""
    click.echo(orjson.dumps(value).decode())


def problem(words: str) -> None:
    """Print what went wrong, where errors go."""
    click.echo(f"Error: {words}", err=True)


def event(happened: Event, since: datetime | None, *, as_json: bool) -> None:
    """Print one event as it happens: a line a person reads, or one line of JSON."""
    if as_json:
        data(progress.record(happened))
        return
    for line in progress.lines(happened, since):
        click.echo(line)


def ask(question: str) -> str:
    """What a person types; "" where nobody can be asked."""
    if not sys.stdin.isatty() and "RECONCILER_INPUT" not in os.environ:
        return ""
    return str(click.prompt(question, prompt_suffix=" ", default="", show_default=False))


def save(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def colors(*, no_color: bool = False) -> bool:
    """True on a terminal that was not told otherwise (no-color.org)."""
    return sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR")
