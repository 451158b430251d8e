"""What customers pay: the lines of a price book as they stand in the files, and a book with the place of each line.

A line is for one seat, and says in its key for how long: a month or the whole term. Beside a fixed price stand mark-up
and discount, both on what the seat costs us. Days are days of UTC, `until` is the last one.

Must not: choose among lines (`core/retail.py`), or convert currencies.

Questionable on purpose: a line that says nothing of term or billing holds for any. A provider with one price a month
for all terms writes one line; the price is that a catalog which learns of a new term has a price for it at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from reconciler.model import money
from reconciler.model.commerce import BillingText, MoneyText, TermText
from reconciler.model.finding import Origin
from reconciler.model.money import Money
from reconciler.model.spec import Document

EVERYTHING = "*"
HUNDRED = Decimal(100)
MOST, FINEST = 10_000_000, Decimal("0.000001")  # within these, sums over any fleet are exact
PRICES = ("per_month", "per_term", "markup", "discount")
ONE_PRICE = "a price says exactly one of perMonth, perTerm, markup and discount"


def _day(value: Any) -> date:  # Any: not validated yet
    if isinstance(value, date):
        return value  # commands write days that they know; the files' own reader gives text
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError("a day is written like 2027-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("there is no such day") from error


def _paid(value: str) -> str:
    amount = money.parse(value).amount
    if not 0 <= amount < MOST:
        raise ValueError(f"a price is 0 or more, and less than {MOST:,}")
    if amount.normalize() != amount.quantize(FINEST).normalize():
        raise ValueError("a price has at most six decimals")
    return value


DayText = Annotated[
    date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2027-01-31"]})
]
PaidText = Annotated[MoneyText, AfterValidator(_paid)]
Percent = Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,2})? ?%$", examples=["20%"])]
PriceKey = Annotated[str, Field(pattern=r"^(\*|[A-Z0-9_-]+|[A-Z0-9]{12}:[A-Z0-9]{4})$")]


class Price(Document):
    """What one seat is sold for: exactly one of the four."""

    per_month: PaidText | None = Field(default=None, description='One seat a month, "24.90 EUR".')
    per_term: PaidText | None = Field(default=None, description='One seat for the whole term, "298.80 EUR".')
    markup: Percent | None = Field(default=None, description="On what the seat costs: 20%.")
    discount: Percent | None = Field(default=None, description="Off what the seat costs: 5%.")

    @property
    def fixed(self) -> Money | None:
        """The price that is written, whatever it is for; None for a share of the cost."""
        text = self.per_month or self.per_term
        return money.parse(text) if text else None

    @property
    def factor(self) -> Decimal:
        """What the cost is multiplied by; 1 where a fixed price stands."""
        if self.markup:
            return 1 + _share(self.markup)
        return 1 - _share(self.discount) if self.discount else Decimal(1)


class Tier(Price):
    """Another price from so many seats on, for all seats of the subscription."""

    seats: int = Field(ge=2, description="From this many seats of the subscription on.")

    @model_validator(mode="after")
    def _one_price(self) -> Tier:
        _check_price(self)
        return self


class PriceLine(Price):
    """One price of a product: for which term and billing, from when until when, and for how many seats."""

    term: TermText | None = Field(default=None, description="Left out: any.")
    billing: BillingText | None = Field(default=None, description="Left out: any.")
    from_: DayText | None = Field(default=None, alias="from", description="The first day; left out: always.")
    until: DayText | None = Field(default=None, description="The last day; left out: until a later line starts.")
    tiers: tuple[Tier, ...] = Field(default=(), description="Other prices from so many seats on.")

    @property
    def currency(self) -> str | None:
        """The currency of a fixed price; None for a share of the cost, whatever its currency."""
        found = [price.fixed for price in (self, *self.tiers) if price.fixed]
        return found[0].currency if found else None

    def at(self, seats: int) -> Price:
        """The price that holds for a subscription of so many seats."""
        reached = [tier for tier in self.tiers if tier.seats <= seats]
        return reached[-1] if reached else self

    @model_validator(mode="after")
    def _fits(self) -> PriceLine:
        _check_price(self)
        if self.from_ and self.until and self.until < self.from_:
            raise ValueError(f"it would end on {self.until}, before it starts on {self.from_}")
        starts = [tier.seats for tier in self.tiers]
        if starts != sorted(set(starts)):
            raise ValueError("tiers stand in order of their seats, each number once")
        if not self.term and any(price.per_term for price in (self, *self.tiers)):
            raise ValueError('perTerm needs a term beside it: "term: P1Y"')
        fixed = [price.fixed.currency for price in (self, *self.tiers) if price.fixed]
        if len(set(fixed)) > 1:
            raise ValueError(f"one line has one currency, not {' and '.join(sorted(set(fixed)))}: write two lines")
        return self


Lines = Annotated[tuple[PriceLine, ...], Field(examples=["[{perMonth: 24.90 EUR}]"])]
Prices = dict[PriceKey, Lines]


@dataclass(frozen=True, slots=True)
class Listed:
    """A line, the product it stands under, and where."""

    key: str
    line: PriceLine
    origin: Origin


@dataclass(frozen=True, slots=True)
class Book:
    """One owner's prices by part number or product. `owner` is how messages call whose they are: `reseller "x"`."""

    owner: str
    lines: Mapping[str, tuple[Listed, ...]] = field(repr=False)


def _check_price(price: Price) -> None:
    if len([1 for name in PRICES if getattr(price, name)]) != 1:
        raise ValueError(ONE_PRICE)
    if price.discount and _share(price.discount) > 1:
        raise ValueError("a discount of more than 100% would be paid to the customer")


def _share(text: str) -> Decimal:
    return Decimal(text.rstrip("% ")) / HUNDRED
