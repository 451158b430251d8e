"""Seats as the directory counts them; rows as graph.md 7.1 shows them."""

from __future__ import annotations

import pytest

from kinds.builders import SPB_ID, VISIO_ID, a_sku_row
from kinds.vendor import Reply, Vendor, read, rows
from reconciler.kinds.entra import sku
from reconciler.kinds.entra.sku import KIND, SkuFacts, SkuSpec
from reconciler.model.errors import Unexpected
from reconciler.model.seats import Pool


def test_a_sku_is_keyed_by_its_part_number() -> None:
    lives = read(KIND, Vendor({"GET /subscribedSkus": rows(a_sku_row())}))

    assert list(lives) == ["SPB"]
    assert lives["SPB"].spec == SkuSpec(part_number="SPB", sku_id=SPB_ID, enabled=10, warning=0, consumed=4)


def test_two_skus_of_one_part_number_are_told_apart_by_their_ids() -> None:
    twins = rows(a_sku_row("MCOPSTN5", SPB_ID.upper()), a_sku_row("MCOPSTN5", VISIO_ID), a_sku_row("SPB", "x"))

    assert list(read(KIND, Vendor({"GET /subscribedSkus": twins}))) == [
        f"MCOPSTN5:{SPB_ID}",
        f"MCOPSTN5:{VISIO_ID}",
        "SPB",
    ]


def test_seats_in_their_grace_period_can_still_be_used() -> None:
    units = {"enabled": 8, "warning": 3, "suspended": 5, "lockedOut": 1}
    live = sku.from_wire(a_sku_row(prepaidUnits=units), "SPB", "contoso")

    assert KIND.pool(live) == Pool("SPB", usable=11, held=4)


@pytest.mark.parametrize("status", ["Enabled", "Warning"])
def test_a_tenant_with_subscriptions_and_without_skus_was_not_read_whole(status: str) -> None:
    listed = rows({"id": "s", "status": status, "skuId": VISIO_ID})
    vendor = Vendor({"GET /subscribedSkus": rows(), "GET /directory/subscriptions": listed})

    with pytest.raises(Unexpected, match="no SKU came, and 1 subscriptions are in force"):
        read(KIND, vendor)


@pytest.mark.parametrize("listed", [rows(), rows({"id": "s", "status": "Deleted", "skuId": VISIO_ID})], ids=str)
def test_a_tenant_may_have_nothing(listed: Reply) -> None:
    vendor = Vendor({"GET /subscribedSkus": rows(), "GET /directory/subscriptions": listed})

    assert read(KIND, vendor) == {}


def test_a_sku_of_the_whole_company_is_no_pool() -> None:
    assert KIND.pool(sku.from_wire(a_sku_row(appliesTo="Company"), "SPB", "contoso")) is None


@pytest.mark.parametrize(
    ("name", "mailbox"),
    [
        ("EXCHANGE_S_STANDARD", True),
        ("EXCHANGE_S_ENTERPRISE_GOV", True),
        ("EXCHANGE_S_DESKLESS", True),
        ("EXCHANGE_L_STANDARD", True),
        ("EXCHANGE_S_FOUNDATION", False),
        ("EXCHANGE_S_FOUNDATION_GOV", False),
        ("EXCHANGE_S_ARCHIVE_ADDON", False),
        ("EXCHANGE_ANALYTICS", False),
        ("MIP_S_EXCHANGE_CO", False),
    ],
)
def test_a_mailbox_is_told_by_the_name_of_the_service_plan(name: str, *, mailbox: bool) -> None:
    row = a_sku_row(servicePlans=[{"servicePlanName": name, "servicePlanId": VISIO_ID}])

    assert sku.facts(row).has_mailbox is mailbox


def test_service_plans_are_known_by_upper_case_names_and_lower_case_ids() -> None:
    row = a_sku_row(servicePlans=[{"servicePlanName": "Yammer_Enterprise", "servicePlanId": VISIO_ID.upper()}])

    facts = sku.facts(row)

    assert isinstance(facts, SkuFacts)
    assert facts.plans == {"YAMMER_ENTERPRISE": VISIO_ID}


@pytest.mark.parametrize(
    ("text", "key"),
    [(" spb ", "SPB"), (SPB_ID.upper(), SPB_ID), (f"mcopstn5:{SPB_ID.upper()}", f"MCOPSTN5:{SPB_ID}")],
    ids=["part number", "id", "both"],
)
def test_a_sku_has_one_written_form(text: str, key: str) -> None:
    assert sku.normalized(text) == key
