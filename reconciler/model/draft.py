"""What could be written into files: entries made from what is live, and what is left out, each with its reason.

    Item     one entry of a section, by the names that files use, in the order of the schema
    Left     something live that no entry is made of, or a value that its entry does not have
    Doubt    what a proof refused: an entry, or a part of one, is then drafted without it
    Template a plan that was inferred, and how many people it is for
    Draft    all of one customer

An item says nothing about files: which one it stands in, and how it looks there, is decided by who writes
(`store/customer_files.py`). Values are plain (text, numbers, truth values, tuples, maps), so that a draft can be
written by anybody, also as a patch.

Questionable on purpose: an address of something live stands beside the item's key, because a subscription is live by
its id and declared by a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.model.address import Address
from reconciler.model.finding import Finding

Values = Mapping[str, object]
WHOLE = ""  # the part of an address that is all of it


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `live` is what it declares, `comments` stand above it."""

    section: str
    key: str
    values: Values
    live: Address
    comments: tuple[str, ...] = ()


class Left(NamedTuple):
    """What is not written, why, and under which word it is counted ("guests"). `part` is a value of what is written."""

    address: Address
    sort: str
    reason: str
    part: str = WHOLE


class Doubt(NamedTuple):
    """A part of something live that must not be drafted so, and why."""

    address: Address
    part: str
    why: str


@dataclass(frozen=True, slots=True)
class Template:
    """A plan for the licenses and groups that so many people have in common."""

    name: str
    values: Values
    people: int
    words: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that would be written of one customer. `plans` counts the people of each plan that is used.

    `head` is None where files declare the customer already; `products` are what the catalog lacks.
    """

    customer: str
    head: Values | None
    items: tuple[Item, ...]
    left: tuple[Left, ...] = ()
    templates: tuple[Template, ...] = ()
    products: Mapping[str, Values] = field(default_factory=dict)
    plans: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def of(self, section: str) -> tuple[Item, ...]:
        """The items of one section, in order."""
        return tuple(item for item in self.items if item.section == section)

    @property
    def is_empty(self) -> bool:
        return self.head is None and not self.items
