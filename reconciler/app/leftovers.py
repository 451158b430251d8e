"""What became of orders that an earlier run began and whose entries have left the files, asked before a plan is made.

    found = await read(customer, ledger, session)     by address; empty where there is none, and then nothing is asked

Source: https://learn.microsoft.com/partner-center/developer/cart-resources, get-an-order-by-id (partner-center.md 5.1-
5.3). Must not: check a cart out, though that would give its first result: a plan sends nothing.

Questionable on purpose: an order whose number was not noted is told by product, term and name of its cart, and where
the cart is gone by our name for the subscription. Two orders alike within minutes would be taken for one.
"""

from __future__ import annotations

from typing import Any

from reconciler import kinds
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import instants
from reconciler.kinds.partner import subscription_purchase
from reconciler.model.address import Address
from reconciler.model.errors import CloudError, NotFound
from reconciler.model.ledger import CustomerLedger, LedgerEntry
from reconciler.model.purchase import Became, Fate
from reconciler.model.repository import DesiredCustomer

Row = dict[str, Any]  # Any: the vendor's JSON


async def read(
    customer: DesiredCustomer, ledger: CustomerLedger, session: CustomerSession | None
) -> dict[Address, Became]:
    """What became of each."""
    ordered = {kind.name for kind in kinds.ALL if kind.ordered}
    left = {
        address: entry
        for address, entry in ledger.resources.items()
        if address.kind in ordered and entry.purchase and not entry.id and address not in customer.resources
    }
    if not left or session is None or not session.has_commerce:
        return {}
    return {address: await _became(session, address, entry) for address, entry in sorted(left.items())}


async def _became(session: CustomerSession, address: Address, entry: LedgerEntry) -> Became:
    try:
        path = f"/customers/{await session.tenant_id()}"
        if entry.order:
            return _of_order(await session.partner.get(f"{path}/orders/{entry.order}"), None)
        try:
            cart = await session.partner.get(f"{path}/carts/{entry.cart}")
        except NotFound:
            cart = {}
        if cart and str(cart.get("status") or "").lower() != subscription_purchase.SUBMITTED:
            return Became(Fate.CART, until=str(cart.get("expirationTimestamp") or "")[:10])
        wanted = next(iter(cart.get("lineItems") or ()), {"friendlyName": address.key})
        begun = instants.read(entry.at)
        for order in await session.partner.listing(f"{path}/orders", fresh=True):
            if begun and subscription_purchase.since(order, begun):
                found = _of_order(order, wanted)
                if found.fate is not Fate.NOTHING:
                    return found
    except CloudError as error:
        return Became(Fate.UNKNOWN, why=str(error))
    why = (
        "its cart was ordered, and no order of it is listed"
        if cart
        else "its cart is gone, and no order of it is listed"
    )
    return Became(Fate.NOTHING, why=why)


def _of_order(order: Row, wanted: Row | None) -> Became:
    """What one order says; NOTHING where it is not the one that is meant, or bought nothing. A cart has one line."""
    number = str(order.get("id") or "")
    if subscription_purchase.is_dead(order):
        return Became(Fate.NOTHING, number, why=f"order {number} ended as {order.get('status')}")
    line = next((line for line in order.get("lineItems") or () if wanted is None or _is(line, wanted)), None)
    if line is None:
        return Became(Fate.NOTHING, number, why=f"order {number} is of something else")
    bought = str(line.get("subscriptionId") or "").lower()
    return Became(Fate.ORDERED if bought else Fate.PENDING, number, bought)


def _is(line: Row, wanted: Row) -> bool:
    """True for the line of an order that a cart's line has become; of a cart that is gone only the name is known."""
    item = str(wanted.get("catalogItemId") or "").split(":")[:2]
    same = not wanted.get("catalogItemId") or str(line.get("offerId") or "").split(":")[:2] == item
    return same and line.get("friendlyName") == wanted.get("friendlyName")
