"""Orders that an earlier run began and the files no longer want: told by what became of them, forgotten once over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from reconciler.core.plan import CustomerPlan, Run, plan_customer
from reconciler.core.planning import Inputs
from reconciler.model.change import Action
from reconciler.model.ledger import LedgerEntry, LedgerStatus
from reconciler.model.purchase import Became, Fate
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

from .fakes import KINDS
from .scene import CATALOG, NOTHING, NOW, at, customer, lease, memory, reading, seats

STUDIO, BOUGHT = at("subscription", "studio"), "id-subscription-bought"
OPEN = NOW + timedelta(days=3)
END = NOW + timedelta(days=361)
BEGUN = LedgerEntry("", LedgerStatus.ORDERING, at=NOW.isoformat(), run="run-1", cart="cart-1")


def planned(became: Became, *there: Live[Spec], **more: Any) -> CustomerPlan:
    ledger = replace(NOTHING, known=True).remembering({STUDIO: BEGUN})
    files = customer(*more.pop("files", ()))
    inputs = Inputs(files, reading(*there), ledger, KINDS, CATALOG, orders={STUDIO: became})
    return plan_customer(inputs, Run())


def bought(**facts: Any) -> Live[Spec]:
    return seats("bought", 3, **{"cancellable_until": OPEN, "term_end": END, **facts})


def told(plan: CustomerPlan) -> list[str]:
    return [finding.code.id for finding in plan.findings]


def forgotten(plan: CustomerPlan) -> list[str]:
    return [change.note for change in plan.changes if change.action is Action.FORGET and change.address == STUDIO]


def test_what_runs_is_told_with_its_money_and_stays_remembered() -> None:
    plan = planned(Became(Fate.ORDERED, "order-1", BOUGHT), bought())

    (found,) = plan.findings
    assert (found.code.id, forgotten(plan)) == ("RC322", [])
    assert "Order order-1 has brought id-subscription-bought with 3 seats of E3 at 10.00 EUR a month" in found.detail
    assert found.fix.startswith(
        "Write {subscription: id-subscription-bought, action: cancel} under removed: to give it"
    )
    assert "until 2026-10-08T12:00Z, for about" in found.fix


@pytest.mark.parametrize("until", [None, NOW - timedelta(days=1), NOW + timedelta(hours=2)])
def test_once_its_days_are_over_the_end_of_the_term_is_what_is_left(until: Any) -> None:
    (found,) = planned(Became(Fate.ORDERED, "order-1", BOUGHT), bought(cancellable_until=until)).findings

    assert found.fix.startswith(
        "It cannot be given back any more. Write {subscription: id-subscription-bought, action: e"
    )


@pytest.mark.parametrize(
    ("became", "codes", "note"),
    [
        (Became(Fate.CART, until="2026-10-12"), ["RC573"], ["its cart was not ordered, and expires by itself"]),
        (Became(Fate.NOTHING, why="its cart is gone"), ["RC573"], ["nothing was bought: its cart is gone"]),
        (Became(Fate.UNKNOWN, why="503"), ["RC573"], []),
        (Became(Fate.PENDING, "order-1"), ["RC322"], []),
        (Became(Fate.ORDERED, "order-1", "gone"), [], ["order order-1 has brought gone, which runs no more"]),
    ],
    ids=["cart", "nothing", "not-asked", "pending", "gone"],
)
def test_it_is_forgotten_once_nothing_is_left_of_it(became: Became, codes: list[str], note: list[str]) -> None:
    plan = planned(became)

    assert (told(plan), forgotten(plan)) == (codes, note)


def test_what_stands_in_the_files_under_another_name_is_no_leftover() -> None:
    plan = planned(Became(Fate.ORDERED, "order-1", BOUGHT), bought(), files=(lease("office", fixed=3),))

    assert "RC322" not in told(plan)
    assert forgotten(plan) == ["order order-1 has brought id-subscription-bought, which stands in the files as office"]


def test_what_is_suspended_meanwhile_is_not_given_back_by_itself() -> None:
    plan = planned(Became(Fate.ORDERED, "order-1", BOUGHT), bought(active=False, suspended=True))

    assert told(plan) == []


@pytest.mark.parametrize(
    ("until", "words"),
    [(OPEN, "; it can be given back until 2026-10-08T12:00Z for about "), (NOW + timedelta(hours=1), "")],
    ids=["within-its-days", "too-late"],
)
def test_what_leaves_the_files_within_its_days_says_until_when_it_can_be_given_back(until: Any, words: str) -> None:
    there = seats("office", 3, cancellable_until=until, term_end=END)
    before = memory(customer(lease("office", fixed=3)), reading(there))

    plan = plan_customer(Inputs(customer(), reading(there), before, KINDS, CATALOG), Run())

    (row,) = plan.changes
    assert row.action is Action.FORGET
    assert row.note.split("a month until 2027-10-01")[1].startswith(words)
    assert ("(removed: {subscription: id-subscription-office, action: cancel})" in row.note) is bool(words)


def test_what_is_remembered_no_more_or_wanted_again_is_none() -> None:
    became = {STUDIO: Became(Fate.CART)}

    plans = [
        plan_customer(Inputs(files, reading(), ledger, KINDS, CATALOG, orders=became), Run())
        for files, ledger in (
            (customer(), replace(NOTHING, known=True)),
            (customer(lease("studio")), replace(NOTHING, known=True).remembering({STUDIO: BEGUN})),
        )
    ]

    assert ["RC573" in told(plan) for plan in plans] == [False, False]


def test_one_without_an_end_or_a_price_says_what_is_known() -> None:
    (found,) = [
        finding
        for finding in planned(Became(Fate.ORDERED, "order-1", BOUGHT), bought(term_end=None, product="Q:9")).findings
        if finding.code.id == "RC322"
    ]

    assert found.detail.endswith("has brought id-subscription-bought with 3 seats of E3.")
    assert "until 2026-10-08T12:00Z; to keep it" in found.fix
