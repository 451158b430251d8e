"""Subscriptions: what is shown, and what a PATCH may do, costs and takes away."""

from datetime import timedelta
from typing import Any

import pytest

from reconciler.sandbox.world import Subscription

from .cloud import (
    ADD_ON,
    AGENT,
    BASIC,
    CONTOSO,
    PREMIUM,
    TRIAL,
    Cloud,
    a_cloud,
    a_subscription,
)

_YESTERDAY = "2026-11-01T10:00:00Z"


def a_single(**given: Any) -> Cloud:
    return a_cloud(subscriptions={"main": a_subscription(**given)})


def a_fresh(**given: Any) -> Cloud:
    """Bought yesterday: everything is still in its window."""
    return a_single(start=_YESTERDAY, **given)


def a_schedule(cloud: Cloud, quantity: int = 7, **product: str) -> dict[str, Any]:
    """A complete scheduled change, its product taken from offerId as Microsoft says."""
    parts = cloud.subscription("main")["offerId"].split(":")
    usual = dict(zip(("productId", "skuId", "availabilityId"), parts, strict=True))
    return {"product": {**usual, "billingCycle": "monthly", "termDuration": "P1Y", **product}, "quantity": quantity}


def test_the_list_holds_the_partners_own_subscriptions_only() -> None:
    cloud = a_cloud(
        subscriptions={
            "own": a_subscription(),
            "other": a_subscription(owner="other.onmicrosoft.com"),
            "direct": a_subscription(owner=None),
        }
    )

    got = cloud.get(f"/customers/{CONTOSO}/subscriptions").json

    assert [row["id"] for row in got["items"]] == [cloud.id_of("own")]


def test_another_owners_subscription_is_not_found() -> None:
    cloud = a_cloud(subscriptions={"other": a_subscription(owner="other.onmicrosoft.com")})

    got = cloud.get(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('other')}")

    assert got.refusal == (404, 20003)


def test_ids_ignore_case() -> None:
    cloud = a_single()

    assert cloud.get(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main').upper()}").status == 200


def test_a_subscription_looks_as_documented() -> None:
    got = a_single().subscription("main")

    assert got["offerId"].startswith(f"{PREMIUM}:")
    assert got["commitmentEndDate"] == "2027-02-28T00:00:00Z"
    assert got["commitmentEndDateTime"] == "2027-02-28T23:59:59Z"
    assert (got["billingCycle"], got["termDuration"], got["status"]) == ("monthly", "P1Y", "active")
    assert got["attributes"] == {"objectType": "Subscription"}
    assert None not in got.values()


def test_a_closed_window_has_no_deadline_and_nothing_refundable() -> None:
    got = a_single().subscription("main")

    assert "cancellationAllowedUntilDate" not in got
    assert got["refundableQuantity"] == {"totalQuantity": 0, "details": []}


def test_an_open_window_ends_seven_days_after_the_purchase() -> None:
    got = a_fresh().subscription("main")

    assert got["cancellationAllowedUntilDate"] == "2026-11-08T10:00:00Z"
    assert got["refundableQuantity"] == {
        "totalQuantity": 10,
        "details": [{"quantity": 10, "allowedUntilDateTime": "2026-11-08T10:00:00Z"}],
    }


def test_a_list_can_be_narrowed_to_one_order() -> None:
    cloud = a_cloud(subscriptions={"one": a_subscription(), "two": a_subscription()})
    order = cloud.subscription("one")["orderId"]

    got = cloud.get(f"/customers/{CONTOSO}/subscriptions?order_id={order}").json

    assert [row["id"] for row in got["items"]] == [cloud.id_of("one")]


def test_a_list_may_lag_behind_while_the_single_resource_does_not() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()}, lag="PT10S", flapping=False)
    cloud.advance(seconds=20)
    cloud.patch("main", quantity=12)

    listed = cloud.get(f"/customers/{CONTOSO}/subscriptions").json["items"][0]["quantity"]

    assert (listed, cloud.subscription("main")["quantity"]) == (10, 12)


