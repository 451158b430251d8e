"""Orders: what a checkout leaves behind, when its subscriptions come to life, and what renewals add.

An order is answered as `pending`; its lines may lack `subscriptionId` until provisioning is done, and the order shows
in lists only then (Learn "Checkout a cart", "Get all of a customer's orders": up to 15 minutes; `behavior.provisioning`
says how long here). Renewals appear as orders of type SystemPurchase.
It must not judge what may be bought: carts.py does, before anything is placed.

The decision a reader would question: the finished subscription is kept inside the order record until it is due. So
dump and restart in between lose nothing, and a checkout has one moment at which everything was decided.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from reconciler.sandbox.billing import history
from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import catalog, transport
from reconciler.sandbox.partner.casing import Json, as_enum, trimmed
from reconciler.sandbox.partner.commerce import Desk, desk_of, records_of
from reconciler.sandbox.partner.errors import refuse, refuse_input
from reconciler.sandbox.partner.terms import end_instant, parse_day, stamp
from reconciler.sandbox.partner.terms import last_day as last_day_of_term
from reconciler.sandbox.partner.transport import link
from reconciler.sandbox.world import Lot, Partner, Product, Subscription, Tenant, Term, World

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One line that passed all checks, ready to become a subscription."""

    product: Product
    availability: str
    offer: Term
    quantity: int
    friendly_name: str
    custom_end: str | None = None
    renews_to: str | None = None
    mpn_id: str | None = None


def place(desk: Desk, group: Sequence[tuple[str, Line]]) -> Json:
    """Store the order of one order group and give it in wire form; `group` holds (subscription id, line)."""
    number = len(_orders(desk.tenant, desk.partner.id)) + 1
    order_id = _order_id(desk.tenant, desk.partner.id, number)
    delay = desk.world.behavior.provisioning
    record: Json = {
        "id": order_id,
        "created": desk.now.isoformat(),
        "due": (desk.now + delay).isoformat(),
        "status": "pending",
        "transactionType": "UserPurchase",
        "currency": desk.partner.currency,
        "lines": [_line_record(line, subscription_id) for subscription_id, line in group],
    }
    _orders(desk.tenant, desk.partner.id).append(record)
    shown = to_wire(desk.tenant, record)
    if not delay:
        _provision(desk.world, desk.tenant, desk.partner.id, record)
        for row, line in zip(shown["lineItems"], record["lines"], strict=True):
            row["subscriptionId"] = line["subscriptionId"]
    return shown


def provision_due(world: World, tenant: Tenant, now: datetime) -> datetime:
    """Bring due orders to life; gives the moment of the next one."""
    next_due = _NEVER
    for partner_id, records in tenant.commerce.items():
        for record in records.get("orders", ()):
            if record["status"] != "pending":
                continue
            due = datetime.fromisoformat(record["due"])
            if due <= now:
                _provision(world, tenant, partner_id, record)
            else:
                next_due = min(next_due, due)
    return next_due


def record_renewal(world: World, tenant: Tenant, subscription: Subscription, moment: datetime) -> str:
    """Note the SystemPurchase of a renewal with the owner, if that is a partner of this world; gives the order's id."""
    owner = subscription.owner_tenant_id
    if owner not in world.partners:
        return subscription.id.replace("-", "")[-12:]
    number = len(_orders(tenant, owner)) + 1
    order_id = _order_id(tenant, owner, number)
    offer = Term(subscription.term, subscription.billing, "0")
    product = world.catalog.get(subscription.product)
    if product is not None:
        offer = catalog.offered(product, subscription.term, subscription.billing) or offer
    line = {
        "offerId": f"{subscription.product}:"
        + catalog.availability_id(subscription.product, subscription.term, subscription.start),
        "subscriptionId": subscription.id,
        "termDuration": subscription.term,
        "billing": subscription.billing,
        "price": offer.price,
        "friendlyName": subscription.friendly_name,
        "quantity": subscription.quantity,
        "transactionType": "Renew",
    }
    record: Json = {
        "id": order_id,
        "created": moment.isoformat(),
        "status": "completed",
        "transactionType": "SystemPurchase",
        "currency": world.partners[owner].currency,
        "lines": [line],
    }
    _orders(tenant, owner).append(record)
    return order_id


def list_orders(call: Call) -> Answer:
    """`?billingType=monthly|annual|one_time|none` narrows by billing cycle; pending ones aren't listed yet."""
    options = transport.check_query(call, "billingtype", "include_price")
    desk = desk_of(call)
    rows = [
        to_wire(desk.tenant, record)
        for record in _orders(desk.tenant, desk.partner.id)
        if record["status"] != "pending"
    ]
    if "billingtype" in options:
        wanted = as_enum(options["billingtype"])
        if wanted not in ("monthly", "annual", "one_time", "none", "triennial"):
            raise refuse_input("billingType isn't known")
        rows = [row for row in rows if row["billingCycle"] == wanted]
    return transport.collection(call, rows)


def get_order(call: Call) -> Answer:
    transport.check_query(call, "include_price")
    desk = desk_of(call)
    return Answer(200, to_wire(desk.tenant, _order(desk, call)))


def get_provisioning_status(call: Call) -> Answer:
    transport.check_query(call)
    desk = desk_of(call)
    record = _order(desk, call)
    status = "prefulfillmentpending" if record["status"] == "pending" else "fulfilled"
    rows = [
        {
            "lineItemNumber": number,
            "status": status,
            "quantityProvisioningInformation": [{"quantity": line["quantity"], "status": status}],
        }
        for number, line in enumerate(record["lines"])
    ]
    return Answer(200, {"totalCount": len(rows), "items": rows, "attributes": {"objectType": "Collection"}})


