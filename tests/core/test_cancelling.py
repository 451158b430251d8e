"""Subscriptions that a tombstone takes away: at the end of the term, at once within their days, or by suspending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from reconciler.core import codec, constraint
from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Action, Change, Reason
from reconciler.model.finding import Origin
from reconciler.model.renewal import Owed
from reconciler.model.repository import Placed, Tombstone
from reconciler.model.resource import Guard, Live
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, TermPrice

from .builders import EXPIRES, a_plan
from .scene import NOTHING, NOW, at, customer, gates, holds, lives, person, reading, runs
from .terms import TERMS, term

ENDS = NOW + timedelta(days=90)
OPEN = NOW + timedelta(days=3)
BASE, ADDON = "CFQ7TTC0LFLX:0001", "CFQ7TTC0VOIC:0002"
YEARLY = (TermPrice(term="P1Y", billing="monthly", price="120 EUR"),)
CATALOG = {
    BASE: CatalogSku(sku="E3"),
    "P:1": CatalogSku(title="E3", sku="E3", terms=YEARLY),
    ADDON: CatalogSku(title="Voice", sku="VOICE", terms=YEARLY, prerequisites=(BASE,)),
}
CANCELS = "delete subscription/office"


def buried(key: str, action: str) -> tuple[Any, Placed]:
    grave = Tombstone.model_validate({"subscription": key, "action": action})
    return at("subscription", key), Placed(grave, Origin("contoso.yaml", 9, 5))


def planned(*there: Live[Spec], action: str = "cancel", also: tuple[str, ...] = (), **more: Any) -> CustomerPlan:
    """The plan of a customer with one person who holds a seat, after a tombstone of "office" (and of `also`)."""
    graves = dict(buried(key, action) for key in ("office", *also))
    files = customer(person("ada"), tombstones=graves)
    debts = more.pop("debts", ())
    live = reading(lives("ada"), holds("ada"), *there)
    return plan_customer(Inputs(files, live, NOTHING, TERMS, CATALOG, debts), Run())


def row(plan: CustomerPlan) -> Change:
    (found,) = [change for change in plan.changes if change.address == at("subscription", "office")]
    return found


class TestCancelling:
    """At once, irrevocably, and only while it can be given back."""

    def test_it_says_what_goes_and_what_is_given_back_and_waits_for_a_consent(self) -> None:
        plan = planned(term("office", 3, ENDS, cancellable_until=OPEN))

        change = row(plan)
        assert (change.action, change.reason, change.units) == (Action.DELETE, Reason.TOMBSTONE, -3)
        assert change.cost is not None
        assert str(change.cost.monthly) == "-30.00 EUR"
        assert "about 29.01 EUR are given back; it could be cancelled until 2026-10-08T12:00Z" in change.note
        assert change.note.endswith("1 person holds E3")
        assert (runs(plan), gates(plan)) == ([], {CANCELS: ["RC315"]})

    @pytest.mark.parametrize("until", [None, NOW - timedelta(days=1), NOW + timedelta(hours=2)])
    def test_once_its_days_are_over_it_is_refused_with_the_way_out(self, until: Any) -> None:
        plan = planned(term("office", 3, ENDS, cancellable_until=until))

        (gate,) = row(plan).blocked
        assert gate.code.id == "RC319"
        assert "it is paid until 2027-01-03 in any case" in gate.detail
        assert gate.fix == "Write action: endOfTerm, and it ends on 2027-01-03."

    def test_an_extended_term_can_be_ended_any_day(self) -> None:
        assert gates(planned(term("office", 3, ENDS, extended=True))) == {CANCELS: ["RC315"]}

    def test_what_somebody_else_bought_is_told_of_and_left_alone(self) -> None:
        foreign = term("office", 3, ENDS, own=False)._replace(guard=Guard("bought by another partner"))

        plan = planned(foreign)

        assert (plan.changes, [finding.code.id for finding in plan.findings]) == ((), ["RC403"])

    def test_add_ons_that_need_it_are_named_and_go_first(self) -> None:
        addon = term("voice", 1, ENDS, sku="VOICE", product=ADDON, cancellable_until=OPEN)

        plan = planned(term("office", 3, ENDS, cancellable_until=OPEN), addon, also=("voice",))

        (gate,) = row(plan).blocked
        assert gate.code.id == "RC319"
        assert "while add-ons need it: contoso/subscription/voice" in gate.detail
        assert gates(plan)["delete subscription/voice"] == ["RC315"]

    def test_a_legacy_add_on_is_a_part_of_it_whatever_the_catalog_says(self) -> None:
        archive = term("archive", 1, ENDS, sku="ARCHIVE", product="", parent="id-subscription-office")

        plan = planned(term("office", 3, ENDS, cancellable_until=OPEN), archive, term("lab", 1, ENDS))

        (gate,) = row(plan).blocked
        assert (gate.code.id, "need it: contoso/subscription/archive." in gate.detail) == ("RC319", True)

    def test_another_base_that_stays_is_enough_for_an_add_on(self) -> None:
        addon = term("voice", 1, ENDS, sku="VOICE", product=ADDON)

        plan = planned(term("office", 3, ENDS, cancellable_until=OPEN), term("lab", 1, ENDS), addon)

        assert gates(plan) == {CANCELS: ["RC315"]}

    def test_what_is_owed_to_it_is_let_go(self) -> None:
        there = term("office", 3, ENDS, cancellable_until=OPEN)
        left = ({"quantity": 3, "end_of_term": None},)
        debt = Owed(
            at("subscription", "office"), there.remote_id, "9 seats", {"seats": 9}, left, ENDS, "r", NOW.isoformat()
        )

        plan = planned(there, debts=[debt])

        assert [change.action for change in plan.changes] == [Action.DELETE]

    def test_a_reviewed_cancellation_runs_and_no_larger_one(self) -> None:
        reviewed, larger = (planned(term("office", seats, ENDS, cancellable_until=OPEN)) for seats in (3, 4))
        file = codec.loads(codec.dumps(a_plan(*reviewed.changes), "0", EXPIRES))

        bound = constraint.of(file)

        assert (bound.allows(row(reviewed)), bound.allows(row(larger))) == (True, False)


class TestOtherwise:
    """The two other ways out of the files."""

    def test_it_ends_with_its_term(self) -> None:
        plan = planned(term("office", 3, ENDS, end_of_term="renew"), action="endOfTerm")

        assert runs(plan) == ["update subscription/office end_of_term=cancel"]
        assert row(plan).note.endswith("; tombstone at contoso.yaml:9")
        assert row(plan).later is not None

    def test_once_arranged_there_is_nothing_to_do_but_to_tell_who_holds_a_seat(self) -> None:
        plan = planned(term("office", 3, ENDS, end_of_term="cancel"), action="endOfTerm")

        assert (plan.changes, [finding.code.id for finding in plan.findings]) == ((), ["RC415"])

    def test_suspending_waits_for_a_consent(self) -> None:
        plan = planned(term("office", 3, ENDS, state="active"), action="suspend")

        assert gates(plan) == {"update subscription/office state=suspended": ["RC315"]}

    @pytest.mark.parametrize(
        ("grave", "said"),
        [
            ({"subscription": "a", "action": "delete"}, "forget or endOfTerm or cancel or suspend, not by delete"),
            ({"user": "a@b.c", "action": "cancel"}, "not by cancel"),
            ({"customer": "a", "subscriptions": "suspend"}, "subscriptions: suspend needs tenant"),
            ({"user": "a@b.c", "tenant": "a.onmicrosoft.com"}, "said of a customer"),
        ],
        ids=["subscription", "user", "customer-without-tenant", "tenant-of-a-user"],
    )
    def test_each_kind_has_its_own_ways(self, grave: dict[str, str], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            Tombstone.model_validate(grave)
