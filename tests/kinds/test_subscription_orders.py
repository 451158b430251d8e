"""Ordering once: what is looked at, what is noted before it is paid, and what is never sent a second time.

Answers are those of partner-center.md 5 and of Microsoft's samples of carts and orders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cloud.clouds import TENANT

from kinds.builders import NOW, a_change, part, performing
from kinds.vendor import OWN, Reply, Vendor, at, items
from reconciler.kinds.partner import subscription_purchase
from reconciler.kinds.partner.subscription import KIND
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Accepted, CloudError, Conflict, NotYetVisible, Rejected, StoreError
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase

OFFICE = Address("contoso", "subscription", "office")
CUSTOMER = f"/customers/{TENANT}"
CART, ORDER, BOUGHT = "8f5d-cart", "a68736758d9c", "0c353b8e-da9d-4007-d0d4-bca8bd5b5ce1"
CARTS, ORDERS = f"{CUSTOMER}/carts", f"{CUSTOMER}/orders"
OFFERS = f"{CUSTOMER}/products/CFQ7TTC0LCHC/skus/0002/availabilities"
AT = NOW.isoformat(timespec="seconds")
GONE: Reply = (404, {"code": 400019, "description": "Availability not found."})


def an_offer(key: str = "CFQ7TTC0K971", **more: Any) -> dict[str, Any]:
    terms = [{"duration": "P1Y", "billingCycle": "Monthly"}]
    return {"id": key, "segment": "commercial", "isPurchasable": True, "terms": terms, **more}


def an_order(subscription: str | None = BOUGHT, **more: Any) -> dict[str, Any]:
    line: dict[str, Any] = {
        "offerId": "CFQ7TTC0LCHC:0002:CFQ7TTC0K971",
        "termDuration": "P1Y",
        "transactionType": "New",
    }
    line |= {"friendlyName": "office", "quantity": 5, **({"subscriptionId": subscription} if subscription else {})}
    return {"id": ORDER, "lineItems": [line], "creationDate": AT, "status": "pending", **more}


def a_cart(status: str = "Active", **line: Any) -> dict[str, Any]:
    return {"id": CART, "status": status, "lineItems": [{"id": 0, **line}]}


def an_own(key: str = "s-1", **more: Any) -> dict[str, Any]:
    """A subscription that looks like the one to be ordered."""
    document = {"id": key, "offerId": "CFQ7TTC0LCHC:0002:CFQ7TTC0K971", "status": "active", "friendlyName": "office"}
    return {**document, "termDuration": "P1Y", "billingCycle": "monthly", **more}


@dataclass
class Notes:
    """What is noted of an order, and when: `log` is that of the vendor's writes too."""

    known: Purchase | None = None
    torn: bool = False
    log: list[str] = field(default_factory=list)

    def purchase(self, _address: Address) -> Purchase | None:
        return self.known

    def buying(self, _address: Address, purchase: Purchase | None) -> None:
        if self.torn:
            raise StoreError("the disk is full")
        self.log.append(
            f"noted {purchase.cart} {purchase.order}".strip() if purchase else "noted that nothing was bought"
        )
        self.known = purchase


@dataclass
class Shop:
    """A Partner Center that sells one product; each route can be replaced."""

    notes: Notes = field(default_factory=Notes)
    routes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        usual: dict[str, Any] = {
            f"GET {OWN}": items(),
            f"GET {ORDERS}": items(),
            f"GET {OFFERS}": items(an_offer()),
            f"POST {CARTS}": (201, a_cart()),
            f"PUT {CARTS}/{CART}": (200, a_cart()),
            f"POST {CARTS}/{CART}/checkout": (201, {"orders": [an_order()]}),
        }
        self.vendor = Vendor({**usual, **self.routes})
        for name, route in list(self.vendor.routes.items()):
            if not name.startswith("GET"):
                self.vendor.routes[name] = self._logged(name, route)

    def _logged(self, name: str, route: Any) -> Callable[[Any], Reply]:
        def answer(body: Any) -> Reply:
            self.notes.log.append(name.replace(CUSTOMER, ""))
            reply: Reply = route(body) if callable(route) else route
            return reply

        return answer

    def order(self, change: Change | None = None, **more: Any) -> dict[Address, str]:
        known = performing(**more)
        context = Performing(
            NOW, known.ids, known.secrets, known.live, purchase=self.notes.purchase, buying=self.notes.buying
        )
        return at(self.vendor, lambda session: KIND.perform(session, (change or a_row(),), context))

    @property
    def sent(self) -> list[str]:
        return [line for line in self.notes.log if not line.startswith("noted")]


