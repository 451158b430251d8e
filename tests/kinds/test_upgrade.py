"""Upgrading once: what is looked at, what is noted before it is asked for, and what is never asked for twice.

Answers are those of partner-center.md 6.6 and of Microsoft's samples of transitions and eligibilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from cloud.clouds import TENANT

from kinds.builders import CATALOG, NOW, a_change, context, declared, entry, part, performing, resources
from kinds.vendor import OWN, Reply, Vendor, at, items
from reconciler.kinds.entra.sku import Skus
from reconciler.kinds.partner import subscription_transition, subscription_upgrade, subscription_wire
from reconciler.kinds.partner.subscription import KIND
from reconciler.kinds.partner.subscription_upgrade import COMPLETED, STARTED, Way
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.errors import Accepted, CloudError, Conflict, InDoubt, Rejected, StoreError
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import SeatRule
from reconciler.model.template import CatalogSku

OFFICE = Address("contoso", "subscription", "office")
ID = "e487e8dc-421e-4275-cb42-3c1c8daccf70"
ONE = f"{OWN}/{ID}"
PREMIUM, E3 = "CFQ7TTC0LCHC:0002", "CFQ7TTC0LFLX:0001"
ITEM = f"{E3}:CFQ7TTC0KCSV"
AT = NOW.isoformat(timespec="seconds")
KEY = "11111111-1111-4111-8111-111111111111"
BOTH = {**CATALOG, E3: CatalogSku(title="Microsoft 365 E3", sku="SPE_E3")}
PLANS: dict[str, Any] = {"premium": {"sku": "SPB", "allowedUpgrades": ["e3"]}, "e3": {"sku": "SPE_E3"}}


def a_document(product: str = PREMIUM, **more: Any) -> dict[str, Any]:
    usual = {"id": ID, "offerId": f"{product}:CFQ7TTC0K971", "quantity": 3, "status": "active", "isTrial": False}
    terms = {"termDuration": "P1Y", "billingCycle": "monthly", "autoRenewEnabled": True, "friendlyName": "office"}
    return {**usual, **terms, **more}


def an_eligibility(*, licenses: bool = True, **more: Any) -> dict[str, Any]:
    conflict = {"code": 3, "description": "Subscription cannot be transitioned because of conflicting services."}
    ways = [
        {"isEligible": True, "transitionType": "transition_only", "errors": []},
        {
            "isEligible": licenses,
            "transitionType": "transition_with_license_transfer",
            "errors": [] if licenses else [conflict],
        },
    ]
    return {"catalogItemId": ITEM, "title": "E3", "quantity": 3, "eligibilities": ways, **more}


def a_transition(status: str = "Started", when: str = AT, product: str = E3, **more: Any) -> dict[str, Any]:
    """One as the list shows it: what has ended has begun (partner-center-samples)."""
    said = ["Started "] if status == "Started" else ["Started ", status]
    events = [{"name": "Conversion", "status": one, "timestamp": when} for one in said]
    return {"operationId": "op-1", "ToCatalogItemId": f"{product}:X", "quantity": 3, "Events": events, **more}


@dataclass
class Notes:
    """What is noted, in one log with the vendor's writes."""

    known: Purchase | None = None
    torn: bool = False
    log: list[str] = field(default_factory=list)

    def purchase(self, _address: Address) -> Purchase | None:
        return self.known

    def buying(self, _address: Address, purchase: Purchase | None) -> None:
        if self.torn:
            raise StoreError("the disk is full")
        self.log.append(f"noted {purchase.cart} {purchase.order}".strip() if purchase else "noted the end")
        self.known = purchase


@dataclass
class Office:
    """A Partner Center with one subscription; a transition is there at once. Each route can be replaced."""

    notes: Notes = field(default_factory=Notes)
    routes: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=a_document)

    def __post_init__(self) -> None:
        usual: dict[str, Any] = {
            f"GET {ONE}": lambda _body: (200, self.document),
            f"GET {ONE}/transitions": items(),
            f"GET {ONE}/transitioneligibilities": items(an_eligibility()),
            f"POST {ONE}/transitions": self.upgraded,
        }
        self.vendor = Vendor({**usual, **self.routes})
        route = self.vendor.routes[f"POST {ONE}/transitions"]
        self.vendor.routes[f"POST {ONE}/transitions"] = self._logged(route)

    def upgraded(self, body: Any) -> Reply:
        self.document = {**self.document, "offerId": body["toCatalogItemId"]}
        return 200, a_transition()

    def _logged(self, route: Any) -> Callable[[Any], Reply]:
        def answer(body: Any) -> Reply:
            self.notes.log.append("POST")
            reply: Reply = route(body) if callable(route) else route
            return reply

        return answer

    def upgrade(self, change: Change | None = None, later: timedelta = timedelta(0)) -> dict[Address, str]:
        known = performing()
        context = Performing(
            NOW + later,
            known.ids,
            known.secrets,
            known.live,
            request_id=lambda _address: KEY,
            purchase=self.notes.purchase,
            buying=self.notes.buying,
        )
        return at(self.vendor, lambda session: KIND.perform(session, (change or a_row(),), context))


