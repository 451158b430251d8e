"""Makes documents from the events of PyYAML's C parser: maps, lists and scalars with their places.

Twice as fast as PyYAML's own CSafeLoader, which first makes nodes in Python. Bounds depth, the number of aliases and
what they expand to; refuses duplicate keys, merge keys, keys that are not text and tags beyond the core ones, because
each has a plainer way to be written. It must not read files, and must not know what a key means.

The questionable decision: the loop over a map repeats the test for an ordinary scalar that `_scalar` also makes. A call
per scalar costs a tenth of the speed of loading, and this is the loop that every byte of a fleet passes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from yaml import MarkedYAMLError
from yaml._yaml import CParser
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from reconciler.model import codes
from reconciler.model.finding import Code
from reconciler.store import yaml_scalars
from reconciler.store.yaml_findings import UNPRINTABLE, Report, explain, mark_of, quoted
from reconciler.store.yaml_nodes import COLUMN_BITS, YamlList, YamlMap, unpack
from reconciler.store.yaml_scalars import SUSPECT_STARTS

MOST_LEVELS = 200
MOST_ALIASES = 10_000
MOST_EXPANDED = 2_000_000  # characters that all aliases together stand for
MAP_TAG = yaml_scalars.PREFIX + "map"
LIST_TAG = yaml_scalars.PREFIX + "seq"
SUSPECT_KEY_STARTS = SUSPECT_STARTS + "<"  # of the merge key
KEY_NAMES = {int: "a number", float: "a number", bool: "true or false", type(None): "null"}

Event = Any  # the stubs call every mark and attribute of an event optional; those of a C parser are always there


class BrokenError(Exception):
    """The document cannot be read beyond the character `index`; the finding is already in the report."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What an alias stands for, and how many characters of YAML it would be, aliases inside it written out."""

    node: Any  # of YAML, as in YamlMap
    size: int


