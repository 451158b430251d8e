"""Everything that is printed goes through here: documents, progress, problems. The only caller of `click.echo`."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click
import orjson

from reconciler import reports
from reconciler.model.errors import UsageError
from reconciler.model.event import Event
from reconciler.model.finding import Finding
from reconciler.reports import Document, escape, progress
from reconciler.reports import json_ as json_report
from reconciler.reports import sheet as sheets
from reconciler.reports import text as text_report
from reconciler.reports.sheet import Sheet

JSON = ("json", "sarif")


def document(found: Document, form: str = "text", *, no_color: bool = False) -> None:
    """Print a document in one of the formats."""
    _echo(_drawn(found, form, color=colors(no_color=no_color)), form)


def findings(found: Sequence[Finding], form: str = "text") -> None:
    """Print findings; as text they go where errors go."""
    _echo(_drawn(reports.findings_document(tuple(found)), form, color=colors()), form, err=form == "text")


def _drawn(found: Document, form: str, *, color: bool) -> str:
    drawn = text_report.render(found, color=color) if form == "text" else reports.named(form).render(found)
    return drawn if drawn.endswith("\n") else f"{drawn}\n"


def sheet(found: Sheet, form: str) -> None:
    """Print a table in one of its formats."""
    match form:
        case "json":
            data(sheets.data(found))
        case "csv":
            _echo(f"{sheets.comma_separated(found)}\n", form)
        case "markdown":
            _echo(f"{sheets.markdown(found)}\n", form)
        case _:
            block(sheets.text(found))


def record(kind: str, found: Document) -> None:
    """Print a document as one line of JSON among others; `kind` is the line's type."""
    data({"type": kind, **orjson.loads(reports.named("json").render(found))})


def text(words: str) -> None:
    """Print one line; what would not be shown as it is stands as an escape, a break of the line too."""
    click.echo(escape.terminal(words))


def block(words: str) -> None:
    """Print lines that our own code has put together; what would not be shown as it is stands as an escape."""
    click.echo(_lines(words))


def data(value: object) -> None:
    """Print a value as one line of JSON; what would not be shown as it is stands as an escape."""
    _echo(f"{json_report.line(value)}\n", "json")


def problem(words: str) -> None:
    """Print what went wrong, where errors go. It may quote a file, a service or the command line."""
    click.echo(escape.terminal(f"Error: {words}"), err=True)


def note(words: str) -> None:
    """Print a remark where errors go, so that it is in nobody's output."""
    click.echo(escape.terminal(words), err=True)


def quote(lines: Sequence[str]) -> None:
    """Print what another program said, where errors go, so that no line can be taken for one of ours."""
    for line in lines:
        click.echo(escape.terminal(f"  | {line}"), err=True)


def usage(error: click.ClickException) -> None:
    """Print a mistake on the command line as click words it; what was typed stands in it."""
    words = io.StringIO()
    error.show(words)
    click.echo(_lines(words.getvalue().rstrip("\n")), err=True)


def bug(trace: str) -> None:
    """Print how to report what must not happen."""
    click.echo(_lines(f"Error: This is a bug in reconciler, please report it with these lines:\n{trace}"), err=True)


def _echo(drawn: str, form: str, *, err: bool = False) -> None:
    """What an output's encoding lacks stands as an escape; in JSON as one that JSON has."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if form in JSON and drawn != drawn.encode(encoding, "replace").decode(encoding):
        drawn = json_report.in_ascii(drawn)
    click.echo(drawn, nl=False, err=err)


def _lines(words: str) -> str:
    return "\n".join(map(escape.terminal, words.split("\n")))


def event(happened: Event, since: datetime | None, *, as_json: bool) -> None:
    """Print one event as it happens: a line a person reads, or one line of JSON."""
    if as_json:
        data(progress.record(happened))
        return
    for line in progress.lines(happened, since):
        click.echo(line)


def can_ask() -> bool:
    """True where somebody sits at a terminal, or the environment says that questions are welcome."""
    return _is_terminal(sys.stdin) or "RECONCILER_INPUT" in os.environ


def ask(question: str) -> str:
    """What a person types; "" where nobody can be asked."""
    if not can_ask():
        return ""
    return str(click.prompt(question, prompt_suffix=" ", default="", show_default=False))


def save(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all. UsageError where that cannot be done."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {(error.strerror or 'unknown reason').lower()}.") from error


def check_places(*paths: Path | None) -> None:
    """UsageError where a file could not be saved later: said before anything is read or done, and not after it."""
    for path in paths:
        if path and path.is_dir():
            raise UsageError(f"{path} cannot be written: it is a folder. Name a file.")
        if path and not path.parent.is_dir():
            raise UsageError(f"{path} cannot be written: there is no folder {path.parent}. Make it first.")


def colors(*, no_color: bool = False) -> bool:
    """True on a terminal that was not told otherwise (no-color.org)."""
    return _is_terminal(sys.stdout) and not no_color and not os.environ.get("NO_COLOR")


def take_streams() -> None:
    """Let no letter stop a run: what an output's encoding lacks stands as an escape (Python's own way for errors)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _is_terminal(stream: TextIO | None) -> bool:
    """False also where there is no such stream: it was closed before the run began."""
    return stream is not None and stream.isatty()
