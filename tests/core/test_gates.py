"""Gates: what a blocked row takes along, and what goes on without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model import codes

from .scene import (
    NOTHING,
    customer,
    gates,
    holds,
    lease,
    license_of,
    lives,
    memory,
    person,
    planned,
    reading,
    runs,
    seats,
    team,
    together,
)

RENAMED = lives("eve", title="cfo")  # looks like eve.s, who is therefore not made without a person's word
FORGOTTEN = replace(NOTHING, known=False)


def test_of_a_set_only_the_element_that_is_blocked_waits() -> None:
    files = customer(person("eve.s", title="cfo"), person("ada"), team("all", "ada", "eve.s"))

    plan = planned(files, reading(RENAMED, lives("ada"), together("all")), FORGOTTEN)

    assert runs(plan) == ["update group/all members+ada"]
    assert gates(plan)["update group/all members+eve.s"] == ["RC309"]


def test_what_is_made_is_made_without_the_element_that_is_blocked() -> None:
    files = customer(person("eve.s", title="cfo"), person("ada"), team("all", "ada", "eve.s"))

    plan = planned(files, reading(RENAMED, lives("ada")), FORGOTTEN)

    assert runs(plan) == ["create group/all"]
    assert gates(plan)["update group/all members+eve.s"] == ["RC309"]


def test_a_row_that_needs_nothing_else_is_blocked_as_a_whole() -> None:
    files = customer(person("eve.s", title="cfo"), team("all", "eve.s"))

    plan = planned(files, reading(RENAMED, together("all")), FORGOTTEN)

    assert runs(plan) == []
    assert gates(plan)["update group/all members+eve.s"] == ["RC309"]


def test_of_what_a_kind_foresees_only_the_values_meant_are_blocked() -> None:
    files = customer(person("ada"), team("all", "ada", title="rude"))

    plan = planned(files, reading(lives("ada"), together("all")))

    assert runs(plan) == ["update group/all members+ada"]
    assert gates(plan) == {"update group/all title=rude": ["RC403"]}


def test_what_cannot_be_given_leaves_what_it_was_to_replace() -> None:
    """F1 and F3 are base products; the F1 of a group nobody manages is not ours to take."""
    before = customer(person("bo"), license_of("bo", "E3"))
    there = reading(lives("bo"), holds("bo", "E3"), holds("bo", "F1"), seats("office", 1), seats("f3", 1, "F3"))
    files = customer(person("bo"), license_of("bo", "F3"), lease("office"), lease("f3", "F3"))

    plan = planned(files, there, memory(before, there))

    assert runs(plan) == []
    assert gates(plan) == {"create license/bo:F3": ["RC403"], "unassign license/bo:E3": ["RC309"]}


def test_what_is_held_back_for_want_of_a_seat_is_in_the_way_of_what_excludes_it() -> None:
    before = customer(person("bo"), license_of("bo", "F1"))
    there = reading(lives("bo"), holds("bo", "F1"), seats("f1", 1, "F1"), seats("f3", 1, "F3"))
    wanted = (license_of("bo", "F3"), license_of("bo", "E5"))
    files = customer(person("bo"), *wanted, lease("f1", "F1"), lease("f3", "F3"))

    plan = planned(files, there, memory(before, there))

    assert runs(plan) == []
    assert gates(plan) == {
        "create license/bo:E5": ["RC301"],
        "create license/bo:F3": ["RC403"],
        "unassign license/bo:F1": ["RC309"],
    }


@pytest.mark.parametrize(("protect", "cautions"), [(False, 1), (True, 0)], ids=["runs", "blocked"])
def test_what_is_to_be_known_of_a_row_is_told_where_it_runs(*, protect: bool, cautions: int) -> None:
    files = customer(person("ada", enabled=False, protect=protect))

    plan = planned(files, reading(lives("ada", enabled=True, chief=True)))

    assert [finding.code for finding in plan.findings].count(codes.MAYBE_THE_SAME) == cautions
