"""Money as a decimal amount in one currency; adding two currencies is a bug of the caller, never a conversion.

Amounts are kept unrounded and rounded once, half up, to cents where they are shown. Only a division can leave more
digits than there are: `shared` rounds there, to `SHARE`, so that sums and multiples of shares are exact whatever
their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
SHARE = Decimal("1E-12")
LARGEST = 10**12  # decimals are calculated with 28 digits: sums of amounts below this, to the finest share, are exact


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, f"{self.currency} and {other.currency} cannot be added"
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return self + -other

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def times(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def shared(self, parts: int) -> Money:
        """One of so many equal parts; rounded to `SHARE` where it does not divide evenly."""
        share = self.amount / parts
        rounded = share.quantize(SHARE, ROUND_HALF_UP)
        return Money(share if share == rounded else rounded, self.currency)

    def over(self, months: Decimal) -> Money:
        """What a time costs whose first month is a part of one; rounded to `SHARE` where that does not end."""
        return self.times(months).shared(1)

    @property
    def rounded(self) -> Decimal:
        return self.amount.quantize(CENT, ROUND_HALF_UP)

    def __str__(self) -> str:
        return f"{self.rounded} {self.currency}"

    def signed(self) -> str:
        """With its sign, as a change: `+72.00 EUR`."""
        return f"{self.rounded:+} {self.currency}"


def parse(text: str) -> Money:
    """`"500.00 EUR"` as money. ValueError says what was expected."""
    parts = text.split()
    if len(parts) != 2 or len(parts[1]) != 3 or not (parts[1].isascii() and parts[1].isalpha()):
        raise ValueError(f'"{text}" is not an amount of money: expected something like "500.00 EUR"')
    try:
        amount = Decimal(parts[0])
    except ArithmeticError as error:
        raise ValueError(f'"{parts[0]}" in "{text}" is not a number') from error
    if not amount.is_finite():
        raise ValueError(f'"{parts[0]}" in "{text}" is not a number')
    if abs(amount) >= LARGEST:
        raise ValueError(f'"{parts[0]}" in "{text}" is not below {LARGEST:,}')
    return Money(amount, parts[1].upper())


def total(amounts: list[Money]) -> dict[str, Money]:
    """The sum per currency, in order of the currency's name."""
    sums: dict[str, Money] = {}
    for money in amounts:
        sums[money.currency] = sums[money.currency] + money if money.currency in sums else money
    return dict(sorted(sums.items()))
