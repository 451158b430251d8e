"""Who began or stopped holding which license, and how many seats each subscription has: what the record is made of.

A `Transaction` is one change, a `Batch` everything that one run found or did at one customer, a `Tally` what they come
to: played one after the other, the batches of a customer give who holds what now.

People are told apart by their object ids, subscriptions by theirs, so whoever gets another name stays who they are.
Must not: hold anything secret; of people there is the key of the files and the id, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What happened: to a person's license, to a person's name, or to the seats of a subscription of ours."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    RENAME = "rename"
    SEATS = "seats"


class Source(StrEnum):
    """Who did it: a run of ours, or somebody else before we looked. `OPENING` is what was there at the first look.

    What no service sells is given by the `FILES` alone.
    """

    OPENING = "opening"
    APPLY = "apply"
    RIGHTSIZE = "rightsize"
    OBSERVED = "observed"
    FILES = "files"


class Transaction(NamedTuple):
    """One change. `key` is how the files call the person or subscription, `id` its id in the cloud.

    `retail` and `cost` are what the license, or one seat, was sold and bought for a month at that time ("24.90 EUR"; ""
    where that is not known). `seats` is how many there are from then on; product, term and billing are said with it.
    """

    action: Action
    source: Source
    key: str
    id: str
    sku: str = ""
    plan: str = ""
    retail: str = ""
    cost: str = ""
    seats: int = 0
    product: str = ""
    term: str = ""
    billing: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one run wrote down of one customer. `at` is the services' time (ISO 8601, UTC)."""

    run: str
    at: str
    commit: str
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True)
class Bought:
    """A subscription of ours, with its seats."""

    key: str
    sku: str
    seats: int
    product: str = ""
    term: str = ""
    billing: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """Who holds which SKU, by object id and SKU, with the person's key; and our subscriptions by id.

    `opened` is False where nothing was ever written down.
    """

    holders: Mapping[tuple[str, str], str] = field(default_factory=dict)
    bought: Mapping[str, Bought] = field(default_factory=dict)
    opened: bool = True
