"""A schedule that a change deleted is put back as it was, and nobody else's is touched (partner-center.md 6.3, 6.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kinds.builders import a_change, part
from kinds.test_subscription import OURS, Store, an_own
from kinds.vendor import OWN, Reply, items
from reconciler.kinds.partner import schedule
from reconciler.kinds.partner.subscription import KIND
from reconciler.kinds.partner.subscription_wire import own_facts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Conflict, InDoubt, NotFound, NotYetVisible
from reconciler.model.renewal import Owed, Renewal
from reconciler.model.resource import Live

PRODUCT = {
    "productId": "CFQ7TTC0LCHC",
    "skuId": "0002",
    "availabilityId": "OLD",
    "termDuration": "P1Y",
    "billingCycle": "Annual",
}
SCHEDULED = {"product": PRODUCT, "quantity": 8}
TEXT = "8 seats of CFQ7TTC0LCHC:0002, P1Y, billed annual"
CANCEL = {"scheduleType": "TermEnd", "actionType": "Cancel"}
EXTENDED = {"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}
AVAILABILITIES = f"{OWN.removesuffix('/subscriptions')}/products/CFQ7TTC0LCHC/skus/0002/availabilities"
GONE: Reply = (404, {"code": 400019, "description": "Availability not found", "data": [], "source": "PartnerFD"})
LOST: Reply = (503, {"code": 800003, "description": "Unexpected service error"})


class Desk(Store):
    """Refuses what is sent with the given answers one after the other; then it takes it."""

    def __init__(self, *refusals: Reply, **document: Any) -> None:
        super().__init__(an_own(**document))
        self.vendor.routes[f"GET {OWN}/{OURS}/transitions"] = items()
        self.refusals = list(refusals)

    def patch(self, body: dict[str, Any]) -> Reply:
        return self.refusals.pop(0) if self.refusals else super().patch(body)


def an_offer(identity: str, term: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "isPurchasable": True, "terms": [{"duration": term, "billingCycle": "Monthly"}], **more}


def the_renewal(**more: Any) -> Renewal:
    live: Live[Any] = Live(Address("contoso", "subscription", OURS), OURS, KIND.spec(), raw=an_own(**more))
    found = KIND.renewal(live)
    assert found is not None
    return found


def putting_back(**more: Any) -> Change:
    """The row that puts the schedule back after the quantity became 10; `more` is what was arranged instead."""
    taken = the_renewal(**(more or {"scheduledNextTermInstructions": SCHEDULED}))
    where = Address("contoso", "subscription", "head-office")
    owed = Owed(where, OURS, taken.text, taken.document, (taken.after({"quantity": 10}),))
    row = part("renewal", None, owed.text)
    return a_change("subscription", "head-office", Action.UPDATE, row, remote_id=OURS, owed=owed)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, ""),
        ({"scheduledNextTermInstructions": SCHEDULED}, TEXT),
        ({"scheduledNextTermInstructions": {**SCHEDULED, "quantity": 1}}, TEXT.replace("8 seats", "1 seat")),
        (
            {"scheduledNextTermInstructions": {**SCHEDULED, "customTermEndDate": "2027-03-31T00:00:00Z"}},
            f"{TEXT}, to 2027-03-31",
        ),
        (
            {"scheduledNextTermInstructions": {**SCHEDULED, "product": {**PRODUCT, "promotionId": "39NFJQT1PJQB"}}},
            TEXT,
        ),
        ({"scheduledActions": [{"actionType": "RenewToNewTerm", "instructions": SCHEDULED}]}, TEXT),
        ({"scheduledActions": [CANCEL]}, "cancel at the end of the term"),
        ({"scheduledActions": [EXTENDED]}, "Extended Service Term"),
        ({"scheduledActions": [EXTENDED], "autoRenewEnabled": False}, ""),
        ({"scheduledActions": [{"scheduleType": "TermEnd", "actionType": "RenewToNewTerm"}]}, ""),
    ],
    ids=[
        "nothing",
        "seats",
        "one",
        "a-date",
        "promotion",
        "as-action",
        "cancel",
        "extended",
        "extended-anyway",
        "plain",
    ],
)
def test_a_schedule_is_told_as_a_person_would_type_it_in(document: dict[str, Any], text: str) -> None:
    assert schedule.text(an_own(**document)) == text


def test_actions_are_a_part_of_the_schedule() -> None:
    assert schedule.of(an_own(scheduledActions=[CANCEL])) == {"scheduledActions": [CANCEL]}
    assert schedule.of(an_own(scheduledActions=[])) == {}


@pytest.mark.parametrize(
    "taken",
    [{"scheduledNextTermInstructions": SCHEDULED}, {"scheduledActions": [CANCEL]}],
    ids=["instructions", "cancel"],
)
def test_what_was_taken_away_is_put_back_as_it_was(taken: dict[str, Any]) -> None:
    desk = Desk()

    desk.perform(putting_back(**taken))

    assert {name: desk.document.get(name) for name in taken} == taken
    assert len(desk.sent) == 1


def test_what_is_there_already_is_not_sent_again() -> None:
    desk = Desk(scheduledNextTermInstructions=SCHEDULED)

    desk.perform(putting_back())

    assert desk.sent == []


@pytest.mark.parametrize(
    "noted",
    [
        {"scheduledNextTermInstructions": {**SCHEDULED, "quantity": 300}},
        {"scheduledNextTermInstructions": SCHEDULED, "quantity": 300},
        {
            "scheduledNextTermInstructions": SCHEDULED,
            "scheduledActions": [{"actionType": "RenewToNewTerm", "instructions": {**SCHEDULED, "quantity": 300}}],
        },
        {"scheduledNextTermInstructions": SCHEDULED, "scheduledActions": [CANCEL, "x"]},
        {"scheduledNextTermInstructions": "300 seats"},
        {},
    ],
    ids=["other-seats", "more-than-a-schedule", "two-schedules", "no-action", "no-schedule", "nothing"],
)
def test_a_note_that_says_something_else_than_was_planned_is_not_sent(noted: dict[str, Any]) -> None:
    """Who may write to the folder of notes could otherwise order seats behind a reviewed row."""
    desk, row = Desk(), putting_back()
    assert row.owed is not None

    with pytest.raises(Conflict, match="it was changed, and nothing was sent"):
        desk.perform(replace(row, owed=replace(row.owed, document=noted)))
    assert desk.sent == []


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"scheduledNextTermInstructions": {**SCHEDULED, "quantity": 3}}, "arranged otherwise by now .3 seats"),
        ({"quantity": 11}, "somebody has changed it since"),
        ({"autoRenewEnabled": False}, "somebody has changed it since"),
        ({"status": "suspended"}, "somebody has changed it since"),
    ],
    ids=["another-schedule", "seats", "renewal-off", "suspended"],
)
def test_what_somebody_decided_since_stays(now: dict[str, Any], why: str) -> None:
    desk = Desk(**now)

    with pytest.raises(Conflict, match=why):
        desk.perform(putting_back())
    assert desk.sent == []


def test_a_new_name_does_not_keep_a_schedule_away() -> None:
    desk = Desk(friendlyName="HQ")

    desk.perform(putting_back())

    assert desk.document["scheduledNextTermInstructions"] == SCHEDULED


def test_an_answer_that_is_lost_is_in_doubt_until_the_schedule_is_seen() -> None:
    with pytest.raises(InDoubt):
        Desk(*[LOST] * 40).perform(putting_back())


def test_a_schedule_that_is_not_shown_yet_is_waited_for() -> None:
    desk = Desk()
    desk.vendor.routes[f"PATCH {OWN}/{OURS}"] = (200, an_own(scheduledNextTermInstructions=SCHEDULED))

    with pytest.raises(NotYetVisible, match="the schedule is not shown yet"):
        desk.perform(putting_back())


def test_an_availability_that_rotated_is_replaced_by_the_one_of_today() -> None:
    desk = Desk(GONE)
    offers = [an_offer("MONTHLY", "P1M"), an_offer("CLOSED", "P1Y", isPurchasable=False), an_offer("TODAY", "P1Y")]
    desk.vendor.routes[f"GET {AVAILABILITIES}"] = items(*offers)

    desk.perform(putting_back())

    assert desk.document["scheduledNextTermInstructions"] == {
        "product": {**PRODUCT, "availabilityId": "TODAY"},
        "quantity": 8,
    }


def test_a_product_that_is_not_offered_any_more_is_told() -> None:
    desk = Desk(GONE, GONE)
    desk.vendor.routes[f"GET {AVAILABILITIES}"] = items(an_offer("MONTHLY", "P1M"))

    with pytest.raises(NotFound) as caught:
        desk.perform(putting_back())

    assert caught.value.exchange.code == schedule.AVAILABILITY_GONE


def test_somebody_elses_subscription_has_no_renewal_of_ours() -> None:
    foreign: Live[Any] = Live(Address("contoso", "subscription", "d1"), "d1", KIND.spec(own=False))

    assert KIND.renewal(foreign) is None


@pytest.mark.parametrize(
    ("document", "seats"),
    [
        ({}, None),
        ({"scheduledNextTermInstructions": SCHEDULED}, 8),
        ({"scheduledActions": [{"actionType": "RenewToNewTerm", "instructions": SCHEDULED}]}, 8),
        ({"scheduledActions": [CANCEL]}, None),
    ],
    ids=["nothing", "seats", "as-action", "cancel"],
)
def test_how_many_seats_are_renewed_is_read_from_either_member(document: dict[str, Any], seats: int | None) -> None:
    assert schedule.seats(an_own(**document)) == seats


@pytest.mark.parametrize(
    ("document", "goes_on"),
    [
        ({}, True),
        ({"autoRenewEnabled": False}, False),
        ({"scheduledActions": [CANCEL]}, False),
        ({"scheduledActions": [{"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}]}, False),
        ({"scheduledActions": [{"actionType": "RenewToNewTerm", "instructions": SCHEDULED}]}, True),
    ],
    ids=["plain", "flag", "cancel", "extended", "scheduled"],
)
def test_what_is_decided_by_an_action_counts_before_the_flag(document: dict[str, Any], *, goes_on: bool) -> None:
    assert schedule.renews(an_own(**document)) is goes_on


def test_a_new_schedule_is_the_subscription_as_it_is_with_other_seats() -> None:
    document = an_own(offerId="CFQ7TTC0LCHC:0002:AV1", billingCycle="monthly", termDuration="P1Y")

    made = schedule.of_seats(document, 3)

    assert made is not None
    assert made["scheduledNextTermInstructions"] == {
        "product": {
            "productId": "CFQ7TTC0LCHC",
            "skuId": "0002",
            "availabilityId": "AV1",
            "billingCycle": "monthly",
            "termDuration": "P1Y",
        },
        "quantity": 3,
    }
    assert made["scheduledActions"][0]["instructions"] == made["scheduledNextTermInstructions"]


def test_a_schedule_that_is_there_keeps_all_but_its_seats() -> None:
    there = {**SCHEDULED, "customTermEndDate": "2027-03-31T00:00:00Z"}

    made = schedule.of_seats(an_own(scheduledNextTermInstructions=there), 3)

    assert made is not None
    assert made["scheduledNextTermInstructions"] == {**there, "quantity": 3}
    assert there["quantity"] == 8


def test_a_legacy_offer_knows_no_schedule() -> None:
    assert schedule.of_seats(an_own(offerId="031C9E47-4802-4248-838E-778FB1D2CC05"), 3) is None


def arranging(number: int, **now: Any) -> Change:
    """The row that arranges the renewal of a subscription that is `now` so."""
    live: Live[Any] = Live(
        Address("contoso", "subscription", OURS), OURS, KIND.spec(), facts=own_facts(an_own(**now)), raw=an_own(**now)
    )
    before, wanted = KIND.renewal(live), KIND.rescheduled(live, number)
    assert before is not None
    assert wanted is not None
    where = Address("contoso", "subscription", "head-office")
    owed = Owed(where, OURS, wanted.text, wanted.document, (before.after({}),), replaces=before.text)
    return a_change(
        "subscription", "head-office", Action.UPDATE, part("scheduled", before.seats, number), remote_id=OURS, owed=owed
    )


def test_a_schedule_takes_the_place_of_the_one_that_the_plan_was_made_from() -> None:
    desk = Desk(scheduledNextTermInstructions=SCHEDULED)

    desk.perform(arranging(5, scheduledNextTermInstructions=SCHEDULED))

    assert desk.document["scheduledNextTermInstructions"]["quantity"] == 5


def test_a_schedule_does_not_take_the_place_of_somebodys_new_one() -> None:
    desk = Desk(scheduledNextTermInstructions={**SCHEDULED, "quantity": 7})

    with pytest.raises(Conflict, match=r"arranged otherwise by now .7 seats"):
        desk.perform(arranging(5, scheduledNextTermInstructions=SCHEDULED))
    assert desk.sent == []


def test_a_trial_is_not_arranged() -> None:
    trial = an_own(isTrial=True)
    live: Live[Any] = Live(
        Address("contoso", "subscription", OURS), OURS, KIND.spec(), facts=own_facts(trial), raw=trial
    )

    assert KIND.rescheduled(live, 3) is None
