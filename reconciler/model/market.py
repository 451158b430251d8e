"""One market's part of the catalog: what Microsoft sells there, as a command wrote it into a file of its own.

A market is a country and a segment of customers (partner-center.md 3.9, 4: the country of the customer's tenant decides
what can be bought and for how much). Its file says when and from where it was read. What a person knows better stands
under `catalog:` in any file without `market:`, and wins.

Must not: hold the id of an availability. Microsoft changes those without notice (partner-center.md 4); whoever orders
reads it a moment before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from pydantic import Field

from reconciler.model.commerce import SegmentText
from reconciler.model.finding import Origin
from reconciler.model.retail import DayText
from reconciler.model.spec import Country, Document
from reconciler.model.template import CatalogSku

Day: TypeAlias = date


class Market(Document):
    """Which market a file is about, and how old and from where its facts are."""

    country: Country = Field(description="ISO 3166-1 alpha-2 country whose customers buy here.")
    segment: SegmentText = "commercial"
    synced: DayText | None = Field(default=None, description="The day on which Partner Center last confirmed it.")
    source: str = Field(default="", description="What was asked.")
    priced: DayText | None = Field(default=None, description="The day for which prices were last imported.")
    price_source: str = Field(default="", description="The file that the prices came from.")

    @property
    def name(self) -> str:
        """`DE commercial`."""
        return f"{self.country} {self.segment}"


@dataclass(frozen=True, slots=True)
class MarketFile:
    """One market's entries and where they stand. `file` is the name that findings show."""

    market: Market
    file: str
    origin: Origin
    entries: Mapping[str, CatalogSku]
    origins: Mapping[str, Origin]
