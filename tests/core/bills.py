"""Lines of invoices for tests, as a reconciliation file says them; a test names only what it is about."""

from __future__ import annotations

from decimal import Decimal

from reconciler.core import invoicing
from reconciler.model.invoice import Line

TENANT = "c139c4bf-2e8b-4ab5-8bed-d9f50dcca7a2"
SUBSCRIPTION = "86646af9-e80a-4aa0-da80-3fd2b792c2cc"
USUAL = {
    "invoicenumber": "G012345678",
    "customerid": TENANT,
    "customername": "Contoso",
    "customerdomainname": "contoso.onmicrosoft.com",
    "orderid": "94e858b6d855",
    "productid": "CFQ7TTC0LCHC",
    "skuid": "0002",
    "skuname": "Microsoft 365 Business Premium",
    "chargetype": "cycleCharge",
    "unitprice": "18.10",
    "effectiveunitprice": "18.10",
    "quantity": "2",
    "billablequantity": "2",
    "subtotal": "36.20",
    "taxtotal": "0",
    "total": "36.20",
    "currency": "EUR",
    "subscriptionid": SUBSCRIPTION,
    "subscriptionstartdate": "2026-03-01",
    "subscriptionenddate": "2027-02-28",
    "chargestartdate": "2026-10-01",
    "chargeenddate": "2026-10-31",
    "termandbillingcycle": "One-Year commitment for monthly/yearly billing",
    "billingfrequency": "Monthly",
    "pricingcurrency": "EUR",
    "pctobcexchangerate": "1",
    "referenceid": "ref-1",
}


def fields(seats: str = "", price: str = "", **changes: str) -> dict[str, str]:
    """Columns; so many seats at a price make the sums, unless the test says them."""
    found = dict(USUAL)
    if seats or price:
        amount = str(Decimal(price or USUAL["unitprice"]) * Decimal(seats or USUAL["quantity"]))
        found |= {"quantity": seats.lstrip("-") or USUAL["quantity"], "billablequantity": seats or USUAL["quantity"]}
        found |= {"unitprice": price or USUAL["unitprice"], "effectiveunitprice": price or USUAL["unitprice"]}
        found |= {"subtotal": amount, "total": amount}
    return found | changes


def line(seats: str = "", price: str = "", **changes: str) -> Line:
    return invoicing.line(fields(seats, price, **changes))


def prorated(charge: str, seats: str, effective: str, amount: str, day: str, **changes: str) -> Line:
    """A line of a part of October."""
    sums = {"effectiveunitprice": effective, "subtotal": amount, "total": amount, "chargestartdate": day}
    return line(seats, chargetype=charge, **sums, **changes)
