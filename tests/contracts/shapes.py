"""The shape of Partner Center's resources as the published samples show it, and what of an answer does not fit it.

A shape says for every path of members which JSON types were seen there; elements of a list share the path `[]`. There
is no official description of subscriptions, carts, orders and products (partner-center.md 19), so the samples are it.
Must not: compare values, or require a member: samples of one resource differ in what they leave out.

Questionable on purpose: what no sample shows is refused unless `DOCUMENTED` names the section that tells of it. A
member that we made up would teach a client to rely on it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from contracts import reference

Json = Any  # bodies
Shape = dict[str, set[str]]
TYPES = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number", type(None): "null"}

_LINK = re.compile(r"\.links\.\w+")

# Which samples show a resource, by the beginning of their names; lists count by their elements.
RESOURCES = {
    "subscription": "subscriptions. subscription.get subscription.update subscription.rename subscription.suspend "
    "subscription.reactivate subscription.autorenew subscription.scheduled-changes subscription.billing-frequency",
    "eligibility": "subscription.transition-nce.response.json",
    "transition": "subscription.transition-nce.response-2 subscription.transitions",
    "coterm": "custom-term-end-dates",
    "cart": "cart.create cart.update",
    "checkout": "cart.checkout",
    "order": "order.get orders. order.cancel order.change order.create order.pending cart.checkout",
    "fulfillment": "order.provisioning-status",
    "availability": "availability.get availabilities. customer-availabilities.",
    "sku": "skus.list",
    "product": "product.get products.list",
    "profile": "customer.company-profile",
    "agreement": "customer-agreements",
    "signed": "direct-signed",
    "validation": "customer-validation-status",
    "relationship": "customer-relationships",
    "invitation": "relationship-request",
    "template": "agreement-metadata",
    "address": "validate-address.response",
    "rules": "country-validation-rules",
    "created": "create-customer.response",
    "record": "audit-records throttle-and-audit.response",
    "line": "unbilled-line-items",
    "customer": "customer.get create-customer.response customers.",
}
# What a route answers, a list of it or one; the first pattern that fits decides, routes without samples are left out.
ROUTES = (
    (r"/customers/[^/]+/subscriptions/[^/]+/transitioneligibilities", "eligibility"),
    (r"/customers/[^/]+/subscriptions/[^/]+/transitions", "transition"),
    (r"/customers/[^/]+/subscriptions/customTermEndDates", "coterm"),
    (r"/customers/[^/]+/subscriptions(/[^/]+)?", "subscription"),
    (r"/customers/[^/]+/carts(/[^/]+)?", "cart"),
    (r"/customers/[^/]+/carts/[^/]+/checkout", "checkout"),
    (r"/customers/[^/]+/orders/[^/]+/provisioningstatus", "fulfillment"),
    (r"/customers/[^/]+/orders(/[^/]+)?", "order"),
    (r"(/customers/[^/]+)?/products/[^/]+/skus/[^/]+/availabilities(/[^/]+)?", "availability"),
    (r"(/customers/[^/]+)?/products/[^/]+/skus(/[^/]+)?", "sku"),
    (r"(/customers/[^/]+)?/products(/[^/]+)?", "product"),
    (r"/customers/[^/]+/profiles/company", "profile"),
    (r"/customers/[^/]+/agreements", "agreement"),
    (r"/customers/[^/]+/directSignedMicrosoftCustomerAgreementStatus", "signed"),
    (r"/customers/[^/]+/validationStatus", "validation"),
    (r"/customers/[^/]+/relationships", "relationship"),
    (r"/customers/relationshiprequests", "invitation"),
    (r"/agreements", "template"),
    (r"/auditrecords", "record"),
    (r"/validations/address", "address"),
    (r"/countryvalidationrules/[^/]+", "rules"),
    (r"/invoices/[^/]+/lineitems(/[^/]+/[^/]+)?", "line"),
    (r"/customers(/[^/]+)?", "customer"),
)
ENVELOPE = {"totalCount": "number", "items": "list", "links": "object", "attributes": "object"}


def resource(path: str) -> str | None:
    """What a route answers; None where no sample shows it. `path` is below `/v1`."""
    return next((name for pattern, name in ROUTES if re.fullmatch(pattern, path)), None)


def problems(path: str, status: int, body: Json) -> list[str]:
    """What of an answer no sample shows; nothing for a route without samples."""
    if body is None or status == 501:
        return []
    name = resource(path) if status < 400 else "error"
    if name is None:
        return []
    found = {
        f"{name}{place} is {kind}, the samples show {sorted(_shape(name).get(place, ())) or 'no such member'}"
        for one in elements(body)
        for place, kind in members(one)
        if kind not in _shape(name).get(place, ()) and not _documented(name, place)
    }
    if isinstance(body, dict) and "items" in body:
        found |= {
            f"{k} is {TYPES[type(v)]} in a collection" for k, v in body.items() if ENVELOPE.get(k) != TYPES[type(v)]
        }
    return sorted(found)


def elements(body: Json) -> list[Json]:
    """The resources in an answer: itself, or the elements of a list or collection."""
    if isinstance(body, list):
        return body
    return list(body["items"]) if isinstance(body, dict) and isinstance(body.get("items"), list) else [body]


def members(body: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """Every path of a document with the type that stands there."""
    place = _LINK.sub(".links.*", place)
    yield place or ".", TYPES[type(body)]
    if isinstance(body, dict):
        for name, value in body.items():
            yield from members(value, f"{place}.{name}")
    elif isinstance(body, list):
        for value in body:
            yield from members(value, f"{place}[]")


@functools.cache
def _shape(name: str) -> Shape:
    found: Shape = {}
    if name == "checkout":
        found = {f".orders[]{'' if place == '.' else place}": kinds for place, kinds in _shape("order").items()}
    for row in reference.samples():
        if name == "error" and row["kind"].startswith("error-"):
            _learn(found, reference.sample(row["file"]))
        elif row["kind"] == "response" and any(row["file"].startswith(one) for one in RESOURCES.get(name, "").split()):
            body = reference.sample(row["file"])
            shown = body["orders"] if name == "order" and "orders" in body else elements(body)
            for one in shown:
                _learn(found, one)
    return found


def _learn(shape: Shape, body: Json) -> None:
    for place, kind in members(body):
        shape.setdefault(place, set()).add(kind)


def _documented(name: str, place: str) -> bool:
    return any(re.fullmatch(pattern, f"{name}{place}") for pattern, _ in DOCUMENTED)


# Members that a document tells of and no sample of that resource shows, and where it does.
DOCUMENTED: tuple[tuple[str, str], ...] = (
    # partner-center.md 6.1, the table of the resource (subscription-resources.md; EST: the SDK's newer types)
    (r"subscription\.(billingCycleEndDate(Time)?|nextChargeInstructions.*|scheduledActions.*)", "6.1"),
    (r"subscription\.suspensionReasons(\[\])?", "6.1"),
    # 4, "dynamicAttributes": prerequisiteSkus["P:S"]; the samples show the list empty
    (r"sku\.dynamicAttributes\.prerequisiteSkus\[\]", "4"),
    # 4: attestationProperties{attestationType,enforceAttestation} (product-resources.md)
    (r"sku\.attestationProperties(\.attestationType|\.enforceAttestation)?", "4"),
    # 5.1: what a line may ask for, and its error (cart-resources.md)
    (r"cart\.lineItems\[\]\.(attestationAccepted|customTermEndDate|error.*|participants.*)", "5.1"),
    # 5.2: partial success
    (r"checkout\.orderErrors(\[\].*)?", "5.2"),
    # 3.7: "201 + userId"
    (r"agreement\.userId", "3.7"),
    # 10.1: resourceOldValue, JSON text
    (r"record\.resourceOldValue", "10.1"),
    # 5.3: a line's customTermEndDate and renewsTo
    (r"checkout\.orders\[\]\.lineItems\[\]\.(customTermEndDate|renewsTo.*)", "5.3"),
    # 6.6: events[{name, status, timestamp, errors}]; the samples write "Events", and answers are camelCase (1.2)
    (r"transition\.(operationId|events.*)", "6.6"),
)
