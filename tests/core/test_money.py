"""Amounts of money: exact sums, one currency each, and what is no amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import money
from reconciler.model.money import SHARE, Money

CENTS = st.integers(0, 10**8).map(lambda cents: Money(Decimal(cents) / 100, "EUR"))


def fraction(amount: Money) -> Fraction:
    return Fraction(amount.amount)


@pytest.mark.parametrize("text", ["20", "20 euros", "x EUR", "NaN EUR", "Infinity EUR", "1E12 EUR", "20 €U€", "20 EÜR"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text.split(maxsplit=1)[0]):
        money.parse(text)


@pytest.mark.parametrize(
    ("whole", "parts", "expected"),
    [("247.20", 12, "20.60"), ("67", 12, "5.583333333333"), ("0", 12, "0"), ("20", 12, "1.666666666667")],
    ids=["divides", "does not divide", "nothing", "rounded half up"],
)
def test_a_share_is_exact_or_rounded_once(whole: str, parts: int, expected: str) -> None:
    assert Money(Decimal(whole), "EUR").shared(parts) == Money(Decimal(expected), "EUR")


@given(whole=CENTS, parts=st.sampled_from([12, 36]))
def test_a_share_is_never_further_off_than_half_its_last_digit(whole: Money, parts: int) -> None:
    assert abs(fraction(whole.shared(parts)) * parts - fraction(whole)) <= Fraction(SHARE) * parts / 2


@given(found=st.lists(st.tuples(CENTS, st.sampled_from([1, 12, 36]), st.integers(-1000, 1000)), max_size=20))
def test_sums_of_multiples_of_shares_are_exact(found: list[tuple[Money, int, int]]) -> None:
    """Held against fractions, which round nothing."""
    terms = [whole.shared(parts).times(units) for whole, parts, units in found]

    summed = money.total(terms)

    assert sum(map(fraction, summed.values())) == sum(
        (fraction(whole.shared(parts)) * units for whole, parts, units in found), Fraction(0)
    )


@given(amounts=st.lists(st.tuples(CENTS, st.sampled_from(["EUR", "AUD", "SEK"]))))
def test_currencies_are_summed_apart(amounts: list[tuple[Money, str]]) -> None:
    summed = money.total([Money(amount.amount, currency) for amount, currency in amounts])

    assert {name: one.currency for name, one in summed.items()} == {name: name for name in {c for _, c in amounts}}


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(AssertionError, match="EUR and AUD"):
        Money(Decimal(1), "EUR") - Money(Decimal(1), "AUD")


def test_a_part_of_a_month_has_no_more_decimals_than_a_share() -> None:
    assert Money(Decimal(26), "EUR").over(Decimal(100) / Decimal(3)).amount == Decimal("866.666666666667")
