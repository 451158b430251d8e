"""What an order says on the wire, and how it is found again: carts, orders and availabilities without any request.

Sources: https://learn.microsoft.com/partner-center/developer/cart-resources, create-a-cart, checkout-a-cart,
order-resources, get-a-list-of-availabilities-for-a-sku (partner-center.md 4, 5.1-5.3).

An order is told by its line: product, term and friendly name. The name is the one text of ours that a line and its
subscription keep (partner-center.md 5.3); where the files give none, our own name for the subscription is sent.

Must not: ask anything. Questionable on purpose: one cart for each subscription, although a cart takes several lines.
Lines of one cart may succeed in part and are answered in groups; one cart is one purchase that either happened or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from reconciler.core import price, splitting
from reconciler.kinds import instants
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.resource import Desired
from reconciler.model.seats import Supply

Row = Mapping[str, Any]  # Any: the vendor's JSON
# How an order ends that bought nothing (partner-center.md 5.3: of "error" it says "repurchase").
DEAD = frozenset({"cancelled", "error", "po_review_rejected"})
SUBMITTED = "ordered"
ADDED = ("product", "sku", "term", "billing", "end_of_term", "reseller", "attestation", "ends_with", "split_from")


@dataclass(frozen=True, slots=True)
class Line:
    """What is bought."""

    product: str
    term: str
    billing: str
    quantity: int
    name: str
    reseller: str = ""
    ends: str = ""
    attested: bool = False

    @classmethod
    def of(cls, change: Change) -> Line:
        """What a row says."""
        said = {part.name: part.after for part in change.fields}
        names = ("product", "term", "billing", "friendly_name", "reseller", "ends")
        product, term, billing, name, reseller, ends = (str(said.get(part) or "") for part in names)
        quantity = said.get("quantity")
        assert isinstance(quantity, int), f"{change.address} is ordered without a quantity"
        return cls(product, term, billing, quantity, name, reseller, ends, bool(said.get("attestation")))

    def cart(self, availability: str) -> dict[str, Any]:
        """The body of a cart. An indirect provider says whose customer it is (partner-center.md 5.1)."""
        line: dict[str, Any] = {
            "id": 0,
            "catalogItemId": f"{self.product}:{availability}",
            "friendlyName": self.name,
            "quantity": self.quantity,
            "termDuration": self.term,
            "billingCycle": self.billing,
        }
        if self.ends:
            line["customTermEndDate"] = f"{self.ends}T00:00:00Z"
        if self.attested:
            line["attestationAccepted"] = True
        if not self.reseller:
            return {"lineItems": [line]}
        line["participants"] = [{"key": "transaction_reseller", "value": self.reseller}]
        return {"partnerOnRecordAttestationAccepted": True, "lineItems": [line]}

    def availability(self, offers: Iterable[Row]) -> str:
        """The id under which it is sold today; "" where it is not. Segments other than commercial are not bought."""
        for offer in offers:
            sold = offer.get("isPurchasable") is not False
            if sold and str(offer.get("segment") or "commercial").lower() == "commercial" and self._is_sold_by(offer):
                return str(offer.get("id") or "")
        return ""

    def may_end(self, dates: Iterable[Row]) -> bool:
        """True where its first term may end on the day that is wanted; where none is, always (5.4)."""
        return not self.ends or any(str(row.get("allowedCustomTermEndDate") or "")[:10] == self.ends for row in dates)

    def ordered_by(self, order: Row) -> Row | None:
        """The line of an order that is this purchase; None where there is none, or it bought nothing."""
        return next((line for line in order.get("lineItems") or () if self._is(line)), None)

    def is_like(self, document: Row, *, by_name: bool) -> bool:
        """True for a subscription that looks like this one bought; `by_name` where the files say its name."""
        if by_name:
            return document.get("friendlyName") == self.name
        parts = (_product(document), str(document.get("termDuration") or "").upper())
        return (*parts, str(document.get("billingCycle") or "").lower()) == (self.product, self.term, self.billing)

    def _is_sold_by(self, offer: Row) -> bool:
        for term in offer.get("terms") or ():
            billing = str(term.get("billingCycle") or "").lower() or ("none" if self.billing == "none" else "")
            if (str(term.get("duration") or "").upper(), billing) == (self.term, self.billing):
                return True
        return False

    def _is(self, line: Row) -> bool:
        same_term = str(line.get("termDuration") or self.term).upper() == self.term
        bought = str(line.get("transactionType") or "new").lower() == "new"
        return _product(line) == self.product and same_term and bought and line.get("friendlyName") == self.name


def giver(change: Change) -> Address | None:
    """Whose seats a row takes over; None for every row that takes none."""
    desired = change.desired.spec if change.desired and change.action is Action.CREATE else None
    if change.action is Action.UPDATE:
        return splitting.joined_from(change)
    if not isinstance(desired, SubscriptionSpec) or not desired.split_from:
        return None
    return change.address._replace(key=desired.split_from.strip())


def cannot_be_meant(spec: SubscriptionSpec) -> str:
    """Why nobody can tell what to order, as a sentence; "" where one can."""
    if spec.id:
        return "No subscription of ours has this id, and one with an id is never ordered."
    if not spec.product or not spec.term or not spec.billing:
        return "To be ordered it needs a product, a term and a billing."
    if spec.state == "suspended":
        return "What is suspended serves nobody and is paid for: it is not ordered."
    if spec.seats is None:
        return "To be ordered it needs seats: auto, or a number."
    return ""


def to_order(desired: Desired[SubscriptionSpec]) -> SubscriptionSpec:
    """The values that it is ordered with."""
    said = {name: getattr(desired.spec, name) for name in ADDED if getattr(desired.spec, name) is not None}
    return SubscriptionSpec.model_validate({**said, "friendly_name": desired.spec.friendly_name or desired.address.key})


def promises(desired: Desired[SubscriptionSpec], now: datetime) -> Supply | None:
    """What it adds to its pool once it is ordered, without seats; an estimate of its end."""
    spec = desired.spec
    if not (spec.own and spec.sku and spec.product and spec.term and spec.billing):
        return None
    end = datetime.combine(price.last_day(now.date(), spec.term), time(23, 59, 59), UTC)
    return Supply(
        desired.address, spec.sku, True, True, 0, spec.product, spec.term, spec.billing, (), end, once=spec.once
    )


def wrong(cart: Row) -> Iterator[tuple[str, str]]:
    """Code and text of each line that cannot be bought: a cart with errors is made all the same (5.1)."""
    for line in cart.get("lineItems") or ():
        error = line.get("error")
        if error:
            more = "; ".join(f"{name}: {value}" for name, value in (error.get("additionalInformation") or {}).items())
            text = str(error.get("errorDescription") or "no reason is given")
            yield str(error.get("errorCode") or ""), f"{text} ({more})" if more else text


def orders_of(result: Row) -> list[Row]:
    """The orders of a checkout; Microsoft's own sample of one is the order itself."""
    return list(result["orders"] or ()) if "orders" in result else [result] if result.get("lineItems") else []


def since(order: Row, moment: datetime) -> bool:
    """True for an order that was made then or later; both are the services' time, which is cut to seconds here."""
    made = instants.read(order.get("creationDate"))
    return made is not None and made >= moment.replace(microsecond=0)


def is_dead(order: Row) -> bool:
    """True for an order that bought nothing."""
    return str(order.get("status") or "").lower() in DEAD


def _product(row: Row) -> str:
    return ":".join(str(row.get("offerId") or "").split(":")[:2])
