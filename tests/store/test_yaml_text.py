"""Values as YAML text: whoever reads it gets the same value, by YAML 1.2 (ours) and by 1.1 (everybody else's)."""

from __future__ import annotations

from datetime import date

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.store import yaml, yaml_text

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
AWKWARD = [
    *("", " ", "NO", "yes", "null", "~", "1", "1e3", "0x1F", "1:30", "2026-11-20", "- a", "a: b", "a #b", "#"),
    *(
        "{a",
        "[a",
        "a, b",
        "'",
        '"',
        "\\",
        "\t",
        "a\nb",
        "\u2028",
        "\x85",
        "\ufeff",
        "@a",
        "%a",
        "|",
        ">",
        "&a",
        "*a",
        "!a",
    ),
    *("CFQ7TTC0LH18:0001", "Microsoft 365 Business Basic (Teams)", "Größe €", "a ", " a", "y", "\x00", "\ud7ff", "🦊"),
]


def ours(text: str) -> object:
    documents, findings = yaml.parse(text.encode(), "file.yaml")
    assert [finding for finding in findings if finding.is_error and finding.code.id != "RC105"] == []
    return documents[0]["a"]


@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_text_is_read_as_it_was(value: str) -> None:
    block, flow = f"a: {yaml_text.scalar(value)}\n", f"a: {yaml_text.flow_map({'b': value})}\n"

    assert (ours(block), ours(flow)) == (value, {"b": value})
    assert (pyyaml.safe_load(block), pyyaml.safe_load(flow)) == ({"a": value}, {"a": {"b": value}})


@given(TEXTS)
def test_any_text_is_read_as_it_was(value: str) -> None:
    block, flow = f"a: {yaml_text.scalar(value)}\n", f"a: {yaml_text.flow_list([value, value])}\n"

    assert (ours(block), ours(flow)) == (value, [value, value])
    assert (pyyaml.safe_load(block), pyyaml.safe_load(flow)) == ({"a": value}, {"a": [value, value]})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Microsoft 365 Business Basic", "Microsoft 365 Business Basic"),
        ("CFQ7TTC0LH18:0001", "CFQ7TTC0LH18:0001"),
        ("05e9a617-0261-4cee-bb44-138d3ef5d965", "05e9a617-0261-4cee-bb44-138d3ef5d965"),
        ("67.20 EUR", '"67.20 EUR"'),
        (True, "true"),
        (False, "false"),
        (300, "300"),
        (date(2026, 11, 20), "2026-11-20"),
    ],
    ids=["a title", "a product", "an id", "money", "true", "false", "a number", "a day"],
)
def test_what_needs_no_quotes_has_none(value: yaml_text.Value, text: str) -> None:
    assert yaml_text.scalar(value) == text