class Builder:
    """Makes documents from the events of one parser. `first_line` lines of the file come before its source."""

    __slots__ = ("aliases", "anchors", "base", "expanded", "first_line", "next_event", "parser", "report", "source")

    def __init__(self, source: bytes, report: Report, first_line: int) -> None:
        self.source = source
        self.report = report
        self.first_line = first_line
        self.base = first_line << COLUMN_BITS
        self.parser = CParser(source)
        self.next_event: Callable[[], Event] = self.parser.get_event
        self.anchors: dict[str, _Anchor | None] = {}  # None while the anchored node is still open
        self.aliases = 0
        self.expanded = 0

    def documents(self) -> Iterator[YamlMap]:
        """The documents that are maps. BrokenError when the parser cannot go on; ReaderError as it comes."""
        try:
            self.next_event()  # the start of the stream
            while isinstance(self.next_event(), DocumentStartEvent):
                yield from self._document()
        except MarkedYAMLError as error:
            explain(self.report, error, self.source.decode(errors="replace"), self.first_line)
            raise BrokenError(mark_of(error).index) from error

    def _document(self) -> Iterator[YamlMap]:
        self.anchors.clear()
        event = self.next_event()
        root = self._node(event, 0)
        self.next_event()  # the end of the document
        if isinstance(root, YamlMap):
            yield root
        elif root is not None:
            what = "a list" if isinstance(root, YamlList) else "a single value"
            detail = f"The document is {what}; a map with keys such as users or customers was expected."
            self._note(codes.NOT_A_MAP, event, detail, 'Write "key: value" lines.')

    def _node(self, event: Event, level: int) -> Any:
        if type(event) is ScalarEvent:
            return self._scalar(event)
        if type(event) is AliasEvent:
            return self._alias(event)
        if event.tag is not None or event.anchor is not None or level >= MOST_LEVELS:
            return self._unusual_collection(event, level)
        return self._map(level + 1) if type(event) is MappingStartEvent else self._list(level + 1)

    def _unusual_collection(self, event: Event, level: int) -> YamlMap | YamlList:
        if level >= MOST_LEVELS:
            self._note(codes.TOO_DEEP, event, f"More than {MOST_LEVELS} levels are nested here.", "Flatten the file.")
            raise BrokenError(event.start_mark.index)
        is_map = type(event) is MappingStartEvent
        if event.tag not in (None, "!", MAP_TAG if is_map else LIST_TAG):
            self._unknown_tag(event, event.tag)
        name, expanded = event.anchor, self.expanded
        if name is not None:
            self.anchors[name] = None
        node = self._map(level + 1) if is_map else self._list(level + 1)
        if name is not None:
            following: Event = self.parser.peek_event()
            written = following.start_mark.index - event.start_mark.index
            self.anchors[name] = _Anchor(node, written + self.expanded - expanded)
        return node

    def _map(self, level: int) -> YamlMap:
        node = YamlMap()
        places: list[int] = []
        node.places = places
        next_event, base = self.next_event, self.base
        while True:
            event = next_event()
            if type(event) is MappingEndEvent:
                return node
            key = event.value if type(event) is ScalarEvent else None
            if (
                key is None
                or not event.implicit[0]
                or event.anchor is not None
                or key[:1] in SUSPECT_KEY_STARTS
                or key in node
            ):
                key = self._odd_key(event, level, node)
            following = next_event()
            if type(following) is not ScalarEvent:
                value = self._node(following, level)
            elif (
                following.implicit[0]
                and following.anchor is None
                and (value := following.value)[:1] not in SUSPECT_STARTS
            ):
                pass
            else:
                value = self._scalar(following)
            if key is not None:
                mark = event.start_mark
                places.append(base + (mark.line << COLUMN_BITS | mark.column))
                node[key] = value

    def _list(self, level: int) -> YamlList:
        node = YamlList()
        places: list[int] = []
        node.places = places
        next_event, scalar, base = self.next_event, self._scalar, self.base
        while True:
            event = next_event()
            if type(event) is SequenceEndEvent:
                return node
            mark = event.start_mark
            places.append(base + (mark.line << COLUMN_BITS | mark.column))
            node.append(scalar(event) if type(event) is ScalarEvent else self._node(event, level))

    def _scalar(self, event: Event) -> Any:
        text: str = event.value
        if event.anchor is None:
            is_plain, is_text = event.implicit
            if is_plain:
                if text[:1] not in SUSPECT_STARTS:
                    return text
            elif is_text and text.isprintable():
                return text
        return self._unusual_scalar(event)

    def _unusual_scalar(self, event: Event) -> yaml_scalars.Scalar:
        value: yaml_scalars.Scalar = event.value
        if event.tag is not None:
            value = self._tagged(event, event.tag)
        elif event.implicit[0]:
            value = self._resolved(event)
        if type(value) is str and (found := UNPRINTABLE.search(value)):
            code = codes.CONTROL_CHARACTER if "\0" in value else codes.ESCAPED_CONTROL
            detail = f"The text contains the control character U+{ord(found[0]):04X}."
            self._note(code, event, detail, "Remove it from the text.")
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(value, len(event.value) + 1)
        return value

    def _resolved(self, event: Event) -> yaml_scalars.Scalar:
        try:
            return yaml_scalars.resolve(event.value)
        except OverflowError:
            detail = f"{quoted(event.value)} reads as a number beyond all use."
            self._note(codes.NUMBER_TOO_LARGE, event, detail, "If it is meant as text, put it in quotes.")
            return str(event.value)

    def _tagged(self, event: Event, tag: str) -> yaml_scalars.Scalar:
        if tag not in yaml_scalars.SCALAR_TAGS:
            self._unknown_tag(event, tag)
            return str(event.value)
        try:
            return yaml_scalars.tagged(tag, event.value)
        except (ValueError, OverflowError):
            short = tag.removeprefix(yaml_scalars.PREFIX)
            self._note(codes.UNKNOWN_TAG, event, f"{quoted(event.value)} is not a {short}.", "Remove the tag.")
            return str(event.value)

    def _unknown_tag(self, event: Event, tag: str) -> None:
        short = tag.replace(yaml_scalars.PREFIX, "!!", 1)
        detail = f"The tag {quoted(short)} has no meaning here: files are data, never code."
        self._note(codes.UNKNOWN_TAG, event, detail, "Remove the tag.")

    def _alias(self, event: Event) -> Any:
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            what = "refers to what it is a part of" if event.anchor in self.anchors else "has no anchor before it"
            detail = f"The alias {quoted('*' + event.anchor)} {what}."
            self._note(codes.UNKNOWN_ALIAS, event, detail, "Write the value out.")
            return None
        self.aliases += 1
        self.expanded += anchor.size
        if self.aliases > MOST_ALIASES or self.expanded > MOST_EXPANDED:
            detail = f"Aliases are bounded: {MOST_ALIASES:,} in a file, standing for {MOST_EXPANDED:,} characters."
            self._note(codes.TOO_MANY_ALIASES, event, detail, "Use a plan, or write the values out.")
            raise BrokenError(len(self.source))
        return anchor.node

    def _odd_key(self, event: Event, level: int, node: YamlMap) -> str | None:
        """What a doubtful key counts as in the map; None when it cannot stand there, which is then a finding."""
        key: Any = self._node(event, level)
        if type(key) is not str:
            key = self._key_that_is_not_text(event, key)
        elif key == "<<" and type(event) is ScalarEvent and event.implicit[0]:
            self._note(codes.MERGE_KEY, event, "The merge key << is not read here.", "Use extends: between plans.")
            return None
        if key is None or key not in node:
            return None if key is None else str(key)
        self._note_duplicate(event, key, node)
        return None

    def _key_that_is_not_text(self, event: Event, key: object) -> str | None:
        if type(event) is not ScalarEvent:
            self._note(codes.KEY_NOT_TEXT, event, "A key must be a text, not a map or list.", "Use a plain key.")
            return None
        what = f"{quoted(event.value)} reads as {KEY_NAMES[type(key)]}" if event.value else "The key is empty"
        self._note(codes.KEY_NOT_TEXT, event, f"{what}; a key must be a text.", "Put the key in quotes.")
        return str(event.value)

    def _note_duplicate(self, event: Event, key: str, node: YamlMap) -> None:
        if self.report.is_full:  # looking for the first place is slow in a large map
            self.report.further += 1
            return
        assert isinstance(node.places, list), "nobody has asked for a position in a map that is being built"
        first = unpack(node.places[list(node).index(key)])
        detail = f"{quoted(key)} stands twice in this map, first in line {first[0]}."
        self._note(codes.DUPLICATE_KEY, event, detail, "Remove one of them, or join the two.", first=first)

    def _note(self, code: Code, event: Event, detail: str, fix: str, *, first: tuple[int, int] = (0, 0)) -> None:
        mark = event.start_mark
        self.report.add(code, (mark.line + 1 + self.first_line, mark.column + 1), detail, fix, first=first)
