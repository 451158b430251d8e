"""SIGINT and SIGTERM as a wish to stop: the run finishes what it has begun, writes it down and frees its lock.

Must not: be in force while somebody is asked a question. Reading an answer blocks the event loop, and a Ctrl-C that
only the loop hears would do nothing until Enter is pressed.

Questionable on purpose: where the loop cannot listen (Windows, a thread other than the main one) nothing is installed,
and the interpreter's own handling stays. A run that is torn that way is what resuming is for.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator

from reconciler.engine.stop import Stop, Why

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def asking(stop: Stop) -> Iterator[None]:
    """For the length of the block signals ask `stop`; afterwards they do what they did before."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    installed = []
    for number in SIGNALS:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.ask, Why.SIGNAL)
            installed.append(number)
    try:
        yield
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])
