"""What the files say of the end of a term, and of suspending: rows of their own, priced, held back, or asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reconciler.core import gates as rules
from reconciler.core.plan import CustomerPlan, Run, allow, combine, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Change, Later, Reason
from reconciler.model.money import Money
from reconciler.model.plan import Plan, Scope, Source
from reconciler.model.renewal import Owed
from reconciler.model.resource import Live
from reconciler.model.seats import Lot
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Guardrails, OnDrift, Rightsizing, TermPrice

from .scene import NOTHING, NOW, at, customer, gates, holds, license_of, lives, person, reading, runs
from .terms import TERMS, lease_of, term

ENDS = NOW + timedelta(days=90)
OPEN = (Lot(100, NOW + timedelta(days=6)),)
YEARLY = TermPrice(term="P1Y", billing="monthly", price="120 EUR")
MONTHLY = TermPrice(term="P1M", billing="monthly", price="12 EUR")
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3", terms=(YEARLY, MONTHLY))}
ONLY_YEARLY = {"P:1": CatalogSku(title="E3", sku="E3", terms=(YEARLY,))}
END = "update subscription/office end_of_term="
SUSPENDS = "update subscription/office state=suspended"
DIGEST = "sha256:1a2b3c4d5e6f"


def planned(people: int, *there: Live[Spec], held: int | None = None, **more: Any) -> CustomerPlan:
    """The plan for so many people, of whom `held` (all, unless said) hold a seat; `lease` is what the files say."""
    names = [f"p{number}" for number in range(people)]
    leases = more.pop("leases", None) or [more.pop("lease")]
    live = [*map(lives, names), *map(holds, names[: people if held is None else held]), *there]
    declared = [*leases, *(one for name in names for one in (person(name), license_of(name)))]
    catalog, debts, memory = more.pop("catalog", CATALOG), more.pop("debts", ()), more.pop("memory", NOTHING)
    return plan_customer(
        Inputs(customer(*declared, **more), reading(*live), memory, TERMS, catalog, debts), Run(recipients=("age1x",))
    )


def only(plan: CustomerPlan, name: str = "end_of_term") -> Change:
    (found,) = [change for change in plan.changes if any(part.name == name for part in change.fields)]
    return found


def told(plan: CustomerPlan) -> list[str]:
    return [finding.code.id for finding in plan.findings]


@pytest.mark.parametrize(
    ("before", "after", "monthly"),
    [
        ("renew", "cancel", "-30"),
        ("cancel", "renew", "30"),
        ("renew", "extend", "7.08"),
        ("extend", "cancel", "-37.08"),
    ],
)
def test_a_row_says_what_changes_a_month_from_the_day_after_the_term(before: str, after: str, monthly: str) -> None:
    plan = planned(3, term("office", 3, ENDS, end_of_term=before), lease=lease_of("office", end_of_term=after))

    row = only(plan)
    assert runs(plan) == [f"{END}{after}"]
    assert (row.later, row.cost) == (Later(Money(Decimal(monthly), "EUR"), "2027-01-04"), None)


@pytest.mark.parametrize(
    ("after", "catalog", "words"),
    [
        ("cancel", CATALOG, "it ends on 2027-01-03 and nothing follows: 3 seats less from 2027-01-04 on, which saves"),
        ("cancel", {}, "3 seats less from 2027-01-04 on"),
        ("extend", CATALOG, "about 37.08 EUR a month instead of 30.00 EUR (an estimate: the monthly term and 3 %)"),
        ("extend", ONLY_YEARLY, "about 36.90 EUR a month instead of 30.00 EUR (an estimate: this price and 23 %)"),
        ("extend", {}, "what that costs is not known"),
    ],
    ids=["cancel", "cancel-unpriced", "extend", "extend-without-monthly", "extend-unpriced"],
)  # fmt: skip
def test_what_follows_is_said_with_its_day_and_its_price(after: str, catalog: Any, words: str) -> None:
    there = term("office", 3, ENDS, end_of_term="renew")

    plan = planned(3, there, lease=lease_of("office", end_of_term=after), catalog=catalog)

    assert words in only(plan).note


def test_of_what_is_extended_already_nobody_says_what_another_term_costs() -> None:
    there = term("office", 2, ENDS, end_of_term="extend", extended=True)

    row = only(planned(2, there, lease=lease_of("office", end_of_term="renew")))

    assert row.note == "renewed on 2027-01-04 with 2 seats instead of being extended by another month"
    assert row.later is None


def test_what_cannot_be_extended_says_that_people_keep_their_access_for_a_while() -> None:
    there = term("office", 1, ENDS, end_of_term="renew", extends=False)

    plan = planned(1, there, lease=lease_of("office", end_of_term="cancel"))

    assert only(plan).note.endswith("; people keep their access for 30 days after that")


def test_what_cannot_be_extended_is_not_extended() -> None:
    there = term("office", 1, ENDS, end_of_term="renew", extends=False)

    plan = planned(1, there, lease=lease_of("office", end_of_term="extend"))

    assert (runs(plan), gates(plan)) == ([], {f"{END}extend": ["RC316"]})


@pytest.mark.parametrize(
    ("wanted", "why"),
    [({"end_of_term": "extend"}, "of trials nobody knows that"), ({"state": "suspended"}, "it is a trial")],
    ids=["extended", "suspended"],
)
def test_what_a_trial_does_not_take_is_refused(wanted: dict[str, str], why: str) -> None:
    there = term("office", 1, ENDS, trial=True, state="active", end_of_term="renew")

    (change,) = planned(1, there, lease=lease_of("office", **wanted)).changes

    assert change.blocked[0].code.id == "RC316"
    assert why in change.blocked[0].detail


def test_seats_that_this_plan_buys_are_part_of_what_ends() -> None:
    there = term("office", 1, ENDS, end_of_term="renew")

    plan = planned(3, there, held=1, lease=lease_of("office", end_of_term="cancel"))

    assert "3 seats less from 2027-01-04 on" in only(plan).note
    assert len([step for step in plan.steps if step.kind == "subscription"]) == 1


@pytest.mark.parametrize("hours", [-23, 23])
def test_around_the_end_of_the_term_it_waits(hours: int) -> None:
    there = term("office", 1, NOW + timedelta(hours=hours), end_of_term="renew")

    plan = planned(1, there, lease=lease_of("office", end_of_term="cancel"))

    assert (plan.changes, plan.deferred) == ((), ())
    assert "RC507" in told(plan)


def test_a_seat_schedule_is_not_arranged_for_what_ends() -> None:
    there = term("office", 9, ENDS, end_of_term="renew")

    plan = planned(1, there, lease=lease_of("office", end_of_term="cancel"))

    assert runs(plan) == [f"{END}cancel"]


def test_nor_by_a_run_that_leaves_the_end_to_another_one() -> None:
    there = term("office", 9, ENDS, end_of_term="renew")
    lease = lease_of("office", end_of_term="cancel")

    plan = planned(1, there, lease=lease, on_drift={"subscriptions": OnDrift.REPORT}, rightsizing=Rightsizing.INLINE)

    assert [change for change in plan.changes if change.reason is Reason.SCHEDULE] == []


def test_what_is_renewed_after_all_is_renewed_with_the_seats_that_are_needed() -> None:
    there = term("office", 3, ENDS, end_of_term="cancel")

    plan = planned(1, there, lease=lease_of("office", end_of_term="renew"))

    assert sorted(runs(plan)) == [f"{END}renew", "update subscription/office scheduled=1"]


def test_what_an_earlier_run_still_has_to_put_back_gives_way_to_another_end() -> None:
    there = term("office", 1, ENDS, end_of_term="renew")
    debt = Owed(
        at("subscription", "office"), there.remote_id, "9 seats", {"seats": 9}, ({},), ENDS, "run-0", NOW.isoformat()
    )

    plan = planned(1, there, lease=lease_of("office", end_of_term="cancel"), debts=[debt])

    assert runs(plan) == [f"{END}cancel"]
    assert plan.released == (debt,)


class TestPeople:
    """Who holds a seat of what ends is told, in every plan until then."""

    def test_who_has_no_seat_after_the_end_is_told(self) -> None:
        there = term("office", 2, ENDS, end_of_term="cancel")

        plan = planned(2, there, lease=lease_of("office", end_of_term="cancel"))

        (finding,) = [one for one in plan.findings if one.code.id == "RC415"]
        assert plan.changes == ()
        assert "ends on 2027-01-03, and 2 people hold E3 (p0, p1); 0 seats of it stay" in finding.detail

    @pytest.mark.parametrize(
        ("other", "is_told"),
        [
            (term("lab", 2, ENDS, end_of_term="renew"), False),
            (term("lab", 1, ENDS, end_of_term="renew"), True),
            (term("lab", 2, ENDS, end_of_term="extend"), True),
            (term("theirs", 2, ENDS, own=False), False),
            (term("theirs", 2, ENDS, own=False, trial=True), True),
        ],
        ids=["enough-stay", "too-few-stay", "extended", "of-others", "a-trial-of-others"],
    )
    def test_seats_that_stay_are_counted(self, other: Live[Spec], *, is_told: bool) -> None:
        there = term("office", 2, ENDS, end_of_term="cancel")

        plan = planned(2, there, other, lease=lease_of("office", end_of_term="cancel"))

        assert ("RC415" in told(plan)) is is_told

    def test_nobody_is_told_of_an_end_that_the_files_do_not_decide(self) -> None:
        plan = planned(2, term("office", 2, ENDS, end_of_term="cancel"), lease=lease_of("office"))

        assert "RC415" not in told(plan)


class TestSuspending:
    """It takes everybody's service and saves nothing."""

    def suspending(self, **more: Any) -> CustomerPlan:
        there = term("office", 2, ENDS, state="active", end_of_term="renew")
        return planned(2, there, lease=lease_of("office", state="suspended", end_of_term="renew"), **more)

    def test_it_is_not_done_without_a_consent_by_name(self) -> None:
        plan = self.suspending()

        assert (runs(plan), gates(plan)) == ([], {SUSPENDS: ["RC315"]})
        assert only(plan, "state").blocked[0].fix.startswith("If it is meant: --allow disruptive=1@")

    @pytest.mark.parametrize(("words", "number"), [("disruptive=1@1a2b3c", 1), ("disruptive=2@1a2b3c", 0)])
    def test_the_consent_is_for_this_number_of_this_plan(self, words: str, number: int) -> None:
        plan = Plan(NOW, Source(), Scope(), changes=self.suspending().changes)

        found = allow(plan, [rules.parse_allowance(words)], [DIGEST])

        assert len(found.executable) == number

    def test_the_row_says_that_it_is_paid_and_when_it_is_deleted(self) -> None:
        note = only(self.suspending(), "state").note

        assert "nobody can use its 2 seats from now on (2 people hold E3)" in note
        assert "it is paid until 2027-01-03 all the same (20.00 EUR a month)" in note
        assert "deleted on 2027-05-03" in note

    def test_what_is_bought_in_its_place_waits_for_the_same_consent(self) -> None:
        there = term("office", 2, ENDS, state="active")
        leases = [lease_of("office", state="suspended"), lease_of("lab")]

        plan = planned(2, there, term("lab", 1, ENDS), leases=leases)

        grows = "update subscription/lab quantity=2"
        assert (runs(plan), gates(plan)) == ([], {grows: ["RC315"], SUSPENDS: ["RC315"]})

    def test_its_end_is_not_arranged_beside_it(self) -> None:
        there = term("office", 2, ENDS, state="active", end_of_term="renew")

        plan = planned(2, there, lease=lease_of("office", state="suspended", end_of_term="cancel"))

        assert [part.name for change in plan.changes for part in change.fields] == ["state"]

    def test_suspended_as_declared_is_a_clean_plan(self) -> None:
        there = term("office", 2, ENDS, state="suspended", end_of_term="extend")

        plan = planned(2, there, lease=lease_of("office", state="suspended", end_of_term="renew"))

        assert (plan.changes, told(plan)) == ((), [])

    def test_what_is_protected_is_not_suspended(self) -> None:
        there = term("office", 2, ENDS, state="active")
        lease = lease_of("office", state="suspended")._replace(protect=True)

        assert gates(planned(2, there, lease=lease)) == {SUSPENDS: ["RC303", "RC315"]}

    def test_the_limit_of_a_run_holds_for_it_too(self) -> None:
        """A consent to the one must not lift the other."""
        plan = self.suspending()
        grows = replace(plan.changes[0], units=1, blocked=())

        run = combine(
            [replace(plan, changes=(*plan.changes, grows))], NOW, Source(), Scope(), Guardrails(seats_added=0)
        )

        assert [[gate.code.id for gate in one.blocked] for one in run.changes] == [["RC315", "RC306"], ["RC306"]]


