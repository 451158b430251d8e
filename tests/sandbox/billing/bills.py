"""A cloud whose subscriptions are bought, changed and billed at named moments, and its bills in short."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reconciler.sandbox import worldload
from reconciler.sandbox.billing import invoices
from sandbox.partner.cloud import BASIC, PARTNER, PREMIUM, Cloud, a_subscription, a_world
from sandbox.partner.test_purchases import a_cart, a_line, check_out

# Charge type, first and last day, effective unit price, seats, subtotal: what Microsoft's tables of examples show.
Row = tuple[str, str, str, str, int, str]


def a_shop(price: str = "10.08", *, now: str = "2026-06-18T08:00:00Z", **given: Any) -> Cloud:
    """A cloud that sells Premium and Basic at this price a month; nobody has anything yet."""
    world = a_world(**given)
    offers = [{"term": term, "billing": "monthly", "price": price} for term in ("P1M", "P1Y", "P3Y")]
    yearly = [{"term": term, "billing": "annual", "price": "120.96"} for term in ("P1Y", "P3Y")]
    for product in (PREMIUM, BASIC):
        world["catalog"][product]["terms"] = offers + yearly
    cloud = Cloud(worldload.load(world))
    cloud.set_clock(now)
    return cloud


def buy(cloud: Cloud, quantity: int, **given: Any) -> None:
    """Buy what is called "Branch" afterwards, unless another name is given."""
    usual = {"quantity": quantity, "termDuration": "P1M"}
    assert check_out(cloud, a_cart(cloud, a_line(cloud, **{**usual, **given}))).status == 201


def named(cloud: Cloud, friendly_name: str = "Branch") -> str:
    """The world's own name of what was bought."""
    return next(one.name for one in cloud.tenant.subscriptions.values() if one.friendly_name == friendly_name)


def set_seats(cloud: Cloud, moment: str, quantity: int) -> None:
    cloud.set_clock(moment)
    assert cloud.patch(named(cloud), quantity=quantity).status == 200


def bill(cloud: Cloud, moment: str | None = None) -> list[Row]:
    """All charges until a moment."""
    if moment is not None:
        cloud.set_clock(moment)
        cloud.get("/invoices")
    found = invoices.lines(cloud.world, cloud.world.partners[PARTNER], cloud.world.clock.now())
    return [_row(line) for line in found]


def _row(line: invoices.Line) -> Row:
    one = line.charge
    unit = f"{one.unit.quantize(Decimal('0.001')).normalize():f}"
    return one.why, one.first.isoformat(), one.last.isoformat(), unit, one.quantity, f"{one.subtotal.normalize():f}"


__all__ = ["BASIC", "PARTNER", "PREMIUM", "Cloud", "a_shop", "a_subscription", "bill", "buy", "named", "set_seats"]
