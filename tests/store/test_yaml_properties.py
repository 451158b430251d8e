"""Properties of the YAML reader over generated files: it never raises, agrees with PyYAML, and places are true."""

from __future__ import annotations

import string
from typing import Any

import yaml as pyyaml
from hypothesis import example, given, strategies

from reconciler.store import yaml
from reconciler.store.yaml_findings import MOST_FINDINGS
from reconciler.store.yaml_nodes import YamlList, YamlMap, position

# Where YAML 1.1 and 1.2 agree: no yes/no/on/off, no sexagesimal, no leading zero, no underscore, no date, no "=".
LETTERS = string.ascii_letters + " äß漢😀'\"#:,[]{}&*!|>%@`-?\\/"
TEXTS = strategies.text(LETTERS, max_size=12).map(lambda text: text + "x")
SCALARS = strategies.one_of(
    TEXTS,
    strategies.integers(-(10**12), 10**12),
    strategies.booleans(),
    strategies.none(),
    strategies.floats(allow_nan=False, allow_infinity=False).map(lambda number: round(number % 1000, 3)),
)
TREES: strategies.SearchStrategy[Any] = strategies.recursive(
    SCALARS,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = strategies.dictionaries(TEXTS, TREES, min_size=1, max_size=5)
MARKS = ["a", "b: ", "\n", "  ", "- ", "---\n", "[", "]", "{", "}", ",", ": ", "? ", ">\n", '"', "'", "\t", "#", "%"]
WORDS = [
    "&x ",
    "*x",
    "!!str ",
    "!t ",
    "<<",
    "\r",
    "\u2028",
    "\ufeff",
    "\0",
    "\x1b",
    "1",
    "0o7",
    "1e9",
    "~",
    "true",
    "\\",
    "é",
]
PIECES = strategies.sampled_from([*MARKS, *WORDS])


@given(strategies.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    yaml.parse(data, "f.yaml")


@given(strategies.lists(PIECES, max_size=60).map("".join))
@example("\ufeff\ufeff[")
def test_no_mixture_of_yaml_raises_and_every_finding_has_a_true_place(text: str) -> None:
    lines = text.count("\n") + text.count("\r") + text.count("\u2028") + 1

    documents, findings = yaml.parse(text.encode(), "f.yaml")

    assert len(findings) <= MOST_FINDINGS + 1
    assert all(isinstance(document, YamlMap) for document in documents)
    assert all(found.origin is not None and found.origin.line <= lines for found in findings)
    assert all(found.detail for found in findings)


@given(
    strategies.lists(PIECES, max_size=40).map("".join),
    strategies.binary(min_size=1, max_size=3),
    strategies.integers(0),
)
def test_stray_bytes_in_the_middle_never_raise(text: str, stray: bytes, where: int) -> None:
    data = text.encode()
    middle = where % (len(data) + 1)

    yaml.parse(data[:middle] + stray + data[middle:], "f.yaml")


@given(DOCUMENTS, strategies.sampled_from([True, False, None]))
def test_values_equal_those_of_pyyaml_where_both_versions_of_yaml_agree(
    document: dict[str, Any], flow: bool | None
) -> None:
    data = pyyaml.safe_dump(document, default_flow_style=flow, allow_unicode=True).encode()

    documents, findings = yaml.parse(data, "f.yaml")

    assert findings == []
    assert documents == [pyyaml.load(data, Loader=pyyaml.CSafeLoader)] == [document]


@given(DOCUMENTS, strategies.sampled_from([True, False, None]))
def test_positions_point_at_the_text_of_the_key(document: dict[str, Any], flow: bool | None) -> None:
    text = pyyaml.safe_dump(document, default_flow_style=flow, allow_unicode=True)

    (read,), _ = yaml.parse(text.encode(), "f.yaml")

    lines = text.split("\n")
    for node, key in _keys(read):
        line, column = position(node, key)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line : line + 3]])
        assert _first_scalar(rest) == key


def _keys(node: object) -> list[tuple[YamlMap, str]]:
    if isinstance(node, YamlMap):
        return [(node, key) for key in node] + [found for value in node.values() for found in _keys(value)]
    return [found for value in node for found in _keys(value)] if isinstance(node, YamlList) else []


def _first_scalar(text: str) -> str:
    """The first scalar of a piece of YAML that starts with one, by PyYAML's scanner."""
    for token in pyyaml.scan(text):
        if isinstance(token, pyyaml.ScalarToken):
            return str(token.value)
    raise AssertionError(f"no scalar in {text!r}")
