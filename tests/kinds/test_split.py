"""Making a subscription of some seats of another one: what is asked for, how it is found, what is never asked twice.

Answers are those of partner-center.md 6.6 and of Microsoft's samples of transitions and eligibilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from kinds.builders import NOW, a_change, context, declared, entry, part, performing, resources
from kinds.test_upgrade import (
    AT,
    BOTH,
    E3,
    ID,
    ITEM,
    KEY,
    OFFICE,
    ONE,
    PLANS,
    PREMIUM,
    Notes,
    a_document,
    a_live,
    a_transition,
    an_eligibility,
)
from kinds.vendor import OWN, Reply, Vendor, at, items
from reconciler.kinds.partner.subscription import KIND
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Accepted, Conflict, InDoubt, Rejected, StoreError
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase
from reconciler.model.resource import Desired

STUDIO = Address("contoso", "subscription", "studio")
NEW = "0af52192-4a2a-4364-d25b-c8ecab3a5697"
MADE = f"{OWN}/{NEW}"


def a_new_one(**more: Any) -> dict[str, Any]:
    """What two seats have become, as it is listed; its name is the product's."""
    usual = {"id": NEW, "quantity": 2, "friendlyName": "Microsoft 365 E3", "creationDate": AT}
    return a_document(E3, **{**usual, **more})


@dataclass
class Studio:
    """A Partner Center with one subscription of three seats; a transition of some is there at once."""

    notes: Notes = field(default_factory=Notes)
    routes: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=a_document)
    new: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        usual: dict[str, Any] = {
            f"GET {OWN}": lambda _body: items(self.document, *([self.new] if self.new else [])),
            f"GET {ONE}": lambda _body: (200, self.document),
            f"GET {MADE}": lambda _body: (200, self.new),
            f"PATCH {MADE}": self._patched,
            f"GET {ONE}/transitions": items(),
            f"GET {ONE}/transitioneligibilities": items(an_eligibility()),
            f"POST {ONE}/transitions": self.split,
        }
        self.vendor = Vendor({**usual, **self.routes})
        route = self.vendor.routes[f"POST {ONE}/transitions"]
        self.vendor.routes[f"POST {ONE}/transitions"] = self._logged(route)

    def split(self, body: Any) -> Reply:
        left = self.document["quantity"] - body["quantity"]
        self.document, self.new = {**self.document, "quantity": left}, a_new_one(quantity=body["quantity"])
        return 200, a_transition()

    def _patched(self, body: Any) -> Reply:
        self.new = body
        return 200, body

    def _logged(self, route: Any) -> Callable[[Any], Reply]:
        def answer(body: Any) -> Reply:
            self.notes.log.append("POST")
            reply: Reply = route(body) if callable(route) else route
            return reply

        return answer

    @property
    def asked(self) -> list[Any]:
        return [body for what, body in self.vendor.wrote if what.startswith("POST")]

    def make(self, change: Change | None = None, later: timedelta = timedelta(0)) -> dict[Address, str]:
        known = performing()
        told = Performing(
            NOW + later,
            {OFFICE: ID},
            known.secrets,
            {OFFICE: a_live()},
            request_id=lambda _address: KEY,
            purchase=self.notes.purchase,
            buying=self.notes.buying,
        )
        return at(self.vendor, lambda session: KIND.perform(session, (change or a_row(),), told))


def a_desired(**more: Any) -> Desired[Any]:
    document = {"plan": "e3", "seats": 2, "from": "office", **more}
    found = declared(KIND, entry(KIND, "studio", **document), context(PLANS, BOTH))
    return resources(found)["contoso/subscription/studio"]


def a_row(**more: Any) -> Change:
    said = {"product": E3, "term": "P1Y", "billing": "monthly", "friendly_name": "studio", "split_from": "office"}
    parts = [part(name, None, value) for name, value in ({**said, "quantity": 2} | more).items()]
    return a_change("subscription", "studio", Action.CREATE, *parts, desired=a_desired())


def test_the_seats_that_go_are_asked_for_and_their_licenses_stay() -> None:
    studio = Studio()

    assert studio.make() == {STUDIO: NEW}
    assert studio.asked == [
        {
            "fromCatalogItemId": f"{PREMIUM}:CFQ7TTC0K971",
            "fromSubscriptionId": ID,
            "toCatalogItemId": ITEM,
            "quantity": 2,
            "termDuration": "P1Y",
            "billingCycle": "monthly",
            "transitionType": "transition_only",
        }
    ]


def test_the_key_of_the_request_is_noted_before_it_is_sent() -> None:
    studio = Studio()

    studio.make()

    assert studio.notes.log == [f"noted {KEY}", "POST", f"noted {KEY} op-1"]
    assert [sent.get("ms-requestid") for sent in studio.vendor.headers].count(KEY) == 1