class TestReactivating:
    """Only a reactivation is taken of what is suspended; the rest waits for it."""

    def test_its_end_comes_back_with_it_and_is_no_drift(self) -> None:
        there = term("office", 1, ENDS, state="suspended", end_of_term="extend")
        lease = lease_of("office", state="active", end_of_term="renew")

        plan = planned(1, there, lease=lease)

        assert "end_of_term" in {part.name for change in plan.changes for part in change.fields}
        assert only(plan).cause.value == "config"

    def test_its_seats_count_again_in_the_same_plan(self) -> None:
        there = term("office", 1, ENDS, state="suspended")

        plan = planned(2, there, held=1, lease=lease_of("office", state="active"))

        assert "update subscription/office quantity=2" in runs(plan)

    def test_a_renewal_that_stays_off_is_said(self) -> None:
        there = term("office", 1, ENDS, state="suspended", end_of_term="extend")

        plan = planned(1, there, lease=lease_of("office", state="active"))

        assert "its renewal stays off and a paid Extended Service Term follows" in only(plan, "state").note

    def test_found_suspended_and_not_declared_it_is_told_and_left_alone(self) -> None:
        there = term("office", 1, ENDS, state="suspended", end_of_term="extend")

        plan = planned(1, there, lease=lease_of("office", end_of_term="renew"))

        assert (plan.changes, told(plan)) == ((), ["RC508", "RC409"])

    def test_what_is_over_is_neither_changed_nor_brought_back(self) -> None:
        there = term("office", 1, ENDS, state="disabled", end_of_term="extend")

        plan = planned(1, there, lease=lease_of("office", state="active", end_of_term="renew"))

        assert (plan.changes, told(plan)) == ((), ["RC508"])


