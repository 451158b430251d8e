"""A fixed choice from the fault matrix; the whole of it is `make faults`, its figures stand in docs/reliability.md."""

from __future__ import annotations

import random
from functools import cache

import pytest

from . import matrix, stories
from .play import Trouble, Verdict, judged, play, prepared
from .stories import Story

SEED = 20261122
EACH = 5
NAMES = {story.name: story for story in stories.ALL}
RULES = {fault.name: fault.rule for fault in matrix.FAULTS}
UPGRADES = [stories.UPGRADED.name, stories.PART_INTO.name, stories.ALL_INTO.name]
WITH_A_SCHEDULE = [stories.DECREASE.name, stories.GROW_SCHEDULED.name]


@cache
def _clean(story: Story) -> Verdict:
    return play(prepared(story))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_story_without_trouble_ends_after_one_run_of_what_was_reviewed(name: str) -> None:
    story = NAMES[name]

    verdict = _clean(story)

    # What changed after the review needs a second plan: the first run leaves it alone.
    assert (verdict.runs, verdict.wrong) == (2 if story.reviewed else 1, [])


@pytest.mark.parametrize("number", range(EACH))
@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_fault_anywhere_costs_at_most_two_more_runs_and_nothing_else(name: str, number: int) -> None:
    trouble = _chosen(NAMES[name], "fault", number)

    verdict = judged(prepared(NAMES[name]), trouble, _clean(NAMES[name]))

    assert verdict.wrong == [], trouble.name


@pytest.mark.parametrize("number", range(EACH))
@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_client_killed_anywhere_leaves_nothing_that_the_next_runs_do_not_mend(name: str, number: int) -> None:
    trouble = _chosen(NAMES[name], "kill", number)

    verdict = judged(prepared(NAMES[name]), trouble, _clean(NAMES[name]))

    assert verdict.wrong == [], trouble.name


@pytest.mark.parametrize("acted", [False, True], ids=["before", "after it acted"])
@pytest.mark.parametrize("name", WITH_A_SCHEDULE)
def test_a_scheduled_change_survives_a_death_at_any_write_of_its_subscription(name: str, *, acted: bool) -> None:
    writes = [k for k, row in enumerate(_clean(NAMES[name]).rows, 1) if row["method"] == "PATCH"]

    wrong = {k: _killed(name, k, acted=acted) for k in range(writes[0], writes[-1] + 1)}

    assert len(writes) == 2
    assert {k: found for k, found in wrong.items() if found} == {}


@pytest.mark.parametrize("acted", [False, True], ids=["before", "after it acted"])
def test_nothing_is_bought_twice_after_a_death_at_any_request_of_an_order(*, acted: bool) -> None:
    name = stories.ORDERED.name
    parts = ("/carts", "/checkout", "/orders", "/availabilities")
    asked = [k for k, row in enumerate(_clean(NAMES[name]).rows, 1) if str(row["route"]).endswith(parts)]

    wrong = {k: _killed(name, k, acted=acted) for k in asked}

    assert len(asked) == 4
    assert {k: found for k, found in wrong.items() if found} == {}


@pytest.mark.parametrize("acted", [False, True], ids=["before", "after it acted"])
@pytest.mark.parametrize("name", UPGRADES)
def test_nothing_is_upgraded_twice_after_a_death_at_any_request_of_an_upgrade(name: str, *, acted: bool) -> None:
    asked = [k for k, row in enumerate(_clean(NAMES[name]).rows, 1) if "transition" in row["route"]]

    wrong = {k: _killed(name, k, acted=acted) for k in asked}

    assert [_clean(NAMES[name]).rows[k - 1]["method"] for k in asked].count("POST") == 1
    assert {k: found for k, found in wrong.items() if found} == {}


@pytest.mark.parametrize("fault", ["acts, answer lost", "acts, answers 500", "connection breaks before", "500"])
@pytest.mark.parametrize("name", UPGRADES)
def test_a_lost_answer_to_an_upgrade_leads_to_no_second_one(name: str, fault: str) -> None:
    story = NAMES[name]
    (k,) = [
        k for k, row in enumerate(_clean(story).rows, 1) if row["method"] == "POST" and "transition" in row["route"]
    ]

    verdict = judged(prepared(story), Trouble(fault, ({**RULES[fault], "nth": k, "items": False},)), _clean(story))

    assert verdict.wrong == []
    assert sum(1 for row in verdict.rows if row["method"] == "POST" and "transition" in row["route"]) == 1


def _killed(name: str, k: int, *, acted: bool) -> list[str]:
    return judged(prepared(NAMES[name]), Trouble("", kill_at=k, acted=acted), _clean(NAMES[name])).wrong


def _chosen(story: Story, kind: str, number: int) -> Trouble:
    found = [t for t in matrix.troubles(_clean(story)) if bool(t.kill_at) == (kind == "kill")]
    return random.Random(f"{SEED}{story.name}{number}").choice(found)
