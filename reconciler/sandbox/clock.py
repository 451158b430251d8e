"""The sandbox's time: real time plus an offset, or a fixed moment while frozen.

Every rule that asks "what time is it" asks this clock: seat windows, renewals, replication lag, throttling windows,
`Date` headers. Tokens, client assertions and TLS certificates do not: they are judged by real time, because the
libraries that make and check them know no other (interface.md section 5).
It must not sleep and has no timers: what happens at a moment happens when somebody next looks (see `Service.settle`
in routing.py).

The decision a reader would question: the clock may be moved backwards. `set` is for tests and demos that start in a
chosen month; a service that keeps due times must bear it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """A movable clock; `real` returns seconds since the epoch and is a parameter so that tests can hold it still."""

    __slots__ = ("_frozen_at", "_offset_s", "_real")

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._offset_s = 0.0
        self._frozen_at: float | None = None

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    def time(self) -> float:
        """Seconds since the epoch, on this clock."""
        return self._real() + self._offset_s if self._frozen_at is None else self._frozen_at

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def real_time(self) -> float:
        """Seconds since the epoch as the rest of the world counts them: for tokens and assertions only."""
        return self._real()

    def advance(self, by: timedelta) -> None:
        """Move by `by`, which may be negative; a frozen clock stays frozen at the new moment."""
        self.set(self.now() + by)

    def set(self, moment: datetime) -> None:
        """Jump to `moment` (aware); a running clock runs on from there, a frozen one stays there."""
        if moment.tzinfo is None:
            raise ValueError("the clock needs a moment with a time zone, for example 2026-11-02T08:00:00Z")
        self._offset_s = moment.timestamp() - self._real()
        if self._frozen_at is not None:
            self._frozen_at = moment.timestamp()

    def freeze(self, *, frozen: bool = True) -> None:
        """Stop at the present moment, or run on from the moment of the freeze."""
        present = self.time()
        self._offset_s = present - self._real()
        self._frozen_at = present if frozen else None