def a_desired(plan: str = "e3", **more: Any) -> Desired[Any]:
    found = declared(KIND, entry(KIND, "office", plan=plan, seats="auto", **more), context(PLANS, BOTH))
    return resources(found)["contoso/subscription/office"]


def a_live(document: dict[str, Any] | None = None) -> Live[Any]:
    """The subscription as it is read, in the pool of Business Premium."""
    row = {"id": "d-1", "commerceSubscriptionId": ID, "skuId": "spb", "status": "Enabled"}
    reading = subscription_wire.Reading("contoso", TENANT, Skus((), {"spb": "SPB"}), [document or a_document()], [row])
    return next(iter(reading.lives()))._replace(address=OFFICE)


def a_row(**more: Any) -> Change:
    parts = [part("product", PREMIUM, E3), part("quantity", 3, 3)]
    usual = {"remote_id": ID, "desired": a_desired(), "live": a_live()}
    return replace(
        a_change("subscription", "office", Action.UPDATE, *parts, **{**usual, **more}), reason=Reason.UPGRADE
    )


def test_the_key_of_the_request_is_noted_before_it_is_sent() -> None:
    office = Office()

    assert office.upgrade() == {}
    assert office.notes.log == [f"noted {KEY}", "POST", f"noted {KEY} op-1", "noted the end"]
    assert [sent.get("ms-requestid") for sent in office.vendor.headers].count(KEY) == 1


def test_all_seats_are_asked_for_with_their_licenses_and_the_term_that_they_have() -> None:
    office = Office()

    office.upgrade()

    assert office.vendor.wrote == [
        (
            f"POST {ONE}/transitions",
            {
                "fromCatalogItemId": f"{PREMIUM}:CFQ7TTC0K971",
                "fromSubscriptionId": ID,
                "toCatalogItemId": ITEM,
                "quantity": 3,
                "termDuration": "P1Y",
                "billingCycle": "monthly",
                "transitionType": "transition_with_license_transfer",
            },
        )
    ]


def test_licenses_that_cannot_move_do_not_stop_the_seats() -> None:
    office = Office(routes={f"GET {ONE}/transitioneligibilities": items(an_eligibility(licenses=False))})

    office.upgrade()

    assert office.vendor.wrote[0][1]["transitionType"] == "transition_only"


def test_what_has_become_is_not_asked_for_again() -> None:
    office = Office(Notes(Purchase(KEY, "op-1", AT)), document=a_document(E3))

    office.upgrade()

    assert office.notes.log == ["noted the end"]


UNDER_WAY: dict[str, dict[str, Any]] = {
    "begun by this run": {"listed": a_transition()},
    "begun by somebody else long ago": {"listed": a_transition(when="2026-10-03T08:00:00Z")},
    "ended a moment ago, and not shown yet": {"listed": a_transition("Completed")},
    "asked for a moment ago, and not listed yet": {"note": Purchase(KEY, "", AT), "later": 60},
    "answered, and not listed yet": {"note": Purchase(KEY, "op-1", AT), "later": 1200},
}


@pytest.mark.parametrize("case", UNDER_WAY)
def test_what_may_be_on_its_way_is_waited_for(case: str) -> None:
    given = UNDER_WAY[case]
    listed = [given["listed"]] if "listed" in given else []
    office = Office(Notes(given.get("note")), {f"GET {ONE}/transitions": (200, {"transition": listed})})

    with pytest.raises(Accepted):
        office.upgrade(later=timedelta(seconds=given.get("later", 0)))
    assert office.vendor.wrote == []


ASKED_AGAIN: dict[str, tuple[Purchase | None, list[dict[str, Any]], int]] = {
    "a request that never arrived": (Purchase(KEY, "", AT), [], 120),
    "an upgrade of long ago that was undone": (None, [a_transition("Completed", "2025-10-03T08:00:00Z")], 0),
    "one that failed long ago": (None, [a_transition("Failed", "2026-10-03T08:00:00Z")], 0),
}


@pytest.mark.parametrize("case", ASKED_AGAIN)
def test_what_cannot_be_on_its_way_any_more_is_asked_for_with_the_same_key(case: str) -> None:
    note, listed, later = ASKED_AGAIN[case]
    office = Office(Notes(note), {f"GET {ONE}/transitions": items(*listed)})

    office.upgrade(later=timedelta(seconds=later))

    assert office.notes.log[:2] == [f"noted {KEY}", "POST"]
    assert KEY in [sent.get("ms-requestid") for sent in office.vendor.headers]


