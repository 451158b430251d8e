"""Catalog reads, and the availability ids that rotate."""

import pytest

from .cloud import ADD_ON, BASIC, CONTOSO, PREMIUM, TRIAL, a_cloud

_PRODUCT, _SKU = PREMIUM.split(":")


def test_products_need_country_and_view() -> None:
    cloud = a_cloud()

    assert cloud.get("/products?targetView=OnlineServices").status == 400
    assert cloud.get("/products?country=DE").status == 400


def test_a_product_with_two_skus_is_listed_once() -> None:
    rows = a_cloud().get("/products?country=DE&targetView=OnlineServices").json["items"]

    assert sorted(row["id"] for row in rows) == sorted({one.split(":")[0] for one in (PREMIUM, BASIC, ADD_ON, TRIAL)})
    assert {row["productType"]["id"] for row in rows} == {"OnlineServicesNCE"}


def test_another_view_or_segment_is_empty() -> None:
    cloud = a_cloud()

    assert cloud.get("/products?country=DE&targetView=Azure").json["totalCount"] == 0
    assert cloud.get("/products?country=DE&targetView=OnlineServices&targetSegment=education").json["totalCount"] == 0


def test_a_sku_names_its_graph_sku_bounds_and_prerequisites() -> None:
    cloud = a_cloud()
    product, sku = ADD_ON.split(":")

    got = cloud.get(f"/products/{product}/skus/{sku}?country=DE").json

    assert got["dynamicAttributes"]["provisioningId"] == cloud.world.catalog[ADD_ON].sku_id
    assert got["dynamicAttributes"]["prerequisiteSkus"] == [PREMIUM]
    assert (got["minimumQuantity"], got["maximumQuantity"]) == (5, 1000)


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/products/CFQ7ZZZZZZZZ", (404, 400013)),
        (f"/products/{_PRODUCT}/skus/0099", (404, 400018)),
        (f"/products/{_PRODUCT}/skus/{_SKU}/availabilities/CFQ7ZZZZZZZZ", (404, 400019)),
    ],
    ids=["product", "sku", "availability"],
)
def test_what_is_not_in_the_catalog_is_not_found(path: str, refusal: tuple[int, int]) -> None:
    assert a_cloud().get(f"{path}?country=DE").refusal == refusal


def test_there_is_one_availability_of_each_term_with_its_billing_cycles() -> None:
    rows = a_cloud().get(f"/products/{_PRODUCT}/skus/{_SKU}/availabilities?country=DE").json["items"]

    offered = {row["terms"][0]["duration"]: [term["billingCycle"] for term in row["terms"]] for row in rows}
    assert offered == {"P1M": ["Monthly"], "P1Y": ["Monthly", "Annual"], "P3Y": ["Monthly", "Annual"]}


def test_availability_ids_change_with_the_month() -> None:
    cloud = a_cloud()
    path = f"/products/{_PRODUCT}/skus/{_SKU}/availabilities"
    before = cloud.get(f"{path}?country=DE").json["items"][0]["id"]
    cloud.set_clock("2026-12-01T00:00:00Z")

    assert cloud.get(f"{path}/{before}?country=DE").refusal == (404, 400019)


def test_a_customers_catalog_has_the_customers_market() -> None:
    got = a_cloud().get(f"/customers/{CONTOSO}/products/{_PRODUCT}/skus/{_SKU}/availabilities").json

    assert {row["country"] for row in got["items"]} == {"DE"}
    assert {row["defaultCurrency"]["code"] for row in got["items"]} == {"EUR"}
