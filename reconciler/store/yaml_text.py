"""Values as YAML text that our own reader, and every reader of YAML 1.1 or 1.2, takes for the same values.

For files that a command writes, where people read every change in a diff: one fact a line, lists of words one word a
line or in one short line, text without quotes wherever it cannot be read as anything else.

Must not: change a file that a person wrote; comments and order would be lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date

Value = str | int | bool | date

# Plain text must not start with a sign of YAML's, hold ": " or " #", or be a word or number of either version.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _.,'()/+&-]|:(?=[A-Za-z0-9]))*\Z")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")  # no number in either version of YAML
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_FLOW_SIGNS = frozenset(",:")


def scalar(value: Value, *, in_flow: bool = False) -> str:
    """A value on one line; `in_flow` between brackets or braces, where a comma ends it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | date):
        return str(value)
    plain = (_PLAIN.match(value) and value.lower() not in _WORDS and not value.endswith(" ")) or _GUID.match(value)
    if plain and not (in_flow and _FLOW_SIGNS & set(value)):
        return value
    return quoted(value)


def flow_map(values: Mapping[str, Value]) -> str:
    """`{term: P1Y, price: "1.00 EUR"}`."""
    return "{" + ", ".join(f"{key}: {scalar(value, in_flow=True)}" for key, value in values.items()) + "}"


def flow_list(values: Iterable[Value]) -> str:
    """`[A, B]`."""
    return "[" + ", ".join(scalar(value, in_flow=True) for value in values) + "]"


def quoted(text: str) -> str:
    """Double quotes with JSON's escapes, which YAML shares; what breaks a line in YAML 1.1 is escaped too."""
    written = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(char) for char in written)


def _escaped(char: str) -> str:
    point = ord(char)
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