def test_provisioning_status_names_the_graph_sku() -> None:
    cloud = a_single()
    cloud.person = AGENT

    got = cloud.get(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/provisioningstatus").json

    assert (got["skuId"], got["status"], got["quantity"]) == (cloud.living("main").sku_id, "success", 10)


def test_sending_the_resource_back_changes_nothing() -> None:
    cloud = a_single()
    before = cloud.subscription("main")

    cloud.patch("main")

    assert cloud.subscription("main") == before


def test_a_body_in_pascal_case_is_understood() -> None:
    cloud = a_single()

    got = cloud.patch_body("main", {"Quantity": 12, "AutoRenewEnabled": True})

    assert (got.json["quantity"], got.json["autoRenewEnabled"]) == (12, True)


def test_leaving_out_auto_renew_switches_it_off() -> None:
    cloud = a_single()

    cloud.patch_body("main", {"id": cloud.id_of("main"), "friendlyName": "Branch"})

    assert (cloud.living("main").friendly_name, cloud.living("main").auto_renew) == ("Branch", False)


def test_leaving_out_the_schedule_deletes_it() -> None:
    cloud = a_single()
    assert cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud)).status == 200
    body = cloud.subscription("main")
    del body["scheduledNextTermInstructions"]

    cloud.patch_body("main", body | {"scheduledActions": None})

    assert cloud.living("main").scheduled is None


def test_two_changes_in_one_body_are_refused() -> None:
    assert a_single().patch("main", quantity=12, friendlyName="Branch").refusal == (400, 800002)


def test_the_body_must_be_of_the_same_subscription() -> None:
    assert a_single().patch("main", id="99999999-9999-9999-9999-999999999999").refusal == (400, 800002)


@pytest.mark.parametrize("etag", ['"c3RhbGU="', '"7"'], ids=["base64", "number"])
def test_an_etag_that_is_sent_and_wrong_is_refused(etag: str) -> None:
    cloud = a_single()

    assert cloud.patch_body("main", cloud.subscription("main"), if_match=etag).refusal == (400, 2055)


@pytest.mark.parametrize(
    ("field", "value"),
    [("quantity", "12"), ("quantity", 1.5), ("autoRenewEnabled", "yes"), ("friendlyName", 5)],
    ids=["text", "fraction", "flag", "name"],
)
def test_a_value_of_the_wrong_type_is_refused(field: str, value: object) -> None:
    assert a_single().patch("main", **{field: value}).refusal == (400, 800002)


def test_an_unknown_enum_value_is_refused_with_900126() -> None:
    assert a_single().patch("main", status="paused").refusal == (400, 900126)


def test_after_1200_updates_no_more_are_taken() -> None:
    assert a_single(updates=1200).patch("main", friendlyName="Branch").refusal == (400, 900311)


def test_update_1200_is_still_taken() -> None:
    assert a_single(updates=1199).patch("main", friendlyName="Branch").status == 200


def test_more_seats_open_a_lot_of_their_own() -> None:
    cloud = a_single()

    got = cloud.patch("main", quantity=12).json

    assert got["refundableQuantity"] == {
        "totalQuantity": 2,
        "details": [{"quantity": 2, "allowedUntilDateTime": "2026-11-09T08:00:00Z"}],
    }


def test_more_seats_do_not_move_the_end_of_the_term() -> None:
    cloud = a_single()

    assert cloud.patch("main", quantity=12).json["commitmentEndDate"] == "2027-02-28T00:00:00Z"


def test_seats_added_a_moment_ago_can_be_given_back() -> None:
    cloud = a_single()
    cloud.patch("main", quantity=12)

    assert cloud.patch("main", quantity=10).json["refundableQuantity"]["totalQuantity"] == 0


def test_older_seats_cannot_be_given_back() -> None:
    cloud = a_single()
    cloud.patch("main", quantity=12)

    got = cloud.patch("main", quantity=9)

    assert got.json == {
        "code": 800090,
        "description": "Subscription quantity cannot be decreased.",
        "data": [],
        "source": "PartnerFD",
    }


def test_a_reduction_keeps_the_deadline_of_its_lot() -> None:
    cloud = a_fresh()

    got = cloud.patch("main", quantity=1).json

    assert got["refundableQuantity"]["details"] == [{"quantity": 1, "allowedUntilDateTime": "2026-11-08T10:00:00Z"}]


def test_a_window_closes_to_the_second() -> None:
    cloud = a_fresh()
    cloud.set_clock("2026-11-08T09:59:59Z")
    assert cloud.patch("main", quantity=9).status == 200
    cloud.set_clock("2026-11-08T10:00:00Z")

    assert cloud.patch("main", quantity=8).refusal == (400, 800090)


