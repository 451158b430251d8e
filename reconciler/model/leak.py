"""Where a margin leaks away: seats that are paid for and used by nobody, and seats that nobody pays for.

Must not: be taken for a decision. A seat may be idle on purpose, and a shared mailbox has a blocked account.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from reconciler.model.address import Address
from reconciler.model.money import Money


class Sort(StrEnum):
    """What is wrong with it, in the words of the table."""

    UNASSIGNED = "unassigned seats"
    SUSPENDED = "suspended and paid"
    BLOCKED = "held by a blocked account"
    INACTIVE = "held by nobody who signs in"
    TWICE = "assigned twice"
    TRIAL = "trial that turns into a subscription"
    UNPRICED = "sold without a price"
    BILLED = "billed and not on record"


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak. `monthly` is what it costs a month, None where nobody knows; `fix` is what to do about it."""

    sort: Sort
    address: Address
    sku: str
    seats: int
    monthly: Money | None
    fix: str


class Held(NamedTuple):
    """A seat of ours, and who holds it, by address and object id."""

    address: Address
    id: str
    sku: str
    monthly: Money | None


@dataclass(frozen=True, slots=True)
class Looked:
    """What one reading of a customer shows: its leaks, and the seats that somebody holds who could use them."""

    leaks: tuple[Leak, ...]
    held: tuple[Held, ...] = ()
