"""Catalog reads: products, SKUs and availabilities, of a country or of one customer's market.

The two families answer alike; the customer's applies its market (Learn "Get a list of products", "... SKUs for a
product", "... availabilities for a SKU"; samples product.get.response-2, skus.list.response-2,
availabilities.list.response-2). `dynamicAttributes.provisioningId` is the SKU's id in Graph. Prices aren't here: they
come from price sheets of another host.
It must not decide what a customer may buy.

The decision a reader would question: the catalog has no legacy offers and only the commercial segment. A product of
another targetView gives an empty list, which is what an unfitting view gives in Partner Center.
"""

from dataclasses import dataclass

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import catalog, transport
from reconciler.sandbox.partner.casing import Json
from reconciler.sandbox.partner.catalog import CatalogItem
from reconciler.sandbox.partner.commerce import desk_of, partner_of
from reconciler.sandbox.partner.errors import refuse_input
from reconciler.sandbox.partner.transport import link
from reconciler.sandbox.world import Product, Term

# Learn "Get a list of products", targetView.
_VIEWS = {
    "azure",
    "azurereservations",
    "azurereservationsvm",
    "azurereservationssql",
    "azurereservationscosmosdb",
    "microsoftazure",
    "onlineservices",
    "software",
    "softwaresuselinux",
    "marketplacesaas",
}
_SEGMENTS = {"commercial", "education", "government", "nonprofit"}
_YEARS = {"P1M": "One-Month", "P1Y": "One-Year", "P3Y": "Three-Year"}
# ISO 4217 codes whose sign the samples print; others are shown by their code.
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class Market:
    """For whom the catalog is read."""

    country: str
    currency: str


def list_products(call: Call) -> Answer:
    market = _market(call, "targetview", "targetsegment")
    options = {name.lower(): value for name, value in call.query.items()}
    view = options.get("targetview", "").casefold()
    if view not in _VIEWS:
        raise refuse_input("targetView is missing or not known")
    by_product: dict[str, list[Product]] = {}
    if view == "onlineservices" and _segment(call) == catalog.SEGMENT:
        for sku in call.world.catalog.values():
            by_product.setdefault(catalog.split(sku)[0], []).append(sku)
    return transport.collection(call, [_product(skus, market) for skus in by_product.values()])


def get_product(call: Call) -> Answer:
    market = _market(call)
    return Answer(200, _product(list(catalog.skus_of(call.world, call.params["product"])), market))


def list_skus(call: Call) -> Answer:
    market = _market(call, "targetsegment")
    found = catalog.skus_of(call.world, call.params["product"])
    return transport.collection(call, [_sku(sku, market) for sku in found if _segment(call) == catalog.SEGMENT])


def get_sku(call: Call) -> Answer:
    market = _market(call)
    return Answer(200, _sku(catalog.sku_of(call.world, call.params["product"], call.params["sku"]), market))


def list_availabilities(call: Call) -> Answer:
    market = _market(call, "targetsegment")
    sku = catalog.sku_of(call.world, call.params["product"], call.params["sku"])
    items = catalog.availabilities(sku, call.now) if _segment(call) == catalog.SEGMENT else ()
    return transport.collection(call, [_availability(item, market) for item in items])


def get_availability(call: Call) -> Answer:
    """404/400019 for an id of another month: availability ids rotate."""
    market = _market(call)
    sku = catalog.sku_of(call.world, call.params["product"], call.params["sku"])
    return Answer(200, _availability(catalog.availability_of(sku, call.params["availability"], call.now), market))


def _market(call: Call, *allowed: str) -> Market:
    if "customer" in call.params:
        transport.check_query(call, *allowed)
        desk = desk_of(call)
        return Market(desk.tenant.country, desk.partner.currency)
    options = transport.check_query(call, "country", *allowed)
    country = options.get("country", "")
    if len(country) != 2 or not country.isalpha():
        raise refuse_input("country needs an ISO 3166 code of two letters")
    return Market(country.upper(), partner_of(call).currency)


