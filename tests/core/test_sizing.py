"""How many seats are bought, given back, stranded, and who goes without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.core.plan import Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Cause
from reconciler.model.resource import CoverageState, Desired, Live
from reconciler.model.seats import Lot, SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import Guardrails, Mode, OnDrift, Rightsizing

from .fakes import KINDS, LeaseSpec
from .scene import (
    CATALOG,
    NOTHING,
    NOW,
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
    remembered_after,
    runs,
    seats,
    told,
    want,
)

PEOPLE = ("ada", "bo", "cy")


def wanted(*names: str, sku: str = "E3") -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def there(*names: str, sku: str = "E3") -> list[Live[Spec]]:
    return [one for name in names for one in (lives(name), holds(name, sku))]


def quantities(*rows: str) -> list[str]:
    return [row for row in rows if "quantity" in row]


def test_seats_are_bought_once_for_all_who_need_them() -> None:
    files = customer(*wanted(*PEOPLE), lease("office"))

    plan = planned(files, reading(*map(lives, PEOPLE), seats("office", 1)))

    assert quantities(*runs(plan)) == ["update subscription/office quantity=3"]
    assert plan.changes[1].cost is not None
    assert str(plan.changes[1].cost.monthly) == "20.00 EUR"


def test_nothing_is_bought_while_a_seat_of_anybody_is_free() -> None:
    files = customer(*wanted("ada"), lease("office"))
    snapshot = reading(lives("ada"), seats("office", 1), seats("theirs", 1, own=False))

    plan = planned(files, snapshot)

    assert quantities(*runs(plan)) == []


def test_seats_of_others_are_counted_and_never_written() -> None:
    files = customer(*wanted(*PEOPLE), lease("office"))
    snapshot = reading(*there(*PEOPLE), seats("office", 3), seats("theirs", 2, own=False))

    plan = planned(files, snapshot)

    assert quantities(*runs(plan)) == ["update subscription/office quantity=1"]


@pytest.mark.parametrize(
    ("rule", "have", "people", "expected"),
    [
        ({"buffer": 2}, 3, PEOPLE, 5),
        ({"min": 7}, 3, PEOPLE, 7),
        ({"fixed": 4}, 3, PEOPLE, 4),
        ({"fixed": 4}, 9, PEOPLE, 4),
        ({"fixed": 2}, 9, PEOPLE, 3),
        ({}, 9, PEOPLE, 3),
        ({"min": 5}, 9, PEOPLE, 5),
        ({}, 9, (), 1),
    ],
    ids=["buffer", "min", "number-up", "number-down", "number-below-holders", "shrink", "shrink-to-min", "never-none"],
)
def test_the_rule_says_how_many(rule: dict[str, int], have: int, people: tuple[str, ...], expected: int) -> None:
    files = customer(*wanted(*people), lease("office", "E3", **rule))

    plan = planned(files, reading(*there(*people), seats("office", have)))

    assert quantities(*runs(plan)) == [f"update subscription/office quantity={expected}"]


def test_the_maximum_leaves_the_last_ones_without_a_seat() -> None:
    files = customer(*wanted(*PEOPLE), lease("office", max=2))

    plan = planned(files, reading(*map(lives, PEOPLE), seats("office", 1)))

    assert gates(plan) == {"create license/cy:E3": ["RC301"]}
    assert quantities(*runs(plan)) == ["update subscription/office quantity=2"]


def test_the_maximum_of_a_product_counts_seats_of_others() -> None:
    known = {"P:1": CATALOG["P:1"].model_copy(update={"max": 3})}
    files = customer(*wanted(*PEOPLE), lease("office"))
    snapshot = reading(*map(lives, PEOPLE), seats("office", 1), *there("zoe", "yan"), seats("theirs", 2, own=False))

    plan = plan_customer(Inputs(files, snapshot, NOTHING, KINDS, known), Run())

    assert quantities(*runs(plan)) == []
    assert len(gates(plan)) == 2


def test_a_swap_that_has_no_seat_leaves_the_old_license() -> None:
    before = customer(*wanted("ada"), lease("office"), lease("big", "E5", max=1))
    there_now = reading(*there("ada"), seats("office", 1), *there("bo", sku="E5"), seats("big", 1, "E5"))
    files = customer(person("ada"), license_of("ada", "E5"), lease("office"), lease("big", "E5", max=1))

    plan = planned(files, there_now, memory(before, there_now))

    assert gates(plan) == {"create license/ada:E5": ["RC301"], "unassign license/ada:E3": ["RC309"]}
    assert quantities(*runs(plan)) == []


def test_a_swap_is_one_step() -> None:
    before = customer(*wanted("ada"), lease("office"), lease("big", "E5"))
    there_now = reading(*there("ada"), seats("office", 1), seats("big", 1, "E5"))
    files = customer(person("ada"), license_of("ada", "E5"), lease("office"), lease("big", "E5"))

    plan = planned(files, there_now, memory(before, there_now))

    assert [told(step.changes) for step in plan.steps] == [["unassign license/ada:E3", "create license/ada:E5"]]


def test_only_open_lots_are_given_back_and_the_rest_is_advice() -> None:
    lots = (Lot(2, NOW + timedelta(days=3)), Lot(4, NOW + timedelta(hours=1)), Lot(9, NOW - timedelta(days=1)))
    end = NOW + timedelta(days=90)
    files = customer(*wanted("ada"), lease("office"))

    plan = planned(files, reading(*there("ada"), seats("office", 9, lots=lots, term_end=end)))

    assert quantities(*runs(plan)) == ["update subscription/office quantity=7"]
    assert [finding.code.id for finding in plan.findings] == ["RC501"]
    assert plan.findings[0].detail.startswith("6 seats")


@pytest.mark.parametrize("have", [1, 9], ids=["growth", "shrinking"])
@pytest.mark.parametrize("hours", [-23, 23], ids=["after", "before"])
def test_around_a_renewal_nothing_changes(have: int, hours: int) -> None:
    files = customer(*wanted(*PEOPLE), lease("office"))
    snapshot = reading(*map(lives, PEOPLE), seats("office", have, term_end=NOW + timedelta(hours=hours)))

    assert quantities(*runs(planned(files, snapshot))) == []


@pytest.mark.parametrize("how", [Rightsizing.NIGHTLY, Rightsizing.ADVICE])
def test_shrinking_is_advice_with_its_saving_where_it_is_not_inline(how: Rightsizing) -> None:
    files = customer(*wanted("ada"), lease("office"), rightsizing=how)

    plan = planned(files, reading(*there("ada"), seats("office", 3)))

    assert plan.changes == ()
    assert [(f.code.id, str(f.saving)) for f in plan.findings] == [("RC502", "20.00 EUR")]


def test_of_several_subscriptions_the_one_that_can_gives_back() -> None:
    files = customer(*wanted("ada"), lease("one"), lease("two"))
    snapshot = reading(*there("ada"), seats("one", 2, lots=()), seats("two", 3))

    plan = planned(files, snapshot, memory(files, reading(seats("one", 2), seats("two", 3))))

    assert quantities(*runs(plan)) == ["update subscription/two quantity=1"]


@pytest.mark.parametrize("kind", ["license", "subscription"])
@pytest.mark.parametrize("how", [CoverageState.PARTIAL, CoverageState.FAILED])
def test_nothing_is_sized_where_holders_or_seats_were_not_seen_whole(kind: str, how: CoverageState) -> None:
    files = customer(*wanted("ada"), lease("office", min=5))

    plan = planned(files, reading(lives("ada"), seats("office", 9), **{kind: how}))

    assert runs(plan) == []
    assert "license" in {deferred.kind for deferred in plan.deferred}


def test_a_swap_waits_as_a_whole_where_seats_were_not_seen() -> None:
    before = customer(*wanted("ada"))
    there_now = reading(*there("ada"))
    files = customer(person("ada"), license_of("ada", "E5"))
    unseen = reading(*there("ada"), subscription=CoverageState.FAILED)

    plan = planned(files, unseen, memory(before, there_now))

    assert plan.changes == ()


def test_somebody_who_holds_a_sku_twice_needs_one_seat() -> None:
    files = customer(*wanted("ada"), lease("office"))
    snapshot = reading(lives("ada"), holds("ada"), holds("ada", inherited=True), seats("office", 1))

    assert planned(files, snapshot).changes == ()


def test_a_license_that_a_group_gives_is_not_given_again() -> None:
    files = customer(*wanted("ada"), lease("office"))

    assert planned(files, reading(lives("ada"), holds("ada", inherited=True), seats("office", 1))).changes == ()


def test_seats_bought_outside_are_drift_and_only_reported_where_drift_is() -> None:
    files = customer(*wanted("ada"), lease("office"), on_drift={"subscriptions": OnDrift.REPORT})
    ledger = memory(files, reading(*there("ada"), seats("office", 1)))

    plan = planned(files, reading(*there("ada"), seats("office", 4)), ledger)

    assert plan.changes == ()
    assert [change.cause for change in plan.reported] == [Cause.DRIFT]


def test_with_the_memory_lost_reported_seats_stay_reported() -> None:
    files = customer(*wanted("ada"), lease("office"), on_drift={"subscriptions": OnDrift.REPORT})

    plan = planned(files, reading(*there("ada"), seats("office", 4)))

    assert plan.changes == ()


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.CREATE_ONLY])
def test_licenses_wait_for_seats_that_the_mode_keeps_from_us(mode: Mode) -> None:
    files = customer(*wanted(*PEOPLE), lease("office"), modes={"subscriptions": mode})

    plan = planned(files, reading(*map(lives, PEOPLE), seats("office", 1)))

    assert runs(plan) == ["create license/ada:E3"]
    assert gates(plan) == {"create license/bo:E3": ["RC301"], "create license/cy:E3": ["RC301"]}


def test_a_swap_waits_for_a_seat_that_nobody_buys_and_is_no_circle() -> None:
    """What else the same person gets is given: only the swap has to wait."""
    ada = [person("ada"), license_of("ada"), license_of("ada", "Visio")]
    modes = {"subscriptions": Mode.OBSERVE, "licenses": Mode.AUTHORITATIVE}
    files = customer(*ada, lease("office"), modes=modes, scope={"E3", "F1", "Visio"})
    pools = (seats("office", 0), seats("old", 1, "F1"), seats("drawing", 1, "Visio"))

    plan = planned(files, reading(lives("ada"), holds("ada", "F1"), *pools))

    assert runs(plan) == ["create license/ada:Visio"]
    assert gates(plan) == {"create license/ada:E3": ["RC301"], "unassign license/ada:F1": ["RC309"]}


def test_a_seat_that_somebody_gives_is_found_beside_one_that_is_nowhere() -> None:
    """Ada and Bo want Drawing, of which one seat is free and one is given up, and Third, of which there is none."""
    people = [one for name in ("ada", "bo") for one in (person(name), license_of(name, "Drawing"))]
    third = [license_of("ada", "Third"), license_of("bo", "Third")]
    modes = {"subscriptions": Mode.OBSERVE, "licenses": Mode.AUTHORITATIVE}
    files = customer(*people, *third, person("zoe"), lease("third", "Third"), modes=modes)
    pools = (seats("drawing", 2, "Drawing"), seats("third", 0, "Third"))

    plan = planned(files, reading(lives("ada"), lives("bo"), lives("zoe"), holds("zoe", "Drawing"), *pools))

    assert {"create license/ada:Drawing", "create license/bo:Drawing"} <= set(runs(plan))
    assert set(gates(plan)) == {"create license/ada:Third", "create license/bo:Third"}


def test_a_seat_that_somebody_cannot_take_after_all_goes_to_the_next_one() -> None:
    """Bo keeps F1, because there is no E3 for him, and cannot have F3 beside it: the seat is Ola's."""
    bo, ola = [person("bo"), license_of("bo"), license_of("bo", "F3")], [person("ola"), license_of("ola", "F3")]
    modes = {"licenses": Mode.AUTHORITATIVE}
    files = customer(*bo, *ola, lease("three", "F3", max=1), modes=modes, scope={"E3", "F1", "F3"})
    pools = (seats("three", 1, "F3"), seats("one", 1, "F1"))

    plan = planned(files, reading(lives("bo"), lives("ola"), holds("bo", "F1"), *pools))

    assert runs(plan) == ["create license/ola:F3"]
    assert set(gates(plan)) == {"create license/bo:E3", "create license/bo:F3", "unassign license/bo:F1"}


