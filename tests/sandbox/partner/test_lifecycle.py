"""What time does: renewals, scheduled changes, ends, extension; and that it does not matter when one looks."""

from typing import Any

import pytest

from .cloud import ADD_ON, BASIC, CONTOSO, PREMIUM, TRIAL, Cloud, a_cloud, a_subscription

_ENDS_SOON = "2025-11-10"  # a year from here ends on 2026-11-09


def a_single(**given: Any) -> Cloud:
    return a_cloud(subscriptions={"main": a_subscription(**{"start": _ENDS_SOON, **given})})


def a_schedule(cloud: Cloud, **given: Any) -> dict[str, Any]:
    product, sku, availability = cloud.subscription("main")["offerId"].split(":")
    wanted = {"productId": product, "skuId": sku, "availabilityId": availability}
    return {
        "product": {**wanted, "billingCycle": "monthly", "termDuration": "P1Y", **given.get("product", {})},
        "quantity": given.get("quantity", 7),
        **({"customTermEndDate": given["end"]} if "end" in given else {}),
    }


def test_a_renewal_begins_the_day_after_the_last_one() -> None:
    cloud = a_single()

    cloud.set_clock("2026-11-10T12:00:00Z")

    got = cloud.subscription("main")
    assert (got["effectiveStartDate"], got["commitmentEndDate"]) == ("2026-11-10T00:00:00Z", "2027-11-09T00:00:00Z")


def test_a_renewal_opens_a_window_for_all_seats_when_it_completes() -> None:
    cloud = a_single()

    cloud.set_clock("2026-11-10T12:00:00Z")

    assert cloud.subscription("main")["refundableQuantity"] == {
        "totalQuantity": 10,
        "details": [{"quantity": 10, "allowedUntilDateTime": "2026-11-17T01:00:00Z"}],
    }


def test_a_renewed_subscription_can_be_canceled_again() -> None:
    cloud = a_single()
    cloud.set_clock("2026-11-12T12:00:00Z")

    assert cloud.patch("main", status="deleted").status == 200


def test_a_renewal_changes_the_availability_and_leaves_an_order() -> None:
    cloud = a_single()
    before = cloud.subscription("main")["offerId"]

    cloud.set_clock("2026-11-10T12:00:00Z")

    assert cloud.subscription("main")["offerId"] != before
    orders = cloud.get(f"/customers/{CONTOSO}/orders").json["items"]
    assert [row["transactionType"] for row in orders] == ["SystemPurchase"]
    assert orders[0]["id"] == cloud.subscription("main")["orderId"]


def test_a_scheduled_quantity_is_applied_at_renewal() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud))

    cloud.set_clock("2026-11-10T12:00:00Z")

    got = cloud.subscription("main")
    assert (got["quantity"], got.get("scheduledNextTermInstructions")) == (7, None)


def test_a_scheduled_term_and_end_date_are_applied_at_renewal() -> None:
    cloud = a_single()
    wanted = a_schedule(cloud, product={"termDuration": "P1M"}, end="2026-11-30")
    cloud.patch("main", scheduledNextTermInstructions=wanted)

    cloud.set_clock("2026-11-10T12:00:00Z")

    got = cloud.subscription("main")
    assert (got["termDuration"], got["commitmentEndDate"]) == ("P1M", "2026-11-30T00:00:00Z")


def test_a_scheduled_upgrade_moves_the_seats_to_the_other_graph_sku() -> None:
    cloud = a_single(product=BASIC)
    product, sku = PREMIUM.split(":")
    found = cloud.get(f"/products/{product}/skus/{sku}/availabilities?country=DE").json["items"]
    availability = next(row["id"] for row in found if row["terms"][0]["duration"] == "P1Y")
    wanted = a_schedule(
        cloud, product={"productId": product, "skuId": sku, "availabilityId": availability}, quantity=10
    )
    assert cloud.patch("main", scheduledNextTermInstructions=wanted).status == 200
    assert cloud.living("main").sku_id != cloud.world.catalog[PREMIUM].sku_id

    cloud.set_clock("2026-11-10T12:00:00Z")
    cloud.get("/customers")

    assert cloud.living("main").sku_id == cloud.world.catalog[PREMIUM].sku_id


def test_a_schedule_off_the_upgrade_path_is_refused() -> None:
    cloud = a_single(product=BASIC)
    product, sku = ADD_ON.split(":")
    found = cloud.get(f"/products/{product}/skus/{sku}/availabilities?country=DE").json["items"]
    availability = next(row["id"] for row in found if row["terms"][0]["duration"] == "P1Y")
    wanted = a_schedule(cloud, product={"productId": product, "skuId": sku, "availabilityId": availability})

    assert cloud.patch("main", scheduledNextTermInstructions=wanted).refusal == (400, 800002)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"quantity": 12}, (409, 800082)),
        ({"friendlyName": "Branch"}, (409, 800082)),
        ({"autoRenewEnabled": False}, (400, 900280)),
        ({"status": "suspended"}, (400, 900280)),
    ],
    ids=["quantity", "name", "auto-renew", "suspend"],
)
def test_updates_while_a_renewal_is_in_progress_are_refused(changed: dict[str, Any], refusal: tuple[int, int]) -> None:
    cloud = a_single()
    cloud.set_clock("2026-11-10T00:30:00Z")

    assert cloud.patch("main", **changed).refusal == refusal