@pytest.mark.parametrize("quantity", [0, 301], ids=["too-few", "too-many"])
def test_seats_out_of_the_skus_bounds_are_refused(quantity: int) -> None:
    assert a_fresh().patch("main", quantity=quantity).refusal == (400, 2002)


def test_the_skus_minimum_is_kept() -> None:
    cloud = a_fresh(product=ADD_ON)

    assert cloud.patch("main", quantity=4).refusal == (400, 2002)


def test_the_pool_counts_seats_of_all_owners() -> None:
    cloud = a_cloud(
        subscriptions={
            "main": a_subscription(),
            "other": a_subscription(owner="other.onmicrosoft.com", quantity=200),
            "direct": a_subscription(owner=None, quantity=50),
        }
    )

    got = cloud.patch("main", quantity=51)

    assert got.refusal == (403, 800088)
    assert "51 seats exceeds the remaining limit of 50 seats" in got.json["description"]


def test_the_pool_does_not_count_ended_subscriptions() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription(), "gone": a_subscription(quantity=290, status="deleted")})

    assert cloud.patch("main", quantity=51).status == 200


def test_the_pool_is_one_of_each_sku() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription(), "basic": a_subscription(product=BASIC, quantity=290)})

    assert cloud.patch("main", quantity=51).status == 200


def test_suspending_switches_auto_renew_off_and_drops_the_schedule() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud))

    got = cloud.patch("main", status="suspended").json

    assert (got["status"], got["autoRenewEnabled"]) == ("suspended", False)
    assert "scheduledNextTermInstructions" not in got


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"quantity": 12}, 2001), ({"friendlyName": "Branch"}, 800091), ({"autoRenewEnabled": True}, 800091)],
    ids=["quantity", "name", "auto-renew"],
)
def test_a_suspended_subscription_takes_no_other_change(changed: dict[str, Any], code: int) -> None:
    cloud = a_single(status="suspended", autoRenew=False)

    assert cloud.patch("main", **changed).refusal == (400, code)


def test_a_suspended_subscription_can_be_reactivated_without_auto_renew() -> None:
    cloud = a_single(status="suspended", autoRenew=False)

    got = cloud.patch("main", status="active").json

    assert (got["status"], got["autoRenewEnabled"]) == ("active", False)


def test_a_subscription_can_be_canceled_in_its_window() -> None:
    assert a_fresh().patch("main", status="deleted").json["status"] == "deleted"


def test_after_the_window_a_cancellation_is_refused() -> None:
    got = a_single().patch("main", status="deleted")

    assert got.refusal == (400, 900117)
    assert got.json["description"].startswith("You have passed your 7-day cancellation window.")


def test_added_seats_do_not_reopen_the_cancellation_window() -> None:
    cloud = a_single()
    cloud.patch("main", quantity=12)

    assert cloud.patch("main", status="deleted").refusal == (400, 900117)


def test_a_canceled_subscription_cannot_be_updated() -> None:
    cloud = a_fresh()
    cloud.patch("main", status="deleted")

    assert cloud.patch("main", status="active").refusal == (400, 2011)


@pytest.mark.parametrize("status", ["expired", "disabled"])
def test_an_ended_subscription_cannot_be_updated(status: str) -> None:
    cloud = a_single(status=status, start="2025-10-25", autoRenew=False)

    assert cloud.patch("main", friendlyName="Branch").refusal == (400, 900279)


def test_a_status_that_nobody_can_set_is_refused() -> None:
    assert a_single().patch("main", status="expired").refusal == (400, 800040)


def test_a_schedule_is_stored_and_shown_as_action_too() -> None:
    cloud = a_single()

    got = cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud)).json

    assert got["scheduledNextTermInstructions"]["quantity"] == 7
    assert got["scheduledActions"][0]["actionType"] == "RenewToNewTerm"


@pytest.mark.parametrize(
    "immediate",
    [{"quantity": 12}, {"status": "suspended"}, {"autoRenewEnabled": False}, {"termDuration": "P3Y"}],
    ids=["quantity", "suspend", "auto-renew-off", "term"],
)
def test_an_immediate_change_deletes_the_schedule_that_is_sent_back_with_it(immediate: dict[str, Any]) -> None:
    cloud = a_single()
    cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud))

    assert cloud.patch("main", **immediate).status == 200

    assert cloud.living("main").scheduled is None


