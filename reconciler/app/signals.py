"""SIGINT and SIGTERM as a wish to stop: the run finishes what it has begun, writes it down and frees its lock.

Must not: be in force while somebody is asked a question (`paused`). Reading an answer blocks the event loop, and a
Ctrl-C that only the loop hears would do nothing until Enter is pressed. Everything else between taking the lock and
freeing it is covered: a signal in a gap would kill the run and leave the lock behind.

Questionable on purpose: where the loop cannot listen (Windows, a thread other than the main one) nothing is installed,
and the interpreter's own handling stays. A run that is torn that way is what resuming is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from reconciler.engine.stop import Stop, Why

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class Listening:
    """Signals that ask a run to stop, and what they did before."""

    stop: Stop
    loop: asyncio.AbstractEventLoop
    _before: dict[signal.Signals, Any] = field(default_factory=dict)  # Any: a handler in one of three forms

    def begin(self) -> None:
        """From here on they ask."""
        for number in SIGNALS:
            before = signal.getsignal(number)
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                self.loop.add_signal_handler(number, self.stop.ask, Why.SIGNAL)
                self._before[number] = before

    def end(self) -> None:
        """From here on they do what they did before."""
        while self._before:
            number, before = self._before.popitem()
            self.loop.remove_signal_handler(number)
            signal.signal(number, before)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """For the length of the block they do what they did before."""
        self.end()
        try:
            yield
        finally:
            self.begin()


@contextlib.contextmanager
def asking(stop: Stop) -> Iterator[Listening]:
    """For the length of the block signals ask `stop`; afterwards they do what they did before."""
    listening = Listening(stop, asyncio.get_running_loop())
    listening.begin()
    try:
        yield listening
    finally:
        listening.end()
