"""Words of commerce as the files write them: money, products, terms and billing.

They are types for the models of the files (catalog, plans, subscriptions, prices), so that each word has one form and
one message. Must not: know what anything costs, or make up who attests that a customer may have a product.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from reconciler.model import money
from reconciler.model.spec import Document


def _amount(value: str) -> str:
    money.parse(value)
    return value


SCHEMA = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)? [A-Za-z]{3}$", "examples": ["24.90 EUR"]}
MoneyText = Annotated[str, AfterValidator(_amount), WithJsonSchema(SCHEMA)]
ProductSku = Annotated[str, Field(pattern=r"^[A-Z0-9]{12}:[A-Z0-9]{4}$")]
TermText = Literal["P1M", "P1Y", "P3Y"]
BillingText = Literal["monthly", "annual", "triennial", "none"]
SegmentText = Literal["commercial", "education", "government", "nonprofit"]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Attestation(Document):
    """That the customer may have a product which not everybody may. A person writes this; nothing makes it up."""

    accepted_by: Said = Field(description="Who attests it.")
    on: datetime.date = Field(description="The day on which they did.")
    reason: Said = Field(description="Why the customer may have it; for reports, never sent.")

    def __str__(self) -> str:
        return f"{self.accepted_by} on {self.on.isoformat()}: {self.reason}"
