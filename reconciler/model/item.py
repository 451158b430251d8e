"""What a plan gives that no service sells to us: licenses by report (SPLA and the like), and whatever else is counted.

An item stands in plan templates, by a name of its own. Nobody is asked for it and nothing of it is written, but for the
group that is its switch, where it has one: it is counted by the people who are on its plans.

Must not: be a product of the catalog. Those are licenses, and have seats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field

from reconciler.model.commerce import MoneyText
from reconciler.model.money import Money
from reconciler.model.spec import Document


class Item(Document):
    """One thing that everybody on the plan has besides licenses."""

    title: str = ""
    group: str | None = Field(default=None, description="Who has it is a member; must exist at each customer.")
    cost: MoneyText | None = Field(default=None, description='What one costs us a month, "4.90 EUR".')


@dataclass(frozen=True, slots=True)
class Claim:
    """An item at one customer: who has it, by name, with the plan that it comes from."""

    item: Item
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """An item of one customer, as it is reported: who has it, and what one costs and is sold for a month."""

    customer: str
    name: str
    title: str
    people: tuple[str, ...]
    cost: Money | None = None
    price: Money | None = None

    @property
    def costs(self) -> Money | None:
        """What all of them cost a month."""
        return self.cost.times(len(self.people)) if self.cost else None

    @property
    def revenue(self) -> Money | None:
        """What the customer pays for all of them a month."""
        return self.price.times(len(self.people)) if self.price else None