def a_row(**more: Any) -> Change:
    values = {
        "product": "CFQ7TTC0LCHC:0002",
        "term": "P1Y",
        "billing": "monthly",
        "friendly_name": "office",
        "quantity": 5,
    }
    values |= more.pop("values", {})
    parts = [part(name, None, value) for name, value in values.items()]
    return a_change("subscription", "office", Action.CREATE, *parts, **more)


ALL_OF_IT = [
    "POST /carts",
    f"noted {CART}",
    f"POST /carts/{CART}/checkout",
    f"noted {CART} {ORDER}",
]


def test_a_cart_of_todays_availability_is_noted_before_it_is_paid() -> None:
    shop = Shop()

    assert shop.order() == {OFFICE: BOUGHT}
    assert shop.notes.log == ALL_OF_IT
    assert shop.vendor.wrote[0][1] == {
        "lineItems": [
            {
                "id": 0,
                "catalogItemId": "CFQ7TTC0LCHC:0002:CFQ7TTC0K971",
                "friendlyName": "office",
                "quantity": 5,
                "termDuration": "P1Y",
                "billingCycle": "monthly",
            }
        ]
    }


def test_an_indirect_provider_says_whose_customer_it_is() -> None:
    shop = Shop()

    shop.order(a_row(values={"reseller": "517285"}))

    body = shop.vendor.wrote[0][1]
    assert body["partnerOnRecordAttestationAccepted"] is True
    assert body["lineItems"][0]["participants"] == [{"key": "transaction_reseller", "value": "517285"}]


@pytest.mark.parametrize(("said", "sent"), [("Ada on 2026-08-31: small", True), (None, None)], ids=["said", "not-said"])
def test_an_attestation_is_sent_where_a_person_gave_it_and_nowhere_else(said: str | None, sent: bool | None) -> None:
    shop = Shop()

    shop.order(a_row(values={"attestation": said} if said else {}))

    assert shop.vendor.wrote[0][1]["lineItems"][0].get("attestationAccepted") is sent


DATES = f"GET {CUSTOMER}/subscriptions/customTermEndDates"
OFFERED = {"allowedCustomTermEndDateType": "subscriptionAligned", "allowedCustomTermEndDate": "2026-12-04T00:00:00"}


def test_the_end_of_another_subscription_is_sent_where_the_service_offers_it() -> None:
    shop = Shop(routes={DATES: items(OFFERED)})

    shop.order(a_row(values={"ends": "2026-12-04"}))

    assert shop.vendor.wrote[0][1]["lineItems"][0]["customTermEndDate"] == "2026-12-04T00:00:00Z"
    assert f"{CUSTOMER}/subscriptions/customTermEndDates?term_duration=P1Y" in shop.vendor.asked


def test_an_end_that_the_service_does_not_offer_stops_the_order() -> None:
    shop = Shop(routes={DATES: items(OFFERED)})

    with pytest.raises(Rejected, match="does not let a term of P1Y end on 2026-12-05"):
        shop.order(a_row(values={"ends": "2026-12-05"}))

    assert shop.sent == []


def test_nothing_is_paid_that_could_not_be_noted() -> None:
    shop = Shop(Notes(torn=True))

    with pytest.raises(StoreError, match="the disk is full"):
        shop.order()

    assert shop.sent == ["POST /carts"]


