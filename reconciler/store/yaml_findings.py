"""What is wrong with a YAML file, in words that its author can act on.

`Report` collects the findings of one file and knows when to stop; `explain` turns libyaml's complaint into one of
them; `repair` names every byte that no YAML may contain and replaces it, so that the rest of the file can still be
read for further mistakes. Nothing here decides what a document means.

The questionable decision: libyaml's messages are recognized by their English text (there is no code). They have not
changed in ten years (src/scanner.c and src/parser.c, https://github.com/yaml/libyaml); one that is not in the table
is passed on as it is, so the price of a change is a poorer sentence and never a lost finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from yaml import MarkedYAMLError

from reconciler.model import codes
from reconciler.model.finding import Code, Finding, Origin, sort_key

MOST_FINDINGS = 100  # of one file: more are not read by anybody, and a hostile file could have millions
LONGEST_QUOTE = 80

# Everything but YAML's c-printable and the byte order mark, which libyaml takes (YAML 1.2.2, section 5.1).
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # what libyaml, of YAML 1.1, counts as one


@dataclass(slots=True)
class Report:
    """The findings of one file, in the order in which they were found; the first `MOST_FINDINGS` of them."""

    file: str
    found: list[Finding] = field(default_factory=list)
    further: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.found) >= MOST_FINDINGS

    def add(
        self, code: Code, place: tuple[int, int], detail: str, fix: str = "", *, first: tuple[int, int] = (0, 0)
    ) -> None:
        """Note one mistake at (line, column), from 1. `first` is the other place that takes part, if there is one."""
        if self.is_full:
            self.further += 1
            return
        related = (Origin(self.file, *first),) if first != (0, 0) else ()
        self.found.append(Finding(code, detail, fix, origin=Origin(self.file, *place), related=related))

    def findings(self) -> list[Finding]:
        """All that was found, in the order of the file; the last one counts what there was no room for."""
        ordered = sorted(self.found, key=sort_key)
        if not self.further:
            return ordered
        detail = f"{self.further} more mistakes in this file are not listed."
        return [*ordered, Finding(codes.FURTHER_MISTAKES, detail, "Correct these first.", origin=Origin(self.file))]


def quoted(text: str) -> str:
    """A piece of the file in double quotes, short enough for one line and safe to print."""
    short = text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
    return '"' + "".join(letter if letter.isprintable() else f"U+{ord(letter):04X}" for letter in short) + '"'


def mark_of(error: MarkedYAMLError) -> Any:  # a Mark of the C parser, whose stub lacks what it has
    """Where libyaml stopped."""
    mark = error.problem_mark or error.context_mark
    assert mark is not None, "libyaml marks every error of its scanner and parser"
    return mark


def explain(report: Report, error: MarkedYAMLError, source: str, first_line: int) -> None:
    """Add the finding for a syntax error. `source` is what was parsed, `first_line` the lines of the file before it."""
    mark = mark_of(error)
    problem = str(error.problem)
    character = source[mark.index : mark.index + 1]
    last = place_of(source, len(source.rstrip()))  # libyaml puts the end of the file on a line of its own
    line, column = min((mark.line + 1, mark.column + 1), last)
    place = (line + first_line, column)
    opened = error.context_mark
    start = (opened.line + 1 + first_line, opened.column + 1) if opened else (0, 0)
    if "tab character" in problem or ("cannot start any token" in problem and character == "\t"):
        detail = "YAML is indented with spaces; here is a tab."
        report.add(codes.TAB_INDENTATION, place, detail, "Replace the tab by spaces.")
        return
    if "undefined tag handle" in problem:
        report.add(codes.UNKNOWN_TAG, place, "The tag here is not declared.", "Remove the tag: none is needed.")
        return
    detail, fix = _in_plain_words(problem, character, start)
    if "end of stream" in problem and opened:
        place = start  # the end of the file says nothing, the quote that was opened does
    report.add(codes.BROKEN_YAML, place, detail, fix, first=start if start != place else (0, 0))


def _in_plain_words(problem: str, character: str, start: tuple[int, int]) -> tuple[str, str]:
    if "cannot start any token" in problem:
        return f"A value cannot start with {quoted(character)}.", "Put the value in double quotes."
    where = f"line {start[0]}, column {start[1]}"
    for part, (detail, fix) in PLAIN_WORDS.items():
        if part in problem:
            return detail.format(where=where), fix
    return f"YAML cannot be read here: {problem}.", "Correct the line, or put the value in double quotes."


# A part of libyaml's message -> what it means to an author, and what to do.
PLAIN_WORDS: dict[str, tuple[str, str]] = {
    "mapping values are not allowed": (
        'A second ": " stands on this line, or the line is indented too far.',
        "Put the value in double quotes, or indent the line like its neighbors.",
    ),
    "did not find expected key": (
        "This line does not fit the map that starts at {where}: its indentation is not that of the other keys.",
        "Indent it like its neighbors, or put the value before it in double quotes.",
    ),
    "did not find expected '-' indicator": (
        'This line does not fit the list that starts at {where}: an entry starting with "- " was expected.',
        'Start the line with "- ", or indent it like what it belongs to.',
    ),
    "could not find expected ':'": ('This key has no ":" behind it.', 'Write "key: value", with a space.'),
    "found unexpected end of stream": ("The quote opened at {where} is never closed.", "Close the quote."),
    "expected ',' or ']'": (
        "The list opened at {where} is not closed here, and no comma separates its entries.",
        'Add the missing "," or "]".',
    ),
    "expected ',' or '}'": (
        "The map opened at {where} is not closed here, and no comma separates its keys.",
        'Add the missing "," or "}".',
    ),
    "did not find expected node content": ("A value was expected here.", "Add the value, or remove what asks for it."),
    "block sequence entries are not allowed": (
        'An entry starting with "- " cannot stand here.',
        "Put the list on lines of its own, below its key.",
    ),
    "unknown escape character": (
        "In double quotes a backslash starts an escape, and this one does not exist.",
        "Double the backslash, or use single quotes.",
    ),
    "did not find expected <document start>": (
        "The document before this line has ended, and no new one was started.",
        'Start a document with "---", or indent the line like what it belongs to.',
    ),
    "incompatible YAML document": ("The file asks for another major version of YAML.", "Remove the %YAML line."),
    "mapping keys are not allowed": ('A "?" cannot stand here.', "Put the value in double quotes."),
}


def repair(report: Report, data: bytes) -> bytes:
    """The file with every byte and character that YAML cannot contain replaced, and a finding for each of them."""
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        place = place_of(before, len(before))
        detail = f"The byte 0x{data[error.start]:02X} here is not UTF-8."
        report.add(codes.NOT_UTF8, place, detail, "Save the file as UTF-8.")
        text = data.decode(errors="replace")
    for found in UNPRINTABLE.finditer(text):
        if report.is_full:
            report.further += 1
            continue
        detail = f"The character U+{ord(found[0]):04X} cannot stand in a YAML file."
        report.add(codes.CONTROL_CHARACTER, place_of(text, found.start()), detail, "Remove the character.")
    return UNPRINTABLE.sub("\ufffd", text).encode()


def place_of(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    end = 0
    line = 1
    for found in LINE_BREAK.finditer(text, 0, index):
        line += 1
        end = found.end()
    return line, index - end + 1
