"""Subscriptions read from two services and written to one (partner-center.md 6, graph.md 7.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from cloud.clouds import TENANT

from kinds.builders import SPB_ID, a_change, a_sku_row, part, performing
from kinds.vendor import OWN, Reply, Vendor, at, items, read, rows
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner.subscription import KIND
from reconciler.kinds.partner.subscription_wire import DIRECTORY, SubscriptionFacts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Conflict, NotYetVisible
from reconciler.model.resource import Live
from reconciler.model.seats import Lot, Supply

OURS = "a4c1340d-6911-4758-bba3-0c4c6007d161"
PATH = f"{OWN}/{OURS}"
SCHEDULE = {
    "product": {"productId": "CFQ7TTC0LCHC", "skuId": "0002", "termDuration": "P1Y", "billingCycle": "Annual"},
    "quantity": 8,
}


def an_own(**more: Any) -> dict[str, Any]:
    """A subscription of ours in the middle of its term."""
    return {
        "id": OURS.upper(),
        "offerId": "CFQ7TTC0LCHC:0002:CFQ7TTC0K971",
        "friendlyName": "Head office",
        "quantity": 10,
        "status": "active",
        "autoRenewEnabled": True,
        "billingCycle": "Monthly",
        "termDuration": "P1Y",
        "commitmentEndDate": "2027-03-31T00:00:00Z",
        "refundableQuantity": {
            "totalQuantity": 3,
            "details": [{"quantity": 3, "allowedUntilDateTime": "2026-10-09T20:39:17.1826971Z"}],
        },
        "scheduledNextTermInstructions": None,
        "publisherName": "Microsoft Corporation",
        "attributes": {"objectType": "Subscription"},
        **more,
    }


def a_listed(row_id: str = "d1", commerce_id: str = OURS, **more: Any) -> dict[str, Any]:
    """A row of GET /directory/subscriptions."""
    return {
        "id": row_id,
        "commerceSubscriptionId": commerce_id,
        "skuId": SPB_ID,
        "skuPartNumber": "SPB",
        "ownerTenantId": "9999ffff-0000-4000-8000-000000000000",
        "isTrial": False,
        "status": "Enabled",
        "totalLicenses": 5,
        "nextLifecycleDateTime": "2026-12-31T00:00:00Z",
        **more,
    }


def lives(own: list[dict[str, Any]], listed: list[dict[str, Any]]) -> dict[str, Live[Any]]:
    vendor = Vendor({
        f"GET {OWN}": items(*own),
        f"GET {DIRECTORY}": rows(*listed),
        "GET /subscribedSkus": rows(a_sku_row()),
    })  # fmt: skip
    return read(KIND, vendor)


def facts(live: Live[Any]) -> SubscriptionFacts:
    assert isinstance(live.facts, SubscriptionFacts)
    return live.facts


class TestReading:
    def test_an_own_one_is_kept_whole_and_joined_with_its_sku(self) -> None:
        document = an_own(somethingNew={"x": 1})

        live = lives([document], [a_listed()])[OURS]

        assert live.guard is None
        assert live.raw == document
        spec = live.spec
        assert (spec.product, spec.sku, spec.term, spec.billing) == ("CFQ7TTC0LCHC:0002", "SPB", "P1Y", "monthly")
        assert (spec.quantity, spec.friendly_name, spec.end_of_term) == (10, "Head office", "renew")

    def test_it_supplies_its_seats_with_lots_and_the_end_of_its_last_day(self) -> None:
        live = lives([an_own()], [a_listed()])[OURS]

        assert KIND.supplies(live) == Supply(
            address=Address("contoso", "subscription", OURS),
            sku="SPB",
            own=True,
            active=True,
            quantity=10,
            product="CFQ7TTC0LCHC:0002",
            term="P1Y",
            billing="monthly",
            lots=(Lot(3, datetime(2026, 10, 9, 20, 39, 17, 182697, UTC)),),
            term_end=datetime(2027, 3, 31, 23, 59, 59, tzinfo=UTC),
        )

    def test_what_the_directory_does_not_list_yet_supplies_what_its_product_supplies(self) -> None:
        new = an_own(id="bbbb0000-0000-4000-8000-000000000000")

        found = lives([an_own(), new], [a_listed()])

        assert found["bbbb0000-0000-4000-8000-000000000000"].spec.sku == "SPB"

    def test_an_own_one_of_an_unknown_sku_supplies_nothing(self) -> None:
        assert KIND.supplies(lives([an_own()], [])[OURS]) is None

    def test_a_legacy_offer_has_no_product(self) -> None:
        legacy = an_own(offerId="031C9E47-4802-4248-838E-778FB1D2CC05")

        assert lives([legacy], [a_listed()])[OURS].spec.product is None

    @pytest.mark.parametrize(
        ("owner", "reason"),
        [
            (
                "9999FFFF-0000-4000-8000-000000000000",
                "bought by another partner (9999ffff-0000-4000-8000-000000000000)",
            ),
            (None, "bought directly by the customer"),
            (TENANT, "bought directly by the customer"),
        ],
        ids=["another partner", "nobody", "the customer"],
    )
    def test_what_is_not_in_our_list_belongs_to_somebody_else(self, owner: str | None, reason: str) -> None:
        live = lives([], [a_listed("D1", "cccc", ownerTenantId=owner)])["d1"]

        assert live.guard is not None
        assert (live.guard.reason, live.guard.fields) == (reason, None)
        supply = KIND.supplies(live)
        assert supply is not None
        assert (supply.own, supply.active, supply.quantity) == (False, True, 5)

    @pytest.mark.parametrize("status", ["Warning", "Suspended", "LockedOut"])
    def test_foreign_seats_that_are_not_enabled_are_not_counted_on(self, status: str) -> None:
        assert facts(lives([], [a_listed(commerce_id="cccc", status=status)])["d1"]).active is False

    @pytest.mark.parametrize("status", ["suspended", "expired", "pending", "disabled"])
    def test_an_own_one_that_is_not_active_supplies_nobody(self, status: str) -> None:
        assert facts(lives([an_own(status=status)], [a_listed()])[OURS]).active is False

    def test_one_that_is_being_set_up_says_so_and_a_legacy_add_on_what_it_belongs_to(self) -> None:
        live = lives([an_own(status="pending", parentSubscriptionId="1C2B75C1-74A5-472A")], [a_listed()])[OURS]

        supply = KIND.supplies(live)

        assert supply is not None
        assert (supply.pending, supply.parent) == (True, "1c2b75c1-74a5-472a")

    def test_what_was_deleted_is_left_out_on_both_sides(self) -> None:
        assert lives([an_own(status="deleted")], [a_listed(), a_listed("d2", "cccc", status="Deleted")]) == {}

    @pytest.mark.parametrize(
        ("more", "renewal"),
        [({}, None), ({"scheduledNextTermInstructions": SCHEDULE}, "8 seats of CFQ7TTC0LCHC:0002, P1Y, billed annual")],
        ids=["nothing", "instructions"],
    )
    def test_what_is_scheduled_for_the_renewal_is_read_in_words(self, more: dict[str, Any], renewal: str) -> None:
        assert lives([an_own(**more)], [a_listed()])[OURS].spec.renewal == renewal


@pytest.mark.parametrize(
    ("name", "why"),
    [("Business Premium Extended Service Term", "extended month by month"), ("Business Premium", "but by an upgrade")],
    ids=["extended", "as it was bought"],
)
def test_why_the_term_of_what_runs_is_left_alone_is_said(name: str, why: str) -> None:
    live = lives([an_own(offerName=name)], [a_listed()])[OURS]

    guard = KIND.guard_for(live, "term")

    assert guard is not None
    assert why in guard.reason


class Store:
    """One subscription as the service keeps it: a PATCH replaces it, and `changed` is applied after each."""

    def __init__(self, document: dict[str, Any], **deleted_by_a_change: Any) -> None:
        self.document = document
        self.deleted = deleted_by_a_change
        self.vendor = Vendor({f"GET {PATH}": self.get, f"PATCH {PATH}": self.patch})

    def get(self, _body: Any) -> Reply:
        return 200, self.document

    def patch(self, body: dict[str, Any]) -> Reply:
        mid_term = body["quantity"] != self.document["quantity"]
        self.document = {**body, **(self.deleted if mid_term else {})}
        return 200, self.document

    def perform(self, *changes: Change) -> None:
        at(self.vendor, lambda session: KIND.perform(session, changes, performing()))

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [body for _, body in self.vendor.wrote]


def more_seats(before: int = 10, after: int = 12, **raw: Any) -> Change:
    live: Live[Any] = Live(Address("contoso", "subscription", OURS), OURS, KIND.spec(), raw=an_own(**raw))
    return a_change(
        "subscription", "head-office", Action.UPDATE, part("quantity", before, after), remote_id=OURS, live=live
    )


class TestWriting:
    def test_a_change_sends_the_whole_document_with_one_value_changed(self) -> None:
        document = an_own(somethingNew={"x": 1.25})
        store = Store(document)

        store.perform(more_seats())

        assert store.sent == [{**document, "quantity": 12}]

    def test_each_value_is_a_change_of_its_own_with_the_quantity_last(self) -> None:
        store = Store(an_own())
        name = a_change("subscription", "x", Action.UPDATE, part("friendly_name", "Head office", "HQ"), remote_id=OURS)
        renew = a_change("subscription", "x", Action.UPDATE, part("end_of_term", "cancel", "renew"), remote_id=OURS)

        store.perform(more_seats(), name, renew)

        assert [(body["friendlyName"], body["quantity"]) for body in store.sent] == [("HQ", 10), ("HQ", 12)]

    def test_what_somebody_else_changed_meanwhile_stops_the_step_before_anything_is_sent(self) -> None:
        store = Store(an_own(quantity=15))

        with pytest.raises(Conflict, match="quantity is 15; the plan was made when it was 10"):
            store.perform(more_seats())
        assert store.sent == []

    def test_what_is_so_already_is_not_sent_again(self) -> None:
        store = Store(an_own(quantity=12))

        store.perform(more_seats())

        assert store.sent == []

    @pytest.mark.parametrize("now", [None, {**SCHEDULE, "quantity": 9}], ids=["taken away", "another one"])
    def test_a_schedule_that_somebody_changed_since_the_plan_stops_the_change(self, now: Any) -> None:
        """What is noted to be put back is the plan's; a crash would bring it back over somebody's decision."""
        store = Store(an_own(scheduledNextTermInstructions=now))

        with pytest.raises(Conflict, match="what is arranged for its renewal changed since the plan was made"):
            store.perform(more_seats(scheduledNextTermInstructions=SCHEDULE))
        assert store.sent == []

    def test_a_repeated_change_goes_on_where_the_first_try_deleted_the_schedule(self) -> None:
        store = Store(an_own(friendlyName="HQ", scheduledNextTermInstructions=None))
        name = a_change("subscription", "x", Action.UPDATE, part("friendly_name", "Head office", "HQ"), remote_id=OURS)

        store.perform(more_seats(scheduledNextTermInstructions=SCHEDULE), name)

        assert [body["quantity"] for body in store.sent] == [12]

    def test_a_change_that_is_not_shown_yet_is_waited_for(self) -> None:
        store = Store(an_own())
        store.vendor.routes[f"PATCH {PATH}"] = (200, an_own(quantity=12))

        with pytest.raises(NotYetVisible, match="quantity is 10, not 12 yet"):
            store.perform(more_seats())

    def test_a_reading_older_than_what_was_written_is_not_sent_back(self) -> None:
        """A replica that has not seen the seats go: sent back whole, its document would buy them again."""
        store = Store(an_own())
        name = a_change("subscription", "x", Action.UPDATE, part("friendly_name", "Head office", "HQ"), remote_id=OURS)

        async def both(session: CustomerSession) -> None:
            await KIND.perform(session, (more_seats(10, 8),), performing())
            store.vendor.routes[f"GET {PATH}"] = (200, an_own())
            await KIND.perform(session, (name,), performing())

        with pytest.raises(NotYetVisible, match="quantity is 10, not 8 yet"):
            at(store.vendor, both)
        assert [body["quantity"] for body in store.sent] == [8]

    def test_an_etag_goes_along_where_the_document_has_one(self) -> None:
        store = Store(an_own(attributes={"etag": "e1", "objectType": "Subscription"}))

        store.perform(more_seats())

        assert [headers["if-match"] for headers in store.vendor.headers if "if-match" in headers] == ['"e1"']
