"""Charges, held against Microsoft's published examples (Learn "Billing scenarios for one-time and select recurring
purchases"; years are moved to the sandbox's present, amounts are the page's own)."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.partner.cloud import TRIAL
from sandbox.partner.test_transitions import target_of

from .bills import BASIC, PREMIUM, Cloud, a_shop, a_subscription, bill, buy, named, set_seats


def upgrade(cloud: Cloud, quantity: int, **given: str) -> None:
    source = cloud.id_of(named(cloud))
    term = cloud.living(named(cloud)).term
    body = {"toCatalogItemId": target_of(cloud, term), "quantity": quantity, "transitionType": "transition_only"}
    path = f"/customers/{cloud.tenant.id}/subscriptions/{source}/transitions"
    assert cloud.post(path, {**body, **given}).status == 200


def test_a_monthly_term_is_charged_when_bought_and_when_renewed() -> None:
    cloud = a_shop()
    buy(cloud, 10)

    assert bill(cloud, "2026-07-20T08:00:00Z") == [
        ("new", "2026-06-18", "2026-07-17", "10.08", 10, "100.8"),
        ("renew", "2026-07-18", "2026-08-17", "10.08", 10, "100.8"),
    ]


def test_a_yearly_term_is_charged_each_cycle() -> None:
    cloud = a_shop()
    buy(cloud, 10, termDuration="P1Y")

    assert bill(cloud, "2026-08-18T00:00:00Z") == [
        ("new", "2026-06-18", "2026-07-17", "10.08", 10, "100.8"),
        ("cycleCharge", "2026-07-18", "2026-08-17", "10.08", 10, "100.8"),
        ("cycleCharge", "2026-08-18", "2026-09-17", "10.08", 10, "100.8"),
    ]


def test_a_year_paid_at_once_is_one_line() -> None:
    cloud = a_shop()
    buy(cloud, 10, termDuration="P1Y", billingCycle="annual")

    assert bill(cloud, "2027-06-17T08:00:00Z") == [("new", "2026-06-18", "2027-06-17", "120.96", 10, "1209.6")]


def test_the_cycles_of_a_term_that_began_on_a_last_day_keep_that_day() -> None:
    cloud = a_shop(now="2027-01-31T08:00:00Z")
    buy(cloud, 1, termDuration="P1Y")

    found = bill(cloud, "2027-06-30T08:00:00Z")

    assert [(row[1], row[2]) for row in found] == [
        ("2027-01-31", "2027-02-27"),
        ("2027-02-28", "2027-03-30"),
        ("2027-03-31", "2027-04-29"),
        ("2027-04-30", "2027-05-30"),
        ("2027-05-31", "2027-06-29"),
        ("2027-06-30", "2027-07-30"),
    ]


def test_seats_that_come_and_go_take_back_the_old_number_and_charge_the_new() -> None:
    cloud = a_shop()
    buy(cloud, 10)
    set_seats(cloud, "2026-06-20T08:00:00Z", 12)
    set_seats(cloud, "2026-06-20T09:00:00Z", 8)

    assert bill(cloud)[1:] == [
        ("addQuantity", "2026-06-20", "2026-07-17", "-9.408", 10, "-94.08"),
        ("addQuantity", "2026-06-20", "2026-07-17", "9.408", 12, "112.89"),
        ("removeQuantity", "2026-06-20", "2026-07-17", "-9.408", 12, "-112.89"),
        ("removeQuantity", "2026-06-20", "2026-07-17", "9.408", 8, "75.26"),
    ]


def test_many_changes_of_one_cycle() -> None:
    cloud = a_shop("12.00", now="2027-03-05T08:00:00Z")
    buy(cloud, 10)
    for day, quantity in (("07", 15), ("10", 25), ("12", 23), ("14", 20), ("25", 30)):
        set_seats(cloud, f"2027-03-{day}T08:00:00Z", quantity)

    # The page prints -195.87 for 23 seats at 12/31*22, which is -195.8709; and 8.52 where it is 8.516.
    assert [row[5] for row in bill(cloud)] == [
        *("120", "-112.25", "168.38", "-150.96", "251.61", "-232.25", "213.67"),
        *("-195.87", "170.32", "-85.16", "127.74"),
    ]


def test_a_cancellation_gives_back_the_days_that_are_left() -> None:
    cloud = a_shop(now="2026-07-15T08:00:00Z")
    buy(cloud, 10)
    cloud.set_clock("2026-07-17T09:00:00Z")
    cloud.patch(named(cloud), status="deleted")

    assert bill(cloud, "2026-10-01T00:00:00Z")[1:] == [
        ("cancelImmediate", "2026-07-17", "2026-08-14", "-9.42", 10, "-94.2")
    ]


def test_a_cancellation_within_a_day_gives_back_everything() -> None:
    cloud = a_shop(now="2026-07-15T08:00:00Z")
    buy(cloud, 10)
    cloud.set_clock("2026-07-16T08:00:00Z")
    cloud.patch(named(cloud), status="deleted")

    assert bill(cloud)[1:] == [("cancelImmediate", "2026-07-15", "2026-08-14", "-10.08", 10, "-100.8")]


@pytest.mark.parametrize(
    ("quantity", "back", "charged"),
    [(300, "-2316", "1476"), (100, "-772", "492")],
    ids=["all-seats", "some-seats"],
)
def test_an_upgrade_gives_back_and_charges_the_rest_of_the_cycle(quantity: int, back: str, charged: str) -> None:
    cloud = a_shop()
    premium = cloud.world.catalog[PREMIUM]
    offers = tuple(replace(one, price="6.43") for one in premium.terms)
    cloud.world.catalog[PREMIUM] = replace(premium, terms=offers)
    buy(cloud, 300, catalogItemId=item_of(cloud))
    cloud.set_clock("2026-06-25T08:00:00Z")

    upgrade(cloud, quantity)

    assert sorted(bill(cloud)) == [
        ("convert", "2026-06-25", "2026-07-17", "-7.72", quantity, back),
        ("convert", "2026-06-25", "2026-07-17", "4.92", quantity, charged),
        ("new", "2026-06-18", "2026-07-17", "10.08", 300, "3024"),
    ]


def item_of(cloud: Cloud, term: str = "P1M") -> str:
    """Basic's catalog item for a month, unless said otherwise."""
    product, sku = BASIC.split(":")
    rows = cloud.get(f"/products/{product}/skus/{sku}/availabilities?country=DE").json["items"]
    return next(str(row["catalogItemId"]) for row in rows if row["terms"][0]["duration"] == term)


