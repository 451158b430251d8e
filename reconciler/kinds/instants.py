"""Points in time as the services write them: one reader that copes with all of them, one form to compare and send.

Partner Center sends seven digits of fractions and sometimes no zone (partner-center.md 17); Graph sends seconds and a
Z. What has no zone is UTC. Nothing here reads a clock.

Questionable on purpose: `canonical` drops fractions of a second, because Graph does, and a date without a time is its
midnight, because that is what the portal sends for a hire date.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Annotated

from pydantic import AfterValidator

_GAP = re.compile(r"(?<=:) +")  # "2015-11-25T06: 41: 12Z" stands in Microsoft's own samples (partner-center.md 17)


def parse(text: str) -> datetime:
    """The instant, aware and in UTC. ValueError when it is none."""
    moment = datetime.fromisoformat(_GAP.sub("", text.strip()))
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def read(value: object) -> datetime | None:
    """What a service sent, or None where it sent nothing that can be read."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return parse(value)
    except ValueError:
        return None


def end_of_day(moment: datetime) -> datetime:
    """The last second of a day that is named by its midnight; any other moment as it is."""
    return datetime.combine(moment, time(23, 59, 59), UTC) if moment.time() == time() else moment


def canonical(text: str) -> str:
    """The one form that is compared and sent: `2026-08-31T00:00:00Z`. ValueError says what was expected."""
    try:
        return parse(text).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    except ValueError as error:
        raise ValueError(f'"{text}" is not a date: expected something like 2026-08-31') from error


Instant = Annotated[str, AfterValidator(canonical)]
