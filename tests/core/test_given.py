"""Teams that hand out a SKU: who takes a seat by joining, who frees one by leaving, and what is not given twice.

Everybody in `paid` gets E3. What the directory has made of a membership is a pass `name:E3@groups`; it comes, and goes,
later than the membership.
"""

from __future__ import annotations

import pytest

from reconciler.model.resource import CoverageState, Desired, Live
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec
from reconciler.model.template import Guardrails, Mode, OnDrift

from .fakes import PassFacts, TeamFacts
from .scene import (
    customer,
    gates,
    grave,
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
    waves,
)

PAID = "id-group-paid"


def paid(*members: str, name: str = "paid", sku: str = "E3") -> Live[Spec]:
    """The team as it is."""
    return together(name, *members, facts=TeamFacts(frozenset({sku})))


def exactly(*members: str, name: str = "paid") -> Desired[Spec]:
    """The team as it is to be, with nobody else in it."""
    return team(name, *members, mode=Mode.AUTHORITATIVE)


def given(name: str, standing: Standing = Standing.WORKS, sku: str = "E3", by: str = PAID) -> Live[Spec]:
    """What the directory has made of a membership."""
    facts = PassFacts(standing is Standing.WORKS, {by: standing})
    return holds(name, sku, inherited=True, facts=facts, waiting=standing is Standing.SHORT)


def test_a_joiner_without_a_spare_seat_buys_one_before_joining() -> None:
    files = customer(person("joe"), exactly("ada", "joe"), lease("office"))

    plan = planned(files, reading(lives("ada"), lives("joe"), paid("ada"), given("ada"), seats("office", 1)))

    assert waves(plan) == [["update subscription/office quantity=2"], ["update group/paid members+joe"]]


def test_a_joiner_who_is_created_needs_a_seat_too() -> None:
    files = customer(person("joe"), exactly("joe"), lease("office"))

    plan = planned(files, reading(paid(), seats("office", 0)))

    assert "update subscription/office quantity=1" in runs(plan)
    assert "update group/paid members+joe" in waves(plan)[-1]


def test_fifty_joiners_are_one_row_of_seats() -> None:
    people = [f"p{number:02}" for number in range(50)]
    files = customer(*map(person, people), exactly(*people), lease("office"), guardrails=Guardrails(seats_added=49))

    plan = planned(files, reading(*map(lives, people), paid(), seats("office", 1)))

    assert [step.wave for step in plan.steps] == [0, 1]
    assert runs(plan)[0] == "update subscription/office quantity=50"


def test_who_joined_and_has_nothing_yet_holds_a_seat_all_the_same() -> None:
    files = customer(person("joe"), exactly("joe"), lease("office"))

    assert planned(files, reading(lives("joe"), paid("joe"), seats("office", 1))).changes == ()


def test_who_left_and_still_has_the_license_holds_no_seat() -> None:
    files = customer(exactly("joe"), license_of("kim"), person("kim"), lease("office"))
    there = reading(lives("joe"), lives("kim"), lives("bo"), paid("joe"), given("joe"), given("bo"), seats("office", 2))

    assert runs(planned(files, there)) == ["create license/kim:E3"]


def test_what_a_team_gives_counts_as_it_is_where_its_members_were_not_read() -> None:
    there = together("paid", facts=TeamFacts(frozenset({"E3"}), read=False))
    files = customer(person("kim"), license_of("kim"), lease("office"))

    plan = planned(files, reading(lives("kim"), lives("bo"), there, given("bo"), seats("office", 1)))

    assert "update subscription/office quantity=2" in runs(plan)


def test_the_seat_of_a_leaver_goes_to_a_joiner_of_the_same_team() -> None:
    files = customer(person("joe"), exactly("joe"), lease("office"))

    plan = planned(files, reading(lives("joe"), lives("bo"), paid("bo"), given("bo"), seats("office", 1)))

    assert waves(plan) == [["update group/paid members-bo"], ["update group/paid members+joe"]]


