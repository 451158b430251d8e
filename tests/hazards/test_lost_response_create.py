"""The server created the user, and the answer got lost: nobody is created twice."""

from __future__ import annotations

import pytest
from scenarios.stage import Stage

from hazards import crashes


@pytest.mark.parametrize("action", ["dropAfter", "truncate", "malformed", "wrongType"])
def test_a_create_whose_answer_is_lost_ends_with_one_user(on_stage: Stage, action: str) -> None:
    identity = crashes.planned(on_stage)
    on_stage.faults({**crashes.CREATE, "action": action, "nth": [1], "items": False})

    crashes.converge(on_stage, "p.plan.json")

    crashes.assert_served_once(on_stage, identity)


def test_a_create_that_was_dropped_before_it_acted_is_done_by_the_same_file(on_stage: Stage) -> None:
    identity = crashes.planned(on_stage)
    on_stage.faults({**crashes.CREATE, "action": "dropBefore", "nth": [1], "items": False})

    crashes.converge(on_stage, "p.plan.json")

    crashes.assert_served_once(on_stage, identity)


def test_a_lost_answer_to_a_purchase_buys_no_second_seat(on_stage: Stage) -> None:
    identity = crashes.planned(on_stage)
    on_stage.faults({"service": "partnerCenter", "method": "PATCH", "action": "dropAfter", "nth": [1]})

    crashes.converge(on_stage, "p.plan.json")

    crashes.assert_served_once(on_stage, identity)
