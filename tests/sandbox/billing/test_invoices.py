"""Invoices as Partner Center lists them, and their lines in the first version of the API."""

import re
from typing import Any

import pytest

from reconciler.sandbox import worldload
from reconciler.sandbox.worlddump import dump
from sandbox.partner.cloud import CONTOSO, PARTNER, Cloud, a_cloud, a_subscription

from .bills import a_shop, buy, named


def a_billed_cloud(now: str = "2026-11-08T00:00:00Z", **given: Any) -> Cloud:
    """Ten seats at 18.10 a month since March."""
    cloud = a_cloud(subscriptions={"main": a_subscription(**given)})
    cloud.set_clock(now)
    return cloud


def numbers(cloud: Cloud) -> list[str]:
    return [str(one["id"]) for one in cloud.get("/invoices").json["items"]]


def test_an_invoice_is_of_a_calendar_month_and_appears_on_the_eighth_of_the_next() -> None:
    cloud = a_billed_cloud("2026-11-07T23:59:59Z")
    before = cloud.get("/invoices").json["items"]
    cloud.set_clock("2026-11-08T00:00:00Z")

    after = cloud.get("/invoices").json["items"]

    assert len(after) == len(before) + 1 == 8
    assert (after[-1]["invoiceDate"], after[-1]["totalCharges"]) == ("2026-11-08T00:00:00Z", 181.0)
    assert after[-1]["billingPeriodStartDate"] == "2026-10-01T00:00:00Z"
    assert after[-1]["billingPeriodEndDate"] == "2026-10-31T23:59:59Z"


def test_invoices_are_numbered_as_those_of_new_commerce_and_in_order() -> None:
    found = numbers(a_billed_cloud())

    assert all(re.fullmatch(r"G\d{9}", one) for one in found)
    assert found == sorted(set(found))


def test_size_and_offset_are_ignored() -> None:
    cloud = a_billed_cloud()

    got = cloud.get("/invoices?size=1&offset=1").json

    assert len(got["items"]) == 8
    assert "next" not in got["links"]


def test_an_invoice_is_found_by_its_number_and_by_its_link() -> None:
    cloud = a_billed_cloud()
    listed = cloud.get("/invoices").json["items"][-1]

    by_number = cloud.get(f"/invoices/{listed['id']}").json
    by_link = cloud.get(listed["links"]["self"]["uri"]).json

    assert by_number == by_link == {**listed, "pdfDownloadLink": f"/invoices/{listed['id']}/documents/statement"}
    assert cloud.get("/invoices/G000000000").refusal == (404, 1000)


def test_the_total_of_an_invoice_is_that_of_its_lines() -> None:
    cloud = a_shop("10.08", now="2024-06-18T08:00:00Z")
    buy(cloud, 10)
    cloud.set_clock("2024-06-20T08:00:00Z")
    cloud.patch(named(cloud), quantity=12)
    cloud.set_clock("2024-07-08T00:00:00Z")
    invoice = cloud.get("/invoices").json["items"][0]

    lines = cloud.get(f"/invoices/{invoice['id']}/lineitems?provider=onetime&invoicelineitemtype=billinglineitems").json

    assert invoice["totalCharges"] == 119.61
    assert [line["subtotal"] for line in lines["items"]] == ["100.8", "-94.08", "112.89"]
    assert len({line["referenceId"] for line in lines["items"]}) == 2


def test_lines_are_paged_with_a_token() -> None:
    cloud = a_shop("10.08", now="2024-06-18T08:00:00Z", page_size=2)
    for name in ("One", "Two", "Three"):
        buy(cloud, 1, friendlyName=name)
    cloud.set_clock("2024-07-08T00:00:00Z")
    invoice = numbers(cloud)[0]

    first = cloud.get(f"/invoices/{invoice}/lineitems/OneTime/BillingLineItems?size=2000").json
    link = first["links"]["next"]
    second = cloud.get(link["uri"], **{one["key"]: one["value"] for one in link["headers"]}).json

    assert [len(page["items"]) for page in (first, second)] == [2, 1]


def test_a_line_names_customer_subscription_and_term() -> None:
    cloud = a_billed_cloud("2025-04-10T00:00:00Z", start="2025-01-15")
    invoice = numbers(cloud)[-1]

    line = cloud.get(f"/invoices/{invoice}/lineitems/onetime/billinglineitems").json["items"][0]

    kept = ("customerId", "subscriptionId", "invoiceNumber", "chargeType", "chargeStartDate", "chargeEndDate")
    assert [line[name] for name in kept] == [
        *(CONTOSO, cloud.id_of("main"), invoice, "cycleCharge"),
        *("2025-03-15T00:00:00Z", "2025-04-14T00:00:00Z"),
    ]
    assert (line["termAndBillingCycle"], line["billingFrequency"]) == (
        "One-Year commitment for monthly/yearly billing",
        "Monthly",
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("lineitems?provider=office&invoicelineitemtype=billinglineitems", 400),
        ("lineitems?provider=onetime&invoicelineitemtype=usagelineitems", 400),
        ("lineitems?provider=onetime&invoicelineitemtype=billinglineitems", 501),
    ],
    ids=["legacy", "usage", "after-the-freeze"],
)
def test_lines_that_the_first_version_does_not_have(path: str, status: int) -> None:
    cloud = a_billed_cloud()

    assert cloud.get(f"/invoices/{numbers(cloud)[-1]}/{path}").status == status


@pytest.mark.parametrize("name", ["unbilled/lineitems", "summary", "estimates"])
def test_what_is_not_played_is_not_taken_for_an_invoice(name: str) -> None:
    query = "?provider=onetime&invoicelineitemtype=billinglineitems" if "/" in name else ""

    assert a_billed_cloud().get(f"/invoices/{name}{query}").status == 501


def test_another_partners_subscriptions_are_not_billed() -> None:
    assert numbers(a_billed_cloud(owner="other.onmicrosoft.com")) == []


def test_a_dump_keeps_what_was_charged() -> None:
    cloud = a_shop("10.08", now="2024-06-18T08:00:00Z")
    buy(cloud, 10)
    cloud.set_clock("2024-06-20T08:00:00Z")
    cloud.patch(named(cloud), quantity=12)

    again = Cloud(worldload.load(dump(cloud.world)))
    again.set_clock("2024-07-08T00:00:00Z")

    assert [one["totalCharges"] for one in again.get("/invoices").json["items"]] == [119.61]
    assert PARTNER in again.world.partners
