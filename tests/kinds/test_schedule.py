"""A schedule that a change deleted is put back, or the step is not done (partner-center.md 6.3)."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.test_subscription import Store, an_own, more_seats
from kinds.vendor import OWN, Reply, items
from reconciler.kinds.partner import schedule
from reconciler.model.errors import NotFound, NotYetVisible

PRODUCT = {"productId": "CFQ7TTC0LCHC", "skuId": "0002", "availabilityId": "OLD", "termDuration": "P1Y"}
SCHEDULED = {"product": PRODUCT, "quantity": 8}
AVAILABILITIES = f"{OWN.removesuffix('/subscriptions')}/products/CFQ7TTC0LCHC/skus/0002/availabilities"
GONE: Reply = (404, {"code": 400019, "description": "Availability not found", "data": [], "source": "PartnerFD"})


class Desk(Store):
    """Refuses the schedule, and nothing else, with the given answers one after the other; then it takes it."""

    def __init__(self, *refusals: Reply) -> None:
        super().__init__(an_own(scheduledNextTermInstructions=SCHEDULED), scheduledNextTermInstructions=None)
        self.refusals = list(refusals)

    def patch(self, body: dict[str, Any]) -> Reply:
        puts_back = not self.document["scheduledNextTermInstructions"] and body["scheduledNextTermInstructions"]
        if puts_back and self.refusals:
            return self.refusals.pop(0)
        return super().patch(body)


def an_offer(identity: str, term: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "isPurchasable": True, "terms": [{"duration": term, "billingCycle": "Monthly"}], **more}


def test_an_answer_that_is_lost_leaves_the_step_to_be_tried_again() -> None:
    """Not in doubt: a reading shows the seats, and would take the step for done."""
    desk = Desk(*[(503, {"code": 800003, "description": "Unexpected service error"})] * 40)

    with pytest.raises(NotYetVisible):
        desk.perform(more_seats(scheduledNextTermInstructions=SCHEDULED))

    desk.refusals.clear()
    desk.perform(more_seats(scheduledNextTermInstructions=SCHEDULED))
    assert desk.document["scheduledNextTermInstructions"] == SCHEDULED


def test_an_availability_that_rotated_is_replaced_by_the_one_of_today() -> None:
    desk = Desk(GONE)
    offers = [an_offer("MONTHLY", "P1M"), an_offer("CLOSED", "P1Y", isPurchasable=False), an_offer("TODAY", "P1Y")]
    desk.vendor.routes[f"GET {AVAILABILITIES}"] = items(*offers)

    desk.perform(more_seats())

    assert desk.document["scheduledNextTermInstructions"] == {
        "product": {**PRODUCT, "availabilityId": "TODAY"},
        "quantity": 8,
    }


def test_a_product_that_is_not_offered_any_more_is_told() -> None:
    desk = Desk(GONE, GONE)
    desk.vendor.routes[f"GET {AVAILABILITIES}"] = items(an_offer("MONTHLY", "P1M"))

    with pytest.raises(NotFound) as caught:
        desk.perform(more_seats())

    assert caught.value.exchange.code == schedule.AVAILABILITY_GONE


def test_actions_are_a_part_of_the_schedule() -> None:
    action = {"scheduleType": "TermEnd", "actionType": "Cancel"}

    assert schedule.of(an_own(scheduledActions=[action])) == {"scheduledActions": [action]}
    assert schedule.of(an_own(scheduledActions=[])) == {}