class TestLegacyAddOns:
    """They go where their base goes (partner-center.md 11.7, 11.8)."""

    ARCHIVE = "id-subscription-office"

    def test_what_stops_with_a_suspended_base_is_named_and_serves_nobody(self) -> None:
        archive = term("archive", 1, ENDS, sku="ARCHIVE", product="", parent=self.ARCHIVE)
        files = [lease_of("office", state="suspended"), lease_of("archive", sku="ARCHIVE")]
        wants = customer(person("ada"), license_of("ada", "ARCHIVE"), *files)
        there = reading(lives("ada"), term("office", 1, ENDS, product="", state="active"), archive)

        plan = plan_customer(Inputs(wants, there, NOTHING, TERMS, CATALOG), Run(recipients=("age1x",)))

        assert "its add-ons stop with it: contoso/subscription/archive" in only(plan, "state").note
        assert gates(plan)["create license/ada:ARCHIVE"] == ["RC301"]

    @pytest.mark.parametrize("base", ["suspended", "active"])
    def test_one_is_not_reactivated_before_its_base(self, base: str) -> None:
        archive = term("archive", 1, ENDS, sku="ARCHIVE", parent=self.ARCHIVE, state="suspended")
        files = [lease_of("office", state=base), lease_of("archive", sku="ARCHIVE", state="active")]

        plan = planned(0, term("office", 1, ENDS, state="suspended"), archive, leases=files)

        assert gates(plan) == {"update subscription/archive state=active": ["RC316"]}

    def test_one_comes_back_where_its_base_runs(self) -> None:
        archive = term("archive", 1, ENDS, sku="ARCHIVE", parent=self.ARCHIVE, state="suspended")
        files = [lease_of("office"), lease_of("archive", sku="ARCHIVE", state="active")]

        plan = planned(0, term("office", 1, ENDS, state="active"), archive, leases=files)

        assert "update subscription/archive state=active" in runs(plan)
