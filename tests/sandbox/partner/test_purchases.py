"""Carts, checkout and orders: what may be bought, what it costs, and when it is there."""

from typing import Any

import pytest

from .cloud import (
    ADD_ON,
    AGENT,
    BASIC,
    CONTOSO,
    PARTNER,
    PREMIUM,
    TRIAL,
    Cloud,
    Got,
    a_cloud,
    a_subscription,
)

_CARTS = f"/customers/{CONTOSO}/carts"


def item_id(cloud: Cloud, product: str, term: str = "P1Y") -> str:
    """The catalog item of today, fetched as a client must."""
    product_id, sku_id = product.split(":")
    rows = cloud.get(f"/products/{product_id}/skus/{sku_id}/availabilities?country=DE").json["items"]
    return next(str(row["catalogItemId"]) for row in rows if row["terms"][0]["duration"] == term)


def a_line(cloud: Cloud, product: str = PREMIUM, **given: Any) -> dict[str, Any]:
    term = given.get("termDuration", "P1Y")
    usual = {"id": 0, "quantity": 5, "billingCycle": "monthly", "termDuration": term, "friendlyName": "Branch"}
    return {"catalogItemId": given.pop("catalogItemId", None) or item_id(cloud, product, term), **usual, **given}


def a_cart(cloud: Cloud, *lines: dict[str, Any], **given: Any) -> Got:
    return cloud.post(_CARTS, {"lineItems": list(lines), **given})


def check_out(cloud: Cloud, cart: Got) -> Got:
    return cloud.post(f"{_CARTS}/{cart.json['id']}/checkout")


def bought(cloud: Cloud, *lines: dict[str, Any]) -> dict[str, Any]:
    """The first order of a cart with these lines."""
    order: dict[str, Any] = check_out(cloud, a_cart(cloud, *lines)).json["orders"][0]
    return order


def test_a_cart_lives_seven_days_and_shows_prices() -> None:
    cloud = a_cloud()

    got = a_cart(cloud, a_line(cloud))

    assert got.status == 201
    assert got.json["expirationTimestamp"] == "2026-11-09T08:00:00Z"
    assert got.json["lineItems"][0]["pricing"]["listPrice"] == 18.1
    assert got.json["lineItems"][0]["pricing"]["extendedPrice"] == 1086.0


def test_a_term_cut_short_is_prorated_by_days() -> None:
    cloud = a_cloud()

    got = a_cart(cloud, a_line(cloud, termDuration="P1M", customTermEndDate="2026-11-30", quantity=1))

    # 29 of the 30 days from November 2 to December 1
    assert got.json["lineItems"][0]["pricing"]["extendedPrice"] == 21.27


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"catalogItemId": "CFQ7ZZZZZZZZ:0001:CFQ7ZZZZZZZZ"}, "10001"),
        ({"catalogItemId": f"{PREMIUM}:CFQ7ZZZZZZZZ"}, "10001"),
        ({"quantity": 0}, "10010"),
        ({"billingCycle": "triennial"}, "10013"),
        ({"promotionId": "39NFJQT1PJQB:0001:39NFJQT1Q5KN"}, "10014"),
        ({"customTermEndDate": "2027-06-15"}, "10017"),
    ],
    ids=["product", "availability", "quantity", "billing", "promotion", "end-date"],
)
def test_a_wrong_line_still_makes_a_cart_which_names_the_error(changed: dict[str, Any], code: str) -> None:
    cloud = a_cloud()

    got = a_cart(cloud, a_line(cloud, **changed))

    assert (got.status, got.json["lineItems"][0]["error"]["errorCode"]) == (201, code)


def test_a_cart_with_a_wrong_line_cannot_be_checked_out() -> None:
    cloud = a_cloud()

    assert check_out(cloud, a_cart(cloud, a_line(cloud, quantity=0))).refusal == (400, 800009)


def test_the_pool_of_all_owners_limits_a_purchase() -> None:
    cloud = a_cloud(subscriptions={"other": a_subscription(owner="other.onmicrosoft.com", quantity=297)})

    error = a_cart(cloud, a_line(cloud)).json["lineItems"][0]["error"]

    assert error["errorCode"] == "10015"
    assert error["additionalInformation"] == {"availableQuantity": "3", "purchasedQuantity": "297"}


def test_lines_of_one_cart_share_the_pool() -> None:
    cloud = a_cloud()

    got = a_cart(cloud, a_line(cloud, quantity=200), a_line(cloud, quantity=101, id=1)).json

    assert ["error" in line for line in got["lineItems"]] == [False, True]


def test_an_add_on_needs_its_base() -> None:
    cloud = a_cloud()

    error = a_cart(cloud, a_line(cloud, ADD_ON)).json["lineItems"][0]["error"]

    assert error["errorCode"] == "400041"