def to_wire(tenant: Tenant, record: Json) -> Json:
    base = f"/customers/{tenant.id}/orders/{record['id']}"
    total = sum((_price(line) * line["quantity"] for line in record["lines"]), Decimal(0))
    return trimmed(
        {
            "id": record["id"],
            "alternateId": record["id"],
            "referenceCustomerId": tenant.id,
            "billingCycle": record["lines"][0]["billing"],
            "currencyCode": record["currency"],
            "lineItems": [_line(tenant, number, line, record) for number, line in enumerate(record["lines"])],
            "creationDate": stamp(datetime.fromisoformat(record["created"])),
            "status": record["status"],
            "transactionType": record["transactionType"],
            "totalPrice": float(total),
            "links": {
                "self": link(base),
                "provisioningStatus": link(f"{base}/provisioningstatus"),
                "patchOperation": {"uri": base, "method": "PATCH", "headers": []},
            },
            "client": {},
            "attributes": {"objectType": "Order"},
        }
    )


def _order(desk: Desk, call: Call) -> Json:
    for record in _orders(desk.tenant, desk.partner.id):
        if record["id"].casefold() == call.params["order"].casefold():
            return record
    raise refuse(404, 20000)


def _orders(tenant: Tenant, partner_id: str) -> list[Json]:
    found: list[Json] = records_of(tenant, partner_id).setdefault("orders", [])
    return found


def _line_record(line: Line, subscription_id: str) -> Json:
    return trimmed(
        {
            "offerId": f"{line.product.id}:{line.availability}",
            "subscriptionId": subscription_id,
            "termDuration": line.offer.term,
            "billing": line.offer.billing,
            "price": line.offer.price,
            "friendlyName": line.friendly_name,
            "quantity": line.quantity,
            "transactionType": "New",
            "customTermEndDate": line.custom_end,
            "renewsTo": line.renews_to,
            "partnerIdOnRecord": line.mpn_id,
        }
    )


def _line(tenant: Tenant, number: int, line: Json, record: Json) -> Json:
    product, sku, availability = line["offerId"].split(":")
    market, base = f"?country={tenant.country}", f"/products/{product}"
    is_ready = record["status"] != "pending"
    price = float(_price(line))
    links = {
        "product": link(base + market),
        "sku": link(f"{base}/skus/{sku}{market}"),
        "availability": link(f"{base}/skus/{sku}/availabilities/{availability}{market}"),
    }
    if is_ready:
        links["subscription"] = link(f"/customers/{tenant.id}/subscriptions/{line['subscriptionId']}")
    kept = ("offerId", "termDuration", "transactionType", "friendlyName", "quantity")
    optional = ("customTermEndDate", "partnerIdOnRecord")
    return trimmed(
        {
            "lineItemNumber": number,
            **{name: line[name] for name in kept},
            **{name: line.get(name) for name in optional},
            "renewsTo": {"termDuration": line["renewsTo"]} if "renewsTo" in line else None,
            "subscriptionId": line["subscriptionId"] if is_ready else None,
            "pricing": {"listPrice": price, "discountedPrice": price, "price": price},
            "links": links,
        }
    )


def _price(line: Json) -> Decimal:
    return Decimal(str(line["price"]))


def _provision(world: World, tenant: Tenant, partner_id: str, record: Json) -> None:
    """The order's subscriptions exist from now on; their term began when the order was placed."""
    record["status"] = "completed"
    for line in record["lines"]:
        made = _subscription(world, world.partners[partner_id], record, line)
        history.note(world, tenant, (None, made), made.created)
        tenant.subscriptions.put(made)


def _subscription(world: World, partner: Partner, record: Json, line: Json) -> Subscription:
    started = datetime.fromisoformat(record["created"])
    product = world.catalog[line["offerId"].rpartition(":")[0]]
    custom = line.get("customTermEndDate")
    last = parse_day(custom) if custom else last_day_of_term(started.date(), line["termDuration"])
    properties = {
        "orderId": record["id"],
        "customTermEndDate": custom,
        "partnerId": line.get("partnerIdOnRecord", ""),
    }
    return Subscription(
        id=line["subscriptionId"],
        name=line["friendlyName"],
        product=product.id,
        sku_id=product.sku_id,
        owner=partner.domain,
        owner_tenant_id=partner.id,
        quantity=line["quantity"],
        term=line["termDuration"],
        billing=line["billing"],
        created=started,
        start=started,
        end=end_instant(last),
        friendly_name=line["friendlyName"],
        auto_renew=bool(product.properties.get("renewable", True)),
        is_trial=product.is_trial,
        lots=(Lot(line["quantity"], started),),
        scheduled=_renewal(product, line, started),
        properties=trimmed(properties),
    )


def _renewal(product: Product, line: Json, started: datetime) -> Json | None:
    """`renewsTo` of the cart, as the scheduled change it leads to; a trial renews to what its SKU converts to."""
    term = line.get("renewsTo")
    if term is None:
        return None
    target = product.properties.get("convertsTo", product.id) if product.is_trial else product.id
    product_id, _, sku_id = target.partition(":")
    wanted = {
        "productId": product_id,
        "skuId": sku_id,
        "availabilityId": catalog.availability_id(target, term, started),
        "billingCycle": line["billing"].capitalize(),
        "termDuration": term,
    }
    return {"product": wanted, "quantity": line["quantity"]}


def _order_id(tenant: Tenant, partner_id: str, number: int) -> str:
    return hashlib.sha256(f"order/{tenant.id}/{partner_id}/{number}".encode()).hexdigest()[:12]
