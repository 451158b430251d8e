"""That a customer may have a product which not every customer may: a person's word, as the files have it.

Microsoft takes it with an order as `attestationAccepted` (partner-center.md 4.1, 5.1); who gave it, when and why stays
here. Must not: make anything of it up.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from reconciler.model.retail import DayText
from reconciler.model.spec import Document

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Attestation(Document):
    """Who attests that the customer may have it, when they did, and why."""

    accepted_by: Said = Field(description="Who attests it.")
    on: DayText = Field(description="The day on which they did.")
    reason: Said = Field(description="Why the customer may have it; for reports, never sent.")

    def __str__(self) -> str:
        return f"{self.accepted_by} on {self.on.isoformat()}: {self.reason}"