@pytest.mark.parametrize("owner", ["partner.onmicrosoft.com", "other.onmicrosoft.com", None], ids=str)
def test_a_base_of_any_owner_carries_an_add_on(owner: str | None) -> None:
    cloud = a_cloud(subscriptions={"base": a_subscription(owner=owner)})

    assert "error" not in a_cart(cloud, a_line(cloud, ADD_ON)).json["lineItems"][0]


def test_base_and_add_on_may_share_a_cart() -> None:
    cloud = a_cloud()

    got = check_out(cloud, a_cart(cloud, a_line(cloud, ADD_ON), a_line(cloud, id=1)))

    assert len(got.json["orders"][0]["lineItems"]) == 2


def test_a_trial_is_given_once() -> None:
    cloud = a_cloud(subscriptions={"base": a_subscription()})

    line = a_line(cloud, TRIAL, termDuration="P1M", quantity=25, billingCycle="none")

    assert a_cart(cloud, line).json["lineItems"][0]["error"]["errorCode"] == "10002"


def test_a_checkout_answers_pending_and_the_subscription_follows() -> None:
    cloud = a_cloud()

    order = bought(cloud, a_line(cloud))

    assert (order["status"], len(order["id"])) == ("pending", 12)
    line = order["lineItems"][0]
    got = cloud.get(f"/customers/{CONTOSO}/subscriptions/{line['subscriptionId']}").json
    assert (got["quantity"], got["friendlyName"], got["orderId"]) == (5, "Branch", order["id"])
    assert got["commitmentEndDate"] == "2027-11-01T00:00:00Z"
    assert got["refundableQuantity"]["totalQuantity"] == 5


def test_a_bought_subscription_counts_for_graph_under_its_sku() -> None:
    cloud = a_cloud()
    bought(cloud, a_line(cloud))

    living = cloud.living("Branch")

    assert (living.sku_id, living.owner_tenant_id) == (cloud.world.catalog[PREMIUM].sku_id, PARTNER)


def test_before_provisioning_there_is_no_subscription_id_and_no_listed_order() -> None:
    cloud = a_cloud(provisioning="PT10M")

    order = bought(cloud, a_line(cloud))

    assert "subscriptionId" not in order["lineItems"][0]
    assert cloud.get(f"/customers/{CONTOSO}/orders").json["totalCount"] == 0
    assert cloud.get(f"/customers/{CONTOSO}/subscriptions").json["totalCount"] == 0


def test_after_provisioning_order_and_subscription_are_there() -> None:
    cloud = a_cloud(provisioning="PT10M")
    order = bought(cloud, a_line(cloud))

    cloud.advance(minutes=10)

    got = cloud.get(f"/customers/{CONTOSO}/orders/{order['id']}").json
    assert got["status"] == "completed"
    found = cloud.get(f"/customers/{CONTOSO}/subscriptions").json["items"]
    assert [row["id"] for row in found] == [got["lineItems"][0]["subscriptionId"]]


def test_provisioning_status_of_an_order_needs_a_person() -> None:
    cloud = a_cloud()
    order = bought(cloud, a_line(cloud))
    path = f"/customers/{CONTOSO}/orders/{order['id']}/provisioningstatus"
    assert cloud.get(path).refusal == (403, 900329)
    cloud.person = AGENT

    assert cloud.get(path).json["items"][0]["status"] == "fulfilled"


def test_a_second_checkout_gives_the_first_result() -> None:
    cloud = a_cloud()
    cart = a_cart(cloud, a_line(cloud))
    first = check_out(cloud, cart)

    again = check_out(cloud, cart)

    assert again.json == first.json
    assert len(cloud.tenant.subscriptions) == 1


def test_an_availability_that_rotated_since_is_refused_with_400019() -> None:
    cloud = a_cloud()
    cloud.set_clock("2026-11-29T08:00:00Z")
    cart = a_cart(cloud, a_line(cloud))
    cloud.set_clock("2026-12-01T08:00:00Z")

    assert check_out(cloud, cart).refusal == (404, 400019)


def test_a_cart_is_gone_after_seven_days() -> None:
    cloud = a_cloud()
    cart = a_cart(cloud, a_line(cloud))
    cloud.advance(days=7)

    assert check_out(cloud, cart).refusal == (404, 800008)


def test_a_group_that_no_longer_fits_is_an_order_error_and_may_be_tried_again() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription(quantity=1, start="2026-11-02")})
    cart = a_cart(cloud, a_line(cloud), a_line(cloud, id=1, billingCycle="annual", quantity=200))
    cloud.patch("main", quantity=150)

    got = check_out(cloud, cart)

    assert len(got.json["orders"]) == 1
    assert (got.json["orderErrors"][0]["orderGroupId"], got.json["orderErrors"][0]["code"]) == ("1", 800088)
    cloud.patch("main", quantity=1)
    assert len(check_out(cloud, cart).json["orders"]) == 2


