"""Taking seats of one subscription over into one that is there: what is asked for, and what is never asked twice.

Answers are those of partner-center.md 6.6 and of Microsoft's samples of transitions and eligibilities.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from kinds.builders import NOW, a_change, part, performing
from kinds.test_upgrade import (
    AT,
    E3,
    ID,
    ITEM,
    KEY,
    OFFICE,
    ONE,
    PREMIUM,
    Notes,
    a_document,
    a_live,
    a_transition,
    an_eligibility,
)
from kinds.vendor import OWN, Reply, Vendor, at, items
from reconciler.kinds.partner import subscription_join
from reconciler.kinds.partner.subscription import KIND
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Accepted, Conflict, InDoubt, Rejected
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase

STUDIO = Address("contoso", "subscription", "studio")
TAKER = "0af52192-4a2a-4364-d25b-c8ecab3a5697"
OTHER = f"{OWN}/{TAKER}"
ABLE = {"isEligible": True, "subscriptionId": TAKER.upper(), "errors": []}
SHORTER = {"isEligible": False, "subscriptionId": TAKER, "errors": [{"code": 3, "description": "It is too short."}]}


def a_taker(**more: Any) -> dict[str, Any]:
    return a_document(E3, **{"id": TAKER, "quantity": 1, **more})


def a_row() -> Change:
    document = a_taker()
    live = a_live(document)._replace(address=STUDIO, remote_id=TAKER, raw=document)
    parts = [part("quantity", 1, 3), part("taken_from", None, "office")]
    return a_change("subscription", "studio", Action.UPDATE, *parts, remote_id=TAKER, live=live)


@dataclass
class Desk:
    """A Partner Center with one subscription of three seats and one of one; what goes over is there at once."""

    notes: Notes = field(default_factory=Notes)
    routes: dict[str, Any] = field(default_factory=dict)
    offered: tuple[dict[str, Any], ...] = (ABLE,)
    document: dict[str, Any] = field(default_factory=a_document)
    other: dict[str, Any] = field(default_factory=a_taker)

    def __post_init__(self) -> None:
        eligible = an_eligibility(subscriptionEligibilities=list(self.offered))
        usual: dict[str, Any] = {
            f"GET {ONE}": lambda _body: (200, self.document),
            f"GET {OTHER}": lambda _body: (200, self.other),
            f"GET {ONE}/transitions": items(),
            f"GET {ONE}/transitioneligibilities": items(eligible),
            f"POST {ONE}/transitions": self.taken,
        }
        self.vendor = Vendor({**usual, **self.routes})

    def taken(self, body: Any) -> Reply:
        self.document = {**self.document, "quantity": self.document["quantity"] - body["quantity"]}
        self.other = {**self.other, "quantity": self.other["quantity"] + body["quantity"]}
        return 200, a_transition()

    @property
    def asked(self) -> list[Any]:
        return [body for what, body in self.vendor.wrote if what.startswith("POST")]

    def join(self, later: timedelta = timedelta(0)) -> dict[Address, str]:
        row, known = a_row(), performing()
        assert row.live is not None
        told = Performing(
            NOW + later,
            {OFFICE: ID},
            known.secrets,
            {OFFICE: a_live(), STUDIO: row.live},
            request_id=lambda _address: KEY,
            purchase=self.notes.purchase,
            buying=self.notes.buying,
        )
        return at(self.vendor, lambda session: KIND.perform(session, (row,), told))


def test_the_seats_are_asked_for_with_the_one_that_takes_them() -> None:
    desk = Desk()

    desk.join()

    assert desk.asked == [
        {
            "fromCatalogItemId": f"{PREMIUM}:CFQ7TTC0K971",
            "fromSubscriptionId": ID,
            "toCatalogItemId": ITEM,
            "toSubscriptionId": TAKER,
            "quantity": 2,
            "termDuration": "P1Y",
            "billingCycle": "monthly",
            "transitionType": "transition_only",
        }
    ]
    assert desk.notes.known is None


def test_what_microsoft_has_against_this_target_stops_it_with_its_words() -> None:
    desk = Desk(offered=(SHORTER,))

    with pytest.raises(Rejected, match=r"It is too short \(code 3\)"):
        desk.join()

    assert desk.asked == []


def test_a_target_that_microsoft_does_not_list_is_none() -> None:
    with pytest.raises(Rejected, match="does not offer it as a target"):
        Desk(offered=()).join()


@pytest.mark.parametrize("which", ["document", "other"])
def test_nothing_is_asked_where_somebody_changed_either_since_the_plan(which: str) -> None:
    desk = Desk()
    setattr(desk, which, {**getattr(desk, which), "quantity": 7})

    with pytest.raises(Conflict, match="has quantity 7"):
        desk.join()

    assert desk.asked == []


def test_seats_that_are_not_shown_yet_are_waited_for() -> None:
    desk = Desk(routes={f"POST {ONE}/transitions": (200, a_transition())})

    with pytest.raises(Accepted, match="it was asked for just now"):
        desk.join()

    assert desk.notes.known is not None


def test_an_answer_that_was_lost_leaves_the_note() -> None:
    desk = Desk(routes={f"POST {ONE}/transitions": (500, {"code": 3000, "description": "broken"})})

    with pytest.raises(InDoubt):
        desk.join()

    assert desk.notes.known is not None


@pytest.mark.parametrize(("status", "ended"), [("Started", Accepted), ("Completed", Accepted), ("Failed", Rejected)])
def test_what_an_earlier_run_asked_for_is_looked_at_and_not_asked_for_again(
    status: str, ended: type[Exception]
) -> None:
    listed = items(a_transition(status, toSubscriptionId=TAKER))
    desk = Desk(Notes(Purchase(KEY, at=AT)), {f"GET {ONE}/transitions": listed})

    with pytest.raises(ended):
        desk.join(timedelta(minutes=5))

    assert desk.asked == []


def test_what_never_arrived_is_asked_for_again_with_the_same_key() -> None:
    desk = Desk(Notes(Purchase(KEY, at=AT)))

    desk.join(timedelta(minutes=5))

    assert len(desk.asked) == 1


def test_a_request_that_may_be_on_its_way_is_waited_for() -> None:
    desk = Desk(Notes(Purchase(KEY, at=AT)))

    with pytest.raises(Accepted, match="nothing is asked for twice"):
        desk.join(timedelta(seconds=30))

    assert desk.asked == []


@pytest.mark.parametrize(("offered", "words"), [((ABLE,), ""), ((SHORTER,), "It is too short (code 3)")])
def test_the_plan_is_told_what_microsoft_says(offered: tuple[dict[str, Any], ...], words: str) -> None:
    desk = Desk(offered=offered)

    assert at(desk.vendor, lambda session: subscription_join.why_not(session, a_row(), ID)) == words
