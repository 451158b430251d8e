"""An order on its way: by what it is found again, whatever request was lost and wherever the run died.

A service that sells may not be asked twice for one thing. What stands for the purchase is the cart: checking one cart
out again gives the first result (partner-center.md 5.2). So the cart is written down before it is checked out, and as
long as nobody knows how that ended, this cart and no other one is used. An upgrade of what runs has no cart: the key of
its one request is written down instead.

Must not: hold what is bought, or for how much; ids only, because it stands in the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purchase:
    """The cart, the order that came of it once that is known, and when the cart was written down (ISO 8601, UTC).

    Of an upgrade `cart` is the key of the request (MS-RequestId).
    """

    cart: str
    order: str = ""
    at: str = ""
