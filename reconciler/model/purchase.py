"""An order on its way: by what it is found again, whatever request was lost and wherever the run died.

A service that sells may not be asked twice for one thing. What stands for the purchase is the cart: checking one cart
out again gives the first result (partner-center.md 5.2). So the cart is written down before it is checked out, and as
long as nobody knows how that ended, this cart and no other one is used. An upgrade of what runs has no cart: the key of
its one request is written down instead.

Must not: hold what is bought, or for how much; ids only, because it stands in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Purchase:
    """The cart, the order that came of it once that is known, and when the cart was written down (ISO 8601, UTC).

    Of an upgrade `cart` is the key of the request (MS-RequestId).
    """

    cart: str
    order: str = ""
    at: str = ""


class Fate(StrEnum):
    """What became of an order that was begun: a cart that nobody ordered, nothing bought, an order without a
    subscription yet, or with one; or nobody could be asked."""

    CART = "cart"
    NOTHING = "nothing"
    PENDING = "pending"
    ORDERED = "ordered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an order: its number and subscription where there are any, until when a cart stays (a day), and
    why nothing was bought or is known."""

    fate: Fate
    order: str = ""
    subscription: str = ""
    until: str = ""
    why: str = ""