@pytest.mark.parametrize("quantity", [10, 4], ids=["all-seats", "some-seats"])
def test_what_was_upgraded_is_charged_on_the_same_day_of_each_month(quantity: int) -> None:
    cloud = a_shop()
    buy(cloud, 10, catalogItemId=item_of(cloud, "P1Y"), termDuration="P1Y")
    cloud.set_clock("2026-06-25T08:00:00Z")
    upgrade(cloud, quantity)

    cycles = [row for row in bill(cloud, "2026-08-01T08:00:00Z") if row[0] == "cycleCharge"]

    assert {(row[1], row[2]) for row in cycles} == {("2026-07-18", "2026-08-17")}
    assert sum(row[4] for row in cycles) == 10


def test_seats_that_go_into_another_subscription_are_moved() -> None:
    target = a_subscription(start="2026-06-10", term="P1Y", quantity=5)
    cloud = a_shop(subscriptions={"target": target})
    buy(cloud, 10, catalogItemId=item_of(cloud))
    cloud.set_clock("2026-06-25T08:00:00Z")

    upgrade(cloud, 4, toSubscriptionId=cloud.id_of("target"))

    assert [row for row in bill(cloud) if row[0] == "moveQuantity"] == [
        ("moveQuantity", "2026-06-25", "2026-07-17", "-7.72", 4, "-30.88"),
        ("moveQuantity", "2026-06-25", "2026-07-09", "5.04", 4, "20.16"),
    ]
    assert [row[4] for row in bill(cloud, "2026-07-10T08:00:00Z") if row[0] == "cycleCharge"] == [9]


