"""Addresses: their text form, what a target matches, and references between specs."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import address, spec
from reconciler.model.address import Address, Ref
from reconciler.model.spec import Spec

KEYS = st.text(min_size=1).filter(lambda key: key.strip() == key)


@given(KEYS)
def test_every_key_survives_its_text_form(key: str) -> None:
    found = Address("contoso", "user", key)

    assert address.parse(str(found)) == found
    assert str(found).count("/") == 2


@pytest.mark.parametrize(
    "text", ["", "contoso", "contoso/user", "contoso//ada", "/user/ada", "a/b/c/d", "contoso/user/"]
)
def test_what_is_no_address_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address: expected customer/kind/key, for example"):
        address.parse(text)


@pytest.mark.parametrize("text", ["contoso/group/a%2fb", "contoso/group/a%2Fb"])
def test_a_slash_may_be_written_in_either_case(text: str) -> None:
    assert address.parse(text).key == "a/b"


@pytest.mark.parametrize(
    ("pattern", "is_matched"),
    [
        ("contoso/user/ada@contoso.com", True),
        ("contoso/user", True),
        ("contoso/user/", True),
        ("contoso", True),
        ("contoso/user/ada", False),
        ("conto", False),
        ("*/user/*", True),
        ("contoso/user/ada@*", True),
        ("fabrikam/*", False),
        ("contoso/USER", False),
    ],
)
def test_a_target_is_an_address_a_prefix_at_a_slash_or_a_glob(pattern: str, is_matched: bool) -> None:
    assert address.matches(pattern, Address("contoso", "user", "ada@contoso.com")) is is_matched


def test_addresses_are_in_order_of_customer_kind_and_key() -> None:
    mixed = [
        Address("b", "user", "a"),
        Address("a", "user", "b"),
        Address("a", "group", "z"),
        Address("a", "user", "a"),
    ]

    assert [str(one) for one in sorted(mixed)] == ["a/group/z", "a/user/a", "a/user/b", "b/user/a"]


def test_every_resource_belongs_to_the_customer_itself() -> None:
    assert str(Address("contoso", "user", "ada").of_customer) == "contoso/customer/contoso"


class SeatSpec(Spec):
    """One of each way to refer to something."""

    holder: Annotated[str, Ref("user", owner=True)]
    room: Annotated[str | None, Ref("room")] = None
    guests: Annotated[frozenset[str], Ref("user")] = frozenset()
    label: str = ""


def test_references_are_found_by_their_marks() -> None:
    assert spec.references(SeatSpec) == {"holder": Ref("user", owner=True), "room": Ref("room"), "guests": Ref("user")}


def test_sets_of_references_are_told_from_single_ones() -> None:
    assert spec.reference_sets(SeatSpec) == ("guests",)


def test_targets_are_every_key_a_spec_names_with_elements_in_order() -> None:
    found = spec.targets(SeatSpec(holder="ada", guests=frozenset({"cy", "bo"}), label="x"))

    assert [(name, ref.kind, key) for name, ref, key in found] == [
        ("holder", "user", "ada"),
        ("guests", "user", "bo"),
        ("guests", "user", "cy"),
    ]


def test_the_owner_is_the_reference_that_says_so() -> None:
    assert spec.owner(SeatSpec(holder="ada", room="r")) == ("user", "ada")
    assert spec.owner(Spec()) is None


def test_a_filled_spec_is_the_same_as_one_that_was_validated() -> None:
    blank = SeatSpec(holder="")

    made = spec.filled(blank, {"holder": "ada", "room": "r"})

    assert made == SeatSpec(holder="ada", room="r")
    assert made.model_fields_set == {"holder", "room"}
    assert blank.holder == ""
    assert spec.filled(blank, {"holder": "ada"}, {"holder", "label"}).model_fields_set == {"holder", "label"}
