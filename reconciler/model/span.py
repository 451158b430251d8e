"""From when until when something is meant: the first and the last day, both included, days of UTC.

`Dated` is what every entry has that can say `from:` and `until:`; `Timed` is what such an entry gives to a resource,
and only what has no other claim for all time is one. Must not: know what day it is; the services say that
(`Snapshot.now`), and files are also looked at without a day.

Questionable on purpose: a day is one of UTC for everybody. A license that ends in Auckland ends in the middle of the
day there; the price of the customer's own time would be a plan that means two things on one day of a fleet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pydantic import Field, model_validator

from reconciler.model.address import Address
from reconciler.model.finding import Origin
from reconciler.model.retail import DayText
from reconciler.model.spec import Document

DAY = timedelta(days=1)


class Span(NamedTuple):
    """The first and the last day; None where there is none."""

    first: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return not self.is_over(day) and not self.is_to_come(day)

    def is_over(self, day: date) -> bool:
        return self.until is not None and self.until < day

    def is_to_come(self, day: date) -> bool:
        return self.first is not None and day < self.first

    def meets(self, other: Span) -> bool:
        """True where there is a day on which both hold."""
        return self.within(other).is_possible

    def within(self, other: Span) -> Span:
        """The days of both."""
        firsts = [day for day in (self.first, other.first) if day]
        lasts = [day for day in (self.until, other.until) if day]
        return Span(max(firsts, default=None), min(lasts, default=None))

    @property
    def words(self) -> str:
        """`from 2027-04-01 until 2027-06-30`"""
        days = (("from", self.first), ("until", self.until))
        return " ".join(f"{word} {day.isoformat()}" for word, day in days if day)

    @property
    def is_possible(self) -> bool:
        return self.first is None or self.until is None or self.first <= self.until


ALWAYS = Span()


class Dated(Document):
    """An entry that is meant for a time; outside of it, it counts as not written."""

    from_: DayText | None = Field(default=None, alias="from", description="The first day (UTC); left out: always.")
    until: DayText | None = Field(default=None, description="The last day (UTC); left out: for good.")

    @property
    def span(self) -> Span:
        return ALWAYS if self.from_ is None and self.until is None else Span(self.from_, self.until)

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if not self.span.is_possible:
            raise ValueError(f"it would end on {self.until}, before it begins on {self.from_}")
        return self


class Timed(NamedTuple):
    """A resource, or an element of one, that the files give for a time only, and where they say so.

    `source` is the plan that gives it, "" the entry itself; `holder` whose entry it is. `element` is who is put into a
    set, "" where the whole resource is meant; `pool` the units that it takes, "" where it takes none.
    """

    address: Address
    span: Span
    source: str
    origin: Origin
    holder: str
    element: str = ""
    pool: str = ""


def turns(spans: Iterable[Span]) -> Iterator[date]:
    """A day of each time between two changes, in order: before everything, each beginning, the day after each end."""
    days = {span.first for span in spans if span.first}
    days |= {span.until + DAY for span in spans if span.until and span.until < date.max}
    yield from sorted({date.min, *days})
