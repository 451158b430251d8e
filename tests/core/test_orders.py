"""Subscriptions that are not there: how many seats they are ordered with, who waits for them, and when nothing is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from reconciler.core import codec
from reconciler.core.constraint import Constraint
from reconciler.core.constraint import of as constraint_of
from reconciler.core.plan import CustomerPlan, combine
from reconciler.model.change import Change
from reconciler.model.ledger import LedgerEntry, LedgerStatus
from reconciler.model.plan import Scope, Source
from reconciler.model.purchase import Purchase
from reconciler.model.resource import CoverageState, Desired, Live
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Guardrails, Mode, TermPrice

from .scene import (
    NOTHING,
    NOW,
    at,
    customer,
    gates,
    lease,
    license_of,
    lives,
    order,
    person,
    planned,
    reading,
    runs,
    seats,
)

YEARLY = TermPrice(term="P1Y", billing="monthly", price="120 EUR")
BASE = CatalogSku(title="E3", sku="E3", terms=(YEARLY,))
ADD_ON = BASE.model_copy(update={"title": "Archive", "sku": "ARCHIVE", "prerequisites": ("P:1",)})
ADD_ONS = {"P:1": BASE, "P:7": ADD_ON}
PEOPLE = ("ada", "bo")


def wanted(*names: str, sku: str = "E3") -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def orders(plan: CustomerPlan) -> dict[str, int]:
    """How many seats are ordered, by name."""
    return {
        row.address.key: row.units for row in plan.changes if row.action == "create" and row.units and not row.blocked
    }


def the_row(plan: CustomerPlan, name: str = "office") -> Change:
    return next(row for row in plan.changes if row.address == at("subscription", name))


def test_as_many_seats_are_ordered_as_people_need_and_no_row_buys_more() -> None:
    files = customer(*wanted(*PEOPLE), order("office"))

    plan = planned(files, reading(*map(lives, PEOPLE)))

    assert orders(plan) == {"office": 2}
    assert [row for row in runs(plan) if row.startswith("update")] == []


def test_an_order_says_what_it_costs_to_the_end_of_its_term_and_until_when_it_can_be_given_back() -> None:
    row = the_row(planned(customer(order("office", fixed=3)), reading()))

    assert row.cost is not None
    assert row.sale is not None
    assert (str(row.cost.monthly), str(row.cost.commitment)) == ("30.00 EUR", "360.00 EUR")
    assert (row.cost.until, row.sale.refundable_until) == ("2027-10-04", "2026-10-12T12:00:00Z")
    assert ("quantity", 3) in [(part.name, part.after) for part in row.fields]
    assert "10.00 EUR a month for each seat" in row.note


def test_licenses_come_after_the_order_that_they_need() -> None:
    plan = planned(customer(*wanted("ada"), order("office")), reading(lives("ada")))

    row = next(row for row in plan.changes if row.address.kind == "license")
    assert row.depends_on == (at("subscription", "office"),)


@pytest.mark.parametrize(
    ("rule", "people", "bought"),
    [
        ({"fixed": 5}, 2, {"office": 5}),
        ({"min": 4}, 2, {"office": 4}),
        ({"buffer": 1}, 2, {"office": 3}),
        ({"min": 1}, 2, {"office": 2}),
        ({}, 0, {}),
        ({"min": 3}, 0, {"office": 3}),
    ],
    ids=["a number", "a minimum", "a buffer", "a small minimum", "nobody", "a minimum for nobody"],
)
def test_the_files_decide_how_many(rule: dict[str, Any], people: int, bought: dict[str, int]) -> None:
    files = customer(*wanted(*PEOPLE[:people]), order("office", **rule))

    assert orders(planned(files, reading(*map(lives, PEOPLE)))) == bought


def test_what_nobody_needs_is_told_of_and_not_ordered() -> None:
    plan = planned(customer(order("office")), reading())

    assert plan.changes == ()
    assert [finding.code.id for finding in plan.findings] == ["RC506"]


def test_seats_that_are_there_are_used_before_any_are_ordered() -> None:
    files = customer(*wanted(*PEOPLE), order("office"))

    plan = planned(files, reading(*map(lives, PEOPLE), seats("theirs", 1, own=False)))

    assert orders(plan) == {"office": 1}


def test_a_subscription_that_runs_grows_before_another_one_is_ordered() -> None:
    files = customer(*wanted(*PEOPLE), lease("runs", max=1), order("office"))
    there = reading(*map(lives, PEOPLE), seats("runs", 1))

    assert orders(planned(files, there)) == {"office": 1}
    assert orders(planned(customer(*wanted(*PEOPLE), lease("runs"), order("office")), there)) == {}


def test_at_least_as_many_are_ordered_as_the_product_is_sold_with() -> None:
    catalog = {"P:1": BASE.model_copy(update={"min": 5})}

    plan = planned(customer(*wanted("ada"), order("office")), reading(lives("ada")), catalog=catalog)

    assert orders(plan) == {"office": 5}


def test_two_of_one_product_are_ordered_as_far_as_a_tenant_may_have_them() -> None:
    files = customer(order("branch", fixed=5), order("office", fixed=3))

    assert orders(planned(files, reading())) == {"branch": 5, "office": 3}
    most = {"P:1": BASE.model_copy(update={"max": 6})}
    assert orders(planned(files, reading(), catalog=most)) == {"branch": 5}


def test_an_order_counts_as_growth() -> None:
    files = customer(order("office", fixed=30), guardrails=Guardrails(seats_added=25))

    assert gates(planned(files, reading())) == {"create subscription/office": ["RC306"]}


@pytest.mark.parametrize("kind", ["subscription", "license"])
def test_nothing_is_ordered_where_seats_or_holders_were_not_seen_whole(kind: str) -> None:
    files = customer(*wanted("ada"), order("office", fixed=5))

    plan = planned(files, reading(lives("ada"), **{kind: CoverageState.PARTIAL}))

    assert orders(plan) == {}
    assert "subscription" in {deferred.kind for deferred in plan.deferred}


@pytest.mark.parametrize("mode", [Mode.OBSERVE, Mode.CREATE_ONLY])
def test_a_mode_that_only_observes_only_reports_an_order(mode: Mode) -> None:
    plan = planned(customer(order("office", fixed=5), modes={"subscriptions": mode}), reading())

    assert bool(orders(plan)) is (mode is Mode.CREATE_ONLY)
    assert [row.address.key for row in plan.reported] == ([] if mode is Mode.CREATE_ONLY else ["office"])


def test_what_is_gone_is_not_bought_a_second_time() -> None:
    ledger = replace(NOTHING, known=True, resources={at("subscription", "office"): LedgerEntry("s1")})

    plan = planned(customer(order("office", fixed=5)), reading(seats("other", 1, sku="F1")), ledger)

    assert orders(plan) == {}
    assert "RC408" in [finding.code.id for finding in plan.findings]


def test_an_order_that_an_earlier_run_began_is_a_row_again_and_says_so() -> None:
    entry = LedgerEntry("", LedgerStatus.ORDERING, "c", "2026-10-05T11:00:00+00:00", "run-0", cart="k", order="o")
    ledger = replace(NOTHING, known=True, resources={at("subscription", "office"): entry})

    row = the_row(planned(customer(order("office", fixed=5)), reading(), ledger))

    assert row.units == 5
    assert "nothing is bought twice" in row.note
    assert entry.purchase == Purchase("k", "o", "2026-10-05T11:00:00+00:00")


def test_a_bought_subscription_that_is_seen_is_remembered_as_any_other() -> None:
    entry = LedgerEntry("", LedgerStatus.ORDERING, "c", "2026-10-05T11:00:00+00:00", "run-0", cart="k")
    ledger = replace(NOTHING, known=True, resources={at("subscription", "office"): entry})

    settled = planned(customer(order("office", fixed=5)), reading(seats("office", 5, product="P:1")), ledger).settled

    assert settled is not None
    found = settled.resources[at("subscription", "office")]
    assert (found.status, found.cart, found.purchase) == (LedgerStatus.APPLIED, "", None)


class TestWhatIsReviewed:
    def reviewed(self, *there: Desired[Spec]) -> Constraint:
        plan = planned(customer(*there), reading(*map(lives, PEOPLE)))
        run = combine([plan], NOW, Source(), Scope(), Guardrails())
        return constraint_of(codec.loads(codec.dumps(run, "0.1.0", NOW)))

    @pytest.mark.parametrize(
        ("now", "bought"),
        [
            (order("office", fixed=5), {"office": 5}),
            (order("office", fixed=4), {"office": 4}),
            (order("office", fixed=6), {}),
            (order("office", product="P:2", fixed=5), {}),
        ],
        ids=["the same", "less", "more", "another product"],
    )
    def test_no_more_is_ordered_than_was_reviewed_and_nothing_else(
        self, now: Desired[Spec], bought: dict[str, int]
    ) -> None:
        constraint = self.reviewed(order("office", fixed=5))

        assert orders(planned(customer(now), reading(*map(lives, PEOPLE)), constraint=constraint)) == bought

    def test_a_row_of_another_product_is_not_the_reviewed_one(self) -> None:
        now = planned(customer(order("office", product="P:2", fixed=5)), reading())

        assert not self.reviewed(order("office", fixed=5)).allows(the_row(now))

    def test_a_reviewed_order_allows_no_growth_of_what_it_has_bought(self) -> None:
        constraint = self.reviewed(order("office", fixed=5))

        plan = planned(customer(order("office", fixed=6)), reading(seats("office", 5)), constraint=constraint)

        assert runs(plan) == []


class TestWhatWouldBeRefused:
    def refused(
        self, catalog: Mapping[str, CatalogSku], *files: Desired[Spec], there: tuple[Live[Spec], ...] = ()
    ) -> str:
        plan = planned(customer(*files), reading(*there), catalog=catalog)
        blocked = [row.blocked[0] for row in plan.changes if row.blocked]
        assert [gate.code.id for gate in blocked] == ["RC314"]
        assert orders(plan) == {}
        return blocked[0].detail

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"withdrawn": date(2026, 9, 1)}, "sold no more"),
            ({"terms": (YEARLY.model_copy(update={"withdrawn": date(2026, 9, 1)}),)}, "P1Y monthly is sold no more"),
            ({"terms": (YEARLY.model_copy(update={"only_renews": True}),)}, "only renewed"),
            ({"terms": (YEARLY.model_copy(update={"segment": "education"}),)}, "education customers only"),
            ({"attestation": True}, "attest"),
            ({"prerequisites": ("P:9",)}, "an add-on to one of P:9"),
            ({"trial": True}, "a trial has 25 seats, not 5"),
            ({"max": 4}, "can have 4 more seats"),
        ],
        ids=["withdrawn", "withdrawn term", "only renewed", "segment", "attestation", "no base", "trial seats", "most"],
    )
    def test_what_the_catalog_knows(self, changed: dict[str, object], why: str) -> None:
        catalog = {"P:1": BASE.model_copy(update=changed)}

        assert why in self.refused(catalog, order("office", fixed=5))

    def test_seats_of_others_count_for_what_a_tenant_may_have(self) -> None:
        catalog = {"P:1": BASE.model_copy(update={"max": 10})}
        theirs = seats("theirs", 6, own=False, product="")

        assert "can have 4 more seats" in self.refused(catalog, order("office", fixed=5), there=(theirs,))

    def test_a_second_subscription_of_what_a_tenant_may_have_once(self) -> None:
        catalog = {"P:1": BASE.model_copy(update={"most_subscriptions": 1})}

        files = (lease("runs", fixed=1), order("office", fixed=5))
        assert "can have one subscription" in self.refused(catalog, *files, there=(seats("runs", 1),))

    def test_a_trial_of_what_the_customer_has(self) -> None:
        catalog = {"P:1": BASE, "P:2": BASE.model_copy(update={"trial": True})}

        files = (lease("runs", fixed=1), order("try", product="P:2", fixed=25))
        assert "has E3 already" in self.refused(catalog, *files, there=(seats("runs", 1),))

    def test_licenses_of_an_order_that_is_refused_are_blocked_with_it(self) -> None:
        catalog = {"P:1": BASE.model_copy(update={"attestation": True})}

        plan = planned(customer(*wanted("ada"), order("office")), reading(lives("ada")), catalog=catalog)

        assert sorted(gates(plan)) == ["create license/ada:E3", "create subscription/office"]


class TestAddOns:
    def test_an_add_on_is_ordered_after_its_base(self) -> None:
        files = customer(order("office", fixed=5), order("archive", "ARCHIVE", "P:7", fixed=5))

        plan = planned(files, reading(), catalog=ADD_ONS)

        assert orders(plan) == {"office": 5, "archive": 5}
        assert the_row(plan, "archive").depends_on == (at("subscription", "office"),)

    @pytest.mark.parametrize("own", [True, False], ids=["ours", "somebody else's"])
    def test_a_base_that_is_there_is_enough(self, *, own: bool) -> None:
        files = customer(order("archive", "ARCHIVE", "P:7", fixed=5))

        plan = planned(files, reading(seats("base", 5, own=own)), catalog=ADD_ONS)

        assert orders(plan) == {"archive": 5}
        assert the_row(plan, "archive").depends_on == ()

    def test_an_add_on_to_a_base_that_is_not_in_force_is_refused(self) -> None:
        files = customer(order("archive", "ARCHIVE", "P:7", fixed=5))

        plan = planned(files, reading(seats("base", 5, active=False)), catalog=ADD_ONS)

        assert gates(plan) == {"create subscription/archive": ["RC314"]}

    def test_an_add_on_to_a_base_that_nobody_needs_is_refused(self) -> None:
        files = customer(order("office"), order("archive", "ARCHIVE", "P:7", fixed=5))

        plan = planned(files, reading(), catalog=ADD_ONS)

        assert gates(plan) == {"create subscription/archive": ["RC314"]}

    def test_an_add_on_to_a_base_that_is_refused_is_refused_with_it(self) -> None:
        catalog = {**ADD_ONS, "P:1": BASE.model_copy(update={"attestation": True})}
        files = customer(order("office", fixed=5), order("archive", "ARCHIVE", "P:7", fixed=5))

        plan = planned(files, reading(), catalog=catalog)

        assert orders(plan) == {}


class TestEndingWithAnother:
    def test_the_first_term_ends_with_the_other_and_costs_no_more(self) -> None:
        files = customer(lease("base", fixed=5), order("office", fixed=3, ends_with="base"))

        row = the_row(planned(files, reading(seats("base", 5, term_end=NOW + timedelta(days=60)))))

        assert row.cost is not None
        assert (row.cost.until, str(row.cost.monthly)) == ("2026-12-04", "30.00 EUR")
        assert row.cost.commitment.amount < 61
        assert ("ends", "2026-12-04") in [(part.name, part.after) for part in row.fields]

    def test_one_that_is_ordered_too_ends_with_it_by_itself(self) -> None:
        files = customer(order("base", fixed=5), order("office", fixed=3, ends_with="base"))

        row = the_row(planned(files, reading()))

        assert not row.blocked
        assert "ends" not in [part.name for part in row.fields]

    @pytest.mark.parametrize(
        "there",
        [
            (),
            (seats("base", 5, term_end=NOW + timedelta(days=400)),),
            (seats("base", 5, active=False, term_end=NOW + timedelta(days=60)),),
            (seats("base", 5, own=False, term_end=NOW + timedelta(days=60)),),
        ],
        ids=["not there", "ends later", "not in force", "somebody else's"],
    )
    def test_what_it_cannot_end_with_stops_it(self, there: tuple[Live[Spec], ...]) -> None:
        files = customer(order("office", "F1", "P:2", fixed=3, ends_with="base"))

        assert gates(planned(files, reading(*there))) == {"create subscription/office": ["RC314"]}
