"""A line of a reconciliation file as Microsoft writes it -> a line as we know it, or why it cannot be believed.

The same names stand in the API's JSON and in downloaded CSV, but for their case and two words
(`Total` and `Tier2MpnId` in CSV [inferred]); columns that nobody here knows are left alone. Numbers may be text
(partner-center.md 8.2). A charge type without a meaning here, and sums that are wrong, are refused: whoever adds up
lines must be able to rely on each.

    line(fields)        one line of a file, by column names without case, spaces and signs
    identities(lines)   each line with what tells it from the others of its invoice

Questionable on purpose: lines have no id of their own, so equal ones are counted. The same file imported again has the
same lines; two equal lines of one file are two.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields as fields_of
from datetime import date
from decimal import Decimal, InvalidOperation

from reconciler.model.invoice import Charge, Line
from reconciler.model.money import CENT, LARGEST

Fields = Mapping[str, str]
CHARGES: Mapping[str, Charge] = {one.value.lower(): one for one in Charge} | {
    "purchase": Charge.NEW,  # words of v1 (partner-center.md 8.4)
    "refund": Charge.CANCEL,
    "cancel": Charge.CANCEL,
}
LEGACY = re.compile(r"(activation|cancel|cycle|prorate|new purchase cycle)\b.*\b(fees?|prorate)", re.IGNORECASE)
UNKEPT = frozenset({"customer_name", "domain", "title"})  # they may be written otherwise in another format
TERMS = (
    (re.compile(r"\b(one|1)[ -]?month", re.IGNORECASE), "P1M"),
    (re.compile(r"\b(one|1)[ -]?year", re.IGNORECASE), "P1Y"),
    (re.compile(r"\b(three|3)[ -]?year", re.IGNORECASE), "P3Y"),
)
BILLINGS = {"monthly": "monthly", "annual": "annual", "yearly": "annual", "triennial": "triennial"}
NEEDED = (
    *("invoicenumber", "customerid", "productid", "skuid", "chargetype", "unitprice", "quantity", "subtotal"),
    *("taxtotal", "currency", "subscriptionid", "chargestartdate", "chargeenddate"),
)
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?\Z")
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?\Z")
_INVOICE = re.compile(r"[A-Za-z0-9-]{1,40}\Z")


class BadLine(ValueError):
    """A line that cannot be believed; the message says why, without its place."""


def column(name: str) -> str:
    """The name of a column as it is compared."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def is_line(names: Iterable[str]) -> bool:
    """True for the columns of a reconciliation file of new commerce."""
    return {"chargetype", "subscriptionid", "subtotal"} <= set(names)


def line(fields: Fields) -> Line:
    """The line that these fields say. BadLine."""
    lacking = [name for name in NEEDED if name not in fields]
    if lacking:
        raise BadLine(f"it has no {', '.join(lacking)}")
    if not _INVOICE.match(fields["invoicenumber"]):
        raise BadLine("it has no invoice number: unbilled lines still change, import them once they are invoiced")
    unit, quantity = _number(fields, "unitprice"), _number(fields, "quantity")
    term = _term(fields)
    found = Line(
        invoice=fields["invoicenumber"],
        customer_id=fields["customerid"].lower(),
        customer_name=fields.get("customername", ""),
        domain=fields.get("customerdomainname", "").lower(),
        subscription=fields["subscriptionid"].lower(),
        order=fields.get("orderid", ""),
        product=f"{fields['productid'].upper()}:{fields['skuid'].upper().zfill(4)}",
        title=fields.get("skuname", "") or fields.get("productname", ""),
        charge=_charge(fields["chargetype"]),
        unit_price=unit,
        effective_price=_number(fields, "effectiveunitprice", unit),
        quantity=quantity,
        billable=_number(fields, "billablequantity", quantity),
        subtotal=_number(fields, "subtotal"),
        tax=_number(fields, "taxtotal"),
        total=_number(fields, "total" if "total" in fields else "totalforcustomer"),
        currency=_currency(fields["currency"]),
        pricing_currency=_currency(fields.get("pricingcurrency", "") or fields["currency"]),
        rate=_number(fields, "pctobcexchangerate", Decimal(1)) or Decimal(1),
        first=_day(fields, "chargestartdate"),
        last=_day(fields, "chargeenddate"),
        term_start=_day_or_none(fields, "subscriptionstartdate"),
        term_end=_day_or_none(fields, "subscriptionenddate"),
        term=term,
        billing=_billing(fields, term),
        reference=fields.get("referenceid", ""),
        discounted=bool(fields.get("promotionid", "") or fields.get("creditreasoncode", "")),
    )
    _check(found)
    return found


