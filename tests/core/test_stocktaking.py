"""A list of what there is: as it was read, whatever the plan would make of it, and nothing where not all was seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from reconciler.core.plan import Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model import money
from reconciler.model.resource import CoverageState, Live
from reconciler.model.spec import Spec
from reconciler.model.stock import Stock
from reconciler.model.template import CatalogSku, TermPrice

from .scene import NOTHING, NOW, customer, holds, license_of, lives, person, reading
from .terms import TERMS, lease_of, term

ENDS = NOW + timedelta(days=90)
CATALOG = {"P:1": CatalogSku(title="E3", sku="E3", terms=(TermPrice(term="P1Y", billing="monthly", price="120 EUR"),))}


def listed(*there: Live[Spec], **coverage: Any) -> tuple[Stock, ...] | None:
    """What is listed of a customer of whose two people one holds a seat."""
    files = customer(lease_of("office"), person("ada"), license_of("ada"), person("bo"), license_of("bo"))
    live = reading(lives("ada"), lives("bo"), holds("ada"), *there, **coverage)
    return plan_customer(Inputs(files, live, NOTHING, TERMS, CATALOG), Run(recipients=("age1x",), listed=True)).stock


def test_it_is_as_it_was_read_and_not_as_the_plan_leaves_it() -> None:
    (stock,) = listed(term("office", 1, ENDS, scheduled=1)) or ()

    assert (stock.supply.quantity, stock.held, stock.scheduled) == (1, 1, "1 seats")
    assert (stock.offer, stock.monthly, stock.last_day) == ("E3", money.parse("10 EUR"), "2027-01-03")


def test_seats_of_others_have_no_price_of_ours() -> None:
    _, stock = listed(term("office", 1, ENDS), term("theirs", 5, ENDS, own=False)) or ()

    assert (stock.supply.own, stock.unit, stock.monthly) == (False, None, None)


def test_who_holds_a_seat_is_left_open_where_that_was_not_seen_whole() -> None:
    (stock,) = listed(term("office", 1, ENDS), license=CoverageState.PARTIAL) or ()

    assert (stock.supply.quantity, stock.held) == (1, None)


def test_nothing_is_listed_where_subscriptions_were_not_seen_whole() -> None:
    assert listed(term("office", 1, ENDS), subscription=CoverageState.PARTIAL) is None


def test_nobody_who_did_not_ask_is_given_a_list() -> None:
    files, there = customer(lease_of("office")), reading(term("office", 1, ENDS))

    assert plan_customer(Inputs(files, there, NOTHING, TERMS, CATALOG), Run()).stock is None
