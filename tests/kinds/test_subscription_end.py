"""What follows a term is told from three members of the document, and written into them (partner-center.md 11.5)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kinds.builders import a_change, part
from kinds.test_subscription import OURS, PATH, SCHEDULE, Store, a_listed, an_own, lives, more_seats
from kinds.test_subscription_orders import BOUGHT, Shop, a_row
from kinds.vendor import OWN, Reply
from reconciler.kinds.partner import subscription_end
from reconciler.kinds.partner.subscription import KIND
from reconciler.model.change import Action, Change
from reconciler.model.errors import Conflict, NotYetVisible
from reconciler.model.renewal import Follows

CANCEL = {"scheduleType": "TermEnd", "actionType": "Cancel"}
EXTEND = {"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}
RENEW = {"scheduleType": "TermEnd", "actionType": "RenewToNewTerm", "instructions": SCHEDULE}
OFF = {"autoRenewEnabled": False}
LEGACY = {"offerId": "031C9E47-4802-4248-838E-778FB1D2CC05"}
OLD = {"effectiveStartDate": "2025-03-31T00:00:00Z"}


def an_end(before: str, after: str, **more: Any) -> Change:
    row = part("end_of_term", before, after)
    return a_change("subscription", "head-office", Action.UPDATE, row, remote_id=OURS, **more)


def a_state(before: str, after: str) -> Change:
    row = part("state", before, after)
    return a_change("subscription", "head-office", Action.UPDATE, row, remote_id=OURS)


class Service(Store):
    """Deletes the schedule with a change of quantity, and suspends as Partner Center does (6.3, 6.5)."""

    def __init__(self, **document: Any) -> None:
        super().__init__(an_own(**document), scheduledNextTermInstructions=None, scheduledActions=[])

    def patch(self, body: dict[str, Any]) -> Reply:
        was = self.document["status"]
        status, _ = super().patch(body)
        if body["status"] == "suspended" != was:
            self.document |= {"autoRenewEnabled": False, "scheduledActions": [], "scheduledNextTermInstructions": None}
        return status, self.document


@pytest.mark.parametrize(
    ("document", "follows"),
    [
        ({}, "renew"),
        (OFF, "extend"),
        (OFF | {"scheduledActions": [CANCEL]}, "cancel"),
        (OFF | {"scheduledActions": [{"scheduleType": "term_end", "actionType": "cancel"}]}, "cancel"),
        (OFF | {"scheduledActions": [EXTEND]}, "extend"),
        ({"scheduledActions": [EXTEND]}, "extend"),
        ({"scheduledActions": [CANCEL]}, "cancel"),
        ({"scheduledActions": [RENEW]}, "renew"),
        (OFF | LEGACY, "cancel"),
        (OFF | OLD, "cancel"),
        (OFF | OLD | {"effectiveStartDate": "2025-04-01T00:00:00Z"}, "extend"),
        (OFF | {"commitmentEndDate": "2026-05-03T00:00:00Z"}, "cancel"),
        (OFF | {"commitmentEndDate": "2026-05-04T00:00:00Z"}, "extend"),
        (OFF | {"termDuration": "P1M"}, "extend"),
    ],
    ids=[
        "plain", "flag-off", "cancel", "casing", "extend", "backfilled", "action-before-flag", "scheduled", "legacy",
        "before-april-2025", "since-april-2025", "ends-before-may-2026", "ends-in-may-2026", "monthly",
    ],
)  # fmt: skip
def test_what_follows_is_told_by_actions_then_by_the_flag(document: dict[str, Any], follows: str) -> None:
    assert subscription_end.follows(an_own(**document)) == follows


@pytest.mark.parametrize(
    ("document", "wanted", "sent"),
    [
        ({}, "cancel", (False, None, [CANCEL])),
        ({"scheduledNextTermInstructions": SCHEDULE, "scheduledActions": [RENEW]}, "cancel", (False, None, [CANCEL])),
        (LEGACY, "cancel", (False, None, None)),
        (OLD, "cancel", (False, None, None)),
        ({}, "extend", (False, None, [EXTEND])),
        (OFF | {"scheduledActions": [CANCEL]}, "renew", (True, None, [])),
        (OFF, "renew", (True, None, None)),
        ({"scheduledActions": [RENEW, CANCEL]}, "renew", (True, None, [RENEW])),
    ],
    ids=["cancel", "scheduled", "legacy", "old", "extend", "back", "flag-alone", "keeps-a-schedule"],
)
def test_an_end_is_asked_for_by_flag_and_action_together(document: dict[str, Any], wanted: str, sent: Any) -> None:
    made = subscription_end.to_wire(an_own(**document), Follows(wanted))

    names = ("autoRenewEnabled", "scheduledNextTermInstructions", "scheduledActions")
    assert tuple(made.get(name) for name in names) == sent


class TestWriting:
    def test_the_whole_document_goes_with_its_end(self) -> None:
        service = Service(somethingNew={"x": 1})

        service.perform(an_end("renew", "cancel"))

        assert [body["somethingNew"] for body in service.sent] == [{"x": 1}]
        assert subscription_end.follows(service.document) == "cancel"

    def test_the_quantity_that_would_take_it_away_goes_first(self) -> None:
        service = Service()

        service.perform(an_end("renew", "cancel"), more_seats())

        assert [(body["quantity"], body["autoRenewEnabled"]) for body in service.sent] == [(12, True), (12, False)]
        assert service.document["scheduledActions"] == [CANCEL]

    def test_a_repeated_step_goes_on_where_the_quantity_took_the_old_end_away(self) -> None:
        service = Service(quantity=12, autoRenewEnabled=False, scheduledActions=[])

        service.perform(an_end("cancel", "renew"), more_seats())

        assert service.document["autoRenewEnabled"] is True

    def test_an_end_that_somebody_decided_meanwhile_stays(self) -> None:
        service = Service(autoRenewEnabled=False, scheduledActions=[CANCEL])

        with pytest.raises(Conflict, match="end of term is cancel; the plan was made when it was renew"):
            service.perform(an_end("renew", "extend"))
        assert service.sent == []

    def test_an_action_that_the_service_drops_is_not_taken_for_an_end(self) -> None:
        """Auto-renew off alone is a paid extension."""
        service = Service()
        service.vendor.routes[f"PATCH {PATH}"] = lambda body: service.patch({**body, "scheduledActions": []})

        with pytest.raises(NotYetVisible, match="end of term is extend, not cancel yet"):
            service.perform(an_end("renew", "cancel"))

    def test_suspending_comes_last_and_reactivating_first(self) -> None:
        service = Service()
        name = a_change("subscription", "x", Action.UPDATE, part("friendly_name", "Head office", "HQ"), remote_id=OURS)
        old = a_change("subscription", "x", Action.UPDATE, part("friendly_name", "HQ", "Head office"), remote_id=OURS)

        service.perform(a_state("active", "suspended"), name)
        service.perform(an_end("extend", "renew"), old, a_state("suspended", "active"))

        assert [(body["friendlyName"], body["status"], body["autoRenewEnabled"]) for body in service.sent] == [
            ("HQ", "active", True),
            ("HQ", "suspended", True),
            ("HQ", "active", False),
            ("Head office", "active", False),
            ("Head office", "active", True),
        ]

    def test_suspending_twice_sends_nothing(self) -> None:
        service = Service(status="suspended")

        service.perform(a_state("active", "suspended"))

        assert service.sent == []


class TestCancelling:
    """Nothing brings it back, so it is what the plan was made from or it stays."""

    def cancelling(self, seats: int) -> Change:
        return a_change("subscription", "x", Action.DELETE, remote_id=OURS, units=-seats)

    def test_it_is_deleted_with_its_whole_document(self) -> None:
        service = Service(somethingNew={"x": 1})

        service.perform(self.cancelling(10))

        assert [(body["status"], body["somethingNew"]) for body in service.sent] == [("deleted", {"x": 1})]

    def test_what_is_deleted_already_is_left_alone(self) -> None:
        service = Service(status="deleted")

        service.perform(self.cancelling(10))

        assert service.sent == []

    def test_seats_that_somebody_bought_meanwhile_stop_it(self) -> None:
        service = Service(quantity=12)

        with pytest.raises(Conflict, match="it has 12 seats; the plan was made when it had 10"):
            service.perform(self.cancelling(10))
        assert service.sent == []

    @pytest.mark.parametrize(
        ("action", "values"),
        [("endOfTerm", {"end_of_term": "cancel"}), ("suspend", {"state": "suspended"}), ("forget", None)],
    )
    def test_a_tombstone_asks_for_a_value(self, action: str, values: dict[str, str] | None) -> None:
        live = lives([an_own()], [a_listed()])[OURS]

        found = KIND.tombstone(live, action)

        assert (found and {name: getattr(found.spec, name) for name in found.managed}) == values

    @pytest.mark.parametrize(
        ("name", "extended"), [("Microsoft 365 E3 Extended Service Term", True), ("Microsoft 365 E3", False)]
    )
    def test_until_when_it_can_be_cancelled_is_read(self, name: str, *, extended: bool) -> None:
        document = an_own(cancellationAllowedUntilDate="2026-10-09T20:39:17Z", offerName=name)

        supply = KIND.supplies(lives([document], [a_listed()])[OURS])

        assert supply is not None
        assert (supply.cancellable_until, supply.extended) == (datetime(2026, 10, 9, 20, 39, 17, tzinfo=UTC), extended)


class TestOrdering:
    """What is bought is renewed; another end is arranged in the step that bought it."""

    def test_what_is_ordered_to_end_is_given_its_end(self) -> None:
        store = Store(an_own(id=BOUGHT))
        shop = Shop(routes={f"GET {OWN}/{BOUGHT}": store.get, f"PATCH {OWN}/{BOUGHT}": store.patch})

        shop.order(a_row(values={"end_of_term": "cancel"}))

        assert store.document["scheduledActions"] == [CANCEL]

    def test_what_is_ordered_to_renew_is_not_asked_for_again(self) -> None:
        shop = Shop()

        shop.order(a_row(values={"end_of_term": "renew"}))

        assert f"{OWN}/{BOUGHT}" not in shop.vendor.asked

    @pytest.mark.parametrize(
        "reply",
        [(404, {"code": 2011, "description": "not found"}), (200, an_own(id=BOUGHT, status="pending"))],
        ids=["not-there", "pending"],
    )
    def test_one_that_is_not_there_yet_is_waited_for(self, reply: Reply) -> None:
        shop = Shop(routes={f"GET {OWN}/{BOUGHT}": reply})

        with pytest.raises(NotYetVisible):
            shop.order(a_row(values={"end_of_term": "cancel"}))
