"""What a change takes away from a subscription's renewal is put back: by the same plan, or by one of a later run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core import codec, constraint
from reconciler.core.constraint import Constraint
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.plan import Scope
from reconciler.model.renewal import Owed, Renewal
from reconciler.model.resource import CoverageState, Desired, Guard, Live
from reconciler.model.seats import SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Mode, TermPrice

from .builders import EXPIRES, a_plan
from .fakes import KINDS, LEASE, LeaseFacts, LeaseKind, LeaseSpec
from .scene import ALL_LOTS, NOTHING, NOW, at, customer, holds, license_of, lives, person, reading, want

ENDS = NOW + timedelta(days=90)
OFFICE = at("subscription", "office")
MONTH = TermPrice(term="P1Y", billing="monthly", price="120 EUR")


class TermSpec(LeaseSpec):
    """Seats for a term, and what is arranged for its end."""

    renewal: str | None = None
    auto: bool = True


class TermKind(LeaseKind):
    """A change of the quantity or the label takes the arrangement away; who wants `auto` wants another end."""

    spec = TermSpec

    def renewal(self, live: Live[LeaseSpec]) -> Renewal | None:
        spec = live.spec
        assert isinstance(spec, TermSpec)
        if not spec.own:
            return None
        facts = {"quantity": spec.quantity, "auto": spec.auto, "label": spec.label}
        ends = live.facts.term_end if isinstance(live.facts, LeaseFacts) else None
        text = spec.renewal or ""
        return Renewal(text, {"wire": text}, facts, ends, frozenset({"label"}), frozenset({"auto"}))


TERMS = tuple(TermKind() if kind is LEASE else kind for kind in KINDS)


def office(quantity: int, renewal: str | None = None, **more: Any) -> Live[Spec]:
    facts = LeaseFacts(lots=ALL_LOTS, term_end=more.pop("ends", ENDS))
    return Live(OFFICE, "id-office", TermSpec(sku="E3", quantity=quantity, renewal=renewal, **more), facts=facts)


def wanted(**more: Any) -> Desired[Spec]:
    spec = TermSpec(sku="E3", seats=SeatRule(), **more)
    return want("subscription", "office", spec, *more)


def debt(*left: dict[str, Any], **more: Any) -> Owed:
    """Run X took "8 seats" and left the subscription with two."""
    states = left or ({"quantity": 2, "auto": True},)
    known = {"ends": ENDS, "run": "X", "at": (NOW - timedelta(minutes=5)).isoformat(), **more}
    return Owed(OFFICE, "id-office", "8 seats", {"wire": "8 seats"}, states, **known)


def planned(
    people: int, there: Live[Spec], *debts: Owed, wants: Desired[Spec] | None = None, **more: Any
) -> CustomerPlan:
    """The plan for so many people, of whom the first two hold a seat."""
    names = ["ada", "bo", "cy", "di"][:people]
    declared = [wants or wanted(), *(one for name in names for one in (person(name), license_of(name)))]
    holders = names[:2]
    live = [*(lives(name) for name in names), *(holds(name) for name in holders), there]
    run = Run(more.pop("scope", Scope()), ("age1x",), more.pop("constraint", None))
    coverage = more.pop("coverage", {})
    catalog = {"P:1": CatalogSku(title="E3", sku="E3", terms=(MONTH,))}
    inputs = Inputs(customer(*declared, **more), reading(*live, **coverage), NOTHING, TERMS, catalog, debts)
    return plan_customer(inputs, run)


def renewals(plan: CustomerPlan) -> list[Change]:
    return [change for change in plan.changes if change.reason is Reason.RENEWAL]


def only(plan: CustomerPlan) -> Change:
    (found,) = renewals(plan)
    return found


class TestBesideAChange:
    def test_the_plan_puts_back_what_it_takes_away_in_the_same_step(self) -> None:
        plan = planned(3, office(2, "8 seats"))

        row = only(plan)
        assert [(field.path, field.before, field.after) for field in row.fields] == [(("renewal",), None, "8 seats")]
        assert (row.action, row.cause, row.units) == (Action.UPDATE, Cause.CONFIG, 0)
        assert next(step for step in plan.steps if row in step.changes).changes[0].reason is Reason.SEATS

    def test_it_is_owed_once_the_quantity_is_the_new_one(self) -> None:
        owed = only(planned(3, office(2, "8 seats"))).owed

        assert owed is not None
        assert (owed.document, owed.ends, owed.run) == ({"wire": "8 seats"}, ENDS, "")
        assert owed.is_as_left({"quantity": 3, "auto": True, "label": "anything"})
        assert not owed.is_as_left({"quantity": 2, "auto": True})

    def test_of_two_writes_each_alone_may_be_what_a_dying_run_leaves(self) -> None:
        owed = only(planned(3, office(2, "8 seats", label="old"), wants=wanted(label="new"))).owed

        assert owed is not None
        states: list[dict[str, str | int | bool | None]] = [
            {"quantity": 2, "label": "new"},
            {"quantity": 3, "label": "old"},
            {"quantity": 3, "label": "new"},
        ]
        assert [owed.is_as_left({"auto": True, **state}) for state in states] == [True, True, True]
        assert not owed.is_as_left({"auto": True, "quantity": 2, "label": "old"})

    @pytest.mark.parametrize(
        "plan",
        [
            planned(3, office(2)),
            planned(2, office(2, "8 seats")),
            planned(3, office(2, "ends", auto=False), wants=wanted(auto=True)),
            planned(3, office(2, "8 seats"), modes={"subscriptions": Mode.OBSERVE}),
        ],
        ids=["nothing-arranged", "no-change", "another-end-is-wanted", "only-observed"],
    )
    def test_nothing_is_put_back_where_nothing_is_taken_away(self, plan: CustomerPlan) -> None:
        assert renewals(plan) == []

    def test_a_blocked_change_takes_nothing_away(self) -> None:
        plan = planned(3, office(2, "8 seats", own=False, label="x"))

        assert renewals(plan) == []

    def test_a_target_elsewhere_that_needs_a_seat_takes_the_arrangement_along(self) -> None:
        scope = Scope(targets=("contoso/license/cy:E3",))

        assert only(planned(3, office(2, "8 seats"), scope=scope)).address == OFFICE


class TestDebtsOfEarlierRuns:
    def test_what_is_gone_is_put_back_and_the_run_is_named(self) -> None:
        plan = planned(2, office(2), debt())

        row = only(plan)
        assert row.note == "put back the renewal schedule that run X removed"
        assert row.owed == debt()
        assert (plan.released, plan.findings) == ((), ())

    def test_what_is_only_observed_by_now_is_reported(self) -> None:
        plan = planned(2, office(2), debt(), modes={"subscriptions": Mode.OBSERVE})

        assert (renewals(plan), [row.reason for row in plan.reported]) == ([], [Reason.RENEWAL])

    def test_who_is_in_no_file_any_more_gets_it_back_too(self) -> None:
        inputs = Inputs(customer(), reading(office(2)), NOTHING, TERMS, {}, (debt(),))

        assert only(plan_customer(inputs, Run())).address == OFFICE

    @pytest.mark.parametrize(
        "there", [office(2, "8 seats"), office(2, "5 seats"), office(9, "5 seats")], ids=["back", "other", "changed"]
    )
    def test_an_arrangement_that_is_there_settles_the_debt_silently(self, there: Live[Spec]) -> None:
        plan = planned(2, there, debt(), wants=want("subscription", "office", TermSpec(sku="E3")))

        assert (renewals(plan), plan.released) == ([], (debt(),))
        assert plan.findings == ()

    @pytest.mark.parametrize(("minutes", "released"), [(5, 0), (95, 1)], ids=["perhaps-a-late-replica", "for-sure"])
    def test_an_arrangement_beside_old_values_may_be_the_view_of_a_late_replica(
        self, minutes: int, released: int
    ) -> None:
        owed = debt({"quantity": 3, "auto": True}, at=(NOW - timedelta(minutes=minutes)).isoformat())

        plan = planned(2, office(2, "8 seats"), owed)

        assert (renewals(plan), len(plan.released)) == ([], released)

    @pytest.mark.parametrize(
        ("there", "owed", "why"),
        [
            (office(2, auto=False), debt(), "somebody has changed the subscription since"),
            (office(4), debt(), "somebody has changed the subscription since"),
            (office(2), debt(ends=NOW - timedelta(days=1)), "the term that it was arranged for ended on 2026-10-04"),
            (
                office(2, ends=ENDS + timedelta(days=365)),
                debt(),
                f"the term that it was arranged for ended on {ENDS.date()}",
            ),
        ],
        ids=["renewal-off", "seats", "date-passed", "renewed"],
    )
    def test_what_is_not_ours_to_put_back_any_more_is_let_go_and_told(
        self, there: Live[Spec], owed: Owed, why: str
    ) -> None:
        plan = planned(2, there, owed, wants=want("subscription", "office", TermSpec(sku="E3")))

        assert (renewals(plan), plan.released) == ([], (owed,))
        assert [finding.code.id for finding in plan.findings] == ["RC404"]
        assert "Run X took away" in plan.findings[0].detail
        assert plan.findings[0].detail.endswith(f"(8 seats); it is not put back, because {why}.")

    @pytest.mark.parametrize(
        ("coverage", "released"), [({}, 1), ({"subscription": CoverageState.PARTIAL}, 0)], ids=["whole", "partial"]
    )
    def test_a_subscription_that_is_gone_is_owed_nothing_once_that_is_sure(
        self, coverage: dict[str, CoverageState], released: int
    ) -> None:
        inputs = Inputs(customer(), reading(**coverage), NOTHING, TERMS, {}, (debt(),))

        assert len(plan_customer(inputs, Run()).released) == released

    def test_the_next_change_keeps_the_first_arrangement_and_the_first_run(self) -> None:
        row = only(planned(3, office(2), debt()))

        assert row.owed is not None
        assert (row.owed.text, row.owed.run) == ("8 seats", "X")
        assert row.owed.left == ({"quantity": 2, "auto": True}, {"quantity": 3, "auto": True})

    def test_a_change_beside_a_debt_that_a_late_replica_hides_adds_to_it(self) -> None:
        """The arrangement shows with the old quantity: perhaps the run died before its write, perhaps after it."""
        row = only(planned(3, office(2, "8 seats"), debt({"quantity": 3, "auto": True})))

        assert row.owed is not None
        assert (row.owed.run, row.owed.left) == ("X", ({"quantity": 3, "auto": True},))

    def test_a_change_takes_somebodys_new_arrangement_and_not_the_old_one(self) -> None:
        row = only(planned(3, office(2, "5 seats"), debt()))

        assert row.owed is not None
        assert (row.owed.text, row.owed.run) == ("5 seats", "")

    def test_a_change_of_what_somebody_else_has_changed_owes_nothing(self) -> None:
        assert renewals(planned(3, office(2, auto=False), debt())) == []

    def test_a_scope_elsewhere_leaves_the_debt_for_later(self) -> None:
        plan = planned(2, office(2), debt(), scope=Scope(targets=("contoso/user/ada",)))

        assert (renewals(plan), plan.released) == ([], ())


class TestUnderReviewedPlans:
    def reviewed(self, plan: CustomerPlan) -> Constraint:
        """What a file with these rows allows."""
        return constraint.of(codec.loads(codec.dumps(a_plan(*plan.changes), "0.1.0", EXPIRES)))

    def test_the_same_file_finishes_what_its_run_began(self) -> None:
        file = self.reviewed(planned(3, office(2, "8 seats")))
        taken = debt({"quantity": 3, "auto": True})

        plan = planned(3, office(3), taken, constraint=file)

        assert only(plan).owed == taken

    def test_who_reviewed_a_change_reviewed_that_it_keeps_what_is_arranged_by_now(self) -> None:
        file = self.reviewed(planned(3, office(2)))

        row = only(planned(3, office(2, "5 seats"), constraint=file))

        assert row.fields[0].after == "5 seats"

    def test_a_file_that_changes_nothing_there_needs_a_new_plan(self) -> None:
        file = Constraint(frozenset(), {})

        plan = planned(2, office(2), debt(), constraint=file)

        assert (renewals(plan), [row.reason for row in plan.unreviewed]) == ([], [Reason.RENEWAL])


def test_a_guarded_subscription_has_no_row_that_could_take_anything() -> None:
    there = office(2, "8 seats")._replace(guard=Guard("bought by another partner"))

    assert renewals(planned(2, there)) == []


def test_debts_of_other_kinds_are_left_alone() -> None:
    plan = planned(2, office(2), replace(debt(), address=at("user", "ada"), remote_id="id-user-ada"))

    assert renewals(plan) == []