def test_updates_while_a_subscription_is_expiring_are_refused() -> None:
    cloud = a_single(properties={"scheduledActions": [{"actionType": "Cancel"}]}, autoRenew=False)
    cloud.set_clock("2026-11-10T00:30:00Z")

    assert cloud.patch("main", quantity=12).refusal == (400, 900277)


def test_a_cancel_action_ends_access_at_the_end_of_the_term() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledActions=[{"scheduleType": "TermEnd", "actionType": "Cancel"}])

    cloud.set_clock("2026-11-10T12:00:00Z")

    assert cloud.subscription("main")["status"] == "disabled"


def test_auto_renew_off_without_cancel_is_extended_month_by_month() -> None:
    cloud = a_single(autoRenew=False)

    cloud.set_clock("2027-01-15T00:00:00Z")

    got = cloud.subscription("main")
    assert (got["status"], got["termDuration"], got["commitmentEndDate"]) == ("active", "P1M", "2027-02-09T00:00:00Z")
    assert got["offerName"] == "Microsoft 365 Business Premium Extended Service Term"


def test_an_extended_term_can_be_canceled_at_any_time() -> None:
    cloud = a_single(autoRenew=False)
    cloud.set_clock("2026-12-01T00:00:00Z")

    assert cloud.patch("main", status="deleted").status == 200


def test_an_extended_term_renews_to_the_old_term_when_auto_renew_is_on_again() -> None:
    cloud = a_single(autoRenew=False)
    cloud.set_clock("2026-12-01T00:00:00Z")
    cloud.patch("main", autoRenewEnabled=True)

    cloud.set_clock("2026-12-11T00:00:00Z")

    got = cloud.subscription("main")
    assert (got["termDuration"], got["offerName"]) == ("P1Y", "Microsoft 365 Business Premium")


def test_a_term_from_before_april_2025_expires_instead_of_being_extended() -> None:
    cloud = a_single(autoRenew=False, term="P3Y", start="2023-11-10")

    cloud.set_clock("2026-11-10T12:00:00Z")

    assert cloud.subscription("main")["status"] == "expired"


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-11-10T12:00:00Z", "expired"),
        ("2026-12-10T12:00:00Z", "disabled"),
        ("2027-03-10T12:00:00Z", "deleted"),
    ],
    ids=["term-end", "30-days", "120-days"],
)
def test_an_expired_subscription_is_disabled_and_then_deleted(moment: str, status: str) -> None:
    cloud = a_single(autoRenew=False, term="P3Y", start="2023-11-10")

    cloud.set_clock(moment)

    assert cloud.subscription("main")["status"] == status


def test_a_suspended_subscription_is_disabled_at_the_end_of_its_term() -> None:
    cloud = a_single(status="suspended", autoRenew=False)

    cloud.set_clock("2026-11-10T12:00:00Z")

    assert cloud.subscription("main")["status"] == "disabled"


def test_a_trial_becomes_what_its_sku_converts_to() -> None:
    cloud = a_single(product=TRIAL, quantity=25, term="P1M", start="2026-10-20")

    cloud.set_clock("2026-11-20T12:00:00Z")

    got = cloud.subscription("main")
    assert (got["isTrial"], got["termDuration"], got["billingCycle"], got["quantity"]) == (False, "P1Y", "monthly", 25)
    assert got["offerId"].startswith(PREMIUM)


def test_a_trial_without_auto_renew_expires() -> None:
    cloud = a_single(product=TRIAL, quantity=25, term="P1M", start="2026-10-20", autoRenew=False)

    cloud.set_clock("2026-11-20T12:00:00Z")

    assert cloud.subscription("main")["status"] == "expired"


@pytest.mark.parametrize("given", [{}, {"autoRenew": False}, {"term": "P1M", "start": "2026-10-31"}], ids=str)
def test_looking_often_and_looking_once_give_the_same(given: dict[str, Any]) -> None:
    patient, curious = a_single(**given), a_single(**given)
    for _ in range(40):
        curious.advance(days=11, hours=5)
        curious.subscription("main")

    patient.advance(days=440, hours=200)

    assert patient.subscription("main") == curious.subscription("main")


def test_renewals_keep_the_order_log_of_each_year() -> None:
    cloud = a_single()

    cloud.set_clock("2029-11-20T00:00:00Z")

    rows = cloud.get(f"/customers/{CONTOSO}/orders").json["items"]
    assert [row["creationDate"][:4] for row in rows] == ["2026", "2027", "2028", "2029"]


def test_the_clock_may_go_back() -> None:
    cloud = a_single()
    cloud.set_clock("2026-11-12T00:00:00Z")
    cloud.subscription("main")

    cloud.set_clock("2026-11-02T08:00:00Z")

    assert cloud.subscription("main")["status"] == "active"
