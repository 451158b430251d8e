"""Words of commerce as the files write them: money, products, terms and billing.

They are types for the models of the files (catalog, plans, subscriptions, prices), so that each word has one form and
one message. Must not: know what anything costs.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from reconciler.model import money


def _amount(value: str) -> str:
    money.parse(value)
    return value


SCHEMA = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)? [A-Za-z]{3}$", "examples": ["24.90 EUR"]}
MoneyText = Annotated[str, AfterValidator(_amount), WithJsonSchema(SCHEMA)]
ProductSku = Annotated[str, Field(pattern=r"^[A-Z0-9]{12}:[A-Z0-9]{4}$")]
TermText = Literal["P1M", "P1Y", "P3Y"]
BillingText = Literal["monthly", "annual", "triennial", "none"]
SegmentText = Literal["commercial", "education", "government", "nonprofit"]
