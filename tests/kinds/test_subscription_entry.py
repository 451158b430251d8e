"""What a subscription's entry says, and which live subscription it means."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pydantic
import pytest

from kinds.builders import PLACE, context, declared, entry, findings, resources
from reconciler.kinds import codes
from reconciler.kinds.partner.subscription import KIND
from reconciler.kinds.partner.subscription_spec import SEATS, SubscriptionEntry, SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model.address import Address
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import SeatRule
from reconciler.model.template import Defaults

SPB = "CFQ7TTC0LCHC:0002"
PLANS = {
    "modern-worker": {"product": SPB, "billing": "annual", "seats": {"min": 2, "max": 300}},
    "campus": {
        "product": SPB,
        "term": "P3Y",
        "billing": "triennial",
        "pricing": "oneTime",
        "seats": {"included": 25},
    },
    "groups-only": {"groups": ["all-staff"]},
}


def declare(**document: Any) -> Desired[Any]:
    found = declared(KIND, entry(KIND, "head-office", **document), context(PLANS))
    return resources(found)["contoso/subscription/head-office"]


def live(key: str = "s1", *, active: bool = True, **spec: Any) -> Live[SubscriptionSpec]:
    values = {"product": SPB, "sku": "SPB", "term": "P1Y", "billing": "monthly", "quantity": 10, **spec}
    facts = SubscriptionFacts("active" if active else "expired", active=active, commerce_id=f"commerce-{key}")
    return Live(Address("contoso", "subscription", key), key, SubscriptionSpec(id=key, **values), facts=facts)


def test_a_plan_gives_product_term_and_billing() -> None:
    found = declare(plan="modern-worker")

    assert (found.spec.product, found.spec.sku, found.spec.term, found.spec.billing) == (SPB, "SPB", "P1Y", "annual")
    assert found.managed == {"product", "term", "billing"}
    assert set(found.sources.values()) == {"plan modern-worker"}


def test_what_the_entry_says_itself_wins_over_the_plan() -> None:
    found = declare(plan="modern-worker", billing="monthly")

    assert found.spec.billing == "monthly"
    assert "billing" not in found.sources


def test_a_product_without_a_term_means_any_term() -> None:
    found = declare(product=SPB)

    assert found.spec.term is None
    assert found.managed == {"product"}


def test_written_values_are_managed_and_the_purchase_order_is_ours_alone() -> None:
    found = declare(sku="spb", friendlyName=" Head office ", endOfTerm="renew", purchaseOrder="PO-4711")

    assert found.managed == {"product", "friendly_name", "end_of_term"}
    assert (found.spec.friendly_name, found.spec.end_of_term) == ("Head office", "renew")
    assert found.spec.purchase_order == "PO-4711"


@pytest.mark.parametrize(
    ("seats", "rule"),
    [
        ("auto", SeatRule(None, 2, 300, 0)),
        (7, SeatRule(fixed=7)),
        ({"buffer": 3}, SeatRule(None, 2, 300, 3)),
        ({"min": 5, "max": 20}, SeatRule(None, 5, 20, 0)),
        ({"included": 4}, SeatRule(None, 4, 300, 0)),
        ({"included": 1}, SeatRule(None, 2, 300, 0)),
    ],
    ids=[
        "auto",
        "number",
        "buffer over the plan's bounds",
        "own bounds",
        "more that come with it",
        "fewer that come with it",
    ],
)
def test_seats_are_a_number_or_bounds_laid_over_those_of_the_plan(seats: Any, rule: SeatRule) -> None:
    assert KIND.seat_rule(declare(plan="modern-worker", seats=seats)) == rule


@pytest.mark.parametrize(
    ("seats", "rule"),
    [("auto", SeatRule(fixed=25, pack=True)), (30, SeatRule(fixed=30, pack=True)), (None, None)],
    ids=["auto", "another number, which is refused", "not ours"],
)
def test_a_pack_has_its_seats_and_ends_with_its_term(seats: Any, rule: SeatRule | None) -> None:
    written = {} if seats is None else {"seats": seats}
    found = declare(plan="campus", **written)

    assert (KIND.seat_rule(found), found.spec.once, found.spec.end_of_term) == (rule, True, "cancel")
    assert found.sources["end_of_term"] == "plan campus"


def test_seats_that_nobody_mentions_are_not_ours() -> None:
    found = declare(plan="modern-worker")

    assert KIND.seat_rule(found) is None
    assert "quantity" not in found.managed


def test_a_pack_that_runs_is_one_by_the_files_alone() -> None:
    pack, office = declare(plan="campus", seats="auto"), declare(plan="modern-worker", seats="auto")

    supplies = [KIND.supplies(KIND.completed(desired, live())) for desired in (pack, office)]

    assert [supply.once for supply in supplies if supply] == [True, False]


def test_the_planner_decides_the_quantity() -> None:
    sized = KIND.sized(declare(plan="modern-worker", seats="auto"), 12)

    assert sized.spec.quantity == 12
    assert "quantity" in sized.managed


def test_a_foreign_subscription_manages_nothing() -> None:
    found = declare(sku="SPB", owner="foreign")

    assert (found.managed, found.spec.own) == (frozenset(), False)


PURCHASE_ORDERS_THAT_ARE_NONE = ("", "  ", "=1+1", "-4711", "a\nb", 'say "hi"', "x" * 65)


@pytest.mark.parametrize("order", ["PO-4711", "2026/117 (IT), no. 3", "#12", "Ü-9", "x" * 64])
def test_a_purchase_order_is_what_a_ledger_takes(order: str) -> None:
    assert declare(sku="spb", purchaseOrder=f" {order} ").spec.purchase_order == order


@pytest.mark.parametrize(
    ("document", "said"),
    [
        *(({"sku": "SPB", "seats": seats}, SEATS[:40]) for seats in (0, -1, 1.5, "10", True, None)),
        ({"sku": "SPB", "seats": {"min": 5, "max": 4}}, "max 4 is less than min 5"),
        ({"sku": "SPB", "seats": 10_000_001}, "no subscription has more than 10,000,000 seats"),
        ({"sku": "SPB", "seats": {"buffer": 10**12}}, "less than or equal to 10000000"),
        ({"sku": "SPB", "endOfTerm": "expire"}, "'renew', 'cancel' or 'extend'"),
        ({"sku": "SPB", "endOfTerm": None}, "never cleared"),
        ({"sku": "SPB", "state": "disabled"}, "'active' or 'suspended'"),
        ({"sku": "SPB", "state": None}, "never cleared"),
        ({"sku": "SPB", "owner": "foreign", "state": "active"}, "only observed"),
        ({"sku": "SPB", "from": "office", "seats": 3}, "from: goes with plan:"),
        ({"plan": "e3", "from": "office", "seats": 3, "endsWith": "office"}, "not with endsWith"),
        ({"sku": "SPB", "owner": "foreign", "from": "office"}, "only observed"),
        ({"sku": "SPB", "into": "office"}, "into: goes with plan:"),
        ({"sku": "SPB", "product": SPB}, "exactly one of plan, product and sku"),
        ({}, "exactly one of plan, product and sku"),
        ({"sku": "SPB", "owner": "foreign", "seats": 3}, "only observed"),
        ({"sku": "SPB", "friendlyName": None}, "never cleared"),
        *(({"sku": "SPB", "purchaseOrder": order}, "purchaseOrder") for order in PURCHASE_ORDERS_THAT_ARE_NONE),
    ],
    ids=str,
)
def test_an_entry_that_cannot_be_meant_is_refused(document: dict[str, Any], said: str) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        SubscriptionEntry.model_validate(document)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"plan": "modern-werker"}, codes.UNKNOWN_PLAN),
        ({"plan": "groups-only"}, codes.PLAN_WITHOUT_PRODUCT),
        ({"product": "CFQ7TTC0LCHX:0002"}, codes.NOT_IN_CATALOG),
        ({"sku": "SPBX"}, codes.NOT_IN_CATALOG),
    ],
    ids=["unknown plan", "plan without product", "unknown product", "unknown part number"],
)
def test_an_entry_without_a_product_of_the_catalog_is_a_finding_at_its_place(
    document: dict[str, Any], code: object
) -> None:
    (finding,) = findings(declared(KIND, entry(KIND, "head-office", **document), context(PLANS)))

    assert (finding.code, finding.origin) == (code, PLACE)


class TestCandidates:
    def test_an_id_means_that_one_whatever_else_fits(self) -> None:
        lives = [live("s1", product=None), live("s2")]

        assert KIND.candidates(declare(sku="SPB", id="S1"), lives) == [lives[0]]

    def test_a_friendly_name_wins_over_the_product(self) -> None:
        lives = [live("s1", friendly_name="Head office"), live("s2")]

        assert KIND.candidates(declare(sku="SPB", friendlyName="Head office"), lives) == [lives[0]]

    def test_of_two_with_one_friendly_name_the_active_one_is_meant(self) -> None:
        lives = [live("s1", active=False, friendly_name="Head office"), live("s2", friendly_name="Head office")]

        assert KIND.candidates(declare(sku="SPB", friendlyName="Head office"), lives) == [lives[1]]

    def test_without_a_namesake_product_term_and_billing_decide(self) -> None:
        lives = [live("s1", billing="annual"), live("s2", term="P3Y"), live("s3"), live("s4", active=False)]

        found = KIND.candidates(declare(sku="SPB", term="P1Y", billing="monthly", friendlyName="New"), lives)

        assert found == [lives[2]]

    def test_several_that_fit_are_all_given(self) -> None:
        lives = [live("s1"), live("s2")]

        assert KIND.candidates(declare(sku="SPB"), lives) == lives

    def test_own_and_foreign_ones_are_never_mistaken_for_each_other(self) -> None:
        lives = [live("s1"), live("f1", own=False, product=None, term=None, billing=None)]

        assert KIND.candidates(declare(sku="SPB"), lives) == [lives[0]]
        assert KIND.candidates(declare(sku="SPB", owner="foreign"), lives) == [lives[1]]

    def test_a_foreign_one_may_be_named_by_its_commerce_id(self) -> None:
        lives = [live("f1", own=False), live("f2", own=False)]

        assert KIND.candidates(declare(id="commerce-f2", owner="foreign"), lives) == [lives[1]]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"id": "s1"}, "has this id"),
        ({"sku": "SPB", "id": "s1", "term": "P1Y", "billing": "monthly", "seats": 5}, "has this id"),
        ({"sku": "SPB", "seats": 5}, "needs a product, a term and a billing"),
        ({"sku": "SPB", "term": "P1Y", "billing": "monthly"}, "needs seats: auto, or a number"),
        ({"sku": "SPB", "owner": "foreign"}, "of somebody else"),
    ],
    ids=["its id", "its id and more", "no term", "no seats", "a foreign one"],
)
def test_what_nobody_can_tell_is_not_ordered(document: dict[str, Any], why: str) -> None:
    assert why in KIND.refuses_create(declare(**document))


def test_it_is_ordered_by_our_own_name_where_the_files_give_none() -> None:
    unnamed, named = declare(plan="modern-worker", seats=5), declare(plan="modern-worker", seats=5, friendlyName="HQ")

    assert [KIND.refuses_create(unnamed), KIND.refuses_create(named)] == ["", ""]
    assert KIND.on_create(unnamed, Defaults()).friendly_name == "head-office"
    assert KIND.on_create(named, Defaults()).friendly_name == "HQ"


def test_an_order_promises_its_pool_seats_until_the_day_before_its_next_term() -> None:
    supply = KIND.promises(declare(plan="modern-worker", seats=5), datetime(2026, 3, 2, 9, tzinfo=UTC))

    assert supply is not None
    assert (supply.sku, supply.product, supply.quantity) == ("SPB", SPB, 0)
    assert supply.term_end == datetime(2027, 3, 1, 23, 59, 59, tzinfo=UTC)


def test_an_own_one_that_the_directory_does_not_list_yet_supplies_what_the_files_say() -> None:
    unlisted, other = live(sku=None), live(sku=None, product="CFQ7TTC0LFLX:0001")

    assert KIND.completed(declare(plan="modern-worker"), unlisted).spec.sku == "SPB"
    assert KIND.completed(declare(plan="modern-worker"), other).spec.sku is None


def test_product_term_and_billing_of_what_runs_are_left_alone() -> None:
    guarded = {name for name in SubscriptionSpec.model_fields if KIND.guard_for(live(), name)}

    assert guarded == {"product", "term", "billing"}
