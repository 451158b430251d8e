"""Time as a parameter: what the engine waits with and measures with. Tests pass a manual one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` for stamps (UTC), `monotonic` for deadlines in seconds, `sleep` in seconds."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]


def system() -> Clock:
    """The machine's own time."""
    return Clock(lambda: datetime.now(UTC), time.monotonic, asyncio.sleep)
