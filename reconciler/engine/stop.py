"""Asking a run to stop: what runs gets a moment to finish, nothing new begins.

A signal asks, and so does a lock that somebody else took over. Work that must not be torn (a step of the plan) runs in
`within(GRACE_S)`, work that may be (reading) in `within(0)`; both end with TimeoutError once that long has passed since
somebody asked. Who asks twice gets no grace.

Must not: know signals or locks, or decide what becomes of a step that was cut short: its caller says that it is in
doubt.

Questionable on purpose: the grace is five seconds, less than most runs of a step's retries need. A cancelled pipeline
is killed 7.5 s after its first signal (https://docs.github.com/actions: workflow cancellation), and what was written
down as in doubt is worth more than a retry that nobody sees the end of.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

GRACE_S = 5.0


class Why(StrEnum):
    """What a run was stopped by."""

    SIGNAL = "a signal"
    LOCK_LOST = "another run that took over its lock"


@dataclass(slots=True)
class Stop:
    """Whether somebody asked, and who."""

    why: Why | None = None
    _running: dict[asyncio.Timeout, float] = field(default_factory=dict)

    def ask(self, why: Why) -> None:
        """Stop. A second time: now, without grace."""
        again, self.why = self.why is not None, self.why or why
        now = asyncio.get_running_loop().time()
        for timeout, grace_s in self._running.items():
            timeout.reschedule(now if again else now + grace_s)

    @asynccontextmanager
    async def within(self, grace_s: float) -> AsyncIterator[None]:
        """Run the block; TimeoutError when it was asked to stop and did not end within `grace_s` seconds of that."""
        async with asyncio.timeout(grace_s if self.why else None) as timeout:
            self._running[timeout] = grace_s
            try:
                yield
            finally:
                del self._running[timeout]
