"""Maps and lists of a YAML file that remember where each key and entry stood.

They are a dict and a list with one more slot, so pydantic and everybody else read them as they are; the places are
packed into one int each, because a fleet has millions. Nothing here reads YAML, see `yaml_builder`.

The questionable decision: what is built may be shared (an alias yields the very object of its anchor), and places are
found by a key's rank in its map, so nobody may change a node. Nothing enforces it, because pydantic and json read dicts
fastest. Unpickled nodes (files are parsed in parallel processes) keep their places.
"""

from __future__ import annotations

from typing import Any

from reconciler.model.finding import Origin

COLUMN_BITS = 26  # a line and a column in one int; no column is beyond MOST_BYTES of `yaml`, which is below 2**26


class YamlMap(dict[str, Any]):  # the values are YAML's: YamlMap, YamlList or a scalar; the schema finds out which
    """A map of the file, in its order. Must not be changed. Equal to a dict with the same content.

    `places` are those of the keys, in their order; a lookup table once somebody has asked.
    """

    __slots__ = ("places",)
    places: list[int] | dict[str, int]


class YamlList(list[Any]):  # as YamlMap
    """A list of the file. Must not be changed. Equal to a list with the same content."""

    __slots__ = ("places",)
    places: list[int]


def position(node: YamlMap | YamlList, key: str | int) -> tuple[int, int]:
    """Line and column, from 1, of a key of a map or of an entry of a list. KeyError or IndexError if it has none."""
    place = node.places[int(key)] if isinstance(node, YamlList) else _place_of_key(node, str(key))
    return unpack(place)


def unpack(place: int) -> tuple[int, int]:
    """Line and column, from 1, of a packed place."""
    return (place >> COLUMN_BITS) + 1, (place & ((1 << COLUMN_BITS) - 1)) + 1


def origin(file: str, node: YamlMap | YamlList, key: str | int) -> Origin:
    """The same as a place in a file."""
    return Origin(file, *position(node, key))


def only(node: YamlMap, key: str) -> YamlMap:
    """A map with this one key of another, which stands where it stood."""
    found = YamlMap({key: node[key]})
    found.places = [_place_of_key(node, key)]
    return found


def _place_of_key(node: YamlMap, key: str) -> int:
    if isinstance(node.places, list):
        node.places = dict(zip(node, node.places, strict=True))
    return node.places[key]
