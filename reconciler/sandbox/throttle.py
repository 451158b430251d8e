"""Token buckets: how much each caller may still do, on the sandbox's clock.

A bucket holds `limit` and refills evenly over `window_s`. A request names its charges (limits.py knows both vendors'
tables); all of them must fit, and a refused request is charged too, because refused calls count (graph.md 12).
It must not know what a charge means, nor how a refusal is worded.

The decision a reader would question: buckets refill continuously instead of in fixed windows. Microsoft says "token
bucket" and no more; continuous refill is the textbook one and has no moment at which everybody is free again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# A refused caller digs at most this deep below zero: x-ms-throttle-limit-percentage ends at 1.8 (graph.md 12).
_DEEPEST = -0.8


@dataclass(frozen=True, slots=True)
class Charge:
    """`amount` out of the bucket `key`; `scope` and `information` are what a refusal by this bucket says."""

    key: str
    amount: float
    limit: float
    window_s: float
    scope: str = ""
    information: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the buckets said: `used` is the fullest bucket's share (1.0 = at the limit), `units` the charge in RU."""

    used: float = 0.0
    units: int = 0
    refused_by: Charge | None = None
    retry_after_s: float = 0.0


class Buckets:
    """All buckets of one sandbox, by key; a bucket exists once it is charged."""

    def __init__(self) -> None:
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, charges: tuple[Charge, ...], now: float, units: int = 0) -> Verdict:
        """Charge everything and say whether it fits; the refusing bucket is the one that takes longest to refill."""
        worst: Charge | None = None
        wait_s, used = 0.0, 0.0
        for charge in charges:
            left = max(self._level(charge, now) - charge.amount, _DEEPEST * charge.limit)
            self._levels[charge.key] = (left, now)
            used = max(used, 1.0 - left / charge.limit)
            # Whoever waits must find room for the same request again.
            if left < 0 and (late := (charge.amount - left) * charge.window_s / charge.limit) > wait_s:
                worst, wait_s = charge, late
        # Rounded up to what a header can say, so that nobody comes back a moment too early.
        return Verdict(used, units, worst, math.ceil(wait_s * 1000) / 1000)

    def _level(self, charge: Charge, now: float) -> float:
        level, then = self._levels.get(charge.key, (charge.limit, now))
        refill = max(now - then, 0.0) * charge.limit / charge.window_s
        return min(charge.limit, level + refill)
