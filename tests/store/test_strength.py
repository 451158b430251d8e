"""Which passwords are strong: made ones always, supplied ones by the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.store.strength import CLASSES, generate, weakness


@given(st.lists(st.text(min_size=1, max_size=12), max_size=4))
def test_a_password_has_all_classes_and_no_part_of_a_name(names: list[str]) -> None:
    parts = ["".join(c if c.isalnum() else " " for c in name.lower()).split() for name in names]
    long_parts = [part for found in parts for part in found if len(part) >= 2]

    made = generate(*names)

    assert len(made) == 20
    assert all(any(c in group for c in made) for group in CLASSES)
    assert not [part for part in long_parts if part in made.lower()]
    assert weakness(made, *names) == ""


def test_a_password_that_is_made_avoids_a_sign_in_name_of_two_letters() -> None:
    """One in a hundred would hold it, and a directory that compares the whole sign-in name refuses (graph.md 5.2)."""
    assert all("a5" not in generate("A 5", "a5").lower() for _ in range(1000))


@pytest.mark.parametrize("name", ["Ella", "elLA Williams", "ella.w"])
def test_names_are_avoided_whatever_their_case(name: str) -> None:
    assert all("ella" not in generate(name).lower() for _ in range(50))


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("Abc-123", "it has 7 characters; 8 to 256 are needed"),
        ("Abc-1234", ""),
        ("Ab-1" * 64, ""),
        ("Ab-1" * 64 + "x", "it has 257 characters; 8 to 256 are needed"),
        ("abc-1234", "it is without an upper-case letter"),
        ("ABC-1234", "it is without a lower-case letter"),
        ("Abc-defg", "it is without a digit"),
        ("Abcd1234", "it is without a character that is no letter or digit"),
        ("abcdefgh", "it is without an upper-case letter and a digit and a character that is no letter or digit"),
        ("Umbr-ella-1", "it holds a part of the person's name"),
        ("Umbr-ELLA-1", "it holds a part of the person's name"),
        ("Bo-was-here-1", ""),
    ],
    ids=["7", "8", "256", "257", "no-upper", "no-lower", "no-digit", "no-other", "three", "name", "NAME", "short-name"],
)
def test_a_supplied_password_is_held_against_length_classes_and_names(password: str, said: str) -> None:
    assert weakness(password, "ella.williams", "Bo") == said
