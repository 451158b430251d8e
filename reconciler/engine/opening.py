"""Waits until a tenant that this run made lets others in.

A new tenant is not known to login for minutes, and a consent takes effect when it likes. Everything that needs the
directory waits for it here, once; what only needs Partner Center does not come by.

Must not: decide what to do where the tenant stays shut. The answer is a sentence, and the rows that needed it are
skipped with it; the next run goes on.

Questionable on purpose: five minutes. Three are documented for a new tenant (graph.md 10.4), and a run that ends sooner
would leave the rest to a second one nearly always.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reconciler.engine.clock import Clock
from reconciler.model.errors import CloudError
from reconciler.model.kind import Kind

LIMIT_S = 300.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
STILL_SHUT = "the new tenant does not let us in yet; the next run goes on from here"


async def wait(
    kinds: Sequence[Kind[Any, Any]],  # Any: kinds of different specs and sessions stand side by side
    session: object,
    clock: Clock,
    until: float,
    told: Callable[[float, str], None],
) -> str:
    """ "" as soon as every kind says that it is open; else why not. `until` is in monotonic seconds."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            if await _all_open(kinds, session):
                return ""
        except CloudError as error:
            return f"the new tenant does not let us in: {error}"
        if clock.monotonic() + pause > until:
            return STILL_SHUT
        told(pause, STILL_SHUT)
        await clock.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_S)


async def _all_open(kinds: Sequence[Kind[Any, Any]], session: object) -> bool:
    for kind in kinds:
        if not await kind.is_open(session):
            return False
    return True
