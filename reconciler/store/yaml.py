"""YAML files as plain Python values that remember where in the file they stood.

Mistakes are findings, never exceptions, and all that can be found at once: after a syntax error reading goes on at the
next `---`. A file with an error in its findings may have lost documents or keys: what is absent then is not absent
from the author's mind, so nobody may act on the documents but to look for more mistakes. Hostile input is refused by
bounds: bytes and directives here; depth, aliases and what they expand to in `yaml_builder`.

A byte order mark at the very start is taken without a word: editors on Windows write it, and it changes nothing; one
further inside sticks to a key, so it is an error. The questionable decision: characters that libyaml, of YAML 1.1,
takes for line breaks and YAML 1.2 does not (U+0085, U+2028, U+2029) are errors wherever they stand, comments included,
because an unquoted display name with one of them could smuggle in a key; the price is that they must be escaped.
"""

from __future__ import annotations

import re
from pathlib import Path

from yaml.reader import ReaderError

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.store import files
from reconciler.store.yaml_builder import BrokenError, Builder
from reconciler.store.yaml_findings import LINE_BREAK, Report, place_of, repair
from reconciler.store.yaml_nodes import YamlMap

# 140,000 users of the usual size in one file. At 20 MB a file of nothing but commas needs about 1 GB of memory.
MOST_BYTES = 20_000_000
MOST_DIRECTIVES = 16  # libyaml compares each with all before it
MOST_RESTARTS = 20  # of a file with many broken documents; each copies the rest of the file

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
INVISIBLE = {b"\xc2\x85": "U+0085", b"\xe2\x80\xa8": "U+2028", b"\xe2\x80\xa9": "U+2029", BYTE_ORDER_MARK: "U+FEFF"}
DOCUMENT_MARKER = re.compile(rb"[\r\n]---(?=[\s]|\Z)")


def parse(data: bytes, file: str) -> tuple[list[YamlMap], list[Finding]]:
    """The documents of a file, without empty ones, and what is wrong with it. Never raises for what is in `data`.

    `file` is the name to show. Documents that are broken or not maps are left out and have a finding; of two equal
    keys the first stands.
    """
    report = Report(file)
    if _is_refused(data, report):
        return [], report.findings()
    source = data.removeprefix(BYTE_ORDER_MARK)
    _find_invisible(source, report)
    before = len(report.found)
    try:
        return _parse_all(source, report), report.findings()
    except ReaderError:
        del report.found[before:]
        report.further = 0
        return _parse_all(repair(report, source), report), report.findings()


def _is_refused(data: bytes, report: Report) -> bool:
    if len(data) > MOST_BYTES:
        report.add(codes.FILE_TOO_LARGE, (0, 0), files.too_large(len(data), MOST_BYTES), "Split the file.")
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:2]:
        report.add(
            codes.NOT_UTF8, (0, 0), "The file is UTF-16 or binary; UTF-8 was expected.", "Save the file as UTF-8."
        )
    elif data.count(b"\n%") + data.count(b"\r%") > MOST_DIRECTIVES:
        report.add(codes.BROKEN_YAML, (0, 0), f"More than {MOST_DIRECTIVES} lines start with %.", "Remove them.")
    return bool(report.found)


def parse_file(path: Path, file: str) -> tuple[list[YamlMap], list[Finding]]:
    """The same for a file that `files.find` returned; one that cannot be read is a finding too."""
    data, findings = files.read(path, file, MOST_BYTES)
    return ([], findings) if data is None else parse(data, file)


def _find_invisible(source: bytes, report: Report) -> None:
    for encoded, name in INVISIBLE.items():
        start = source.find(encoded)
        if start >= 0:
            before = source[:start].decode(errors="replace")
            detail = f"{name} stands here, which looks like nothing and breaks the line or joins a key."
            fix = f'Remove it, or write it as "\\u{name[2:]}" in double quotes.'
            report.add(codes.UNUSUAL_CHARACTER, place_of(before, len(before)), detail, fix)


def _parse_all(source: bytes, report: Report) -> list[YamlMap]:
    """All documents; after a broken one the parser starts again behind the next `---`. Raises ReaderError only."""
    documents: list[YamlMap] = []
    first_line = 0
    for _ in range(MOST_RESTARTS):
        builder = Builder(source, report, first_line)
        try:
            documents.extend(builder.documents())
            return documents
        except BrokenError as broken:
            rest = _behind_broken(source, broken.index)
            if rest is None:
                return documents
            first_line += len(LINE_BREAK.findall(source[:rest].decode(errors="replace")))
            source = source[rest:]
    report.add(
        codes.FURTHER_MISTAKES, (first_line + 1, 1), "The documents from here on were not read.", "Correct the others."
    )
    return documents


def _behind_broken(source: bytes, index: int) -> int | None:
    """Where the next document starts behind the character `index`: `---` at the start of a line is always a marker."""
    broken_at = len(source.decode(errors="replace")[:index].encode())
    marker = DOCUMENT_MARKER.search(source, max(broken_at - 1, 0))
    return marker.start() + 1 if marker else None
