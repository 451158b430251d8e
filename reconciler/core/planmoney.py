"""The money of a plan file: how it is written, and the forms that it is read by.

Amounts are decimal strings with all their digits; what is rounded for people is rounded where it is shown. What only
customers with prices have (`sale`, `margins`) is left out for all others, so that their files stay as they were.

Must not: decide what belongs to a plan (`codec.py`, `planfile.py`), or take part in the content digest, but for the
monthly cost, which says the unit price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from reconciler.model import address
from reconciler.model.change import Cost, Later, Sale
from reconciler.model.item import Counted
from reconciler.model.margin import Balance, Margin
from reconciler.model.money import Money

Json = Any  # a JSON document; its shape is that of the forms below
AddressText = Annotated[str, Field(pattern=r"^[^/]+/[^/]+/[^/]+$", description="customer/kind/key")]


class Form(BaseModel):
    """Base of all forms: what a newer minor version adds is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=False)


class MoneyForm(Form):
    """An amount as a decimal string, never rounded, never a float."""

    amount: str = Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,40})?$")
    currency: str = Field(pattern=r"^[A-Z]{3}$")

    def money(self) -> Money:
        return Money(Decimal(self.amount), self.currency)


class CostForm(Form):
    """Money that a row adds (or, negative, takes away) per month and until the end of the term."""

    monthly: MoneyForm
    commitment: MoneyForm
    until: str

    def cost(self) -> Cost:
        return Cost(self.monthly.money(), self.commitment.money(), self.until)


class LaterForm(Form):
    """Money that a row adds or takes away per month from a day to come on."""

    monthly: MoneyForm
    since: str

    def later(self) -> Later:
        return Later(self.monthly.money(), self.since)


class SaleForm(Form):
    """What a row means where the files have prices; `prorated` is an estimate."""

    revenue: MoneyForm | None
    margin_before: MoneyForm | None
    margin_after: MoneyForm | None
    prorated: MoneyForm | None
    next_charge: str
    refundable_until: str

    def sale(self) -> Sale:
        before, after = self.margin_before, self.margin_after
        return Sale(
            revenue=self.revenue.money() if self.revenue else None,
            margin=(before.money(), after.money()) if before and after else None,
            prorated=self.prorated.money() if self.prorated else None,
            next_charge=self.next_charge,
            refundable_until=self.refundable_until,
        )


class BalanceForm(Form):
    """One month: what customers pay for held seats, what all seats cost, and those that nobody holds."""

    revenue: MoneyForm
    cost: MoneyForm
    margin: MoneyForm
    unassigned_seats: int = Field(ge=0)
    unassigned_cost: MoneyForm

    def balance(self) -> Balance:
        return Balance(self.revenue.money(), self.cost.money(), self.unassigned_seats, self.unassigned_cost.money())


class TotalForm(Form):
    """All customers of one currency, before the plan and after it."""

    before: BalanceForm
    after: BalanceForm


class MarginForm(TotalForm):
    """One customer; `unpriced` are own subscriptions that are missing from both."""

    customer: str
    unpriced: tuple[AddressText, ...]

    def margin(self) -> Margin:
        unpriced = tuple(map(address.parse, self.unpriced))
        return Margin(self.customer, self.before.balance(), self.after.balance(), unpriced)


class ItemForm(Form):
    """What plans give that is only counted: who has it, and what one of them costs and is sold for a month."""

    customer: str
    item: str
    title: str
    count: int = Field(ge=0)
    people: tuple[str, ...]
    cost: MoneyForm | None
    price: MoneyForm | None

    def counted(self) -> Counted:
        """With what one costs and is sold for."""
        cost, price = (money.money() if money else None for money in (self.cost, self.price))
        return Counted(self.customer, self.item, self.title, self.people, cost, price)


def item(one: Counted) -> dict[str, Json]:
    """A counted item as its form reads it; money is for one of them."""
    return {
        "customer": one.customer,
        "item": one.name,
        "title": one.title,
        "count": len(one.people),
        "people": list(one.people),
        "cost": money(one.cost) if one.cost else None,
        "price": money(one.price) if one.price else None,
    }


def margin(one: Margin) -> dict[str, Json]:
    """A customer's margin as its form reads it."""
    return {
        "customer": one.customer,
        "before": balance(one.before),
        "after": balance(one.after),
        "unpriced": [str(where) for where in one.unpriced],
    }


def balance(one: Balance) -> dict[str, Json]:
    """A balance as its form reads it."""
    return {
        "revenue": money(one.revenue),
        "cost": money(one.cost),
        "margin": money(one.margin),
        "unassigned_seats": one.unassigned,
        "unassigned_cost": money(one.unassigned_cost),
    }


def cost(one: Cost) -> dict[str, Json]:
    """A row's cost as its form reads it."""
    return {"monthly": money(one.monthly), "commitment": money(one.commitment), "until": one.until}


def later(one: Later) -> dict[str, Json]:
    """What a row changes later as its form reads it."""
    return {"monthly": money(one.monthly), "since": one.since}


def sale(one: Sale) -> dict[str, Json]:
    """A row's sale as its form reads it."""
    before, after = one.margin or (None, None)
    return {
        "revenue": money(one.revenue) if one.revenue else None,
        "margin_before": money(before) if before else None,
        "margin_after": money(after) if after else None,
        "prorated": money(one.prorated) if one.prorated else None,
        "next_charge": one.next_charge,
        "refundable_until": one.refundable_until,
    }


def money(amount: Money) -> dict[str, Json]:
    """An amount as a decimal string, never rounded."""
    return {"amount": f"{amount.amount:f}", "currency": amount.currency}
