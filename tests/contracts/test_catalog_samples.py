"""Microsoft's published samples of products, SKUs and availabilities, through the catalog's own reading of them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts import reference, shapes
from reconciler.catalog import wire

pytestmark = [reference.needs(reference.SAMPLES), pytest.mark.contract]

Json = Any  # the vendor's documents
BASIC = "CFQ7TTC0LH18"


def rows(*starts: str) -> list[Json]:
    """The rows of all answers whose file starts so."""
    files = [row["file"] for row in reference.samples() if row["kind"] == "response"]
    found = [file for file in files if file.startswith(starts)]
    assert found or not reference.samples()
    return [row for file in found for row in shapes.elements(reference.sample(file))]


def of_basic(*starts: str) -> list[Json]:
    return [row for row in rows(*starts) if BASIC in (row["id"], row.get("productId"))]


def test_of_the_published_products_those_of_new_commerce_are_taken() -> None:
    found = [wire.product(row) for row in rows("products.list.", "product.get.")]

    assert {product.id for product in found if product} == {BASIC}
    assert {product.title for product in found if product} == {"Microsoft 365 Business Basic"}
    assert None in found


def test_every_published_sku_has_a_key_and_bounds() -> None:
    for row in rows("skus.list."):
        known = wire.facts(row)

        assert wire.key(row, row["productId"]) == f"{row['productId']}:{row['id']}"
        assert (known["min"], known["max"]) == (row["minimumQuantity"], row["maximumQuantity"])
        assert known["trial"] is row["isTrial"]


def test_the_published_sku_of_new_commerce_is_read_whole() -> None:
    (row,) = of_basic("skus.list.")

    assert wire.facts(row) == {
        "title": "Microsoft 365 Business Basic",
        "sku_id": "3b555118-da6a-4418-894f-7df1e2096870",
        "min": 1,
        "max": 300,
        "add_on": False,
        "trial": False,
        "prerequisites": (),
        "upgrades": ("CFQ7TTC0LDPB:0001", "CFQ7TTC0LF8Q:0001"),
    }


def test_every_published_availability_of_new_commerce_is_sold_as_its_term_says() -> None:
    found = of_basic("availabilities.list.", "availability.get.", "customer-availabilities.list.")

    assert found
    for row in found:
        sale = wire.sale([row], f"{row['productId']}:{row['skuId']}", "commercial", trial=False)
        assert sale is not None
        assert dict(sale.pairs) == {(term["duration"], term["billingCycle"].lower()): False for term in row["terms"]}
        assert sale.renews_to == ()


def test_a_published_reservation_is_sold_with_no_term_of_ours() -> None:
    found = [row for row in rows("availabilities.list.") if row["productId"] != BASIC]

    assert found
    for row in found:
        sale = wire.sale([row], f"{row['productId']}:{row['skuId']}", "commercial", trial=False)
        assert sale is not None
        assert dict(sale.pairs) == {}
