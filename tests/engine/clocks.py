"""Time that passes only when somebody sleeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reconciler.engine.clock import Clock

START = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)


@dataclass
class ManualTime:
    """Seconds since the start, and every pause that was asked for."""

    passed_s: float = 0.0
    pauses: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.passed_s += seconds

    def clock(self) -> Clock:
        return Clock(lambda: START + timedelta(seconds=self.passed_s), lambda: self.passed_s, self.sleep)