def test_a_new_name_keeps_the_schedule() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud))

    cloud.patch("main", friendlyName="Branch")

    assert cloud.living("main").scheduled is not None


def test_a_schedule_can_be_withdrawn_with_null() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud))

    cloud.patch("main", scheduledNextTermInstructions=None, scheduledActions=None)

    assert cloud.living("main").scheduled is None


def test_a_schedule_needs_auto_renew() -> None:
    cloud = a_single(autoRenew=False)

    assert cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud)).refusal == (400, 800093)


def test_a_schedule_and_auto_renew_may_come_together() -> None:
    cloud = a_single(autoRenew=False)

    got = cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud), autoRenewEnabled=True)

    assert (got.status, cloud.living("main").auto_renew) == (200, True)


@pytest.mark.parametrize(
    ("product", "refusal"),
    [
        ({"termDuration": ""}, (400, 800121)),
        ({"billingCycle": "triennial"}, (400, 900270)),
        ({"availabilityId": "CFQ7ZZZZZZZZ"}, (404, 400019)),
        ({"productId": "CFQ7ZZZZZZZZ"}, (404, 400013)),
        ({"skuId": "0099"}, (404, 400018)),
    ],
    ids=["term", "billing", "availability", "product", "sku"],
)
def test_a_schedule_must_name_something_that_can_be_bought(product: dict[str, str], refusal: tuple[int, int]) -> None:
    cloud = a_single()

    assert cloud.patch("main", scheduledNextTermInstructions=a_schedule(cloud, 7, **product)).refusal == refusal


def test_a_schedule_without_a_complete_product_is_refused() -> None:
    got = a_single().patch("main", scheduledNextTermInstructions={"quantity": 7, "product": {"productId": "X"}})

    assert got.refusal == (400, 800002)


@pytest.mark.parametrize(
    ("end", "refusal"),
    [
        ("2027-06-30T00:00:00Z", None),
        ("2027-06-15T00:00:00Z", (400, 900246)),
        ("2028-06-30T00:00:00Z", (400, 900245)),
    ],
    ids=["month-end", "any-day", "beyond-the-term"],
)
def test_a_scheduled_end_date_follows_the_coterm_rules(end: str, refusal: tuple[int, int] | None) -> None:
    cloud = a_single()

    got = cloud.patch("main", scheduledNextTermInstructions={**a_schedule(cloud), "customTermEndDate": end})

    assert (None if got.status == 200 else got.refusal) == refusal


def test_auto_renew_off_alone_leads_into_the_extended_service_term() -> None:
    got = a_single().patch("main", autoRenewEnabled=False).json

    assert got["scheduledActions"] == [{"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}]


def test_a_cancel_action_switches_auto_renew_off() -> None:
    cloud = a_single()

    got = cloud.patch("main", scheduledActions=[{"scheduleType": "TermEnd", "actionType": "Cancel"}]).json

    assert got["autoRenewEnabled"] is False
    assert got["scheduledActions"] == [{"scheduleType": "TermEnd", "actionType": "Cancel"}]


def test_sending_a_cancel_action_back_keeps_it() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledActions=[{"scheduleType": "TermEnd", "actionType": "Cancel"}])

    got = cloud.patch("main", friendlyName="Branch").json

    assert got["scheduledActions"] == [{"scheduleType": "TermEnd", "actionType": "Cancel"}]


def test_leaving_a_cancel_action_out_deletes_it() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledActions=[{"scheduleType": "TermEnd", "actionType": "Cancel"}])
    body = cloud.subscription("main")
    del body["scheduledActions"]

    got = cloud.patch_body("main", body).json

    assert got["scheduledActions"][0]["actionType"] == "RenewToExtendedServiceTerm"


def test_switching_auto_renew_on_lifts_a_cancel_action() -> None:
    cloud = a_single()
    cloud.patch("main", scheduledActions=[{"scheduleType": "TermEnd", "actionType": "Cancel"}])

    got = cloud.patch("main", autoRenewEnabled=True).json

    assert (got["autoRenewEnabled"], got.get("scheduledActions")) == (True, None)


def test_a_longer_term_begins_now() -> None:
    got = a_single().patch("main", termDuration="P3Y").json

    assert (got["termDuration"], got["commitmentEndDate"]) == ("P3Y", "2029-11-01T00:00:00Z")