def test_seats_to_keep_free_are_bought_where_a_fixed_number_gives_back_its_own() -> None:
    files = customer(*wanted("ada", "bo"), lease("office", buffer=1), lease("other", fixed=1))
    there_are = reading(*there("ada", "bo"), seats("office", 1), seats("other", 2))

    plan = planned(files, there_are)

    assert {change.address.key: change.units for change in plan.changes} == {"office": 1, "other": -1}


def test_a_missing_price_is_said() -> None:
    files = customer(*wanted("ada"), lease("office"))

    plan = planned(files, reading(lives("ada"), seats("office", 0, product="Q:9")))

    assert [finding.code.id for finding in plan.findings] == ["RC503"]


def test_buying_and_assigning_converges() -> None:
    files = customer(*wanted(*PEOPLE), lease("office"))
    plan = planned(files, reading(*map(lives, PEOPLE), seats("office", 1)))
    ledger = remembered_after(memory(customer(), reading()), plan)

    assert planned(files, reading(*there(*PEOPLE), seats("office", 3)), ledger).changes == ()


def test_suspended_seats_serve_nobody() -> None:
    files = customer(*wanted("ada"), lease("office"))

    plan = planned(files, reading(lives("ada"), seats("office", 5, active=False)))

    assert gates(plan) == {"create license/ada:E3": ["RC301"]}


