"""Seats that go into a subscription which is there: how many, what they cost, who waits, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.core import codec
from reconciler.core.constraint import of as constraint_of
from reconciler.core.plan import CustomerPlan
from reconciler.model.change import Change
from reconciler.model.finding import Finding
from reconciler.model.ledger import LedgerEntry, LedgerStatus
from reconciler.model.resource import Desired, Live, Snapshot
from reconciler.model.seats import SeatRule
from reconciler.model.spec import Spec

from .builders import EXPIRES, a_plan
from .fakes import LeaseSpec
from .scene import (
    NOTHING,
    NOW,
    PRICED,
    at,
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
    want,
)

END = NOW + timedelta(days=87)  # 27 of 31 days and two whole months
GROWS = "update subscription/studio quantity={} taken_from=office"


def on(sku: str, *names: str) -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def giver(*, whole: bool = False, into: str = "studio", **rule: Any) -> Desired[Spec]:
    """The one that gives: of the old product, or of the new one where all of it goes."""
    spec = LeaseSpec(sku="E3", into=into, seats=SeatRule(**rule))
    if not whole:
        return want("subscription", "office", spec)
    return want("subscription", "office", spec.model_copy(update={"sku": "E5", "product": "P:2", "was": "E3"}))


def taker(**rule: Any) -> Desired[Spec]:
    return want("subscription", "studio", LeaseSpec(sku="E5", product="P:2", was="E3", seats=SeatRule(**rule)))


def there(*names: str, office: int = 4, studio: int = 1, **facts: Any) -> Snapshot:
    """So many seats of both, with Eve on the new product and these people on the old one."""
    old = {"term_end": END, "lots": (), **facts.pop("old", {})}
    new = {"term_end": END, "product": "P:2", "lots": (), **facts}
    people = [one for name in names for one in (lives(name), holds(name))]
    pools: list[Live[Spec]] = [seats("office", office, **old), seats("studio", studio, "E5", **new)]
    return reading(*people, lives("eve"), holds("eve", "E5"), *pools)


def plan_of(*desired: Desired[Spec], found: Snapshot, **more: Any) -> CustomerPlan:
    """The plan after everybody was applied once on the old product."""
    names = [a.key for a in found.resources if a.kind == "user" and a.key != "eve"]
    before = memory(customer(lease("office"), taker(), *on("E3", *names), *on("E5", "eve")), found)
    files = customer(*desired, *on("E5", "eve"))
    return planned(files, found, more.pop("ledger", before), catalog=PRICED, **more)


def growth(plan: CustomerPlan) -> Change:
    (row,) = [change for change in plan.changes if change.address == at("subscription", "studio") and change.units]
    return row


def refused(plan: CustomerPlan) -> Finding:
    (found,) = [finding for finding in plan.findings if finding.code.id == "RC318"]
    return found


class TestPart:
    def test_as_many_go_as_are_needed_there_and_not_here(self) -> None:
        plan = plan_of(giver(), taker(), *on("E5", "ada", "bo"), *on("E3", "cy"), found=there("ada", "bo", "cy"))

        row = growth(plan)
        assert GROWS.format(3) in "\n".join(runs(plan)).replace("+", "=")
        assert (row.units, str(row.cost and row.cost.monthly)) == (2, "20.00 EUR")
        assert row.note.startswith("3 people will hold E5 (1 today, 1 seat here); 2 of the 4 seats of contoso/")
        assert row.note.endswith("it cannot be undone, and nothing of it can be given back")
        assert gates(plan) == {}

    def test_nobody_buys_what_is_to_come_from_there(self) -> None:
        """One seat can be spared, and two are needed: the second one is bought by the next plan."""
        found = there("ada", "bo", "cy", office=3)

        plan = plan_of(giver(), taker(), *on("E5", "ada", "bo", "di"), *on("E3", "cy"), found=found)

        assert growth(plan).units == 2
        assert [row for row in gates(plan) if "license/di" in row] == ["create license/di:E5"]
        (gate,) = next(c for c in plan.changes if c.address.key == "di:E5").blocked
        assert "as seats of contoso/subscription/office are to come first, and more by the next plan" in gate.detail

    def test_where_nothing_can_be_spared_seats_are_bought_as_ever(self) -> None:
        plan = plan_of(giver(), taker(), *on("E5", "di"), *on("E3", "ada", "bo"), found=there("ada", "bo", office=2))

        assert "update subscription/studio quantity=2" in runs(plan)

    def test_a_number_that_the_files_want_is_filled_from_there_too(self) -> None:
        plan = plan_of(giver(), taker(fixed=9), *on("E3", "ada"), found=there("ada"))

        assert growth(plan).units == 3

    @pytest.mark.parametrize(("rule", "units"), [({"min": 3}, 1), ({"buffer": 2}, 1), ({"fixed": 4}, 0)])
    def test_what_the_files_want_here_stays(self, rule: dict[str, Any], units: int) -> None:
        plan = plan_of(giver(**rule), taker(), *on("E5", "ada", "bo"), *on("E3", "cy"), found=there("ada", "bo", "cy"))

        taken = [c.units for c in plan.changes if c.units > 0 and "taken_from" in {part.name for part in c.fields}]
        assert sum(taken) == units

    def test_a_reviewed_purchase_allows_no_seats_of_another(self) -> None:
        bought = plan_of(lease("office"), taker(), *on("E5", "ada"), found=there("ada"))
        joined = plan_of(giver(), taker(), *on("E5", "ada"), found=there("ada"))

        bound = constraint_of(codec.loads(codec.dumps(a_plan(*bought.changes), "0", EXPIRES)))
        same = constraint_of(codec.loads(codec.dumps(a_plan(*joined.changes), "0", EXPIRES)))

        assert (bound.allows(growth(joined)), same.allows(growth(joined))) == (False, True)


class TestWhole:
    def test_all_of_them_go_with_whoever_had_one(self) -> None:
        plan = plan_of(giver(whole=True), taker(), *on("E5", "ada", "bo"), found=there("ada", "bo"))

        row = growth(plan)
        assert row.units == 4
        assert "all 4 seats of contoso/subscription/office become E5" in row.note
        assert not any(change.address == at("subscription", "office") for change in plan.changes)
        assert gates(plan) == {}

    def test_nobody_may_keep_a_license_of_it(self) -> None:
        plan = plan_of(giver(whole=True), taker(), *on("E5", "ada"), *on("E3", "bo"), found=there("ada", "bo"))

        assert "bo keeps E3, and all seats of it would go" in refused(plan).detail
        assert not refused(plan).is_error
        assert sorted(gates(plan)) == ["create license/ada:E5", "unassign license/ada:E3"]

    def test_another_subscription_of_the_old_product_may_serve_the_rest(self) -> None:
        found = there("ada", "bo")
        more = {**found.resources, at("subscription", "lab"): seats("lab", 1, "E3")}

        plan = plan_of(
            giver(whole=True),
            taker(),
            lease("lab"),
            *on("E5", "ada"),
            *on("E3", "bo"),
            found=Snapshot("contoso", NOW, more, found.coverage),
        )

        assert growth(plan).units == 4

    def test_what_has_gone_is_neither_ordered_nor_missed(self) -> None:
        left = {a: live for a, live in there().resources.items() if a != at("subscription", "office")}
        found = Snapshot("contoso", NOW, left, there().coverage)

        plan = plan_of(giver(whole=True), taker(), found=found, ledger=NOTHING)

        assert plan.changes == ()
        assert [finding.code.id for finding in plan.findings] == ["RC571"]


class TestRefused:
    @pytest.mark.parametrize(
        ("facts", "why"),
        [
            ({"cancellable_until": NOW + timedelta(days=2)}, "it can be cancelled until 2026-10-07T12:00Z"),
            ({"term_end": END - timedelta(days=1)}, "it ends on 2026-12-30, before the seats would on 2026-12-31"),
            ({"term": "P1M"}, "its term (P1M) is shorter than theirs (P1Y)"),
            ({"active": False, "suspended": True}, "both must stand in the files, be yours, and run"),
            ({"term_end": NOW + timedelta(hours=3), "old": {"term_end": NOW + timedelta(hours=3)}}, "within a day"),
            ({"old": {"trial": True, "term_end": END}}, "of a trial all seats are converted"),
        ],
        ids=["window", "ends-sooner", "shorter", "suspended", "around-renewal", "trial"],
    )
    def test_microsofts_rules_are_told_and_nothing_is_bought_instead(self, facts: dict[str, Any], why: str) -> None:
        plan = plan_of(giver(), taker(), *on("E5", "ada"), found=there("ada", **facts))

        assert why in refused(plan).detail
        assert [change for change in plan.changes if change.units > 0 and not change.blocked] == []

    def test_a_plan_that_does_not_allow_it_is_named(self) -> None:
        other = want("subscription", "studio", LeaseSpec(sku="E5", product="P:2", seats=SeatRule()))

        plan = plan_of(giver(), other, *on("E5", "ada"), found=there("ada"))

        assert "does not list the plan of contoso/subscription/studio under allowedUpgrades" in refused(plan).detail

    def test_one_that_is_not_there_yet_is_told_to_be_bought(self) -> None:
        found = reading(lives("ada"), holds("ada"), lives("eve"), seats("office", 3, term_end=END, lots=()))

        said = refused(plan_of(giver(), taker(), *on("E5", "ada"), found=found))

        assert "it is not there, so its seats are bought" in said.detail
        assert "write from: office at it" in said.fix

    def test_it_is_told_where_those_who_wait_need_every_seat_here(self) -> None:
        """Nobody can move, so no seat can be spared by now: the reason is still the term of the other one."""
        found = there("ada", "bo", office=2, cancellable_until=NOW + timedelta(days=2))

        plan = plan_of(giver(), taker(), *on("E5", "ada"), *on("E3", "bo"), found=found)

        assert "it can be cancelled until" in refused(plan).detail


class TestSeveralGivers:
    """Two subscriptions of the old product give to one of the new: one of them in each plan."""

    def plan(self, *files: Desired[Spec], lab: int = 3, **old: Any) -> CustomerPlan:
        found = there("ada", "bo", old=old)
        more = {**found.resources, at("subscription", "lab"): seats("lab", lab, "E3", term_end=END, lots=())}
        return plan_of(*files, taker(), found=Snapshot("contoso", NOW, more, found.coverage))

    def lab(self, **facts: Any) -> Desired[Spec]:
        return want("subscription", "lab", LeaseSpec(sku="E3", into="studio", seats=SeatRule(**facts)))

    def whole(self, name: str) -> Desired[Spec]:
        spec = LeaseSpec(sku="E5", product="P:2", was="E3", into="studio", seats=SeatRule())
        return want("subscription", name, spec)

    def test_the_first_gives_and_the_other_waits_for_the_next_plan(self) -> None:
        plan = self.plan(giver(), self.lab(), *on("E5", "ada", "bo"))

        assert "studio quantity=3 taken_from=lab" in "\n".join(runs(plan)).replace("+", "=")
        assert gates(plan) == {}
        assert "RC318" not in {finding.code.id for finding in plan.findings}

    def test_one_that_can_spare_none_is_passed_over(self) -> None:
        plan = self.plan(giver(), self.lab(fixed=3), *on("E5", "ada"))

        assert "taken_from=office" in "\n".join(runs(plan)).replace("+", "=")

    def test_all_seats_of_one_go_before_some_of_another(self) -> None:
        plan = self.plan(giver(whole=True), self.lab(), *on("E5", "ada", "bo"))

        assert growth(plan).units == 4

    def test_of_two_that_end_the_second_is_told_to_wait(self) -> None:
        plan = self.plan(giver(whole=True), self.whole("lab"), *on("E5", "ada", "bo"))

        assert growth(plan).units == 3
        assert refused(plan).detail.endswith("seats of contoso/subscription/lab go there first. Apply again.")


def test_what_an_earlier_run_asked_for_is_looked_at_and_nothing_is_bought() -> None:
    found = there("ada")
    known = memory(customer(lease("office"), taker(), *on("E3", "ada"), *on("E5", "eve")), found)
    entry = LedgerEntry("id-subscription-studio", LedgerStatus.ORDERING, cart="key", at=NOW.isoformat())

    plan = plan_of(
        giver(), taker(), *on("E5", "ada"), found=found, ledger=known.remembering({at("subscription", "studio"): entry})
    )

    assert growth(plan).note.endswith(
        "an earlier run asked for it: that is looked at first, and nothing is asked for twice"
    )
    assert not any(change.address == at("subscription", "office") for change in plan.changes)


def test_without_prices_or_ends_the_seats_go_all_the_same_and_say_what_is_not_known() -> None:
    found = there("ada", term_end=None, old={"term_end": None})
    files = customer(giver(), taker(), *on("E5", "ada", "eve"))
    known = memory(customer(lease("office"), taker(), *on("E3", "ada"), *on("E5", "eve")), found)

    unpriced = planned(files, found, known, catalog={"P:1": PRICED["P:1"]})
    endless = planned(files, found, known, catalog=PRICED)

    assert (growth(unpriced).cost, growth(unpriced).units) == (None, 1)
    assert str((cost := growth(endless).cost) and cost.commitment) == "10.00 EUR"


def test_one_whose_seats_the_files_do_not_say_takes_none() -> None:
    silent = want("subscription", "studio", LeaseSpec(sku="E5", product="P:2", was="E3"))

    plan = plan_of(giver(), silent, *on("E5", "ada"), found=there("ada"))

    assert "are not said in the files, or a pack, so nobody may change them" in refused(plan).detail


def test_one_that_is_not_there_yet_is_ordered_and_takes_nothing() -> None:
    found = there("ada")
    left = {a: live for a, live in found.resources.items() if a != at("subscription", "studio")}

    plan = plan_of(giver(), taker(), *on("E5", "ada"), found=Snapshot("contoso", NOW, left, found.coverage))

    assert not any("taken_from" in {part.name for part in change.fields} for change in plan.changes)
