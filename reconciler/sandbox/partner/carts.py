"""Carts: gather lines, see their errors and prices, and check out once.

A cart is created (201) even when lines carry errors and lives seven days; checkout refuses it with 400/800009 then. A
checkout is idempotent: repeated, it gives the first result, and after an error it tries the failed order groups again
(Learn "Create a cart", "Checkout a cart"; fact sheet 5.1, 5.2). An availability that rotated since is 404/400019.
It must not contain the rules of a line: cart_lines.py has them.

Decisions a reader would question [inferred]: one order group for each billing cycle, because an order has only one;
`extendedPrice` is the price of the whole first term, by days when the term is cut short.
"""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import agreements, audit, cart_lines, catalog, customers, orders, settle, transport
from reconciler.sandbox.partner.casing import Json, folded, trimmed
from reconciler.sandbox.partner.commerce import Desk, desk_of
from reconciler.sandbox.partner.errors import Fault, FaultRaised, refuse, refuse_input
from reconciler.sandbox.partner.orders import Line
from reconciler.sandbox.partner.terms import CYCLE_MONTHS, TERM_MONTHS, last_day, parse_day, stamp
from reconciler.sandbox.partner.transport import link

# Sample cart.create.response-2 (2023); older samples show 15 minutes.
_LIFE = timedelta(days=7)
_NAMESPACE = uuid.UUID("0b1df0de-4a25-5a0c-8f0f-6f2c0f6f9c21")
_REVIEW_PAGE = "https://aka.ms/CSP-vetting"


def create_cart(call: Call) -> Answer:
    desk = desk_of(call)
    lines = _read_lines(call)
    carts = _carts(desk)
    cart_id = str(uuid.uuid5(_NAMESPACE, f"{desk.tenant.id}/{desk.partner.id}/{len(carts)}/{call.n}"))
    record: Json = {"id": cart_id, "created": desk.now.isoformat(), "status": "Active", "placed": {}, "orderIds": []}
    carts[cart_id] = _edited(call, desk, record, lines)
    return Answer(201, _to_wire(desk, carts[cart_id]))


def get_cart(call: Call) -> Answer:
    transport.check_query(call)
    desk = desk_of(call)
    return Answer(200, _to_wire(desk, _cart(call, desk)))


def put_cart(call: Call) -> Answer:
    """Replace the lines; the cart keeps its id and lives seven days from now."""
    desk = desk_of(call)
    record = _cart(call, desk)
    if record["status"] != "Active" or record["placed"]:
        raise refuse(400, 800065, record["id"])
    return Answer(200, _to_wire(desk, _edited(call, desk, record, _read_lines(call))))


def check_out(call: Call) -> Answer:
    desk = desk_of(call)
    record = _cart(call, desk)
    failed: list[Json] = []
    if record["status"] == "Active":
        _check_gates(desk)
        _check_lines(desk, record)
        failed = _place_open_groups(call, desk, record)
    if not failed:
        record["status"] = "Ordered"
    result = {"orders": list(record["placed"].values()), "attributes": {"objectType": "CartCheckoutResult"}}
    return Answer(201, result | ({"orderErrors": failed} if failed else {}))


def create_order(call: Call) -> Answer:
    """An order without a cart: the first wrong line refuses the whole (Learn "Create an order")."""
    desk = desk_of(call)
    body = folded(call.json())
    sent = body.get("lineitems") if isinstance(body, dict) else None
    if not isinstance(sent, list) or not sent:
        raise refuse_input("lineItems is missing")
    _check_attestation(body, sent)
    usual = {"billingcycle": body.get("billingcycle")}
    rows = [usual | row if isinstance(row, dict) else row for row in sent]
    lines = [cart_lines.read(row, number, "offerid") for number, row in enumerate(rows)]
    _check_gates(desk)
    ready = [
        cart_lines.check(desk, line, number, cart_lines.basket(lines, number)) for number, line in enumerate(lines)
    ]
    order = _place(call, desk, f"order/{call.n}", list(enumerate(ready)))
    return Answer(201, order)


def _place_open_groups(call: Call, desk: Desk, record: Json) -> list[Json]:
    """Place every order group that isn't yet; gives the errors of those that can't be."""
    failed: list[Json] = []
    for group in dict.fromkeys(_groups(record["lines"])):
        if group in record["placed"]:
            continue
        try:
            ready = _ready(desk, record["lines"], group)
        except FaultRaised as raised:
            failed.append(_order_error(group, raised.fault))
            continue
        record["placed"][group] = _place(call, desk, record["id"], ready)
    return failed


def _ready(desk: Desk, lines: Sequence[Json], group: str) -> list[tuple[int, Line]]:
    numbers = [number for number, its in enumerate(_groups(lines)) if its == group]
    mine = [lines[number] for number in numbers]
    products = frozenset(line["catalogItemId"].rpartition(":")[0] for line in lines)
    found: list[tuple[int, Line]] = []
    for position, number in enumerate(numbers):
        around = cart_lines.Basket(cart_lines.basket(mine, position).reserved, products, position)
        found.append((number, cart_lines.check(desk, lines[number], number, around)))
    return found


def _place(call: Call, desk: Desk, origin: str, ready: list[tuple[int, Line]]) -> Json:
    ids = [
        (str(uuid.uuid5(_NAMESPACE, f"{desk.tenant.id}/{desk.partner.id}/{origin}/{number}")), line)
        for number, line in ready
    ]
    order = orders.place(desk, ids)
    settle.look_again(desk.world)
    audit.record(call, desk, "create_order", "order", (None, order))
    return order


