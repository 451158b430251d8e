"""What the settings say of changes that somebody made outside the files: which of them are left alone, who is told.

`drift: {ignore: [...], webhook: {...}}` beside `waivers:`. Ignoring is for a time, with an owner and a reason: what is
ignored for good should not be in the files.
"""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field

from reconciler.model import address as addresses
from reconciler.model.address import Address
from reconciler.model.connection import Secret
from reconciler.model.retail import DayText
from reconciler.model.spec import Document


class Ignore(Document):
    """Leaves what was changed outside as it is, for a reason, until a day."""

    at: str = Field(min_length=1, description="A customer, an address, a prefix or a glob, like contoso/user/*.")
    fields: frozenset[str] = Field(
        default=frozenset(), description="Only these fields, as the files call them; left out: all that differs."
    )
    reason: str = Field(min_length=1, description="Why; shown in reports.")
    owner: str = Field(min_length=1, description="Who decides what becomes of it.")
    until: DayText = Field(description="The last day that it holds.")

    def holds(self, address: Address, day: date) -> bool:
        """True where it is about this resource, and has not expired."""
        return day <= self.until and (addresses.matches(self.at, address) or self.at == address.customer)

    def concerns(self, customer: str) -> bool:
        """True where it may be about a resource of this customer."""
        return fnmatchcase(customer, self.at.partition("/")[0])

    @property
    def words(self) -> str:
        return f"ignored until {self.until.isoformat()} ({self.owner}: {self.reason})"


class Webhook(Document):
    """Where new drift is told."""

    url: Secret = Field(description="Where the address stands; it is a secret.")
    shape: Literal["teams", "slack"] = Field(description="What listens there: a workflow of Teams, or Slack.")


class Outside(Document):
    """What becomes of changes that were made outside the files."""

    ignore: tuple[Ignore, ...] = Field(default=(), description="What is left alone, why, whose it is, until when.")
    webhook: Webhook | None = Field(default=None, description="Who is told of new drift by `reconciler drift`.")
