"""Reading a market: which requests are made, and what is known after answers of every kind."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
import pytest
from cloud.clouds import Cloud, reply, with_customer

from catalog.rows import BASIC, DE, a_collection, a_product, a_sku, a_term, an_availability
from reconciler.catalog import reading
from reconciler.catalog.reading import Listing, Reading
from reconciler.cloud.sessions import CustomerSession
from reconciler.model.market import Market

PRODUCT = "CFQ7TTC0LH18"
SKUS = f"/v1/products/{PRODUCT}/skus"
AVAILABILITIES = f"{SKUS}/0001/availabilities"
NO_PRODUCT = reply(404, {"code": 400013, "description": "Product not found"})
NO_SKU = reply(404, {"code": 400018, "description": "SKU not found"})
USUAL = {
    SKUS: reply(200, a_collection(a_sku(maximumQuantity=300))),
    AVAILABILITIES: reply(200, a_collection(an_availability(a_term()))),
}


def cloud(answers: Mapping[str, httpx2.Response]) -> Cloud:
    known = {**USUAL, **answers}
    return Cloud(lambda request: known[request.url.path])


def read(
    answers: Mapping[str, httpx2.Response], wanted: Mapping[str, tuple[str, ...]] | None = None, market: Market = DE
) -> list[Reading]:
    async def work(customer: CustomerSession) -> list[Reading]:
        return await reading.read(customer.partner, market, wanted or {PRODUCT: (BASIC,)}, 4)

    return with_customer(cloud(answers), work)


def listed(answer: httpx2.Response) -> Listing:
    async def work(customer: CustomerSession) -> Listing:
        return await reading.products(customer.partner, DE)

    return with_customer(cloud({"/v1/products": answer}), work)


def test_a_sku_is_read_with_its_terms() -> None:
    (found,) = read({})

    assert (found.product, found.facts["max"], found.gone, found.trouble) == (BASIC, 300, False, "")
    assert found.sale is not None
    assert dict(found.sale.pairs) == {("P1Y", "annual"): False}


def test_each_request_names_the_country_and_the_segment() -> None:
    asked = cloud({})

    async def work(customer: CustomerSession) -> None:
        await reading.read(customer.partner, Market(country="CH", segment="education"), {PRODUCT: (BASIC,)}, 4)

    with_customer(asked, work)

    assert asked.paths() == [
        f"GET {SKUS}?country=CH&targetSegment=education",
        f"GET {AVAILABILITIES}?country=CH&targetSegment=education",
    ]


def test_all_skus_of_a_product_are_read_where_none_is_named() -> None:
    answers = {
        SKUS: reply(200, a_collection(a_sku(), a_sku(id="0002"), a_sku(id="?"))),
        f"{SKUS}/0002/availabilities": reply(200, a_collection(an_availability(a_term("P1M", "Monthly")))),
    }

    assert [found.product for found in read(answers, {PRODUCT: ()})] == [BASIC, f"{PRODUCT}:0002"]


GONE = {
    "no such product": {SKUS: NO_PRODUCT},
    "no such SKU in its list": {SKUS: reply(200, a_collection(a_sku(id="0002")))},
    "a SKU that is not found": {AVAILABILITIES: NO_SKU},
    "no availability": {AVAILABILITIES: reply(200, a_collection())},
    "none that can be bought or renewed": {
        AVAILABILITIES: reply(200, a_collection(an_availability(a_term(), isPurchasable=False, isRenewable=False)))
    },
}


@pytest.mark.parametrize("name", GONE)
def test_what_the_service_says_is_not_there_is_gone(name: str) -> None:
    (found,) = read(GONE[name])

    assert (found.product, found.gone) == (BASIC, True)


NOT_KNOWN = {
    "a list of SKUs that is short": ({SKUS: reply(200, a_collection(total=3))}, False),
    "a list of availabilities that is short": (
        {AVAILABILITIES: reply(200, a_collection(an_availability(a_term()), total=2))},
        False,
    ),
    "a 404 that says something else": ({SKUS: reply(404, {"code": 20002, "description": "no relationship"})}, False),
    "a 404 from somebody else": ({SKUS: reply(404, b"<html>no such page</html>")}, False),
    "an answer that cannot be read": ({AVAILABILITIES: reply(200, {"message": "soon"})}, False),
    "a request that is refused": ({SKUS: reply(400, {"code": 400036, "description": "view not allowed"})}, False),
    "no permission": ({SKUS: reply(403, {"code": 900308, "description": "insufficient privileges"})}, True),
    "no permission for the terms": ({AVAILABILITIES: reply(403, {"code": 900308, "description": "no"})}, True),
}


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_what_was_not_read_whole_is_not_gone(name: str) -> None:
    answers, denied = NOT_KNOWN[name]

    (found,) = read(answers)

    assert (found.product, found.gone, found.denied) == (BASIC, False, denied)
    assert found.trouble


def test_trouble_with_one_product_costs_only_that() -> None:
    answers = {"/v1/products/CFQ7TTC0LDPB/skus": reply(403, {"code": 900308, "description": "no"})}

    found = read(answers, {"CFQ7TTC0LDPB": ("CFQ7TTC0LDPB:0001",), PRODUCT: (BASIC,)})

    assert [(one.product, bool(one.trouble)) for one in found] == [("CFQ7TTC0LDPB:0001", True), (BASIC, False)]


def test_the_listing_of_a_market_has_products_of_new_commerce() -> None:
    legacy = a_product(id="031c9e47-4802-4248-838e-778fb1d2cc05", productType={"id": "OnlineServices"})

    found = listed(reply(200, a_collection(a_product(), legacy)))

    assert ([product.id for product in found.products], found.trouble) == ([PRODUCT], "")


@pytest.mark.parametrize(
    ("answer", "denied"),
    [
        (reply(200, a_collection(a_product(), total=19)), False),
        (reply(403, {"code": 400036, "description": "target view not allowed"}), True),
        (reply(400, {"code": 800070, "description": "not in country"}), False),
    ],
    ids=["short", "no permission", "refused"],
)
def test_a_listing_that_is_not_whole_says_why(answer: httpx2.Response, denied: bool) -> None:
    found = listed(answer)

    assert found.trouble
    assert found.denied is denied
