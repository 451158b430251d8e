"""Time that only passes while everybody waits: an event loop whose clock jumps to the next timer.

A run that sleeps for minutes takes milliseconds, and for the clouds, which go by the same clock, the same minutes pass.
Work in threads (msal asks for tokens from one) is waited for in real time before the clock may jump, because what a
thread is about to do is not known to the loop.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.engine.clock import Clock

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
PATIENCE_S = 0.02  # for a thread that computes; one that waits for the loop gets its timers after it
MANY = 25


@dataclass
class Time:
    """Seconds since the epoch, shared by loops and clouds."""

    seconds: float = START.timestamp()

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def clock(self) -> Clock:
        """The product's clock on this time."""
        return Clock(self.now, self, asyncio.sleep)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on a `Time`."""

    def __init__(self, time: Time) -> None:
        self._virtual = time
        self._threads = 0
        super().__init__(_Selector(self))
        self._clock_resolution = 1e-5  # seconds since the epoch are not exact to a nanosecond as floats

    def time(self) -> float:
        return self._virtual.seconds

    def run_in_executor(  # type: ignore[override]  # the supertype counts the types of the arguments
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future = super().run_in_executor(executor, func, *args)
        self._threads += 1
        future.add_done_callback(self._thread_done)
        return future

    def _thread_done(self, _future: asyncio.Future[Any]) -> None:
        self._threads -= 1

    def waited(self, seconds: float) -> None:
        self._virtual.seconds += seconds

    @property
    def has_threads(self) -> bool:
        return self._threads > 0


class _Selector(selectors.SelectSelector):
    """Looks at the sockets once, and lets the time asked for pass at once when nothing is there."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        events = super().select(0)
        if events or timeout == 0:
            return events
        if timeout is None:
            return super().select(None)
        for _ in range(MANY if self._loop.has_threads else 0):
            events = super().select(PATIENCE_S)
            if events:
                return events
        self._loop.waited(timeout)
        return []


def run(time: Time, work: Callable[[], Any]) -> Any:
    """What `asyncio.run` does, on virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(time)) as runner:
        return runner.run(work())
