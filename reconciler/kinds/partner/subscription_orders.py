"""Ordering a subscription, once: look, make a cart, write it down, check it out, and wait for what it brings.

Sources: https://learn.microsoft.com/partner-center/developer/create-a-cart, update-a-cart, checkout-a-cart,
get-an-order-by-id, get-all-of-a-customer-s-orders (partner-center.md 5, 14).

A cart is no purchase; checking it out is, and the same cart checked out again gives the first result. So the cart is
noted before, and as long as nobody knows how that ended, this cart is the only one: looked at, filled anew and checked
out, never replaced by another one. Where it is gone, or there is no memory at all, orders that no listing of
subscriptions shows yet (up to 15 minutes) are looked for by their line before a cart is made.

Must not: order what somebody has bought since the plan was made, or send anything where the note cannot be written.

Questionable on purpose: a cart that is still open is used again even where the files want another number by now. A
checkout of the dead run may still arrive; with one cart the service sells once, whichever comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.core import sellable
from reconciler.kinds import instants
from reconciler.kinds.entra import listing
from reconciler.kinds.partner import subscription_purchase, subscription_wire, subscription_writes
from reconciler.kinds.partner.subscription_purchase import Line, Row
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.errors import Accepted, CloudError, Conflict, Exchange, NotFound, NotYetVisible, Rejected
from reconciler.model.performing import Performing
from reconciler.model.purchase import Purchase
from reconciler.model.renewal import Follows

LISTED_LATER = timedelta(hours=1)  # a subscription is listed within 15 minutes of its order (partner-center.md 14)
# partner-center.md 1.6
AVAILABILITY_GONE = "400019"
CART_BUSY = "800064"
CART_SUBMITTED = "800065"
NO_BASE = "400041"
NOT_ATTESTED = ("10012", "900203")


async def perform(session: CustomerSession, change: Change, context: Performing) -> dict[Address, str]:
    """Order what the row says and give the id of its subscription. Accepted while there is none yet."""
    address = Address(change.address.customer, "customer", change.address.customer)
    tenant = context.ids.get(address) or await session.tenant_id()
    buyer = _Buyer(session, f"/customers/{tenant}", change, context, Line.of(change))
    bought = await buyer.subscription()
    wanted = next((str(part.after) for part in change.fields if part.name == "end_of_term"), Follows.RENEW)
    if wanted != Follows.RENEW:  # what is bought is renewed, unless somebody arranges otherwise
        await subscription_writes.arrange(session, f"{buyer.customer}/subscriptions/{bought}", wanted)
    return {change.address: bought}


@dataclass(frozen=True, slots=True)
class _Buyer:
    """One purchase at one customer."""

    session: CustomerSession
    customer: str
    change: Change
    context: Performing
    line: Line

    async def subscription(self) -> str:
        """The id of what was bought, by this call or by an earlier one."""
        purchase = self.context.purchase(self.change.address)
        order, cart = await self._begun(purchase) if purchase else (None, "")
        if order is None:
            own = list(await self.session.partner.listing(f"{self.customer}/subscriptions", fresh=True))
            order = None if cart else await self._unseen(purchase, own)
            if order is None:
                self._refuse_bought(own)
                order = await self._bought(cart)
        return self._made(order)

    async def _begun(self, purchase: Purchase) -> tuple[Row | None, str]:
        """The order that a noted cart became, or the cart where it can still be used; neither where it is gone."""
        if purchase.order:
            order = await self.session.partner.get(f"{self.customer}/orders/{purchase.order}")
            return (order, purchase.cart) if self.line.ordered_by(order) else (None, "")
        try:
            cart = await self.session.partner.get(f"{self.customer}/carts/{purchase.cart}")
        except NotFound:
            return None, ""
        if str(cart.get("status") or "").lower() != subscription_purchase.SUBMITTED:
            return None, purchase.cart
        return await self._checked_out(purchase.cart), purchase.cart

    async def _unseen(self, purchase: Purchase | None, own: Sequence[Row]) -> Row | None:
        """An order of this line whose subscription no listing shows yet, or that was made since a cart was noted."""
        orders = await self.session.partner.listing(f"{self.customer}/orders", fresh=True)
        shown = {listing.id_of(document) for document in own}
        begun = instants.read(purchase.at) if purchase else None
        for order in orders:
            line = None if subscription_purchase.is_dead(order) else self.line.ordered_by(order)
            if line is None:
                continue
            bought = str(line.get("subscriptionId") or "").lower()
            late = bought not in shown and subscription_purchase.since(order, self.context.now - LISTED_LATER)
            if late or (begun is not None and subscription_purchase.since(order, begun)):
                return order
        return None

    def _refuse_bought(self, own: Sequence[Row]) -> None:
        """Conflict where somebody has bought the same since the plan was made: the next plan takes it over."""
        desired = self.change.desired
        by_name = desired is not None and "friendly_name" in desired.managed
        known = {live.remote_id for live in self.context.live.values()} | set(self.context.ids.values())
        for document in own:
            alike = subscription_wire.own_facts(document).active and self.line.is_like(document, by_name=by_name)
            if alike and listing.id_of(document) not in known:
                detail = f"{listing.id_of(document)} was bought since the plan was made and looks like it"
                raise Conflict(self._problem("GET", "subscriptions", "BoughtMeanwhile", detail))

    async def _bought(self, cart_id: str) -> Row:
        """Fill a cart, write it down, check it out."""
        cart_id = await self._filled(cart_id)
        try:
            return await self._checked_out(cart_id)
        except NotFound as error:
            if error.exchange.code != AVAILABILITY_GONE:
                raise
        await self._filled(cart_id)  # the availability changed in this very moment
        return await self._checked_out(cart_id)

    async def _filled(self, cart_id: str) -> str:
        """A cart with today's availability that nothing is wrong with, and that is noted."""
        product, _, sku = self.line.product.partition(":")
        path = f"{self.customer}/products/{product}/skus/{sku}/availabilities"
        offered = self.line.availability(await self.session.partner.listing(path, fresh=True))
        if not offered:
            detail = f"{self.line.product} is not sold with {self.line.term} {self.line.billing} to this customer today"
            raise Rejected(self._problem("GET", "availabilities", "NotSold", detail))
        await self._refuse_end()
        body = self.line.cart(offered)
        if cart_id:
            path, body = f"{self.customer}/carts/{cart_id}", {"id": cart_id, **body}
        cart = await self._sent("PUT" if cart_id else "POST", path if cart_id else f"{self.customer}/carts", body)
        for code, text in subscription_purchase.wrong(cart):
            raise self._refused(code, text)
        if not cart_id:
            cart_id = str(cart["id"])
            self._note(cart_id)
        return cart_id

    async def _refuse_end(self) -> None:
        if not self.line.ends:
            return
        path = f"{self.customer}/subscriptions/customTermEndDates?term_duration={self.line.term}"
        if not self.line.may_end(await self.session.partner.listing(path, fresh=True)):
            detail = f"the service does not let a term of {self.line.term} end on {self.line.ends}"
            raise Rejected(self._problem("GET", "subscriptions/customTermEndDates", "EndNotOffered", detail))

    async def _checked_out(self, cart_id: str) -> Row:
        """The order that a cart is, now or since an earlier checkout; noted."""
        path = f"{self.customer}/carts/{cart_id}/checkout"
        try:
            result = await self._sent("POST", path, None)
        except Rejected as error:
            if error.exchange.code != CART_SUBMITTED:
                raise
            found = await self._unseen(self.context.purchase(self.change.address), ())
            if found is None:
                detail = f"cart {cart_id} was ordered, and its order is not listed yet"
                raise Accepted(replace(error.exchange, detail=detail)) from error
            result = dict(found)
        for order in subscription_purchase.orders_of(result):
            if self.line.ordered_by(order) is not None:
                self._note(cart_id, str(order["id"]))
                return order
        for wrong in result.get("orderErrors") or ():
            code, detail = str(wrong.get("code") or ""), str(wrong.get("description") or "no reason is given")
            raise Rejected(self._problem("POST", "carts/checkout", code, self._told(code, detail)))
        self.context.buying(self.change.address, None)
        detail = f"cart {cart_id} of an earlier run bought something else; apply again to order this"
        raise Rejected(self._problem("POST", "carts/checkout", "AnotherOrder", detail))

    async def _sent(self, method: str, path: str, body: Any) -> dict[str, Any]:  # Any: JSON
        try:
            return await self.session.partner.write(method, path, body) or {}
        except Conflict as error:
            if error.exchange.code != CART_BUSY:
                raise
            raise NotYetVisible(error.exchange) from error

    def _made(self, order: Row) -> str:
        line = self.line.ordered_by(order) or {}
        number = str(order.get("id") or "")
        if subscription_purchase.is_dead(order):
            self.context.buying(self.change.address, None)
            detail = f"order {number} ended as {order.get('status')}: nothing was bought; apply again to order it anew"
            raise Rejected(self._problem("GET", f"orders/{number}", "OrderFailed", detail))
        bought = str(line.get("subscriptionId") or "").lower()
        if not bought:
            detail = f"order {number} is {order.get('status')} and has no subscription yet; nothing is ordered twice"
            raise Accepted(self._problem("GET", f"orders/{number}", "Provisioning", detail))
        return bought

    def _refused(self, code: str, text: str) -> CloudError:
        """The error of a line; a base that this run has ordered may not be there for the service yet."""
        problem = self._problem("POST", "carts", code, self._told(code, text))
        waits = code == NO_BASE and any(address.kind == self.change.address.kind for address in self.change.depends_on)
        return NotYetVisible(problem) if waits else Rejected(problem)

    def _told(self, code: str, text: str) -> str:
        """What the service says, and what the files lack where that is known."""
        if code not in NOT_ATTESTED or self.line.attested:
            return text
        return f"{text}; write {sellable.attesting(self.context.now)} into its entry or its plan"

    def _note(self, cart_id: str, order: str = "") -> None:
        known = self.context.purchase(self.change.address)
        at = known.at if known and known.cart == cart_id else self.context.now.isoformat(timespec="seconds")
        if known != Purchase(cart_id, order, at):
            self.context.buying(self.change.address, Purchase(cart_id, order, at))

    def _problem(self, method: str, path: str, code: str, detail: str) -> Exchange:
        return Exchange("partner", self.session.tenant, method, f"{self.customer}/{path}", code=code, detail=detail)
