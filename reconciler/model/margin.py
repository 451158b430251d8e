"""What customers pay and cost a month, before a plan and after it, and what is eaten by seats that nobody holds.

A customer pays for the seats that its people hold, and we pay for all that we bought. The difference is the margin, and
an unassigned seat takes its whole cost from it.

Must not: add two currencies; each has a sum of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reconciler.model.address import Address
from reconciler.model.money import Money


@dataclass(frozen=True, slots=True)
class Balance:
    """One month: what is paid for held seats, what all seats cost, and those that nobody holds."""

    revenue: Money
    cost: Money
    unassigned: int
    unassigned_cost: Money

    @property
    def margin(self) -> Money:
        return self.revenue - self.cost

    def __add__(self, other: Balance) -> Balance:
        return Balance(
            self.revenue + other.revenue,
            self.cost + other.cost,
            self.unassigned + other.unassigned,
            self.unassigned_cost + other.unassigned_cost,
        )


@dataclass(frozen=True, slots=True)
class Margin:
    """One customer before and after a plan. `unpriced` are own subscriptions that are missing from both."""

    customer: str
    before: Balance
    after: Balance
    unpriced: tuple[Address, ...] = ()

    @property
    def currency(self) -> str:
        return self.before.cost.currency

    @property
    def changes(self) -> bool:
        return self.before != self.after


def nothing(currency: str) -> Balance:
    """The balance of nobody."""
    zero = Money(Decimal(0), currency)
    return Balance(zero, zero, 0, zero)


def totals(margins: Iterable[Margin]) -> dict[str, tuple[Balance, Balance]]:
    """Before and after of all customers together, for each currency by its name."""
    sums: dict[str, tuple[Balance, Balance]] = {}
    for margin in margins:
        before, after = sums.get(margin.currency, (nothing(margin.currency), nothing(margin.currency)))
        sums[margin.currency] = before + margin.before, after + margin.after
    return dict(sorted(sums.items()))