def _segment(call: Call) -> str:
    options = {name.lower(): value.casefold() for name, value in call.query.items()}
    segment = options.get("targetsegment", catalog.SEGMENT)
    if segment not in _SEGMENTS:
        raise refuse_input("targetSegment isn't known")
    return segment


def _product(skus: list[Product], market: Market) -> Json:
    product_id = catalog.split(skus[0])[0]
    title = catalog.titles(skus)
    base = f"/products/{product_id}"
    return {
        "id": product_id,
        "title": title,
        "description": str(skus[0].properties.get("description", title)),
        "productType": {"id": "OnlineServicesNCE", "displayName": "OnlineServicesNCE"},
        "isMicrosoftProduct": True,
        "publisherName": "Microsoft Corporation",
        "links": {"skus": link(f"{base}/skus?country={market.country}"), "self": link(_uri(base, market))},
    }


def _sku(sku: Product, market: Market) -> Json:
    product_id, sku_id = catalog.split(sku)
    base = f"/products/{product_id}/skus/{sku_id}"
    cycles = ["none"] if sku.is_trial else sorted({term.billing for term in sku.terms})
    asked = sku.attestation
    attestation = asked and {"attestationType": asked.kind, "enforceAttestation": asked.is_enforced}
    return {
        "id": sku_id,
        "productId": product_id,
        "title": sku.title,
        "description": str(sku.properties.get("description", sku.title)),
        "minimumQuantity": sku.minimum,
        "maximumQuantity": sku.maximum,
        "isTrial": sku.is_trial,
        "supportedBillingCycles": cycles,
        "purchasePrerequisites": ["MicrosoftCustomerAgreement"],
        "inventoryVariables": [],
        "provisioningVariables": [],
        "actions": ["Refund"],
        **({"attestationProperties": attestation} if attestation else {}),
        "dynamicAttributes": {
            "isMicrosoftProduct": True,
            "hasConstraints": True,
            "isAddon": sku.is_add_on,
            "prerequisiteSkus": list(sku.prerequisites),
            "isSoftwareAssuranceApplicable": False,
            "upgradeTargetOffers": list(sku.properties.get("upgradeTargetOffers", ())),
            "provisioningId": sku.sku_id,
            "internal": False,
        },
        "links": {
            "availabilities": link(f"{base}/availabilities?country={market.country}"),
            "self": link(_uri(base, market)),
        },
    }


def _availability(item: CatalogItem, market: Market) -> Json:
    product_id, sku_id = catalog.split(item.product)
    base = f"/products/{product_id}/skus/{sku_id}/availabilities/{item.availability}"
    offers = [offer for offer in item.product.terms if offer.term == item.term]
    is_renewable = bool(item.product.properties.get("renewable", True))
    return {
        "id": item.availability,
        "productId": product_id,
        "skuId": sku_id,
        "catalogItemId": item.id,
        "defaultCurrency": {"code": market.currency, "symbol": _SYMBOLS.get(market.currency, market.currency)},
        "segment": catalog.SEGMENT,
        "country": market.country,
        "isPurchasable": True,
        "isRenewable": is_renewable,
        "renewalInstructions": [
            {
                "applicableTermIds": [_term_id(item, offer) for offer in offers],
                "renewalOptions": [{"renewToId": item.product.id, "isAutoRenewable": is_renewable}],
            }
        ],
        "terms": [_term(item, offer) for offer in offers],
        "links": {"self": link(_uri(base, market))},
    }


def _term(item: CatalogItem, offer: Term) -> Json:
    return {
        "id": _term_id(item, offer),
        "duration": offer.term,
        "description": f"{_YEARS[offer.term]} commitment for monthly/yearly billing",
        "billingCycle": "None" if item.product.is_trial else offer.billing.capitalize(),
        "cancellationPolicies": [{"refundOptions": [{"sequenceId": 0, "type": "Full", "expiresAfter": "P1D"}]}],
    }


def _term_id(item: CatalogItem, offer: Term) -> str:
    return f"{item.availability[4:].lower()}{offer.billing[:4]}"


def _uri(base: str, market: Market) -> str:
    return f"{base}?country={market.country}"
