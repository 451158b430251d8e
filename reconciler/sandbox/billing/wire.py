"""A line of an invoice, as Partner Center's API and as Graph's export write it.

The first is `OneTimeInvoiceLineItem` (sample unbilled-line-items.list.response: camelCase, numbers as text), the second
a row of JSON lines with the columns of the reconciliation file (Learn "Recon file fields for CSP new commerce invoice";
`Tier2MpnId` as in Learn "attributeSet enum type").
It must not compute.

Decisions a reader would question [inferred]: the columns of `basic` are those that the attribute table of usage has in
it, as no table of reconciliation is published; what a world does not know (the partner's MPN id, the reservation order)
is empty.
"""

from __future__ import annotations

from decimal import Decimal

from reconciler.sandbox.billing.invoices import Line
from reconciler.sandbox.partner.catalog import availability_id
from reconciler.sandbox.partner.terms import CYCLE_MONTHS, TERM_MONTHS, midnight, stamp
from reconciler.sandbox.world import Json, Partner, Product, World

_YEARS = {"P1M": "One-Month", "P1Y": "One-Year", "P3Y": "Three-Year"}
# In the attribute table of usage: "Full: yes, Basic: no".
_FULL_ONLY = frozenset(
    {
        "AvailabilityId",
        "CustomerCountry",
        "CustomerDomainName",
        "MeterDescription",
        "MpnId",
        "ProductName",
        "PublisherId",
        "SubscriptionDescription",
        "Tier2MpnId",
    }
)


def row(world: World, partner: Partner, line: Line, invoice: str, *, basic: bool) -> Json:
    """A row of the export; amounts are numbers."""
    item = line_item(world, partner, line, invoice)
    renamed = {**item, "total": item["totalForCustomer"], "tier2MpnId": item["resellerMpnId"]}
    left_out = ("totalForCustomer", "resellerMpnId", "invoiceLineItemType", "billingProvider", "attributes")
    shown = {name[:1].upper() + name[1:]: value for name, value in renamed.items() if name not in left_out}
    shown["PCToBCExchangeRate"], shown["PCToBCExchangeRateDate"] = (
        shown.pop("PcToBCExchangeRate"),
        shown.pop("PcToBCExchangeRateDate"),
    )
    shown |= {name: float(shown[name]) for name in _AMOUNTS}
    return {name: value for name, value in shown.items() if not (basic and name in _FULL_ONLY)}


_AMOUNTS = ("UnitPrice", "EffectiveUnitPrice", "Subtotal", "TaxTotal", "Total", "Quantity", "BillableQuantity")


def line_item(world: World, partner: Partner, line: Line, invoice: str) -> Json:
    charge = line.charge
    version = charge.version
    product = world.catalog[version.product]
    product_id, _, sku_id = version.product.partition(":")
    title = product.title + (" Extended Service Term" if version.is_extended else "")
    return {
        **_parties(partner, line),
        "invoiceNumber": invoice,
        "orderId": version.order,
        "orderDate": stamp(charge.ordered),
        "productId": product_id,
        "skuId": sku_id,
        "availabilityId": availability_id(version.product, version.term, charge.ordered),
        "productName": title,
        "skuName": title,
        "productQualifiers": _qualifiers(product, is_trial=version.is_trial),
        **_amounts(partner, line),
        "publisherName": "Microsoft Corporation",
        "publisherId": "",
        "subscriptionDescription": "",
        "subscriptionId": version.subscription,
        **_days(line),
        "alternateId": version.order,
        "referenceId": charge.reference,
        "priceAdjustmentDescription": "",
        "discountDetails": "",
        "pricingCurrency": partner.currency,
        "pcToBCExchangeRate": "1",
        "pcToBCExchangeRateDate": midnight(charge.ordered.date().replace(day=1)),
        "billableQuantity": str(charge.quantity),
        "meterDescription": "",
        "reservationOrderId": "",
        "promotionId": "",
        "invoiceLineItemType": "billing_line_items",
        "billingProvider": "one_time",
        "attributes": {"objectType": "OneTimeInvoiceLineItem"},
    }


def _parties(partner: Partner, line: Line) -> Json:
    tenant = line.tenant
    return {
        "partnerId": partner.id,
        "customerId": tenant.id,
        "customerName": tenant.display_name,
        "customerDomainName": tenant.domain,
        "customerCountry": tenant.country,
        "mpnId": "",
        "resellerMpnId": line.charge.version.reseller or "0",
    }


def _amounts(partner: Partner, line: Line) -> Json:
    charge = line.charge
    return {
        "chargeType": charge.why,
        "unitPrice": _plain(charge.version.price),
        "effectiveUnitPrice": _plain(charge.unit),
        "unitType": "",
        "quantity": str(charge.quantity),
        "subtotal": _plain(charge.subtotal),
        "taxTotal": "0",
        "totalForCustomer": _plain(charge.subtotal),
        "currency": partner.currency,
    }


def _days(line: Line) -> Json:
    version = line.charge.version
    commitment = "trial" if version.is_trial else "monthly/yearly billing"
    # "For one-time payments the billing frequency is left blank": a plan as long as the term.
    is_upfront = CYCLE_MONTHS.get(version.billing) == TERM_MONTHS[version.term]
    return {
        "subscriptionStartDate": midnight(version.start),
        "subscriptionEndDate": midnight(version.end),
        "chargeStartDate": midnight(line.charge.first),
        "chargeEndDate": midnight(line.charge.last),
        "termAndBillingCycle": f"{_YEARS[version.term]} commitment for {commitment}",
        "billingFrequency": "" if is_upfront or version.is_trial else version.billing.capitalize(),
    }


def _qualifiers(product: Product, *, is_trial: bool) -> list[str]:
    return [name for name, holds in (("AddOn", product.is_add_on), ("Trial", is_trial)) if holds]


def _plain(amount: Decimal) -> str:
    """Without needless zeros; a price of a part of a cycle has six digits at most."""
    text = f"{amount.quantize(Decimal('0.000001')):f}"
    return text.rstrip("0").rstrip(".") or "0"