class TestWhatWasBegun:
    def test_a_cart_that_is_still_open_is_filled_anew_and_is_the_only_one(self) -> None:
        shop = Shop(Notes(Purchase(CART, "", AT)), {f"GET {CARTS}/{CART}": (200, a_cart())})

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.sent == [f"PUT /carts/{CART}", f"POST /carts/{CART}/checkout"]

    def test_a_cart_that_was_ordered_is_asked_for_its_first_result(self) -> None:
        shop = Shop(Notes(Purchase(CART, "", AT)), {f"GET {CARTS}/{CART}": (200, a_cart("Ordered"))})

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.sent == [f"POST /carts/{CART}/checkout"]

    def test_an_order_that_is_known_is_only_looked_at(self) -> None:
        shop = Shop(Notes(Purchase(CART, ORDER, AT)), {f"GET {ORDERS}/{ORDER}": (200, an_order())})

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.sent == []

    def test_an_order_without_its_subscription_yet_is_waited_for(self) -> None:
        shop = Shop(routes={f"POST {CARTS}/{CART}/checkout": (201, {"orders": [an_order(None)]})})

        with pytest.raises(Accepted, match=f"order {ORDER} is pending and has no subscription yet"):
            shop.order()

        assert shop.notes.known == Purchase(CART, ORDER, AT)

    def test_a_cart_that_is_gone_is_told_by_the_order_that_came_of_it(self) -> None:
        routes = {f"GET {ORDERS}": items(an_order()), f"GET {OWN}": items(an_own(BOUGHT))}
        shop = Shop(Notes(Purchase(CART, "", AT)), routes)

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.sent == []

    def test_a_cart_that_is_gone_and_bought_nothing_gives_way_to_another_one(self) -> None:
        older = an_order(creationDate="2020-01-01T00:00:00Z")
        routes = {f"GET {ORDERS}": items(older), f"GET {OWN}": items(an_own(BOUGHT, status="deleted"))}
        shop = Shop(Notes(Purchase("expired", "", AT)), routes)

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.notes.log == ALL_OF_IT

    def test_an_order_that_ended_without_anything_is_forgotten(self) -> None:
        shop = Shop(Notes(Purchase(CART, ORDER, AT)), {f"GET {ORDERS}/{ORDER}": (200, an_order(status="error"))})

        with pytest.raises(Rejected, match="nothing was bought"):
            shop.order()

        assert shop.notes.log == ["noted that nothing was bought"]

    def test_a_cart_of_something_else_is_forgotten_and_nothing_is_bought_with_it(self) -> None:
        other = an_order()
        other["lineItems"][0]["offerId"] = "CFQ7TTC0LFLX:0001:CFQ7TTC0K971"
        routes = {
            f"GET {CARTS}/{CART}": (200, a_cart("Ordered")),
            f"POST {CARTS}/{CART}/checkout": (201, {"orders": [other]}),
        }
        shop = Shop(Notes(Purchase(CART, "", AT)), routes)

        with pytest.raises(Rejected, match="bought something else"):
            shop.order()

        assert shop.notes.known is None


class TestWithoutMemory:
    def test_an_order_that_no_listing_shows_yet_is_taken_for_ours(self) -> None:
        shop = Shop(
            routes={f"GET {ORDERS}": items(an_order(None)), f"GET {OWN}": items(an_own("other", friendlyName="x"))}
        )

        with pytest.raises(Accepted):
            shop.order()

        assert shop.sent == []

    @pytest.mark.parametrize(
        "order",
        [
            an_order(creationDate="2020-01-01T00:00:00Z"),
            an_order(None, status="cancelled"),
            {**an_order(None), "lineItems": [{**an_order(None)["lineItems"][0], "friendlyName": "branch"}]},
            {**an_order(None), "lineItems": [{**an_order(None)["lineItems"][0], "termDuration": "P1M"}]},
            {**an_order(None), "lineItems": [{**an_order(None)["lineItems"][0], "transactionType": "renew"}]},
        ],
        ids=["long ago", "cancelled", "another name", "another term", "a renewal"],
    )
    def test_other_orders_are_not(self, order: dict[str, Any]) -> None:
        shop = Shop(routes={f"GET {ORDERS}": items(order)})

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.notes.log == ALL_OF_IT

    def test_an_order_that_is_listed_as_a_subscription_is_not_taken_again(self) -> None:
        listed = an_own(BOUGHT, status="deleted")
        shop = Shop(routes={f"GET {ORDERS}": items(an_order()), f"GET {OWN}": items(listed)})

        shop.order()

        assert shop.notes.log == ALL_OF_IT

    def test_what_somebody_has_bought_since_the_plan_is_not_bought_again(self) -> None:
        shop = Shop(routes={f"GET {OWN}": items(an_own())})

        with pytest.raises(Conflict, match="s-1 was bought since the plan was made"):
            shop.order()

        assert shop.sent == []

    def test_what_the_plan_knew_of_stops_nobody(self) -> None:
        shop = Shop(routes={f"GET {OWN}": items(an_own("S-1"))})

        assert shop.order(ids={"contoso/subscription/branch": "s-1"}) == {OFFICE: BOUGHT}