def _check_gates(desk: Desk) -> None:
    """The account's status and the customer agreement (fact sheet 3.4, 3.7)."""
    match customers.validation_status(desk):
        case "UnderReview" | "Unknown":
            raise refuse(403, 800073, _REVIEW_PAGE)
        case "NotAllowed":
            raise refuse(403, 800075, _REVIEW_PAGE)
    if not agreements.has_agreed(desk):
        raise refuse(403, 13605)


def _check_lines(desk: Desk, record: Json) -> None:
    """Lines that were wrong from the start are 800009; an availability that rotated since is 400019."""
    for number, line in enumerate(record["lines"]):
        if line.get("wasWrong"):
            raise refuse(400, 800009)
        fault = cart_lines.fault_of(desk, record["lines"], number)
        if fault is not None and fault.code == 400019:
            raise refuse(404, 400019)


def _order_error(group: str, fault: Fault) -> Json:
    return {"orderGroupId": group, "code": fault.code, "description": fault.description}


def _read_lines(call: Call) -> list[Json]:
    body = folded(call.json())
    sent = body.get("lineitems") if isinstance(body, dict) else None
    if not isinstance(sent, list) or not sent:
        raise refuse_input("lineItems is missing")
    _check_attestation(body, sent)
    return [cart_lines.read(row, number, "catalogitemid") for number, row in enumerate(sent)]


def _check_attestation(body: Json, lines: Sequence[Any]) -> None:
    """A reseller of record needs the partner's attestation (fact sheet 3.8)."""
    rows = [row for row in lines if isinstance(row, dict)]
    names_reseller = any(row.get("participants") or row.get("partneridonrecord") for row in rows)
    if names_reseller and body.get("partneronrecordattestationaccepted") is not True:
        raise refuse(400, 900206)


def _edited(call: Call, desk: Desk, record: Json, lines: list[Json]) -> Json:
    """The record with these lines; what is wrong with them now will be wrong at checkout."""
    user = call.app_id if call.token is None or call.token.agent is None else call.token.agent
    record |= {"modified": desk.now.isoformat(), "expires": (desk.now + _LIFE).isoformat(), "user": user}
    record["lines"] = [
        {**line, "wasWrong": cart_lines.fault_of(desk, lines, number) is not None} for number, line in enumerate(lines)
    ]
    return record


def _to_wire(desk: Desk, record: Json) -> Json:
    groups = _groups(record["lines"])
    return {
        "id": record["id"],
        "creationTimestamp": stamp(datetime.fromisoformat(record["created"])),
        "lastModifiedTimestamp": stamp(datetime.fromisoformat(record["modified"])),
        "expirationTimestamp": stamp(datetime.fromisoformat(record["expires"])),
        "lastModifiedUser": record["user"],
        "status": record["status"],
        "lineItems": [_line(desk, record["lines"], number, groups[number]) for number in range(len(groups))],
        "links": {"self": link(f"{desk.path}/carts/{record['id']}")},
        "attributes": {"objectType": "Cart"},
    }


def _line(desk: Desk, lines: list[Json], number: int, group: str) -> Json:
    line = {key: value for key, value in lines[number].items() if key != "wasWrong"}
    shown = {**line, "currencyCode": desk.partner.currency, "orderGroup": group}
    fault = cart_lines.fault_of(desk, lines, number)
    if fault is not None:
        return shown | {"error": cart_lines.cart_error(desk, line, fault)}
    return trimmed(shown | {"pricing": _pricing(desk, line)})


def _pricing(desk: Desk, line: Json) -> Json:
    """Per seat and billing cycle, and for all seats over the first term; without tax."""
    product = desk.world.catalog[line["catalogItemId"].rpartition(":")[0]]
    offer = catalog.offered(product, line["termDuration"], line["billingCycle"])
    price = Decimal("0") if offer is None else Decimal(offer.price)
    cycles = TERM_MONTHS[line["termDuration"]] // CYCLE_MONTHS.get(line["billingCycle"], 1)
    share = _share(desk, line)
    extended = price * line["quantity"] * max(cycles, 1) * share
    return {
        "listPrice": float(price),
        "discountedPrice": float(price),
        "proratedPrice": _cents(price * share),
        "price": float(price),
        "extendedPrice": _cents(extended),
    }


def _share(desk: Desk, line: Json) -> Decimal:
    """Which part of a full term the first one is, by days."""
    if "customTermEndDate" not in line:
        return Decimal(1)
    today = desk.now.astimezone(UTC).date()
    days = (parse_day(line["customTermEndDate"]) - today).days + 1
    return Decimal(days) / Decimal((last_day(today, line["termDuration"]) - today).days + 1)


def _cents(amount: Decimal) -> float:
    return float(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _groups(lines: Sequence[Json]) -> list[str]:
    """The order group of each line, numbered as billing cycles first appear."""
    cycles = list(dict.fromkeys(line["billingCycle"] for line in lines))
    return [str(cycles.index(line["billingCycle"])) for line in lines]


def _cart(call: Call, desk: Desk) -> Json:
    """Refuses with 404/800008 for an unknown cart and one whose seven days are over."""
    record: Json | None = _carts(desk).get(call.params["cart"].casefold())
    if record is None or datetime.fromisoformat(record["expires"]) <= desk.now:
        raise refuse(404, 800008)
    return record


def _carts(desk: Desk) -> dict[str, Json]:
    found: dict[str, Json] = desk.records.setdefault("carts", {})
    return found
