"""What Microsoft invoices: one line of a reconciliation file of new commerce, and an invoice with its own total.

Columns: partner-center.md 8.2 and 8.4. Amounts are decimals as they are written; days are those of the charge, the last
one included. Must not: be compared with anything here (`core/reconciliation.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Charge(StrEnum):
    """Microsoft's charge types (partner-center.md 8.4)."""

    NEW = "new"
    RENEW = "renew"
    CYCLE = "cycleCharge"
    ADD_QUANTITY = "addQuantity"
    REMOVE_QUANTITY = "removeQuantity"
    MOVE_QUANTITY = "moveQuantity"
    CANCEL = "cancelImmediate"
    CONVERT = "convert"
    CHANGE_BILLING = "changeBillingPlan"
    CREDIT = "customerCredit"
    EXTEND = "extendTerm"

    @property
    def rounds_unit(self) -> bool:
        """True where the unit price is cut to cents before it is multiplied, as in the published examples."""
        return self in (Charge.CANCEL, Charge.CONVERT, Charge.MOVE_QUANTITY)

    @property
    def is_cycle(self) -> bool:
        """True for what is charged for all seats of a charge cycle."""
        return self in (Charge.NEW, Charge.RENEW, Charge.CYCLE)

    @property
    def gives_back(self) -> bool:
        """True for what is invoiced when seats become fewer within a term."""
        return self in (Charge.REMOVE_QUANTITY, Charge.CANCEL, Charge.MOVE_QUANTITY, Charge.CONVERT)

    @property
    def sort(self) -> str:
        """The word for it in a statement."""
        if self.is_cycle:
            return "cycle fee"
        return {Charge.CANCEL: "refund", Charge.CREDIT: "credit"}.get(self, "pro-rata")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `product` is "P:S", `term` and `billing` are ours ("" where the line does not tell them).

    Prices are in `pricing_currency`, amounts in `currency`, one of the first being `rate` of the second. `discounted`
    says that a promotion or a credit's reason is named, so that the unit price is not what is charged.
    """

    invoice: str
    customer_id: str
    customer_name: str
    domain: str
    subscription: str
    order: str
    product: str
    title: str
    charge: Charge
    unit_price: Decimal
    effective_price: Decimal
    quantity: Decimal
    billable: Decimal
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    pricing_currency: str
    rate: Decimal
    first: date
    last: date
    term_start: date | None
    term_end: date | None
    term: str
    billing: str
    reference: str
    discounted: bool = False

    @property
    def signed(self) -> Decimal:
        """What is charged, negative where it is given back: Microsoft's examples have the sign with the price."""
        return -abs(self.billable) if self.subtotal < 0 else self.billable


@dataclass(frozen=True, slots=True)
class Invoice:
    """The lines that were imported of one invoice, by their identity; `total` is what the invoice itself says."""

    id: str
    lines: Mapping[str, Line] = field(default_factory=dict)
    total: Decimal | None = None
    currency: str = ""
