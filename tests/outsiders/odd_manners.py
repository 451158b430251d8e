"""How the odd server behaves: every manner is legal by the documents, and every one has broken some client.

A manner that is off leaves the plain behavior, so that a failure can be pinned to one of them.
Sources are beside the fields: graph.md and partner-center.md of the reference.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")
Json = Any  # rows


@dataclass(frozen=True, slots=True)
class Manners:
    """All off unless said; `seed` decides what is drawn."""

    seed: int = 1
    tiny_pages: bool = False  # pages of two; $top is an upper bound (graph.md 1.1)
    empty_pages: bool = False  # a page may be empty and still have a link (graph.md 1.1)
    moving_rows: bool = False  # pages shift while they are read, and a row comes twice
    shuffled: bool = False  # no order is promised without $orderby
    extra_fields: bool = False  # services grow fields (partner-center.md 16, last line)
    mixed_case: bool = False  # ids and UPNs compare ignoring case (graph.md 5.1, partner-center.md 6.1)
    bare: bool = False  # what is empty is absent; batch items without headers (partner-center.md 1.2)
    null_errors: bool = False  # licenseAssignmentStates.error null instead of "None" (graph.md 7.4)
    replicas: bool = False  # a write is seen late, and not by every reading (graph.md 1.3)
    late_index: bool = False  # counts come from an index that is far behind (graph.md 1.2)
    throttled: bool = False  # 429 with a Retry-After of decimals, in batches item by item (graph.md 3, 12)
    unordered_batch: bool = False  # answers in any order (graph.md 3)
    accepted_patch: bool = False  # 202 and Location for a subscription (partner-center.md 1.8)
    expiring_tokens: bool = False  # 401 in the middle (graph.md 4.1)
    terse_errors: bool = False  # message as an object with a value, no innerError (graph.md 4)
    late_seats: bool = False  # bought seats reach the directory after minutes (graph.md 7.1)


SWITCHES = tuple(one.name for one in fields(Manners) if one.name != "seed")


class Mood:
    """The manners with their dice."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.dice = random.Random(manners.seed)
        self._asked = 0

    def id(self, identity: str) -> str:
        """A GUID as this answer spells it."""
        return identity.upper() if self.manners.mixed_case and self.dice.random() < 0.5 else identity

    def name(self, upn: str) -> str:
        """A UPN as this answer spells it."""
        return upn.title() if self.manners.mixed_case and self.dice.random() < 0.5 else upn

    def order(self, rows: Sequence[T]) -> list[T]:
        shown = list(rows)
        if self.manners.shuffled:
            self.dice.shuffle(shown)
        return shown

    def row(self, row: dict[str, Json], *, whole: bool = False) -> dict[str, Json]:
        """A row with more or fewer fields; `whole` keeps what is empty."""
        if self.manners.bare and not whole:
            row = {key: value for key, value in row.items() if value not in (None, [], {})}
        if self.manners.extra_fields:
            row = {**row, "addedLastWeek": {"deep": [1, {"er": None}]}, "added@odata.type": "#Collection(String)"}
        return row

    def strikes(self, every: int) -> bool:
        """True for one request of that many."""
        self._asked += 1
        return self._asked % every == 0
