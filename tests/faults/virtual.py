"""Time that only passes while everybody waits: an event loop whose clock jumps to the next timer.

A run that sleeps for minutes takes milliseconds, and for the clouds, which go by the same clock, the same minutes pass.
Work in threads (msal asks for tokens from one) is waited for before the clock may jump, unless the thread itself waits
for a coroutine of the loop: then nothing will come from it before that has ended.
"""

from __future__ import annotations

import asyncio
import selectors
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.engine.clock import Clock

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
PATIENCE_S = 5.0  # for a thread that computes, which always ends in a word to the loop


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
        self._pool = ThreadPoolExecutor(2, "virtual")
        self._counting = threading.Lock()
        self._asked: set[asyncio.Future[Any]] = set()
        self._is_asked = False
        super().__init__(_Selector(self))
        self._clock_resolution = 1e-5  # seconds since the epoch are not exact to a nanosecond as floats
        self.set_task_factory(self._task)

    def time(self) -> float:
        return self._virtual.seconds

    def run_in_executor(  # type: ignore[override]  # the supertype counts the types of the arguments
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """The thread counts until it has ended, also when nobody awaits it any more."""
        working = (executor or self._pool).submit(func, *args)
        with self._counting:
            self._threads += 1
        awaited = asyncio.wrap_future(working, loop=self)
        working.add_done_callback(self._thread_done)  # after the loop was told of the result
        return awaited

    def call_soon_threadsafe(  # type: ignore[override]  # as above
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """A task that begins in such a callback is what a thread waits for (`asyncio.run_coroutine_threadsafe`)."""

        def asked(*given: Any) -> None:
            self._is_asked = True
            try:
                callback(*given)
            finally:
                self._is_asked = False

        return super().call_soon_threadsafe(asked, *args, context=context)

    def waited(self, seconds: float) -> None:
        self._virtual.seconds += seconds

    @property
    def is_expecting(self) -> bool:
        """True while a thread computes that will have a word for the loop."""
        return self._threads > len(self._asked)

    def _task(self, loop: asyncio.AbstractEventLoop, work: Any, **more: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
        if self._is_asked:
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)
        return task

    def _thread_done(self, _working: Future[Any]) -> None:
        with self._counting:
            self._threads -= 1
        self.call_soon_threadsafe(lambda: None)

    async def drained(self) -> None:
        """Until no thread is left. One that waited for this loop after its end would wait for ever."""
        while self._threads:
            for task in tuple(self._asked):
                task.cancel()
            await asyncio.sleep(0.001)
        self._pool.shutdown()


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
        if self._loop.is_expecting:
            events = super().select(PATIENCE_S)
            if events:
                return events
        self._loop.waited(timeout)
        return []


def run(time: Time, work: Callable[[], Any]) -> Any:
    """What `asyncio.run` does, on virtual time."""
    loop = VirtualLoop(time)
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        try:
            return runner.run(work())
        finally:
            runner.run(loop.drained())
