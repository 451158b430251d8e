"""One line of a cart or an order: reading it, and every rule that decides whether it may be bought today.

`read` gives the line in canonical form, `check` a line ready to order or a refusal. An order answers with that refusal;
a cart is created all the same and carries it as `lineItems[].error` with a code of the cart's own (Learn "Cart
resources", CartErrorCode; fact sheet 1.6, 4.1, 5.1).
It must not store anything.

Decisions a reader would question [inferred]: an attestation that is missing has the sentence of 900203 in a cart too,
and an upgrade asks for none, because its body has no place for it (Learn "Transition resources"); an add-on is
satisfied by an active subscription of a prerequisite SKU of any owner or by a line of the same cart; the catalog has no
promotions, so naming one is an error.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from reconciler.sandbox.partner import catalog, coterm, seats
from reconciler.sandbox.partner.casing import Json, trimmed
from reconciler.sandbox.partner.commerce import Desk
from reconciler.sandbox.partner.errors import Fault, FaultRaised, refuse, refuse_input
from reconciler.sandbox.partner.orders import Line
from reconciler.sandbox.partner.terms import midnight, parse_day
from reconciler.sandbox.world import Product

# Ours (HTTP status, code) -> CartErrorCode; what isn't named is 10006 UnableToProcessCartLineItem.
_CART_CODES = {
    (404, 400013): 10001,
    (404, 400018): 10001,
    (404, 400019): 10001,
    (403, 800088): 10015,
    (400, 900275): 10010,
    (400, 800121): 10010,
    (400, 900270): 10013,
    (400, 900269): 10013,
    (400, 900242): 10017,
    (400, 27007): 10014,
    (400, 27006): 10002,
    (400, 400041): 400041,
    (400, 800018): 10009,
    (400, 900203): 10012,
}


@dataclass(frozen=True, slots=True)
class Basket:
    """What else lies in the same cart: seats per SKU in the lines before and how many those are, and all its SKUs."""

    reserved: dict[str, int]
    products: frozenset[str]
    before: int = 0


def read(sent: Any, number: int, item_key: str) -> Json:
    """A line of a body whose keys are folded; `item_key` is catalogitemid or offerid. 400/800002 for wrong types."""
    if not isinstance(sent, dict):
        raise refuse_input("a line isn't an object")
    quantity = sent.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool):
        raise refuse_input(f"line {number}: quantity must be a whole number")
    if not isinstance(sent.get(item_key), str):
        raise refuse_input(f"line {number}: catalogItemId must be a text")
    renews_to = sent.get("renewsto") or {}
    return trimmed(
        {
            "id": sent.get("id", number),
            "catalogItemId": sent[item_key].upper(),
            "friendlyName": sent.get("friendlyname"),
            "quantity": quantity,
            "billingCycle": catalog.read_billing(sent.get("billingcycle")),
            "termDuration": str(sent.get("termduration", "")).upper(),
            "customTermEndDate": _day(sent.get("customtermenddate"), number),
            "promotionId": sent.get("promotionid"),
            "participants": sent.get("participants") or None,
            "renewsTo": {"termDuration": str(renews_to["termduration"]).upper()} if renews_to else None,
            "provisioningContext": sent.get("provisioningcontext") or {},
            "partnerIdOnRecord": sent.get("partneridonrecord"),
            "attestationAccepted": _flag(sent.get("attestationaccepted"), number),
        }
    )


def basket(lines: Sequence[Json], number: int) -> Basket:
    """The basket as the line at `number` sees it."""
    reserved: dict[str, int] = {}
    for line in lines[:number]:
        product = line["catalogItemId"].rpartition(":")[0]
        reserved[product] = reserved.get(product, 0) + line["quantity"]
    return Basket(reserved, frozenset(line["catalogItemId"].rpartition(":")[0] for line in lines), number)


def check(desk: Desk, line: Json, number: int, around: Basket) -> Line:
    """The line, ready to order. Refuses with the code of the first rule that is broken."""
    product_id, sku_id, availability = catalog.read_catalog_item_id(line["catalogItemId"])
    product = catalog.sku_of(desk.world, product_id, sku_id)
    item = catalog.availability_of(product, availability, desk.now)
    billing = product.terms[0].billing if product.is_trial else line["billingCycle"]
    offer = catalog.check_term(product, line["termDuration"], billing)
    if item.term != offer.term:
        raise refuse(404, 400019)
    if not max(product.minimum, 1) <= line["quantity"] <= product.maximum:
        raise refuse(400, 900275, number)
    wanted = around.reserved.get(product.id, 0) + line["quantity"]
    seats.check_pool(desk.tenant, product, wanted, item.id)
    seats.check_sandbox(desk, line["quantity"], around.before + 1)
    _check_prerequisites(desk, product, around)
    _check_trial(desk, product)
    _check_attestation(product, line)
    if "promotionId" in line:
        raise refuse(400, 27007)
    _check_end(desk, line, number)
    return Line(
        product=product,
        availability=item.availability,
        offer=offer,
        quantity=line["quantity"],
        friendly_name=line.get("friendlyName") or product.title,
        custom_end=line.get("customTermEndDate"),
        renews_to=line.get("renewsTo", {}).get("termDuration"),
        mpn_id=line.get("partnerIdOnRecord") or _reseller(line),
    )


def cart_error(desk: Desk, line: Json, fault: Fault) -> Json:
    """A refusal in the form of a cart line's error."""
    code = _CART_CODES.get((fault.status, fault.code), 10006)
    error: Json = {"errorCode": str(code), "errorDescription": fault.description}
    product = desk.world.catalog.get(line["catalogItemId"].rpartition(":")[0])
    if code == 10015 and product is not None:
        bought = seats.purchased(desk.tenant, product)
        left = max(product.maximum - bought, 0)
        error["additionalInformation"] = {"availableQuantity": str(left), "purchasedQuantity": str(bought)}
    return error


