"""How values and lists of words are put into messages.

A value that a person wrote is shown short and printable, so that a hostile file cannot break out of the line it is
shown on. It must not be given a value that may be a secret: the caller knows the key, this module does not.
The questionable decision: text is called "the text" in front of its quotes, because `"10"` and `10` differ in nothing
else, and that difference is the mistake that such a message is most often about.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from reconciler.store.yaml_findings import quoted

MOST_WORDS = 24  # a longer list is not read


def shown(value: object) -> str:
    """What a value is, to stand behind "is"."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, int | float):
        return str(value)[:MOST_WORDS] if isfinite(value) else "not a finite number"
    if isinstance(value, dict):
        return "a map"
    return "a list"


def printable(text: str) -> str:
    """A key of the file without quotes, short enough for one line and safe to print."""
    return quoted(text)[1:-1]


def sentence(text: str) -> str:
    """The text with a capital letter at its start, unless it starts with an address."""
    return text if "/" in text.partition(" ")[0] else text[:1].upper() + text[1:]


def listed(words: Iterable[str], joint: str = "and") -> str:
    """`a, b and c`; a long list ends with the number of words that are left out."""
    known = list(words)
    if len(known) > MOST_WORDS:
        return f"{', '.join(known[:MOST_WORDS])} {joint} {len(known) - MOST_WORDS} more"
    if len(known) < 2:
        return "".join(known)
    return f"{', '.join(known[:-1])} {joint} {known[-1]}"
