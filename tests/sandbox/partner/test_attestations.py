"""What a buyer must agree to: shown with the SKU, refused without, taken with."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.sandbox import worlddump, worldload
from reconciler.sandbox.world import Attestation

from .cloud import CONTOSO, PREMIUM, Cloud, a_cloud, a_world
from .test_purchases import a_cart, a_line, check_out, item_id

_PRODUCT, _SKU = PREMIUM.split(":")


def a_careful_cloud(*, enforce: bool = True) -> Cloud:
    """Premium asks for an attestation."""
    world = a_world()
    world["catalog"][PREMIUM]["attestation"] = {"type": "Windows365", "enforce": enforce}
    return Cloud(worldload.load(world))


def an_order(cloud: Cloud, **given: Any) -> dict[str, Any]:
    line = {"offerId": item_id(cloud, PREMIUM), "quantity": 5, "termDuration": "P1Y", **given}
    return {"billingCycle": "monthly", "lineItems": [line]}


@pytest.mark.parametrize("enforce", [True, False], ids=["enforced", "not-enforced"])
def test_a_sku_says_what_it_asks_for(enforce: bool) -> None:
    got = a_careful_cloud(enforce=enforce).get(f"/customers/{CONTOSO}/products/{_PRODUCT}/skus/{_SKU}").json

    assert got["attestationProperties"] == {"attestationType": "Windows365", "enforceAttestation": enforce}


def test_a_sku_that_asks_for_nothing_has_no_such_member() -> None:
    assert "attestationProperties" not in a_cloud().get(f"/products/{_PRODUCT}/skus/{_SKU}?country=DE").json


@pytest.mark.parametrize("given", [{}, {"attestationAccepted": False}], ids=["absent", "declined"])
def test_a_cart_line_without_it_is_wrong_and_cannot_be_checked_out(given: dict[str, Any]) -> None:
    cloud = a_careful_cloud()

    cart = a_cart(cloud, a_line(cloud, **given))

    assert cart.json["lineItems"][0]["error"]["errorCode"] == "10012"
    assert check_out(cloud, cart).refusal == (400, 800009)


def test_a_cart_line_with_it_is_bought() -> None:
    cloud = a_careful_cloud()

    cart = a_cart(cloud, a_line(cloud, attestationAccepted=True))

    assert cart.json["lineItems"][0]["attestationAccepted"] is True
    assert len(check_out(cloud, cart).json["orders"]) == 1


def test_an_attestation_that_is_not_enforced_may_be_left_out() -> None:
    cloud = a_careful_cloud(enforce=False)

    assert "error" not in a_cart(cloud, a_line(cloud)).json["lineItems"][0]


def test_an_order_without_it_is_refused_and_with_it_taken() -> None:
    cloud = a_careful_cloud()
    path = f"/customers/{CONTOSO}/orders"

    assert cloud.post(path, an_order(cloud)).refusal == (400, 900203)
    assert cloud.post(path, an_order(cloud, attestationAccepted=True)).status == 201


def test_an_attestation_is_true_or_false() -> None:
    cloud = a_careful_cloud()

    assert a_cart(cloud, a_line(cloud, attestationAccepted="yes")).refusal == (400, 800002)


def test_a_demand_that_came_after_the_cart_stops_the_checkout_of_its_group() -> None:
    cloud = a_cloud()
    cart = a_cart(cloud, a_line(cloud))
    asked = Attestation("Windows365", is_enforced=True)
    cloud.world.catalog[PREMIUM] = replace(cloud.world.catalog[PREMIUM], attestation=asked)

    assert check_out(cloud, cart).json["orderErrors"][0]["code"] == 900203


def test_a_dump_keeps_the_demand() -> None:
    world = a_careful_cloud(enforce=False).world

    again = worldload.load(worlddump.dump(world))

    assert again.catalog[PREMIUM].attestation == Attestation("Windows365", is_enforced=False)
