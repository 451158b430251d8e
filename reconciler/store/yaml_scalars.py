"""Which value a scalar of YAML stands for, by the core schema of YAML 1.2.

`NO` is Norway, `0o17` is 15, `1e3` is a float, `2026-08-31` and `10:30` are text: only null, booleans and numbers are
told apart from text (YAML 1.2.2, section 10.3.2, https://yaml.org/spec/1.2.2/#1032-tag-resolution). It must not
know about fields or schemas: that a postal code needs quotes is for the schema to say.

The questionable decision: a number that Python would have to round to infinity, or that has more than 64 characters,
is refused instead of taken, because no quantity or price of ours is near it and int() is quadratic in the digits.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

# A plain scalar that starts with anything else is text, whatever follows. Also true of "" by Python's `in`.
SUSPECT_STARTS = "+-.0123456789~nNtTfF"

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
INTEGER = re.compile(r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
LONGEST_NUMBER = 64

_UNKNOWN = object()


def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted, untagged) scalar. OverflowError when it is a number beyond all use."""
    word = WORDS.get(text, _UNKNOWN)
    if word is not _UNKNOWN:
        return WORDS[text]
    if INTEGER.match(text):
        return _integer(text)
    if FLOAT.match(text):
        return _float(text)
    if NOT_FINITE.match(text):
        return float(text.replace(".", "", 1))
    return text


def _integer(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise OverflowError
    if text.startswith(("0x", "0o")):
        return int(text, 0)
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if len(text) > LONGEST_NUMBER or number in (float("inf"), float("-inf")):
        raise OverflowError
    return number


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with one of the tags in `SCALAR_TAGS`. ValueError when the text does not fit the tag."""
    value: Scalar = text if tag in ("!", PREFIX + "str") else resolve(text)
    if tag == PREFIX + "float" and type(value) is int:
        value = float(value)
    if not isinstance(value, SCALAR_TAGS[tag]) or (tag == PREFIX + "int" and isinstance(value, bool)):
        raise ValueError(f'"{text}" is not a {tag.removeprefix(PREFIX)}')
    return value


PREFIX = "tag:yaml.org,2002:"
SCALAR_TAGS: dict[str, type] = {
    "!": str,
    PREFIX + "str": str,
    PREFIX + "int": int,
    PREFIX + "float": float,
    PREFIX + "bool": bool,
    PREFIX + "null": type(None),
}