def test_one_team_is_not_written_twice_at_once() -> None:
    files = customer(person("ada"), license_of("ada"), exactly("ada"), lease("office", fixed=2))
    there = reading(lives("ada"), lives("bo"), holds("ada"), paid("bo"), given("bo"), seats("office", 2))

    assert waves(planned(files, there)) == [["update group/paid members+ada"], ["update group/paid members-bo"]]


def test_the_seat_of_a_leaver_goes_to_somebody_who_gets_it_directly() -> None:
    files = customer(person("kim"), license_of("kim"), exactly(), lease("office", min=1))

    plan = planned(files, reading(lives("kim"), lives("bo"), paid("bo"), given("bo"), seats("office", 1)))

    assert waves(plan) == [["update group/paid members-bo"], ["create license/kim:E3"]]


def test_the_seat_of_a_direct_license_goes_to_a_joiner() -> None:
    before = customer(person("bo"), license_of("bo"), exactly(), lease("office"))
    there = reading(lives("bo"), lives("joe"), holds("bo"), paid(), seats("office", 1))
    files = customer(person("bo"), exactly("joe"), lease("office"))

    plan = planned(files, there, memory(before, there))

    assert waves(plan) == [["unassign license/bo:E3"], ["update group/paid members+joe"]]


def test_a_seat_that_two_teams_give_up_together_is_free_after_both() -> None:
    files = customer(person("kim"), license_of("kim"), exactly(), exactly(name="second"), lease("office", min=1))
    twice = holds("bo", inherited=True, facts=PassFacts(by={PAID: Standing.WORKS, "id-group-second": Standing.WORKS}))
    there = [lives("kim"), lives("bo"), twice, seats("office", 1)]

    plan = planned(files, reading(*there, paid("bo"), paid("bo", name="second")))

    assert waves(plan)[-1] == ["create license/kim:E3"]
    assert {address.key for address in plan.changes[-1].depends_on} == {"paid", "second"}


def test_a_deleted_member_frees_the_seat_once() -> None:
    files = customer(person("kim"), license_of("kim"), lease("office"), tombstones=dict([grave("user", "bo")]))
    there = reading(lives("kim"), lives("bo"), paid("bo"), given("bo"), holds("bo"), seats("office", 1))

    assert waves(planned(files, there)) == [["delete user/bo"], ["create license/kim:E3"]]


def test_a_team_that_is_deleted_frees_the_seats_of_its_members() -> None:
    files = customer(lease("office"), tombstones=dict([grave("group", "paid")]))
    there = reading(lives("ada"), lives("bo"), paid("ada", "bo"), given("ada"), given("bo"), seats("office", 2))

    assert waves(planned(files, there)) == [["delete group/paid"], ["update subscription/office quantity=1"]]


def test_own_license_and_membership_take_one_seat() -> None:
    files = customer(person("ada"), license_of("ada"), exactly("ada"), lease("office"))

    plan = planned(files, reading(lives("ada"), holds("ada"), paid(), seats("office", 1)))

    assert runs(plan) == ["update group/paid members+ada"]


def test_a_license_that_a_team_will_give_is_not_assigned_besides() -> None:
    files = customer(person("joe"), license_of("joe"), exactly("joe"), lease("office"))
    first = planned(files, reading(lives("joe"), paid(), seats("office", 1)))

    assert runs(first) == ["update group/paid members+joe"]
    assert planned(files, reading(lives("joe"), paid("joe"), seats("office", 1))).changes == ()
    assert planned(files, reading(lives("joe"), paid("joe"), given("joe"), seats("office", 1))).changes == ()


def test_who_leaves_a_team_and_keeps_the_license_gets_it_directly_first() -> None:
    files = customer(person("bo"), license_of("bo"), exactly(), lease("office"))

    plan = planned(files, reading(lives("bo"), paid("bo"), given("bo"), seats("office", 1)))

    assert waves(plan) == [["create license/bo:E3"], ["update group/paid members-bo"]]
    assert planned(files, reading(lives("bo"), holds("bo"), given("bo"), paid(), seats("office", 1))).changes == ()