def test_a_lost_answer_is_never_followed_by_a_second_request() -> None:
    office = Office(routes={f"POST {ONE}/transitions": (500, {"code": 500, "description": "lost"})})

    with pytest.raises(InDoubt):
        office.upgrade()
    with pytest.raises(Accepted):
        office.upgrade(later=timedelta(seconds=30))
    assert office.notes.log == [f"noted {KEY}", "POST"]


def test_a_refusal_leaves_no_note() -> None:
    office = Office(routes={f"POST {ONE}/transitions": (400, {"code": 900261, "description": "not ready"})})

    with pytest.raises(Rejected):
        office.upgrade()
    assert office.notes.known is None


def test_nothing_is_sent_where_nothing_can_be_noted() -> None:
    office = Office(Notes(torn=True))

    with pytest.raises(StoreError):
        office.upgrade()
    assert office.vendor.wrote == []


def test_what_failed_says_why_and_may_be_tried_again() -> None:
    error = {"code": 9, "description": ""}
    failed = a_transition("Failed")
    failed["Events"][-1]["errors"] = [error]
    office = Office(Notes(Purchase(KEY, "op-1", AT)), {f"GET {ONE}/transitions": items(failed)})

    with pytest.raises(Rejected, match="the subscription is not provisioned yet"):
        office.upgrade()
    assert (office.notes.known, office.vendor.wrote) == (None, [])


CHANGED: dict[str, dict[str, Any]] = {
    "its seats": {"document": a_document(quantity=4)},
    "its state": {"document": a_document(status="suspended")},
    "its product": {"document": a_document("CFQ7TTC0LFLZ:0002")},
    "its renewal": {"document": a_document(scheduledNextTermInstructions={"quantity": 2, "product": {}})},
    "somebody upgrades it to another one": {"listed": a_transition(product="CFQ7TTC0LFLZ:0002")},
}


@pytest.mark.parametrize("case", CHANGED)
def test_nothing_is_sent_where_somebody_has_changed(case: str) -> None:
    given = CHANGED[case]
    listed = items(*([given["listed"]] if "listed" in given else []))
    office = Office(routes={f"GET {ONE}/transitions": listed}, document=given.get("document", a_document()))

    with pytest.raises(Conflict):
        office.upgrade()
    assert office.vendor.wrote == []


def test_what_microsoft_does_not_allow_is_not_sent() -> None:
    errors = [{"code": 6, "description": ""}]
    ways = [{"isEligible": False, "transitionType": "transition_only", "errors": errors}]
    office = Office(routes={f"GET {ONE}/transitioneligibilities": items(an_eligibility(eligibilities=ways))})

    with pytest.raises(Rejected, match="the subscription has add-ons"):
        office.upgrade()
    assert office.notes.log == []


def test_a_trial_of_which_nothing_is_listed_becomes_what_is_sold_today() -> None:
    offer = {"id": "TODAY", "segment": "commercial", "terms": [{"duration": "P1Y", "billingCycle": "monthly"}]}
    product, sku = E3.split(":")
    routes = {
        f"GET {ONE}/transitioneligibilities": items(),
        f"GET /customers/{TENANT}/products/{product}/skus/{sku}/availabilities": items(offer),
    }
    trial = a_document(isTrial=True, termDuration="P1M", billingCycle="none")
    office = Office(routes=routes, document=trial)

    office.upgrade(a_row(live=a_live(trial)))

    body = office.vendor.wrote[0][1]
    assert (body["toCatalogItemId"], body["termDuration"], body["billingCycle"]) == (f"{E3}:TODAY", "P1Y", "monthly")


def test_why_there_is_no_way_is_told_once_in_the_words_of_microsoft() -> None:
    conflict = {"code": 3, "description": "Subscription cannot be transitioned because of conflicting services."}
    ways = [{"isEligible": False, "transitionType": kind, "errors": [conflict]} for kind in ("a", "b")]

    assert subscription_upgrade.way([an_eligibility(eligibilities=ways)], E3) == (
        "Subscription cannot be transitioned because of conflicting services (code 3)"
    )
    assert subscription_upgrade.way([an_eligibility()], E3) == Way(ITEM, "transition_with_license_transfer")
    assert subscription_upgrade.way([an_eligibility()], PREMIUM) == "Microsoft offers no upgrade to it"


@pytest.mark.parametrize("member", ["items", "transition", "Transitions"])
@pytest.mark.parametrize(("status", "is_so"), [("Started", STARTED), ("Completed", COMPLETED)])
def test_transitions_are_understood_in_every_spelling_of_the_samples(member: str, status: str, is_so: str) -> None:
    found = subscription_upgrade.listed({member: [a_transition(status)]})

    assert [(one.product, one.quantity, one.status, one.operation) for one in found] == [(E3, 3, is_so, "op-1")]