def identities(lines: Iterable[Line]) -> dict[str, Line]:
    """Lines by what tells each from the others of its invoice: what it says, and how many before it say the same."""
    seen: Counter[str] = Counter()
    found: dict[str, Line] = {}
    for one in lines:
        said = "\n".join(_canonical(getattr(one, name.name)) for name in fields_of(one) if name.name not in UNKEPT)
        digest = hashlib.blake2b(said.encode(), digest_size=12).hexdigest()
        found[f"{digest}-{seen[digest]}"] = one
        seen[digest] += 1
    return found


def _canonical(value: object) -> str:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _check(found: Line) -> None:
    """Sums that are wrong. Microsoft rounds in several ways (partner-center.md 8.5): a cent a unit is none."""
    if found.last < found.first:
        raise BadLine(f"its charge ends on {found.last}, before it starts on {found.first}")
    if abs(found.subtotal + found.tax - found.total) >= CENT:
        raise BadLine(f"its subtotal {found.subtotal} and tax {found.tax} are not its total {found.total}")
    wanted = found.effective_price * found.rate * found.billable
    if found.charge is not Charge.CREDIT and abs(wanted - found.subtotal) > CENT * max(Decimal(1), abs(found.billable)):
        price = f"{found.effective_price} x {found.billable}" + (f" x {found.rate}" if found.rate != 1 else "")
        raise BadLine(f"its subtotal is {found.subtotal}, and {price} is {wanted.quantize(CENT)}")


def _charge(text: str) -> Charge:
    found = CHARGES.get(column(text))
    if found:
        return found
    if LEGACY.match(text):
        raise BadLine(f'its charge type "{text}" is that of a legacy offer; lines of new commerce can be imported')
    raise BadLine(f'its charge type "{text}" is none of {", ".join(one.value for one in Charge)}')


def _number(fields: Fields, name: str, default: Decimal | None = None) -> Decimal:
    text = fields.get(name, "")
    if not text and default is not None:
        return default
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise BadLine(f'its {name} "{text}" is not a number with a decimal point') from None
    if not found.is_finite() or abs(found) >= LARGEST:
        raise BadLine(f'its {name} "{text}" is no amount')
    return found


def _currency(text: str) -> str:
    if not re.fullmatch("[A-Za-z]{3}", text):
        raise BadLine(f'its currency "{text}" is no code of three letters')
    return text.upper()


def _day(fields: Fields, name: str) -> date:
    found = _day_or_none(fields, name)
    if found is None:
        raise BadLine(f"its {name} is empty")
    return found


def _day_or_none(fields: Fields, name: str) -> date | None:
    text = fields.get(name, "")
    if not text or text.startswith("0001-"):
        return None
    iso, us = _DAY.match(text), _US.match(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if us:
            return date(int(us[3]), int(us[1]), int(us[2]))
    except ValueError:
        pass
    raise BadLine(f'its {name} "{text}" is not a day like 2026-11-01 or 11/1/2026')


def _term(fields: Fields) -> str:
    said = fields.get("termandbillingcycle", "")
    return next((term for pattern, term in TERMS if pattern.search(said)), "")


def _billing(fields: Fields, term: str) -> str:
    """How it is billed; "none" for a trial (partner-center.md 11.6)."""
    if "trial" in fields.get("termandbillingcycle", "").lower():
        return "none"
    said = BILLINGS.get(fields.get("billingfrequency", "").strip().lower(), "")
    return said or ("monthly" if term == "P1M" else "")