def test_who_joins_a_team_gives_up_the_own_license_afterwards() -> None:
    before = customer(person("bo"), license_of("bo"), exactly(), lease("office"))
    there = reading(lives("bo"), holds("bo"), paid(), seats("office", 1))

    plan = planned(customer(person("bo"), exactly("bo"), lease("office")), there, memory(before, there))

    assert waves(plan) == [["update group/paid members+bo"], ["unassign license/bo:E3"]]


def test_who_changes_teams_of_one_sku_needs_no_seat_more() -> None:
    files = customer(person("bo"), exactly(), exactly("bo", name="second"), lease("office"))

    plan = planned(files, reading(lives("bo"), paid("bo"), given("bo"), paid(name="second"), seats("office", 1)))

    assert waves(plan) == [["update group/second members+bo"], ["update group/paid members-bo"]]


@pytest.mark.parametrize("directly", [True, False], ids=["directly", "by another team"])
def test_of_products_that_exclude_each_other_the_old_one_goes_first(*, directly: bool) -> None:
    new = license_of("bo", "F3") if directly else exactly("bo", name="other")
    files = customer(person("bo"), exactly(), new, lease("f1", "F1", min=1), lease("f3", "F3"))
    there = [lives("bo"), paid("bo", sku="F1"), given("bo", sku="F1"), seats("f1", 1, "F1"), seats("f3", 1, "F3")]

    plan = planned(files, reading(*there, paid(name="other", sku="F3")))

    assert waves(plan)[0] == ["update group/paid members-bo"]
    assert len(waves(plan)) == 2


def test_those_without_a_seat_are_named_and_the_others_join() -> None:
    files = customer(*map(person, ("ada", "bo", "cy")), exactly("ada", "bo", "cy"), lease("office", max=2))

    plan = planned(files, reading(*map(lives, ("ada", "bo", "cy")), paid(), seats("office", 2)))

    assert runs(plan) == ["update group/paid members+ada members+bo"]
    assert gates(plan) == {"update group/paid members+cy": ["RC301"]}
    assert plan.changes[-1].blocked[0].detail.startswith("contoso/group/paid gives E3 to cy, which takes a seat and")


def test_where_seats_may_not_be_bought_as_many_join_as_there_are_seats() -> None:
    files = customer(
        *map(person, ("ada", "bo", "cy")),
        exactly("ada", "bo", "cy"),
        lease("office"),
        modes={"subscriptions": Mode.OBSERVE},
    )

    plan = planned(files, reading(*map(lives, ("ada", "bo", "cy")), paid(), seats("office", 2)))

    assert runs(plan) == ["update group/paid members+ada members+bo"]
    assert gates(plan) == {"update group/paid members+cy": ["RC301"]}


def test_who_gets_no_seat_in_the_team_keeps_what_the_plan_takes_away() -> None:
    before = customer(person("bo"), license_of("bo", "E5"), exactly("bo", name="old"), lease("big", "E5"))
    there = reading(
        lives("bo"),
        holds("bo", "E5"),
        paid(),
        paid("bo", name="old", sku="E1"),
        given("bo", sku="E1", by="id-group-old"),
        seats("big", 1, "E5"),
    )
    files = customer(person("bo"), exactly("bo"), exactly(name="old"), lease("big", "E5"))

    plan = planned(files, there, memory(before, there))

    assert runs(plan) == []
    assert gates(plan) == {
        "update group/paid members+bo": ["RC301"],
        "update group/old members-bo": ["RC309"],
        "unassign license/bo:E5": ["RC309"],
    }


def test_a_member_who_lacks_nothing_but_a_seat_gets_one_and_is_tried_again() -> None:
    files = customer(team("paid"), lease("office"))
    there = reading(
        lives("ada"), lives("joe"), paid("ada", "joe"), given("ada"), given("joe", Standing.SHORT), seats("office", 1)
    )

    plan = planned(files, there)

    assert waves(plan) == [
        ["update subscription/office quantity=2"],
        ["update license/joe:E3@groups waiting=False"],
    ]


