"""Writing an object that others write too: try again until nobody was in between.

Must not wait for a lock: each failure means that somebody else made progress.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from reconciler.model.errors import StoreError

MOST_ATTEMPTS = 20
LONGEST_PAUSE_S = 0.2

T = TypeVar("T")


def persevere(attempt: Callable[[], T | None], pause: Callable[[float], None], what: str) -> T:
    """The result of the first attempt that gives one. StoreError after many; `what` begins its sentence."""
    for number in range(MOST_ATTEMPTS):
        result = attempt()
        if result is not None:
            return result
        # Without a pause of random length the faster of two writers wins every time.
        pause(random.uniform(0, min(0.01 * 2**number, LONGEST_PAUSE_S)))  # noqa: S311
    raise StoreError(f"{what} being written by other runs without a pause. Run again.")
