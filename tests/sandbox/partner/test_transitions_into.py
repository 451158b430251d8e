"""Upgrades into a subscription that is there: what may be a target, what it becomes, and whose licenses follow."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.sandbox.world import User

from .cloud import BASIC, CONTOSO, PARTNER, PREMIUM, TRIAL, Cloud, a_cloud, a_subscription
from .test_transitions import a_basic, target_of, transition

ADA = "55555555-5555-5555-5555-555555555555"


def two(target: dict[str, Any] | None = None, **given: Any) -> Cloud:
    """Ten seats of Basic, and a subscription of Premium that they may go into."""
    return a_cloud(subscriptions={"main": a_basic(), "target": a_subscription(**(target or {}))}, **given)


def sku_of(cloud: Cloud, product: str) -> str:
    return cloud.world.catalog[product].sku_id


def with_a_holder(cloud: Cloud) -> Cloud:
    """Ada holds Basic."""
    user = User(id=ADA, properties={"userPrincipalName": "ada@contoso.com"}, licenses={sku_of(cloud, BASIC): ()})
    cloud.tenant.users.put(user)
    return cloud


def held(cloud: Cloud) -> set[str]:
    found = cloud.tenant.users.get(ADA)
    assert found is not None
    return set(found.licenses)


def eligibility(cloud: Cloud, kind: str = "immediate") -> dict[str, Any]:
    path = f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitioneligibilities?eligibilityType={kind}"
    found: dict[str, Any] = cloud.get(path).json["items"][0]
    return found


def history(cloud: Cloud) -> dict[str, Any]:
    path = f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('main')}/transitions"
    found: dict[str, Any] = cloud.get(path).json["items"][-1]
    return found


def into_target(cloud: Cloud, quantity: int, **given: Any) -> Any:
    return transition(cloud, quantity, toSubscriptionId=cloud.id_of("target"), **given)


def test_all_seats_go_over_and_the_source_is_gone() -> None:
    cloud = two()

    into_target(cloud, 10)

    assert (cloud.living("target").quantity, cloud.living("main").status) == (20, "deleted")


def test_the_target_keeps_term_billing_and_end_whatever_the_body_says() -> None:
    cloud = two({"term": "P3Y", "billing": "annual", "start": "2025-06-01"})
    before = cloud.subscription("target")

    got = into_target(cloud, 4, termDuration="P1Y", billingCycle="monthly").json

    after = cloud.subscription("target")
    kept = ("termDuration", "billingCycle", "commitmentEndDate", "effectiveStartDate", "refundableQuantity")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert (got["termDuration"], got["billingCycle"]) == ("P3Y", "annual")


def test_a_monthly_source_goes_into_a_product_that_is_not_sold_by_the_month() -> None:
    cloud = a_cloud(
        subscriptions={"main": a_basic(term="P1M", start="2026-10-20"), "target": a_subscription(start="2026-04-01")}
    )
    premium = cloud.world.catalog[PREMIUM]
    cloud.world.catalog[PREMIUM] = replace(premium, terms=tuple(one for one in premium.terms if one.term != "P1M"))

    assert into_target(cloud, 4).status == 200


def test_the_schedule_of_the_target_is_dropped_as_well() -> None:
    cloud = two()
    product, sku, availability = cloud.subscription("target")["offerId"].split(":")
    wanted = {"productId": product, "skuId": sku, "availabilityId": availability}
    schedule = {"product": {**wanted, "billingCycle": "monthly", "termDuration": "P1Y"}, "quantity": 7}
    cloud.patch("target", scheduledNextTermInstructions=schedule)

    into_target(cloud, 4)

    assert cloud.living("target").scheduled is None


def test_the_history_is_that_of_the_source_and_names_the_target() -> None:
    cloud = two()

    into_target(cloud, 4)

    assert history(cloud)["toSubscriptionId"] == cloud.id_of("target")
    assert [event["status"] for event in history(cloud)["events"]] == ["Started", "Completed"]
    path = f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('target')}/transitions"
    assert cloud.get(path).json["items"] == []


def test_the_history_of_a_part_names_the_new_subscription_once_it_is_there() -> None:
    cloud = a_cloud(subscriptions={"main": a_basic()}, upgrade_delay="PT30M")

    transition(cloud, 4)

    assert "toSubscriptionId" not in history(cloud)
    cloud.advance(minutes=31)
    rows = cloud.get(f"/customers/{CONTOSO}/subscriptions").json["items"]
    assert history(cloud)["toSubscriptionId"] == next(r["id"] for r in rows if r["offerId"].startswith(PREMIUM))


@pytest.mark.parametrize(
    ("target", "codes"),
    [
        ({}, []),
        ({"status": "suspended"}, [1]),
        ({"start": "2026-11-01"}, [2]),
        ({"term": "P1M", "start": "2026-10-20"}, [3, 4]),
        ({"start": "2025-12-01"}, [4]),
    ],
    ids=["fits", "not-active", "in-its-window", "shorter-term", "ends-earlier"],
)
def test_the_list_says_what_is_against_a_target(target: dict[str, Any], codes: list[int]) -> None:
    cloud = two(target)

    (row,) = eligibility(cloud)["subscriptionEligibilities"]

    assert row["subscriptionId"] == cloud.id_of("target")
    assert (row["isEligible"], [error["code"] for error in row["errors"]]) == (not codes, codes)


def test_a_scheduled_change_and_a_trial_list_no_targets() -> None:
    assert eligibility(two(), "scheduled")["subscriptionEligibilities"] == []
    trial = a_subscription(product=TRIAL, quantity=25, term="P1M", start="2026-10-20")

    cloud = a_cloud(subscriptions={"main": trial, "target": a_subscription()})

    assert eligibility(cloud)["subscriptionEligibilities"] == []


def test_a_trial_goes_into_a_paid_subscription() -> None:
    trial = a_subscription(product=TRIAL, quantity=25, term="P1M", start="2026-10-20")
    cloud = a_cloud(subscriptions={"main": trial, "target": a_subscription()})
    assert into_target(cloud, 20).refusal == (400, 2002)

    into_target(cloud, 30)

    assert (cloud.living("target").quantity, cloud.living("main").status) == (40, "deleted")
    assert cloud.get("/auditrecords").json["items"][0]["operationType"] == "convert_trial_subscription"


def test_the_licenses_follow_all_seats_even_if_nobody_asked() -> None:
    cloud = with_a_holder(two())

    into_target(cloud, 10)

    assert held(cloud) == {sku_of(cloud, PREMIUM)}


def test_the_licenses_stay_when_some_seats_go() -> None:
    cloud = with_a_holder(two())

    into_target(cloud, 9)

    assert held(cloud) == {sku_of(cloud, BASIC)}


@pytest.mark.parametrize(
    "other",
    [a_basic(), a_subscription(owner="other.onmicrosoft.com")],
    ids=["another-of-the-source", "somebody-elses-target"],
)
def test_licenses_cannot_follow_where_it_is_open_whose_they_are(other: dict[str, Any]) -> None:
    subscriptions = {"main": a_basic(), "target": a_subscription(), "other": other}
    cloud = with_a_holder(a_cloud(subscriptions=subscriptions))

    rows = {one["transitionType"]: one for one in eligibility(cloud)["eligibilities"]}

    assert rows["transition_only"]["isEligible"]
    assert [error["code"] for error in rows["transition_with_license_transfer"]["errors"]] == [3]
    assert into_target(cloud, 10, transitionType="transition_with_license_transfer").refusal == (403, 800020)
    into_target(cloud, 10)
    assert held(cloud) == {sku_of(cloud, BASIC)}
    assert [(one["name"], one["status"]) for one in history(cloud)["events"]] == [
        ("Conversion", "Started"),
        ("Conversion", "Completed"),
        ("LicenseReassignment", "Failed"),
    ]


def test_what_the_body_says_of_the_source_must_be_so() -> None:
    cloud = two()

    assert into_target(cloud, 4, fromSubscriptionId=cloud.id_of("target")).refusal == (400, 800002)
    assert into_target(cloud, 4, fromCatalogItemId=target_of(cloud)).refusal == (400, 800002)
    assert into_target(cloud, 4, fromCatalogItemId=cloud.subscription("main")["offerId"]).status == 200


def test_the_target_is_one_of_the_partners_own_and_another_one() -> None:
    foreign = a_subscription(owner="other.onmicrosoft.com")
    cloud = a_cloud(subscriptions={"main": a_basic(), "target": foreign})

    assert into_target(cloud, 4).refusal == (404, 20003)
    assert transition(cloud, 4, toSubscriptionId=cloud.id_of("main")).refusal == (400, 900259)


def test_the_pool_of_the_target_holds() -> None:
    cloud = two({"quantity": 295})

    assert into_target(cloud, 6).refusal == (403, 800088)
    assert into_target(cloud, 5).status == 200


def test_an_integration_sandbox_has_no_room_for_more_seats() -> None:
    cloud = two({"quantity": 20})
    cloud.world.partners[PARTNER].is_sandbox = True

    assert into_target(cloud, 6).refusal == (400, 800018)
    assert into_target(cloud, 5).status == 200


def test_what_is_under_way_is_not_touched_a_second_time() -> None:
    subscriptions = {"main": a_basic(), "target": a_subscription(), "second": a_basic()}
    cloud = a_cloud(subscriptions=subscriptions, upgrade_delay="PT30M")
    into_target(cloud, 4)
    path = f"/customers/{CONTOSO}/subscriptions/{cloud.id_of('second')}/transitions"
    body = {"toCatalogItemId": target_of(cloud), "quantity": 2, "transitionType": "transition_only"}

    assert into_target(cloud, 2).refusal == (409, 800082)
    assert cloud.patch("target", quantity=12).refusal == (409, 800082)
    assert cloud.post(path, {**body, "toSubscriptionId": cloud.id_of("target")}).refusal == (400, 900261)
    cloud.advance(minutes=31)
    assert [cloud.subscription(name)["quantity"] for name in ("main", "target")] == [6, 14]