class TestRefusals:
    def cart_error(self, code: str, **more: Any) -> Shop:
        error = {"errorCode": code, "errorDescription": "It cannot be bought.", **more}
        return Shop(routes={f"POST {CARTS}": (201, a_cart(error=error))})

    def test_an_error_of_the_line_stops_before_anything_is_paid(self) -> None:
        shop = self.cart_error("10015", additionalInformation={"availableQuantity": 3})

        with pytest.raises(Rejected, match=r"10015: It cannot be bought. \(availableQuantity: 3\)"):
            shop.order()

        assert shop.sent == ["POST /carts"]

    @pytest.mark.parametrize(
        ("base", "error"), [((OFFICE._replace(key="base"),), NotYetVisible), ((), Rejected)], ids=["ordered", "none"]
    )
    def test_a_base_that_this_run_has_ordered_is_waited_for(
        self, base: tuple[Address, ...], error: type[CloudError]
    ) -> None:
        with pytest.raises(error, match="400041"):
            self.cart_error("400041").order(a_row(depends_on=base))

    def test_one_that_nobody_has_attested_prints_the_line_to_write(self) -> None:
        expected = f"write attestation: {{acceptedBy: NAME, on: {NOW.date()}, reason: WHY}} into its entry"

        with pytest.raises(Rejected) as caught:
            self.cart_error("10012").order()

        assert expected in str(caught.value)

    def test_an_error_of_the_checkout_is_told(self) -> None:
        result = {"orders": [], "orderErrors": [{"orderGroupId": "0", "code": 800066, "description": "Too many."}]}
        shop = Shop(routes={f"POST {CARTS}/{CART}/checkout": (201, result)})

        with pytest.raises(Rejected, match="800066: Too many"):
            shop.order()

        assert shop.notes.known == Purchase(CART, "", AT)

    def test_an_availability_that_changed_in_this_moment_is_asked_for_again(self) -> None:
        answers = iter([GONE, (201, {"orders": [an_order()]})])
        shop = Shop(routes={f"POST {CARTS}/{CART}/checkout": lambda _body: next(answers)})

        assert shop.order() == {OFFICE: BOUGHT}
        assert shop.sent == [
            "POST /carts",
            *[f"POST /carts/{CART}/checkout", f"PUT /carts/{CART}"],
            f"POST /carts/{CART}/checkout",
        ]

    def test_a_cart_that_is_being_processed_is_waited_for(self) -> None:
        busy: Reply = (409, {"code": 800064, "description": "Cart is being processed by another request"})

        with pytest.raises(NotYetVisible, match="800064"):
            Shop(routes={f"POST {CARTS}/{CART}/checkout": busy}).order()

    @pytest.mark.parametrize(("listed", "error"), [([], Accepted), ([an_order()], None)], ids=["not listed", "listed"])
    def test_a_cart_that_was_submitted_is_told_by_its_order(
        self, listed: list[dict[str, Any]], error: type[CloudError] | None
    ) -> None:
        submitted: Reply = (400, {"code": 800065, "description": "can't check out an already submitted cart"})
        routes = {
            f"GET {CARTS}/{CART}": (200, a_cart("Ordered")),
            f"POST {CARTS}/{CART}/checkout": submitted,
            f"GET {ORDERS}": items(*listed),
        }
        shop = Shop(Notes(Purchase(CART, "", AT)), routes)

        if error is None:
            assert shop.order() == {OFFICE: BOUGHT}
            return
        with pytest.raises(error, match="its order is not listed yet"):
            shop.order()

    @pytest.mark.parametrize(
        "offer",
        [
            an_offer(isPurchasable=False),
            an_offer(segment="education"),
            an_offer(terms=[{"duration": "P1Y", "billingCycle": "Annual"}]),
            an_offer(terms=[{"duration": "P1M", "billingCycle": "Monthly"}]),
        ],
        ids=["not sold anew", "another segment", "another billing", "another term"],
    )
    def test_what_is_not_sold_so_today_is_not_put_into_a_cart(self, offer: dict[str, Any]) -> None:
        shop = Shop(routes={f"GET {OFFERS}": items(offer)})

        with pytest.raises(Rejected, match="is not sold with P1Y monthly to this customer today"):
            shop.order()

        assert shop.sent == []


def test_microsofts_own_sample_of_a_checkout_is_one_order() -> None:
    assert subscription_purchase.orders_of(an_order()) == [an_order()]
