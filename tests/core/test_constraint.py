"""What a reviewed plan allows: the same rows, and pooled rows within the sums that were shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core import codec, constraint
from reconciler.core.constraint import Constraint
from reconciler.model.change import Action, Change

from .builders import EXPIRES, a_change, a_cost, a_field, a_gate, a_plan

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
