"""Upgrades: all seats, some seats, into another subscription; and what is refused."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.sandbox.world import User

from .cloud import ADD_ON, BASIC, CONTOSO, PREMIUM, TRIAL, Cloud, Got, a_cloud, a_subscription


def a_basic(**given: Any) -> dict[str, Any]:
    return a_subscription(product=BASIC, **given)


def target_of(cloud: Cloud, term: str = "P1Y") -> str:
    """Premium's catalog item of today."""
    product, sku = PREMIUM.split(":")
    rows = cloud.get(f"/products/{product}/skus/{sku}/availabilities?country=DE").json["items"]
    return next(str(row["catalogItemId"]) for row in rows if row["terms"][0]["duration"] == term)


def transition(cloud: Cloud, quantity: int, **given: Any) -> Got:
    usual = {
        "fromSubscriptionId": cloud.id_of("main"),
        "toCatalogItemId": target_of(cloud, given.get("termDuration", "P1Y")),
        "quantity": quantity,
        "transitionType": "transition_only",
    }
    return cloud.post(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitions", {**usual, **given})


def test_the_upgrade_path_of_the_catalog_is_eligible() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})

    rows = cloud.get(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitioneligibilities").json["items"]

    assert [row["catalogItemId"] for row in rows] == [target_of(cloud)]
    assert all(one["isEligible"] for one in rows[0]["eligibilities"])


def test_there_is_no_way_down() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})

    got = cloud.get(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitioneligibilities")

    assert got.json["items"] == []


def test_add_ons_that_nothing_else_carries_stop_an_upgrade() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic(), "add-on": a_subscription(product=ADD_ON)})
    cloud.world.catalog[ADD_ON] = replace(cloud.world.catalog[ADD_ON], prerequisites=(BASIC,))

    rows = cloud.get(f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitioneligibilities").json["items"]

    assert [error["code"] for error in rows[0]["eligibilities"][0]["errors"]] == [6]
    assert transition(cloud, 10).status == 403


def test_an_upgrade_may_take_its_time() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()}, upgrade_delay="PT30M")
    listing = f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitions"

    transition(cloud, 10)

    assert cloud.subscription("main")["offerId"].startswith(BASIC)
    assert [event["status"] for event in cloud.get(listing).json["items"][0]["events"]] == ["Started"]
    cloud.advance(minutes=31)
    assert cloud.subscription("main")["offerId"].startswith(PREMIUM)
    assert [event["status"] for event in cloud.get(listing).json["items"][0]["events"]] == ["Started", "Completed"]


def test_a_full_upgrade_keeps_id_and_end() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})
    before = cloud.subscription("main")

    transition(cloud, 10)

    got = cloud.subscription("main")
    assert got["offerId"].startswith(PREMIUM)
    assert (got["id"], got["commitmentEndDate"]) == (before["id"], before["commitmentEndDate"])


def test_an_upgrade_opens_no_window() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})

    transition(cloud, 10)

    assert cloud.subscription("main")["refundableQuantity"]["totalQuantity"] == 0
    assert cloud.patch("main", status="deleted").refusal == (400, 900117)


def test_a_full_upgrade_takes_the_licenses_along() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})
    basic, premium = (cloud.world.catalog[one].sku_id for one in (BASIC, PREMIUM))
    user = User(id="55555555-5555-5555-5555-555555555555", properties={"userPrincipalName": "ada@contoso.com"})
    cloud.tenant.users.put(replace(user, licenses={basic: ()}))

    transition(cloud, 10, transitionType="transition_with_license_transfer")

    moved = cloud.tenant.users.get(user.id)
    assert moved is not None
    assert set(moved.licenses) == {premium}


def test_a_partial_upgrade_makes_a_second_subscription_with_the_same_end() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})

    transition(cloud, 4)

    rows = cloud.get(f"/customers/{CONTOSO}/subscriptions").json["items"]
    assert sorted((row["offerId"][:17], row["quantity"]) for row in rows) == sorted([(BASIC, 6), (PREMIUM, 4)])
    assert len({row["commitmentEndDate"] for row in rows}) == 1


def test_an_upgrade_into_another_subscription_lets_that_one_grow() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic(), "premium": a_subscription()})

    transition(cloud, 4, toSubscriptionId=cloud.id_of("premium"))

    assert (cloud.living("main").quantity, cloud.living("premium").quantity) == (6, 14)


def test_the_answer_says_started_and_a_later_look_completed() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})

    got = transition(cloud, 10).json

    assert [event["status"] for event in got["events"]] == ["Started"]
    path = f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitions?operationId={got['operationId']}"
    assert cloud.get(path).json["items"][0]["events"][-1]["status"] == "Completed"


def test_an_upgrade_drops_the_schedule() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})
    product, sku, availability = cloud.subscription("main")["offerId"].split(":")
    wanted = {"productId": product, "skuId": sku, "availabilityId": availability}
    schedule = {"product": {**wanted, "billingCycle": "monthly", "termDuration": "P1Y"}, "quantity": 7}
    cloud.patch("main", scheduledNextTermInstructions=schedule)

    transition(cloud, 4)

    assert cloud.living("main").scheduled is None


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"quantity": 11}, (400, 2002)),
        ({"quantity": 10, "termDuration": "P1M"}, (400, 900267)),
        ({"quantity": 10, "billingCycle": "triennial"}, (400, 900270)),
        ({"quantity": 10, "toCatalogItemId": f"{PREMIUM}:CFQ7ZZZZZZZZ"}, (404, 400019)),
        ({"quantity": 10, "transitionType": "swap"}, (400, 800002)),
    ],
    ids=["too-many", "shorter-term", "billing", "availability", "type"],
)
def test_an_upgrade_that_does_not_fit_is_refused(given: dict[str, Any], refusal: tuple[int, int]) -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()})

    assert transition(cloud, **given).refusal == refusal


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"status": "suspended"}, 900258),
        ({"product": BASIC}, 900260),
        ({"start": "2025-12-01"}, 900236),
        ({"start": "2026-11-01"}, 900261),
    ],
    ids=["not-active", "other-product", "ends-earlier", "in-its-window"],
)
def test_an_unfitting_target_subscription_is_refused(other: dict[str, Any], code: int) -> None:
    cloud = a_cloud(subscriptions={"main": a_basic(), "target": a_subscription(**other)})

    assert transition(cloud, 4, toSubscriptionId=cloud.id_of("target")).refusal == (400, code)


def test_a_trial_converts_with_all_its_seats_or_more() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription(product=TRIAL, quantity=25, term="P1M", start="2026-10-20")})
    assert transition(cloud, 24).refusal == (400, 2002)

    transition(cloud, 30)

    got = cloud.subscription("main")
    assert (got["isTrial"], got["quantity"], got["termDuration"]) == (False, 30, "P1Y")
