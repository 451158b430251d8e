"""Keeps one connection within what a service allows: token buckets, and a hold that a 429 or a warning puts on all.

One `Limiter` is shared by everything that draws on the same budget (an app in a tenant, a partner tenant). Limits of
the services are dynamic, so the buckets only keep us from running into the documented ones; the answers' own headers
have the last word.

Must not: bound how many requests run at once (that is the pool's and the batch lanes' business).

Questionable on purpose: a bucket may go into debt, and each caller waits off its own share of it. So callers are paced
in the order they came without a queue or a lock; the price is that a cancelled caller's units are not given back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.cloud.clock import Pace

WARNING = 0.8  # x-ms-throttle-limit-percentage appears from here: graph.md 12
WARNED_FOR_S = 10.0  # the resource-unit window it speaks of
LONGEST_SPACING_S = 1.0  # at 1.8, where four of five calls are refused [inferred]


@dataclass(slots=True)
class Bucket:
    """`capacity` units at once, refilled over `window_s`. Debt is allowed: it is what the next one waits for."""

    capacity: float
    window_s: float
    _level: float = field(init=False)
    _at: float | None = None

    def __post_init__(self) -> None:
        self._level = self.capacity

    def take(self, units: float, now: float) -> float:
        """Takes the units and says how many seconds to wait before using them."""
        rate = self.capacity / self.window_s
        if self._at is not None:
            self._level = min(self.capacity, self._level + (now - self._at) * rate)
        self._at = now
        self._level -= units
        return max(0.0, -self._level / rate)


class Limiter:
    """One budget. `admit` returns when the next request may be sent."""

    def __init__(self, pace: Pace, *buckets: Bucket) -> None:
        self._pace = pace
        self._buckets = buckets
        self._not_before = 0.0
        self._spacing_s = 0.0
        self._spaced_until = 0.0

    async def admit(self, units: float = 1.0) -> None:
        """Waits for the budget. Never longer than the run's deadline: sending then fails with its own message."""
        now = self._pace.monotonic()
        ready = now + max((bucket.take(units, now) for bucket in self._buckets), default=0.0)
        if now < self._spaced_until:
            self._not_before = max(self._not_before, now) + self._spacing_s
        while (wait_s := max(ready, self._not_before) - self._pace.monotonic()) > 0.0:
            left_s = self._pace.deadline - self._pace.monotonic()
            if left_s <= 0.0:
                return
            await self._pace.sleep(min(wait_s, left_s))

    def hold(self, seconds: float) -> None:
        """The service refused with a time to come back: nothing of this budget is sent before."""
        self._not_before = max(self._not_before, self._pace.monotonic() + seconds)

    def warn(self, percentage: float) -> None:
        """The service says how full its limit is (0.8 to 1.8): requests are spaced for the rest of its window."""
        if percentage >= WARNING:
            self._spacing_s = min(LONGEST_SPACING_S, percentage - WARNING)
            self._spaced_until = self._pace.monotonic() + WARNED_FOR_S
