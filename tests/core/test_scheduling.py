"""What cannot be given back today is left out of the renewal: never below what is needed, never in its last hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.core import codec, constraint
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Change, Reason
from reconciler.model.plan import Scope
from reconciler.model.renewal import Owed
from reconciler.model.resource import CoverageState, Desired, Live
from reconciler.model.seats import Lot, SeatRule
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Mode, OnDrift, Rightsizing, TermPrice

from .builders import EXPIRES, a_plan
from .scene import (
    NOTHING,
    NOW,
    at,
    customer,
    gates,
    holds,
    license_of,
    lives,
    memory,
    person,
    reading,
    remembered_after,
    runs,
    want,
)
from .terms import TERMS, TermSpec, lease_of, term

ENDS = NOW + timedelta(days=90)
OPEN = (Lot(100, NOW + timedelta(days=6)),)
PRICES = (
    TermPrice(term="P1Y", billing="monthly", price="120 EUR"),
    TermPrice(term="P1M", billing="monthly", price="12 EUR"),
)
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3", terms=PRICES)}


def planned(people: int, *there: Live[Spec], held: int | None = None, **more: Any) -> CustomerPlan:
    """The plan for so many declared people, of whom `held` (all of them, unless said) hold a seat."""
    names = [f"p{number}" for number in range(people)]
    leases = more.pop("leases", None) or [lease_of(one.address.key) for one in there if getattr(one.spec, "own", True)]
    declared = [*leases, *(one for name in names for one in (person(name), license_of(name)))]
    holding = names[: people if held is None else held]
    live = [*(lives(name) for name in names), *(holds(name) for name in holding), *there]
    run = Run(more.pop("scope", Scope()), ("age1x",), more.pop("constraint", None))
    debts = more.pop("debts", ())
    return plan_customer(Inputs(customer(*declared, **more), reading(*live), NOTHING, TERMS, CATALOG, debts), run)


def schedules(plan: CustomerPlan) -> list[str]:
    return [row for row in runs(plan) if "scheduled=" in row]


def only(plan: CustomerPlan) -> Change:
    (found,) = [change for change in plan.changes if change.reason is Reason.SCHEDULE]
    return found


def told(plan: CustomerPlan) -> list[tuple[str, str]]:
    return [(finding.code.id, finding.detail) for finding in plan.findings]


class TestSurplus:
    def test_what_cannot_go_today_is_left_out_of_the_renewal(self) -> None:
        plan = planned(1, term("office", 3, ENDS))

        row = only(plan)
        assert runs(plan) == ["update subscription/office scheduled=1"]
        assert (row.fields[0].before, row.units, row.cost) == (None, 0, None)
        assert "renewed on 2027-01-04 with 1 seat instead of 3, which saves 20.00 EUR a month" in row.note

    def test_what_can_go_today_goes_and_only_the_rest_waits(self) -> None:
        plan = planned(1, term("office", 5, ENDS, lots=(Lot(2, NOW + timedelta(days=3)),)))

        assert runs(plan) == ["update subscription/office quantity=3", "update subscription/office scheduled=1"]
        assert len(plan.steps) == 1

    def test_the_seats_that_stay_are_told_with_every_cent_until_the_term_ends(self) -> None:
        plan = planned(1, term("office", 3, ENDS))

        assert told(plan) == [
            (
                "RC501",
                "2 seats of contoso/subscription/office are not needed and cannot be given back until the term ends on "
                "2027-01-03 (20.00 EUR a month, 59.35 EUR in all); the renewal leaves them out.",
            )
        ]

    @pytest.mark.parametrize(
        ("rule", "people", "renewed"),
        [
            (SeatRule(min=4), 1, 4),
            (SeatRule(buffer=2), 1, 3),
            (SeatRule(fixed=5), 1, 5),
            (SeatRule(fixed=2), 3, 3),
            (SeatRule(), 0, 1),
        ],
        ids=["min", "buffer", "number", "number-below-holders", "never-none"],
    )
    def test_the_rule_holds_at_the_renewal_too(self, rule: SeatRule, people: int, renewed: int) -> None:
        plan = planned(people, term("office", 9, ENDS), leases=[leased(rule)])

        assert schedules(plan) == [f"update subscription/office scheduled={renewed}"]

    def test_a_renewal_that_is_arranged_so_is_a_clean_plan(self) -> None:
        plan = planned(1, term("office", 3, ENDS, scheduled=1))

        assert plan.changes == ()
        assert [code for code, _ in told(plan)] == ["RC501"]

    def test_nothing_is_arranged_where_all_seats_are_needed(self) -> None:
        assert planned(3, term("office", 3, ENDS)).changes == ()

    def test_add_ons_are_pools_of_their_own(self) -> None:
        files = customer(person("p0"), license_of("p0", "ADD"), lease_of("extra", sku="ADD"))
        there = reading(lives("p0"), holds("p0", "ADD"), term("extra", 4, ENDS, sku="ADD", product="P:2"))

        plan = plan_customer(Inputs(files, there, NOTHING, TERMS, CATALOG), Run())

        assert schedules(plan) == ["update subscription/extra scheduled=1"]


class TestSeveralSubscriptions:
    def test_the_monthly_one_goes_first_because_that_saves_most(self) -> None:
        year, month = term("a-year", 3, ENDS), term("month", 3, NOW + timedelta(days=20), term="P1M")

        plan = planned(4, year, month)

        assert schedules(plan) == ["update subscription/month scheduled=1"]
        assert "what saves most first: month (12.00 EUR), a-year (10.00 EUR)" in only(plan).note

    def test_of_one_price_the_term_that_ends_first_is_left_out_first(self) -> None:
        plan = planned(4, term("a", 3, ENDS), term("b", 3, NOW + timedelta(days=30)))

        assert schedules(plan) == ["update subscription/b scheduled=1"]

    def test_of_one_price_the_one_whose_price_is_locked_longest_grows(self) -> None:
        plan = planned(7, term("a", 3, NOW + timedelta(days=30)), term("b", 3, ENDS), held=6)

        assert [row for row in runs(plan) if "quantity" in row] == ["update subscription/b quantity=4"]

    def test_seats_that_others_may_let_end_are_used_and_not_relied_on(self) -> None:
        theirs = term("theirs", 5, NOW + timedelta(days=29), own=False)

        plan = planned(4, term("office", 4, ENDS), theirs)

        assert plan.changes == ()

    @pytest.mark.parametrize(("days", "renewed"), [(29, []), (31, ["update subscription/office scheduled=1"])])
    def test_seats_of_others_that_go_on_are_relied_on(self, days: int, renewed: list[str]) -> None:
        theirs = term("theirs", 5, NOW + timedelta(days=days), own=False)

        assert schedules(planned(4, term("office", 4, ENDS), theirs)) == renewed

    def test_a_trial_is_not_relied_on_and_never_changed(self) -> None:
        plan = planned(4, term("office", 4, ENDS), term("trial", 25, ENDS, trial=True))

        assert plan.changes == ()

    def test_what_is_not_renewed_is_not_relied_on_either(self) -> None:
        plan = planned(4, term("office", 4, ENDS), term("old", 4, NOW + timedelta(days=60), end_of_term="cancel"))

        assert plan.changes == ()
        assert [detail.split(" of ")[0] for _, detail in told(plan)] == ["4 seats"] or told(plan)


class TestRaising:
    def test_a_renewal_with_fewer_seats_than_holders_is_raised_whoever_arranged_it(self) -> None:
        plan = planned(3, term("office", 3, ENDS, scheduled=2), rightsizing=Rightsizing.ADVICE)

        row = only(plan)
        assert (row.fields[0].before, row.fields[0].after) == (2, 3)
        assert row.owed is not None
        assert (row.owed.replaces, row.owed.text) == ("2 seats", "3 seats")

    def test_it_is_raised_for_who_joins_in_the_same_plan(self) -> None:
        assert schedules(planned(3, term("office", 3, ENDS, scheduled=2), held=2)) == [
            "update subscription/office scheduled=3"
        ]

    def test_a_seat_that_is_bought_is_renewed_and_the_small_schedule_does_not_come_back(self) -> None:
        plan = planned(4, term("office", 3, ENDS, scheduled=2), held=3)

        assert [row for row in runs(plan) if "subscription" in row] == [
            "update subscription/office quantity=4",
            "update subscription/office scheduled=4",
        ]

    def test_after_a_purchase_the_schedule_that_still_fits_is_put_back(self) -> None:
        plan = planned(4, term("office", 3, ENDS, scheduled=4), held=3)

        assert [change.reason for change in plan.changes if change.owed] == [Reason.RENEWAL]

    def test_what_this_plan_leaves_is_known_to_the_row_that_arranges(self) -> None:
        owed = only(planned(4, term("office", 3, ENDS, scheduled=2), held=3)).owed

        assert owed is not None
        assert [owed.is_as_left({"quantity": number, "end_of_term": None}) for number in (3, 4, 5)] == [
            True,
            True,
            False,
        ]


class TestHowAndWhen:
    @pytest.mark.parametrize("how", [Rightsizing.NIGHTLY, Rightsizing.ADVICE])
    def test_lowering_is_advice_with_its_saving_where_it_is_not_inline(self, how: Rightsizing) -> None:
        plan = planned(1, term("office", 3, ENDS), rightsizing=how)

        assert plan.changes == ()
        assert [(f.code.id, str(f.saving)) for f in plan.findings] == [("RC502", "20.00 EUR")]
        assert "could be left out of the renewal on 2027-01-04" in plan.findings[0].detail

    def test_the_nightly_run_does_what_the_plan_only_advises(self) -> None:
        plan = planned(1, term("office", 3, ENDS), rightsizing=Rightsizing.NIGHTLY, scope=Scope(seats=True))

        assert schedules(plan) == ["update subscription/office scheduled=1"]

    def test_a_schedule_of_the_nightly_run_is_put_back_by_every_plan(self) -> None:
        plan = planned(1, term("office", 9, ENDS, scheduled=1, lots=OPEN), rightsizing=Rightsizing.NIGHTLY)

        assert plan.changes == ()

    @pytest.mark.parametrize(
        ("before_end", "expected"),
        [
            (timedelta(hours=24), ["update subscription/office scheduled=1"]),
            (timedelta(hours=24) - timedelta(seconds=1), []),
            (timedelta(0), []),
            (-timedelta(hours=24) + timedelta(seconds=1), []),
        ],
        ids=["24h-before", "a-second-less", "at-the-end", "almost-24h-after"],
    )
    def test_nothing_is_arranged_in_the_hours_around_a_renewal(
        self, before_end: timedelta, expected: list[str]
    ) -> None:
        plan = planned(1, term("office", 3, NOW + before_end))

        assert runs(plan) == expected
        assert ("before the renewal is over" in told(plan)[0][1]) is (not expected)

    @pytest.mark.parametrize(
        ("left", "row"),
        [
            (timedelta(hours=2, seconds=1), "quantity=1"),
            (timedelta(hours=2), "scheduled=1"),
            (timedelta(days=7), "quantity=1"),
            (timedelta(0), "scheduled=1"),
        ],
        ids=["just-open", "margin", "just-renewed", "closed"],
    )
    def test_the_window_of_seven_days_decides_between_now_and_the_renewal(self, left: timedelta, row: str) -> None:
        """After a renewal all seats are one lot with a window of its own: the second chance for what was missed."""
        plan = planned(1, term("office", 3, NOW + timedelta(days=365), lots=(Lot(3, NOW + left),)))

        assert runs(plan) == [f"update subscription/office {row}"]

    def test_what_ends_by_itself_is_told_and_not_arranged(self) -> None:
        plan = planned(1, term("office", 3, ENDS, end_of_term="cancel"))

        assert plan.changes == ()
        assert told(plan)[0][1].endswith("(20.00 EUR a month, 59.35 EUR in all).")

    def test_what_this_plan_renews_again_is_arranged_in_the_same_step(self) -> None:
        plan = planned(
            1,
            term("office", 3, ENDS, end_of_term="cancel"),
            leases=[lease_of("office", end_of_term="renew")],
        )

        assert sorted(runs(plan)) == [
            "update subscription/office end_of_term=renew",
            "update subscription/office scheduled=1",
        ]
        owed = only(plan).owed
        assert owed is not None
        assert owed.is_as_left({"quantity": 3, "end_of_term": "renew"})

    @pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.CREATE_ONLY])
    def test_what_the_mode_keeps_from_us_is_reported(self, mode: Mode) -> None:
        plan = planned(1, term("office", 3, ENDS), modes={"subscriptions": mode})

        assert (plan.changes, [row.reason for row in plan.reported]) == ((), [Reason.SCHEDULE])

    def test_a_larger_schedule_of_somebody_is_only_reported_where_drift_is(self) -> None:
        plan = planned(1, term("office", 3, ENDS, scheduled=9), on_drift={"subscriptions": OnDrift.REPORT})

        assert (plan.changes, [row.reason for row in plan.reported]) == ((), [Reason.SCHEDULE])

    def test_a_protected_subscription_is_not_renewed_with_less(self) -> None:
        plan = planned(1, term("office", 3, ENDS), leases=[leased(SeatRule(), protect=True)])

        assert list(gates(plan).values()) == [["RC303"]]

    def test_what_somebody_has_to_do_first_comes_first(self) -> None:
        files = customer(lease_of("office"), person("p0"), license_of("p0"), scope=frozenset({"E3"}))
        before = customer(lease_of("office"), person("p0"), license_of("p0"), person("p1"), license_of("p1"))
        there = reading(*map(lives, ("p0", "p1")), *map(holds, ("p0", "p1")), term("office", 2, ENDS))
        known = plan_customer(Inputs(before, there, NOTHING, TERMS, CATALOG), Run())
        ledger = remembered_after(memory(before, there), known)
        files = customer(lease_of("office"), person("p0"), license_of("p0"), person("p1"))

        plan = plan_customer(Inputs(files, there, ledger, TERMS, CATALOG), Run())

        assert runs(plan) == ["unassign license/p1:E3", "update subscription/office scheduled=1"]
        assert only(plan).depends_on == (at("license", "p1:E3"),)


class TestOtherRuns:
    def test_seats_that_a_later_run_needs_are_kept(self) -> None:
        scope = Scope(targets=("contoso/subscription/office",))

        assert planned(3, term("office", 3, ENDS, lots=OPEN), held=1, scope=scope).changes == ()

    def test_nothing_is_given_up_while_somebody_waits_for_a_complete_reading(self) -> None:
        """Who is not created yet because people were not seen whole needs a seat all the same."""
        declared = [lease_of("office"), *(one for name in ("p0", "p1") for one in (person(name), license_of(name)))]
        half = reading(lives("p0"), holds("p0"), term("office", 3, ENDS, lots=OPEN), user=CoverageState.PARTIAL)

        plan = plan_customer(Inputs(customer(*declared), half, NOTHING, TERMS, CATALOG), Run())

        assert {deferred.kind for deferred in plan.deferred} == {"user", "license"}
        assert (plan.changes, plan.findings) == ((), ())

    @pytest.mark.parametrize(
        ("reviewed", "now", "allowed"), [(2, 2, True), (2, 3, True), (3, 2, False)], ids=["same", "more", "fewer"]
    )
    def test_fewer_seats_than_were_reviewed_need_a_new_plan(self, reviewed: int, now: int, *, allowed: bool) -> None:
        first = planned(reviewed, term("office", 9, ENDS))
        file = constraint.of(codec.loads(codec.dumps(a_plan(*first.changes), "0.1.0", EXPIRES)))

        plan = planned(now, term("office", 9, ENDS), constraint=file)

        assert bool(schedules(plan)) is allowed
        assert bool(plan.unreviewed) is not allowed

    def test_of_several_reviewed_plans_the_smallest_number_counts(self) -> None:
        files = [
            constraint.of(codec.loads(codec.dumps(a_plan(*planned(n, term("office", 9, ENDS)).changes), "0", EXPIRES)))
            for n in (2, 5)
        ]

        plan = planned(3, term("office", 9, ENDS), constraint=constraint.union(files))

        assert schedules(plan) == ["update subscription/office scheduled=3"]

    @pytest.mark.parametrize(
        ("owed", "rows", "released"),
        [
            (1, ["update subscription/office scheduled=2"], 0),
            (2, ["update subscription/office scheduled=2"], 0),
        ],
        ids=["fewer-than-needed", "as-needed"],
    )
    def test_a_debt_of_an_earlier_run_is_paid_by_what_is_needed_today(
        self, owed: int, rows: list[str], released: int
    ) -> None:
        debt = owing(owed)

        plan = planned(2, term("office", 3, ENDS), debts=(debt,))

        assert runs(plan) == rows
        assert [change.reason for change in plan.changes] == [Reason.SCHEDULE]

    def test_a_debt_of_fewer_seats_than_are_needed_is_let_go_where_nothing_need_be_arranged(self) -> None:
        debt = owing(1)

        plan = planned(3, term("office", 3, ENDS), debts=(debt,))

        assert (plan.changes, plan.released) == ((), (debt,))

    def test_a_debt_of_more_seats_is_paid_where_lowering_is_only_advice(self) -> None:
        plan = planned(1, term("office", 3, ENDS), debts=(owing(2),), rightsizing=Rightsizing.NIGHTLY)

        assert [change.reason for change in plan.changes] == [Reason.RENEWAL]


def leased(rule: SeatRule, **more: Any) -> Desired[Spec]:
    return want("subscription", "office", TermSpec(sku="E3", seats=rule), **more)


def owing(seats: int, now: datetime = NOW) -> Owed:
    """Run X took "`seats` seats" away and left the subscription with three."""
    since = (now - timedelta(minutes=5)).isoformat()
    left = ({"quantity": 3, "end_of_term": None},)
    return Owed(
        at("subscription", "office"),
        "id-subscription-office",
        f"{seats} seats",
        {"seats": seats},
        left,
        ENDS,
        "X",
        since,
    )


@pytest.mark.parametrize(
    ("days", "month"),
    [(1, "0.67"), (27, "9.03"), (30, "10.00"), (89, "29.35"), (89 + 365, "149.35")],
)
def test_what_stays_until_the_end_is_summed_by_the_day(days: int, month: str) -> None:
    plan = planned(1, term("office", 2, (NOW + timedelta(days=days)).replace(hour=23, minute=59, second=59)))
    assert f"{Decimal(month)} EUR in all" in told(plan)[0][1]
