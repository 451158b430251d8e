"""Gates: what a blocked row takes along, and what goes on without it."""

from __future__ import annotations

from dataclasses import replace

from .scene import NOTHING, customer, gates, lives, person, planned, reading, runs, team, together

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
