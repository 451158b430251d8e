"""A YAML file in its canonical form: the same words and comments, laid out in one way.

Two spaces a level, lists two further in, one space around what stands in braces, lines that end in a line feed; maps
and lists in braces and brackets stay there as long as their line has at most 120 characters. What people chose is
kept: the order of keys, quotes, empty lines, words of any length. `formatted` answers with a text that means the same
(held against our own parser) and has the same comments, or says why the file stays as it is.

It must not write, and must not touch a file that has mistakes: those are `validate`'s to tell.
The questionable decision: a file of which a comment would get lost, because it stands inside of braces, is left alone
and named, instead of laid out by a formatter of our own; ruamel.yaml keeps comments everywhere else.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any  # ruamel.yaml's nodes are dicts and lists with more to them

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedBase, CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from yaml import CSafeLoader, ScalarToken, scan

from reconciler.model.errors import StoreError
from reconciler.store import yaml

WIDTH = 120
UNBROKEN = 1_000_000  # ruamel.yaml breaks longer lines, wherever that may be
MOST_ROUNDS = 64  # of laying out: one for each level of braces that a line is too short for
STANDS_FOR = "\N{MATHEMATICAL LEFT WHITE SQUARE BRACKET}"
COMMENT = re.compile(r"(?:^|\s)#.*")


def formatted(data: bytes, file: str) -> bytes:
    """The file's canonical form. StoreError says why there is none; `file` is the name to show."""
    before, findings = yaml.parse(data, file)
    if any(finding.is_error for finding in findings):
        raise StoreError(f"{file}: has mistakes; reconciler validate names them.")
    text = data.removeprefix(yaml.BYTE_ORDER_MARK).decode().replace("\r\n", "\n")
    try:
        made = _with_escapes_kept(text)
    except _LostCommentError as error:
        fix = "write what is around it without braces or brackets"
        raise StoreError(f"{file}: a comment would get lost; {fix}.") from error
    except (YAMLError, ValueError, AttributeError, AssertionError) as error:  # what it raises for odd comments
        raise StoreError(f"{file}: cannot be laid out ({type(error).__name__}); it stays as it is.") from error
    after, findings = yaml.parse(made.encode(), file)
    if any(finding.is_error for finding in findings) or after != before:
        raise StoreError(f"{file}: would not mean the same; it stays as it is.")
    return made.encode()


def _with_escapes_kept(text: str) -> str:
    """Laid out, with words in double quotes as they were escaped: what is invisible was written so to be seen."""
    lines = text.split("\n")
    kept: dict[str, str] = {}
    for token in reversed(_scalars(text)):
        start, end = token.start_mark, token.end_mark
        words = lines[start.line][start.column : end.column]
        if token.style == '"' and start.line == end.line and "\\" in words:
            name = f'"{len(kept)}{STANDS_FOR}'.ljust(len(words) - 1, STANDS_FOR) + '"'
            kept[name] = words
            lines[start.line] = lines[start.line][: start.column] + name + lines[start.line][end.column :]
    made = _settled("\n".join(lines))
    for name, words in kept.items():
        made = made.replace(name, words)
    return made


def _settled(text: str) -> str:
    """The text, laid out until nothing moves any more."""
    for _ in range(MOST_ROUNDS):
        made = _laid_out(text)
        if made == text or all(len(line) <= WIDTH for line in made.split("\n")):
            return made
        text = made
    raise ValueError("no end to it")


def _laid_out(text: str) -> str:
    lines = text.split("\n")
    editor = _editor()
    documents = list(editor.load_all(text))
    if not any(documents):
        return text.strip() + "\n" if text.strip() else ""
    for document in documents:
        for node in _unfit(document, lines):
            node.fa.set_block_style()
    stream = io.StringIO()
    editor.dump_all(documents, stream)
    if _comments(stream.getvalue()) != _comments(text):
        raise _LostCommentError
    return _tidied(stream.getvalue(), [below for _, _, below in _comment_lines(text)])


class _LostCommentError(Exception):
    """ruamel.yaml has dropped a comment."""


class _Words(RoundTripRepresenter):
    """Nothing is written as null, which says more than an empty place."""


_Words.add_representer(type(None), lambda words, _: words.represent_scalar("tag:yaml.org,2002:null", "null"))


def _editor() -> YAML:
    editor = YAML(typ="rt")
    editor.Representer = _Words
    editor.preserve_quotes = True
    editor.brace_single_entry_mapping_in_flow_sequence = True
    editor.width = UNBROKEN
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def _unfit(node: Any, lines: list[str]) -> Iterator[CommentedBase]:
    """The outermost maps and lists in braces on lines that are too long."""
    if not isinstance(node, CommentedMap | CommentedSeq):
        return
    if node.fa.flow_style() and len(lines[node.lc.line]) > WIDTH and len(node) > 0:
        yield node
        return
    for part in node.values() if isinstance(node, CommentedMap) else node:
        yield from _unfit(part, lines)


def _tidied(text: str, belong_below: list[bool]) -> str:
    """With comments as far in as the line that they belong to, and never two empty lines in a row."""
    lines = text.split("\n")
    for (index, above, _), below in zip(_comment_lines(text), belong_below, strict=True):
        depth = _depth(lines[_next(lines, index)]) if below else _depth(lines[above])
        lines[index] = " " * depth + lines[index].strip()
    inside = _inside_scalars(text)
    kept: list[str] = []
    for index, line in enumerate(lines):
        if index in inside:
            kept.append(line)
        elif line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip())
    return "\n".join(kept).rstrip("\n") + "\n"


def _comment_lines(text: str) -> list[tuple[int, int, bool]]:
    """Lines of nothing but a comment: where, the last line of words above, and whether it belongs to those below."""
    lines, inside = text.split("\n"), _inside_scalars(text)
    found: list[tuple[int, int, bool]] = []
    above = 0
    for index, line in enumerate(lines):
        if index in inside or not line.strip():
            continue
        if not line.lstrip().startswith("#"):
            above = index
            continue
        column = _depth(line)
        below = column == _depth(lines[_next(lines, index)]) or column < _depth(lines[above])
        found.append((index, above, below))
    return found


def _next(lines: list[str], index: int) -> int:
    """The next line of words; the line itself where none follows."""
    words = (k for k in range(index + 1, len(lines)) if lines[k].strip() and not lines[k].lstrip().startswith("#"))
    return next(words, index)


def _inside_scalars(text: str) -> set[int]:
    """The lines that continue a scalar: what stands there is a value, whatever it looks like."""
    spans = (
        range(token.start_mark.line + 1, token.end_mark.line + (token.style is None or token.style in "'\""))
        for token in _scalars(text)
    )
    return {line for span in spans for line in span}


def _scalars(text: str) -> list[ScalarToken]:
    return [token for token in scan(text, Loader=CSafeLoader) if isinstance(token, ScalarToken)]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _comments(text: str) -> list[str]:
    return sorted(found.strip() for found in COMMENT.findall(text))