def test_a_trial_costs_nothing_and_its_conversion_a_whole_cycle() -> None:
    cloud = a_shop("52.61", now="2026-06-25T08:00:00Z")
    product, sku = TRIAL.split(":")
    rows = cloud.get(f"/products/{product}/skus/{sku}/availabilities?country=DE").json["items"]
    buy(cloud, 25, catalogItemId=rows[0]["catalogItemId"], billingCycle="none")
    source = cloud.id_of(named(cloud))
    body = {"toCatalogItemId": target_of(cloud), "quantity": 25, "transitionType": "transition_only"}
    cloud.post(f"/customers/{cloud.tenant.id}/subscriptions/{source}/transitions", body)

    assert bill(cloud) == [
        ("new", "2026-06-25", "2026-07-24", "0", 25, "0"),
        ("convert", "2026-06-25", "2026-07-24", "0", 25, "0"),
        ("convert", "2026-06-25", "2026-07-24", "52.61", 25, "1315.25"),
    ]


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        (("annual", "monthly"), ("2027-09-20", "2027-10-19", "20", 10, "200")),
        (("monthly", "annual"), ("2026-10-20", "2027-09-19", "229.16", 10, "2291.6")),
    ],
    ids=["annual-to-monthly", "monthly-to-annual"],
)
def test_another_billing_plan_begins_with_the_next_cycle(plans: tuple[str, str], expected: Any) -> None:
    cloud = a_shop("20", now="2026-09-20T08:00:00Z")
    premium = cloud.world.catalog[PREMIUM]
    offers = tuple(replace(one, price="250") if one.billing == "annual" else one for one in premium.terms)
    cloud.world.catalog[PREMIUM] = replace(premium, terms=offers)
    buy(cloud, 10, termDuration="P3Y", billingCycle=plans[0])
    name = named(cloud)
    product, sku, availability = cloud.subscription(name)["offerId"].split(":")
    wanted = {"productId": product, "skuId": sku, "availabilityId": availability, "termDuration": "P3Y"}
    cloud.patch(name, nextChargeInstructions={"product": {**wanted, "billingCycle": plans[1]}, "quantity": 10})

    assert bill(cloud, f"{expected[0]}T08:00:00Z")[1:] == [("changeBillingPlan", *expected)]


def test_a_term_that_is_cut_short_is_charged_by_its_days() -> None:
    cloud = a_shop("30.00", now="2026-11-02T08:00:00Z")
    buy(cloud, 2, customTermEndDate="2026-11-30")

    assert bill(cloud) == [("new", "2026-11-02", "2026-11-30", "29", 2, "58")]


def test_a_suspended_subscription_is_charged_like_any_other() -> None:
    cloud = a_shop()
    buy(cloud, 10, termDuration="P1Y")
    cloud.patch(named(cloud), status="suspended")

    assert [row[0] for row in bill(cloud, "2026-08-20T00:00:00Z")] == ["new", "cycleCharge", "cycleCharge"]


def test_nothing_is_charged_after_the_end() -> None:
    cloud = a_shop()
    buy(cloud, 10)
    name = named(cloud)
    action = {"scheduleType": "TermEnd", "actionType": "Cancel"}
    cloud.patch(name, autoRenewEnabled=False, scheduledActions=[action])

    assert [row[0] for row in bill(cloud, "2026-12-20T00:00:00Z")] == ["new"]


def test_the_extended_service_term_costs_three_percent_more() -> None:
    cloud = a_shop("10.00")
    buy(cloud, 10)
    cloud.patch(named(cloud), autoRenewEnabled=False)

    assert bill(cloud, "2026-07-20T00:00:00Z")[-1] == ("renew", "2026-07-18", "2026-08-17", "10.3", 10, "103")


def test_the_price_of_a_running_term_is_that_of_its_beginning() -> None:
    cloud = a_shop("10.00")
    buy(cloud, 10, termDuration="P1Y")
    premium = cloud.world.catalog[PREMIUM]
    cloud.world.catalog[PREMIUM] = replace(premium, terms=tuple(replace(one, price="99") for one in premium.terms))
    set_seats(cloud, "2026-06-18T09:00:00Z", 11)

    assert bill(cloud, "2026-07-18T00:00:00Z")[-1] == ("cycleCharge", "2026-07-18", "2026-08-17", "10", 11, "110")


def test_a_subscription_of_the_world_file_has_the_history_that_its_lots_tell() -> None:
    lots = [{"quantity": 8, "added": "2026-05-01T00:00:00Z"}, {"quantity": 2, "added": "2026-06-17T01:00:00+02:00"}]
    cloud = a_shop("30.00", subscriptions={"main": a_subscription(start="2026-05-01", quantity=10, lots=lots)})

    assert bill(cloud) == [
        ("new", "2026-05-01", "2026-05-31", "30", 8, "240"),
        ("cycleCharge", "2026-06-01", "2026-06-30", "30", 8, "240"),
        ("addQuantity", "2026-06-16", "2026-06-30", "-15", 8, "-120"),
        ("addQuantity", "2026-06-16", "2026-06-30", "15", 10, "150"),
    ]
