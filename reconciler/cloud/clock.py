"""Time, three kinds of it, all handed in: how long a call may take, how long to wait, and what day the service has.

`Pace` carries the monotonic clock, sleep and randomness together with the shared deadline of the run. `ServiceClock`
is business time: the last `Date` header a service sent, advanced by the monotonic clock, so that windows and term ends
are judged by the service's clock and not by that of a build agent.

Must not: read the wall clock for a decision; it is only compared with the service's, to report skew.

Questionable on purpose: before the first answer `now` is the local clock. Nothing is decided before the first read,
and an optional time would spread through every signature.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient one run is. `deadline` is a time of `monotonic`; the seconds are per logical call.

    `attempts` bounds sendings that failed (no answer, 5xx); refusals that name a time to come back (429) are bounded
    by `patience_s` only: Graph's longest window is 300 s (graph.md 12), and we outlast one.
    """

    deadline: float = math.inf
    patience_s: float = 330.0
    attempts: int = 6
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random

    def until(self) -> float:
        """When a call that starts now must have ended."""
        return min(self.deadline, self.monotonic() + self.patience_s)

    def within(self, seconds: float) -> Pace:
        """The same pace with a deadline that many seconds from now, if that is earlier."""
        return replace(self, deadline=min(self.deadline, self.monotonic() + seconds))


def local_time() -> datetime:
    """The wall clock of this machine, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class ServiceClock:
    """Business time, learned from `Date` headers (RFC 9110, 6.6.1; whole seconds)."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = local_time
    _header: str = ""
    _seen: datetime | None = None
    _seen_at: float = 0.0
    _skew: timedelta = field(default_factory=timedelta)

    def observe(self, date: str) -> None:
        """Takes a Date header. One that cannot be read, or repeats the last, changes nothing."""
        if not date or date == self._header:
            return
        try:
            seen = parsedate_to_datetime(date)
        except ValueError:
            return
        self._header = date
        self._seen = seen if seen.tzinfo else seen.replace(tzinfo=UTC)
        self._seen_at = self.monotonic()
        self._skew = self._seen - self.wall()

    def now(self) -> datetime:
        """The service's time."""
        if self._seen is None:
            return self.wall()
        return self._seen + timedelta(seconds=self.monotonic() - self._seen_at)

    @property
    def skew(self) -> timedelta:
        """Service's clock minus ours, at the last new Date header; zero before the first."""
        return self._skew
