"""Somebody comes back from the recycle bin with what they had: seats for it, and what is taken away again."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.plan import CustomerPlan
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.ledger import CustomerLedger
from reconciler.model.plan import Scope
from reconciler.model.resource import Guard, Live, Snapshot
from reconciler.model.seats import Standing
from reconciler.model.spec import Spec
from reconciler.model.template import Mode, OnDrift

from .fakes import PassFacts, TeamFacts
from .scene import (
    binned,
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
    told,
    waves,
)

RESTORE = "restore user/ada"
BO = (lives("bo"), holds("bo"))  # somebody has the seat that there is
AUTHORITATIVE = {"licenses": Mode.AUTHORITATIVE}


def grown(plan: CustomerPlan) -> int:
    return sum(change.units for change in plan.changes)


def warned(plan: CustomerPlan) -> list[Address | None]:
    return [finding.address for finding in plan.findings if finding.code is codes.RETURNS_WITHOUT_SEAT]


@pytest.mark.parametrize("declared", [False, True], ids=["not ours", "declared"])
def test_the_seat_of_who_comes_back_is_bought_once_and_before(*, declared: bool) -> None:
    wanted = [license_of("ada")] if declared else []
    files = customer(person("ada"), lease("office"), *wanted)

    plan = planned(files, reading(binned("ada", holds("ada")), *BO, seats("office", 1)))

    assert waves(plan)[:2] == [["update subscription/office quantity=2"], [RESTORE]]
    assert grown(plan) == 1


def test_a_license_that_is_only_reported_comes_back_all_the_same() -> None:
    files = customer(person("ada"), license_of("ada"), lease("office"), on_drift={"licenses": OnDrift.REPORT})
    there = reading(lives("ada"), holds("ada"), *BO, seats("office", 2))

    gone = reading(binned("ada", holds("ada")), *BO, seats("office", 1))
    plan = planned(files, gone, memory(files, there))

    assert told(plan.reported) == ["create license/ada:E3"]
    assert "update subscription/office quantity=2" in runs(plan)


def test_the_restore_says_what_comes_with_it() -> None:
    files = customer(person("ada"), lease("office"))
    there = reading(binned("ada", holds("ada", "F1"), holds("ada")), seats("office", 1), lives("bo"))

    row = next(change for change in planned(files, there).changes if change.address.kind == "user")

    assert row.note.endswith("comes back as it was, with E3, F1")


def test_what_we_gave_earlier_and_the_files_do_not_give_any_more_is_taken_away_after_the_restore() -> None:
    before = customer(person("ada"), license_of("ada"), lease("office"))
    ledger = memory(before, reading(lives("ada"), holds("ada"), seats("office", 1)))
    files = customer(person("ada"), lease("office"))

    plan = planned(files, reading(binned("ada", holds("ada")), *BO, seats("office", 1)), ledger)

    assert waves(plan) == [[RESTORE], ["unassign license/ada:E3"]]
    assert grown(plan) == 0


@pytest.mark.parametrize(
    ("back", "forgotten"),
    [((holds("ada", "F1"),), True), ((holds("ada", "F1"), holds("ada")), False), ((), False)],
    ids=["gone before", "comes back", "not shown"],
)
def test_what_was_taken_away_before_the_deletion_is_forgotten_where_the_bin_shows_it(
    back: tuple[Live[Spec], ...], forgotten: bool
) -> None:
    before = customer(person("ada"), license_of("ada"))
    ledger = memory(before, reading(lives("ada"), holds("ada"), seats("office", 1)))

    plan = planned(customer(person("ada")), reading(binned("ada", *back), seats("office", 1)), ledger)

    assert ("forget license/ada:E3" in runs(plan)) is forgotten


def test_what_a_sweep_covers_is_taken_away_after_the_restore() -> None:
    files = customer(person("ada"), person("bo"), license_of("bo"), lease("office"), modes=AUTHORITATIVE)
    there = reading(binned("ada", holds("ada")), lives("bo"), holds("bo"), seats("office", 1))

    assert waves(planned(files, there)) == [[RESTORE], ["unassign license/ada:E3"]]


def test_a_seat_that_passes_through_their_hands_is_given_to_others_after_that() -> None:
    files = customer(person("ada"), person("bo"), license_of("bo"), lease("office"), modes=AUTHORITATIVE)
    there = reading(binned("ada", holds("ada")), lives("bo"), seats("office", 1))

    plan = planned(files, there)

    assert waves(plan) == [[RESTORE], ["unassign license/ada:E3"], ["create license/bo:E3"]]


def test_of_two_base_products_the_one_that_comes_back_goes_before_a_team_gives_the_other() -> None:
    files = customer(person("ada"), team("paid", "ada"), lease("office", "F3"), modes=AUTHORITATIVE, scope={"F1"})
    paid = together("paid", facts=TeamFacts(frozenset({"F3"})))
    there = reading(binned("ada", holds("ada", "F1")), paid, seats("office", 1, "F3"), seats("old", 1, "F1"))

    assert waves(planned(files, there)) == [[RESTORE], ["unassign license/ada:F1"], ["update group/paid members+ada"]]


@pytest.mark.parametrize(("sku", "bought"), [("E3", 1), ("F1", 0)], ids=["still given", "given no more"])
def test_what_a_team_gives_comes_back_with_the_membership(sku: str, bought: int) -> None:
    files = customer(person("ada"), team("paid"), lease("office"))
    back = holds("ada", inherited=True, facts=PassFacts(by={"id-group-paid": Standing.WORKS}))
    paid = together("paid", facts=TeamFacts(frozenset({sku})))

    assert grown(planned(files, reading(binned("ada", back), paid, *BO, seats("office", 1)))) == bought


def test_a_license_that_did_not_work_takes_no_seat_when_it_comes_back() -> None:
    files = customer(person("ada"), lease("office"))
    failed = holds("ada", facts=PassFacts(working=False))
    short = holds("ada", inherited=True, facts=PassFacts(by={"elsewhere": Standing.SHORT}))

    assert runs(planned(files, reading(binned("ada", failed, short), *BO, seats("office", 1)))) == [RESTORE]


def test_a_license_that_comes_back_by_a_team_is_not_assigned_besides() -> None:
    files = customer(person("ada"), license_of("ada"), team("paid", "ada"), lease("office"))
    back = holds("ada", inherited=True, facts=PassFacts(by={"id-group-paid": Standing.WORKS}))
    paid = together("paid", facts=TeamFacts(frozenset({"E3"})))

    plan = planned(files, reading(binned("ada", back), paid, seats("office", 1)))

    assert runs(plan) == [RESTORE, "update group/paid members+ada"]


@pytest.mark.parametrize(
    "there",
    [
        binned("ada", holds("ada")),
        binned("ada", holds("ada"))._replace(guard=Guard("kept elsewhere")),
    ],
    ids=["people are only looked at", "kept elsewhere"],
)
def test_nothing_comes_back_with_somebody_who_is_not_restored(there: Live[Spec]) -> None:
    modes = AUTHORITATIVE | ({} if there.guard else {"users": Mode.OBSERVE})
    files = customer(person("ada"), lease("office"), modes=modes, scope={"E3"})

    plan = planned(files, reading(there, *BO, seats("office", 1)))

    assert plan.changes == ()


@pytest.mark.parametrize("name", ["user/ada", "license/ada:E3"])
def test_outside_the_scope_nothing_is_taken_away_without_the_restore(name: str) -> None:
    files = customer(person("ada"), lease("office"), modes=AUTHORITATIVE, scope={"E3"})
    there = reading(binned("ada", holds("ada")), seats("office", 1))

    plan = planned(files, there, scope=Scope(excludes=(f"contoso/{name}",)))

    assert told(plan.changes) == ([] if name == "user/ada" else [RESTORE])


def test_who_was_renamed_before_gets_everything_back_under_the_name_of_the_files() -> None:
    files = customer(person("ada"), lease("office"), license_of("ada"))
    ledger = memory(files, reading(lives("ada", "u1"), holds("ada"), seats("office", 1)))
    other = customer(person("ada"), lease("office"))

    there = reading(binned("ada2", holds("ada2")._replace(remote_id="id-license-ada:E3"), remote_id="u1"))
    plan = planned(other, there, ledger)

    assert runs(plan) == [RESTORE, "unassign license/ada:E3"]


class TestMemberships:
    """The directory hides Ada from the team while she is in the bin, and shows her again after the restore."""

    def ledger(self) -> CustomerLedger:
        files = customer(person("ada"), person("bo"), team("all", "ada", "bo"))
        return memory(files, reading(lives("ada"), lives("bo"), together("all", "ada", "bo")))

    def there(self, **team_values: Any) -> Snapshot:
        return reading(binned("ada"), lives("bo"), together("all", "bo", **team_values))

    def test_one_that_we_gave_and_the_files_give_no_more_is_taken_away_after_the_restore(self) -> None:
        files = customer(person("ada"), person("bo"), team("all", "bo"))

        assert waves(planned(files, self.there(), self.ledger())) == [[RESTORE], ["update group/all members-ada"]]

    def test_one_that_the_files_give_is_asked_for(self) -> None:
        files = customer(person("ada"), person("bo"), team("all", "ada", "bo"))

        assert waves(planned(files, self.there(), self.ledger())) == [[RESTORE], ["update group/all members+ada"]]

    def test_one_that_we_did_not_give_is_left(self) -> None:
        files = customer(person("ada"), person("bo"), team("all", "bo"))

        assert runs(planned(files, self.there())) == [RESTORE]

    def test_without_a_restore_nothing_is_taken_away(self) -> None:
        files = customer(person("ada"), person("bo"), team("all", "bo"), modes={"users": Mode.OBSERVE})

        assert runs(planned(files, self.there(), self.ledger())) == []

    def test_what_is_kept_elsewhere_is_left(self) -> None:
        files = customer(person("ada"), person("bo"), team("all", "bo"))

        assert runs(planned(files, self.there(guard=Guard("kept elsewhere")), self.ledger())) == [RESTORE]

    def test_no_seat_is_bought_for_one_that_goes_again(self) -> None:
        before = customer(person("ada"), team("paid", "ada"), lease("office"))
        paid = TeamFacts(frozenset({"E3"}))
        ledger = memory(before, reading(lives("ada"), together("paid", "ada", facts=paid), seats("office", 1)))
        back = holds("ada", inherited=True, facts=PassFacts(by={"id-group-paid": Standing.WORKS}))

        files = customer(person("ada"), team("paid"), lease("office"))
        there = reading(binned("ada", back), together("paid", facts=paid), *BO, seats("office", 1))
        plan = planned(files, there, ledger)

        assert waves(plan) == [[RESTORE], ["update group/paid members-ada"]]


class TestWithoutASeat:
    """One seat, no more may be bought, and Bo has it."""

    def plan(self, *wanted: str) -> CustomerPlan:
        people = [person(name) for name in ("ada", *wanted)]
        files = customer(*people, *(license_of(name) for name in wanted), lease("office", max=1))
        missing = [lives(name) for name in wanted if name != "ada"]
        there = reading(binned("ada", holds("ada")), lives("bo"), holds("bo"), *missing, seats("office", 1))
        return planned(files, there)

    def test_nobody_is_kept_out(self) -> None:
        plan = self.plan()

        assert runs(plan) == [RESTORE]
        assert warned(plan) == [Address("contoso", "user", "ada")]

    def test_what_the_files_want_of_it_is_told_as_what_it_is(self) -> None:
        plan = self.plan("ada")

        assert runs(plan) == [RESTORE]
        assert gates(plan) == {"create license/ada:E3": [codes.NO_SEATS.id]}

    def test_a_joiner_gets_none_either(self) -> None:
        plan = self.plan("zoe")

        assert runs(plan) == [RESTORE]
        assert gates(plan) == {"create license/zoe:E3": [codes.NO_SEATS.id]}

    def test_the_next_free_seat_is_theirs_and_not_a_joiners(self) -> None:
        files = customer(person("zoe"), person("aaron"), license_of("aaron"), lease("office", max=1))
        there = reading(binned("zoe", holds("zoe")), lives("aaron"), seats("office", 1))

        plan = planned(files, there)

        assert runs(plan) == ["restore user/zoe"]
        assert gates(plan) == {"create license/aaron:E3": [codes.NO_SEATS.id]}
        assert warned(plan) == []
