"""Damages what is valid: bytes as a disk or a network would, documents as a careless or a hostile hand would.

    broken(data, dice) -> bytes          some bytes flipped, lost, doubled, or of another encoding
    twisted(document, dice) -> Json      some values swapped, dropped, doubled, renamed or replaced by hostile ones

Everything follows from the dice, so that a seed says it all. Must not: know what a document means; whoever judges the
outcome does.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

Json = Any  # a JSON document, or a part of one
Place = tuple[Any, Any]  # a map or list, and a key or rank in it

DEPTHS = (3, 60, 250)  # the last is beyond what files may have and below what Python can copy
HOSTILE: tuple[Json, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(2**63),
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "null",
    "10",
    "NO",
    "-1",
    "x" * 2_000,
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "\u200b",
    "\ud800",
    "\ufeff",
    "\x00",
    "\n",
    "=1+1",
    "@all",
    "<script>alert(1)</script>",
    "[x](javascript:1)",
    "```",
    "../../etc/passwd",
    "a/b%2Fc",
    "ada@contoso.com",
    "2026-13-45T99:99:99Z",
    "2026-10-05T12:00:00",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "99999999999999999999.99 EUR",
    "00000000-0000-0000-0000-000000000000",
    "\u0130\u00df",
    [],
    {},
    [None],
    [[]],
    {"": None},
    ["x", "x"],
)
ENCODINGS = ("utf-16", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7")
STRAY = (
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r",
    b"\t",
    b"\x1b",
    b"{",
    b"}",
    b'"',
    b"- ",
    b": ",
)


def broken(data: bytes, dice: Random) -> bytes:
    """The bytes with one to three things wrong."""
    for _ in range(dice.randint(1, 3)):
        data = dice.choice(BREAKING)(data, dice)
    return data


def twisted(document: Json, dice: Random) -> Json:
    """A copy of the document with one to three things wrong."""
    held = [copy.deepcopy(document)]
    for _ in range(dice.randint(1, 3)):
        place = dice.choice(list(_places(held)))
        dice.choice(TWISTING)(place, dice)
    return held[0]


def either(data: bytes, document: Json, dice: Random) -> bytes:
    """The bytes broken, or what they say twisted."""
    return broken(data, dice) if dice.random() < 0.4 else encoded(twisted(document, dice))


def encoded(document: Json) -> bytes:
    """A document as JSON; NaN and half a surrogate pair, which no JSON has, as other programs would write them."""
    return json.dumps(document).encode()


def _flip(data: bytes, dice: Random) -> bytes:
    if not data:
        return b"\0"
    where = dice.randrange(len(data))
    return data[:where] + bytes([data[where] ^ (1 << dice.randrange(8))]) + data[where + 1 :]


def _cut(data: bytes, dice: Random) -> bytes:
    return data[: dice.randint(0, len(data))]


def _lose(data: bytes, dice: Random) -> bytes:
    start, length = dice.randint(0, len(data)), dice.randint(1, 40)
    return data[:start] + data[start + length :]


def _double(data: bytes, dice: Random) -> bytes:
    start, length = dice.randint(0, len(data)), dice.randint(1, 400)
    return data[: start + length] + data[start:]


def _insert(data: bytes, dice: Random) -> bytes:
    where = dice.randint(0, len(data))
    return data[:where] + dice.choice(STRAY) * dice.choice((1, 1, 1, 300)) + data[where:]


def _recode(data: bytes, dice: Random) -> bytes:
    return data.decode(errors="replace").encode(dice.choice(ENCODINGS), errors="replace")


BREAKING: tuple[Callable[[bytes, Random], bytes], ...] = (_flip, _flip, _cut, _lose, _double, _insert, _recode)


def _places(node: Json) -> Iterator[Place]:
    """Every place of a tree where something stands; the tree itself first."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(inner):
        yield node, key
        yield from _places(value)


def _replace(place: Place, dice: Random) -> None:
    """By anything, or by something of the same type, which gets further."""
    node, key = place
    same = [one for one in HOSTILE if type(one) is type(node[key])]
    node[key] = copy.deepcopy(dice.choice(same if same and dice.random() < 0.6 else HOSTILE))


def _drop(place: Place, dice: Random) -> None:
    node, key = place
    if isinstance(node, list):
        node[:] = [one for rank, one in enumerate(node) if rank != key] or [None]
    else:
        del node[key]


def _repeat(place: Place, dice: Random) -> None:
    node, key = place
    if isinstance(node, list):
        node.insert(dice.randint(0, len(node)), copy.deepcopy(node[key]))
    else:
        node[f"{key}{dice.choice(('', '2', ' ', 'S'))}".swapcase()] = copy.deepcopy(node[key])


def _rename(place: Place, dice: Random) -> None:
    node, key = place
    if isinstance(node, dict):
        value = node.pop(key)
        node[dice.choice((key.upper(), key[:-1], f"{key}s", f" {key}", str(dice.choice(HOSTILE[:30])), f"{key}/x"))] = (
            value
        )


def _swap(place: Place, dice: Random) -> None:
    node, key = place
    other = dice.choice(list(node) if isinstance(node, dict) else range(len(node)))
    node[key], node[other] = node[other], node[key]


def _wrap(place: Place, dice: Random) -> None:
    node, key = place
    node[key] = dice.choice(([node[key]], {"value": node[key]}, str(node[key])))


def _bury(place: Place, dice: Random) -> None:
    node, key = place
    for _ in range(dice.choice(DEPTHS)):
        node[key] = dice.choice(([node[key]], {"x": node[key]}))


TWISTING: tuple[Callable[[Place, Random], None], ...] = (
    *(_replace,) * 4,
    *(_drop,) * 2,
    _repeat,
    _rename,
    _swap,
    _wrap,
    _bury,
)