def test_nothing_is_sent_where_the_key_cannot_be_noted() -> None:
    studio = Studio(Notes(torn=True))

    with pytest.raises(StoreError):
        studio.make()
    assert studio.vendor.wrote == []


def test_the_new_one_gets_the_name_and_the_end_that_the_files_want() -> None:
    studio = Studio()

    studio.make(a_row(end_of_term="cancel"))

    assert studio.new is not None
    assert (studio.new["friendlyName"], studio.new["autoRenewEnabled"]) == ("studio", False)


def test_what_was_made_is_found_and_not_asked_for_again() -> None:
    studio = Studio(Notes(Purchase(KEY, "", AT)), document=a_document(quantity=1), new=a_new_one())

    assert studio.make() == {STUDIO: NEW}
    assert studio.asked == []


UNDER_WAY: dict[str, tuple[Purchase | None, list[dict[str, Any]], int]] = {
    "begun by this run": (Purchase(KEY, "op-1", AT), [a_transition()], 3600 * 5),
    "begun by somebody else": (None, [a_transition(product="CFQ7TTC0LF8R:0001")], 0),
    "ended, and never listed": (Purchase(KEY, "op-1", AT), [a_transition("Completed")], 3600 * 24),
    "asked for a moment ago": (Purchase(KEY, "", AT), [], 60),
    "answered, and not listed yet": (Purchase(KEY, "op-1", AT), [], 1200),
}


@pytest.mark.parametrize("case", UNDER_WAY)
def test_what_may_be_on_its_way_is_waited_for(case: str) -> None:
    note, listed, later = UNDER_WAY[case]
    studio = Studio(Notes(note), {f"GET {ONE}/transitions": items(*listed)})

    with pytest.raises(Accepted):
        studio.make(later=timedelta(seconds=later))
    assert studio.vendor.wrote == []


ASKED_AGAIN: dict[str, tuple[Purchase | None, list[dict[str, Any]], int]] = {
    "a request that never arrived": (Purchase(KEY, "", AT), [], 120),
    "another split of the same product, long ago": (None, [a_transition("Completed", "2025-10-03T08:00:00Z")], 0),
}


@pytest.mark.parametrize("case", ASKED_AGAIN)
def test_what_cannot_be_on_its_way_any_more_is_asked_for_with_the_same_key(case: str) -> None:
    note, listed, later = ASKED_AGAIN[case]
    studio = Studio(Notes(note), {f"GET {ONE}/transitions": items(*listed)})

    studio.make(later=timedelta(seconds=later))

    assert studio.notes.log[:2] == [f"noted {KEY}", "POST"]


CHANGED: dict[str, dict[str, Any]] = {
    "its seats": {"document": a_document(quantity=9)},
    "its product": {"document": a_document("CFQ7TTC0LF8R:0001")},
    "its status": {"document": a_document(status="suspended")},
    "one like it was bought": {"new": a_new_one()},
}


@pytest.mark.parametrize("case", CHANGED)
def test_what_somebody_has_changed_since_the_plan_is_left_alone(case: str) -> None:
    studio = Studio(**CHANGED[case])

    with pytest.raises(Conflict):
        studio.make()
    assert studio.vendor.wrote == []


def test_what_microsoft_refuses_is_told_in_its_words() -> None:
    error = {"code": 6, "description": "It has add-ons."}
    ways = [{"isEligible": False, "transitionType": "transition_only", "errors": [error]}]
    studio = Studio(routes={f"GET {ONE}/transitioneligibilities": items(an_eligibility(eligibilities=ways))})

    with pytest.raises(Rejected, match=r"It has add-ons \(code 6\)"):
        studio.make()
    assert studio.notes.log == []


def test_several_that_may_be_it_are_for_a_person_to_tell_apart() -> None:
    other = a_new_one(id="11111111-2222-4333-8444-555555555555")
    studio = Studio(Notes(Purchase(KEY, "", AT)), {f"GET {OWN}": items(a_document(), a_new_one(), other)})

    with pytest.raises(Rejected, match="write id:"):
        studio.make()
    assert studio.vendor.wrote == []


def test_a_lost_answer_is_in_doubt_and_stays_noted() -> None:
    studio = Studio(routes={f"POST {ONE}/transitions": (500, {})})

    with pytest.raises(InDoubt):
        studio.make()
    assert len(studio.asked) == 1


def test_what_gives_the_seats_is_the_same_step() -> None:
    assert KIND.fold(a_row()) == OFFICE
    assert KIND.fold(replace(a_row(), desired=None)) == STUDIO