def test_suspended_seats_are_not_counted_when_others_are_bought() -> None:
    files = customer(*wanted("ada", "bo"), lease("office"))
    snapshot = reading(lives("ada"), lives("bo"), seats("office", 1), seats("old", 5, active=False))

    assert quantities(*runs(planned(files, snapshot))) == ["update subscription/office quantity=2"]


def test_a_seat_that_a_group_goes_on_giving_is_not_free_for_others() -> None:
    before = customer(*wanted("ada"))
    twice = [lives("ada"), holds("ada"), holds("ada", inherited=True)]
    files = customer(person("ada"), *wanted("bo"), lease("office", max=1))

    plan = planned(files, reading(*twice, lives("bo"), seats("office", 1)), memory(before, reading(*twice)))

    assert runs(plan) == ["unassign license/ada:E3"]
    assert gates(plan) == {"create license/bo:E3": ["RC301"]}


def test_a_subscription_without_a_word_on_seats_is_left_as_it_is() -> None:
    files = customer(*wanted("ada"), want("subscription", "office", LeaseSpec(sku="E3")))

    plan = planned(files, reading(lives("ada"), seats("office", 0)))

    assert gates(plan) == {"create license/ada:E3": ["RC301"]}


def test_a_foreign_subscription_that_the_files_name_is_never_sized() -> None:
    theirs = want("subscription", "theirs", LeaseSpec(sku="E3", own=False, seats=SeatRule(fixed=5)))

    plan = planned(customer(theirs, *wanted("ada")), reading(*there("ada"), seats("theirs", 2, own=False)))

    assert plan.changes == ()


def test_millions_of_seats_that_nobody_needs_are_a_row_like_any_other() -> None:
    files = customer(*wanted("ada"), lease("office", fixed=10_000_000), guardrails=Guardrails(seats_added=10**9))

    plan = planned(files, reading(lives("ada"), seats("office", 0)))

    assert runs(plan) == ["update subscription/office quantity=10000000", "create license/ada:E3"]


@pytest.mark.parametrize(("quantity", "people"), [(2, 3), (5, 1)], ids=["too few", "too many"])
def test_a_pack_neither_grows_nor_shrinks(quantity: int, people: int) -> None:
    names = ("ada", "bo", "cy")[:people]
    wanted = [one for name in names for one in (person(name), license_of(name))]

    plan = planned(
        customer(*wanted, lease("pack", fixed=2, pack=True)), reading(*map(lives, names), seats("pack", quantity))
    )

    assert [row for row in plan.changes if row.address.kind == "subscription"] == []
    assert len(runs(plan)) == min(quantity, people)
