"""What is left of a customer: who pays for which seat, what unassigned ones eat, and that rows add up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.plan import CustomerPlan, Run, combine, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.finding import Origin
from reconciler.model.margin import Balance, totals
from reconciler.model.money import Money
from reconciler.model.plan import Scope, Source
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import CoverageState, Desired, Live, Snapshot
from reconciler.model.retail import Book, Listed, PriceLine
from reconciler.model.spec import Spec
from reconciler.model.template import CatalogSku, Defaults, Guardrails, Mode, TermPrice

from .fakes import KINDS
from .scene import NOTHING, NOW, customer, grave, holds, lease, license_of, lives, memory, person, reading, seats
from .worlds import World, worlds

COST, RETAIL = "192 EUR", "20 EUR"  # 16 a month, as in the worked example of the requirements
Written = dict[str, Any]  # Any: as in YAML


def a_sku(name: str, *prices: str) -> CatalogSku:
    terms = tuple(TermPrice(term="P1Y", billing="monthly", price=price) for price in prices)
    return CatalogSku(title=name, sku=name, terms=terms)


CATALOG = {"P:1": a_sku("E3", COST, "300 AUD"), "P:2": a_sku("E3", "240 EUR"), "P:5": a_sku("E5", "480 EUR")}


def a_book(**lines: list[Written]) -> tuple[Book, ...]:
    found = {
        key: tuple(Listed(key, PriceLine.model_validate(line), Origin("prices.yaml", 1, 1)) for line in written)
        for key, written in lines.items()
    }
    return (Book("everybody", found),)


USUAL = a_book(E3=[{"perMonth": RETAIL}], E5=[{"perMonth": "50 EUR"}])


def planned(files: DesiredCustomer, there: Snapshot, prices: tuple[Book, ...] = USUAL, **more: Any) -> CustomerPlan:
    """The plan of a customer with prices."""
    ledger = more.pop("ledger", NOTHING)
    return plan_customer(Inputs(replace(files, prices=prices), there, ledger, KINDS, CATALOG), Run(**more))


def people(count: int, sku: str = "E3") -> list[Live[Spec]]:
    return [one for number in range(count) for one in (lives(f"p{number}"), holds(f"p{number}", sku))]


def wanted(*names: str, sku: str = "E3") -> list[Desired[Spec]]:
    return [one for name in names for one in (person(name), license_of(name, sku))]


def month(plan: CustomerPlan) -> tuple[Balance, Balance]:
    assert plan.margin is not None
    return plan.margin.before, plan.margin.after


def margins(plan: CustomerPlan) -> tuple[str, str]:
    before, after = month(plan)
    return str(before.margin), str(after.margin)


@pytest.mark.parametrize(
    ("spare", "expected"),
    [(0, "40.00 EUR"), (1, "24.00 EUR"), (2, "8.00 EUR"), (3, "-8.00 EUR")],
)
def test_ten_people_leave_less_with_each_seat_that_nobody_holds(spare: int, expected: str) -> None:
    """The worked example: ten users, cost 16, retail 20."""
    plan = planned(customer(lease("office", fixed=10 + spare)), reading(*people(10), seats("office", 10 + spare)))

    before, after = month(plan)
    assert (before, plan.changes) == (after, ())
    assert str(after.margin) == expected
    assert (after.unassigned, str(after.unassigned_cost)) == (spare, f"{16 * spare}.00 EUR")


def test_a_joiner_on_a_free_seat_brings_the_whole_price() -> None:
    plan = planned(customer(*wanted("ada"), lease("office")), reading(lives("ada"), seats("office", 1)))

    (row,) = plan.changes
    assert margins(plan) == ("-16.00 EUR", "4.00 EUR")
    assert row.sale is not None
    assert (str(row.sale.revenue), row.sale.margin) == ("20.00 EUR", None)


def test_a_joiner_for_whom_a_seat_is_bought_brings_the_difference() -> None:
    plan = planned(customer(*wanted("ada"), lease("office")), reading(lives("ada"), seats("office", 0)))

    bought = next(row for row in plan.changes if row.units)
    assert margins(plan) == ("0.00 EUR", "4.00 EUR")
    assert bought.sale is not None
    assert bought.sale.margin == (Money(Decimal(0), "EUR"), Money(Decimal(4), "EUR"))
    assert bought.sale.refundable_until == "2026-10-12T12:00:00Z"


def test_a_leaver_takes_the_revenue_of_all_licenses_along() -> None:
    there = reading(
        lives("ada"), holds("ada"), holds("ada", "E5"), seats("office", 1), seats("big", 1, "E5", product="P:5")
    )
    files = customer(lease("office", min=1), lease("big", "E5", min=1), tombstones=dict([grave("user", "ada")]))

    plan = planned(files, there, ledger=memory(customer(person("ada")), there))

    row = next(row for row in plan.changes if row.address.kind == "user")
    assert row.sale is not None
    assert str(row.sale.revenue) == "-70.00 EUR"
    assert margins(plan) == ("14.00 EUR", "-56.00 EUR")


def test_people_on_seats_of_others_pay_us_nothing() -> None:
    files = customer(lease("office", fixed=2))
    there = reading(*people(4), seats("office", 2), seats("theirs", 3, own=False))

    _, after = month(planned(files, there))

    assert (str(after.revenue), after.unassigned) == ("20.00 EUR", 1)


def test_the_cheapest_seats_are_the_ones_in_use() -> None:
    files = customer(lease("office", min=2), lease("branch", min=2))
    there = reading(*people(3), seats("office", 2, product="P:2"), seats("branch", 2))

    _, after = month(planned(files, there))

    assert (after.unassigned, str(after.unassigned_cost)) == (1, "20.00 EUR")


def test_suspended_seats_cost_and_nobody_holds_them() -> None:
    files = customer(lease("office", fixed=1))
    there = reading(*people(1), seats("office", 1), seats("asleep", 2, active=False, suspended=True))

    _, after = month(planned(files, there))

    assert (str(after.cost), after.unassigned, str(after.revenue)) == ("48.00 EUR", 2, "20.00 EUR")


def test_what_has_ended_costs_nothing() -> None:
    there = reading(*people(1), seats("office", 1), seats("gone", 2, active=False))

    _, after = month(planned(customer(lease("office", fixed=1)), there))

    assert str(after.cost) == "16.00 EUR"


def test_people_on_a_trial_pay_nothing_and_cost_nothing() -> None:
    there = reading(*people(3), seats("office", 1), seats("trial", 2, billing="none"))

    _, after = month(planned(customer(lease("office", fixed=1)), there))

    assert (str(after.cost), str(after.revenue)) == ("16.00 EUR", "20.00 EUR")


def test_more_seats_may_reach_another_tier_for_everybody() -> None:
    tiers = [{"seats": 3, "perMonth": "18 EUR"}]
    prices = a_book(E3=[{"perMonth": RETAIL, "tiers": tiers}])
    files = customer(*wanted("p0", "p1", "ada"), lease("office"))

    plan = planned(files, reading(*people(2), lives("ada"), seats("office", 2)), prices)

    revenue = {row.address.kind: str(row.sale.revenue) for row in plan.changes if row.sale}
    assert revenue == {"subscription": "-4.00 EUR", "license": "18.00 EUR"}
    assert margins(plan) == ("8.00 EUR", "6.00 EUR")


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        (a_book(E5=[{"perMonth": "50 EUR"}]), "has no price in EUR: no price book has it. E3 is missing"),
        (a_book(E3=[{"perMonth": "20 USD"}], E5=[{"perMonth": "50 EUR"}]), "there is one in USD only"),
        (
            a_book(E3=[{"perMonth": "20 EUR", "until": "2026-10-04"}], E5=[{"perMonth": "50 EUR"}]),
            "its last price ended on 2026-10-04",
        ),
    ],
    ids=["none", "another currency", "ended yesterday"],
)
def test_a_pool_without_a_price_is_left_out_and_said_never_0(prices: tuple[Book, ...], said: str) -> None:
    files = customer(lease("office", fixed=1), lease("big", "E5", fixed=1))
    there = reading(
        *people(1), seats("office", 1), lives("bo"), holds("bo", "E5"), seats("big", 1, "E5", product="P:5")
    )

    plan = planned(files, there, prices)

    assert margins(plan) == ("10.00 EUR", "10.00 EUR")
    assert plan.margin is not None
    assert [str(address) for address in plan.margin.unpriced] == ["contoso/subscription/office"]
    assert [(f.code.id, said in f.detail) for f in plan.findings] == [("RC520", True)]


def test_a_pool_without_a_cost_is_left_out_and_said() -> None:
    there = reading(*people(1), seats("office", 1, product="P:9"))

    plan = planned(customer(lease("office", fixed=1)), there)

    assert plan.margin is not None
    assert str(plan.margin.after.cost) == "0.00 EUR"
    assert "has no cost in EUR in the catalog" in plan.findings[0].detail


def test_a_whole_pool_is_left_out_when_one_of_its_subscriptions_has_no_price() -> None:
    files = customer(lease("office", fixed=1), lease("branch", fixed=1))
    there = reading(*people(2), seats("office", 1), seats("branch", 1, product="P:9"))

    plan = planned(files, there)

    assert str(month(plan)[1].revenue) == "0.00 EUR"


@pytest.mark.parametrize("kind", ["license", "subscription"])
def test_what_was_not_seen_whole_has_no_margin(kind: str) -> None:
    there = reading(*people(1), seats("office", 1), **{kind: CoverageState.PARTIAL})

    assert planned(customer(lease("office", fixed=1)), there).margin is None


def test_without_prices_nothing_is_said_of_money() -> None:
    plan = planned(customer(*wanted("ada"), lease("office")), reading(lives("ada"), seats("office", 0)), ())

    assert plan.margin is None
    assert [row.sale for row in plan.changes] == [None, None]
    assert plan.findings == ()


def test_a_customer_that_buys_nothing_from_us_has_no_margin() -> None:
    assert planned(customer(person("ada")), reading(lives("ada"))).margin is None


def test_seats_that_are_only_reported_change_no_margin() -> None:
    files = customer(lease("office", fixed=1), modes={"subscriptions": Mode.OBSERVE})

    plan = planned(files, reading(*people(1), seats("office", 3)))

    assert margins(plan) == ("-28.00 EUR", "-28.00 EUR")


def test_seats_that_are_protected_stay_and_cost() -> None:
    plan = planned(customer(lease("office"), protect=True), reading(*people(1), seats("office", 3)))

    assert [row.units for row in plan.changes if row.blocked] == [-2]
    assert margins(plan) == ("-28.00 EUR", "-28.00 EUR")


def test_the_prices_of_a_customer_take_part_in_no_row_and_no_digest() -> None:
    files, there = customer(*wanted("ada"), lease("office")), reading(lives("ada"), seats("office", 0))

    with_prices, without = planned(files, there), planned(files, there, ())

    assert [replace(row, sale=None) for row in with_prices.changes] == list(without.changes)


def test_the_run_has_the_margins_of_all_by_currency() -> None:
    there = reading(*people(1), seats("office", 1))
    ours = planned(customer(lease("office", fixed=1)), there)
    abroad = planned(
        customer(lease("office", fixed=1), defaults=Defaults(currency="AUD")),
        there,
        a_book(E3=[{"perMonth": "30 AUD"}]),
    )

    plan = combine([ours, ours, abroad], NOW, Source(), Scope(), Guardrails())

    assert {name: str(after.margin) for name, (_, after) in totals(plan.margins).items()} == {
        "AUD": "5.00 AUD",
        "EUR": "8.00 EUR",
    }


PRICE_LINES = st.lists(
    st.tuples(st.integers(2, 6), st.integers(0, 9999)), max_size=3, unique_by=lambda tier: tier[0]
).map(lambda tiers: [{"seats": seats, "perMonth": f"{cents / 100} EUR"} for seats, cents in sorted(tiers)])


@settings(max_examples=150)
@given(world=worlds(), e3=PRICE_LINES, e5=PRICE_LINES)
def test_rows_add_up_to_the_margin_of_their_customer(world: World, e3: list[Written], e5: list[Written]) -> None:
    """Revenue to the last digit; the cost of rows that run is the difference of all seats' cost."""
    prices = a_book(
        E3=[{"perMonth": "20.01 EUR", "tiers": e3}],
        E5=[{"perMonth": "50 EUR", "tiers": e5}],
        **{"*": [{"markup": "7%"}]},
    )

    plan = planned(world.files, reading(*world.there), prices, ledger=world.ledger)

    before, after = month(plan)
    zero = Money(Decimal(0), "EUR")
    earned = sum((row.sale.revenue for row in plan.changes if row.sale and row.sale.revenue), zero)
    spent = sum((row.cost.monthly for row in plan.changes if row.cost and row.units and not _gated(row)), zero)
    assert after.revenue - before.revenue == earned
    assert after.cost - before.cost == spent
    assert after.margin == after.revenue - after.cost
    assert after.unassigned_cost.amount <= after.cost.amount


def _gated(row: Any) -> bool:  # Any: a Change
    return any(gate.code.id not in ("RC305", "RC306", "RC307") for gate in row.blocked)
