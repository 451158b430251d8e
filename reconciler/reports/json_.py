"""A document as JSON for programs: two spaces, keys in order, one newline at the end.

A plan is shown in the form of the plan file without what makes it a file (tool, expiry, digest of the whole); apply
and findings have forms of their own with a `format_version`. New members may come with any version; programs ignore
what they do not know. Bytes that must not change (a plan file) come from `codec.dumps`, never from here.
"""

from __future__ import annotations

import json
from unicodedata import category

from reconciler.reports.document import Document


def render(document: Document) -> str:
    """The machine-readable form."""
    return dumps(document.machine(), sort_keys=True)


def dumps(value: object, *, sort_keys: bool = False) -> str:
    """A value as JSON with two spaces. What a terminal would not show as it is stands as `\\uXXXX`."""
    return _visible(json.dumps(value, indent=2, sort_keys=sort_keys, ensure_ascii=False)) + "\n"


def line(value: object) -> str:
    """A value as JSON in one line, without the end of the line; the same holds for what a terminal would not show."""
    return _visible(json.dumps(value, separators=(",", ":"), ensure_ascii=False))


def in_ascii(text: str) -> str:
    """The same document for an output that has no other letters."""
    return "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in text)


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if _is_visible(char) else json.dumps(char)[1:-1] for char in text)


def _is_visible(char: str) -> bool:
    return char == "\n" or char.isprintable() or category(char) == "Zs"
