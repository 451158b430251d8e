"""Small changes of YAML files that people wrote: one value, one element of a list, one entry; nothing else moves.

    at(text, line, column)                    the entry whose key stands there
    with_value(text, entry, name, value)      the text with another value of one key of the entry
    with_element(text, entry, name, element, wanted=True)
    without(text, entry)                      the text without the entry

Each works on the places that the parser tells and answers None where that would not be safe: values that are anchors,
aliases or blocks, lists with comments between brackets. Whoever uses it reads the result again and holds it against
what was wanted.

Must not: lay out anything anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from reconciler.store.yaml_style import word

Scalar = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value, and the map that they are in."""

    key: ScalarNode
    value: Node
    inside: MappingNode


def at(text: str, line: int, column: int) -> Entry | None:
    """The entry whose key stands at this line and column, from 1."""
    try:
        roots = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return None
    for root in roots:
        for entry in _entries(root):
            mark = entry.key.start_mark
            if (mark.line + 1, mark.column + 1) == (line, column):
                return entry
    return None


def with_value(text: str, entry: Entry, name: str, value: Scalar) -> str | None:
    """The text with another value."""
    found = _named(entry, name)
    if found is None or not isinstance(found.value, ScalarNode) or found.value.style in ("|", ">"):
        return None
    if not _is_own(found) or text[found.value.start_mark.index : found.value.start_mark.index + 1] in ("&", "!", ""):
        return None
    return _spliced(text, found.value.start_mark.index, found.value.end_mark.index, _written(value))


def with_element(text: str, entry: Entry, name: str, element: str, *, wanted: bool) -> str | None:
    """The text with an element more, or less, in a list."""
    found = _named(entry, name)
    if found is None or not isinstance(found.value, SequenceNode) or not _is_own(found):
        return None
    parts = found.value.value
    if not all(isinstance(part, ScalarNode) for part in parts):
        return None
    return (_in_flow if found.value.flow_style else _in_block)(text, found.value, element, wanted=wanted)


def without(text: str, entry: Entry) -> str | None:
    """The text without the entry; not where it is the only one."""
    pairs = entry.inside.value
    if len(pairs) == 1:
        return None
    if entry.inside.flow_style:
        kept = [(key, value) for key, value in pairs if key is not entry.key]
        words = [text[key.start_mark.index : value.end_mark.index] for key, value in kept]
        return _rebuilt(text, entry.inside, "{", words, "}")
    start = text.rfind("\n", 0, entry.key.start_mark.index) + 1
    following = [key.start_mark.index for key, _ in pairs if key.start_mark.index > entry.key.start_mark.index]
    end = text.rfind("\n", 0, following[0]) + 1 if following else _line_end(text, _last(entry.value))
    return text[:start] + text[end:]


def _entries(node: Node) -> Iterator[Entry]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield Entry(key, value, node)
            if value.start_mark.index > key.start_mark.index:  # an alias would lead back
                yield from _entries(value)
    elif isinstance(node, SequenceNode):
        for part in node.value:
            yield from _entries(part)


def _named(entry: Entry, name: str) -> Entry | None:
    if not isinstance(entry.value, MappingNode):
        return None
    for key, value in entry.value.value:
        if isinstance(key, ScalarNode) and key.value == name:
            return Entry(key, value, entry.value)
    return None


def _is_own(entry: Entry) -> bool:
    """Whether the value stands behind its key, and not where an anchor is."""
    return entry.value.start_mark.index > entry.key.end_mark.index and (
        entry.value.end_mark.index <= entry.inside.end_mark.index
    )


def _in_flow(text: str, node: SequenceNode, element: str, *, wanted: bool) -> str | None:
    kept = [part for part in node.value if part.value.casefold() != element.casefold()]
    words = [text[part.start_mark.index : part.end_mark.index] for part in kept]
    return _rebuilt(text, node, "[", [*words, *([word(element, in_flow=True)] if wanted else [])], "]")


def _in_block(text: str, node: SequenceNode, element: str, *, wanted: bool) -> str | None:
    if wanted:
        last = node.value[-1]
        dash = text.rfind("-", 0, last.start_mark.index)
        indent = text[text.rfind("\n", 0, dash) + 1 : dash]
        end = _line_end(text, last.end_mark.index)
        return text[:end] + f"{indent}- {word(element)}\n" + text[end:] if not indent.strip() else None
    found = [part for part in node.value if part.value.casefold() == element.casefold()]
    if len(found) != 1 or len(node.value) == 1:
        return None
    start = text.rfind("\n", 0, found[0].start_mark.index) + 1
    return text[:start] + text[_line_end(text, found[0].end_mark.index) :]


def _rebuilt(text: str, node: Node, opening: str, words: list[str], closing: str) -> str | None:
    start, end = node.start_mark.index, node.end_mark.index
    if "#" in text[start:end] or not text[start:end].startswith(opening):
        return None
    return _spliced(text, start, end, f"{opening}{', '.join(words)}{closing}")


def _spliced(text: str, start: int, end: int, words: str) -> str:
    return text[:start] + words + text[end:]


def _last(node: Node) -> int:
    """Where the last scalar of a node ends: a block ends only where the next thing begins."""
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        return _last(node.value[-1][1])
    if isinstance(node, SequenceNode) and not node.flow_style and node.value:
        return _last(node.value[-1])
    return int(node.end_mark.index)


def _line_end(text: str, index: int) -> int:
    """Behind the line that this place is in."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _written(value: Scalar) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return word(value, in_flow=True) if isinstance(value, str) else str(value)
