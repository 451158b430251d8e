"""Is a step worth repeating? Whether one request may be repeated is another question, answered in `cloud/http.py`.

Temporary errors are tried again until one shared deadline. A write whose answer was lost is looked at before it is
sent again: where the reading shows the effect it was done; where it does not, an update is sent again (it says what
shall be, so twice is once), and a creation is not, because a reading that lags would make a second one.

Questionable on purpose: what the service says is not there is asked for again for a while. The plan's reading has shown
it, or a run that died has just made it: one replica that does not know it yet is likelier than somebody who deleted it
this minute, and where it really is gone the row fails `REPLICAS_S` later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from reconciler.engine.clock import Clock
from reconciler.model.errors import CloudError, InDoubt, NotFound

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
REPLICAS_S = 20.0  # longer than a write usually needs to be seen everywhere (graph.md 1.3) [inferred]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trying:
    """How long a step may try, and whom to tell when it waits (seconds, why)."""

    clock: Clock
    deadline: float
    waiting: Callable[[float, str], None]


async def persist(attempt: Callable[[], Awaitable[T]], trying: Trying) -> T:
    """The result of the first attempt that works. Raises the last error once it is permanent or time is up.

    `InDoubt` is raised at once: only the caller can look.
    """
    pause, begun = FIRST_PAUSE_S, trying.clock.monotonic()
    while True:
        try:
            return await attempt()
        except CloudError as error:
            wait = error.exchange.retry_after_s or pause
            now = trying.clock.monotonic()
            lags = isinstance(error, NotFound) and bool(error.exchange.status) and now - begun < REPLICAS_S
            if not (error.temporary or lags) or isinstance(error, InDoubt) or now + wait > trying.deadline:
                raise
            trying.waiting(wait, str(error))
        await trying.clock.sleep(wait)
        pause = min(pause * 2, LONGEST_PAUSE_S)
