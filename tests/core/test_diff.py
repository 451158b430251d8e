"""What differs between two specs, in the smallest units that an API can change."""

from __future__ import annotations

from typing import Annotated

import pytest

from reconciler.core import diff
from reconciler.model.address import Address, Ref
from reconciler.model.change import FieldChange, Value
from reconciler.model.finding import Origin
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec


class OuterSpec(Spec):
    """One of each form that a value can have."""

    name: str | None = None
    words: frozenset[str] = frozenset()
    lines: tuple[str, ...] = ()
    share: float | None = None
    members: Annotated[frozenset[str] | None, Ref("user")] = frozenset()
    boss: Annotated[str | None, Ref("user")] = None


WHERE = Address("contoso", "outer", "x")


def differing(ours: OuterSpec, theirs: OuterSpec, *, takes_away: bool = False) -> list[tuple[str, Value, Value]]:
    desired = Desired(WHERE, ours, frozenset(ours.model_fields_set), Origin("a.yaml"))
    found = diff.compare(desired, Live(WHERE, "1", theirs), lambda _name, _key: takes_away)
    return [(".".join(change.path), change.before, change.after) for change in found]


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (OuterSpec(name="a"), OuterSpec(name="a"), []),
        (OuterSpec(name="a"), OuterSpec(name="b"), [("name", "b", "a")]),
        (OuterSpec(name=None), OuterSpec(name="b"), [("name", "b", None)]),
        (OuterSpec(), OuterSpec(name="b"), []),
        (OuterSpec(words=frozenset("ba")), OuterSpec(words=frozenset("a")), [("words", ("a",), ("a", "b"))]),
        (OuterSpec(words=frozenset()), OuterSpec(words=frozenset("a")), [("words", ("a",), ())]),
        (OuterSpec(lines=("b", "a")), OuterSpec(lines=("a", "b")), [("lines", ("a", "b"), ("b", "a"))]),
        (OuterSpec(share=0.5), OuterSpec(), [("share", None, "0.5")]),
        (OuterSpec(boss="ada"), OuterSpec(boss="bo"), [("boss", "bo", "ada")]),
        (OuterSpec(members=frozenset("ab")), OuterSpec(members=frozenset("ac")), [("members.b", False, True)]),
        (OuterSpec(members=frozenset("a")), OuterSpec(members=None), [("members.a", False, True)]),
        (OuterSpec(name="a", boss="b"), OuterSpec(), [("boss", None, "b"), ("name", None, "a")]),
    ],
    ids=[
        "equal",
        "another text",
        "cleared",
        "not mentioned",
        "a set as a whole",
        "an empty set",
        "a list in its order",
        "a fraction as text",
        "a reference",
        "an element of a set of references",
        "an element where nothing was read",
        "in order of the names",
    ],
)
def test_only_what_is_mentioned_and_other_is_told(
    ours: OuterSpec, theirs: OuterSpec, expected: list[tuple[str, Value, Value]]
) -> None:
    assert differing(ours, theirs) == expected


def test_an_element_goes_where_it_is_ours_to_take() -> None:
    ours, theirs = OuterSpec(members=frozenset("a")), OuterSpec(members=frozenset("ab"))

    assert differing(ours, theirs) == []
    assert differing(ours, theirs, takes_away=True) == [("members.b", True, False)]


def test_a_new_resource_is_given_what_is_not_empty() -> None:
    spec = OuterSpec(name="a", words=frozenset("ba"), lines=(), boss=None, members=frozenset("ed"), share=0.5)

    found = diff.creation(spec, frozenset(OuterSpec.model_fields))

    assert found == (
        FieldChange(("members", "d"), before=False, after=True),
        FieldChange(("members", "e"), before=False, after=True),
        FieldChange(("name",), None, "a"),
        FieldChange(("share",), None, "0.5"),
        FieldChange(("words",), None, ("a", "b")),
    )


def test_a_new_resource_is_given_only_what_is_named() -> None:
    assert diff.creation(OuterSpec(name="a", boss="b"), frozenset({"boss"})) == (FieldChange(("boss",), None, "b"),)


@pytest.mark.parametrize(
    ("spec", "path", "expected"),
    [
        (OuterSpec(name="a"), ("name",), "a"),
        (OuterSpec(words=frozenset("ba")), ("words",), ("a", "b")),
        (OuterSpec(members=frozenset("a")), ("members", "a"), True),
        (OuterSpec(members=frozenset("a")), ("members", "b"), False),
        (OuterSpec(members=None), ("members", "a"), False),
    ],
    ids=["text", "set", "element", "no element", "nothing read"],
)
def test_a_value_is_found_by_its_path(spec: OuterSpec, path: tuple[str, ...], expected: Value) -> None:
    assert diff.value_at(spec, path) == expected


def test_a_spec_holds_changes_when_every_value_is_as_they_want_it() -> None:
    name, member = FieldChange(("name",), None, "a"), FieldChange(("members", "b"), before=False, after=True)

    assert diff.holds(OuterSpec(name="a", members=frozenset("b")), (name, member))
    assert not diff.holds(OuterSpec(name="a"), (name, member))
