"""One value, one element or one entry is changed where it stands, and no other letter of the file."""

from __future__ import annotations

import pytest

from reconciler.store import yaml_edit
from reconciler.store.yaml_edit import Scalar

FILE = """\
# people
customer: contoso
users:
  ada@contoso.com: {displayName: Ada, city: Rome}   # the first
  bo@contoso.com:
    displayName: "Bo"   # quoted
    city: Rome
    plans:
      - a
      - b  # the other

  # the last
  cy@contoso.com: {displayName: Cy, plans: [a, b]}
"""


def entry(text: str, key: str) -> yaml_edit.Entry:
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.strip().startswith(key))
    column = text.split("\n")[line - 1].index(key) + 1
    found = yaml_edit.at(text, line, column)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("key", "value", "was", "now"),
    [
        ("ada", "Paris", "city: Rome}", "city: Paris}"),
        ("ada", "a, b", "city: Rome}", 'city: "a, b"}'),
        ("ada", None, "city: Rome}", "city: null}"),
        ("ada", "no", "city: Rome}", 'city: "no"}'),
        ("bo", "Paris", "    city: Rome\n", "    city: Paris\n"),
        ("bo", True, "    city: Rome\n", "    city: true\n"),
        ("bo", "12", "    city: Rome\n", '    city: "12"\n'),
    ],
)
def test_a_value_is_replaced_and_nothing_else(key: str, value: Scalar, was: str, now: str) -> None:
    assert yaml_edit.with_value(FILE, entry(FILE, key), "city", value) == FILE.replace(was, now)


@pytest.mark.parametrize(
    ("key", "element", "wanted", "was", "now"),
    [
        ("cy", "c", True, "[a, b]", "[a, b, c]"),
        ("cy", "a", False, "[a, b]", "[b]"),
        ("bo", "c", True, "      - b  # the other\n", "      - b  # the other\n      - c\n"),
        ("bo", "B", False, "      - b  # the other\n", ""),
    ],
)
def test_an_element_comes_and_goes(key: str, element: str, *, wanted: bool, was: str, now: str) -> None:
    edited = yaml_edit.with_element(FILE, entry(FILE, key), "plans", element, wanted=wanted)

    assert edited == FILE.replace(was, now)


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        ("ada", "  ada@contoso.com: {displayName: Ada, city: Rome}   # the first\n"),
        ("bo", FILE[FILE.index("  bo@") : FILE.index("  cy@")]),
        ("cy", "  cy@contoso.com: {displayName: Cy, plans: [a, b]}\n"),
    ],
)
def test_an_entry_goes_with_its_lines(key: str, gone: str) -> None:
    assert yaml_edit.without(FILE, entry(FILE, key)) == FILE.replace(gone, "")


@pytest.mark.parametrize(
    "value", ["|\n      a\n      b", "&x Rome", "!!str Rome", "*there"], ids=["block", "anchor", "tag", "alias"]
)
def test_a_value_that_is_no_plain_one_is_left_to_a_person(value: str) -> None:
    text = f"anchored: &there Oslo\nusers:\n  ada@contoso.com:\n    city: {value}\n"

    assert yaml_edit.with_value(text, entry(text, "ada"), "city", "Paris") is None


def test_a_list_with_a_comment_in_it_is_left_to_a_person() -> None:
    text = "users:\n  ada@contoso.com:\n    plans: [a,  # first\n      b]\n"

    assert yaml_edit.with_element(text, entry(text, "ada"), "plans", "c", wanted=True) is None


def test_the_only_entry_is_left_to_a_person() -> None:
    text = "users:\n  ada@contoso.com: {}\n"

    assert yaml_edit.without(text, entry(text, "ada")) is None


@pytest.mark.parametrize("text", ["a: [", "a: 1\n", ""])
def test_where_no_such_key_stands_nothing_is_found(text: str) -> None:
    assert yaml_edit.at(text, 7, 1) is None
