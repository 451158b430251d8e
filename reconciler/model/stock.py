"""One subscription as it is today, for a list that people read: what, how many, what it costs, and when it ends.

Must not: say anything of a plan. `held` counts who holds its part number: nobody is bound to one subscription.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.money import Money
from reconciler.model.renewal import Follows
from reconciler.model.seats import Supply


@dataclass(frozen=True, slots=True)
class Stock:
    """One subscription. What nobody knows is None or ""."""

    supply: Supply
    offer: str = ""
    friendly_name: str = ""
    purchase_order: str = ""
    state: str = ""
    held: int | None = None
    unit: Money | None = None
    scheduled: str = ""
    follows: Follows | None = None

    @property
    def address(self) -> Address:
        return self.supply.address

    @property
    def monthly(self) -> Money | None:
        return self.unit.times(self.supply.quantity) if self.unit else None

    @property
    def last_day(self) -> str:
        return _day(self.supply.term_end)

    @property
    def cancellable_until(self) -> str:
        until = self.supply.cancellable_until
        return until.isoformat(timespec="minutes").replace("+00:00", "Z") if until else ""


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