def fault_of(desk: Desk, lines: Sequence[Json], number: int) -> Fault | None:
    """What is wrong with one line of a cart, or None."""
    try:
        check(desk, lines[number], number, basket(lines, number))
    except FaultRaised as raised:
        return raised.fault
    return None


def _check_prerequisites(desk: Desk, product: Product, around: Basket) -> None:
    if not product.is_add_on or not product.prerequisites:
        return
    owned = {one.product for one in desk.tenant.subscriptions.values() if one.status == "active"}
    if not set(product.prerequisites) & (owned | around.products):
        raise refuse(400, 400041)


def _check_trial(desk: Desk, product: Product) -> None:
    """One trial of an offer for each customer, and none of what it already owns (fact sheet 11.6)."""
    if not product.is_trial:
        return
    barred = {product.id, product.properties.get("convertsTo")}
    if any(one.product in barred for one in desk.tenant.subscriptions.values()):
        raise refuse(400, 27006)


def _check_attestation(product: Product, line: Json) -> None:
    """Who buys must have agreed to what the SKU asks for (Learn "Cart resources", AttestationAccepted)."""
    asked = product.attestation
    if asked is not None and asked.is_enforced and line.get("attestationAccepted") is not True:
        raise refuse(400, 900203, line["catalogItemId"])


def _check_end(desk: Desk, line: Json, number: int) -> None:
    if "customTermEndDate" not in line:
        return
    today = desk.now.astimezone(UTC).date()
    if not coterm.is_allowed(desk, today, line["termDuration"], parse_day(line["customTermEndDate"])):
        raise refuse(400, 900242, number)


def _reseller(line: Json) -> str | None:
    for participant in line.get("participants") or ():
        if str(participant.get("key", "")).casefold() == "transaction_reseller":
            return str(participant.get("value"))
    return None


def _flag(value: object, number: int) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise refuse_input(f"line {number}: attestationAccepted must be true or false")
    return value


def _day(value: object, number: int) -> str | None:
    if value is None:
        return None
    try:
        return midnight(parse_day(str(value)))
    except ValueError:
        raise refuse_input(f"line {number}: customTermEndDate isn't a date") from None
