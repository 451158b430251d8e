"""What the commands say of price books: where a price comes from, and what is wrong with the books today."""

from __future__ import annotations

import json

import pytest
from scenarios.stage import Stage

from cli import worlds

BOOKS = """
prices:
  "*": [{markup: 20%}]
  SPB: [{term: P1Y, billing: monthly, perMonth: 21.90 EUR, tiers: [{seats: 50, perMonth: 20.90 EUR}]}]
"""
ENDED = "prices:\n  SPB: [{perMonth: 21.90 EUR, until: 2020-12-31}]\n"


def explained(on_stage: Stage, prices: str) -> dict[str, tuple[str, str]]:
    worlds.prepared(on_stage)
    if prices:
        on_stage.write({"desired-state/prices.yaml": prices})
    ran = on_stage.reconciler("explain", "contoso/subscription/office", "--json")
    assert ran.code == 0, ran.text
    return {value["field"]: (value["value"], value["source"]) for value in json.loads(ran.text)["values"]}


def test_explain_says_what_a_seat_costs_and_is_sold_for_and_where_that_stands(on_stage: Stage) -> None:
    told = explained(on_stage, BOOKS)

    assert told["cost"] == ("18.10 EUR a month", "catalog CFQ7TTC0LCHC:0002")
    assert told["price"] == (
        "21.90 EUR a month, 20.90 EUR from 50 seats on",
        "prices of everybody at desired-state/prices.yaml:4:9",
    )


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (
            'prices: {"*": [{markup: 20%}]}\n',
            ("21.72 EUR a month", "everybody at desired-state/prices.yaml:1:16, markup 20%"),
        ),
        (
            "customer: contoso\nprices: {SPB: [{discount: 10%}]}\n",
            ("16.29 EUR a month", 'customer "contoso" at desired-state/prices.yaml:2:16, discount 10%'),
        ),
        (ENDED, ("not known", "its last price ended on 2020-12-31 (desired-state/prices.yaml:2:9)")),
    ],
    ids=["a share of the cost", "the customer's own", "one that ended"],
)
def test_explain_tells_every_sort_of_price(on_stage: Stage, prices: str, expected: tuple[str, str]) -> None:
    value, source = explained(on_stage, prices)["price"]

    assert (value, source.removeprefix("prices of ")) == expected


def test_explain_says_nothing_of_money_where_nobody_declares_prices(on_stage: Stage) -> None:
    assert {"cost", "price"}.isdisjoint(explained(on_stage, ""))


def test_validate_warns_of_a_price_that_has_ended(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    on_stage.write({"desired-state/prices.yaml": ENDED})

    ran = on_stage.reconciler("validate")

    assert ran.code == 0
    assert "warning RC265" in ran.text
