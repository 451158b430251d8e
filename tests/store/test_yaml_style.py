"""Entries as people write them: every reader of YAML gets the values back, and quotes stand only where they must."""

from __future__ import annotations

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.store import yaml, yaml_style

from .test_yaml_text import AWKWARD

TEXTS = st.one_of(st.sampled_from(AWKWARD), st.text(st.characters(blacklist_categories=["Cs"]), max_size=30))
KEYS = TEXTS.filter(bool)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(0, 10_000)),
    lambda inner: st.one_of(st.lists(inner, max_size=4).map(tuple), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


def plain(value: object) -> object:
    """What YAML has no tuples for."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return {key: plain(one) for key, one in value.items()} if isinstance(value, dict) else value


@given(KEYS, VALUES)
def test_any_entry_is_read_as_it_was_meant(key: str, value: object) -> None:
    text = "\n".join(["a:", *yaml_style.entry(key, value)]) + "\n"

    documents, findings = yaml.parse(text.encode(), "file.yaml")

    assert [finding for finding in findings if finding.is_error and finding.code.id != "RC105"] == []
    assert documents == [{"a": {key: plain(value)}}]
    assert pyyaml.safe_load(text) == {"a": {key: plain(value)}}


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Ångström",
        "張偉",
        "O'Neill & Sons (Berlin)",
        "ada@contoso.com",
        "Doe, John",
        "+1",
        "E3: x",
        "a #b",
        "NO",
        "y",
    ],
)
def test_quotes_stand_where_they_must(text: str) -> None:
    must = text in ("+1", "E3: x", "a #b", "NO", "y")

    assert yaml_style.word(text) == (f'"{text}"' if must else text)


@pytest.mark.parametrize("text", ["שלום", "مرحبا", "abc שלום"])
def test_what_runs_from_right_to_left_stands_in_quotes(text: str) -> None:
    assert yaml_style.word(text) == f'"{text}"'


def test_a_short_entry_is_a_line_and_a_long_one_a_value_a_line() -> None:
    short = yaml_style.entry("ada@contoso.com", {"displayName": "Ada", "plans": ("worker",)})
    long = yaml_style.entry(
        "sales", {"displayName": "S" * 60, "members": tuple(f"{n}@contoso.com" for n in "abcdefgh")}
    )

    assert short == ["  ada@contoso.com: {displayName: Ada, plans: [worker]}"]
    assert long[:4] == ["  sales:", f"    displayName: {'S' * 60}", "    members:", "      - a@contoso.com"]


def test_a_product_needs_no_quotes_anywhere() -> None:
    assert yaml_style.entry("a", {"product": "CFQ7TTC0LFLX:0009"}) == ["  a: {product: CFQ7TTC0LFLX:0009}"]
    assert yaml_style.entry("a", {"text": "a:b"}) == ['  a: {text: "a:b"}']


def test_a_comment_is_one_line_whatever_stands_in_it() -> None:
    assert yaml_style.comment("a\nb\u2028c", 2) == "  # a b c"
