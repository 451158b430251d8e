"""What a reviewed plan allows: the same rows, and pooled rows within the sums that were shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core import codec, constraint
from reconciler.core.constraint import Constraint
from reconciler.core.plan import CustomerPlan
from reconciler.model.change import Action, Change
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Snapshot

from .builders import EXPIRES, a_change, a_cost, a_field, a_gate, a_plan
from .scene import customer, gates, holds, lease, license_of, lives, person, planned, reading, runs, team, told
from .scene import seats as subscribed

ADA = "contoso/user/ada@contoso.com"
ROW = a_change(ADA, Action.UPDATE, fields=(a_field("city", "Rome", "Oslo"), a_field("department", None, "IT")))


def reviewed(*changes: Change) -> Constraint:
    return constraint.of(codec.loads(codec.dumps(a_plan(*changes), "0.1.0", EXPIRES)))


def seats(before: int, after: int, monthly: str | None = None) -> Change:
    return a_change(
        "contoso/subscription/x",
        Action.UPDATE,
        fields=(a_field("seats", before, after),),
        units=after - before,
        cost=a_cost(monthly) if monthly else None,
    )


def test_the_same_row_is_allowed_whatever_was_there_before() -> None:
    now = replace(ROW, fields=(a_field("department", "HR", "IT"), a_field("city", "Paris", "Oslo")))

    assert reviewed(ROW).allows(now)


@pytest.mark.parametrize(
    "other",
    [
        replace(ROW, action=Action.DELETE),
        replace(ROW, fields=ROW.fields[:1]),
        replace(ROW, fields=(a_field("city", "Rome", "Bonn"), ROW.fields[1])),
        a_change("contoso/user/eve@contoso.com", Action.UPDATE, fields=ROW.fields),
    ],
    ids=["action", "fewer-fields", "after", "address"],
)
def test_another_row_is_not_allowed(other: Change) -> None:
    assert not reviewed(ROW).allows(other)


def test_a_row_with_a_secret_is_recognized_though_the_file_masks_it() -> None:
    row = a_change(ADA, fields=(a_field("password", None, "hunter2", secret=True),))

    assert reviewed(row).allows(row)


def test_a_blocked_row_is_part_of_the_constraint() -> None:
    assert reviewed(replace(ROW, blocked=(a_gate(),))).allows(ROW)


@pytest.mark.parametrize(
    ("shown", "now", "allowed"),
    [
        (seats(10, 11), seats(11, 12), True),
        (seats(10, 12), seats(10, 11), True),
        (seats(10, 11), seats(10, 12), False),
        (seats(12, 10), seats(12, 11), True),
        (seats(12, 10), seats(12, 9), False),
        (seats(12, 10), seats(10, 11), False),
        (seats(10, 11), seats(12, 10), False),
        (seats(10, 11, "10 EUR"), seats(11, 12, "10 EUR"), True),
        (seats(10, 11, "10 EUR"), seats(11, 12, "10.01 EUR"), False),
        (seats(10, 11, "10 EUR"), seats(11, 12, "10 USD"), False),
        (seats(10, 11), seats(11, 12, "10 EUR"), False),
        (seats(12, 10, "-20 EUR"), seats(12, 11, "-10 EUR"), True),
        (ROW, seats(10, 11), False),
    ],
    ids=[
        "other-absolute-value",
        "fewer-added",
        "more-added",
        "fewer-returned",
        "more-returned",
        "turned-to-growth",
        "turned-to-return",
        "same-cost",
        "dearer",
        "other-currency",
        "cost-not-shown",
        "cheaper",
        "pool-not-shown",
    ],
)
def test_seats_move_within_what_was_shown(shown: Change, now: Change, allowed: bool) -> None:
    assert allowed is reviewed(shown).allows(now)


def test_two_plans_allow_the_rows_of_both_and_the_sum_of_their_seats() -> None:
    other = a_change("contoso/user/bo@contoso.com")
    both = constraint.union([reviewed(ROW, seats(10, 11, "10 EUR")), reviewed(other, seats(10, 11, "10 EUR"))])

    assert all(map(both.allows, (ROW, other, seats(10, 12, "20 EUR"))))
    assert not both.allows(seats(10, 13, "20 EUR"))


def test_several_rows_of_one_pool_in_one_plan_add_up() -> None:
    assert reviewed(seats(10, 11), seats(11, 12)).allows(seats(10, 12))


@pytest.mark.parametrize(
    ("now", "is_stale"),
    [
        (ROW, False),
        (replace(ROW, fields=ROW.fields[:1]), False),
        (replace(ROW, fields=(replace(ROW.fields[0], before="Paris"), ROW.fields[1])), True),
        (replace(ROW, fields=(ROW.fields[0], replace(ROW.fields[1], before="HR"))), True),
        (seats(99, 100), False),
    ],
    ids=["as it was", "one value is there by now", "another value before", "a value where none was", "seats"],
)
def test_a_value_that_somebody_changed_since_the_review_is_stale(now: Change, is_stale: bool) -> None:
    assert reviewed(ROW, seats(10, 11)).is_stale(now) is is_stale


def test_what_either_of_two_plans_saw_before_is_not_stale() -> None:
    other = replace(ROW, fields=(replace(ROW.fields[0], before="Paris"), ROW.fields[1]))

    both = constraint.union([reviewed(ROW), reviewed(other)])

    assert not both.is_stale(ROW)
    assert not both.is_stale(other)
    assert both.is_stale(replace(ROW, fields=(replace(ROW.fields[0], before="Bonn"), ROW.fields[1])))


def test_a_secret_that_was_there_before_is_not_stale_though_the_file_masks_it() -> None:
    row = a_change(ADA, Action.UPDATE, fields=(a_field("password", "old", "new", secret=True),))

    assert not reviewed(row).is_stale(row)
    assert reviewed(row).is_stale(replace(row, fields=(a_field("password", None, "new", secret=True),)))


def planned_again(files: DesiredCustomer, then: Snapshot, now: Snapshot) -> CustomerPlan:
    """The plan of now, of what a plan of then had reviewed."""
    shown = planned(files, then).changes
    return planned(files, now, constraint=reviewed(*shown))


def test_what_changed_since_the_review_needs_a_new_plan_and_the_rest_runs() -> None:
    files = customer(person("ada", title="cto"), person("bo", title="cfo"))
    then = reading(lives("ada", title="ceo"), lives("bo", title="ceo"))

    plan = planned_again(files, then, reading(lives("ada", title="king"), lives("bo", title="ceo")))

    assert runs(plan) == ["update user/bo title=cfo"]
    assert told(plan.unreviewed) == ["update user/ada title=cto"]


def test_seats_are_bought_for_reviewed_licenses_only() -> None:
    files = customer(person("ada"), person("bo"), license_of("ada"), license_of("bo"), lease("office"))
    then = reading(lives("ada"), lives("bo"), holds("bo"), subscribed("office", 1))

    plan = planned_again(files, then, reading(lives("ada"), lives("bo"), subscribed("office", 1)))

    assert runs(plan) == ["create license/ada:E3"]
    assert told(plan.unreviewed) == ["create license/bo:E3"]


def test_seats_that_nobody_reviewed_are_not_bought_and_who_needs_them_waits() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office"))
    then = reading(lives("ada"), subscribed("office", 1))

    plan = planned_again(files, then, reading(lives("ada"), subscribed("office", 0)))

    assert runs(plan) == []
    assert gates(plan) == {"create license/ada:E3": ["RC301"]}


def test_what_is_made_without_a_value_that_waits_is_the_reviewed_row() -> None:
    """Eve's new name is refused, so the team was shown without her, and she in a blocked row of its own."""
    files = customer(person("eve.s", title="cfo"), person("ada"), team("all", "ada", "eve.s"))
    there = reading(lives("eve", title="cfo"), lives("ada"))

    plan = planned_again(files, there, there)

    assert runs(plan) == runs(planned(files, there))
    assert "create group/all" in runs(plan)
    assert plan.unreviewed == ()


def test_a_value_that_nobody_reviewed_keeps_what_is_made_from_running() -> None:
    there = reading(lives("ada"), lives("bo"))
    shown = planned(customer(team("all", "ada"), person("ada"), person("bo")), there).changes

    files = customer(team("all", "ada", "bo"), person("ada"), person("bo"))
    plan = planned(files, there, constraint=reviewed(*shown))

    assert told(plan.unreviewed) == ["create group/all"]