@pytest.mark.parametrize(
    ("records", "refusal"),
    [
        ({"agreements": []}, (403, 13605)),
        ({"validationStatus": "UnderReview"}, (403, 800073)),
        ({"validationStatus": "NotAllowed"}, (403, 800075)),
    ],
    ids=["agreement", "under-review", "not-allowed"],
)
def test_the_customers_account_and_agreement_gate_a_checkout(records: dict[str, Any], refusal: tuple[int, int]) -> None:
    cloud = a_cloud()
    cloud.tenant.commerce[PARTNER] = records

    assert check_out(cloud, a_cart(cloud, a_line(cloud))).refusal == refusal


def test_a_reseller_of_record_needs_the_attestation() -> None:
    cloud = a_cloud()
    line = a_line(cloud, participants=[{"key": "transaction_reseller", "value": "517285"}])

    assert a_cart(cloud, line).refusal == (400, 900206)
    assert a_cart(cloud, line, partnerOnRecordAttestationAccepted=True).status == 201


def test_a_reseller_of_record_is_on_the_subscription() -> None:
    cloud = a_cloud()
    line = a_line(cloud, participants=[{"key": "transaction_reseller", "value": "517285"}])
    check_out(cloud, a_cart(cloud, line, partnerOnRecordAttestationAccepted=True))

    assert cloud.subscription("Branch")["partnerId"] == "517285"


def test_a_cart_can_be_replaced_until_it_is_ordered() -> None:
    cloud = a_cloud()
    cart = a_cart(cloud, a_line(cloud))
    body = {"lineItems": [a_line(cloud, quantity=8)]}

    assert cloud.send("PUT", f"{_CARTS}/{cart.json['id']}", body).json["lineItems"][0]["quantity"] == 8
    check_out(cloud, cart)
    assert cloud.send("PUT", f"{_CARTS}/{cart.json['id']}", body).refusal == (400, 800065)


def test_a_coterm_purchase_ends_with_the_other() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})
    rows = cloud.get(f"/customers/{CONTOSO}/subscriptions/customTermEndDates?term_duration=P1Y").json["items"]
    shared = next(row for row in rows if row["allowedCustomTermEndDateType"] == "subscriptionAligned")
    assert shared["cotermSubscriptionIds"] == [cloud.id_of("main")]

    bought(cloud, a_line(cloud, BASIC, customTermEndDate=shared["allowedCustomTermEndDate"]))

    assert cloud.subscription("Branch")["commitmentEndDate"] == cloud.subscription("main")["commitmentEndDate"]


def test_a_cart_may_say_what_the_purchase_renews_to() -> None:
    cloud = a_cloud()

    bought(cloud, a_line(cloud, termDuration="P1M", renewsTo={"termDuration": "P1Y"}))

    assert cloud.subscription("Branch")["scheduledNextTermInstructions"]["product"]["termDuration"] == "P1Y"


def test_an_order_can_be_placed_without_a_cart() -> None:
    cloud = a_cloud()
    line = {"lineItemNumber": 0, "offerId": item_id(cloud, PREMIUM), "quantity": 5, "termDuration": "P1Y"}

    got = cloud.post(f"/customers/{CONTOSO}/orders", {"billingCycle": "Monthly", "lineItems": [line]})

    assert (got.status, got.json["totalPrice"]) == (201, 90.5)


def test_a_wrong_line_refuses_such_an_order() -> None:
    cloud = a_cloud()
    line = {"lineItemNumber": 0, "offerId": item_id(cloud, PREMIUM), "quantity": 0, "termDuration": "P1Y"}

    got = cloud.post(f"/customers/{CONTOSO}/orders", {"billingCycle": "Monthly", "lineItems": [line]})

    assert got.refusal == (400, 900275)


def test_orders_can_be_narrowed_by_billing_cycle() -> None:
    cloud = a_cloud()
    check_out(cloud, a_cart(cloud, a_line(cloud), a_line(cloud, id=1, billingCycle="annual")))

    got = cloud.get(f"/customers/{CONTOSO}/orders?billingType=annual").json

    assert [row["billingCycle"] for row in got["items"]] == ["annual"]


def test_each_order_leaves_an_audit_record() -> None:
    cloud = a_cloud()
    bought(cloud, a_line(cloud))

    rows = cloud.get("/auditrecords").json["items"]

    assert [row["operationType"] for row in rows] == ["create_order"]


def test_a_lost_answer_does_not_buy_twice() -> None:
    cloud = a_cloud()
    body = {"lineItems": [a_line(cloud)]}
    first = cloud.post(_CARTS, body, ms_requestid="r-1")

    again = cloud.post(_CARTS, body, ms_requestid="r-1")

    assert again.json["id"] == first.json["id"]