def why_not(routes: dict[str, Any], row: Change | None = None) -> str:
    vendor = Vendor(routes)
    return at(vendor, lambda session: subscription_transition.why_not(session, row or a_row()))


def test_a_plan_is_told_what_microsoft_says_against_it() -> None:
    address = f"GET {ONE}/transitioneligibilities"

    assert why_not({address: items(an_eligibility())}) == ""
    assert why_not({address: items()}) == "Microsoft offers no upgrade to it"
    with pytest.raises(CloudError):
        why_not({})


def test_another_product_of_an_allowed_plan_is_what_it_becomes() -> None:
    assert KIND.becomes(a_desired(), a_live()) == frozenset({"product"})
    assert KIND.becomes(a_desired("premium"), a_live()) == frozenset()
    assert KIND.becomes(a_desired("premium"), a_live(a_document(E3))) == frozenset()


def test_an_upgrade_that_would_change_the_billing_says_the_two_steps() -> None:
    why = KIND.refuses_upgrade(a_desired(billing="annual"), a_live())

    assert why.startswith("It runs P1Y monthly, and the files want P1Y annual")
    assert "Two steps instead: write term: P1Y and billing: monthly into its entry" in why


def test_what_is_suspended_is_not_upgraded() -> None:
    assert KIND.refuses_upgrade(a_desired(), a_live(a_document(status="suspended"))).startswith("It is suspended")


def test_what_was_arranged_of_the_old_product_is_put_back_of_the_new_one() -> None:
    first, second = PREMIUM.split(":")
    product = {"productId": first, "skuId": second, "availabilityId": "OLD", "termDuration": "P1Y"}
    arranged = {"quantity": 2, "product": {**product, "billingCycle": "monthly"}}
    live = a_live(a_document(scheduledNextTermInstructions=arranged))
    renewal = KIND.renewal(live)
    assert renewal

    carried = KIND.carried(renewal, a_desired(), live)

    assert carried
    assert carried.text == f"2 seats of {E3}, P1Y, billed monthly"
    assert carried.document["scheduledNextTermInstructions"]["product"]["availabilityId"] == ""


def test_what_is_arranged_for_a_trial_ends_with_it() -> None:
    live = a_live(a_document(isTrial=True))
    renewal = KIND.renewal(live)
    assert renewal

    assert KIND.carried(renewal, a_desired(), live) is None


def test_what_a_trial_becomes_is_renewed_though_the_trial_was_to_end() -> None:
    """Its end was switched off for the trial; of what is paid that would be an Extended Service Term (11.5)."""
    trial = a_document(isTrial=True, autoRenewEnabled=False)
    sent: list[Any] = []

    def patched(body: Any) -> Reply:
        sent.append(body["autoRenewEnabled"])
        office.document = body
        return 200, body

    office = Office(routes={f"PATCH {ONE}": patched}, document=trial)

    office.upgrade(a_row(live=a_live(trial)))

    assert sent == [True]


def test_a_trial_has_its_seats_and_ends_by_itself() -> None:
    catalog = {**BOTH, PREMIUM: BOTH[PREMIUM].model_copy(update={"trial": True})}
    plans = {**PLANS, "premium": {"sku": "SPB", "billing": "none", "convertTo": "e3"}}
    found = declared(KIND, entry(KIND, "office", plan="premium", seats="auto"), context(plans, catalog))
    desired = resources(found)["contoso/subscription/office"]

    assert (desired.spec.end_of_term, desired.spec.seats, desired.spec.converts_to) == ("cancel", SeatRule(25), "e3")
    assert "end_of_term" in desired.managed


@pytest.mark.parametrize("arranged", [{}, {"scheduledNextTermInstructions": {"quantity": 9, "product": {}}}])
def test_fewer_seats_of_the_new_product_can_be_arranged_before_it_has_any(arranged: dict[str, Any]) -> None:
    product = dict(zip(("productId", "skuId"), PREMIUM.split(":"), strict=True))
    if arranged:
        arranged["scheduledNextTermInstructions"]["product"] = {
            **product,
            "termDuration": "P1Y",
            "billingCycle": "monthly",
        }
    live = a_live(a_document(**arranged))
    renewal = KIND.renewal(live)
    assert renewal
    taken = KIND.carried(renewal, a_desired(), live)
    assert taken

    wanted = KIND.resized(taken, a_desired(), 2)

    assert wanted
    assert (wanted.text, wanted.seats) == (f"2 seats of {E3}, P1Y, billed monthly", 2)