def test_a_member_who_stays_without_a_seat_is_told_of_and_blocks_nothing() -> None:
    files = customer(person("kim"), license_of("kim"), team("paid"), lease("office", max=1))
    there = reading(lives("kim"), lives("joe"), paid("joe"), given("joe", Standing.SHORT), seats("office", 1))

    plan = planned(files, there)

    assert runs(plan) == ["create license/kim:E3"]
    assert gates(plan) == {}
    assert [finding.code.id for finding in plan.findings] == ["RC405"]


def test_who_leaves_is_not_tried_again() -> None:
    files = customer(exactly(), lease("office"))

    plan = planned(files, reading(lives("joe"), paid("joe"), given("joe", Standing.SHORT), seats("office", 1)))

    assert runs(plan) == ["update group/paid members-joe"]


@pytest.mark.parametrize(
    ("modes", "on_drift"),
    [({"licenses": Mode.OBSERVE}, {}), ({}, {"licenses": OnDrift.REPORT})],
    ids=["observed", "reported"],
)
def test_nobody_is_tried_again_where_licenses_are_only_looked_at(
    modes: dict[str, Mode], on_drift: dict[str, OnDrift]
) -> None:
    files = customer(team("paid"), lease("office"), modes=modes, on_drift=on_drift)

    plan = planned(files, reading(lives("joe"), paid("joe"), given("joe", Standing.SHORT), seats("office", 1)))

    assert runs(plan) == []


def test_whom_the_directory_refuses_holds_no_seat_and_is_told_of() -> None:
    files = customer(team("paid"), lease("office"))

    plan = planned(files, reading(lives("joe"), paid("joe"), given("joe", Standing.REFUSED), seats("office", 2)))

    assert runs(plan) == ["update subscription/office quantity=1"]
    assert [(f.code.id, "it does not fit" in f.detail) for f in plan.findings] == [("RC405", True)]


@pytest.mark.parametrize("standing", [Standing.REFUSED, Standing.SHORT])
def test_a_license_that_a_team_fails_to_give_is_assigned_directly(standing: Standing) -> None:
    files = customer(person("joe"), license_of("joe"), team("paid", "joe"), lease("office"))

    plan = planned(files, reading(lives("joe"), paid("joe"), given("joe", standing), seats("office", 1)))

    assert runs(plan) == ["create license/joe:E3"]


def test_nobody_joins_while_it_is_not_known_who_holds_what() -> None:
    files = customer(person("joe"), exactly("joe"), lease("office"))
    there = reading(lives("joe"), lives("bo"), paid("bo"), seats("office", 9), license=CoverageState.FAILED)

    plan = planned(files, there)

    assert runs(plan) == ["update group/paid members-bo"]
    assert "group" in {deferred.kind for deferred in plan.deferred}


def test_no_seat_is_counted_while_teams_could_not_be_read() -> None:
    files = customer(person("kim"), license_of("kim"), lease("office"))

    plan = planned(files, reading(lives("kim"), seats("office", 5), group=CoverageState.FAILED))

    assert runs(plan) == []


def test_a_leaver_who_is_deleted_gives_the_seat_to_somebody_who_leaves_the_team_for_it() -> None:
    """Bo is to have E3 directly before he leaves the team, takes E5 from Cy, and Cy leaves the team before he goes."""
    files = customer(
        person("bo"),
        license_of("bo"),
        license_of("bo", "E5"),
        exactly(),
        lease("office"),
        lease("big", "E5"),
        tombstones=dict([grave("user", "cy")]),
    )
    there = [lives("bo"), lives("cy"), paid("bo", "cy"), given("bo"), given("cy"), holds("cy", "E5")]

    plan = planned(files, reading(*there, seats("office", 2), seats("big", 1, "E5")))

    order = [row for wave in waves(plan) for row in wave if "quantity" not in row]
    assert order.index("delete user/cy") < order.index("create license/bo:E5")
    assert order.index("create license/bo:E3") < order.index("update group/paid members-bo members-cy")