def test_a_longer_term_opens_no_window() -> None:
    assert a_single().patch("main", termDuration="P3Y").json["refundableQuantity"]["totalQuantity"] == 0


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"termDuration": "P1M"}, 800122),
        ({"termDuration": "P5Y"}, 800121),
        ({"billingCycle": "annual"}, 800097),
        ({"termDuration": "P3Y", "billingCycle": "triennial"}, 900269),
    ],
    ids=["shorter", "unknown", "frequency-alone", "cycle-not-offered"],
)
def test_a_term_change_that_is_not_offered_is_refused(changed: dict[str, str], code: int) -> None:
    assert a_single().patch("main", **changed).refusal == (400, code)


def test_a_frequency_change_waits_for_the_next_charge() -> None:
    cloud = a_single(term="P3Y", start="2026-03-15")
    wanted = a_schedule(cloud, quantity=10, termDuration="P3Y", billingCycle="annual")
    cloud.patch("main", nextChargeInstructions=wanted)
    assert cloud.subscription("main")["billingCycle"] == "monthly"

    cloud.set_clock("2026-11-15T00:00:01Z")

    got = cloud.subscription("main")
    assert (got["billingCycle"], got.get("nextChargeInstructions")) == ("annual", None)


def test_a_frequency_change_exists_for_three_year_terms_only() -> None:
    cloud = a_single()

    got = cloud.patch("main", nextChargeInstructions=a_schedule(cloud, billingCycle="annual"))

    assert got.refusal == (400, 800097)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"quantity": 26}, 800095), ({"status": "suspended"}, 800096), ({"termDuration": "P1Y"}, 800107)],
    ids=["quantity", "status", "term"],
)
def test_a_trial_cannot_be_changed(changed: dict[str, Any], code: int) -> None:
    cloud = a_single(product=TRIAL, quantity=25, term="P1M", start=_YESTERDAY)

    assert cloud.patch("main", **changed).refusal == (400, code)


def test_a_trial_is_billed_never() -> None:
    got = a_single(product=TRIAL, quantity=25, term="P1M", start=_YESTERDAY).subscription("main")

    assert (got["isTrial"], got["billingCycle"]) == (True, "none")


def test_an_asynchronous_patch_is_accepted_and_settles_later() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()}, asyncPatch=True, lag="PT30S")

    got = cloud.patch("main", quantity=12)

    assert got.status == 202
    assert got.headers["Location"] == f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}"
    assert cloud.subscription("main")["quantity"] == 10
    cloud.advance(seconds=31)
    assert cloud.subscription("main")["quantity"] == 12


def test_a_second_patch_before_the_first_has_settled_is_a_conflict() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()}, asyncPatch=True, lag="PT30S")
    cloud.patch("main", quantity=12)

    assert cloud.patch("main", friendlyName="Branch").refusal == (409, 800082)


def test_a_rule_that_is_broken_is_refused_at_once_also_then() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()}, asyncPatch=True, lag="PT30S")

    assert cloud.patch("main", quantity=9).refusal == (400, 800090)


def test_an_update_leaves_an_audit_record_with_its_correlation_id() -> None:
    cloud = a_single()
    cloud.headers["ms-correlationid"] = "c-1"
    cloud.patch("main", quantity=12)

    row = cloud.get("/auditrecords").json["items"][0]

    assert (row["operationType"], row["originalCorrelationId"]) == ("update_subscription", "c-1")
    assert '"Quantity":10' in row["resourceOldValue"]
    assert '"Quantity":12' in row["resourceNewValue"]


def test_a_refused_update_leaves_none() -> None:
    cloud = a_single()
    cloud.patch("main", quantity=9)

    assert cloud.get("/auditrecords").json["totalCount"] == 0


def test_audit_records_older_than_90_days_cannot_be_asked_for() -> None:
    assert a_single().get("/auditrecords?startDate=2026-08-01").status == 400


def test_the_living_subscription_is_the_one_that_graph_reads() -> None:
    cloud = a_single()
    before: Subscription = cloud.living("main")

    cloud.patch("main", quantity=12)

    assert (before.quantity, cloud.living("main").quantity) == (10, 12)
    assert cloud.living("main").lots[-1].added - cloud.world.clock.now() == timedelta(0)
