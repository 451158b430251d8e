"""Entries as people of a repository write them: short ones on a line, long ones a value a line, quotes only if needed.

    entry(key, values)       the lines of one entry
    word(text)               one text

Every reader of YAML 1.1 or 1.2 takes the text for the values it was made of: what could be read as a number, a truth
value, a date or a sign of YAML's stands in double quotes, and so does what does not run from left to right.

Must not: change a file that a person wrote. Questionable on purpose: another rule for quotes than that of
`yaml_text`, which allows no letters but ASCII. Files that commands keep are compared with their text, letter by letter,
so its rule can never be changed; here a name like Zoë shall not need quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from unicodedata import bidirectional

from reconciler.store import yaml_text

WIDTH = 110
STEP = 2  # columns of one level
_PLAIN = re.compile(r"[^\W\d_](?:[\w .,'()/+&@-]|:(?=[^\W_]))*\Z")
_PRODUCT = re.compile(r"[A-Z][A-Z0-9]{11}:[A-Z0-9]{4}\Z")  # a colon that every reader takes for a part of the word
_FLOW_SIGNS = frozenset(",:")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FROM_RIGHT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})


def word(text: str, *, in_flow: bool = False) -> str:
    """A text on one line; `in_flow` between brackets or braces."""
    plain = _PLAIN.match(text) and text.lower() not in _WORDS and text.isprintable() and not text.endswith(" ")
    if plain and not (in_flow and _FLOW_SIGNS & set(text) and not _PRODUCT.match(text)) and not _runs_back(text):
        return text
    return yaml_text.scalar(text, in_flow=True) if text.isascii() else yaml_text.quoted(text)


def entry(key: str, values: object, indent: int = STEP) -> list[str]:
    """One entry of a map, on one line if that is short enough."""
    return list(_named(key, values, indent))


def comment(text: str, indent: int) -> str:
    """One line that no reader takes for a value."""
    return f"{' ' * indent}# {' '.join(_shown(text).split())}"


def _named(key: str, value: object, indent: int) -> Iterator[str]:
    start = f"{' ' * indent}{word(key)}:"
    line = f"{start} {_flow(value, top=True)}"
    if len(line) <= WIDTH or not isinstance(value, Mapping | tuple) or not value:
        yield line
        return
    yield start
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(str(name), inner, indent + STEP)
    else:
        yield from (f"{' ' * (indent + STEP)}- {_flow(one, top=True)}" for one in value)


def _flow(value: object, *, top: bool = False) -> str:
    """A value on one line; `top` where nothing encloses it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{word(str(k), in_flow=True)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return word(value, in_flow=not top) if isinstance(value, str) else str(value)


def _runs_back(text: str) -> bool:
    return not text.isascii() and any(bidirectional(letter) in _FROM_RIGHT for letter in text)


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
